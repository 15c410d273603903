//! One listener on loopback, and the way it ends.

use std::net::Ipv4Addr;

use axum::Router;
use axum::middleware::from_fn_with_state;
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::Error;
use crate::origins::{AllowedOrigins, guard};

/// A running server. Dropping it closes the listener and lets requests under way finish.
#[derive(Debug)]
pub(super) struct Server {
    endpoint: String,
    _stop: oneshot::Sender<()>,
}

impl Server {
    /// The address that clients are given.
    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Serves `router` on `listener`, for this machine's clients and pages of the origins.
    pub(super) fn start(listener: TcpListener, router: Router, origins: AllowedOrigins) -> Result<Self, Error> {
        let router = router.layer(from_fn_with_state(origins, guard));
        Self::start_with(listener, |listener, stopped| async move {
            axum::serve(listener, router).with_graceful_shutdown(stopped).await.map_err(|error| error.to_string())
        })
    }

    /// Has `serve` serve `listener` until the future that it is given resolves.
    pub(super) fn start_with<F>(
        listener: TcpListener,
        serve: impl FnOnce(TcpListener, BoxFuture<'static, ()>) -> F,
    ) -> Result<Self, Error>
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        let endpoint = endpoint_of(&listener)?;
        let (stop, stopped) = oneshot::channel();
        let serving = serve(listener, Box::pin(stopped.map(|_| ())));
        let name = endpoint.clone();
        tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(endpoint = name, error, "a local service stopped");
            }
        });
        Ok(Self { endpoint, _stop: stop })
    }
}

/// Binds `port` on loopback; 0 takes any free one.
pub(super) async fn bind(port: u16) -> Result<TcpListener, Error> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(Error::io(format!("binding 127.0.0.1:{port}")))
}

/// The URL of what listens there.
pub(super) fn endpoint_of(listener: &TcpListener) -> Result<String, Error> {
    let address = listener.local_addr().map_err(Error::io("reading a listener's address"))?;
    Ok(format!("http://{address}"))
}
