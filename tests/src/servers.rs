//! One mongod and one nats-server for all tests of a binary.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use local_servers::{MongoServer, NatsServer, StartMongo, StartNats, Wanted, find_or_fetch};

/// Where the shared servers are.
#[derive(Clone, Debug)]
pub struct Servers {
    /// Connection string of the replica set.
    pub mongodb_uri: String,
    /// Address of NATS.
    pub nats_url: String,
    /// A folder that the next run of any test binary removes.
    pub folder: PathBuf,
}

/// How large the servers are to be.
#[derive(Clone, Copy)]
enum Start {
    Small,
    WithMemory,
}

impl Servers {
    /// The servers of this process, started by the first who asks. They die with the process.
    #[must_use]
    pub fn shared() -> &'static Self {
        Self::of(Start::Small)
    }

    /// The same; when they are not started yet, mongod takes as much memory as where it has a machine for itself.
    #[must_use]
    pub fn with_memory() -> &'static Self {
        Self::of(Start::WithMemory)
    }

    fn of(start: Start) -> &'static Self {
        static SHARED: OnceLock<Servers> = OnceLock::new();
        SHARED.get_or_init(|| {
            let (sender, receiver) = std::sync::mpsc::channel();
            // A thread and a runtime of its own: the servers must outlive the runtime of the test that came first.
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async move {
                    let folder = folder();
                    let binaries = find_or_fetch(&wanted(), false).await.unwrap();
                    let mut mongo = StartMongo::new(binaries.mongod, folder.join("mongodb"));
                    match start {
                        Start::WithMemory => mongo.cache_gib = None,
                        // A test's database is dropped with its test; so are its files then.
                        Start::Small => mongo.history_seconds = 5,
                    }
                    let mongo = MongoServer::start(mongo);
                    let nats = NatsServer::start(StartNats::new(binaries.nats_server, folder.join("nats")));
                    let (mongo, nats) = tokio::try_join!(mongo, nats).unwrap();
                    sender.send(Self { mongodb_uri: mongo.uri(), nats_url: nats.url(), folder }).unwrap();
                    std::future::pending::<()>().await;
                    drop((mongo, nats));
                });
            });
            receiver.recv().unwrap()
        })
    }
}

/// What is installed or named by the same settings as in `har dev`; else it is fetched.
#[must_use]
pub fn wanted() -> Wanted {
    let named = |name| std::env::var_os(name).map(PathBuf::from);
    Wanted { mongod: named("HAR_MONGOD"), nats_server: named("HAR_NATS_SERVER"), cache_dir: None }
}

/// A folder for this process. Nothing is cleared away when a test binary ends, so each run removes what earlier ones
/// have left: beside the tests, since a hundred databases are thousands of files.
fn folder() -> PathBuf {
    let all = std::env::temp_dir().join("har-academy-tests");
    let own = all.join(std::process::id().to_string());
    std::fs::create_dir_all(&own).unwrap();
    std::thread::spawn(move || {
        for left in std::fs::read_dir(&all).into_iter().flatten().flatten() {
            if !Path::new("/proc").join(left.file_name()).exists() {
                let _ = std::fs::remove_dir_all(left.path());
            }
        }
    });
    own
}
