//! Prometheus with a back-filled month.

use std::fmt;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;
use tempfile::TempDir;

use super::{Server, find, guarded, run};

/// One block of a month instead of hundreds of two hours: back-filling takes seconds instead of minutes.
const BLOCK: &str = "--max-block-duration=744h";

/// A Prometheus server with the samples that a test gave it. It scrapes nothing.
pub struct Prometheus {
    // The server must stop before its folder goes: fields are dropped in this order.
    server: Server,
    _folder: TempDir,
    port: u16,
}

impl Prometheus {
    /// Back-fills `openmetrics`, a text in the OpenMetrics exposition format with timestamps in seconds that ends with
    /// `# EOF`, and starts the server on it.
    ///
    /// # Panics
    /// If prometheus or promtool is not installed, refuses the text, or does not get ready.
    #[must_use]
    pub fn start(openmetrics: &str) -> Self {
        let folder = folder();
        let text = folder.path().join("samples.om");
        std::fs::write(&text, openmetrics).expect("the server's folder can be written");
        let blocks = ["tsdb", "create-blocks-from", "openmetrics", BLOCK];
        run(Command::new(find("promtool")).args(blocks).arg(&text).arg(data(folder.path())));
        Self::serve(folder)
    }

    /// Starts a server that has no sample at all.
    ///
    /// # Panics
    /// As [`Prometheus::start`].
    #[must_use]
    pub fn start_empty() -> Self {
        Self::serve(folder())
    }

    /// The server's base address, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The last lines that the server wrote.
    #[must_use]
    pub fn log(&self) -> String {
        self.server.log()
    }

    fn serve(folder: TempDir) -> Self {
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
                .arg("--log.level=warn");
            command
        };
        // The API answers 503 until the server is ready. The folder in the flags tells this server from any other.
        let own = format!("\"{}\"", data.display());
        let ready = |port: u16, _| get(port, "/api/v1/status/flags").is_some_and(|reply| reply.contains(&own));
        let (server, port) = Server::start(&folder.path().join("log"), Signal::TERM, command, ready);
        Self { server, _folder: folder, port }
    }
}

impl fmt::Debug for Prometheus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Prometheus").field("url", &self.url()).finish()
    }
}

fn folder() -> TempDir {
    tempfile::Builder::new().prefix("sla-prometheus-").tempdir().expect("a temporary folder")
}

fn data(folder: &Path) -> std::path::PathBuf {
    folder.join("data")
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
