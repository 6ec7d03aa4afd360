//! Band lookup against a slow reading in whole numbers.

use proptest::prelude::*;
use serde_json::{Value, json};
use sla_core::assess::Attained;
use sla_core::price::{Downtime, Fees, History, Judged, MonthFees, Priced, price};
use sla_core::ratio::Ratio;
use sla_core::record::Verdict;

use super::contracts::{contract, month, percent, steps, with};

/// A band by whole numbers: thousandths of a percent, and whether each end is inside.
#[derive(Clone, Debug)]
struct Slow {
    low: i128,
    low_inside: bool,
    high: i128,
    high_inside: bool,
    credit: i128,
}

/// `part / of` in thousandths of a percent, compared without dividing.
fn holds(band: &Slow, part: i128, of: i128) -> bool {
    let (scaled, low, high) = (part * 100_000, band.low * of, band.high * of);
    (low < scaled || band.low_inside && low == scaled) && (scaled < high || band.high_inside && scaled == high)
}

fn credit(bands: &[Slow], part: i128, of: i128) -> i128 {
    if part * 100_000 >= 99_900 * of {
        return 0;
    }
    let found: Vec<_> = bands.iter().filter(|band| holds(band, part, of)).collect();
    assert_eq!(found.len(), 1, "one band holds {part}/{of}: {bands:?}");
    found[0].credit
}

/// Sound bands whose inner borders lie on either side.
fn bands() -> impl Strategy<Value = Vec<Slow>> {
    (steps(), prop::collection::vec(any::<bool>(), 8)).prop_map(|(steps, sides)| {
        let mut below_owns = false;
        let mut all = Vec::new();
        for ((from, below, credit), side) in steps.into_iter().zip(sides) {
            // The worst band holds 0; every other border goes to the band above it or to the one below it.
            let low_inside = from == 0 || side;
            let (low, high, credit) = (i128::from(from), i128::from(below), i128::from(credit));
            all.push(Slow { low, low_inside, high, high_inside: below_owns, credit });
            below_owns = !low_inside;
        }
        all
    })
}

/// What 10 000.00 EUR owe for an attainment, in hundredths of a percent, which are whole cents.
fn priced(bands: &[Slow], attained: &[Ratio; 2], rounding: Option<(&str, u32)>) -> (i64, i64) {
    let written = bands.iter().map(|band| {
        let at = |thousandths: i128| percent(u32::try_from(thousandths).expect("a percentage"));
        let mut value = json!({ "credit": format!("{}.{:02}", band.credit / 100, band.credit % 100) });
        value[if band.low_inside { "from" } else { "above" }] = at(band.low).into();
        value[if band.high_inside { "upTo" } else { "below" }] = at(band.high).into();
        value
    });
    let written: Vec<_> = written.collect();
    let priced = priced_by(&json!({ "bands": written }), attained, rounding);
    (priced.low.minor, priced.high.minor)
}

fn priced_by(penalty: &Value, attained: &[Ratio; 2], rounding: Option<(&str, u32)>) -> Priced {
    let contract = contract(&json!({ "mode": "floor", "at": "commitment" }), &[], std::slice::from_ref(penalty));
    let mut contract = with(&contract, "fee", json!({ "monthly": "100.00" }));
    contract.commitments[0].attainment_rounding = rounding
        .map(|(mode, digits)| serde_json::from_value(json!({ "mode": mode, "digits": digits })).expect("a rounding"));
    let service = "s".parse().expect("a name");
    let judged = Judged {
        promise: (&contract.commitments[0]).into(),
        contract: &contract,
        service: &service,
        fees: Fees {
            monthly: contract.fee.monthly.in_currency(contract.currency).expect("a fee"),
            months: vec![(30, 30)],
        },
        attained: Some(Attained { low: attained[0].clone(), high: attained[1].clone() }),
        verdict: Verdict::Undecidable,
        base_seconds: 1,
        worst_base_seconds: 1,
        least: Downtime::default(),
        most: Downtime::default(),
        doubt: None,
        may_be_too_few: false,
        disputed_by: None,
    };
    price(&contract, month("2026-06"), &MonthFees::default(), &[judged], &History::default()).expect("it fits")
}

fn ratio(part: i128, of: i128) -> Ratio {
    Ratio::new(part, of).expect("not zero")
}

#[test]
fn a_narrow_band_is_reached_by_what_is_rounded_into_it() {
    let band = |low, high, low_inside, credit| Slow { low, low_inside, high, high_inside: !low_inside, credit };
    let slow = |bands: [(i128, i128, i128); 3]| {
        bands.map(|(low, high, credit)| Slow { low, low_inside: true, high, high_inside: false, credit }).to_vec()
    };
    let one_decimal =
        |bands: &[Slow], from, to| priced(bands, &[ratio(from, 100_000), ratio(to, 100_000)], Some(("floor", 1)));
    // Of the percentages of one decimal only 98.9 lies in the middle band; 98.9 to 98.99 are rounded to it.
    let bands = slow([(98_910, 99_900, 100), (98_860, 98_910, 2_000), (0, 98_860, 500)]);
    assert_eq!(one_decimal(&bands, 98_000, 99_500), (100, 2_000));
    assert_eq!(one_decimal(&bands, 98_000, 98_899), (500, 500));
    assert_eq!(one_decimal(&bands, 98_000, 98_900), (500, 2_000));
    assert_eq!(one_decimal(&bands, 98_950, 99_500), (100, 2_000));
    // An end that is not inside is left to the band above it: "above 98.8, up to 98.9" holds 98.9 alone.
    let bands = [band(98_900, 99_900, false, 100), band(98_800, 98_900, false, 2_000), band(0, 98_800, true, 500)];
    let mut bands = bands.to_vec();
    (bands[0].high_inside, bands[2].high_inside) = (false, true);
    assert_eq!(one_decimal(&bands, 98_000, 99_500), (100, 2_000));
    assert_eq!(one_decimal(&bands, 98_850, 98_880), (500, 500));
}

