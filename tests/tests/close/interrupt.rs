//! Ctrl-C leaves no half month.

use std::io::Read;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
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
