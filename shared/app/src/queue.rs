//! Queues: of deliveries, and of work on whole organisations.

use std::marker::PhantomData;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use domain::Tenant;
use domain::delivery::Delivery;
use domain::id::{DeliveryId, ExportId, OrganisationId, WebhookId};
use futures::FutureExt;
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Lazy, Work};

use crate::Error;
pub use crate::stream_failure::StreamFailure;

/// The longest `DelaySeconds` of SQS.
const LONGEST_DELAY: Duration = Duration::from_secs(900);
/// The most messages of one call to SQS.
const BATCH: usize = 10;

/// What a queue carries.
pub trait Message: Serialize {
    /// Whose messages wait for their turn together: SQS hands out each group's in turn, so that one with many messages,
    /// or slow ones, does not delay the others.
    fn group(&self) -> Option<Tenant>;
}

impl Message for DeliveryRef {
    fn group(&self) -> Option<Tenant> {
        Some(self.tenant())
    }
}

impl Message for WorkRef {
    fn group(&self) -> Option<Tenant> {
        Some(self.tenant())
    }
}

/// Which delivery a message is about: all that the queue carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DeliveryRef {
    organization_id: OrganisationId,
    webhook_id: WebhookId,
    delivery_id: DeliveryId,
    #[serde(default)]
    round: u32,
    /// How many attempts the round had when the message was sent. Messages of the earlier form have none.
    #[serde(default)]
    attempts_made: Option<u32>,
    /// When the attempt is due, where that is further away than SQS delays a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_before: Option<Timestamp>,
}

impl DeliveryRef {
    /// Refers to the next attempt of a delivery.
    #[must_use]
    pub const fn new(tenant: Tenant, delivery: &Delivery) -> Self {
        Self {
            organization_id: tenant.organisation(),
            webhook_id: delivery.webhook,
            delivery_id: delivery.id,
            round: delivery.round,
            attempts_made: Some(delivery.attempts_made),
            not_before: None,
        }
    }

    /// The organisation. A message is written by this product alone.
    #[must_use]
    pub const fn tenant(&self) -> Tenant {
        Tenant::trusted(self.organization_id)
    }

    /// The webhook.
    #[must_use]
    pub const fn webhook(&self) -> WebhookId {
        self.webhook_id
    }

    /// The delivery.
    #[must_use]
    pub const fn delivery(&self) -> DeliveryId {
        self.delivery_id
    }

    /// Which of the delivery's rounds the message is for; each has one.
    #[must_use]
    pub const fn round(&self) -> u32 {
        self.round
    }

    /// Whether the message's attempt was made already. SQS may deliver a message twice.
    #[must_use]
    pub fn is_stale(&self, delivery: &Delivery) -> bool {
        delivery.round == self.round && self.attempts_made.is_some_and(|made| made < delivery.attempts_made)
    }

    /// How long the message still has to wait, if it does.
    #[must_use]
    pub fn wait(&self, now: Timestamp) -> Option<Duration> {
        let wait = self.not_before?.duration_since(now);
        Duration::try_from(wait).ok().filter(|wait| !wait.is_zero())
    }

    /// The message that waits as long as this, and the part of the wait that SQS can delay it for.
    fn waiting(self, wait: Duration, now: Timestamp) -> (Self, Duration) {
        let due = now.saturating_add(SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX)).unwrap_or(now);
        let not_before = (wait > LONGEST_DELAY).then_some(due);
        (Self { not_before, ..self }, wait.min(LONGEST_DELAY))
    }
}

/// Which work on which organisation a message is about. The message stays in its queue until the work is
/// done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkRef {
    organization_id: OrganisationId,
    /// The export; without one the organisation is to be closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    export_id: Option<ExportId>,
}

impl WorkRef {
    /// Refers to work on an organisation.
    #[must_use]
    pub const fn new(tenant: Tenant, work: Work) -> Self {
        let export_id = match work {
            Work::Export(id) => Some(id),
            Work::Closure => None,
        };
        Self { organization_id: tenant.organisation(), export_id }
    }

