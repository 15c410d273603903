//! Webhooks.

use domain::Tenant;
use domain::id::WebhookId;
use domain::json;
use domain::text::Name;
use domain::webhook::{
    Condition, ConditionLogic, Conditions, FieldPath, Headers, Method, Operator, Payload, RetiredSecret, Secret,
    Secrets, UrlTemplate, Webhook, WebhookEvent, WebhookModel,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::codec::{Stored, encode_body, json_text, word};
use crate::error::StoreError;
use crate::keys::{self, Collection, Key};
use crate::lists::{self, Order, Page, PageRequest, of_partition};
use crate::table::{Item, n};
use crate::transaction::Transaction;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct WebhookBody {
    id: WebhookId,
    name: Name,
    #[serde(with = "word")]
    webhook_model: WebhookModel,
    #[serde(with = "word")]
    event: WebhookEvent,
    url: String,
    #[serde(with = "word")]
    method: Method,
    #[serde(with = "json_text")]
    headers: Vec<(String, String)>,
    is_active: bool,
    #[serde(with = "json_text")]
    conditions: Vec<(String, String, json::Value)>,
    #[serde(with = "word")]
    condition_logic: ConditionLogic,
    #[serde(with = "json_text")]
    payload: Option<Payload>,
    secret: String,
    previous_secret: Option<String>,
    previous_valid_until: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: u64,
}

impl Stored for Webhook {
    type Body = WebhookBody;
    const MODEL: Option<&'static str> = None;
    const SEALED: &'static [&'static str] = &["headers", "previous_secret", "secret"];

    #[rustfmt::skip]
    fn body(&self) -> WebhookBody {
        let Self {
            id, name, model, event, url, method, headers, is_active, conditions, condition_logic, payload, secrets,
            created_at, updated_at, version,
        } = self.clone();
        let conditions = conditions.as_slice().iter().map(|condition| {
            (condition.field().to_string(), condition.operator().to_string(), condition.value().clone())
        });
        let Secrets { current, previous } = secrets;
        let (previous_secret, previous_valid_until) = previous
            .map(|RetiredSecret { secret, valid_until }| (secret.expose().to_owned(), valid_until))
            .unzip();
        WebhookBody {
            id, name, webhook_model: model, event, url: url.as_str().to_owned(), method,
            headers: headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(), is_active,
            conditions: conditions.collect(), condition_logic, payload, secret: current.expose().to_owned(),
            previous_secret, previous_valid_until, created_at, updated_at, version,
        }
    }

    #[rustfmt::skip]
    fn restore(body: WebhookBody) -> Result<Self, StoreError> {
        let WebhookBody {
            id, name, webhook_model, event, url, method, headers, is_active, conditions, condition_logic, payload,
            secret, previous_secret, previous_valid_until, created_at, updated_at, version,
        } = body;
        let conditions = conditions.into_iter().map(|(field, operator, value)| {
            let field = FieldPath::parse(&field).map_err(StoreError::corrupt)?;
            let operator: Operator = operator.parse().map_err(StoreError::corrupt)?;
            Condition::new(field, operator, value).map_err(StoreError::corrupt)
        });
        let previous = match previous_secret.zip(previous_valid_until) {
            None => None,
            Some((secret, valid_until)) => {
                Some(RetiredSecret { secret: Secret::parse(&secret).map_err(StoreError::corrupt)?, valid_until })
            }
        };
        Ok(Self {
            id, name, model: webhook_model, event, url: UrlTemplate::stored(url), method,
            headers: Headers::parse(headers).map_err(StoreError::corrupt)?, is_active,
            conditions: Conditions::parse(conditions.collect::<Result<_, _>>()?).map_err(StoreError::corrupt)?,
            condition_logic, payload,
            secrets: Secrets { current: Secret::parse(&secret).map_err(StoreError::corrupt)?, previous },
            created_at, updated_at, version,
        })
    }
}

fn version(item: &Item) -> Result<u64, StoreError> {
    let version = item.get("version").and_then(|version| version.as_n().ok()?.parse().ok());
    version.ok_or_else(|| StoreError::corrupt("a guard without a version"))
}

fn key(tenant: Tenant, id: WebhookId) -> Key {
    keys::member(tenant, Collection::Webhook, id)
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`], and the writes
/// with [`StoreError::Raced`] and [`StoreError::TooLarge`] too.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// A webhook.
    pub async fn webhook(&self, tenant: Tenant, id: WebhookId) -> Result<Option<Webhook>, StoreError> {
        self.find(&key(tenant, id)).await
    }

    /// Every webhook of the organisation. One that cannot be read fails by itself.
    pub async fn all_webhooks(&self, tenant: Tenant) -> Result<Vec<Result<Webhook, StoreError>>, StoreError> {
        let items = self.table.query_all(of_partition(keys::partition(tenant, Collection::Webhook))).await?;
        Ok(items.into_iter().map(|item| self.table.decode(item)).collect())
    }

    /// A page of the webhooks, oldest first.
    pub async fn webhooks(&self, tenant: Tenant, page: PageRequest) -> Result<Page<Webhook>, StoreError> {
        self.page(tenant, Collection::Webhook, page, None).await
    }

    /// Writes a new webhook where there are fewer than `most`; says whether there were. Of several at once one is
    /// first, and the others lose the race.
    pub async fn create_webhook(&self, tenant: Tenant, webhook: &Webhook, most: u64) -> Result<bool, StoreError> {
        let guard = keys::webhook_guard(tenant);
        let before = self.table.get(&guard).await?.map_or(Ok(0), |item| version(&item))?;
        if self.table.count(of_partition(keys::partition(tenant, Collection::Webhook))).await? >= most {
            return Ok(false);
        }
        let mut next = guard.attributes();
        next.insert("version".into(), n(before + 1));
        let mut commit = Transaction::new();
        commit.create(self.table.encode(webhook, &key(tenant, webhook.id))?);
        match before {
            0 => commit.create(next),
            before => commit.replace(next, before),
        };
        commit.commit(&self.table).await?;
        Ok(true)
    }

    /// Writes a webhook over the version `before`.
    pub async fn save_webhook(&self, tenant: Tenant, webhook: &Webhook, before: u64) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(self.table.encode(webhook, &key(tenant, webhook.id))?, before);
        commit.commit(&self.table).await
    }

    /// Removes a webhook. What is kept of it has no secrets and no headers: nothing is sent with them any more.
    pub async fn delete_webhook(&self, tenant: Tenant, webhook: &Webhook) -> Result<(), StoreError> {
        let key = key(tenant, webhook.id);
        let mut commit = Transaction::new();
        let kept = WebhookBody {
            headers: Vec::new(),
            secret: String::new(),
            previous_secret: None,
            previous_valid_until: None,
            ..webhook.body()
        };
        commit.put(encode_body(&kept, &keys::trash(tenant, &key))?);
        commit.remove(key, webhook.version);
        let deliveries = keys::partition(tenant, Collection::Delivery(webhook.id));
        commit.put(lists::parent_deleted(deliveries, Order::NewestFirst));
        commit.commit(&self.table).await
    }
}
