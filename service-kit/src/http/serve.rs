//! The accept loop: limits on connections and slow callers, and a bounded farewell.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::response::Response;
use axum::{BoxError, Router};
use http::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;

const HEAD_LIMIT: Duration = Duration::from_secs(10);
const DRAIN_LIMIT: Duration = Duration::from_secs(10);
const MAX_HEADERS: usize = 100;
const MAX_HEADER_BYTES: usize = 64 * 1_024;
const MAX_CONNECTIONS: usize = 8_192;
const MAX_STREAMS: u32 = 200;
/// A failed accept (no file handles left) would fail again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves `router` over HTTP/1.1 and HTTP/2 until `shutdown` is cancelled; then takes no new connection, lets open
/// requests end for at most 10 s, and returns. A caller that has not sent a whole request head within 10 s is cut off.
/// Handlers find the peer's address as `ConnectInfo<SocketAddr>`.
pub async fn serve(listener: TcpListener, router: Router, shutdown: CancellationToken) {
    serve_within(listener, router, shutdown, HEAD_LIMIT).await;
}

/// [`serve`] with another limit for request heads.
pub(super) async fn serve_within(
    listener: TcpListener,
    router: Router,
    shutdown: CancellationToken,
    head_limit: Duration,
) {
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let connections = TaskTracker::new();
    let cut = CancellationToken::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            accepted = accept(&listener, &slots) => accepted,
        };
        let (stream, peer, slot) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(cause = %error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let (router, shutdown, cut) = (router.clone(), shutdown.clone(), cut.clone());
        connections.spawn(async move {
            tokio::select! {
                () = converse(stream, peer, router, shutdown, head_limit) => {}
                () = cut.cancelled() => {}
            }
            drop(slot);
        });
    }
    // Closed, so that new callers are refused and don't wait for an answer that nobody gives.
    drop(listener);
    connections.close();
    if tokio::time::timeout(DRAIN_LIMIT, connections.wait()).await.is_err() {
        tracing::warn!(connections = connections.len(), "cutting off connections that did not end");
        cut.cancel();
        connections.wait().await;
    }
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.map_err(std::io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, peer, slot))
}

/// The router as a service for one connection, which notes that a request has come.
fn answering<B>(
    router: Router,
    peer: SocketAddr,
    heard: Arc<AtomicBool>,
) -> impl Service<Request<B>, Response = Response, Error = Infallible, Future: Send> + Clone
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    tower::service_fn(move |request: Request<B>| {
        heard.store(true, Ordering::Relaxed);
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().call(request)
    })
}

async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    shutdown: CancellationToken,
    head_limit: Duration,
) {
    let spoke = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&spoke);
    let service = TowerToHyperService::new(answering(router, peer, heard));
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(head_limit)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEADER_BYTES)
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(head_limit)
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(u32::try_from(MAX_HEADER_BYTES).unwrap_or(u32::MAX));
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    // The header limit starts once the protocol is known; a caller that sends next to nothing never gets that far.
    let mut silence = std::pin::pin!(tokio::time::sleep(head_limit));
    let (mut waiting, mut leaving) = (true, false);
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(cause = %error, "connection ended");
                }
                return;
            }
            () = silence.as_mut(), if waiting => {
                if !spoke.load(Ordering::Relaxed) {
                    return;
                }
                waiting = false;
            }
            () = shutdown.cancelled(), if !leaving => {
                connection.as_mut().graceful_shutdown();
                leaving = true;
            }
        }
    }
}
