//! Payment links: the invoice's own stands in its header, and each in an item of its own, from which
//! it is retired.
//!
//! An item is in the index under the time at which the sweep looks at it: when the link expires,
//! when its request cannot be under way any more, or when Stripe should long have been told that it
//! is retired. `retire` wakes the function that tells Stripe, by the table's stream.

use std::collections::BTreeMap;

use domain::Tenant;
use domain::id::{InvoiceId, PaymentLinkId};
use domain::invoice::{Header, LinkChange, LinkState, LinkUrl, MadeLink, PaymentLink};
use domain::money::Currency;
use domain::text::ShortText;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_dynamo::AttributeValue;

use crate::Store;
use crate::codec::{amount, amount_text, encode_body, from_stream};
use crate::error::StoreError;
use crate::keys::{self, Part};
use crate::table::{Item, Query, Update, s};
use crate::transaction::Transaction;

/// How long the stream tries to have a link deactivated before the sweep starts it anew.
const TELLING: SignedDuration = SignedDuration::from_hours(1);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LinkBody {
    id: PaymentLinkId,
    amount: String,
    currency: Currency,
    label: ShortText,
    requested_at: Timestamp,
    failed: bool,
    made: Option<MadeBody>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct MadeBody {
    stripe_id: ShortText,
    url: LinkUrl,
    expires_at: Timestamp,
}

impl From<&PaymentLink> for LinkBody {
    fn from(link: &PaymentLink) -> Self {
        let PaymentLink { id, amount, label, requested_at, state } = link.clone();
        let (failed, made) = match state {
            LinkState::Requested { failed } => (failed, None),
            LinkState::Active(MadeLink { stripe_id, url, expires_at }) => {
                (false, Some(MadeBody { stripe_id, url, expires_at }))
            }
        };
        Self { id, amount: amount_text(amount), currency: amount.currency(), label, requested_at, failed, made }
    }
}

impl LinkBody {
    pub(crate) fn restore(self) -> Result<PaymentLink, StoreError> {
        let Self { id, amount: text, currency, label, requested_at, failed, made } = self;
        let state = match made {
            Some(MadeBody { stripe_id, url, expires_at }) => LinkState::Active(MadeLink { stripe_id, url, expires_at }),
            None => LinkState::Requested { failed },
        };
        Ok(PaymentLink { id, amount: amount(&text, currency)?, label, requested_at, state })
    }
}

/// A link that the sweep has to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LapsedLink {
    /// The organisation.
    pub tenant: Tenant,
    /// The invoice.
    pub invoice: InvoiceId,
    /// The link.
    pub link: PaymentLinkId,
    /// Whether it is retired already, and Stripe has not been told.
    pub is_retired: bool,
}

/// A link that is to be deactivated at Stripe.
#[derive(Debug, Clone, PartialEq)]
pub struct RetiredLink {
    /// The organisation.
    pub tenant: Tenant,
    /// The invoice.
    pub invoice: InvoiceId,
    /// The link.
    pub link: PaymentLink,
}

