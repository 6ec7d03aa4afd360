//! Whether evidence that is on record says what would be asked now, so that nobody has to be asked again.

use std::path::Path;

use sla_core::catalogue::RangeEnds;
use sla_core::plan::What;

use crate::beats;
use crate::file::{charges_query, file_query, incidents_query};
use crate::prometheus::{asked, is_answer_to, probes_query};
use crate::sql::{sql_beats_query, sql_query};

/// Whether evidence with that query and that source, as its provenance keeps them, answers what is asked. Addresses of servers
/// are not compared: a server that has moved said the same.
pub fn answers(what: &What, query: &str, source: &str) -> bool {
    match what {
        What::Queries(reading) => {
            let [both, later] = [RangeEnds::Both, RangeEnds::Later].map(|ends| asked(reading, ends));
            // Within a month a server may have become one of version 3.
            [&both, &later, &format!("{both}\n{later}")].into_iter().any(|asked| is_answer_to(asked, query))
        }
        What::Counters(counters) => is_answer_to(&counters.to_string(), query),
        What::Sql { statement, content } => query == sql_query(statement, *content),
        What::SqlBeats { statement, target, terms } => query == sql_beats_query(statement, target, terms),
        What::Charges { path, charges, content } => {
            query == charges_query(charges, *content) && is_of_file(path, source)
        }
        What::Incidents { path, down_from } => query == incidents_query(*down_from) && is_of_file(path, source),
        What::Probes(probes) => is_answer_to(&probes_query(probes), query),
        What::File { path, content, columns } => {
            query == file_query(*content, columns.as_ref()) && is_of_file(path, source)
        }
        What::Beats { path, target, terms } => query == beats::query(target, terms) && is_of_file(path, source),
    }
}

/// Whether a source is a file of that name; folders are not on record.
fn is_of_file(path: &str, source: &str) -> bool {
    let name = Path::new(path).file_name().unwrap_or_default().to_string_lossy();
    source
        .strip_prefix("file ")
        .and_then(|rest| rest.strip_prefix(&*name))
        .is_some_and(|rest| rest.starts_with(" sha256 "))
}

#[cfg(test)]
mod tests {
    use sla_core::catalogue::{Comparison, NewSeries, Variables};
    use sla_core::plan::{CountedPart, Counter, Counters, FileContent, Reading};

    use super::*;

    #[test]
    fn evidence_answers_the_same_question_and_no_other() {
        #[track_caller]
        fn check(what: &What, query: &str, source: &str, expected: bool) {
            assert_eq!(answers(what, query, source), expected, "{what:?}: {query} of {source}");
        }
        let file = |path: &str| What::File { path: path.to_owned(), content: FileContent::Counts, columns: None };
        let (columns, source) = ("columns t, good, total", "file availability.parquet sha256 ab");
        check(&file("prairie/availability.parquet"), columns, source, true);
        check(&file("prairie/latency.parquet"), columns, source, false);
        check(&file("prairie/availability.parquet"), "columns t, value", source, false);
        // A name that another one begins with is another file.
        check(&file("prairie/availability.par"), columns, source, false);
        check(&file("prairie/availability.parquet"), columns, "https://prometheus.example.org", false);
        let bound =
            sla_core::catalogue::Bound { comparison: Comparison::AtMost, value: "0.3".parse().expect("a number") };
        let bounded =
            What::File { path: "latency.csv".to_owned(), content: FileContent::Bounded(bound), columns: None };
        check(&bounded, "columns t, value; good is value <= 0.3", "file latency.csv sha256 ab", true);
        check(&bounded, "columns t, value; good is value <= 0.4", "file latency.csv sha256 ab", false);

        let variables = Variables::new("nordlicht", &std::collections::BTreeMap::new(), 60);
        let query = |text: &str| variables.in_query(text).expect("no unknown variable");
        let reading = Reading::GoodOfTotal {
            good: query("sum_over_time(good{tenant=\"$tenant\"}[$slice])"),
            total: query("increase(total[$slice])"),
        };
        let asked = What::Queries(reading);
        // Prometheus 2 was asked for a millisecond less, Prometheus 3 was not.
        for range in ["59999ms", "60s"] {
            let text =
                format!("good: sum_over_time(good{{tenant=\"nordlicht\"}}[{range}])\ntotal: increase(total[60s])");
            check(&asked, &text, "https://anywhere.example.org", true);
        }
        check(&asked, "good: sum(good)\ntotal: increase(total[60s])", "https://anywhere.example.org", false);

        let counter = |name: &str| Counter {
            series: name.parse().expect("a selector"),
            new_series: NewSeries::StartsAtZero,
            gap_seconds: 120,
            up_to: None,
        };
        let counters = Counters { part: CountedPart::Bad, first: counter("failed"), total: counter("all") };
        let (text, what) = (counters.to_string(), What::Counters(counters));
        check(&what, &text, "https://anywhere.example.org", true);
        // Which label tells servers apart says nothing of what is counted.
        check(&what, &format!("{text}\nreplicas: apart by replica"), "https://anywhere.example.org", true);
        check(&what, &format!("{text}\nmore"), "https://anywhere.example.org", false);
        check(&what, &text.replace("all", "others"), "https://anywhere.example.org", false);
    }
}
