//! PgBouncer: a pooler in front of a PostgreSQL, that gives every transaction another of its sessions.

use std::fmt;
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::postgres::{GUEST, ROLE, own, user};
use super::{Postgres, Server, find, guarded, run, tail};

/// From this version on it can follow named statements, and does by default; the tests want the pooler that cannot.
const FOLLOWS_STATEMENTS: (u32, u32) = (1, 21);

/// A PgBouncer in transaction mode.
pub struct PgBouncer {
    // The server must stop before its folder goes: fields are dropped in this order.
    server: Option<Server>,
    folder: TempDir,
    port: u16,
    behind: u16,
}

impl PgBouncer {
    /// Starts a pooler in front of a server.
    ///
    /// # Panics
    /// If PgBouncer is not installed, or does not get ready.
    #[must_use]
    pub fn start(postgres: &Postgres) -> Self {
        let folder = tempfile::Builder::new().prefix("sla-pgbouncer-").tempdir().expect("a temporary folder");
        let root = folder.path();
        let users = [ROLE, GUEST].map(|user| format!("\"{user}\" \"{}\"\n", postgres.password()));
        std::fs::write(root.join("users"), users.concat()).expect("the folder can be written");
        own(user(), root);
        // Interrupt would wait for clients that a test left connected.
        let (server, port) = Server::start(
            &root.join("log"),
            Signal::TERM,
            |port| command(root, port, postgres.port()),
            |port, pid| is_ready(root, port, pid),
        );
        Self { server: Some(server), folder, port, behind: postgres.port() }
    }

    /// Stops the pooler; its port stays its own.
    pub fn stop(&mut self) {
        self.server = None;
    }

    /// Starts a pooler again that was stopped, on its port.
    ///
    /// # Panics
    /// If it does not get ready.
    pub fn start_again(&mut self) {
        let (root, port) = (self.folder.path(), self.port);
        let command = command(root, port, self.behind);
        self.server =
            Some(Server::start_again(&root.join("log"), Signal::TERM, command, |pid| is_ready(root, port, pid)));
    }

    /// Puts the pooler before another server while it runs, as whoever hands over to a standby does.
    ///
    /// # Panics
    /// If the pooler does not run.
    pub fn lead_to(&mut self, postgres: &Postgres) {
        self.behind = postgres.port();
        configure(self.folder.path(), self.port, self.behind);
        let server = self.server.as_ref().expect("the pooler runs");
        kill_process(Pid::from_child(&server.child), Signal::HUP).expect("it listens to signals");
    }

    /// The address of a database of the server behind, through the pooler.
    #[must_use]
    pub fn pooled(&self, url: &str) -> String {
        replaced(url, self.behind, self.port)
    }

    /// The address of a pooled database past the pooler.
    #[must_use]
    pub fn direct(&self, url: &str) -> String {
        replaced(url, self.port, self.behind)
    }

    /// The last lines that the pooler wrote.
    #[must_use]
    pub fn log(&self) -> String {
        tail(&self.folder.path().join("log"))
    }
}

impl fmt::Debug for PgBouncer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PgBouncer").field("port", &self.port).finish_non_exhaustive()
    }
}

fn replaced(url: &str, from: u16, to: u16) -> String {
    url.replace(&format!("127.0.0.1:{from}/"), &format!("127.0.0.1:{to}/"))
}

fn configure(root: &Path, port: u16, behind: u16) {
    let program = find("pgbouncer");
    let statements = if version(&program) >= FOLLOWS_STATEMENTS { "max_prepared_statements = 0\n" } else { "" };
    let text = configured(port, behind, root, statements);
    std::fs::write(root.join("pgbouncer.ini"), text).expect("the folder can be written");
}

fn command(root: &Path, port: u16, behind: u16) -> Command {
    configure(root, port, behind);
    let mut command = guarded(&find("pgbouncer"), user(), "TERM");
    command.arg(root.join("pgbouncer.ini"));
    command
}

fn is_ready(root: &Path, port: u16, pid: Pid) -> bool {
    let is_ours =
        std::fs::read_to_string(root.join("pid")).is_ok_and(|text| text.trim() == pid.as_raw_nonzero().to_string());
    is_ours && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Sessions are taken in turn, so that two transactions of one client hardly ever get the same. A server that was away is
/// looked for again after a second.
fn configured(port: u16, behind: u16, folder: &Path, statements: &str) -> String {
    let folder = folder.display();
    format!(
        "[databases]
* = host=127.0.0.1 port={behind}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
pidfile = {folder}/pid
auth_type = scram-sha-256
auth_file = {folder}/users
pool_mode = transaction
{statements}default_pool_size = 5
min_pool_size = 3
server_round_robin = 1
server_login_retry = 1
max_client_conn = 200
ignore_startup_parameters = extra_float_digits
"
    )
}

/// The version by its first two numbers.
fn version(program: &Path) -> (u32, u32) {
    let said = run(Command::new(program).arg("--version"));
    let words = said.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    let mut numbers = words.unwrap_or_default().split('.').map(|number| number.parse().unwrap_or_default());
    (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default())
}
