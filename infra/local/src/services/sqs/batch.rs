//! The actions on up to ten messages: entries succeed or fail each for itself.

use std::collections::BTreeSet;

use app::ports::Clock;
use serde::{Deserialize, Serialize};

use super::Service;
use super::error::{Refusal, SqsError};
use super::messages::{NewMessage, Sent, delete_by_handle, put};
use super::queue::name_in_url;
use super::store;

/// The bytes that a batch's bodies may have together.
const MAX_BATCH: usize = 1_048_576;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", bound = "T: Deserialize<'de>")]
pub(super) struct Batch<T> {
    queue_url: String,
    entries: Vec<Entry<T>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", bound = "T: Deserialize<'de>")]
struct Entry<T> {
    id: String,
    #[serde(flatten)]
    content: T,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Handle {
    receipt_handle: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Outcome<T> {
    successful: Vec<Success<T>>,
    failed: Vec<Failure>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Success<T> {
    id: String,
    #[serde(flatten)]
    result: T,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Failure {
    id: String,
    sender_fault: bool,
    code: &'static str,
    message: String,
}

/// A deletion's result says nothing.
#[derive(Serialize)]
pub(super) struct Deleted {}

pub(super) async fn send(service: &Service, batch: Batch<NewMessage>) -> Result<Outcome<Sent>, SqsError> {
    let now = service.clock.now();
    let sent = batch.entries.iter().map(|entry| entry.content.body_size()).sum();
    if sent > MAX_BATCH {
        return Err(Refusal::BatchRequestTooLong { sent, max: MAX_BATCH }.into());
    }
    let outcome = run(service, batch, move |tx, queue, content| put(tx, queue, content, now)).await?;
    service.arrived.notify_waiters();
    Ok(outcome)
}

pub(super) async fn delete(service: &Service, batch: Batch<Handle>) -> Result<Outcome<Deleted>, SqsError> {
    let delete = |tx: &rusqlite::Transaction, queue: &store::Queue, content: Handle| {
        delete_by_handle(tx, queue, &content.receipt_handle).map(|()| Deleted {})
    };
    run(service, batch, delete).await
}

async fn run<T, R>(
    service: &Service,
    batch: Batch<T>,
    act: impl Fn(&rusqlite::Transaction, &store::Queue, T) -> Result<R, SqsError> + Send + 'static,
) -> Result<Outcome<R>, SqsError>
where
    T: Send + 'static,
    R: Send + 'static,
{
    check_ids(batch.entries.iter().map(|entry| entry.id.as_str()))?;
    let name = name_in_url(&batch.queue_url)?;
    service
        .sqlite
        .transaction(move |tx| {
            let queue = store::queue(tx, &name)?;
            let mut outcome = Outcome { successful: Vec::new(), failed: Vec::new() };
            for Entry { id, content } in batch.entries {
                match act(tx, &queue, content) {
                    Ok(result) => outcome.successful.push(Success { id, result }),
                    Err(SqsError::Refused(refusal)) => outcome.failed.push(Failure::new(id, &refusal)),
                    Err(error @ (SqsError::Storage(_) | SqsError::Json(_))) => return Err(error),
                }
            }
            Ok(outcome)
        })
        .await
}

impl Failure {
    fn new(id: String, refusal: &Refusal) -> Self {
        let (_, code) = refusal.codes();
        Self { id, sender_fault: true, code, message: refusal.to_string() }
    }
}

fn check_ids<'a>(ids: impl ExactSizeIterator<Item = &'a str>) -> Result<(), Refusal> {
    let count = ids.len();
    if count == 0 {
        return Err(Refusal::EmptyBatchRequest);
    }
    if count > 10 {
        return Err(Refusal::TooManyEntriesInBatchRequest(count));
    }
    let mut seen = BTreeSet::new();
    for id in ids {
        if !is_entry_id(id) {
            return Err(Refusal::InvalidBatchEntryId);
        }
        if !seen.insert(id) {
            return Err(Refusal::BatchEntryIdsNotDistinct(id.to_owned()));
        }
    }
    Ok(())
}

fn is_entry_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=80).contains(&id.len()) && id.bytes().all(allowed)
}
