//! All that an organisation has, a page at a time: for what is done with whole organisations.
//!
//! The partitions are known but for those of children, which are found by their parents, deleted
//! ones included. Children come before their parents, so that a walk that deletes finds them all.

use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, WriteRequest};
use domain::Tenant;
use domain::id::{ClientId, InvoiceId, ItemId, LeadId, PaymentLinkId, ServiceId, WebhookId};
use domain::image::Pictured;
use futures::TryFutureExt;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Store;
use crate::deadline::{pause, unless_throttled};
use crate::error::{StoreError, unavailable};
use crate::forms::text;
use crate::keys::{self, Collection, Key};
use crate::kinds::Kind;
use crate::lists::of_partition;
use crate::meter;
use crate::numbers::Series;
use crate::table::{Item, Query, s};

/// What a walk goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The objects of the books, members and what was deleted.
    Books,
    /// All but the organisation's own items: markers, counters, deliveries and exports too.
    Everything,
}

/// How far a walk has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkCursor {
    place: usize,
    /// The parent whose children were last looked at.
    parent: Option<String>,
    /// The last item that was looked at: of the place, or of the parent's children.
    after: Option<String>,
}

/// An item of an organisation, whatever it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    pub(crate) item: Item,
}

/// Where an organisation has items.
enum Place {
    Partition(String),
    /// The partitions of what belongs to the objects of another one.
    Children {
        parents: String,
        prefix: &'static str,
        of: fn(Uuid) -> Collection,
    },
}

impl Scope {
    fn places(self, tenant: Tenant) -> Vec<Place> {
        let children = |parent: Collection, in_trash: &'static str, of: fn(Uuid) -> Collection| {
            [
                Place::Children { parents: keys::partition(tenant, parent), prefix: "", of },
                Place::Children { parents: keys::trash_of(tenant), prefix: in_trash, of },
            ]
        };
        let partition = |collection| Place::Partition(keys::partition(tenant, collection));
        let numbered = |series: Series| Place::Partition(keys::numbered(tenant, series.name()));
        let mut places = Vec::new();
        if self == Self::Everything {
            places.extend(children(Collection::Webhook, "WEBHOOK#", |id| Collection::Delivery(WebhookId::new(id))));
        }
        places.extend(children(Collection::Service, "SERVICE#", |id| Collection::FollowUp(ServiceId::new(id))));
        places.extend(children(Collection::Item, "ITEM#", |id| Collection::Tier(ItemId::new(id))));
        places.extend(COLLECTIONS.map(partition));
        places.extend([Series::Expense, Series::PaymentMethod].map(numbered));
        places.extend([keys::invoices(tenant), keys::trash_of(tenant), keys::members(tenant)].map(Place::Partition));
        if self == Self::Everything {
            places.extend(keys::audit_log(tenant).map(Place::Partition));
            places.extend(keys::UNIQUE_KINDS.map(|kind| Place::Partition(keys::uniques(tenant, kind))));
            places.extend(Series::ALL.map(|series| Place::Partition(keys::numbers(tenant, series.name()))));
            places.extend(Series::ALL.map(|series| Place::Partition(keys::gaps(tenant, series.name()))));
            let rest = [keys::references(tenant), keys::counted(tenant), keys::exports(tenant)];
            places.extend(rest.map(Place::Partition));
        }
        places
    }
}

/// Collections without parents. Webhooks go first: without them, no change has a receiver.
const COLLECTIONS: [Collection; 10] = [
    Collection::Webhook,
    Collection::Attribute,
    Collection::Client,
    Collection::Contact,
    Collection::Service,
    Collection::Pipeline,
    Collection::Lead,
    Collection::Category,
    Collection::Item,
    Collection::Supplier,
];

impl Kept {
    pub(crate) fn kind(&self) -> Kind {
        let (pk, sk) = (text(&self.item, "pk"), text(&self.item, "sk"));
        if self.is_in_trash() { Kind::of_trash(sk) } else { Kind::of(pk, sk) }
    }

    pub(crate) fn is_in_trash(&self) -> bool {
        keys::place_of(text(&self.item, "pk")) == Some("TRASH")
    }

    fn key(&self) -> Key {
        Key { pk: text(&self.item, "pk").to_owned(), sk: text(&self.item, "sk").to_owned() }
    }

    /// The object that this is, if it has images.
    #[must_use]
    pub fn pictured(&self) -> Option<Pictured> {
        let has_images = matches!(self.item.get("images"), Some(AttributeValue::L(images)) if !images.is_empty());
        let id: Uuid = text(&self.item, "id").parse().ok().filter(|_| has_images)?;
        match self.kind() {
            Kind::Service => Some(Pictured::Service(ServiceId::new(id))),
            Kind::Client => Some(Pictured::Client(ClientId::new(id))),
            Kind::Lead => Some(Pictured::Lead(LeadId::new(id))),
            Kind::CatalogueItem => Some(Pictured::CatalogueItem(ItemId::new(id))),
            _ => None,
        }
    }
}

