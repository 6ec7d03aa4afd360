//! A close that is held at the moment in which it says that a step begins.

use std::io::{PipeReader, Read, Write, pipe};
use std::process::{Child, ExitStatus};

use rustix::process::{Pid, Signal, kill_process};

use crate::desk::{Desk, command};

/// The steps in their order, as the binary names them when its messages do not go to a terminal.
const STEPS: [&str; 5] = ["capture", "measure", "render", "record", "publish"];
/// What Linux lets a pipe hold.
const PIPE_BYTES: usize = 64 * 1024;

/// A close whose messages go into a pipe with room for those of earlier steps only: writing the next one waits until
/// somebody reads.
pub(crate) struct Held {
    child: Child,
    messages: PipeReader,
}

impl Held {
    /// Starts a close, and waits until it is about to begin a step.
    pub(crate) fn at(desk: &Desk, step: &str) -> Self {
        let before = STEPS.iter().take_while(|earlier| **earlier != step);
        let room: usize = before.map(|earlier| format!("{earlier} …\n").len()).sum();
        let (messages, mut full) = pipe().expect("a pipe");
        full.write_all(&vec![b'.'; PIPE_BYTES - room]).expect("a pipe of the usual size");
        let mut words = desk.close();
        words.retain(|word| word != "--json");
        let child = command(&words).stderr(full).stdout(std::process::Stdio::piped()).spawn().expect("the binary runs");
        let held = Self { child, messages };
        held.wait();
        held
    }

    /// Waits until the process sleeps in the write to its messages: the kernel says what it waits for.
    fn wait(&self) {
        let id = self.child.id();
        let is_held = || {
            let threads = std::fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
            let calls = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("syscall")).ok());
            // The call's number and its first argument: write to standard error. Only Linux on a 64-bit Intel numbers it 1.
            let mut calls = calls.map(|call| call.split(' ').take(2).collect::<Vec<_>>().join(" "));
            calls.any(|call| call == "1 0x2" || call == "64 0x2")
        };
        let begin = std::time::Instant::now();
        while !is_held() {
            assert!(begin.elapsed().as_secs() < 120, "the close does not get as far as that");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }

    pub(crate) fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("the binary still runs");
    }

    /// Lets it go on, and gives how it ended and what it said.
    pub(crate) fn go(mut self) -> (ExitStatus, String) {
        let mut said = String::new();
        self.messages.read_to_string(&mut said).expect("text");
        let mut printed = String::new();
        self.child.stdout.take().expect("piped").read_to_string(&mut printed).expect("text");
        let status = self.child.wait().expect("the binary ends");
        (status, said.trim_start_matches('.').to_owned() + &printed)
    }
}
