//! A proxy of HTTP that does to answers what networks do to them.

use std::fmt;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::LOOK_EVERY;

/// What happens to one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// The connection ends after that many thousandths of the answer.
    Cut(usize),
    /// Nothing more comes after that many thousandths of it, and the connection stays.
    Stall(usize),
    /// Another answer comes: this status, and how long to wait in seconds.
    Status(u16, Option<u32>),
    /// One bit is another, after that many thousandths of the body.
    Flip(usize),
    /// Of frames of remote read only so many come, and nothing but the end of the connection says that there are no more.
    Frames(usize),
    /// The answer says that its body is that many bytes longer than it is.
    Length(usize),
}

/// A proxy before a server.
pub struct FaultProxy {
    port: u16,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

struct Shared {
    to: u16,
    /// A path that the server behind does not have; nothing happens to the answer that says so.
    missing: Option<&'static str>,
    /// What happens to the next answers, one after the other; nothing afterwards.
    faults: Mutex<Vec<Fault>>,
    requests: AtomicUsize,
    ends: AtomicBool,
}

impl FaultProxy {
    /// A proxy before a port of the loopback interface. Answers whose path is `missing` are 404.
    ///
    /// # Panics
    /// If no port is free.
    #[must_use]
    pub fn before(to: u16, missing: Option<&'static str>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("the loopback interface is up");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        listener.set_nonblocking(true).expect("a socket can be asked without waiting");
        let (faults, requests, ends) = (Mutex::default(), AtomicUsize::default(), AtomicBool::default());
        let shared = Arc::new(Shared { to, missing, faults, requests, ends });
        let own = Arc::clone(&shared);
        let listening = std::thread::spawn(move || {
            while !own.ends.load(Ordering::Relaxed) {
                match listener.accept() {
                    Ok((stream, _)) => {
                        let own = Arc::clone(&own);
                        std::thread::spawn(move || own.serve(stream));
                    }
                    Err(_) => std::thread::sleep(LOOK_EVERY),
                }
            }
        });
        Self { port, shared, listening: Some(listening) }
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What happens to the next answers.
    pub fn will(&self, faults: &[Fault]) {
        *self.shared.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults.to_vec();
    }

    /// How many requests came so far.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.shared.requests.load(Ordering::Relaxed)
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::Relaxed);
        if let Some(listening) = self.listening.take() {
            // It can only have panicked, and then the test has said so.
            let _ = listening.join();
        }
    }
}

impl fmt::Debug for FaultProxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FaultProxy").field("port", &self.port).finish_non_exhaustive()
    }
}

impl Shared {
    /// One request and its answer; the connection ends with it. What fails fails on either side as well.
    fn serve(&self, mut client: TcpStream) -> Option<()> {
        client.set_nonblocking(false).ok()?;
        let request = request(&mut client)?;
        self.requests.fetch_add(1, Ordering::Relaxed);
        if self.missing.is_some_and(|path| request.starts_with(format!("POST {path} ").as_bytes())) {
            return client.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").ok();
        }
        let fault = {
            let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
            if faults.is_empty() { Fault::None } else { faults.remove(0) }
        };
        if let Fault::Status(status, wait) = fault {
            let wait = wait.map_or_else(String::new, |seconds| format!("Retry-After: {seconds}\r\n"));
            let answer = format!("HTTP/1.1 {status} Fault\r\n{wait}Content-Length: 0\r\nConnection: close\r\n\r\n");
            return client.write_all(answer.as_bytes()).ok();
        }
        let answer = self.forward(&request)?;
        let (sent, stays) = spoilt(answer, fault);
        client.write_all(&sent).ok()?;
        // Until the client has gone away, or the test is over.
        while stays && !self.ends.load(Ordering::Relaxed) {
            client.set_read_timeout(Some(LOOK_EVERY)).ok()?;
            if matches!(client.read(&mut [0]), Ok(0)) {
                break;
            }
        }
        Some(())
    }

    /// The server's whole answer.
    fn forward(&self, request: &[u8]) -> Option<Vec<u8>> {
        let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, self.to)).ok()?;
        let end = request.windows(2).position(|two| two == b"\r\n")? + 2;
        server.write_all(&request[..end]).ok()?;
        server.write_all(b"Connection: close\r\n").ok()?;
        server.write_all(&request[end..]).ok()?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer).ok()?;
        Some(answer)
    }
}

/// A request: its head, and as much of a body as the head says.
fn request(client: &mut TcpStream) -> Option<Vec<u8>> {
    let mut request = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let read = client.read(&mut buffer).ok().filter(|read| *read > 0)?;
        request.extend_from_slice(&buffer[..read]);
        let Some(head) = head_of(&request) else { continue };
        let text = String::from_utf8_lossy(&request[..head]).to_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
        if request.len() >= head + length.unwrap_or(0) {
            return Some(request);
        }
    }
}

/// Where the body begins.
fn head_of(message: &[u8]) -> Option<usize> {
    message.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

/// What is sent of an answer, and whether the connection stays afterwards.
fn spoilt(mut answer: Vec<u8>, fault: Fault) -> (Vec<u8>, bool) {
    let head = head_of(&answer).unwrap_or(answer.len());
    match fault {
        Fault::None | Fault::Status(..) => (answer, false),
        Fault::Cut(thousandths) | Fault::Stall(thousandths) => {
            answer.truncate(answer.len() * thousandths / 1000);
            (answer, matches!(fault, Fault::Stall(_)))
        }
        Fault::Flip(thousandths) => {
            let at = head + (answer.len() - head).saturating_sub(1) * thousandths / 1000;
            if let Some(byte) = answer.get_mut(at) {
                *byte ^= 1;
            }
            (answer, false)
        }
        Fault::Frames(_) | Fault::Length(_) => {
            let text = String::from_utf8_lossy(&answer[..head]).into_owned();
            let kept = text.lines().filter(|line| {
                let line = line.to_lowercase();
                !line.starts_with("content-length:") && !line.starts_with("transfer-encoding:") && !line.is_empty()
            });
            let mut body = plain_body(&answer[head..], &text.to_lowercase());
            let mut lines: Vec<String> = kept.map(str::to_owned).collect();
            match fault {
                Fault::Frames(count) => body.truncate(frames(&body, count)),
                Fault::Length(more) => lines.push(format!("Content-Length: {}", body.len() + more)),
                _ => {}
            }
            let mut sent = format!("{}\r\n\r\n", lines.join("\r\n")).into_bytes();
            sent.extend_from_slice(&body);
            (sent, false)
        }
    }
}

/// How many bytes the first frames of remote read take: the length of each as a varint, a checksum of four bytes, and the frame.
fn frames(body: &[u8], count: usize) -> usize {
    let mut at = 0;
    for _ in 0..count {
        let (mut length, mut shift) = (0_usize, 0);
        while let Some(byte) = body.get(at) {
            at += 1;
            length |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        at = (at + 4 + length).min(body.len());
    }
    at
}

/// A body without the marks of chunked transfer.
fn plain_body(body: &[u8], head: &str) -> Vec<u8> {
    if !head.contains("transfer-encoding: chunked") {
        return body.to_vec();
    }
    let (mut plain, mut rest) = (Vec::new(), body);
    while let Some(line) = rest.windows(2).position(|two| two == b"\r\n") {
        let length = usize::from_str_radix(&String::from_utf8_lossy(&rest[..line]), 16).unwrap_or(0);
        if length == 0 || rest.len() < line + 4 + length {
            break;
        }
        plain.extend_from_slice(&rest[line + 2..line + 2 + length]);
        rest = &rest[line + 4 + length..];
    }
    plain
}
