//! The actions on one message, and receiving.

use std::collections::BTreeMap;
use std::time::Duration;

use app::ports::{Clock, SystemEntropy, uuid_v7};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep, sleep_until};

use super::error::{Refusal, SqsError};
use super::message::{self, MessageAttributes};
use super::queue::{DELAY, MAX_SIZE, VISIBILITY_TIMEOUT, WAIT_TIME, name_in_url};
use super::store::{self, Message, Queue};
use super::{ACCOUNT, Service};

/// How long a long poll leaves a message that has become due to whoever has it.
const GRACE: Duration = Duration::from_millis(100);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendMessage {
    queue_url: String,
    #[serde(flatten)]
    message: NewMessage,
}

/// A message as its sender gives it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct NewMessage {
    message_body: String,
    delay_seconds: Option<i64>,
    #[serde(default)]
    message_attributes: MessageAttributes,
    #[serde(default)]
    message_system_attributes: MessageAttributes,
    message_group_id: Option<String>,
}

impl NewMessage {
    /// The body's bytes.
    pub(super) fn body_size(&self) -> usize {
        self.message_body.len()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Sent {
    message_id: String,
    #[serde(rename = "MD5OfMessageBody")]
    body_digest: String,
    #[serde(rename = "MD5OfMessageAttributes", skip_serializing_if = "Option::is_none")]
    attributes_digest: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Receive {
    queue_url: String,
    max_number_of_messages: Option<i64>,
    visibility_timeout: Option<i64>,
    wait_time_seconds: Option<i64>,
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    message_system_attribute_names: Vec<String>,
    #[serde(default)]
    message_attribute_names: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Received {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<ReceivedMessage>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ReceivedMessage {
    message_id: String,
    receipt_handle: String,
    body: String,
    #[serde(rename = "MD5OfBody")]
    body_digest: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    message_attributes: MessageAttributes,
    #[serde(rename = "MD5OfMessageAttributes", skip_serializing_if = "Option::is_none")]
    attributes_digest: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Delete {
    queue_url: String,
    receipt_handle: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ChangeVisibility {
    queue_url: String,
    receipt_handle: String,
    visibility_timeout: i64,
}

impl Service {
    /// The clock's time in milliseconds since 1970.
    pub(super) fn now(&self) -> i64 {
        self.clock.now().as_millisecond()
    }
}

pub(super) async fn send(service: &Service, request: SendMessage) -> Result<Sent, SqsError> {
    let name = name_in_url(&request.queue_url)?;
    let now = service.clock.now();
    let sent = service
        .sqlite
        .transaction(move |tx| {
            let queue = store::queue(tx, &name)?;
            put(tx, &queue, request.message, now)
        })
        .await?;
    service.arrived.notify_waiters();
    Ok(sent)
}

/// Checks a message and adds it to the queue.
pub(super) fn put(tx: &Transaction, queue: &Queue, new: NewMessage, now: Timestamp) -> Result<Sent, SqsError> {
    if !new.message_system_attributes.is_empty() {
        let message = "The local SQS has no message system attributes.";
        return Err(Refusal::UnsupportedOperation(message.to_owned()).into());
    }
    if !new.message_group_id.as_deref().is_none_or(message::is_group) {
        let message = "MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.";
        return Err(Refusal::InvalidParameterValue(message.to_owned()).into());
    }
    let size = message::check(&new.message_body, &new.message_attributes)?;
    let max_size = queue.attributes.number(&MAX_SIZE);
    if i64::try_from(size).is_ok_and(|size| size > max_size) {
        let message =
            format!("One or more parameters are invalid. Reason: Message must be shorter than {max_size} bytes.");
        return Err(Refusal::InvalidParameterValue(message).into());
    }
    let delay = match new.delay_seconds {
        Some(seconds) => DELAY.parameter(seconds)?,
        None => queue.attributes.number(&DELAY),
    };
    let message = Message {
        id: uuid_v7(now, &SystemEntropy).to_string(),
        body: new.message_body,
        attributes: new.message_attributes,
        sent_at: now.as_millisecond(),
        receive_count: 0,
        first_received_at: None,
        dead_letter_source: None,
        group: new.message_group_id.unwrap_or_default(),
    };
    store::insert(tx, &queue.name, &message, message.sent_at + delay * 1_000)?;
    Ok(Sent {
        body_digest: message::body_digest(&message.body),
        attributes_digest: message::attributes_digest(&message.attributes),
        message_id: message.id,
    })
}

pub(super) async fn receive(service: &Service, request: Receive) -> Result<Received, SqsError> {
    let wanted = Wanted::read(&request)?;
    let wait = match request.wait_time_seconds {
        Some(seconds) => WAIT_TIME.parameter(seconds)?,
        None => queue_wait(service, &wanted.queue).await?,
    };
    let deadline = Instant::now() + Duration::from_secs(u64::try_from(wait).unwrap_or_default());
    let mut stopped = service.stopped.clone();
    loop {
        if stopped.has_changed().is_err() {
            return Ok(Received { messages: Vec::new() });
        }
        // Listening starts before looking, so that nothing arrives between the two unnoticed.
        let arrived = service.arrived.notified();
        let (now, wanted) = (service.clock.now(), wanted.clone());
        let taken = service.sqlite.transaction(move |tx| take_due(tx, &wanted, now)).await?;
        if taken.has_buried {
            service.arrived.notify_waiters();
        }
        if !taken.messages.is_empty() || deadline <= Instant::now() {
            return Ok(Received { messages: taken.messages });
        }
        tokio::select! {
            () = arrived => {}
            () = due(service, taken.next_due) => {}
            () = sleep_until(deadline) => {}
            // It ends with an error, when the service ends.
            _ = stopped.changed() => {}
        }
    }
}

/// Waits until a message is due, and a little longer: a clock that is moved ends the visibility timeouts of messages
/// that are about to be deleted.
async fn due(service: &Service, at: Timestamp) {
    service.clock.reached(at).await;
    sleep(GRACE).await;
}

/// A receive's checked parameters.
#[derive(Clone)]
struct Wanted {
    queue: String,
    count: i64,
    visibility_timeout: Option<i64>,
    system_attributes: Vec<String>,
    message_attributes: Vec<String>,
}

impl Wanted {
    fn read(request: &Receive) -> Result<Self, SqsError> {
        let count = request.max_number_of_messages.unwrap_or(1);
        if !(1..=10).contains(&count) {
            let message =
                format!("Value {count} for parameter MaxNumberOfMessages is invalid. Reason: Must be 1 to 10.");
            return Err(Refusal::InvalidParameterValue(message).into());
        }
        // AttributeNames is the older name of MessageSystemAttributeNames.
        let system_attributes = [&request.attribute_names[..], &request.message_system_attribute_names[..]].concat();
        Ok(Self {
            queue: name_in_url(&request.queue_url)?,
            count,
            visibility_timeout: request
                .visibility_timeout
                .map(|seconds| VISIBILITY_TIMEOUT.parameter(seconds))
                .transpose()?,
            system_attributes,
            message_attributes: request.message_attribute_names.clone(),
        })
    }
}

async fn queue_wait(service: &Service, name: &str) -> Result<i64, SqsError> {
    let name = name.to_owned();
    let queue = service.sqlite.transaction(move |tx| store::queue(tx, &name)).await?;
    Ok(queue.attributes.number(&WAIT_TIME))
}

/// What came of a look into a queue.
struct Taken {
    messages: Vec<ReceivedMessage>,
    /// Whether messages were moved to the dead-letter queue.
    has_buried: bool,
    /// When the queue's next message becomes due.
    next_due: Timestamp,
}

fn take_due(tx: &Transaction, wanted: &Wanted, now: Timestamp) -> Result<Taken, SqsError> {
    let queue = store::queue(tx, &wanted.queue)?;
    let millis = now.as_millisecond();
    store::drop_expired(tx, &queue, millis)?;
    let has_buried = match queue.attributes.redrive() {
        Some(redrive) => store::bury_due(tx, &queue.name, &redrive, millis)?,
        None => false,
    };
    let hidden = wanted.visibility_timeout.unwrap_or_else(|| queue.attributes.number(&VISIBILITY_TIMEOUT));
    let mut messages = Vec::new();
    for mut message in store::due(tx, &queue.name, millis, wanted.count)? {
        message.receive_count += 1;
        message.first_received_at.get_or_insert(millis);
        let receipt = uuid_v7(now, &SystemEntropy).simple().to_string();
        store::take(tx, &message, &receipt, millis + hidden * 1_000)?;
        messages.push(present(message, &receipt, wanted));
    }
    let next_due = store::next_due(tx, &queue.name)?.and_then(|millis| Timestamp::from_millisecond(millis).ok());
    Ok(Taken { messages, has_buried, next_due: next_due.unwrap_or(Timestamp::MAX) })
}

fn present(message: Message, receipt: &str, wanted: &Wanted) -> ReceivedMessage {
    let system = [
        ("ApproximateReceiveCount", Some(message.receive_count.to_string())),
        ("ApproximateFirstReceiveTimestamp", message.first_received_at.map(|at| at.to_string())),
        ("DeadLetterQueueSourceArn", message.dead_letter_source),
        ("MessageGroupId", Some(message.group).filter(|group| !group.is_empty())),
        ("SenderId", Some(ACCOUNT.to_owned())),
        ("SentTimestamp", Some(message.sent_at.to_string())),
    ];
    let is_wanted = |name: &str| wanted.system_attributes.iter().any(|wanted| wanted == "All" || wanted == name);
    let attributes = system.into_iter().filter(|(name, _)| is_wanted(name));
    let message_attributes = message::requested(message.attributes, &wanted.message_attributes);
    ReceivedMessage {
        receipt_handle: encode_handle(&message.id, receipt),
        message_id: message.id,
        body_digest: message::body_digest(&message.body),
        body: message.body,
        attributes: attributes.filter_map(|(name, value)| Some((name, value?))).collect(),
        attributes_digest: message::attributes_digest(&message_attributes),
        message_attributes,
    }
}

/// Deletes a message by its latest receipt. An older one deletes nothing, and that is no error.
pub(super) async fn delete(service: &Service, request: Delete) -> Result<(), SqsError> {
    let name = name_in_url(&request.queue_url)?;
    service
        .sqlite
        .transaction(move |tx| {
            let queue = store::queue(tx, &name)?;
            delete_by_handle(tx, &queue, &request.receipt_handle)
        })
        .await
}

/// Deletes the message of a receipt handle.
pub(super) fn delete_by_handle(tx: &Transaction, queue: &Queue, handle: &str) -> Result<(), SqsError> {
    let (id, receipt) = decode_handle(handle)?;
    store::delete(tx, &queue.name, &id, &receipt)
}

pub(super) async fn change_visibility(service: &Service, request: ChangeVisibility) -> Result<(), SqsError> {
    let name = name_in_url(&request.queue_url)?;
    let seconds = VISIBILITY_TIMEOUT.parameter(request.visibility_timeout)?;
    let now = service.now();
    service
        .sqlite
        .transaction(move |tx| {
            let queue = store::queue(tx, &name)?;
            let (id, receipt) = decode_handle(&request.receipt_handle)?;
            let in_flight = store::postpone(tx, &queue.name, (&id, &receipt), now, now + seconds * 1_000)?;
            if in_flight { Ok(()) } else { Err(SqsError::from(Refusal::MessageNotInflight)) }
        })
        .await?;
    service.arrived.notify_waiters();
    Ok(())
}

/// A handle names the message and one receive of it.
fn encode_handle(id: &str, receipt: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{id} {receipt}"))
}

fn decode_handle(handle: &str) -> Result<(String, String), SqsError> {
    let decoded = URL_SAFE_NO_PAD.decode(handle).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let parts = decoded.as_deref().and_then(|text| text.split_once(' '));
    let (id, receipt) = parts.ok_or_else(|| Refusal::ReceiptHandleIsInvalid(handle.to_owned()))?;
    Ok((id.to_owned(), receipt.to_owned()))
}
