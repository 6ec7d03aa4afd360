//! Months that versions of a contract share, services with fees of their own, and credits of earlier months: no cap is
//! ever passed. What a cap leaves is worked out here from the contract's own figures, day by day, in whole numbers.

use proptest::prelude::*;
use sla_core::record::MonthRecord;

use crate::desk::{DOWN, UP, contract, promise, stated_after};

/// A second service beside `platform`, with its own objective.
const SHOP: &str = "---\napiVersion: openslo/v1\nkind: Service\nmetadata: { name: shop }\nspec: {}\n---\napiVersion: \
                    openslo/v1\nkind: SLO\nmetadata: { name: buy }\nspec: { service: shop, indicatorRef: probes, \
                    budgetingMethod: Timeslices }\n";

/// Days of September and October 2026.
const DAYS: [i64; 2] = [30, 31];
/// Scopes of caps and their bases, by their place here.
const SCOPES: [&str; 5] = ["commitment", "service", "month", "year, year: calendar", "contract"];
const BASES: [&str; 3] = ["base", "last12Months", "contractToDate"];
const NAMES: [&str; 3] = ["a", "b", "c"];

/// A version of the contract: its fee in cents, its services' own fees, and its promises: objective and credit in percent.
#[derive(Clone, Debug)]
struct Version {
    fee: i64,
    /// Of `platform` and of `shop`.
    own: [Option<i64>; 2],
    promises: Vec<(usize, i64)>,
}

impl Version {
    /// What is paid for a promise's service in a month.
    fn of_service(&self, service: usize) -> i64 {
        self.own[service].unwrap_or(self.fee)
    }

    /// What is paid in a month for everything that is promised: each service once, the contract's fee once.
    fn promised(&self) -> i64 {
        let promised = |service: usize| self.promises.iter().any(|(one, _)| *one == service);
        let services: Vec<usize> = (0..2).filter(|service| promised(*service)).collect();
        let own: i64 = services.iter().filter_map(|service| self.own[*service]).sum();
        own + if services.iter().any(|service| self.own[*service].is_none()) { self.fee } else { 0 }
    }

    fn text(&self, number: usize, from: &str, to: Option<&str>, full: bool, caps: &str, rounding: &str) -> String {
        let cents = |minor: i64| format!("{}.{:02}", minor / 100, minor % 100);
        let promises = self.promises.iter().zip(NAMES).map(|(&(service, credit), name)| {
            let penalty = format!("{{ bands: [{{ from: 0, below: 99.9, credit: {credit} }}] }}");
            let fee = self.own[service].map_or(String::new(), cents);
            let terms = [
                ("name", name),
                ("slo", ["up", "buy"][service]),
                ("slice", "1h"),
                ("fee", &fee),
                ("penalty", &penalty),
            ];
            promise(&terms)
        });
        let part = if full { "full" } else { "daily" };
        let fee = format!("{{ monthly: {}, partMonth: {part} }}", cents(self.fee));
        let (number, to) = (number.to_string(), to.unwrap_or(""));
        let terms = [
            ("version", number.as_str()),
            ("validFrom", from),
            ("validTo", to),
            ("fee", &fee),
            ("caps", caps),
            ("rounding", rounding),
        ];
        contract(&terms, &promises.collect::<Vec<_>>())
    }
}

fn version() -> impl Strategy<Value = Version> {
    let own = || proptest::option::of(10_000i64..300_000);
    (10_000i64..500_000, own(), own(), prop::collection::vec((0usize..2, 1i64..60), 1..4))
        .prop_map(|(fee, platform, shop, promises)| Version { fee, own: [platform, shop], promises })
}

/// A cap by its place in the lists above: per what, hundredths of which base.
type Cap = (usize, usize, i64);

/// A contract that begins in September, changes its version in October and is down for both months.
#[derive(Clone, Debug)]
struct Terms {
    versions: [Version; 2],
    /// The first day of the contract in September, and the last day of the first version in October.
    days: (i64, i64),
    /// Whether September counts whole.
    full: bool,
    caps: Vec<Cap>,
}

impl Terms {
    /// A sum over the days of a month, in cents: so much of each version for each of its days.
    fn over(&self, month: usize, of: impl Fn(&Version) -> i64) -> (i64, i64) {
        let days = if month == 0 {
            [if self.full { DAYS[0] } else { DAYS[0] - self.days.0 + 1 }, 0]
        } else {
            [self.days.1, DAYS[1] - self.days.1]
        };
        (self.versions.iter().zip(days).map(|(version, days)| of(version) * days).sum(), DAYS[month])
    }

    /// The most that some promises of October may be paid under a cap, in cents, rounded down.
    fn limit(&self, (_, base, hundredths): Cap, of: impl Fn(&Version) -> i64) -> i64 {
        let october = |sum: (i64, i64)| i128::from(sum.0) * i128::from(DAYS[0]);
        let parts = match BASES[base] {
            "base" => october(self.over(1, of)),
            _ => {
                october(self.over(1, |version| version.fee))
                    + i128::from(self.over(0, |version| version.fee).0) * i128::from(DAYS[1])
            }
        };
        let exact = parts * i128::from(hundredths) / i128::from(DAYS[0] * DAYS[1] * 100);
        i64::try_from(exact).expect("it fits")
    }

