//! All ports: bound first, then served.

use std::net::SocketAddr;

use axum::Router;
use futures::future::join_all;
use service_kit::http::{HttpOptions, InvalidOrigin, serve};
use service_kit::settings::Settings;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::ServiceRouters;
use crate::ports::{Ports, Root};

/// Why a process can't listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// A port is taken, or not to be had.
    #[error("{setting}: cannot listen on {address}: {source}")]
    Port {
        /// The setting to change.
        setting: &'static str,
        /// What was asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// `HAR_CORS_ORIGINS` names what can't stand in a header.
    #[error("HAR_CORS_ORIGINS: {0}")]
    Origin(#[from] InvalidOrigin),
}

/// Where each port listens; with the real number where the setting said 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// Everything.
    pub gateway: SocketAddr,
    /// Auth.
    pub auth: SocketAddr,
    /// Course.
    pub course: SocketAddr,
    /// Payment.
    pub payment: SocketAddr,
    /// AI Core.
    pub ai: SocketAddr,
}

/// Ports that are bound and not served yet: callers wait.
pub struct Bound {
    addresses: Addresses,
    gateway: Router,
    ports: Vec<(TcpListener, Router)>,
}

/// Binds every port of the settings (`HAR_BIND`, `HAR_GATEWAY_PORT`, `HAR_AUTH_PORT`, …) for these routes. A port set
/// to 0 is one that the system chooses.
///
/// # Errors
/// [`ListenError`], which names the setting.
pub async fn listen(services: ServiceRouters, settings: &Settings, root: Root) -> Result<Bound, ListenError> {
    let network = &settings.network;
    let options = HttpOptions::of(network, root.messages.clone())?;
    let routers = Ports::new(services, &root, &options);
    let on = |setting, port| bind(setting, SocketAddr::new(network.bind, port));
    let gateway = on("HAR_GATEWAY_PORT", network.gateway_port).await?;
    let auth = on("HAR_AUTH_PORT", network.auth_port).await?;
    let course = on("HAR_COURSE_PORT", network.course_port).await?;
    let payment = on("HAR_PAYMENT_PORT", network.payment_port).await?;
    let ai = on("HAR_AI_PORT", network.ai_port).await?;
    Ok(Bound {
        addresses: Addresses { gateway: gateway.1, auth: auth.1, course: course.1, payment: payment.1, ai: ai.1 },
        gateway: routers.gateway.clone(),
        ports: vec![
            (gateway.0, routers.gateway),
            (auth.0, routers.auth),
            (course.0, routers.course),
            (payment.0, routers.payment),
            (ai.0, routers.ai),
        ],
    })
}

/// Binds one port; the address that it got comes with it.
///
/// # Errors
/// [`ListenError::Port`], which names `setting`.
pub async fn bind(setting: &'static str, wanted: SocketAddr) -> Result<(TcpListener, SocketAddr), ListenError> {
    let failed = |source| ListenError::Port { setting, address: wanted, source };
    let listener = TcpListener::bind(wanted).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

impl Bound {
    /// Where the ports are.
    #[must_use]
    pub const fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// The gateway's finished router, to be called in memory. It has no peer address unless the caller gives one, as a
    /// `ConnectInfo<SocketAddr>` among the request's extensions.
    pub fn gateway(&self) -> Router {
        self.gateway.clone()
    }

    /// Serves all ports until `shutdown` is cancelled and what was under way has ended, see
    /// [`serve`](service_kit::http::serve).
    pub async fn serve(self, shutdown: CancellationToken) {
        join_all(self.ports.into_iter().map(|(listener, router)| serve(listener, router, shutdown.clone()))).await;
    }
}
