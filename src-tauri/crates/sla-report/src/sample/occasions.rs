//! Invented occasions for letters beside the month's own.

use sla_core::billing::Settlement;
use sla_core::plan::{MaintenanceNotice, MaintenanceWindow};
use sla_core::record::{
    ExclusionDecision, Language, Method, MonthRecord, RecordEarlier, RecordRange, RecordRatio, RecordSpan, Verdict,
};
use sla_core::standing::{CommitmentStanding, MonthStanding, Outlook};
use sla_core::time::Period;

use super::settled::{approved, settlement};
use super::{DAY, HOUR, MINUTE, Scene, record, utc_text};
use crate::Occasion;

/// What letters of every occasion rest on.
pub struct Occasions {
    /// How the month stands on its 20th day.
    pub standing: MonthStanding,
    /// The instant at which it does.
    pub at: String,
    /// A breached month.
    pub breached: MonthRecord,
    /// What was decided of it.
    pub decided: Settlement,
    /// The same month, issued before it was computed anew.
    pub issued: MonthRecord,
    /// What was decided of that.
    pub issued_settlement: Settlement,
    /// The same month, computed anew and not decided.
    pub restated: MonthRecord,
    /// Maintenance that is ahead.
    pub notice: MaintenanceNotice,
    /// The last of twelve months that were met.
    pub year: MonthRecord,
}

impl Occasions {
    /// The occasions of the customer with that language.
    pub fn new(language: Language) -> Self {
        let scene = Scene::new(language, super::Hours::Always);
        let breached = record(language, Verdict::Breached);
        let mut restated = record(language, Verdict::Undecidable);
        restated.revision = 2;
        let mut year = record(language, Verdict::Met);
        year.earlier = year_of(&year);
        let month = scene.month.period(scene.zone);
        Self {
            at: utc_text(month.start + 19 * DAY + 9 * HOUR),
            standing: standing(&scene, &breached),
            decided: approved(&breached),
            issued_settlement: settlement(&breached),
            issued: breached.clone(),
            breached,
            restated,
            notice: notice(&scene),
            year,
        }
    }

    /// Makes everything another tenant's.
    pub fn rename(&mut self, tenant: &str) {
        let Self { standing, breached, issued, restated, notice, year, .. } = self;
        let months = [breached, issued, restated, year].map(|record| &mut record.tenant);
        for name in months.into_iter().chain([&mut standing.tenant, &mut notice.tenant]) {
            tenant.clone_into(name);
        }
    }

    /// Every occasion, in the order of [`Occasion`].
    pub fn all(&self) -> Vec<Occasion<'_>> {
        let language = self.breached.language;
        vec![
            Occasion::Breach { standing: &self.standing, at: &self.at, language },
            Occasion::Credit { record: &self.breached, settlement: Some(&self.decided) },
            Occasion::Restatement {
                before: Some((&self.issued, &self.issued_settlement)),
                after: &self.restated,
                settlement: None,
            },
            Occasion::Maintenance { notice: &self.notice, language },
            Occasion::Year { record: &self.year },
        ]
    }
}