    fn documents(&self, rounding: &str) -> [String; 3] {
        let cap = |&(scope, base, hundredths): &Cap| {
            format!("{{ per: {}, share: {hundredths}, of: {} }}", SCOPES[scope], BASES[base])
        };
        let caps = format!("[{}]", self.caps.iter().map(cap).collect::<Vec<_>>().join(", "));
        let (begins, changes) = (format!("2026-09-{:02}", self.days.0), format!("2026-10-{:02}", self.days.1 + 1));
        let ends = format!("2026-10-{:02}", self.days.1);
        let [first, second] = &self.versions;
        let first = first.text(1, &begins, Some(&ends), self.full, &caps, rounding);
        [SHOP.to_owned(), first, second.text(2, &changes, None, self.full, &caps, rounding)]
    }

    fn check(&self, rounding: &str, september_is_missed: bool) -> Result<(), TestCaseError> {
        let documents = self.documents(rounding);
        let september = stated_after(&documents, "2026-09", |_| if september_is_missed { DOWN } else { UP }, &[]);
        let before = september.credit_total.high_minor;
        let october = stated_after(&documents, "2026-10", |_| DOWN, &[september]);
        prop_assert_eq!(october.contract.fee.minor, self.over(1, |version| version.fee).0 / DAYS[1]);
        for &cap in &self.caps {
            let promised = |version: &Version| version.promised();
            match SCOPES[cap.0] {
                "commitment" => {
                    for (number, name) in NAMES.into_iter().enumerate() {
                        for service in 0..2 {
                            let is_it = |version: &&Version| {
                                version.promises.get(number).is_some_and(|(one, _)| *one == service)
                            };
                            let fee = |version: &Version| if is_it(&version) { version.of_service(service) } else { 0 };
                            let paid = self.paid(&october, |version, one| one == name && is_it(&version));
                            prop_assert!(paid <= self.limit(cap, fee), "{name} passes {cap:?}");
                        }
                    }
                }
                "service" => {
                    for service in 0..2 {
                        let is_it = |version: &Version| version.promises.iter().any(|(one, _)| *one == service);
                        let fee = |version: &Version| if is_it(version) { version.of_service(service) } else { 0 };
                        let place = |one: &str| NAMES.iter().position(|name| *name == one).expect("a name");
                        let paid = self.paid(&october, |version, one| version.promises[place(one)].0 == service);
                        prop_assert!(paid <= self.limit(cap, fee), "service {service} passes {cap:?}");
                    }
                }
                "month" => prop_assert!(october.credit_total.high_minor <= self.limit(cap, promised), "{cap:?}"),
                _ => {
                    let left = (self.limit(cap, promised) - before).max(0);
                    prop_assert!(october.credit_total.high_minor <= left, "{cap:?} after {before}");
                }
            }
        }
        // Without any cap each promise is paid its credit of its own days: nothing is lost where nothing is capped.
        if self.caps.is_empty() {
            let days = [self.days.1, DAYS[1] - self.days.1];
            let exact = self.versions.iter().zip(days).flat_map(|(version, days)| {
                version.promises.iter().map(move |(service, credit)| version.of_service(*service) * days * credit)
            });
            let sum: i64 = exact.sum();
            let off = october.credit_total.high_minor * DAYS[1] * 100 - sum;
            prop_assert!(off.abs() <= 6 * DAYS[1] * 100, "{} for {sum}", october.credit_total.high_minor);
        }
        Ok(())
    }

    /// What some promises of the record are paid.
    fn paid(&self, record: &MonthRecord, counts: impl Fn(&Version, &str) -> bool) -> i64 {
        let version = |number: u32| &self.versions[usize::try_from(number - 1).expect("small")];
        let of = record.commitments.iter().filter(|one| counts(version(one.contract_version), &one.name));
        of.map(|one| one.credit.high_minor).sum()
    }
}

fn terms() -> impl Strategy<Value = Terms> {
    let caps = prop::collection::vec((0usize..SCOPES.len(), 0usize..BASES.len(), 1i64..60), 0..4);
    ([version(), version()], (1i64..=30, 1i64..31), any::<bool>(), caps)
        .prop_map(|(versions, days, full, caps)| Terms { versions, days, full, caps })
}

proptest! {
    // Two months of 744 hours each are measured for every case.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.min(64), ..ProptestConfig::default() })]
    #[test]
    fn shared_months_never_pass_a_cap(
        terms in terms(), mode in prop_oneof![Just("half_even"), Just("half_up"), Just("ceil"), Just("floor")],
        place in prop_oneof![Just("commitment"), Just("total")], september in any::<bool>(),
    ) {
        terms.check(&format!("{{ mode: {mode}, at: {place} }}"), september)?;
    }

    /// One cap of the month is paid up to its last cent, and not a cent of it is lost.
    #[test]
    fn a_cap_of_a_shared_month_is_paid_in_full(mut terms in terms(), cap in (0usize..BASES.len(), 1i64..60), mode in prop_oneof![Just("half_up"), Just("floor")]) {
        let rounding = format!("{{ mode: {mode}, at: commitment }}");
        let october = |terms: &Terms| {
            let documents = terms.documents(&rounding);
            let september = stated_after(&documents, "2026-09", |_| UP, &[]);
            stated_after(&documents, "2026-10", |_| DOWN, &[september]).credit_total.high_minor
        };
        terms.caps.clear();
        let free = october(&terms);
        let cap = (2, cap.0, cap.1);
        terms.caps.push(cap);
        prop_assert_eq!(october(&terms), free.min(terms.limit(cap, Version::promised)));
    }
}
