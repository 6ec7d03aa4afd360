//! A server in front of another one, or of none: it says what a test wants, or hands a request on.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What becomes of a request.
pub(crate) enum Reply {
    /// It is answered: status line and further headers, type, body.
    Say { status: &'static str, kind: &'static str, body: String },
    /// It is handed on to a server on this port of the loopback interface.
    Forward(u16),
}

/// A server on a free port of the loopback interface, for as long as the test runs.
pub(crate) struct Front {
    pub(crate) url: String,
}

impl Front {
    /// Decides about every request by its head and body, one connection for each.
    pub(crate) fn start(
        tls: Option<Arc<ServerConfig>>,
        decide: impl Fn(&str) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("a bound port").port();
        // The certificate is for a name.
        let url = if tls.is_some() { format!("https://localhost:{port}") } else { format!("http://127.0.0.1:{port}") };
        let decide = Arc::new(decide);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let (decide, tls) = (Arc::clone(&decide), tls.clone());
                thread::spawn(move || {
                    // A client that does not trust the certificate, or is stopped, hangs up: that is its test's business.
                    let _ = match tls.map(ServerConnection::new) {
                        None => serve(stream, &*decide),
                        Some(Ok(connection)) => serve(StreamOwned::new(connection, stream), &*decide),
                        Some(Err(error)) => panic!("{error}"),
                    };
                });
            }
        });
        Self { url }
    }
}

fn serve(mut client: impl Read + Write, decide: &dyn Fn(&str) -> Reply) -> std::io::Result<()> {
    let Some(request) = request(&mut client)? else { return Ok(()) };
    let reply = match decide(&request) {
        Reply::Say { status, kind, body } => {
            let length = body.len();
            format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
                .into_bytes()
        }
        Reply::Forward(port) => {
            let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
            server.write_all(request.replacen("\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1).as_bytes())?;
            let mut reply = Vec::new();
            server.read_to_end(&mut reply)?;
            reply
        }
    };
    client.write_all(&reply)?;
    client.flush()
}

/// A whole request; `None` when the client hangs up before its end.
fn request(client: &mut impl Read) -> std::io::Result<Option<String>> {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        match client.read(&mut buffer)? {
            0 => return Ok(None),
            read => bytes.extend_from_slice(&buffer[..read]),
        }
        // Our requests are ASCII: queries are percent-encoded.
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length").then(|| value.parse::<usize>().expect("a length"))
        });
        if body.len() >= length.unwrap_or(0) {
            return Ok(Some(text));
        }
    }
}
