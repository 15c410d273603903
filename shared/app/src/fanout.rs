//! From a committed change to the deliveries that it causes.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::Tenant;
use domain::delivery::{AttemptRecord, Delivery, DeliveryStatus, RenderedRequest};
use domain::id::{DeliveryId, WebhookId};
use domain::json::Value;
use domain::webhook::{Webhook, WebhookEvent, WebhookModel};
use futures::future::join_all;
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

/// How many deliveries are stored at once, and queued together.
const TOGETHER: usize = 50;

/// Fans events out.
#[derive(Debug)]
pub struct FanOut<'a> {
    /// The use cases.
    pub app: &'a App,
    /// Where deliveries go.
    pub queue: &'a DeliveryQueue,
    /// The API's address, which webhooks may call too.
    pub own_url: &'a str,
}

/// What came of events.
#[derive(Debug, Default)]
pub struct FannedOut {
    /// How many deliveries they caused.
    pub deliveries: usize,
    /// By the events' places: what is to be fanned out again, and why.
    pub failed: BTreeMap<usize, Error>,
}

type Webhooks = HashMap<Tenant, Result<Vec<Webhook>, Error>>;

impl FanOut<'_> {
    /// Stores and queues a delivery for every webhook that each event triggers. An event that is seen again stores
    /// nothing new, and queues again what may not have been.
    ///
    /// The first delivery of every event comes before any second, so that an organisation with many webhooks does not
    /// delay the others. The deliveries of one webhook are queued in the order of the events.
    pub async fn fan_out(&self, events: &[Event]) -> FannedOut {
        let webhooks = self.webhooks_of(events).await;
        let mut done = FannedOut::default();
        let mut wanted = Vec::new();
        for (place, event) in events.iter().enumerate() {
            match webhooks.get(&event.tenant) {
                None => {}
                Some(Err(error)) => done.failed(place, error.clone()),
                Some(Ok(webhooks)) => {
                    let triggered = |w: &&Webhook| w.is_triggered_by(event.model, event.event, &event.object);
                    wanted.extend(webhooks.iter().filter(triggered).enumerate().map(|(turn, w)| (turn, place, w)));
                }
            }
        }
        wanted.sort_by_key(|(turn, place, _)| (*turn, *place));
        for together in wanted.chunks(TOGETHER) {
            let deliveries = together.iter().map(|(_, place, webhook)| self.deliver(&events[*place], webhook));
            let mut queued = Vec::new();
            for ((_, place, _), stored) in together.iter().zip(join_all(deliveries).await) {
                match stored {
                    Ok(reference) => queued.extend(reference.map(|reference| (*place, reference))),
                    Err(error) => done.failed(*place, error),
                }
            }
            let references: Vec<_> = queued.iter().map(|(_, reference)| *reference).collect();
            if let Err(error) = self.queue.send_all(&references).await {
                queued.iter().for_each(|(place, _)| done.failed(*place, error.clone()));
            }
        }
        done.deliveries = wanted.len();
        done
    }

    async fn webhooks_of(&self, events: &[Event]) -> Webhooks {
        let tenants: HashSet<Tenant> = events.iter().map(|event| event.tenant).collect();
        let read = async |tenant| {
            let found = self.app.store.all_webhooks(tenant).await.map_err(Error::from);
            (
                tenant,
                found.map(|webhooks| webhooks.into_iter().filter_map(|webhook| readable(tenant, webhook)).collect()),
            )
        };
        join_all(tenants.into_iter().map(read)).await.into_iter().collect()
    }

    /// Stores the delivery of an event to a webhook; returns the message to queue, if it is to be sent.
    async fn deliver(&self, event: &Event, webhook: &Webhook) -> Result<Option<DeliveryRef>, Error> {
        let mut delivery = delivery(webhook, event);
        if delivery.status == DeliveryStatus::Pending {
            let hops = self.app.hops_header(event.tenant, &delivery.request.url, self.own_url, event.hops + 1);
            delivery.request.headers.push((hops::HEADER.to_owned(), hops));
        }
        let reference = DeliveryRef::new(event.tenant, &delivery);
        Ok(self.store(event.tenant, delivery).await?.then_some(reference))
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

/// A webhook that cannot be read is left out, so that the others of its organisation have their events.
fn readable(tenant: Tenant, webhook: Result<Webhook, StoreError>) -> Option<Webhook> {
    let organisation = tenant.organisation();
    webhook.inspect_err(|error| tracing::error!(%organisation, %error, "a webhook cannot be read")).ok()
}

impl FannedOut {
    fn failed(&mut self, place: usize, error: Error) {
        self.failed.entry(place).or_insert(error);
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
