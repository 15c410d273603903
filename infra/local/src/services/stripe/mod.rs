//! A stand-in for Stripe: the API calls that the product makes, a page that takes test cards at a payment link, and
//! signed events to the product.

mod api;
mod catalogue;
mod delivery;
mod error;
mod event;
mod form;
mod id;
mod invoice;
mod link;
mod method;
mod page;
mod pages;
mod payment;
mod refund;
mod shape;
mod store;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use app::ports::Clock;
use axum::Router;
use rusqlite::Transaction;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use self::error::StripeError;
use super::server::{Server, bind, endpoint_of};
use super::sqlite::Sqlite;
use super::{Error, Storage};
use crate::clock::LocalClock;
use crate::origins::AllowedOrigins;

/// How many seconds after a payment or a refund its bank answers, where it does not at once.
const LATER: i64 = 10;

/// The setting that keeps the port, so that links lead to the same place after a restart.
const PORT: &str = "port";

/// The product's endpoint for events.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Its address.
    pub url: String,
    /// The secret that events are signed with.
    pub secret: String,
}

/// A running stand-in.
#[derive(Debug)]
pub struct Stripe {
    server: Server,
    is_down: Arc<AtomicBool>,
    courier: JoinHandle<()>,
}

/// Starts the stand-in, on the port that its storage knows from an earlier run if it can.
///
/// # Errors
/// The storage does not open.
pub async fn start(
    storage: &Storage,
    webhook: Webhook,
    clock: Arc<LocalClock>,
    origins: AllowedOrigins,
) -> Result<Stripe, Error> {
    let sqlite = Sqlite::open(storage, store::SCHEMA)?;
    let listener = listen(&sqlite).await?;
    let base_url = endpoint_of(&listener)?;
    let is_down = Arc::<AtomicBool>::default();
    let service = Service { sqlite, clock, base_url, is_down: Arc::clone(&is_down), due: Arc::default() };
    let router = Router::new().merge(pages::router()).merge(api::router()).with_state(service.clone());
    let server = Server::start(listener, router, origins)?;
    let courier = tokio::spawn(delivery::run(service, webhook));
    Ok(Stripe { server, is_down, courier })
}

impl Stripe {
    /// The address that clients are given.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        self.server.endpoint()
    }

    /// Takes the API down, or up again. The pages and the events go on.
    pub fn set_down(&self, is_down: bool) {
        self.is_down.store(is_down, Ordering::SeqCst);
    }
}

impl Drop for Stripe {
    fn drop(&mut self) {
        self.courier.abort();
    }
}

/// What every request needs.
#[derive(Debug, Clone)]
struct Service {
    sqlite: Sqlite,
    clock: Arc<LocalClock>,
    base_url: String,
    is_down: Arc<AtomicBool>,
    /// Woken when there may be something to deliver.
    due: Arc<Notify>,
}

/// One piece of work, in one transaction.
struct Context<'a> {
    tx: &'a Transaction<'a>,
    now: i64,
    base_url: &'a str,
    request_id: Option<String>,
    idempotency_key: Option<String>,
}

impl Service {
    /// Does some work in one transaction, and has the events that came of it delivered.
    async fn work<T: Send + 'static>(
        &self,
        idempotency_key: Option<String>,
        work: impl FnOnce(&Context) -> Result<T, StripeError> + Send + 'static,
    ) -> Result<T, StripeError> {
        let (now, base_url) = (self.clock.now().as_second(), self.base_url.clone());
        let done = self.sqlite.transaction(move |tx| {
            let request_id = Some(id::new_id("req_"));
            work(&Context { tx, now, base_url: &base_url, request_id, idempotency_key })
        });
        let done = done.await;
        self.due.notify_one();
        done
    }
}

/// Binds the port of an earlier run, or else any free one, which is then kept.
async fn listen(sqlite: &Sqlite) -> Result<TcpListener, Error> {
    let kept = sqlite.transaction(|tx| store::setting(tx, PORT)).await?;
    if let Some(port) = kept.and_then(|port| port.parse().ok()) {
        match bind(port).await {
            Ok(listener) => return Ok(listener),
            Err(error) => tracing::warn!(%error, "payment links of earlier runs lead nowhere: their port is taken"),
        }
    }
    let listener = bind(0).await?;
    let port = listener.local_addr().map_err(Error::io("reading a listener's address"))?.port().to_string();
    sqlite.transaction(move |tx| store::set_setting(tx, PORT, &port)).await?;
    Ok(listener)
}