#[test]
fn a_range_reaches_the_points_of_every_band_that_it_touches() {
    // A middle band with more points than a worse one is unsound, and counted as it stands.
    let penalty = json!({ "points": [
        { "from": "99", "below": "99.9", "points": 1 },
        { "from": "50", "below": "99", "points": 9 },
        { "from": "0", "below": "50", "points": 2 },
    ] });
    let points = |from, to| priced_by(&penalty, &[ratio(from, 1_000), ratio(to, 1_000)], None).credits[0].points;
    assert_eq!(points(0, 995), (1, 9));
    assert_eq!(points(0, 499), (2, 2));
    assert_eq!(points(0, 500), (2, 9));
}

proptest! {
    #[test]
    fn a_lookup_agrees_with_a_slow_one(bands in bands(), of in 1i128..1_000_000_000, part in any::<prop::sample::Index>()) {
        // Attainments anywhere, and on every border and beside it by one of a hundred million.
        let anywhere = i128::try_from(part.index(usize::try_from(of).expect("it fits") + 1)).expect("it fits");
        let borders = bands.iter().flat_map(|band| [band.low, band.high]).flat_map(|edge| (-1..=1).map(move |off| edge * 1_000 + off));
        let borders = borders.filter(|part| (0..=100_000_000).contains(part)).map(|part| (part, 100_000_000));
        for (part, of) in borders.chain([(anywhere, of)]) {
            let owed = i64::try_from(credit(&bands, part, of)).expect("it fits");
            prop_assert_eq!(priced(&bands, &[ratio(part, of), ratio(part, of)], None), (owed, owed), "{}/{}", part, of);
        }
    }

    /// Rounded to some decimals before it is looked up, by whole numbers.
    #[test]
    fn a_rounded_attainment_is_looked_up_where_it_was_rounded_to(bands in bands(), part in 0i128..=1_000_000_000, digits in 0u32..4, mode in 0usize..3) {
        let unit = 10_i128.pow(7 - digits);
        let (floor, rest) = (part / unit, part % unit);
        let up = [false, rest > 0, rest * 2 >= unit][mode];
        let rounded = (floor + i128::from(up)) * unit;
        let owed = i64::try_from(credit(&bands, rounded, 1_000_000_000)).expect("it fits");
        let attained = ratio(part, 1_000_000_000);
        let rounding = Some((["floor", "ceil", "half_up"][mode], digits));
        prop_assert_eq!(priced(&bands, &[attained.clone(), attained], rounding), (owed, owed));
    }

    /// Of a range the least and the most that any attainment inside owes.
    #[test]
    fn a_range_owes_the_least_and_the_most_of_what_lies_inside(mut bands in bands(), from in 0i128..100_000, length in 0i128..30_000, credits in prop::collection::vec(0i128..3_000, 5)) {
        // Credits in no order: what lies between two ends may pay more than both, or less.
        for (band, credit) in bands.iter_mut().zip(credits) {
            band.credit = credit;
        }
        let to = (from + length).min(100_000);
        // Every border is a whole thousandth of a percent, so that halves of them reach every band.
        let inside: Vec<i128> = (2 * from..=2 * to).step_by(1).filter(|half| {
            *half == 2 * from || *half == 2 * to || bands.iter().any(|band| (half - 2 * band.low).abs() <= 1 || (half - 2 * band.high).abs() <= 1)
        }).map(|half| credit(&bands, half, 200_000)).collect();
        let ends = |pick: Option<&i128>| i64::try_from(*pick.expect("an end")).expect("it fits");
        let expected = (ends(inside.iter().min()), ends(inside.iter().max()));
        prop_assert_eq!(priced(&bands, &[ratio(from, 100_000), ratio(to, 100_000)], None), expected);
    }

    /// The same where what was attained is rounded first: whatever rounding can lead to, and nothing else.
    #[test]
    fn a_range_is_rounded_before_it_is_looked_up(
        mut bands in bands(), from in 0i128..100_000, length in 0i128..9_000, credits in prop::collection::vec(0i128..3_000, 5),
        digits in 0u32..3, mode in 0usize..3,
    ) {
        for (band, credit) in bands.iter_mut().zip(credits) {
            band.credit = credit;
        }
        let to = (from + length).min(100_000);
        let unit = 10_i128.pow(3 - digits);
        let rounded = |part: i128| {
            let (floor, rest) = (part / unit, part % unit);
            floor + i128::from([false, rest > 0, rest * 2 >= unit][mode])
        };
        let inside: Vec<i128> = (rounded(from)..=rounded(to)).map(|units| credit(&bands, units * unit, 100_000)).collect();
        let ends = |pick: Option<&i128>| i64::try_from(*pick.expect("an end")).expect("it fits");
        let expected = (ends(inside.iter().min()), ends(inside.iter().max()));
        let rounding = Some((["floor", "ceil", "half_up"][mode], digits));
        prop_assert_eq!(priced(&bands, &[ratio(from, 100_000), ratio(to, 100_000)], rounding), expected);
    }
}
