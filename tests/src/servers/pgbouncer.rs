//! PgBouncer: a pooler in front of a PostgreSQL, that gives every transaction another of its sessions.

use std::fmt;
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::Command;

use rustix::process::{Pid, Signal, geteuid};
use tempfile::TempDir;

use super::postgres::{GUEST, ROLE, SERVER_USER};
use super::{Postgres, Server, find, guarded, run};

/// From this version on it can follow named statements, and does by default; the tests want the pooler that cannot.
const FOLLOWS_STATEMENTS: (u32, u32) = (1, 21);

/// A PgBouncer in transaction mode.
pub struct PgBouncer {
    // The server must stop before its folder goes: fields are dropped in this order.
    server: Server,
    _folder: TempDir,
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
        let program = find("pgbouncer");
        let user = geteuid().is_root().then_some(SERVER_USER);
        let folder = tempfile::Builder::new().prefix("sla-pgbouncer-").tempdir().expect("a temporary folder");
        let root = folder.path();
        let write = |name: &str, text: &str| std::fs::write(root.join(name), text).expect("the folder can be written");
        let users = [ROLE, GUEST].map(|user| format!("\"{user}\" \"{}\"\n", postgres.password()));
        write("users", &users.concat());
        let statements = if version(&program) >= FOLLOWS_STATEMENTS { "max_prepared_statements = 0\n" } else { "" };
        if let Some(user) = user {
            run(Command::new(find("chown")).args(["--recursive", &format!("{user}:")]).arg(root));
        }
        let (configuration, process) = (root.join("pgbouncer.ini"), root.join("pid"));
        let command = |port: u16| {
            let text = configured(port, postgres.port(), root, statements);
            std::fs::write(&configuration, text).expect("the folder can be written");
            let mut command = guarded(&program, user, "TERM");
            command.arg(&configuration);
            command
        };
        let ready = |port: u16, pid: Pid| {
            let is_ours =
                std::fs::read_to_string(&process).is_ok_and(|text| text.trim() == pid.as_raw_nonzero().to_string());
            is_ours && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
        };
        // Interrupt would wait for clients that a test left connected.
        let (server, port) = Server::start(&root.join("log"), Signal::TERM, command, ready);
        Self { server, _folder: folder, port, behind: postgres.port() }
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
        self.server.log()
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

/// Sessions are taken in turn, so that two transactions of one client hardly ever get the same.
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
