//! `localstripe`, which stands in for Stripe: a real process of somebody else's making, of a pinned version, with its
//! webhooks; and a line to it that may be cut.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use local_servers::default_cache_dir;
use local_servers::fetch::cache::Cache;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use crate::app::TestApp;
use crate::payments::WEBHOOK_SECRET;

/// The package, as pip is asked for it.
const PACKAGE: &str = "localstripe==1.15.10";
/// The folder of the cache that it is in.
const FOLDER: &str = "localstripe-1.15.10";
/// Any key will do that looks like one.
pub const SECRET_KEY: &str = "sk_test_of_no_worth";

/// Runs it as the package does not by itself: on loopback only, on a port that the system chooses, and without the file
/// in `/tmp` that all of its processes would share.
const LAUNCHER: &str = r#"
import socket, sys
from localstripe import resources
resources.Store.dump_to_disk = lambda store: None
from aiohttp import web
from localstripe.server import app
listener = socket.socket()
listener.bind(("127.0.0.1", int(sys.argv[1])))
print(listener.getsockname()[1], flush=True)
web.run_app(app, sock=listener, print=None, access_log=None)
"#;

/// A running stand-in. Dropped, it is killed; it dies with this process.
pub struct LocalStripe {
    _child: Child,
    /// Where it is.
    pub address: SocketAddr,
    http: reqwest::Client,
}

impl LocalStripe {
    /// Starts it; it remembers nothing.
    pub async fn start() -> Self {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL", "--", "python3", "-c", LAUNCHER, "0"]);
        command.env("PYTHONPATH", installed().await).env("PYTHONDONTWRITEBYTECODE", "1");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.next_line().await.unwrap().expect("its port").parse().unwrap();
        service_kit::tls::install();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let stand_in = Self { _child: child, address: (Ipv4Addr::LOCALHOST, port).into(), http };
        // The port is open before anybody listens.
        crate::eventually("localstripe answers", || async {
            stand_in.http.get(stand_in.url("/v1/payment_intents")).bearer_auth(SECRET_KEY).send().await.is_ok()
        })
        .await;
        stand_in
    }

    /// Has its messages sent to an app.
    pub async fn tell(&self, app: &TestApp) {
        let url = format!("http://{}{}/webhook/stripe", app.addresses.payment, gateway::PREFIX);
        let body = json!({ "url": url, "secret": WEBHOOK_SECRET });
        let answer = self.http.post(self.url("/_config/webhooks/app")).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
    }

    /// GET of its API.
    pub async fn get(&self, path: &str) -> Value {
        let request = self.http.get(self.url(path)).bearer_auth(SECRET_KEY);
        request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }

    /// POST to its API.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        let request = self.http.post(self.url(path)).bearer_auth(SECRET_KEY).json(body);
        request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }

    /// All payments that it has written down, the oldest first.
    pub async fn payments(&self) -> Vec<Value> {
        self.get("/v1/payment_intents?limit=1000").await["data"].as_array().unwrap().clone()
    }

    /// A card whose bank wants to be asked; gives its name.
    pub async fn asking_card(&self) -> String {
        let card = json!({ "number": "4000002500003155", "exp_month": 12, "exp_year": 2040, "cvc": "123" });
        let made = self.post("/v1/payment_methods", &json!({ "type": "card", "card": card })).await;
        made["id"].as_str().unwrap().to_owned()
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

/// Its folder in the cache. It is installed when it is not there.
async fn installed() -> PathBuf {
    let cache = Cache::new(default_cache_dir());
    let folder = cache.folder().join(FOLDER);
    if folder.exists() {
        return folder;
    }
    let _lock = cache.lock().await.unwrap();
    // Another process may have installed it while this one waited.
    if !folder.exists() {
        let scratch = cache.scratch().unwrap();
        install(scratch.path()).await;
        std::fs::rename(scratch.path(), &folder).unwrap();
    }
    folder
}

async fn install(into: &Path) {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--target"]);
    let output = pip.arg(into).arg(PACKAGE).output().await.unwrap();
    assert!(output.status.success(), "pip: {}", String::from_utf8_lossy(&output.stderr));
}

/// A line to a server. While it is cut, requests arrive and answers don't.
pub struct Line {
    /// Where it begins.
    pub address: SocketAddr,
    is_cut: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Line {
    /// A line to there.
    pub async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let (address, is_cut) = (listener.local_addr().unwrap(), Arc::new(AtomicBool::new(false)));
        let cut = Arc::clone(&is_cut);
        let task = tokio::spawn(async move {
            loop {
                let (near, _) = listener.accept().await.unwrap();
                tokio::spawn(carry(near, server, Arc::clone(&cut)));
            }
        });
        Self { address, is_cut, task }
    }

    /// Cuts it, or mends it.
    pub fn cut(&self, is_cut: bool) {
        self.is_cut.store(is_cut, Ordering::SeqCst);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(near: TcpStream, server: SocketAddr, is_cut: Arc<AtomicBool>) {
    let far = TcpStream::connect(server).await.unwrap();
    let ((mut near_in, mut near_out), (mut far_in, mut far_out)) = (near.into_split(), far.into_split());
    let there = tokio::spawn(async move {
        let _ = tokio::io::copy(&mut near_in, &mut far_out).await;
    });
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = far_in.read(&mut buffer).await {
        if is_cut.load(Ordering::SeqCst) || near_out.write_all(&buffer[..read]).await.is_err() {
            break;
        }
    }
    there.abort();
}
