//! A second reading that agrees with the first but for one slice that it does not know.

use sla_core::catalogue::WhenOpen;
use sla_core::evidence::sha256_hex;
use sla_core::ratio::{Ratio, Rounding};
use sla_core::record::{
    Agreement, Count, MonthRecord, PERCENT_DIGITS, RecordEvidence, RecordRange, RecordRatio, RecordReading,
    RecordSecondReading,
};

use super::{MINUTE, Scene};

impl Scene {
    /// Has the first commitment, which counts slices, read a second time.
    pub(super) fn read_twice(record: &mut MonthRecord) {
        let one = &mut record.commitments[0];
        let (Count::Whole(good), Count::Whole(total)) = (&one.good, &one.total) else {
            unreachable!("slices are whole")
        };
        let ratio = |good: i64| Ratio::new(good, *total).expect("there are slices");
        let printed = |good: i64| Some(RecordRatio::from(&ratio(good)));
        let points = |share: &Ratio| Some(share.to_percent(PERCENT_DIGITS, Rounding::Ceil));
        let first = RecordReading {
            good: one.good.clone(),
            total: one.total.clone(),
            attained_range: one.attained_range.clone(),
            verdict: one.verdict,
            downtime_seconds: one.downtime_seconds,
            unknown_seconds: one.unknown_seconds,
        };
        let second = RecordReading {
            good: Count::Whole(good - 1),
            total: Count::Whole(total - 1),
            attained_range: RecordRange { low: printed(good - 1), high: printed(*good) },
            unknown_seconds: one.unknown_seconds + MINUTE,
            ..first.clone()
        };
        let sha256 = sha256_hex(b"second reading");
        let difference = ratio(*good).minus(&ratio(good - 1));
        one.second_reading = Some(RecordSecondReading {
            sli: "availability-recorded".to_owned(),
            tolerance: "0.01".to_owned(),
            when_open: WhenOpen::Undecidable,
            first,
            second,
            difference_points: RecordRange { low: points(&Ratio::zero()), high: points(&difference) },
            agreement: Agreement::Agree,
            down_in_first_only_seconds: 0,
            down_in_second_only_seconds: 0,
            evidence: sha256.clone(),
        });
        one.evidence.push(sha256.clone());
        let own = record.evidence[0].clone();
        record.evidence.push(RecordEvidence {
            sha256,
            query: "good: availability:good:1m; total: availability:total:1m".to_owned(),
            warnings: Vec::new(),
            notes: Vec::new(),
            ..own
        });
    }
}
