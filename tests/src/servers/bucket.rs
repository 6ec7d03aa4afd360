//! A server of S3 over a folder, in a thread of the test: every object is a file that a test can look at and change.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::thread::JoinHandle;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::dto::{
    GetObjectInput, GetObjectOutput, ListObjectsV2Input, ListObjectsV2Output, PutObjectInput, PutObjectOutput,
};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{S3, S3Request, S3Response, S3Result};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

const KEY: &str = "an-access-key";
const SECRET: &str = "a secret of the bucket";

/// A server with one bucket, stopped when the value is dropped or told to.
pub struct BucketServer {
    folder: TempDir,
    address: SocketAddr,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
    careless_of: Option<Condition>,
}

/// What must hold of an object before it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// That there is none.
    IsNew,
    /// That it is as it was seen.
    IsAsSeen,
}

impl BucketServer {
    /// The bucket that it has.
    pub const BUCKET: &'static str = "reports";
    /// The secret that its requests are signed with.
    pub const SECRET: &'static str = SECRET;

    /// Starts a server on a free port.
    ///
    /// # Panics
    /// If no port is free, or the folder cannot be written.
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("sla-bucket-").tempdir().expect("a temporary folder");
        std::fs::create_dir(folder.path().join(Self::BUCKET)).expect("the folder can be written");
        let (address, running) = serve(&folder, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), None);
        Self { folder, address, running: Some(running), careless_of: None }
    }

    /// The same, of a server that takes no notice of a condition: it writes over whatever is there.
    ///
    /// # Panics
    /// As [`BucketServer::start`].
    #[must_use]
    pub fn start_careless(of: Condition) -> Self {
        let mut server = Self::start();
        server.careless_of = Some(of);
        server.start_again();
        server
    }

    /// Every object with its bytes, by name; what the server keeps beside them is none.
    ///
    /// # Panics
    /// If the folder cannot be read.
    #[must_use]
    pub fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        let (root, mut found) = (self.folder.path().join(Self::BUCKET), BTreeMap::new());
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("the folder can be read") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.strip_prefix(&root).expect("it is below").display().to_string();
                let is_own = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
                if !is_own {
                    found.insert(name, std::fs::read(&path).expect("the file can be read"));
                }
            }
        }
        found
    }

    /// The environment of whoever may use the bucket.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, String); 4] {
        [
            ("AWS_ENDPOINT_URL", format!("http://{}", self.address)),
            ("AWS_REGION", "eu-central-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned()),
        ]
    }

    /// The file of an object.
    #[must_use]
    pub fn file(&self, object: &str) -> PathBuf {
        self.folder.path().join(Self::BUCKET).join(object)
    }

    /// Stops it. Its objects stay.
    pub fn stop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            let _ = stop.send(());
            // A thread that panicked has said why.
            let _ = thread.join();
        }
    }

    /// Starts it again at the same address.
    ///
    /// # Panics
    /// If somebody else has taken the port meanwhile.
    pub fn start_again(&mut self) {
        self.stop();
        self.running = Some(serve(&self.folder, self.address, self.careless_of).1);
    }
}

impl Drop for BucketServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Forgets a condition.
struct Careless(FileSystem, Condition);

#[async_trait::async_trait]
impl S3 for Careless {
    async fn put_object(&self, mut request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        match self.1 {
            Condition::IsNew => request.input.if_none_match = None,
            Condition::IsAsSeen => request.input.if_match = None,
        }
        self.0.put_object(request).await
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        self.0.get_object(request).await
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        self.0.list_objects_v2(request).await
    }
}

fn serve(
    folder: &TempDir,
    at: SocketAddr,
    careless_of: Option<Condition>,
) -> (SocketAddr, (oneshot::Sender<()>, JoinHandle<()>)) {
    let files = FileSystem::new(folder.path()).expect("a folder that can be read");
    let mut service = match careless_of {
        Some(condition) => S3ServiceBuilder::new(Careless(files, condition)),
        None => S3ServiceBuilder::new(files),
    };
    service.set_auth(SimpleAuth::from_single(KEY, SECRET));
    let service = service.build();
    let listener = std::net::TcpListener::bind(at).expect("a free port of the loopback interface");
    listener.set_nonblocking(true).expect("a socket can be asked without waiting");
    let address = listener.local_addr().expect("a bound socket has an address");
    let (stop, stopped) = oneshot::channel();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).expect("a runtime that waits for sockets");
            tokio::select! {
                () = answer(&listener, &service) => {}
                _ = stopped => {}
            }
        });
    });
    (address, (stop, thread))
}

/// Connections end with the runtime.
async fn answer(listener: &TcpListener, service: &S3Service) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let service = service.clone();
        tokio::spawn(async move {
            let builder = Builder::new(TokioExecutor::new());
            // Whoever asks ends connections as they like.
            let _ = builder.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
