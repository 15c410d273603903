//! Deliveries: listing them, sending them again, and recording what became of each attempt.

use std::time::Duration;

use domain::delivery::{AttemptRecord, Delivery, DeliveryStatus};
use domain::id::{DeliveryId, WebhookId};
use domain::webhook::{Webhook, retry};
use domain::{Action, Actor, Model};
use futures::future::join_all;
use jiff::Timestamp;
use store::{Page, PageRequest, StoreError};

use crate::queue::{DeliveryQueue, DeliveryQueues, DeliveryRef};
use crate::{App, Error, may, secrets};

/// What is to be done about a message of the queue.
#[derive(Debug, Clone, PartialEq)]
pub enum Due {
    /// Send it, and then [`App::record_attempt`].
    Send(Box<(Delivery, Webhook)>),
    /// Nothing: the attempt was made already, or nobody waits for it any more.
    Done,
}

/// What an attempt came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptResult {
    /// The receiver answered 2xx.
    Delivered,
    /// The receiver answered 410: the webhook is switched off.
    SwitchedOff,
    /// Anything else, with the wait that the receiver asked for.
    Failed {
        /// From its `Retry-After`.
        retry_after: Option<Duration>,
    },
}

impl AttemptResult {
    /// Reads an answer: 2xx alone delivers, 410 switches off; a redirect, any other status and no
    /// answer at all have failed.
    #[must_use]
    pub fn of(response_status: Option<u16>, retry_after: Option<&str>, now: Timestamp) -> Self {
        match response_status {
            Some(200..=299) => Self::Delivered,
            Some(410) => Self::SwitchedOff,
            Some(_) | None => {
                Self::Failed { retry_after: retry_after.and_then(|at| retry::parse_retry_after(at, now)) }
            }
        }
    }
}

/// What follows an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Nothing.
    Done,
    /// Another attempt after this time.
    After(Duration),
    /// The delivery belongs in the dead-letter queue.
    Dead,
}

/// How often an attempt is recorded anew, when another has been recorded at the same time.
const RECORD_TRIES: u32 = 5;

