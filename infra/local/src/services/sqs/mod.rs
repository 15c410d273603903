//! SQS: standard queues over AWS's JSON protocol.
//!
//! What it leaves out, it refuses: FIFO queues, message system attributes, permissions.

mod batch;
mod error;
mod message;
mod messages;
mod queue;
mod queues;
mod store;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::sync::{Notify, watch};

use self::error::{Refusal, SqsError};
use super::server::{Server, bind, endpoint_of};
use super::sqlite::Sqlite;
use super::{ACCOUNT, Error, REGION, Storage};
use crate::clock::LocalClock;
use crate::origins::Listen;

/// The media type of AWS's JSON protocol.
const JSON: &str = "application/x-amz-json-1.0";

/// What precedes the action in the `X-Amz-Target` header.
const TARGET: &str = "AmazonSQS.";

/// A batch's messages together are at most 1 MiB; JSON and Base64 at most sextuple that.
const MAX_REQUEST: usize = 8 * 1024 * 1024;

/// A running SQS.
#[derive(Debug)]
pub struct Sqs {
    server: Server,
    _running: watch::Sender<()>,
}

/// Starts SQS. Delays, visibility timeouts and retention pass by `clock`; a long poll waits in real time, and sleeps
/// until a message arrives or becomes due. What an earlier process had received when it ended is seen again at once.
///
/// # Errors
/// The port is taken, or the storage does not open.
pub async fn start(storage: &Storage, listen: impl Into<Listen>, clock: Arc<LocalClock>) -> Result<Sqs, Error> {
    let Listen { port, origins } = listen.into();
    let sqlite = Sqlite::open(storage, store::SCHEMA)?;
    sqlite.transaction(store::add_groups).await?;
    sqlite.transaction(store::give_back).await?;
    let listener = bind(port).await?;
    let endpoint = endpoint_of(&listener)?;
    let (running, stopped) = watch::channel(());
    let service = Service { sqlite, clock, endpoint, arrived: Arc::default(), stopped };
    let router = Router::new().route("/", post(answer)).layer(DefaultBodyLimit::max(MAX_REQUEST)).with_state(service);
    Ok(Sqs { server: Server::start(listener, router, origins)?, _running: running })
}

impl Sqs {
    /// The address that clients are given.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        self.server.endpoint()
    }

    /// The URL of a queue at this run's address. Queues are kept by name, so one with another run's
    /// port finds the queue too.
    #[must_use]
    pub fn queue_url(&self, name: &str) -> String {
        queue_url(self.endpoint(), name)
    }
}

/// The ARN of a queue of the local cloud.
#[must_use]
pub fn queue_arn(name: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
}

fn queue_url(endpoint: &str, name: &str) -> String {
    format!("{endpoint}/{ACCOUNT}/{name}")
}

/// What every action needs.
#[derive(Debug, Clone)]
struct Service {
    sqlite: Sqlite,
    clock: Arc<LocalClock>,
    endpoint: String,
    /// Woken when a message may have become receivable.
    arrived: Arc<Notify>,
    /// Closed when the service ends, although requests under way are finished: nobody would get what a long poll takes
    /// then.
    stopped: watch::Receiver<()>,
}

async fn answer(State(service): State<Service>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let action = target.strip_prefix(TARGET).unwrap_or_default();
    match act(&service, action, &body).await {
        Ok(value) => ([(CONTENT_TYPE, JSON)], value.to_string()).into_response(),
        Err(error) => error.into_response(),
    }
}

async fn act(service: &Service, action: &str, body: &[u8]) -> Result<Value, SqsError> {
    match action {
        "CreateQueue" => reply(queues::create(service, read(body)?).await?),
        "GetQueueUrl" => reply(queues::get_url(service, read(body)?).await?),
        "ListQueues" => reply(queues::list(service, read(body)?).await?),
        "GetQueueAttributes" => reply(queues::get_attributes(service, read(body)?).await?),
        "SetQueueAttributes" => done(queues::set_attributes(service, read(body)?).await?),
        "PurgeQueue" => done(queues::purge(service, read(body)?).await?),
        "SendMessage" => reply(messages::send(service, read(body)?).await?),
        "SendMessageBatch" => reply(batch::send(service, read(body)?).await?),
        "ReceiveMessage" => reply(messages::receive(service, read(body)?).await?),
        "DeleteMessage" => done(messages::delete(service, read(body)?).await?),
        "DeleteMessageBatch" => reply(batch::delete(service, read(body)?).await?),
        "ChangeMessageVisibility" => done(messages::change_visibility(service, read(body)?).await?),
        other => Err(Refusal::UnsupportedOperation(format!("The local SQS has no action {other:?}.")).into()),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, SqsError> {
    serde_json::from_slice(body).map_err(|error| Refusal::InvalidParameterValue(error.to_string()).into())
}

fn reply(output: impl Serialize) -> Result<Value, SqsError> {
    Ok(serde_json::to_value(output)?)
}

fn done((): ()) -> Result<Value, SqsError> {
    Ok(Value::Object(Map::new()))
}