    /// The organisation. A message is written by this product alone.
    #[must_use]
    pub const fn tenant(&self) -> Tenant {
        Tenant::trusted(self.organization_id)
    }

    /// The work.
    #[must_use]
    pub const fn work(&self) -> Work {
        match self.export_id {
            Some(id) => Work::Export(id),
            None => Work::Closure,
        }
    }
}

/// A queue of one kind of message.
#[derive(Debug, Clone)]
pub struct Queue<M> {
    client: Lazy<Client>,
    url: String,
    messages: PhantomData<fn(M)>,
}

/// The queue of deliveries.
pub type DeliveryQueue = Queue<DeliveryRef>;

/// The queue of changes that were given up.
pub type StreamFailureQueue = Queue<StreamFailure>;

/// The queue of work on whole organisations.
pub type WorkQueue = Queue<WorkRef>;

impl<M: Message> Queue<M> {
    /// The queue at an URL.
    #[must_use]
    pub fn new(client: impl Into<Lazy<Client>>, url: impl Into<String>) -> Self {
        Self { client: client.into(), url: url.into(), messages: PhantomData }
    }

    /// Queues what a message is about, to be done at once.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when SQS does not take it.
    pub async fn send(&self, message: M) -> Result<(), Error> {
        self.send_text(text(&message)?, group(&message), Duration::ZERO).await
    }

    /// Queues messages, to be done at once.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when SQS does not take one of them; it may have taken others.
    pub async fn send_all(&self, messages: &[M]) -> Result<(), Error> {
        try_join_all(messages.chunks(BATCH).map(|batch| self.send_batch(batch))).await.map(drop)
    }

    async fn send_batch(&self, messages: &[M]) -> Result<(), Error> {
        let entry = |(index, message): (usize, &M)| {
            let entry = SendMessageBatchRequestEntry::builder().id(index.to_string()).message_body(text(message)?);
            let entry = entry.set_message_group_id(group(message));
            entry.build().map_err(|e| Error::Defect(e.to_string()))
        };
        let entries = messages.iter().enumerate().map(entry).collect::<Result<_, _>>()?;
        let request = self.client.send_message_batch().queue_url(&self.url).set_entries(Some(entries));
        match request.send().boxed().await.map_err(unavailable)?.failed.first() {
            None => Ok(()),
            Some(failed) => Err(Error::Unavailable(format!("SQS: {failed:?}"))),
        }
    }

    /// Queues a message as text, to be received after a delay of up to 15 minutes.
    async fn send_text(&self, body: String, group: Option<String>, delay: Duration) -> Result<(), Error> {
        // Rounded up: a message that came early would have to wait once more.
        let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
        let delay = i32::try_from(seconds).ok().filter(|seconds| *seconds > 0);
        let request = self.client.send_message().queue_url(&self.url).message_body(body).set_delay_seconds(delay);
        let request = request.set_message_group_id(group);
        request.send().boxed().await.map(drop).map_err(unavailable)
    }

    /// Hides a message that was received for a time, after which it is received again.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when SQS does not take it.
    pub async fn hide(&self, receipt: &str, delay: Duration) -> Result<(), Error> {
        let seconds = i32::try_from(delay.as_secs()).unwrap_or(i32::MAX);
        let hidden = self
            .client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt)
            .visibility_timeout(seconds)
            .send()
            .boxed()
            .await;
        hidden.map(drop).map_err(unavailable)
    }
}

impl DeliveryQueue {
    /// Queues a delivery's next attempt, due after any wait. A message that waits for longer than SQS delays it is
    /// received, and queued again by this, every 15 minutes.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when SQS does not take it.
    pub async fn send_after(&self, message: DeliveryRef, wait: Duration, now: Timestamp) -> Result<(), Error> {
        let (message, delay) = message.waiting(wait, now);
        self.send_text(text(&message)?, group(&message), delay).await
    }
}

