//! A door before a server: an address that stays the same while nobody answers there, or another server does.
//!
//! It hands on bytes and knows one thing about them: a client of PostgreSQL that commits sends the word `COMMIT`. So a test
//! can cut a connection at the one moment where nobody can tell from outside what happened.

use std::fmt;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::LOOK_EVERY;

/// What a client of PostgreSQL says to keep what it has written.
const COMMIT: &[u8] = b"COMMIT\0";

/// When the connection is cut that commits next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The server never hears that it should commit.
    BeforeCommit,
    /// The server commits, and its answer is lost.
    AfterCommit,
    /// As [`Self::AfterCommit`], and the door closes as well.
    AfterCommitAndClose,
}

/// An address that leads to a server, or to nobody.
pub struct Door {
    port: u16,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

/// An end of a connection.
#[derive(Clone, Copy)]
enum Side {
    Client,
    Server,
}

struct Shared {
    to: AtomicU16,
    is_open: AtomicBool,
    cut: Mutex<Option<Cut>>,
    /// The client's end and the server's end of every connection.
    streams: Mutex<Vec<[TcpStream; 2]>>,
}

impl Door {
    /// An open door that leads to a port of the loopback interface.
    ///
    /// # Panics
    /// If no port is free.
    #[must_use]
    pub fn before(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("the loopback interface is up");
        let own = listener.local_addr().expect("a bound socket has an address").port();
        let shared = Shared { to: port.into(), is_open: true.into(), cut: Mutex::default(), streams: Mutex::default() };
        let mut door = Self { port: own, shared: Arc::new(shared), listening: None };
        door.listen(listener);
        door
    }

    /// The address of a database behind the door.
    #[must_use]
    pub fn through(&self, url: &str) -> String {
        let to = self.shared.to.load(Ordering::SeqCst);
        url.replace(&format!("127.0.0.1:{to}/"), &format!("127.0.0.1:{}/", self.port))
    }

    /// Lets whoever comes next in to another server, and cuts off whoever is with the one before.
    pub fn lead_to(&self, port: u16) {
        self.shared.to.store(port, Ordering::SeqCst);
        self.shared.cut_all(&[Side::Client, Side::Server]);
    }

    /// Cuts every connection; from now on nobody listens, as before a server that sleeps.
    pub fn close(&mut self) {
        self.shared.is_open.store(false, Ordering::SeqCst);
        self.shared.cut_all(&[Side::Client, Side::Server]);
        if let Some(listening) = self.listening.take() {
            // A thread that panicked has said so itself.
            let _ = listening.join();
        }
    }

    /// Listens again.
    ///
    /// # Panics
    /// If somebody else took the port.
    pub fn open(&mut self) {
        self.close();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).expect("its port is its own");
        self.shared.is_open.store(true, Ordering::SeqCst);
        self.listen(listener);
    }

    /// Cuts the connection that commits next.
    pub fn cut_next(&self, cut: Cut) {
        *self.shared.cut.lock().unwrap_or_else(PoisonError::into_inner) = Some(cut);
    }

    fn listen(&mut self, listener: TcpListener) {
        listener.set_nonblocking(true).expect("a socket can be told so");
        let shared = Arc::clone(&self.shared);
        self.listening = Some(std::thread::spawn(move || {
            while shared.is_open.load(Ordering::SeqCst) {
                match listener.accept() {
                    Ok((client, _)) => shared.let_in(client),
                    Err(_) => std::thread::sleep(LOOK_EVERY),
                }
            }
        }));
    }
}

impl Shared {
    /// Hands on what both say in threads that end with the connection. Where nobody answers the client is sent away.
    fn let_in(self: &Arc<Self>, client: TcpStream) {
        let to = self.to.load(Ordering::SeqCst);
        let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, to)) else { return };
        if !self.is_open.load(Ordering::SeqCst) {
            return;
        }
        // An accepted socket may have been born as the listener is, without waiting.
        let pair = client.set_nonblocking(false).and_then(|()| {
            let _ = (client.set_nodelay(true), server.set_nodelay(true));
            Ok(((client.try_clone()?, server.try_clone()?), (client.try_clone()?, server.try_clone()?)))
        });
        let Ok(((client_end, server_end), (from_client, from_server))) = pair else { return };
        self.streams.lock().unwrap_or_else(PoisonError::into_inner).push([client_end, server_end]);
        let shared = Arc::clone(self);
        std::thread::spawn(move || shared.hand_on(from_client, server, true));
        let shared = Arc::clone(self);
        std::thread::spawn(move || shared.hand_on(from_server, client, false));
    }

    fn hand_on(&self, mut from: TcpStream, mut to: TcpStream, is_client: bool) {
        let mut buffer = vec![0; 65_536];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            let said = &buffer[..length];
            let commits = is_client && said.windows(COMMIT.len()).any(|window| window == COMMIT);
            let cut = if commits { self.cut.lock().unwrap_or_else(PoisonError::into_inner).take() } else { None };
            match cut {
                Some(Cut::BeforeCommit) => break,
                Some(cut) => {
                    // The client is gone before the server hears of it, so the answer cannot reach anybody.
                    if cut == Cut::AfterCommitAndClose {
                        self.is_open.store(false, Ordering::SeqCst);
                        self.cut_all(&[Side::Client]);
                    }
                    let _ = from.shutdown(Shutdown::Both);
                    let _ = to.write_all(said);
                    // Until the server has answered; its end of the connection closes after that.
                    let _ = to.shutdown(Shutdown::Write);
                    return;
                }
                None if to.write_all(said).is_err() => break,
                None => {}
            }
        }
        let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
    }

    fn cut_all(&self, sides: &[Side]) {
        for ends in self.streams.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            for side in sides {
                // It may have ended already.
                let _ = ends[*side as usize].shutdown(Shutdown::Both);
            }
        }
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Door").field("port", &self.port).finish_non_exhaustive()
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.close();
    }
}
