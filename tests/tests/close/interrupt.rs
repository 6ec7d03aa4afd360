//! Ctrl-C leaves no half month.

use std::io::Read;
use std::net::{Ipv4Addr, TcpListener};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use crate::desk::{Desk, From, command};

#[test]
fn ctrl_c_while_a_source_is_read_leaves_nothing() {
    // A server that takes the question and never answers.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("a bound port"));
    let desk = Desk::new(&From::Prometheus(&url));
    let mut words = desk.close();
    words.retain(|word| word != "--json");
    let mut closing = command(&words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    let (mut stream, _) = listener.accept().expect("the binary asks");
    let mut byte = [0];
    stream.read_exact(&mut byte).expect("the binary asks something");
    kill_process(Pid::from_child(&closing), Signal::INT).expect("the binary still runs");
    let mut said = String::new();
    closing.stderr.take().expect("piped").read_to_string(&mut said).expect("text");
    let status = closing.wait().expect("the binary ends");
    assert_eq!(status.code(), Some(130), "{said}");
    assert!(said.contains("interrupted; nothing was recorded"), "{said}");
    assert!(desk.files("out").is_empty(), "{:?}", desk.files("out").keys());
    let left = std::fs::read_dir(desk.path("out")).map(Iterator::count).unwrap_or_default();
    assert_eq!(left, 0, "no folder of an unfinished close is left");
    assert_eq!(desk.verified()["entries"], 0);
}
