//! Ctrl-C and SIGTERM leave no half month, and a close that was killed leaves nothing that stays.

use std::io::Read;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use crate::desk::{Desk, From, MONTH, command, csv, desk_of_files};
use crate::held::Held;

#[test]
fn ctrl_c_while_a_source_is_read_leaves_nothing() {
    // A server that takes the question and never answers.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("a bound port"));
    let desk = Desk::new(&From::Prometheus(&url));
    let mut words = desk.close();
    words.retain(|word| word != "--json");
    let mut closing = command(&words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    let pid = Pid::from_child(&closing);
    let mut stderr = closing.stderr.take().expect("piped");
    let address = listener.local_addr().expect("a bound port");
    // A binary that ends without asking must not leave the test waiting: its end knocks, too.
    let ended = std::thread::spawn(move || {
        let status = closing.wait().expect("the binary ends");
        drop(TcpStream::connect(address));
        status
    });
    let (mut stream, _) = listener.accept().expect("the binary asks");
    let mut byte = [0];
    if stream.read_exact(&mut byte).is_ok() {
        kill_process(pid, Signal::INT).expect("the binary still runs");
    }
    let mut said = String::new();
    stderr.read_to_string(&mut said).expect("text");
    let status = ended.join().expect("waiting does not panic");
    assert_eq!(status.code(), Some(130), "{said}");
    assert!(said.contains("interrupted; nothing was recorded"), "{said}");
    assert!(desk.files("out").is_empty(), "{:?}", desk.files("out").keys());
    let left = std::fs::read_dir(desk.path("out")).map(Iterator::count).unwrap_or_default();
    assert_eq!(left, 0, "no folder of an unfinished close is left");
    assert_eq!(desk.verified()["entries"], 0);
}

/// Whatever lies directly in the folder for documents.
fn names(desk: &Desk) -> Vec<String> {
    let entries = std::fs::read_dir(desk.path("out")).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_signal_while_documents_are_made_leaves_nothing() {
    for signal in [Signal::INT, Signal::TERM] {
        for step in ["measure", "render"] {
            let desk = desk_of_files();
            let held = Held::at(&desk, step);
            assert!(names(&desk).iter().any(|name| name.starts_with(".closing-")), "a close is under way");
            held.send(signal);
            let (status, said) = held.go();
            assert_eq!(status.code(), Some(130), "{signal:?} at {step}: {said}");
            assert!(said.contains("interrupted; nothing was recorded"), "{said}");
            assert_eq!(names(&desk), [""; 0], "{signal:?} at {step}");
            assert_eq!(desk.verified()["entries"], 0);
        }
    }
}

#[test]
fn a_signal_while_the_month_is_recorded_is_too_late() {
    for signal in [Signal::INT, Signal::TERM] {
        for step in ["record", "publish"] {
            let desk = desk_of_files();
            let held = Held::at(&desk, step);
            held.send(signal);
            let (status, said) = held.go();
            assert_eq!(status.code(), Some(0), "{signal:?} at {step}: {said}");
            assert_eq!(names(&desk), [MONTH, "evidence"]);
            assert_ne!(desk.verified()["entries"], 0);
            assert_eq!(desk.report("nord")["revision"], 1);
        }
    }
}

#[test]
fn what_a_killed_close_left_goes_with_the_next_and_one_under_way_is_left_alone() {
    let desk = desk_of_files();
    let killed = Held::at(&desk, "render");
    killed.send(Signal::KILL);
    killed.go();
    let left = names(&desk);
    assert!(left.len() == 1 && left[0].starts_with(".closing-"), "{left:?}");
    let living = Held::at(&desk, "render");
    let now = names(&desk);
    assert!(now.len() == 1 && now != left, "{now:?}");
    // A third close beside the living one.
    desk.closes();
    let mut expected = [now[0].as_str(), MONTH, "evidence"];
    expected.sort_unstable();
    assert_eq!(names(&desk), expected);
    // The one that was held planned the revision that the other took: the same month, so nothing to add.
    let (status, said) = living.go();
    assert_eq!(status.code(), Some(0), "{said}");
    assert!(said.contains("the ledger knew all of it already"), "{said}");
    assert_eq!(names(&desk), [MONTH, "evidence"]);
}

#[test]
fn a_close_that_another_overtakes_with_other_evidence_is_refused() {
    let desk = desk_of_files();
    let held = Held::at(&desk, "render");
    desk.write("data/nord.csv", &csv().replacen(",5,10\n", ",10,10\n", 3));
    desk.closes();
    let (ledger, files) = (desk.verified(), desk.files("out/2026-10"));
    let (status, said) = held.go();
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("was recorded by somebody else"), "{said}");
    assert_eq!(desk.verified(), ledger);
    assert!(desk.files("out/2026-10") == files);
}