impl RetiredLink {
    /// Reads an image of the stream. None when it is of something else.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for an image that does not read as a link.
    pub fn of_image(image: &serde_dynamo::Item) -> Result<Option<Self>, StoreError> {
        let text = |name: &str| match image.get(name) {
            Some(AttributeValue::S(text)) => Some(text.as_str()),
            _ => None,
        };
        if text("retire").is_none() {
            return Ok(None);
        }
        let tenant = text("pk").and_then(keys::tenant_of);
        let invoice = text("sk").and_then(keys::invoice_of);
        let (Some(tenant), Some(invoice)) = (tenant, invoice) else {
            return Err(StoreError::corrupt("a payment link outside an invoice"));
        };
        let link = from_stream::<LinkBody>(image.clone())?.restore()?;
        Ok(Some(Self { tenant, invoice, link }))
    }
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`].
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// How many parts the index of payment links has.
    pub const LINK_SHARDS: u32 = keys::DUE_SHARDS;

    /// The links of one part of the index that have lapsed. It may lag behind the table by moments.
    pub async fn lapsed_links(&self, shard: u32, now: Timestamp) -> Result<Vec<LapsedLink>, StoreError> {
        let query = Query {
            index: Some("gsi1"),
            condition: "gsi1pk = :shard AND gsi1sk < :now",
            values: [(":shard".to_owned(), s(keys::links(shard))), (":now".to_owned(), s(moment(now)))].into(),
            ..Query::default()
        };
        let items = self.table.query_all(query).await?;
        items
            .iter()
            .map(|item| {
                let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
                let tenant = text("pk").and_then(|pk| keys::tenant_of(pk));
                let sk = text("sk");
                let parts = (tenant, sk.and_then(|sk| keys::invoice_of(sk)), sk.and_then(|sk| keys::link_of(sk)));
                let (Some(tenant), Some(invoice), Some(link)) = parts else {
                    return Err(StoreError::corrupt("a payment link without its keys"));
                };
                Ok(LapsedLink { tenant, invoice, link, is_retired: item.contains_key("retire") })
            })
            .collect()
    }

    /// Lets the stream tell once more of a link that is retired.
    pub async fn repeat_retirement(&self, link: LapsedLink, now: Timestamp) -> Result<(), StoreError> {
        let LapsedLink { tenant, invoice, link, is_retired: _ } = link;
        let update = Update {
            key: keys::invoice_part(tenant, invoice, Part::Link, link),
            expression: "SET retire = :now",
            condition: "attribute_exists(retire)".into(),
            names: [].into(),
            values: [(":now".to_owned(), s(now.to_string()))].into(),
        };
        gone_is_done(self.table.update(update).await.map(drop))
    }

    /// Notes on a retired link that Stripe answered its request with a failure. The stream tells of
    /// it once more.
    pub async fn note_failed_retirement(&self, retired: &RetiredLink) -> Result<(), StoreError> {
        let update = Update {
            key: keys::invoice_part(retired.tenant, retired.invoice, Part::Link, retired.link.id),
            expression: "SET failed = :true",
            condition: "attribute_exists(retire)".into(),
            names: [].into(),
            values: [(":true".to_owned(), aws_sdk_dynamodb::types::AttributeValue::Bool(true))].into(),
        };
        gone_is_done(self.table.update(update).await.map(drop))
    }

    /// Notes that a retired link is deactivated at Stripe.
    pub async fn end_link(&self, retired: &RetiredLink, now: Timestamp) -> Result<(), StoreError> {
        let update = Update {
            key: keys::invoice_part(retired.tenant, retired.invoice, Part::Link, retired.link.id),
            expression: "SET ended_at = :now REMOVE retire, gsi1pk, gsi1sk",
            condition: "attribute_exists(retire)".into(),
            names: [].into(),
            values: [(":now".to_owned(), s(now.to_string()))].into(),
        };
        gone_is_done(self.table.update(update).await.map(drop))
    }
}

/// Puts what a decision made of an invoice's links.
pub(crate) fn put_links(
    commit: &mut Transaction,
    tenant: Tenant,
    header: &Header,
    links: &BTreeMap<PaymentLinkId, LinkChange>,
) -> Result<(), StoreError> {
    for (id, change) in links {
        match change {
            LinkChange::Open(link) => {
                commit.put(link_item(tenant, header.id, link, link.lapses_at())?);
                if let Some(made) = link.made() {
                    commit.put(crate::stripe::owner_item(made.stripe_id.as_str(), tenant, header.id));
                }
            }
            LinkChange::Retired(link) => {
                commit.put(retired_item(tenant, header.id, link, header.meta.updated_at)?);
            }
            LinkChange::Withdrawn => {
                let key = keys::invoice_part(tenant, header.id, Part::Link, id);
                commit.remove_if(key, "attribute_exists(pk)", Item::new());
            }
        }
    }
    Ok(())
}

/// The item of a link that is to be deactivated at Stripe.
pub(crate) fn retired_item(
    tenant: Tenant,
    invoice: InvoiceId,
    link: &PaymentLink,
    now: Timestamp,
) -> Result<Item, StoreError> {
    let mut item = link_item(tenant, invoice, link, now.checked_add(TELLING).unwrap_or(now))?;
    item.insert("retire".into(), s(now.to_string()));
    Ok(item)
}

fn link_item(tenant: Tenant, invoice: InvoiceId, link: &PaymentLink, seen_at: Timestamp) -> Result<Item, StoreError> {
    let mut item = encode_body(&LinkBody::from(link), &keys::invoice_part(tenant, invoice, Part::Link, link.id))?;
    item.insert("gsi1pk".into(), s(keys::link_shard(link.id)));
    item.insert("gsi1sk".into(), s(format!("{}#{}", moment(seen_at), link.id)));
    Ok(item)
}

/// A time that sorts as text.
pub(crate) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn gone_is_done(updated: Result<(), StoreError>) -> Result<(), StoreError> {
    match updated {
        Err(StoreError::Missing) => Ok(()),
        other => other,
    }
}
