//! Beats out of CSV: what is read, what is refused, and where.

use sla_core::heartbeat::{Beat, Beats, Probe};

fn beat(at: i64, good: bool) -> Beat {
    Beat { at, good }
}

#[test]
fn rows_become_probes_with_signs_of_their_life() {
    let text = "\u{feff}probe, t ,ok,target\r\n\
                fra,2026-10-01T00:00:00Z,1,api\r\n\
                fra,1790812860,FALSE,api\r\n\
                fra,1790812860,0,api\r\n\
                ams,2026-10-01T02:00:30+02:00,true,shop\r\n\
                fra,1790812830,0,shop\r\n\
                \r\n\
                fra,1790812845,1,self\r\n\
                fra,1790812850,0,self\r\n\
                \"Tokyo, 2\",1790812800,1,api\r\n";
    let beats = Beats::read_csv("beats.csv", text).expect("it reads");
    assert_eq!(beats.targets(), ["api", "shop"]);
    let midnight = 1_790_812_800;
    // A failed check of another target is a sign of life, a failed check of itself is none.
    let fra = Probe::new("fra", [beat(midnight, true), beat(midnight + 60, false)], [midnight + 30, midnight + 45]);
    assert_eq!(beats.probes_of("api"), [Probe::new("Tokyo, 2", [beat(midnight, true)], []), fra]);
    assert_eq!(beats.probes_of("shop")[0], Probe::new("ams", [beat(midnight + 30, true)], []));
    assert_eq!(beats.probes_of("nowhere"), []);
    assert_eq!(Beats::read_csv("beats.csv", "t,probe,target,ok\n").expect("no beats"), Beats::default());
}

#[test]
fn what_is_no_beat_is_refused_with_its_place() {
    #[track_caller]
    fn check(text: &str, code: &str, message: &str) {
        let refused = Beats::read_csv("b.csv", text).expect_err("it is refused");
        assert_eq!(refused.code(), code);
        assert!(refused.to_string().starts_with(message), "{refused}");
    }
    check("", "beats_empty", "b.csv: found no content, expected the columns t, probe, target, ok");
    check("t,probe,target\n", "beats_columns", "b.csv:1: found no column \"ok\", expected exactly the columns");
    check("t,probe,target,ok,ms\n", "beats_columns", "b.csv:1: found the column \"ms\"");
    check("t,t,probe,target,ok\n", "beats_columns", "b.csv:1: found the column \"t\" twice");
    check("t;probe;target;ok\n", "beats_columns", "b.csv:1: found the column \"t;probe;target;ok\"");
    let row = |row: &str| format!("t,probe,target,ok\n0,a,b,1\n{row}\n");
    check(&row("0,a,b"), "beats_fields", "b.csv:3: found 3 fields, expected 4 as in the header");
    check(&row("0,a,b,1,2"), "beats_fields", "b.csv:3: found 5 fields");
    for (time, quoted) in [
        ("", "\"\""),
        ("-1", "\"-1\""),
        ("1790812800000", "\"1790812800000\""),
        ("1790812800.5", "\"1790812800.5\""),
        ("2026-10-01T00:00:00", "\"2026-10-01T00:00:00\""),
        ("2026-10-01T00:00:00.5Z", "\"2026-10-01T00:00:00.5Z\""),
        ("01.10.2026 00:00", "\"01.10.2026 00:00\""),
        ("99999999999999999999", "\"99999999999999999999\""),
    ] {
        let message = format!("b.csv:3, column t: found {quoted}, expected a time of whole seconds");
        check(&row(&format!("{time},a,b,1")), "beats_cell", &message);
    }
    check(&row("0,,b,1"), "beats_cell", "b.csv:3, column probe: found \"\", expected a name");
    check(&row("0,a,\"b\n\"\"c\",1"), "beats_cell", "b.csv:3, column target: found \"b\\n\\\"c\", expected a name");
    check(&row(&format!("0,a,{},1", "b".repeat(201))), "beats_cell", "b.csv:3, column target: found \"bbb");
    for ok in ["", "yes", "2", "-1", "1.0", "NaN"] {
        let message = format!("b.csv:3, column ok: found {ok:?}, expected 1, 0, true or false");
        check(&row(&format!("0,a,b,{ok}")), "beats_cell", &message);
    }
}
