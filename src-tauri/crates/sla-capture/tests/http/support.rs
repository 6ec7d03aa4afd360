//! A server that says whatever a test wants it to say: a peer that lies cannot be had from a real one.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// One request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// `POST /api/v1/query_range HTTP/1.1`.
    pub(crate) line: String,
    /// Header lines, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A field of the form, still percent-encoded.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.body.split('&').filter_map(|field| field.split_once('=')).find(|(known, _)| *known == name).map(|(_, v)| v)
    }

    pub(crate) fn is_build_info(&self) -> bool {
        self.line.contains("/api/v1/status/buildinfo")
    }
}

/// What a server says to a request, byte for byte; the connection closes after it. `None`: it hangs up without a word.
pub(crate) type Say = dyn Fn(&Asked) -> Option<Vec<u8>> + Send + Sync;

/// A server on a free port of the loopback interface; it ends with the test's runtime.
pub(crate) struct Server {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub(crate) async fn start(say: impl Fn(&Asked) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        Self::start_with(None, Arc::new(say)).await
    }

    pub(crate) async fn start_with(tls: Option<TlsAcceptor>, say: Arc<Say>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let url = match tls {
            Some(_) => format!("https://localhost:{port}"),
            None => format!("http://127.0.0.1:{port}"),
        };
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, say, log) = (tls.clone(), Arc::clone(&say), Arc::clone(&log));
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, &*say, &log).await,
                        // A client that does not trust the certificate hangs up; that is its test's business.
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, &*say, &log).await;
                            }
                        }
                    }
                });
            }
        });
        Self { url, asked }
    }

    /// Every request so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no panic").clone()
    }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, say: &Say, log: &Mutex<Vec<Asked>>) {
    let mut bytes = Vec::new();
    let asked = loop {
        let mut buffer = [0_u8; 4096];
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
        }
        if let Some(asked) = parse(&bytes) {
            break asked;
        }
    };
    log.lock().expect("no panic").push(asked.clone());
    if let Some(answer) = say(&asked) {
        // The client may have hung up before the end, over a limit for example.
        let _ = stream.write_all(&answer).await;
        let _ = stream.shutdown().await;
    }
}

/// A whole request; `None` while bytes are missing.
fn parse(bytes: &[u8]) -> Option<Asked> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let line = lines.next()?.to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let asked = Asked { line, headers, body: body.to_owned() };
    let length = asked.header("content-length").map_or(0, |text| text.parse().expect("a length"));
    (body.len() >= length).then_some(asked)
}

/// A whole answer.
pub(crate) fn http(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

pub(crate) fn ok(body: &str) -> Vec<u8> {
    http("200 OK", "Content-Type: application/json\r\n", body.as_bytes())
}

pub(crate) fn gzip(body: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(body.as_bytes()).expect("memory");
    encoder.finish().expect("memory")
}

pub(crate) fn build_info() -> Vec<u8> {
    ok(r#"{"status":"success","data":{"version":"2.42.0","revision":"x","branch":"HEAD","goVersion":"go1.19"}}"#)
}

/// A matrix of these series, each its labels and values as JSON.
pub(crate) fn matrix(series: &[(&str, &str)]) -> String {
    let series: Vec<String> =
        series.iter().map(|(labels, values)| format!(r#"{{"metric":{labels},"values":[{values}]}}"#)).collect();
    format!(r#"{{"status":"success","data":{{"resultType":"matrix","result":[{}]}}}}"#, series.join(","))
}