/// All methods fail with [`StoreError::Unavailable`].
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// The next page of a walk, which may be empty, and how far the walk then has come; no cursor at its
    /// end. One or two round trips.
    pub async fn walk(
        &self,
        tenant: Tenant,
        scope: Scope,
        cursor: WalkCursor,
        limit: usize,
    ) -> Result<(Vec<Kept>, Option<WalkCursor>), StoreError> {
        let WalkCursor { place, parent, after } = cursor;
        let places = scope.places(tenant);
        let beyond = (place + 1 < places.len()).then(|| WalkCursor { place: place + 1, ..WalkCursor::default() });
        match places.into_iter().nth(place) {
            None => Ok((vec![], None)),
            Some(Place::Partition(pk)) => {
                let (items, last) = self.slice(pk, "", after, limit).await?;
                let next = last.map(|after| WalkCursor { place, parent: None, after: Some(after) }).or(beyond);
                Ok((items, next))
            }
            Some(Place::Children { parents, prefix, of }) => {
                let (parent, after) = match (parent, after) {
                    (Some(parent), Some(after)) => (parent, Some(after)),
                    (done, _) => {
                        let (found, _) = self.slice(parents, prefix, done, 1).await?;
                        match found.first() {
                            Some(next) => (text(&next.item, "sk").to_owned(), None),
                            None => return Ok((vec![], beyond)),
                        }
                    }
                };
                let id = parent.rsplit('#').next().and_then(|id| id.parse().ok());
                let (items, last) = match id {
                    Some(id) => self.slice(keys::partition(tenant, of(id)), "", after, limit).await?,
                    None => (vec![], None),
                };
                Ok((items, Some(WalkCursor { place, parent: Some(parent), after: last })))
            }
        }
    }

    /// Some items of a partition, and the sort key of the last one if others follow.
    async fn slice(
        &self,
        pk: String,
        prefix: &str,
        after: Option<String>,
        limit: usize,
    ) -> Result<(Vec<Kept>, Option<String>), StoreError> {
        let start = after.map(|sk| Key { pk: pk.clone(), sk }.attributes());
        let query = match prefix {
            "" => of_partition(pk),
            prefix => Query {
                condition: "pk = :pk AND begins_with(sk, :prefix)",
                values: [(":pk".to_owned(), s(pk)), (":prefix".to_owned(), s(prefix))].into(),
                ..Query::default()
            },
        };
        let found = self.table.query(Query { start, limit: Some(limit), ..query }).await?;
        let last = found.last.map(|key| text(&key, "sk").to_owned());
        Ok((found.items.into_iter().map(|item| Kept { item }).collect(), last))
    }

    /// Removes items, whatever they are by now.
    pub async fn remove(&self, items: &[Kept]) -> Result<(), StoreError> {
        let keys: Vec<_> = items.iter().map(Kept::key).collect();
        self.remove_keys(&keys).await
    }

    pub(crate) async fn remove_keys(&self, keys: &[Key]) -> Result<(), StoreError> {
        /// The most that DynamoDB takes at once.
        const BATCH: usize = 25;
        for batch in keys.chunks(BATCH) {
            let mut requests = batch.iter().map(delete_request).collect::<Result<Vec<_>, _>>()?;
            let mut round = 0;
            while !requests.is_empty() {
                let asked = requests.len();
                let request = self
                    .table
                    .client
                    .batch_write_item()
                    .request_items(&*self.table.name, requests)
                    .return_consumed_capacity(aws_sdk_dynamodb::types::ReturnConsumedCapacity::Total);
                let answer = unless_throttled(move || request.clone().send().map_err(unavailable)).await?;
                meter::count(meter::Kind::Write, answer.consumed_capacity());
                // What DynamoDB had no room for at the moment, or throttled.
                requests = answer.unprocessed_items.unwrap_or_default().into_values().flatten().collect();
                round = if requests.len() == asked { round + 1 } else { 0 };
                if !requests.is_empty() && !pause(round).await {
                    return Err(StoreError::Throttled("items were left unprocessed".to_owned()));
                }
            }
        }
        Ok(())
    }

    /// The payment links of an organisation that Stripe holds or may hold, and whether each is retired.
    pub async fn open_links(&self, tenant: Tenant) -> Result<Vec<(InvoiceId, PaymentLinkId, bool)>, StoreError> {
        let mut query = of_partition(keys::invoices(tenant));
        // Invoices that are owed are in the same index, elsewhere.
        query.filter = Some("begins_with(gsi1pk, :links)".into());
        query.values.insert(":links".into(), s("LINK#"));
        let items = self.table.query_all(query).await?;
        let link = |item: &Item| {
            let sk = text(item, "sk");
            Some((keys::invoice_of(sk)?, keys::link_of(sk)?, item.contains_key("retire")))
        };
        Ok(items.iter().filter_map(link).collect())
    }
}

fn delete_request(key: &Key) -> Result<WriteRequest, StoreError> {
    let delete = DeleteRequest::builder().set_key(Some(key.attributes())).build();
    let delete = delete.map_err(|error| StoreError::Unavailable(error.to_string()))?;
    Ok(WriteRequest::builder().delete_request(delete).build())
}
