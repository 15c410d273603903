//! From a committed change to the deliveries that it causes.

use std::collections::HashMap;

use domain::Tenant;
use domain::delivery::{AttemptRecord, Delivery, DeliveryStatus, RenderedRequest};
use domain::id::{DeliveryId, WebhookId};
use domain::json::Value;
use domain::webhook::{Webhook, WebhookEvent, WebhookModel};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use store::StoreError;

use crate::queue::{DeliveryQueue, DeliveryRef};
use crate::{App, Error, hops};

/// A committed change, with its object in crm form.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The stream's id of the change: the same whenever it is seen.
    pub id: String,
    /// The change's place in the stream: later changes of one object have larger ones.
    pub sequence: u128,
    /// When the change was committed.
    pub at: Timestamp,
    /// The organisation.
    pub tenant: Tenant,
    /// The kind of object.
    pub model: WebhookModel,
    /// What happened to it.
    pub event: WebhookEvent,
    /// The object; for a deletion, as it last was.
    pub object: Value,
    /// How many webhooks, one after the other, led to it.
    pub hops: u32,
}

/// Fans events out. It remembers the webhooks of the organisations that it has seen, so one is made
/// for each batch.
#[derive(Debug)]
pub struct FanOut<'a> {
    app: &'a App,
    queue: &'a DeliveryQueue,
    own_url: &'a str,
    webhooks: HashMap<Tenant, Vec<Webhook>>,
}

impl<'a> FanOut<'a> {
    /// Starts a batch. `own_url` is the API's address, which webhooks may call too.
    #[must_use]
    pub fn new(app: &'a App, queue: &'a DeliveryQueue, own_url: &'a str) -> Self {
        Self { app, queue, own_url, webhooks: HashMap::new() }
    }

    /// Stores and queues a delivery for every webhook that the event triggers, and says how many.
    /// An event that is seen again stores nothing new, and queues again what may not have been.
    ///
    /// # Errors
    /// The store's and the queue's: the event is to be seen again then.
    pub async fn fan_out(&mut self, event: &Event) -> Result<u32, Error> {
        if !self.webhooks.contains_key(&event.tenant) {
            let webhooks = self.app.store.all_webhooks(event.tenant).await?;
            self.webhooks.insert(event.tenant, webhooks);
        }
        let webhooks = self.webhooks.get(&event.tenant).map(Vec::as_slice).unwrap_or_default();
        let mut triggered = 0;
        for webhook in webhooks.iter().filter(|w| w.is_triggered_by(event.model, event.event, &event.object)) {
            let mut delivery = delivery(webhook, event);
            if delivery.status == DeliveryStatus::Pending {
                let hops = self.app.hops_header(event.tenant, &delivery.request.url, self.own_url, event.hops + 1);
                delivery.request.headers.push((hops::HEADER.to_owned(), hops));
            }
            if self.store(event.tenant, delivery.clone()).await? {
                self.queue.send(DeliveryRef::new(event.tenant, &delivery)).await?;
            }
            triggered += 1;
        }
        Ok(triggered)
    }

    /// Stores a delivery, and says whether it is to be sent. Queuing comes after storing, so an
    /// event that is seen again may find its delivery stored and not queued.
    async fn store(&self, tenant: Tenant, delivery: Delivery) -> Result<bool, Error> {
        let waiting = delivery.status == DeliveryStatus::Pending;
        match self.app.store.create_delivery(tenant, &delivery).await {
            Ok(()) => Ok(waiting),
            Err(StoreError::Raced) => {
                let known = self.app.store.delivery(tenant, delivery.webhook, delivery.id, self.app.now()).await?;
                Ok(known.is_some_and(|known| known.status == DeliveryStatus::Pending && known.attempts.is_empty()))
            }
            Err(StoreError::TooLarge) => {
                let dead = unsendable(delivery, "the rendered request is larger than a delivery can be");
                match self.app.store.create_delivery(tenant, &dead).await {
                    Ok(()) | Err(StoreError::Raced) => Ok(false),
                    Err(other) => Err(other.into()),
                }
            }
            Err(other) => Err(other.into()),
        }
    }
}