/// The listing and redelivery belong to the owner alone; they fail with
/// [`domain::Error::Forbidden`] and [`domain::Error::NotFound`] accordingly.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of a webhook's deliveries, newest first.
    pub async fn list_deliveries(
        &self,
        actor: &Actor,
        webhook: WebhookId,
        page: PageRequest,
    ) -> Result<Page<Delivery>, Error> {
        may(actor, Action::View, Model::Webhook)?;
        match self.store.deliveries(actor.tenant(), webhook, page, self.now()).await {
            // No deliveries and no webhook look the same: only then the webhook is looked for.
            Ok(found) if found.rows.is_empty() => self.load_webhook(actor, webhook).await.map(|_| found),
            Ok(found) => Ok(found),
            Err(StoreError::Missing) => Err(domain::Error::NotFound.into()),
            Err(other) => Err(other.into()),
        }
    }

    /// Sends a delivery once more, on a schedule that starts anew, whatever became of it. The message
    /// goes first and starts the new round by itself, if it is seen before the round is stored; so none
    /// is stored without a message that carries it on.
    pub async fn redeliver(
        &self,
        actor: &Actor,
        queue: &DeliveryQueue,
        webhook: WebhookId,
        id: DeliveryId,
    ) -> Result<Delivery, Error> {
        may(actor, Action::Change, Model::Webhook)?;
        let tenant = actor.tenant();
        self.load_webhook(actor, webhook).await?;
        let load = async || {
            let found = self.store.delivery(tenant, webhook, id, self.now()).await?;
            found.ok_or(Error::from(domain::Error::NotFound))
        };
        let mut anew = load().await?;
        if !anew.is_sendable() {
            let why = anew.attempts.last().and_then(|attempt| attempt.error.as_deref()).unwrap_or("it was not kept");
            return Err(domain::Error::Conflict(format!("There is no request to send: {why}.")).into());
        }
        anew.restart();
        queue.send(DeliveryRef::new(tenant, &anew)).await?;
        self.retrying(async || {
            let mut delivery = load().await?;
            if delivery.round < anew.round {
                let before = delivery.version;
                delivery.restart();
                delivery.version += 1;
                self.store.save_delivery(tenant, &delivery, before).await?;
            }
            Ok(delivery)
        })
        .await
    }

    /// What is to be done about each message of a batch, which is read at once.
    pub async fn due(&self, references: &[DeliveryRef]) -> Result<Vec<Result<Due, Error>>, Error> {
        let wanted: Vec<_> = references.iter().map(|it| (it.tenant(), it.webhook(), it.delivery())).collect();
        let found = self.store.deliveries_to_send(&wanted, self.now()).await?;
        let due = references.iter().zip(found).map(async |(reference, found)| {
            let (delivery, webhook) = found?;
            self.due_of(*reference, delivery, webhook).await
        });
        Ok(join_all(due).await)
    }

    async fn due_of(
        &self,
        reference: DeliveryRef,
        delivery: Option<Delivery>,
        webhook: Option<Webhook>,
    ) -> Result<Due, Error> {
        let Some(delivery) = delivery.and_then(|delivery| in_round(reference, delivery)) else { return Ok(Due::Done) };
        if reference.is_stale(&delivery) {
            return Ok(Due::Done);
        }
        match delivery.status {
            DeliveryStatus::Delivered | DeliveryStatus::Dead => return Ok(Due::Done),
            DeliveryStatus::Pending | DeliveryStatus::Failed => {}
        }
        match webhook {
            Some(webhook) if webhook.is_active => Ok(Due::Send(Box::new((delivery, webhook)))),
            Some(_) | None => {
                self.give_up(reference, delivery).await?;
                Ok(Due::Done)
            }
        }
    }

    /// Records an attempt. What follows it is queued first: a crash between the two repeats the attempt and loses
    /// nothing. The second of the two messages is then stale.
    pub async fn record_attempt(
        &self,
        queues: &DeliveryQueues,
        reference: DeliveryRef,
        mut delivery: Delivery,
        attempt: AttemptRecord,
        result: AttemptResult,
    ) -> Result<(), Error> {
        if result == AttemptResult::SwitchedOff {
            self.switch_off(reference).await?;
        }
        let jitter = u16::from_be_bytes(secrets::random(self.entropy.as_ref()));
        let mut queued = None;
        for _ in 0..RECORD_TRIES {
            let before = delivery.version;
            let next = judge(&mut delivery, attempt.clone(), result, jitter);
            if queued != Some(next) {
                self.queue_next(queues, DeliveryRef::new(reference.tenant(), &delivery), next).await?;
                queued = Some(next);
            }
            match self.store.save_delivery(reference.tenant(), &delivery, before).await {
                Err(StoreError::Raced) => match self.raced(reference, result).await? {
                    Some(current) => delivery = current,
                    None => return Ok(()),
                },
                other => return Ok(other?),
            }
        }
        Err(domain::Error::Contended.into())
    }

    async fn queue_next(&self, queues: &DeliveryQueues, message: DeliveryRef, next: Next) -> Result<(), Error> {
        match next {
            Next::Done => Ok(()),
            Next::After(wait) => queues.attempts.send_after(message, wait, self.now()).await,
            Next::Dead => queues.dead_letters.send(message).await,
        }
    }

    /// The delivery on which an attempt is to be recorded after all. None when it is kept no longer, a redelivery has
    /// taken over, or another receive of the message has recorded that the attempt failed, too.
    async fn raced(&self, reference: DeliveryRef, result: AttemptResult) -> Result<Option<Delivery>, Error> {
        let (tenant, webhook) = (reference.tenant(), reference.webhook());
        let found = self.store.delivery(tenant, webhook, reference.delivery(), self.now()).await?;
        let failed = matches!(result, AttemptResult::Failed { .. });
        let current = found.and_then(|delivery| in_round(reference, delivery));
        Ok(current.filter(|delivery| !(failed && reference.is_stale(delivery))))
    }

    /// Ends a delivery whose webhook is gone or switched off.
    async fn give_up(&self, reference: DeliveryRef, mut delivery: Delivery) -> Result<(), Error> {
        let before = delivery.version;
        delivery.status = DeliveryStatus::Dead;
        delivery.version += 1;
        match self.store.save_delivery(reference.tenant(), &delivery, before).await {
            Ok(()) | Err(StoreError::Raced) => Ok(()),
            Err(other) => Err(other.into()),
        }
    }

    async fn switch_off(&self, reference: DeliveryRef) -> Result<(), Error> {
        self.retrying(async || {
            let found = self.store.webhook(reference.tenant(), reference.webhook()).await?;
            let Some(mut webhook) = found.filter(|webhook| webhook.is_active) else { return Ok(()) };
            let before = webhook.version;
            webhook.is_active = false;
            webhook.updated_at = self.now();
            webhook.version += 1;
            Ok(self.store.save_webhook(reference.tenant(), &webhook, before).await?)
        })
        .await
    }
}

