//! Listening: on loopback unless told otherwise, with TLS when there is a certificate, and stopping without cutting anybody off.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;

use crate::api::Api;
use crate::operations::router;

/// How long requests that are under way may take when the program stops.
const FINISH_WITHIN: Duration = Duration::from_secs(20);

/// A certificate with its key, both as PEM.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The file with the certificate and those that it was signed by.
    pub chain: PathBuf,
    /// The file with the private key.
    pub key: PathBuf,
}

/// Why the program does not listen.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is taken, or not of this machine.
    #[error("cannot listen on {address}: {source}; choose another address with --listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error("the certificate {} or its key {} cannot be used: {source}; expected PEM files that belong together",
        .certificate.chain.display(), .certificate.key.display())]
    Certificate {
        /// The files.
        certificate: Certificate,
        /// Why not.
        source: io::Error,
    },
    /// Without TLS passwords would be read on their way.
    #[error(
        "{address} can be reached from other machines, and there is no certificate; give one with --certificate and --key, or listen on loopback behind a proxy that has one"
    )]
    Exposed {
        /// The address.
        address: SocketAddr,
    },
    /// Listening ended.
    #[error("listening ended: {0}")]
    Ended(io::Error),
}

impl ServeError {
    /// A stable name of the reason for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Listen { .. } => "serve.listen",
            Self::Certificate { .. } => "serve.certificate",
            Self::Exposed { .. } => "serve.exposed",
            Self::Ended(_) => "serve.ended",
        }
    }
}

/// An address that is listened on; requests wait until it runs.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    certificate: Option<RustlsConfig>,
}

impl Server {
    /// Takes an address.
    ///
    /// # Errors
    /// [`ServeError`]; nobody is answered.
    pub async fn bind(address: SocketAddr, certificate: Option<Certificate>) -> Result<Self, ServeError> {
        if certificate.is_none() && !address.ip().is_loopback() {
            return Err(ServeError::Exposed { address });
        }
        let certificate = match certificate {
            None => None,
            Some(certificate) => {
                let failed = |source| ServeError::Certificate { certificate: certificate.clone(), source };
                // Somebody else may have chosen the same provider already, which is as good.
                let _ = rustls::crypto::ring::default_provider().install_default();
                let config = RustlsConfig::from_pem_file(&certificate.chain, &certificate.key);
                Some(config.await.map_err(failed)?)
            }
        };
        let failed = |source| ServeError::Listen { address, source };
        let listener = TcpListener::bind(address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, certificate })
    }

    /// Where it listens, with the port that the system chose when none was named.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        if self.certificate.is_some() { "https" } else { "http" }
    }

    /// Answers until `stop` comes; requests that are under way are finished then.
    ///
    /// # Errors
    /// [`ServeError::Ended`].
    pub async fn run(self, api: Api, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), ServeError> {
        let handle = Handle::new();
        let stopping = handle.clone();
        let stopper = tokio::spawn(async move {
            stop.await;
            stopping.graceful_shutdown(Some(FINISH_WITHIN));
        });
        let service = router(api).into_make_service_with_connect_info::<SocketAddr>();
        let done = match self.certificate {
            None => {
                let server = axum_server::from_tcp(self.listener).map_err(ServeError::Ended)?;
                server.handle(handle).serve(service).await
            }
            Some(certificate) => {
                let server = axum_server::from_tcp_rustls(self.listener, certificate).map_err(ServeError::Ended)?;
                server.handle(handle).serve(service).await
            }
        };
        stopper.abort();
        done.map_err(ServeError::Ended)
    }
}