/// The delivery of an event to a webhook.
fn delivery(webhook: &Webhook, event: &Event) -> Delivery {
    let object_id = event.object.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let (request, refused) = match webhook.render(&event.object) {
        Ok(request) => (request, None),
        Err(error) => {
            let (method, url) = (webhook.method, webhook.url.to_string());
            (RenderedRequest { method, url, headers: vec![], body: String::new() }, Some(error.to_string()))
        }
    };
    let delivery = Delivery {
        id: delivery_id(webhook.id, event),
        webhook: webhook.id,
        event_id: message_id(event),
        model: event.model,
        event: event.event,
        object_id,
        status: DeliveryStatus::Pending,
        attempts: vec![],
        attempts_made: 0,
        round: 0,
        request,
        created_at: event.at,
        version: 1,
    };
    match refused {
        Some(why) => unsendable(delivery, &why),
        None if event.hops >= Webhook::MOST_HOPS => {
            let why = format!("{} webhooks, one after the other, led to this change", event.hops);
            unsendable(delivery, &why)
        }
        None => delivery,
    }
}

/// A delivery that cannot be sent, kept so that its owner can see why.
fn unsendable(mut delivery: Delivery, why: &str) -> Delivery {
    let at = delivery.created_at;
    delivery.drop_request();
    let error = Some(why.to_owned());
    let attempt = AttemptRecord { at, response_status: None, duration_ms: 0, response_body: String::new(), error };
    delivery.record(attempt, DeliveryStatus::Dead);
    delivery
}

/// The event's public id, derived from the stream's.
fn message_id(event: &Event) -> String {
    let hash = Sha256::digest(format!("event\0{}", event.id));
    format!("msg_{}", crate::secrets::hex(&hash[..16]))
}

/// The delivery's id: a UUIDv7 of the event's time, whose random part is the event's place in the
/// stream, as far as it fits, and a hash of event and webhook. The same event gives the same id, and
/// deliveries sort by time, those of one millisecond by the stream.
fn delivery_id(webhook: WebhookId, event: &Event) -> DeliveryId {
    let hash = Sha256::digest(format!("delivery\0{}\0{webhook}", event.id));
    let mut random = [0; 10];
    random[..5].copy_from_slice(&place(event.sequence));
    random[5..].copy_from_slice(&hash[..5]);
    let millis = u64::try_from(event.at.as_millisecond()).unwrap_or_default();
    DeliveryId::new(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
}

/// The 34 lowest bits of a place in the stream, around those that are a UUID's own: the four highest
/// of the first byte and the two highest of the third.
fn place(sequence: u128) -> [u8; 5] {
    let spread = (sequence >> 22 & 0xfff) << 24 | (sequence >> 16 & 0x3f) << 16 | sequence & 0xffff;
    let [.., a, b, c, d, e] = spread.to_be_bytes();
    [a, b, c, d, e]
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::OrganisationId;
    use serde_json::json;
    use uuid::Uuid;

    fn event(id: &str) -> Event {
        Event {
            id: id.into(),
            sequence: 1,
            at: Timestamp::from_second(1_700_000_000).unwrap(),
            tenant: Tenant::trusted(OrganisationId::new(Uuid::from_u128(1))),
            model: WebhookModel::Client,
            event: WebhookEvent::Update,
            object: json!({"id": "1"}).into(),
            hops: 0,
        }
    }

    #[test]
    fn an_event_seen_again_has_the_ids_that_it_had() {
        let webhook = WebhookId::new(Uuid::from_u128(7));
        assert_eq!(delivery_id(webhook, &event("a")), delivery_id(webhook, &event("a")));
        assert_ne!(delivery_id(webhook, &event("a")), delivery_id(webhook, &event("b")));
        assert_ne!(delivery_id(webhook, &event("a")), delivery_id(WebhookId::new(Uuid::from_u128(8)), &event("a")));
        assert_eq!(message_id(&event("a")), message_id(&event("a")));
        assert_ne!(message_id(&event("a")), message_id(&event("b")));
    }

    #[test]
    fn deliveries_of_one_millisecond_sort_as_the_stream_does() {
        let webhook = WebhookId::new(Uuid::from_u128(7));
        for bit in 0..33 {
            let start = 100_000_000_000_000_000_000_u128 >> 34 << 34 | 1 << bit;
            let ids: Vec<_> = (0..4)
                .map(|step| Event { sequence: start + step, ..event(&step.to_string()) })
                .map(|event| delivery_id(webhook, &event).to_string())
                .collect();
            assert!(ids.is_sorted(), "{bit}: {ids:?}");
        }
    }
}