/// The queues of a dispatcher.
#[derive(Debug, Clone)]
pub struct DeliveryQueues {
    /// Attempts to be made.
    pub attempts: DeliveryQueue,
    /// Deliveries that have failed for good.
    pub dead_letters: DeliveryQueue,
}

impl DeliveryQueues {
    /// Sets a message aside that cannot be read.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when SQS does not take it.
    pub async fn bury(&self, body: &str) -> Result<(), Error> {
        self.dead_letters.send_text(body.to_owned(), None, Duration::ZERO).await
    }
}

fn group(message: &impl Message) -> Option<String> {
    message.group().map(|tenant| tenant.organisation().to_string())
}

fn text(message: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(message).map_err(|e| Error::Defect(e.to_string()))
}

fn unavailable(error: impl std::error::Error) -> Error {
    Error::Unavailable(format!("SQS: {}", DisplayErrorContext(error)))
}

#[cfg(test)]
mod tests {
    use domain::delivery::{DeliveryStatus, RenderedRequest};
    use domain::webhook::{Method, WebhookEvent, WebhookModel};
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn delivery(round: u32, attempts_made: u32) -> Delivery {
        Delivery {
            id: DeliveryId::new(Uuid::from_u128(1)),
            webhook: WebhookId::new(Uuid::from_u128(2)),
            event_id: "msg_1".into(),
            model: WebhookModel::Client,
            event: WebhookEvent::Update,
            object_id: "1".into(),
            status: DeliveryStatus::Failed,
            attempts: vec![],
            attempts_made,
            round,
            request: RenderedRequest { method: Method::Post, url: String::new(), headers: vec![], body: String::new() },
            created_at: Timestamp::UNIX_EPOCH,
            version: 1,
        }
    }

    fn reference(round: u32, attempts_made: u32) -> DeliveryRef {
        let tenant = Tenant::trusted(OrganisationId::new(Uuid::from_u128(3)));
        DeliveryRef::new(tenant, &delivery(round, attempts_made))
    }

    #[test]
    fn a_message_waits_as_long_as_it_is_to_whatever_sqs_can_delay_at_once() {
        let start = Timestamp::from_second(1_700_000_000).unwrap();
        for seconds in [0, 1, 5, 899, 900, 901, 1_800, 43_200, 86_400] {
            let wait = Duration::from_secs(seconds);
            let (mut now, mut hops) = (start, 0);
            let (mut message, mut delay) = reference(0, 1).waiting(wait, now);
            loop {
                assert!(delay <= LONGEST_DELAY, "{seconds}");
                now += SignedDuration::try_from(delay).unwrap();
                let Some(rest) = message.wait(now) else { break };
                (message, delay) = message.waiting(rest, now);
                hops += 1;
            }
            assert_eq!(now.duration_since(start).as_secs(), i64::try_from(seconds).unwrap());
            assert_eq!(hops, seconds.saturating_sub(1) / 900, "{seconds}");
            assert_eq!(DeliveryRef { not_before: None, ..message }, reference(0, 1));
        }
    }

    #[test]
    fn only_a_message_whose_attempt_was_made_in_its_round_is_stale() {
        for (message, now, stale) in [
            ((0, 0), (0, 0), false),
            ((0, 0), (0, 1), true),
            ((0, 1), (0, 3), true),
            // The attempt before it was made and not recorded.
            ((0, 2), (0, 1), false),
            ((1, 0), (0, 8), false),
            ((1, 0), (1, 1), true),
        ] {
            let delivery = delivery(now.0, now.1);
            assert_eq!(reference(message.0, message.1).is_stale(&delivery), stale, "{message:?} {now:?}");
        }
    }

    #[test]
    fn a_message_of_the_earlier_form_is_never_stale() {
        let id = Uuid::from_u128(1);
        let earlier = json!({"organization_id": id, "webhook_id": id, "delivery_id": id, "round": 0});
        let earlier: DeliveryRef = serde_json::from_value(earlier).unwrap();
        assert!(!earlier.is_stale(&delivery(0, 5)));
        assert_eq!(earlier.wait(Timestamp::UNIX_EPOCH), None);
    }
}
