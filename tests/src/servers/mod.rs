//! Real servers, each in a temporary folder on a free loopback port, stopped when the value is dropped.
//!
//! This module holds what both have in common: finding the program, the port, the wait until it is ready, the stop.

mod bucket;
mod door;
mod fault;
mod openid;
mod pgbouncer;
mod postgres;
mod prometheus;
mod remote_write;
mod screen;

use std::fs::File;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

pub use bucket::{BucketServer, Condition};
pub use door::{Cut, Door};
pub use fault::{Fault, FaultProxy};
pub use openid::{OpenIdProvider, Person};
pub use pgbouncer::PgBouncer;
pub use postgres::{Postgres, Shutdown};
pub use prometheus::{Guard, Prometheus};
pub use remote_write::{WrittenSeries, read_request, stale, write, write_histograms};
pub use screen::Screen;

/// A server that is not ready by then will not be; on a busy machine with two cores both need under three seconds.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// A server that did not stop by then is killed.
const STOPPED_WITHIN: Duration = Duration::from_secs(10);
/// Between two looks at a server that starts or stops.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// How often a start is tried with another port. Between finding a free port and the server taking it, another process
/// may have taken it.
const ATTEMPTS: u32 = 5;

/// A running server process.
struct Server {
    child: Child,
    stop: Signal,
    log: PathBuf,
    /// Lets the thread end that the process was started from; see [`Server::spawn`].
    _parent: Sender<()>,
}

/// What became of a server that was started.
enum Started {
    Ready,
    Exited(ExitStatus),
    TimedOut,
}

impl Server {
    /// Starts a server on a free port and waits until it is ready.
    ///
    /// `command` makes the command line for a port; `ready` looks whether *this* process, and not another that took the
    /// port, serves; `stop` is the signal that makes it stop at once.
    fn start(
        log: &Path,
        stop: Signal,
        command: impl Fn(u16) -> Command,
        ready: impl Fn(u16, Pid) -> bool,
    ) -> (Self, u16) {
        Self::start_at(log, stop, None, command, ready)
    }

    /// The same on a port that it had before, when one is given.
    fn start_at(
        log: &Path,
        stop: Signal,
        port: Option<u16>,
        command: impl Fn(u16) -> Command,
        ready: impl Fn(u16, Pid) -> bool,
    ) -> (Self, u16) {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            let port = port.unwrap_or_else(free_port);
            let mut server = Self::spawn(command(port), stop, log);
            let pid = Pid::from_child(&server.child);
            match server.wait(|| ready(port, pid)) {
                Started::Ready => return (server, port),
                Started::Exited(status) => last = Some(status),
                Started::TimedOut => {
                    panic!("the server is not ready after {READY_WITHIN:?}; its log ends with\n{}", tail(log))
                }
            }
        }
        let status = last.map_or_else(String::new, |status| status.to_string());
        panic!("the server stopped by itself {ATTEMPTS} times, the last time with {status}; its log is\n{}", tail(log))
    }

    /// Starts a server again on the port that it had.
    ///
    /// # Panics
    /// If it does not get ready; nobody else should have taken its port meanwhile.
    fn start_again(log: &Path, stop: Signal, command: Command, ready: impl Fn(Pid) -> bool) -> Self {
        let mut server = Self::spawn(command, stop, log);
        let pid = Pid::from_child(&server.child);
        match server.wait(|| ready(pid)) {
            Started::Ready => server,
            Started::Exited(status) => panic!("the server stopped with {status}; its log is\n{}", tail(log)),
            Started::TimedOut => {
                panic!("the server is not ready after {READY_WITHIN:?}; its log ends with\n{}", tail(log))
            }
        }
    }

    /// Starts the process with its output in `log`.
    ///
    /// The command is run through `setpriv --pdeathsig`, so that a test that is killed takes its servers with it. Linux
    /// sends that signal when the *thread* ends that started the process, not the program; a thread of a test runner or
    /// of a runtime may end early, so the process gets a thread of its own that ends with this value.
    fn spawn(mut command: Command, stop: Signal, log: &Path) -> Self {
        let output = File::create(log).expect("the server's folder can be written");
        let errors = output.try_clone().expect("an open file can be opened again");
        command.stdin(Stdio::null()).stdout(output).stderr(errors);
        let (parent, dropped) = channel::<()>();
        let (born, birth) = channel();
        std::thread::spawn(move || {
            let sent = born.send(command.spawn().map_err(|error| format!("{command:?} cannot be started: {error}")));
            if sent.is_ok() {
                // An error here is the news: the other end was dropped.
                let _ = dropped.recv();
            }
        });
        let child = birth.recv().expect("the thread sends once").unwrap_or_else(|message| panic!("{message}"));
        Self { child, stop, log: log.to_owned(), _parent: parent }
    }

    /// Looks again and again until the server is ready, has exited, or the time is over.
    fn wait(&mut self, ready: impl Fn() -> bool) -> Started {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be asked") {
                return Started::Exited(status);
            }
            if ready() {
                return Started::Ready;
            }
            if begin.elapsed() > READY_WITHIN {
                return Started::TimedOut;
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// What the server wrote last.
    fn log(&self) -> String {
        tail(&self.log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The child is not waited for yet, so its id is still its own and cannot mean another process.
        let asked = kill_process(Pid::from_child(&self.child), self.stop);
        let begin = Instant::now();
        while asked.is_ok() && begin.elapsed() < STOPPED_WITHIN {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        // Both fail only if it is gone, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command that gets `stop` when the test dies; run as `user` if one is given.
fn guarded(program: &Path, user: Option<&str>, stop: &str) -> Command {
    let mut command = Command::new(find("setpriv"));
    command.args(["--pdeathsig", stop]);
    if let Some(user) = user {
        command.args(["--reuid", user, "--regid", user, "--init-groups"]);
    }
    command.arg("--").arg(program);
    command
}

/// The path of a program.
///
/// # Panics
/// If it is not installed, with the command that installs it.
fn find(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Debian keeps some of them in sbin, which is not on everybody's path, and chores build some beside the tests.
    let test = std::env::current_exe().unwrap_or_default();
    let tools = test.ancestors().nth(3).map(|target| target.join("xtask/tools/bin"));
    let folders = std::env::split_paths(&path).chain(["/usr/bin".into(), "/usr/sbin".into()]).chain(tools);
    folders.map(|folder| folder.join(program)).find(|path| path.is_file()).unwrap_or_else(|| missing(program))
}

fn missing(program: &str) -> ! {
    panic!("{program} is not installed: run `cargo xtask setup`")
}

/// A port of the loopback interface that nobody listens on now.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("the loopback interface is up");
    listener.local_addr().expect("a bound socket has an address").port()
}

/// Runs a program to its end and gives what it printed.
///
/// # Panics
/// If it fails, with its command line and all it said.
fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
    let [said, complained] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert!(output.status.success(), "{command:?} ended with {}:\n{said}{complained}", output.status);
    said
}

/// A successful reply with its headers, or nothing. HTTP/1.0, so that the body comes in one piece.
fn get(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n").ok()?;
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).ok()?;
    let reply = String::from_utf8_lossy(&reply).into_owned();
    reply.split(' ').nth(1).is_some_and(|status| status == "200").then_some(reply)
}

/// The last lines of a log, or why it cannot be read.
fn tail(log: &Path) -> String {
    const LINES: usize = 40;
    match std::fs::read(log) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            let lines: Vec<&str> = text.lines().collect();
            lines[lines.len().saturating_sub(LINES)..].join("\n")
        }
        Err(error) => format!("{}: {error}", log.display()),
    }
}
