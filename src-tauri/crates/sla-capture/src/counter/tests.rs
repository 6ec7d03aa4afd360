//! Counts against what a reader can add up by hand, and chunks against an encoder of their own.

use proptest::prelude::*;
use sla_core::catalogue::NewSeries;

use super::xor::{BrokenChunk, samples};
use super::*;

/// Five slices of a minute that begin at 600 s; a gap is more than 90 s.
const TERMS: Terms =
    Terms { start_ms: 600_000, end_ms: 900_000, step_ms: 60_000, gap_ms: 90_000, new_series: NewSeries::StartsAtZero };

/// A series: seconds and value, `x` for the mark of its end.
type Told<'a> = &'a [(f64, &'a str)];

fn read(terms: Terms, all: &[Told<'_>], earlier: Option<f64>) -> Column {
    let mut tally = Tally::new(terms);
    for (number, one) in all.iter().enumerate() {
        let mut life = Life::default();
        for (seconds, text) in *one {
            let value = if *text == "x" { f64::from_bits(STALE) } else { text.parse().expect("a number") };
            tally.sample(&mut life, (millis(*seconds), value), || vec![("n".to_owned(), number.to_string())]);
        }
        tally.end(&life);
    }
    tally.finish(|_| earlier)
}

#[expect(clippy::cast_possible_truncation, reason = "small whole numbers")]
fn millis(seconds: f64) -> i64 {
    (seconds * 1000.0).round() as i64
}

/// Every slice: its events, `?` where a counter rose unread, `-` where no series was.
fn words(column: &Column) -> String {
    let slot = |slot: &Slot| match slot {
        Slot::Known(crate::number::Number::Finite(decimal)) => {
            let millionths = decimal.in_millionths().expect("it fits");
            match millionths % 1_000_000 {
                0 => (millionths / 1_000_000).to_string(),
                rest => format!("{}+{rest}µ", millionths / 1_000_000),
            }
        }
        Slot::Known(_) => "not finite".to_owned(),
        Slot::Unread => "?".to_owned(),
        Slot::Absent => "-".to_owned(),
    };
    column.slices.iter().map(slot).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_slice_holds_what_its_samples_rose_by() {
    #[track_caller]
    fn check(all: &[Told<'_>], expected: &str) {
        let column = read(TERMS, all, None);
        assert_eq!(words(&column), expected, "{all:?}");
    }
    /// A sample every half minute from before the first slice until after the last.
    fn steady(from: i32, rise: i32) -> Vec<(f64, String)> {
        (0..14).map(|index| (570.0 + 30.0 * f64::from(index), (from + rise * index).to_string())).collect()
    }
    let told = |owned: &[(f64, String)]| -> Vec<(f64, &'static str)> {
        owned.iter().map(|(t, text)| (*t, &*text.clone().leak())).collect()
    };
    check(&[&told(&steady(1000, 5))], "10 10 10 10 10");
    // Two series are added up after their differences.
    check(&[&told(&steady(1000, 5)), &told(&steady(7, 1))], "12 12 12 12 12");
    // A sample on a border belongs to the slice that it ends; jitter moves events by one sample and loses none.
    check(
        &[&[
            (590.0, "100"),
            (600.0, "101"),
            (659.999, "103"),
            (660.001, "107"),
            (720.0, "115"),
            (775.0, "116"),
            (840.0, "117"),
            (900.0, "118"),
            (960.0, "119"),
        ]],
        "2 12 1 1 1",
    );
    // After a fall the whole value counts, also on the way over a border.
    check(
        &[&[(590.0, "100"), (650.0, "3"), (710.0, "5"), (770.0, "1"), (830.0, "1"), (890.0, "1"), (950.0, "1")]],
        "3 2 1 0 0",
    );
    // Fractions add up without a float.
    check(
        &[&[
            (590.0, "0.1"),
            (620.0, "0.2"),
            (650.0, "0.3"),
            (710.0, "0.3"),
            (770.0, "1"),
            (830.0, "1"),
            (890.0, "1"),
            (950.0, "1"),
        ]],
        "0+200000µ 0 0+700000µ 0 0",
    );
    // A wide interval leaves slices without a sample, not without knowledge.
    check(&[&[(590.0, "0"), (675.0, "7"), (760.0, "9"), (845.0, "9"), (930.0, "12")]], "0 7 2 0 0");
    // Unread for too long: everything from the sample before to the sample after is unknown, for all series together.
    let gap: Told<'_> = &[(590.0, "0"), (650.0, "4"), (800.0, "9"), (860.0, "10"), (920.0, "10")];
    check(&[gap], "? ? ? ? 1");
    check(&[gap, &told(&steady(0, 1))], "? ? ? ? 3");
    // Unless it did not move.
    check(&[&[(590.0, "4"), (650.0, "4"), (800.0, "4"), (860.0, "10"), (920.0, "10")]], "0 0 0 0 6");
    // A gap that ends outside.
    check(&[&[(590.0, "0"), (650.0, "4"), (710.0, "5"), (990.0, "9")]], "4 ? ? ? ?");
    check(
        &[&[(400.0, "0"), (650.0, "4"), (710.0, "5"), (770.0, "5"), (830.0, "5"), (890.0, "5"), (950.0, "6")]],
        "? 1 0 0 0",
    );
    // Born: its first value counts.
    check(&[&[(650.0, "2"), (710.0, "3"), (770.0, "3"), (830.0, "3"), (890.0, "3"), (950.0, "4")]], "2 1 0 0 0");
    check(&[&[(710.0, "3"), (770.0, "3"), (830.0, "3"), (890.0, "3"), (950.0, "4")]], "- 3 0 0 0");
    // Gone, with a mark: nothing afterwards. What begins again has begun at zero.
    check(&[&[(590.0, "1"), (650.0, "2"), (665.0, "x")], &told(&steady(0, 1))], "3 2 2 2 2");
    check(&[&[(590.0, "1"), (650.0, "2"), (665.0, "x")]], "1 0 - - -");
    check(&[&[(590.0, "5"), (650.0, "9"), (665.0, "x"), (870.0, "3"), (930.0, "3")]], "4 0 - - 3");
    // It may as well have gone on where it was.
    check(&[&[(590.0, "5"), (650.0, "9"), (665.0, "x"), (870.0, "30"), (930.0, "30")]], "? ? ? ? ?");
    // Gone without a mark: unknown until the server is seen to read again.
    check(&[&[(590.0, "1"), (650.0, "2")], &told(&steady(0, 1))], "? ? ? 2 2");
    check(&[&[(590.0, "1"), (650.0, "2")]], "? ? ? ? ?");
    check(&[&[(540.0, "1")], &told(&steady(0, 1))], "? 2 2 2 2");
    check(&[&[(300.0, "1")], &told(&steady(0, 1))], "2 2 2 2 2");
    // What no counter has.
    for cloud in ["NaN", "inf", "-1"] {
        let series: Vec<(f64, &str)> =
            vec![(590.0, "1"), (650.0, "2"), (710.0, cloud), (770.0, "5"), (830.0, "6"), (890.0, "7"), (950.0, "8")];
        check(&[&series], "? ? ? 1 1");
        // Where it comes first, nobody knows what was counted until the next one.
        let series: Vec<(f64, &str)> =
            vec![(650.0, cloud), (710.0, "5"), (770.0, "6"), (830.0, "7"), (890.0, "8"), (950.0, "9")];
        check(&[&series], "? ? 1 1 1");
        let series: Vec<(f64, &str)> =
            vec![(590.0, cloud), (650.0, "5"), (710.0, "6"), (770.0, "7"), (830.0, "8"), (890.0, "9"), (950.0, "9")];
        check(&[&series], "? 1 1 1 1");
        let series: Vec<(f64, &str)> = vec![(650.0, cloud), (670.0, cloud), (830.0, "7"), (890.0, "8"), (950.0, "9")];
        check(&[&series], "? ? ? ? 1");
    }
    // Nothing at all.
    check(&[], "- - - - -");
    // Out of order and twice.
    check(
        &[&[
            (590.0, "1"),
            (650.0, "2"),
            (650.0, "9"),
            (620.0, "0"),
            (710.0, "4"),
            (770.0, "4"),
            (830.0, "4"),
            (890.0, "4"),
            (950.0, "4"),
        ]],
        "1 2 0 0 0",
    );
}

#[test]
fn what_a_new_series_was_before_decides_its_first_value() {
    #[track_caller]
    fn check(new_series: NewSeries, first: &str, earlier: Option<f64>, expected: &str, told: (i64, i64)) {
        let series: Told<'_> = &[(655.0, first), (710.0, "9"), (770.0, "9"), (830.0, "9"), (890.0, "9"), (950.0, "9")];
        let column = read(Terms { new_series, ..TERMS }, &[series], earlier);
        assert_eq!(words(&column), expected, "{new_series:?} {first} {earlier:?}");
        assert_eq!((column.new, column.restarts), told);
    }
    check(NewSeries::StartsAtZero, "7", None, "7 2 0 0 0", (1, 0));
    check(NewSeries::Unknown, "7", None, "? 2 0 0 0", (1, 0));
    check(NewSeries::Unknown, "0", None, "0 9 0 0 0", (1, 0));
    // It was there long ago: it has not moved, has gone on, or has begun again.
    for new_series in [NewSeries::StartsAtZero, NewSeries::Unknown] {
        check(new_series, "7", Some(7.0), "0 2 0 0 0", (0, 0));
        check(new_series, "7", Some(3.0), "? 2 0 0 0", (0, 0));
        check(new_series, "7", Some(8.0), "7 2 0 0 0", (0, 1));
        for cloud in [f64::NAN, f64::INFINITY, -1.0] {
            check(new_series, "7", Some(cloud), "? 2 0 0 0", (0, 0));
        }
    }
}

/// What comes after a sample.
#[derive(Clone, Copy, Debug)]
enum Change {
    Rises(f64),
    Becomes(f64),
}

impl Change {
    fn after(self, value: f64) -> f64 {
        match self {
            Self::Rises(by) => value + by,
            Self::Becomes(value) => value,
        }
    }
}

/// Mostly as often as servers read, now and then never, too late, or out of order.
fn any_wait() -> impl Strategy<Value = i64> {
    prop_oneof![
        20 => Just(15_000_i64),
        8 => 1_i64..90_000,
        2 => Just(60_000_i64),
        1 => 90_000_i64..200_000,
        1 => -20_000_i64..1,
    ]
}

/// Mostly whole rises; restarts, fractions, marks, and what no counter has.
fn any_value() -> impl Strategy<Value = Change> {
    prop_oneof![
        30 => (0_u32..50).prop_map(|by| Change::Rises(by.into())),
        2 => (0_u32..9).prop_map(|to| Change::Becomes(to.into())),
        1 => (1_u32..40).prop_map(|tenths| Change::Rises(f64::from(tenths) / 10.0)),
        1 => prop_oneof![
            Just(f64::from_bits(STALE)), Just(f64::NAN), Just(f64::INFINITY), Just(-1.0), Just(-0.0),
            Just(9_007_199_254_740_990.0), Just(9_007_199_254_740_994.0), Just(1e19),
        ].prop_map(Change::Becomes),
    ]
}

proptest! {
    /// However the samples of a counter lie, all slices together hold what it rose by, as long as it is read often enough.
    #[test]
    fn no_event_is_lost_and_none_counts_twice(
        waits in prop::collection::vec(1_i64..90_000, 1..60),
        rises in prop::collection::vec((0_u32..1000, any::<bool>()), 60),
    ) {
        let mut tally = Tally::new(TERMS);
        let (mut life, mut t, mut value) = (Life::default(), 590_000, 0_u32);
        let mut events = 0;
        tally.sample(&mut life, (t, 0.0), Vec::new);
        for (wait, (rise, restarts)) in waits.iter().chain(std::iter::repeat(&60_000)).zip(rises) {
            t += wait;
            let before = value;
            value = if restarts { rise } else { value + rise };
            if (600_001..=900_000).contains(&t) {
                events += i128::from(if value < before { value } else { value - before });
            }
            tally.sample(&mut life, (t, f64::from(value)), Vec::new);
        }
        tally.end(&life);
        let column = tally.finish(|_| None);
        let mut sum = 0;
        for slot in &column.slices {
            let Slot::Known(crate::number::Number::Finite(number)) = slot else { panic!("{column:?}") };
            sum += number.in_millionths().expect("it fits") / 1_000_000;
        }
        prop_assert_eq!(sum, events);
    }

    /// Many samples taken at once come to what they come to one by one, in the words of the table above.
    #[test]
    fn samples_taken_at_once_count_as_those_taken_one_by_one(
        all in prop::collection::vec(prop::collection::vec((any_wait(), any_value()), 0..120), 1..4),
        from in 480_000_i64..960_000,
        block in 1_usize..130,
    ) {
        let (mut at_once, mut one_by_one) = (Tally::new(TERMS), Tally::new(TERMS));
        for (number, told) in all.into_iter().enumerate() {
            let (mut t, mut value, mut series) = (from, 0.0, Vec::new());
            for (wait, change) in told {
                t += wait;
                series.push((t, change.after(value)));
                value = if series[series.len() - 1].1.is_nan() { value } else { series[series.len() - 1].1 };
            }
            let labels = || vec![("n".to_owned(), number.to_string())];
            let (mut life, mut other) = (Life::default(), Life::default());
            for block in series.chunks(block) {
                at_once.samples(&mut life, block, labels);
            }
            for sample in &series {
                one_by_one.sample(&mut other, *sample, labels);
            }
            prop_assert_eq!(format!("{life:?}"), format!("{other:?}"));
            at_once.end(&life);
            one_by_one.end(&other);
        }
        prop_assert_eq!(format!("{at_once:?}"), format!("{one_by_one:?}"));
        for earlier in [None, Some(3.0)] {
            let (ours, theirs) = (at_once.clone(), one_by_one.clone());
            prop_assert_eq!(ours.finish(|_| earlier), theirs.finish(|_| earlier));
        }
    }

    #[test]
    fn a_chunk_holds_the_samples_that_were_put_in(
        first in -4_000_000_000_000_i64..4_000_000_000_000,
        rest in prop::collection::vec((0_i64..3_000_000, prop_oneof![any::<f64>(), (0_u32..9).prop_map(f64::from)]), 0..130),
        value in any::<f64>(),
    ) {
        let mut t = first;
        let mut all = vec![(t, value)];
        for (step, value) in rest {
            t += step;
            all.push((t, value));
        }
        let chunk = encode(&all);
        let mut read = Vec::new();
        samples(&chunk, |(t, value)| read.push((t, value.to_bits()))).expect("a whole chunk");
        let expected: Vec<(i64, u64)> = all.iter().map(|(t, value)| (*t, value.to_bits())).collect();
        prop_assert_eq!(read, expected);
        // Cut anywhere it is no whole chunk, or the bits that are missing fill a byte only.
        for end in 0..chunk.len() {
            prop_assert_eq!(samples(&chunk[..end], |_| ()), Err(BrokenChunk));
        }
    }

    #[test]
    fn no_bytes_make_a_chunk_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = samples(&bytes, |_| ());
    }
}

/// Writes bits, the highest of each byte first.
#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    free: u32,
}

impl Writer {
    fn bits(&mut self, value: u64, count: u32) {
        for bit in (0..count).rev() {
            if self.free == 0 {
                self.bytes.push(0);
                self.free = 8;
            }
            self.free -= 1;
            let last = self.bytes.last_mut().expect("a byte was pushed");
            *last |= u8::try_from(value >> bit & 1).expect("a bit") << self.free;
        }
    }

    fn uvarint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bits(value & 0x7f | 0x80, 8);
            value >>= 7;
        }
        self.bits(value, 8);
    }
}

/// As Prometheus' appender does, but that a window of bits is used again only where it is the very same.
fn encode(all: &[(i64, f64)]) -> Vec<u8> {
    let mut out = Writer::default();
    out.bits(all.len() as u64, 16);
    let (mut before, mut step, mut window) = ((0, 0_u64), 0, None);
    for (index, &(t, value)) in all.iter().enumerate() {
        let bits = value.to_bits();
        match index {
            0 => {
                out.uvarint(((t << 1) ^ (t >> 63)).cast_unsigned());
                out.bits(bits, 64);
            }
            1 => out.uvarint((t - before.0).cast_unsigned()),
            _ => {
                let change = t - before.0 - step;
                let fits = |width: u32| (-(1_i64 << (width - 1)) + 1..=1 << (width - 1)).contains(&change);
                let written = change.cast_unsigned();
                match () {
                    () if change == 0 => out.bits(0, 1),
                    () if fits(14) => {
                        out.bits(0b10, 2);
                        out.bits(written, 14);
                    }
                    () if fits(17) => {
                        out.bits(0b110, 3);
                        out.bits(written, 17);
                    }
                    () if fits(20) => {
                        out.bits(0b1110, 4);
                        out.bits(written, 20);
                    }
                    () => {
                        out.bits(0b1111, 4);
                        out.bits(written, 64);
                    }
                }
            }
        }
        if index > 0 {
            step = t - before.0;
            let differs = bits ^ before.1;
            if differs == 0 {
                out.bits(0, 1);
            } else {
                let leading = differs.leading_zeros().min(31);
                let trailing = differs.trailing_zeros();
                if window == Some((leading, trailing)) {
                    out.bits(0b10, 2);
                } else {
                    out.bits(0b11, 2);
                    out.bits(leading.into(), 5);
                    out.bits(u64::from(64 - leading - trailing) & 63, 6);
                    window = Some((leading, trailing));
                }
                out.bits(differs >> trailing, 64 - leading - trailing);
            }
        }
        before = (t, bits);
    }
    out.bytes
}
