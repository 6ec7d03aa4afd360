//! Promises about incidents for the invented months: one that has an incident, one that has none while all is well.

use sla_core::incident::{
    Approval, ClockHours, ClockStart, Elapsed, IncidentClock, IncidentMonth, IncidentNote, IncidentOutcome,
    IncidentVerdict,
};
use sla_core::record::{
    Clock, Language, RecordIncident, RecordIncidentPromise, RecordRange, RecordRatio, RecordSpan, Verdict,
};
use sla_core::time::{UnixSeconds, utc_text};

use super::{DAY, HOUR, MINUTE, Scene};

/// A fixed sum for an incident above its limit, in the minor unit.
const FIXED_MINOR: i64 = 15_000;

/// What an invented incident was, in seconds after its report.
struct Told {
    title: &'static str,
    reported: UnixSeconds,
    responded: Option<i64>,
    restored: i64,
    why: Vec<IncidentNote>,
}

/// Response within half an hour, restoration within four.
pub(super) fn promises(scene: &Scene, verdict: Verdict) -> Vec<RecordIncidentPromise> {
    let (titles, incident) = match scene.language {
        Language::De => (
            ["Reaktionszeit bei Totalausfall", "Wiederherstellungszeit bei Teilausfall"],
            ["Bestellungen wurden nicht angenommen", "Berichte fehlten"],
        ),
        Language::En => (
            ["Response time in a total failure", "Restoration time in a partial failure"],
            ["Orders were not taken", "Reports were absent"],
        ),
    };
    let start = scene.month.period(scene.zone).start;
    let first = Told {
        title: incident[0],
        reported: start + 6 * DAY + 9 * HOUR + 14 * MINUTE,
        responded: match verdict {
            Verdict::Met => Some(12 * MINUTE),
            Verdict::Breached => Some(43 * MINUTE),
            Verdict::Undecidable => None,
        },
        restored: 2 * HOUR + 49 * MINUTE,
        why: if verdict == Verdict::Undecidable { vec![IncidentNote::RespondedByRestoration] } else { Vec::new() },
    };
    let second = Told {
        title: incident[1],
        reported: start + 15 * DAY + 10 * HOUR,
        responded: Some(8 * MINUTE),
        restored: 3 * HOUR,
        why: Vec::new(),
    };
    let of_second: &[Told] = if verdict == Verdict::Met { &[] } else { &[second] };
    vec![
        promise(scene, "response-p1", titles[0], IncidentClock::Response, 30 * MINUTE, &[first]),
        promise(scene, "restoration-p2", titles[1], IncidentClock::Restoration, 4 * HOUR, of_second),
    ]
}

fn promise(
    scene: &Scene,
    name: &str,
    title: &str,
    ends: IncidentClock,
    limit_seconds: i64,
    told: &[Told],
) -> RecordIncidentPromise {
    let incidents: Vec<RecordIncident> = told.iter().map(|told| incident(name, ends, limit_seconds, told)).collect();
    let count = |verdict| incidents.iter().filter(|one| one.outcome.verdict == verdict).count();
    let [within, over, undecidable] =
        [IncidentVerdict::Within, IncidentVerdict::Over, IncidentVerdict::Undecidable].map(count);
    let share = |kept: usize| {
        let ratio = sla_core::ratio::Ratio::new(i64::try_from(kept).ok()?, i64::try_from(incidents.len()).ok()?)?;
        Some(RecordRatio::from(&ratio))
    };
    let attained_range = RecordRange { low: share(within), high: share(within + undecidable) };
    let verdict = match (over, undecidable) {
        (0, 0) => Verdict::Met,
        (0, _) => Verdict::Undecidable,
        _ => Verdict::Breached,
    };
    let mean = |pick: fn(&Elapsed) -> Option<i64>| {
        let sum: i64 = incidents.iter().filter_map(|one| pick(&one.outcome.elapsed_seconds)).sum();
        i64::try_from(incidents.len()).ok().filter(|count| *count > 0).map(|count| (sum / count).to_string())
    };
    RecordIncidentPromise {
        name: name.to_owned(),
        contract_version: 2,
        title: title.to_owned(),
        service: "platform".to_owned(),
        period: None::<RecordSpan>,
        class: name.rsplit('-').next().unwrap_or_default().to_owned(),
        clock: Clock { ends, starts_at: ClockStart::Reported, hours: ClockHours::Wall },
        month: IncidentMonth::Started,
        limit_seconds,
        target: "100".to_owned(),
        within: u32::try_from(within).unwrap_or(u32::MAX),
        over: u32::try_from(over).unwrap_or(u32::MAX),
        undecidable: u32::try_from(undecidable).unwrap_or(u32::MAX),
        not_ended: 0,
        attained: attained_range.low.clone().filter(|_| attained_range.low == attained_range.high),
        attained_range,
        mean_seconds: mean(|elapsed| Some(elapsed.low))
            .map(|low| RecordRange { low: Some(low), high: mean(|elapsed| elapsed.high) }),
        verdict,
        credit: scene.fixed(verdict, FIXED_MINOR),
        incidents,
    }
}

fn incident(name: &str, ends: IncidentClock, limit_seconds: i64, told: &Told) -> RecordIncident {
    let at = |seconds: i64| utc_text(told.reported + seconds);
    let elapsed_seconds = match (ends, told.responded) {
        (IncidentClock::Restoration, _) => Elapsed { low: told.restored, high: Some(told.restored) },
        (IncidentClock::Response, Some(responded)) => Elapsed { low: responded, high: Some(responded) },
        (IncidentClock::Response, None) => Elapsed { low: 0, high: Some(told.restored) },
    };
    let past = |seconds: i64| (seconds - limit_seconds).max(0);
    let over_seconds = Elapsed { low: past(elapsed_seconds.low), high: elapsed_seconds.high.map(past) };
    let verdict = match over_seconds {
        Elapsed { high: Some(0), .. } => IncidentVerdict::Within,
        Elapsed { low: 0, .. } => IncidentVerdict::Undecidable,
        _ => IncidentVerdict::Over,
    };
    RecordIncident {
        name: format!("{name}-incident"),
        title: told.title.to_owned(),
        summary: None,
        began: Some(at(-7 * MINUTE)),
        detected: Some(at(-5 * MINUTE)),
        reported: at(0),
        responded: told.responded.map(at),
        restored: Some(at(told.restored)),
        pauses: Vec::new(),
        outcome: IncidentOutcome {
            elapsed_seconds,
            over_seconds,
            verdict,
            clock_stops_seconds: 0,
            approval: Approval::NotApproved,
            ended: true,
            why: told.why.clone(),
        },
        sha256: sla_core::evidence::sha256_hex(told.title.as_bytes()),
    }
}
