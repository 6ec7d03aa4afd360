//! Prometheus with a back-filled month.

use std::fmt;
use std::path::Path;
use std::process::Command;

use rustix::process::Signal;
use tempfile::TempDir;

use super::{Server, find, get, guarded, run};

/// One block of a month instead of hundreds of two hours: back-filling takes seconds instead of minutes.
const BLOCK: &str = "--max-block-duration=744h";

/// What a server writes into its log when it is ready.
const READY: &str = "Server is ready to receive web requests";

/// A Prometheus server with the samples that a test gave it. It scrapes nothing.
pub struct Prometheus {
    // The server must stop before its folder goes: fields are dropped in this order.
    server: Server,
    _folder: TempDir,
    port: u16,
    is_guarded: bool,
}

/// What stands before a server: TLS, and a user with a password.
#[derive(Clone, Copy, Debug)]
pub struct Guard<'a> {
    /// The certificate for `localhost`, as PEM.
    pub certificate: &'a str,
    /// Its key, as PEM.
    pub key: &'a str,
    /// The only user.
    pub user: &'a str,
    /// The user's password as bcrypt writes it.
    pub password_bcrypt: &'a str,
}

impl Prometheus {
    /// Back-fills `openmetrics`, a text in the OpenMetrics exposition format with timestamps in seconds that ends with
    /// `# EOF`, and starts the server on it.
    ///
    /// # Panics
    /// If prometheus or promtool is not installed, refuses the text, or does not get ready.
    #[must_use]
    pub fn start(openmetrics: &str) -> Self {
        Self::serve(filled(openmetrics), None)
    }

    /// As [`Prometheus::start`], behind TLS and a password.
    ///
    /// # Panics
    /// As [`Prometheus::start`].
    #[must_use]
    pub fn start_guarded(openmetrics: &str, guard: &Guard<'_>) -> Self {
        let folder = filled(openmetrics);
        let path = |name: &str| folder.path().join(name);
        let web = format!(
            "tls_server_config: {{ cert_file: certificate.pem, key_file: key.pem }}\nbasic_auth_users: {{ {}: '{}' }}\n",
            guard.user, guard.password_bcrypt
        );
        for (name, text) in [("certificate.pem", guard.certificate), ("key.pem", guard.key), ("web.yml", &web)] {
            std::fs::write(path(name), text).expect("the server's folder can be written");
        }
        let web = path("web.yml");
        Self::serve(folder, Some(&web))
    }

    /// Starts a server that has no sample at all.
    ///
    /// # Panics
    /// As [`Prometheus::start`].
    #[must_use]
    pub fn start_empty() -> Self {
        Self::serve(folder(), None)
    }

    /// Starts a server without samples that takes them, of any time, by remote write; those of a series and of all series in
    /// the order of time.
    ///
    /// # Panics
    /// As [`Prometheus::start`].
    #[must_use]
    pub fn start_receiving() -> Self {
        // One block of a month, so that a month's samples stay in memory and none is too old.
        let block = "31d";
        let flags = [
            "--web.enable-remote-write-receiver".to_owned(),
            "--enable-feature=native-histograms".to_owned(),
            format!("--storage.tsdb.min-block-duration={block}"),
            format!("--storage.tsdb.max-block-duration={block}"),
        ];
        Self::serve_with(folder(), None, &flags)
    }

    /// The server's base address, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        // The certificate is for a name.
        match self.is_guarded {
            true => format!("https://localhost:{}", self.port),
            false => format!("http://127.0.0.1:{}", self.port),
        }
    }

    /// The server's port on the loopback interface.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The last lines that the server wrote.
    #[must_use]
    pub fn log(&self) -> String {
        self.server.log()
    }

    fn serve(folder: TempDir, web: Option<&Path>) -> Self {
        Self::serve_with(folder, web, &[])
    }

    fn serve_with(folder: TempDir, web: Option<&Path>, flags: &[String]) -> Self {
        let program = find("prometheus");
        let config = folder.path().join("prometheus.yml");
        std::fs::write(&config, "scrape_configs: []\n").expect("the server's folder can be written");
        let data = data(folder.path());
        let command = |port: u16| {
            let mut command = guarded(&program, None, "TERM");
            command
                .arg(format!("--config.file={}", config.display()))
                .arg(format!("--storage.tsdb.path={}", data.display()))
                .arg(format!("--web.listen-address=127.0.0.1:{port}"))
                // A month of the past must not be deleted at the start.
                .arg("--storage.tsdb.retention.time=100y")
                // Behind a guard only the log says that it is ready.
                .arg(if web.is_some() { "--log.level=info" } else { "--log.level=warn" })
                .args(flags)
                .args(web.map(|web| format!("--web.config.file={}", web.display())));
            command
        };
        // The API answers 503 until the server is ready. The folder in the flags tells this server from any other.
        let own = format!("\"{}\"", data.display());
        let log = folder.path().join("log");
        let ready = |port: u16, _| match web {
            Some(_) => std::fs::read_to_string(&log).is_ok_and(|log| log.contains(READY)),
            None => get(port, "/api/v1/status/flags").is_some_and(|reply| reply.contains(&own)),
        };
        let (server, port) = Server::start(&log, Signal::TERM, command, ready);
        Self { server, _folder: folder, port, is_guarded: web.is_some() }
    }
}

impl fmt::Debug for Prometheus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Prometheus").field("url", &self.url()).finish()
    }
}

/// A folder with the back-filled samples.
fn filled(openmetrics: &str) -> TempDir {
    let folder = folder();
    let text = folder.path().join("samples.om");
    std::fs::write(&text, openmetrics).expect("the server's folder can be written");
    let blocks = ["tsdb", "create-blocks-from", "openmetrics", BLOCK];
    run(Command::new(find("promtool")).args(blocks).arg(&text).arg(data(folder.path())));
    folder
}

fn folder() -> TempDir {
    tempfile::Builder::new().prefix("sla-prometheus-").tempdir().expect("a temporary folder")
}

fn data(folder: &Path) -> std::path::PathBuf {
    folder.join("data")
}