/// A message's delivery in the message's round. None when a redelivery has taken over.
fn in_round(reference: DeliveryRef, mut delivery: Delivery) -> Option<Delivery> {
    while delivery.round < reference.round() {
        delivery.restart();
    }
    (delivery.round == reference.round()).then_some(delivery)
}

/// Adds an attempt to its delivery, and says what follows.
fn judge(delivery: &mut Delivery, attempt: AttemptRecord, result: AttemptResult, jitter: u16) -> Next {
    let (status, next) = match (result, delivery.status) {
        (AttemptResult::Delivered, _) | (AttemptResult::Failed { .. }, DeliveryStatus::Delivered) => {
            (DeliveryStatus::Delivered, Next::Done)
        }
        (AttemptResult::SwitchedOff, _) | (AttemptResult::Failed { .. }, DeliveryStatus::Dead) => {
            (DeliveryStatus::Dead, Next::Done)
        }
        (AttemptResult::Failed { retry_after }, DeliveryStatus::Pending | DeliveryStatus::Failed) => {
            match retry::next_delay(delivery.attempts_made + 1, jitter, retry_after) {
                Some(delay) => (DeliveryStatus::Failed, Next::After(delay)),
                None => (DeliveryStatus::Dead, Next::Dead),
            }
        }
    };
    delivery.record(attempt, status);
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: Option<u16>, retry_after: Option<&str>) -> AttemptResult {
        AttemptResult::of(status, retry_after, Timestamp::from_second(1_700_000_000).unwrap())
    }

    #[test]
    fn only_2xx_delivers_and_only_410_switches_off() {
        for status in 100..600 {
            let expected = match status {
                200..=299 => AttemptResult::Delivered,
                410 => AttemptResult::SwitchedOff,
                _ => AttemptResult::Failed { retry_after: None },
            };
            assert_eq!(of(Some(status), None), expected, "{status}");
        }
        assert_eq!(of(None, None), AttemptResult::Failed { retry_after: None });
    }

    #[test]
    fn a_failure_keeps_the_wait_that_was_asked_for() {
        let waits = |seconds| AttemptResult::Failed { retry_after: Some(Duration::from_secs(seconds)) };
        assert_eq!(of(Some(503), Some("120")), waits(120));
        assert_eq!(of(Some(429), Some("Tue, 14 Nov 2023 22:14:20 GMT")), waits(60));
        assert_eq!(of(Some(503), Some("soon")), AttemptResult::Failed { retry_after: None });
    }

    fn delivery(status: DeliveryStatus, attempts_made: u32) -> Delivery {
        Delivery {
            id: DeliveryId::new(uuid::Uuid::from_u128(1)),
            webhook: WebhookId::new(uuid::Uuid::from_u128(2)),
            event_id: "msg_1".into(),
            model: domain::webhook::WebhookModel::Client,
            event: domain::webhook::WebhookEvent::Update,
            object_id: "1".into(),
            status,
            attempts: vec![],
            attempts_made,
            round: 0,
            request: domain::delivery::RenderedRequest {
                method: domain::webhook::Method::Post,
                url: "https://receiver.example/".into(),
                headers: vec![],
                body: "{}".into(),
            },
            created_at: Timestamp::UNIX_EPOCH,
            version: 1,
        }
    }

    #[test]
    fn an_attempt_is_judged_by_what_its_delivery_has_come_to() {
        use DeliveryStatus::{Dead, Delivered, Failed, Pending};
        let failed = of(Some(500), None);
        let table = [
            (Pending, 0, of(Some(200), None), Delivered, Next::Done),
            (Dead, 8, of(Some(200), None), Delivered, Next::Done),
            (Failed, 3, of(Some(410), None), Dead, Next::Done),
            (Pending, 0, failed, Failed, Next::After(Duration::from_millis(4_500))),
            (Failed, 1, failed, Failed, Next::After(Duration::from_secs(270))),
            (Failed, 7, failed, Dead, Next::Dead),
            // Another attempt at the same time was recorded first.
            (Delivered, 1, failed, Delivered, Next::Done),
            (Dead, 8, failed, Dead, Next::Done),
        ];
        for (status, made, result, then, next) in table {
            let mut delivery = delivery(status, made);
            let attempt = AttemptRecord {
                at: Timestamp::UNIX_EPOCH,
                response_status: None,
                duration_ms: 1,
                response_body: String::new(),
                error: None,
            };
            assert_eq!(judge(&mut delivery, attempt, result, 0), next, "{status} {made} {result:?}");
            assert_eq!((delivery.status, delivery.attempts_made, delivery.version), (then, made + 1, 2));
        }
    }
}
