//! Deliveries, kept for 30 days.

use domain::Tenant;
use domain::delivery::{AttemptRecord, Delivery, DeliveryStatus, RenderedRequest};
use domain::id::{DeliveryId, WebhookId};
use domain::webhook::{Method, Webhook, WebhookEvent, WebhookModel};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::codec::{Stored, json_text, word};
use crate::error::StoreError;
use crate::keys::{self, Collection, Key};
use crate::lists::{Page, PageRequest, of_partition};
use crate::table::{Item, Query};
use crate::transaction::Transaction;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DeliveryBody {
    id: DeliveryId,
    webhook: WebhookId,
    event_id: String,
    #[serde(with = "word")]
    webhook_model: WebhookModel,
    #[serde(with = "word")]
    event: WebhookEvent,
    object_id: String,
    #[serde(with = "word")]
    status: DeliveryStatus,
    attempts: Vec<AttemptBody>,
    attempts_made: u32,
    round: u32,
    #[serde(with = "word")]
    method: Method,
    url: String,
    #[serde(with = "json_text")]
    headers: Vec<(String, String)>,
    body: String,
    created_at: Timestamp,
    version: u64,
    /// Unix seconds: DynamoDB deletes the item some time after.
    expires_at: i64,
}

#[derive(Debug, Serialize, Deserialize)]
struct AttemptBody {
    at: Timestamp,
    response_status: Option<u16>,
    duration_ms: u64,
    response_body: String,
    error: Option<String>,
}

impl Stored for Delivery {
    type Body = DeliveryBody;
    const MODEL: Option<&'static str> = None;
    const SEALED: &'static [&'static str] = &["headers"];

    #[rustfmt::skip]
    fn body(&self) -> DeliveryBody {
        let Self {
            id, webhook, event_id, model, event, object_id, status, attempts, attempts_made, round, request,
            created_at, version,
        } = self.clone();
        let RenderedRequest { method, url, headers, body } = request;
        let attempts = attempts.into_iter().map(|attempt| {
            let AttemptRecord { at, response_status, duration_ms, response_body, error } = attempt;
            AttemptBody { at, response_status, duration_ms, response_body, error }
        });
        DeliveryBody {
            id, webhook, event_id, webhook_model: model, event, object_id, status, attempts: attempts.collect(),
            attempts_made, round, method, url, headers, body, created_at, version,
            expires_at: (created_at + Self::KEPT).as_second(),
        }
    }

    #[rustfmt::skip]
    fn restore(body: DeliveryBody) -> Result<Self, StoreError> {
        let DeliveryBody {
            id, webhook, event_id, webhook_model, event, object_id, status, attempts, attempts_made, round, method,
            url, headers, body, created_at, version, expires_at: _,
        } = body;
        let attempts = attempts.into_iter().map(|attempt| {
            let AttemptBody { at, response_status, duration_ms, response_body, error } = attempt;
            AttemptRecord { at, response_status, duration_ms, response_body, error }
        });
        Ok(Self {
            id, webhook, event_id, model: webhook_model, event, object_id, status, attempts: attempts.collect(),
            attempts_made, round, request: RenderedRequest { method, url, headers, body }, created_at, version,
        })
    }
}

fn key(tenant: Tenant, webhook: WebhookId, id: DeliveryId) -> Key {
    keys::member(tenant, Collection::Delivery(webhook), id)
}

/// The item of a key, among items that were read together.
fn among(items: &[Item], key: &Key) -> Option<Item> {
    let is = |item: &&Item, name: &str, value: &String| item.get(name).and_then(|it| it.as_s().ok()) == Some(value);
    items.iter().find(|item| is(item, "sk", &key.sk) && is(item, "pk", &key.pk)).cloned()
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`], and the writes
/// with [`StoreError::Raced`] and [`StoreError::TooLarge`] too.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// A delivery; one whose time is over is not there, whether or not DynamoDB has deleted it yet.
    pub async fn delivery(
        &self,
        tenant: Tenant,
        webhook: WebhookId,
        id: DeliveryId,
        now: Timestamp,
    ) -> Result<Option<Delivery>, StoreError> {
        let delivery: Option<Delivery> = self.find(&key(tenant, webhook, id)).await?;
        Ok(delivery.filter(|delivery| is_kept(delivery, now)))
    }

    /// Several deliveries with their webhooks, in the order in which they are named. An item that cannot be read fails
    /// for itself alone.
    pub async fn deliveries_to_send(
        &self,
        wanted: &[(Tenant, WebhookId, DeliveryId)],
        now: Timestamp,
    ) -> Result<Vec<Result<(Option<Delivery>, Option<Webhook>), StoreError>>, StoreError> {
        let keys_of =
            |(tenant, webhook, id)| [key(tenant, webhook, id), keys::member(tenant, Collection::Webhook, webhook)];
        // DynamoDB refuses a key that is named twice.
        let mut distinct: Vec<Key> = Vec::new();
        for key in wanted.iter().copied().flat_map(keys_of) {
            if !distinct.contains(&key) {
                distinct.push(key);
            }
        }
        let items = self.table.get_all(&distinct).await?;
        let read = |wanted| {
            let [delivery, webhook] = keys_of(wanted);
            let delivery: Option<Delivery> =
                among(&items, &delivery).map(|item| self.table.decode(item)).transpose()?;
            let webhook = among(&items, &webhook).map(|item| self.table.decode(item)).transpose()?;
            Ok((delivery.filter(|delivery| is_kept(delivery, now)), webhook))
        };
        Ok(wanted.iter().copied().map(read).collect())
    }

    /// A page of a webhook's deliveries, newest first.
    pub async fn deliveries(
        &self,
        tenant: Tenant,
        webhook: WebhookId,
        page: PageRequest,
        now: Timestamp,
    ) -> Result<Page<Delivery>, StoreError> {
        let pk = keys::partition(tenant, Collection::Delivery(webhook));
        let start = page.after.as_ref().map(|sk| Key { pk: pk.clone(), sk: sk.clone() }.attributes());
        let query = Query { start, newest_first: true, ..of_partition(pk) };
        let mut found = self.page_of::<Delivery>(query, page.limit, None).await?;
        let rows = found.rows.len();
        found.rows.retain(|delivery| is_kept(delivery, now));
        if found.rows.len() < rows {
            // Newest first: all that follows is older still.
            found.next = None;
        }
        Ok(found)
    }

    /// Writes a new delivery. [`StoreError::Raced`] when it is there: the event was seen before.
    pub async fn create_delivery(&self, tenant: Tenant, delivery: &Delivery) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.create(self.table.encode(delivery, &key(tenant, delivery.webhook, delivery.id))?);
        commit.commit(&self.table).await
    }

    /// Writes a delivery over the version `before`.
    pub async fn save_delivery(&self, tenant: Tenant, delivery: &Delivery, before: u64) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(self.table.encode(delivery, &key(tenant, delivery.webhook, delivery.id))?, before);
        commit.commit(&self.table).await
    }
}

fn is_kept(delivery: &Delivery, now: Timestamp) -> bool {
    now < delivery.created_at + Delivery::KEPT
}
