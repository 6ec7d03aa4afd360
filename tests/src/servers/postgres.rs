//! PostgreSQL: a cluster of its own, with databases that a test makes as it needs them.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustix::process::{Pid, Signal, geteuid};
use tempfile::TempDir;

use super::{LOOK_EVERY, READY_WITHIN, Server, find, guarded, missing, run, tail};

/// Where Debian keeps the servers, one folder per major version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// The server refuses to run as root; Debian's package makes this user.
const SERVER_USER: &str = "postgres";
/// The role that the tests connect as, the cluster's only one.
pub(super) const ROLE: &str = "sla";
/// A user that owns nothing.
pub(super) const GUEST: &str = "guest";

/// The authority that a server with TLS has its certificate from, as PEM, in the server's folder.
const AUTHORITY: &str = "authority.pem";
/// The name that the certificate is for.
const NAME: &str = "localhost";

/// A PostgreSQL server with an empty cluster. Only the loopback interface and a password lead in.
pub struct Postgres {
    // The server must stop before its folder goes: fields are dropped in this order.
    server: Option<Server>,
    folder: TempDir,
    port: u16,
    tls: bool,
    password: String,
    databases: AtomicU32,
}

/// How a server stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// Transactions are cut off, and all that was committed is written down.
    Fast,
    /// As in a power cut: what was committed is found again in the log at the next start.
    Immediate,
}

impl Postgres {
    /// Makes a cluster and starts the newest server that Debian's package has installed.
    ///
    /// # Panics
    /// If PostgreSQL is not installed, or does not get ready.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(false)
    }

    /// As [`Self::start`], but nobody gets in without TLS. The certificate is for `localhost` only, and signed by
    /// [`Self::authority`].
    ///
    /// # Panics
    /// As [`Self::start`].
    #[must_use]
    pub fn start_with_tls() -> Self {
        Self::start_with(true)
    }

    fn start_with(tls: bool) -> Self {
        let folder = folder();
        let (user, password) = (user(), password());
        make_cluster(&programs(), user, folder.path(), &password);
        if tls {
            ask_for_tls(user, folder.path());
        }
        Self::serve(folder, tls, password)
    }

    /// Makes a standby of this server: a copy that follows it, and can be read. What this server says is written is written
    /// on the standby as well from then on.
    ///
    /// # Panics
    /// If the copy is not made, or the standby does not follow.
    #[must_use]
    pub fn standby(&self) -> Self {
        let folder = folder();
        let mut copy = guarded(&programs().join("pg_basebackup"), user(), "KILL");
        own(user(), folder.path());
        copy.args(["--host=127.0.0.1", &format!("--port={}", self.port), &format!("--username={ROLE}")])
            .args(["--checkpoint=fast", "--no-sync", "--write-recovery-conf", "--pgdata"])
            .arg(folder.path().join("data"))
            .env("PGPASSWORD", &self.password);
        run(&mut copy);
        let standby = Self::serve(folder, self.tls, self.password.clone());
        standby.databases.store(self.databases.load(Ordering::Relaxed), Ordering::Relaxed);
        self.execute("alter system set synchronous_standby_names = '*'");
        self.execute("select pg_reload_conf()");
        let begin = Instant::now();
        while self.ask("select count(*) from pg_stat_replication where sync_state = 'sync'") != "1" {
            assert!(begin.elapsed() < READY_WITHIN, "the standby does not follow:\n{}", standby.log());
            std::thread::sleep(LOOK_EVERY);
        }
        standby
    }

    /// Makes a standby the server that is written to.
    ///
    /// # Panics
    /// If it does not become one.
    pub fn promote(&self) {
        assert_eq!(self.ask("select pg_promote(true, 60)"), "t", "{}", self.log());
    }

    /// Stops the server; its folder and its port stay its own.
    pub fn stop(&mut self, how: Shutdown) {
        if let Some(server) = &mut self.server {
            server.stop = match how {
                Shutdown::Fast => Signal::INT,
                Shutdown::Immediate => Signal::QUIT,
            };
        }
        self.server = None;
    }

    /// Starts a server again that was stopped, on its port.
    ///
    /// # Panics
    /// If it does not get ready.
    pub fn start_again(&mut self) {
        let data = self.folder.path().join("data");
        let command = command(&data, self.tls, self.port);
        let log = self.folder.path().join("log");
        self.server = Some(Server::start_again(&log, Signal::INT, command, |pid| is_ready(&data, pid)));
    }

    fn serve(folder: TempDir, tls: bool, password: String) -> Self {
        let data = folder.path().join("data");
        let ready = |_, pid| is_ready(&data, pid);
        // Interrupt is the fast shutdown: it does not wait for connections that a test left open.
        let command = |port| command(&data, tls, port);
        let (server, port) = Server::start(&folder.path().join("log"), Signal::INT, command, ready);
        Self { server: Some(server), folder, port, tls, password, databases: AtomicU32::new(0) }
    }

    /// Makes a fresh database and gives its address, `postgres://user:password@127.0.0.1:port/name`.
    ///
    /// # Panics
    /// If the server does not make it.
    #[must_use]
    pub fn database(&self) -> String {
        let name = format!("ledger_{}", self.databases.fetch_add(1, Ordering::Relaxed) + 1);
        self.psql("postgres", &format!("create database {name}"));
        format!("postgres://{ROLE}:{}@127.0.0.1:{}/{name}", self.password, self.port)
    }

    /// The same address for a user of that server who owns nothing and was granted nothing.
    ///
    /// # Panics
    /// If the server does not make the user.
    #[must_use]
    pub fn as_guest(&self, url: &str) -> String {
        let exists = format!("select 1 from pg_roles where rolname = '{GUEST}'");
        if self.psql("postgres", &exists).trim().is_empty() {
            self.psql("postgres", &format!("create role {GUEST} login password '{}'", self.password));
        }
        url.replace(&format!("//{ROLE}:"), &format!("//{GUEST}:"))
    }

    /// The file with the authority's certificate, of a server with TLS.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join(AUTHORITY)
    }

    /// The password of the role that the tests connect as.
    pub(super) fn password(&self) -> &str {
        &self.password
    }

    /// Runs a statement as the cluster's owner.
    ///
    /// # Panics
    /// If the server refuses it.
    pub fn execute(&self, statement: &str) {
        self.psql("postgres", statement);
    }

    /// Asks for one value as the cluster's owner.
    ///
    /// # Panics
    /// If the server refuses it.
    #[must_use]
    pub fn ask(&self, statement: &str) -> String {
        self.psql("postgres", statement).trim().to_owned()
    }

    /// Runs a statement as the cluster's owner in the database of an address.
    ///
    /// # Panics
    /// If the server refuses it.
    pub fn execute_in(&self, url: &str, statement: &str) {
        let name = url.rsplit('/').next().unwrap_or_default();
        self.psql(name, statement);
    }

    /// The server's port on the loopback interface.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The last lines that the server wrote.
    #[must_use]
    pub fn log(&self) -> String {
        tail(&self.folder.path().join("log"))
    }

    fn psql(&self, database: &str, statement: &str) -> String {
        let mut psql = Command::new(find("psql"));
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"])
            .args(["--host=127.0.0.1", &format!("--port={}", self.port), &format!("--username={ROLE}")])
            .args(["--dbname", database, "--command", statement])
            .env("PGPASSWORD", &self.password);
        run(&mut psql)
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Postgres").field("port", &self.port).finish_non_exhaustive()
    }
}