fn standing(scene: &Scene, record: &MonthRecord) -> MonthStanding {
    let month = scene.month.period(scene.zone);
    let range = |low: &str, high: &str| RecordRange { low: Some(low.to_owned()), high: Some(high.to_owned()) };
    let one = |index: usize, outlook, method, used_seconds, used_percent| {
        let promise = &record.commitments[index];
        CommitmentStanding {
            name: promise.name.clone(),
            title: promise.title.clone(),
            target: promise.target.clone(),
            method,
            period: RecordSpan { start: utc_text(month.start), end: utc_text(month.end) },
            measured_until: utc_text(month.start + 19 * DAY + 9 * HOUR),
            service_seconds: 19 * DAY + 9 * HOUR,
            whole_service_seconds: month.seconds(),
            downtime_seconds: 69 * MINUTE,
            unknown_seconds: if index == 0 { 0 } else { 10 * MINUTE },
            budget_seconds: Some("2682.000".to_owned()),
            used_seconds,
            used_percent,
            projected_at_present_rate: RecordRange::<Option<RecordRatio>> { low: None, high: None },
            projected_percent: RecordRange { low: None, high: None },
            outlook,
        }
    };
    MonthStanding {
        tenant: record.tenant.clone(),
        tenant_name: record.tenant_name.clone(),
        contract: record.contract.id.clone(),
        version: record.contract.version,
        month: record.month,
        time_zone: record.period.time_zone.clone(),
        commitments: vec![
            one(0, Outlook::UsedUp, Method::Timeslices, range("4140.000", "4140.000"), range("154.37", "154.37")),
            one(1, Outlook::UsedUp, Method::Occurrences, range("2760.500", "3360.500"), range("102.93", "125.30")),
            one(2, Outlook::Lasts, Method::RatioTimeslices, range("0", "0"), range("0.00", "0.00")),
        ],
    }
}

/// One window of every decision.
fn notice(scene: &Scene) -> MaintenanceNotice {
    use ExclusionDecision::{Accepted, HoursUsedUp, NotAgreed, NotApproved, NoticeNotKept, Refused, SamePerson};
    let month = scene.month.period(scene.zone);
    let (reasons, commitment, service) = match scene.language {
        Language::De => (
            ["Wartung der Datenbank", "Umbau des Netzes"],
            "Verfügbarkeit der Bestellschnittstelle",
            "Bestellschnittstelle",
        ),
        Language::En => {
            (["Database maintenance", "Network change"], "Availability of the order interface", "Order interface")
        }
    };
    let decisions =
        [Accepted, NotApproved, SamePerson, Refused, NotAgreed, NoticeNotKept, HoursUsedUp, HoursUsedUp, Accepted];
    let windows = decisions.into_iter().zip(0_i64..).map(|(decision, index)| {
        let start = month.start + (20 + index) * DAY + 2 * HOUR;
        let window = Period::new(start, start + 2 * HOUR).expect("two hours");
        MaintenanceWindow {
            name: format!("maintenance-{index}"),
            start: utc_text(window.start),
            end: utc_text(window.end),
            seconds: window.seconds(),
            reason: reasons[usize::from(index % 2 == 1)].to_owned(),
            announced_at: (index != 5).then(|| utc_text(month.start + 10 * DAY)),
            commitments: vec![commitment.to_owned()],
            services: vec![service.to_owned()],
            accepted_seconds: match (decision, index) {
                (Accepted, 0) => window.seconds(),
                (Accepted, _) | (HoursUsedUp, 6) => HOUR,
                _ => 0,
            },
            decision,
        }
    });
    MaintenanceNotice {
        tenant: scene.tenant.to_owned(),
        tenant_name: scene.tenant_name.to_owned(),
        contract: format!("{}-platform", scene.tenant),
        version: 2,
        time_zone: scene.zone.to_string(),
        month: scene.month,
        at: utc_text(month.start + 19 * DAY + 9 * HOUR),
        notice_seconds: Some(5 * DAY),
        hours_per_month: Some(4),
        windows: windows.collect(),
    }
}

/// The eleven months before, all of them met.
fn year_of(record: &MonthRecord) -> Vec<RecordEarlier> {
    let of = |back: u32| {
        let earlier = MonthRecord { month: record.month.minus(back), ..record.clone() };
        let after = MonthRecord { month: earlier.month.plus(1), ..record.clone() };
        let mut told = RecordEarlier::before(&after, &[earlier]).remove(0);
        if back == 5 {
            let first = &mut told.promises[0];
            first.attained = RecordRange { low: Some("99.9100".to_owned()), high: Some("99.9100".to_owned()) };
        }
        if back > 6 {
            "99.5".clone_into(&mut told.promises[0].target);
        }
        told
    };
    (1..=11).rev().map(of).collect()
}
