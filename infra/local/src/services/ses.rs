//! SES v2: takes mails, and keeps the newest for reading instead of sending them.

mod mail;
mod mailbox;
mod report;
mod request;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use app::ports::{Clock, SystemEntropy, uuid_v7};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::json;

pub use mail::{Attachment, Mail};
pub use mailbox::Mailbox;

use self::request::SendEmail;
use super::server::{Server, bind};
use super::{Error, Storage};
use crate::event_bus::EventBus;
use crate::origins::Listen;

/// SES takes mails of up to 40 MB, which Base64 and JSON make larger.
const MAX_REQUEST: usize = 64 * 1024 * 1024;

/// A running SES.
#[derive(Debug)]
pub struct Ses {
    server: Server,
    mailbox: Mailbox,
    outage: Arc<Outage>,
    bus: Arc<OnceLock<EventBus>>,
}

/// Starts SES. Mails are dated by `clock`.
///
/// # Errors
/// The port is taken, or the storage does not open.
pub async fn start(storage: &Storage, listen: impl Into<Listen>, clock: Arc<dyn Clock>) -> Result<Ses, Error> {
    let Listen { port, origins } = listen.into();
    let mailbox = Mailbox::open(storage)?;
    let outage = Arc::<Outage>::default();
    let bus = Arc::<OnceLock<EventBus>>::default();
    let service = Service { mailbox: mailbox.clone(), outage: Arc::clone(&outage), clock, bus: Arc::clone(&bus) };
    let router = Router::new()
        .route("/v2/email/outbound-emails", post(send_email))
        .layer(DefaultBodyLimit::max(MAX_REQUEST))
        .with_state(service);
    let server = Server::start(bind(port).await?, router, origins)?;
    Ok(Ses { server, mailbox, outage, bus })
}

impl Ses {
    /// The address that clients are given.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        self.server.endpoint()
    }

    /// What was sent.
    #[must_use]
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// Has what becomes of mails told to a bus, once.
    pub(crate) fn report_to(&self, bus: EventBus) {
        let _ = self.bus.set(bus);
    }

    /// Fails the next `requests` requests with 503, as an SES that is down. A client's retries are
    /// requests too.
    pub fn fail_next(&self, requests: u32) {
        self.outage.requests.store(requests, Ordering::SeqCst);
    }

    /// Takes SES down, or up again.
    pub fn set_down(&self, is_down: bool) {
        self.outage.is_down.store(is_down, Ordering::SeqCst);
    }
}

#[derive(Debug, Default)]
struct Outage {
    is_down: AtomicBool,
    requests: AtomicU32,
}

impl Outage {
    fn hits(&self) -> bool {
        let one_less = |left: u32| left.checked_sub(1);
        let is_counted = self.requests.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok();
        is_counted || self.is_down.load(Ordering::SeqCst)
    }
}

#[derive(Debug, Clone)]
struct Service {
    mailbox: Mailbox,
    outage: Arc<Outage>,
    clock: Arc<dyn Clock>,
    bus: Arc<OnceLock<EventBus>>,
}

async fn send_email(State(service): State<Service>, body: Bytes) -> Response {
    if service.outage.hits() {
        let down = "SES is down, as the local cloud was told.";
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailableException", down);
    }
    let now = service.clock.now();
    let read = SendEmail::read(&body).map(|request| (request.tags(), request));
    let (tags, mail) = match read.and_then(|(tags, request)| Ok((tags, request.into_mail(now)?))) {
        Ok(read) => read,
        Err(refusal) => return refuse(StatusCode::BAD_REQUEST, refusal.name(), &refusal.to_string()),
    };
    let id = uuid_v7(now, &SystemEntropy).to_string();
    if let (Some(bus), Some(tags)) = (service.bus.get().cloned(), tags) {
        let reports = report::of_mail(&id, &mail, &tags, now);
        tokio::spawn(async move {
            for report in reports {
                bus.publish(&report).await;
            }
        });
    }
    match service.mailbox.keep(id.clone(), mail).await {
        Ok(()) => Json(json!({ "MessageId": id })).into_response(),
        Err(error) => {
            tracing::error!(%error, "the local SES failed");
            refuse(StatusCode::INTERNAL_SERVER_ERROR, "InternalServiceErrorException", "The mail could not be kept.")
        }
    }
}

fn refuse(status: StatusCode, name: &'static str, message: &str) -> Response {
    (status, [("x-amzn-errortype", name)], Json(json!({ "message": message }))).into_response()
}