/// The user that a server runs as, when it would be root.
pub(super) fn user() -> Option<&'static str> {
    geteuid().is_root().then_some(SERVER_USER)
}

fn folder() -> TempDir {
    tempfile::Builder::new().prefix("sla-postgres-").tempdir().expect("a temporary folder")
}

/// Gives a folder to the server's user.
pub(super) fn own(user: Option<&str>, folder: &Path) {
    if let Some(user) = user {
        run(Command::new(find("chown")).args(["--recursive", &format!("{user}:")]).arg(folder));
    }
}

fn command(data: &Path, tls: bool, port: u16) -> Command {
    let mut command = guarded(&programs().join("postgres"), user(), "INT");
    command.arg("-D").arg(data).args(settings(port));
    if tls {
        command.args(["-c", "ssl=on"]);
    }
    command
}

/// The folder of the newest version's programs.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin"))))
        .filter(|(_, programs)| programs.join("postgres").is_file() && programs.join("initdb").is_file())
        .max();
    newest.map_or_else(|| missing("postgresql"), |(_, programs)| programs)
}

fn make_cluster(programs: &Path, user: Option<&str>, folder: &Path, password: &str) {
    let secret = folder.join("password");
    std::fs::write(&secret, password).expect("the server's folder can be written");
    own(user, folder);
    run(guarded(&programs.join("initdb"), user, "KILL")
        .arg("--pgdata")
        .arg(folder.join("data"))
        .arg("--pwfile")
        .arg(&secret)
        .args(["--username", ROLE, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]));
}

/// Lets the cluster serve TLS by a certificate of a new authority, and nobody in without.
fn ask_for_tls(user: Option<&str>, folder: &Path) {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec![NAME.to_owned()]).expect("a name");
    let certificate = params.signed_by(&key, &issuer).expect("a certificate");
    let data = folder.join("data");
    let write = |path: PathBuf, text: String| std::fs::write(path, text).expect("the server's folder can be written");
    write(folder.join(AUTHORITY), issuer.pem());
    write(data.join("server.crt"), certificate.pem());
    write(data.join("pg_hba.conf"), "hostssl all all 127.0.0.1/32 scram-sha-256\n".to_owned());
    // The server refuses a key that others may read.
    let secret = data.join("server.key");
    write(secret.clone(), key.serialize_pem());
    run(Command::new(find("chmod")).arg("600").arg(&secret));
    own(user, &data);
}

/// What a short life needs: no wait for the disk itself, little memory, and no socket outside of the loopback interface.
fn settings(port: u16) -> impl Iterator<Item = String> {
    [
        "listen_addresses=127.0.0.1".to_owned(),
        format!("port={port}"),
        "unix_socket_directories=".to_owned(),
        "fsync=off".to_owned(),
        "full_page_writes=off".to_owned(),
        // What was said to be written is there after the server was cut off; only a power cut would take it.
        "synchronous_commit=on".to_owned(),
        "shared_buffers=32MB".to_owned(),
        "max_connections=100".to_owned(),
        "autovacuum=off".to_owned(),
        "timezone=UTC".to_owned(),
        "lc_messages=C".to_owned(),
    ]
    .into_iter()
    .flat_map(|setting| ["-c".to_owned(), setting])
}

/// The server says that it takes connections in the eighth line of a file in its own folder, as `pg_ctl` reads it. The
/// first line is its process, so a file that an earlier attempt left is not taken for this one's.
fn is_ready(data: &Path, pid: Pid) -> bool {
    let Ok(state) = std::fs::read_to_string(data.join("postmaster.pid")) else { return false };
    let line = |number: usize| state.lines().nth(number - 1).map(str::trim);
    line(1) == Some(pid.as_raw_nonzero().to_string().as_str()) && line(8) == Some("ready")
}

/// A password that nobody can know: the standard library's hash keys are random.
fn password() -> String {
    (0..2).map(|_| format!("{:016x}", RandomState::new().build_hasher().finish())).collect()
}
