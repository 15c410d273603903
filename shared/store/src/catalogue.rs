//! Categories, catalogue items and price tiers.

use domain::Tenant;
use domain::attributes::Attributes;
use domain::catalogue::{CatalogueItem, Category, ItemType, PriceTier, Sku};
use domain::filter::{CategoryFilter, ItemFilter};
use domain::id::{CategoryId, ItemId, TierId};
use domain::money::{Currency, Percent, Price};
use domain::text::{LongText, Name, ShortText};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::clients::{count_reference, no_references};
use crate::codec::{MetaBody, Stored, decode, encode, encode_body, json_text, word};
use crate::error::{StoreError, Unique};
use crate::keys::{self, Collection, Key};
use crate::lists::{self, Order, Page, PageRequest};
use crate::table::{Update, n};
use crate::transaction::Transaction;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CategoryBody {
    id: CategoryId,
    name: Name,
    description: LongText,
    parent: Option<CategoryId>,
    #[serde(with = "json_text")]
    attributes: Attributes,
    #[serde(flatten)]
    meta: MetaBody,
}

impl Stored for Category {
    type Body = CategoryBody;
    const MODEL: Option<&'static str> = Some("Category");

    fn body(&self) -> CategoryBody {
        let Self { id, name, description, parent, attributes, meta } = self.clone();
        CategoryBody { id, name, description, parent, attributes, meta: (&meta).into() }
    }

    fn restore(body: CategoryBody) -> Result<Self, StoreError> {
        let CategoryBody { id, name, description, parent, attributes, meta } = body;
        Ok(Self { id, name, description, parent, attributes, meta: meta.into() })
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ItemBody {
    id: ItemId,
    category: Option<CategoryId>,
    name: Name,
    sku: Option<Sku>,
    description: LongText,
    #[serde(with = "word")]
    item_type: ItemType,
    base_price: Price,
    currency: Currency,
    unit: ShortText,
    tax_rate: Percent,
    stripe_price_id: Option<ShortText>,
    is_active: bool,
    images: Vec<String>,
    #[serde(with = "json_text")]
    attributes: Attributes,
    #[serde(flatten)]
    meta: MetaBody,
}

impl Stored for CatalogueItem {
    type Body = ItemBody;
    const MODEL: Option<&'static str> = Some("CatalogueItem");

    #[rustfmt::skip]
    fn body(&self) -> ItemBody {
        let Self {
            id, category, name, sku, description, item_type, base_price, currency, unit, tax_rate, stripe_price_id,
            is_active, images, attributes, meta,
        } = self.clone();
        ItemBody {
            id, category, name, sku, description, item_type, base_price, currency, unit, tax_rate, stripe_price_id,
            is_active, images, attributes, meta: (&meta).into(),
        }
    }

    #[rustfmt::skip]
    fn restore(body: ItemBody) -> Result<Self, StoreError> {
        let ItemBody {
            id, category, name, sku, description, item_type, base_price, currency, unit, tax_rate, stripe_price_id,
            is_active, images, attributes, meta,
        } = body;
        Ok(Self {
            id, category, name, sku, description, item_type, base_price, currency, unit, tax_rate, stripe_price_id,
            is_active, images, attributes, meta: meta.into(),
        })
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TierBody {
    id: TierId,
    item: ItemId,
    name: Name,
    min_quantity: u32,
    price: Price,
    #[serde(with = "json_text")]
    attributes: Attributes,
    #[serde(flatten)]
    meta: MetaBody,
}

impl Stored for PriceTier {
    type Body = TierBody;
    const MODEL: Option<&'static str> = Some("PriceTier");

    fn body(&self) -> TierBody {
        let Self { id, item, name, min_quantity, price, attributes, meta } = self.clone();
        TierBody { id, item, name, min_quantity, price, attributes, meta: (&meta).into() }
    }

    fn restore(body: TierBody) -> Result<Self, StoreError> {
        let TierBody { id, item, name, min_quantity, price, attributes, meta } = body;
        Ok(Self { id, item, name, min_quantity, price, attributes, meta: meta.into() })
    }
}

fn category_key(tenant: Tenant, id: CategoryId) -> Key {
    keys::member(tenant, Collection::Category, id)
}

fn item_key(tenant: Tenant, id: ItemId) -> Key {
    keys::member(tenant, Collection::Item, id)
}

fn tier_key(tenant: Tenant, tier: &PriceTier) -> Key {
    keys::member(tenant, Collection::Tier(tier.item), tier.id)
}

fn sku_key(tenant: Tenant, sku: &Sku) -> Key {
    keys::unique_in(tenant, "SKU", sku.as_str())
}

fn quantity_key(tenant: Tenant, tier: &PriceTier) -> Key {
    keys::unique_in(tenant, "TIER", &format!("{}#{}", tier.item, tier.min_quantity))
}

/// Categories. All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`], and
/// the writes with [`StoreError::Raced`] and [`StoreError::TooLarge`] too.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// A category.
    pub async fn category(&self, tenant: Tenant, id: CategoryId) -> Result<Option<Category>, StoreError> {
        self.find(&category_key(tenant, id)).await
    }

    /// A page of the categories, oldest first.
    pub async fn categories(
        &self,
        tenant: Tenant,
        filter: &CategoryFilter,
        page: PageRequest,
    ) -> Result<Page<Category>, StoreError> {
        let matches = |category: &Category| filter.matches(category);
        let filtered = *filter != CategoryFilter::default();
        self.page(tenant, Collection::Category, page, filtered.then_some(&matches as _)).await
    }

    /// Writes a new category; [`StoreError::Missing`] when its parent is gone.
    pub async fn create_category(&self, tenant: Tenant, category: &Category) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.create(encode(category, &category_key(tenant, category.id))?);
        commit.create(no_references(tenant, Collection::Category, category.id));
        if let Some(parent) = category.parent {
            commit.change(count_reference(tenant, Collection::Category, parent, 1));
        }
        commit.commit(&self.table).await
    }

    /// Counts the changes of parents in the organisation's tree; [`Store::save_category`] takes it
    /// back, so that two changes which would close a cycle together cannot both be committed.
    pub async fn category_tree(&self, tenant: Tenant) -> Result<u64, StoreError> {
        let item = self.table.get(&keys::category_tree(tenant)).await?;
        let version = item.as_ref().and_then(|item| item.get("version")).and_then(|version| version.as_n().ok());
        version.map_or(Ok(0), |version| version.parse().map_err(StoreError::corrupt))
    }

    /// Writes a category over the one that was read; `tree` is the state of the tree in which a
    /// changed parent was found to be allowed.
    pub async fn save_category(
        &self,
        tenant: Tenant,
        category: &Category,
        before: &Category,
        tree: u64,
    ) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(encode(category, &category_key(tenant, category.id))?, before.meta.version);
        if category.parent != before.parent {
            if let Some(parent) = before.parent {
                commit.change_or_race(count_reference(tenant, Collection::Category, parent, -1));
            }
            if let Some(parent) = category.parent {
                commit.change(count_reference(tenant, Collection::Category, parent, 1));
            }
            commit.change_or_race(move_tree(tenant, tree));
        }
        commit.commit(&self.table).await
    }

    /// Removes a category that has no children; one that has loses the race.
    pub async fn delete_category(&self, tenant: Tenant, category: &Category) -> Result<(), StoreError> {
        let key = category_key(tenant, category.id);
        let mut commit = Transaction::new();
        commit.put(encode_body(&category.body(), &keys::trash(tenant, &key))?);
        commit.remove(key, category.meta.version);
        let none = [(":none".to_owned(), n(0))].into();
        commit.remove_if(keys::refs(tenant, Collection::Category, category.id), "refs = :none", none);
        if let Some(parent) = category.parent {
            commit.change_or_race(count_reference(tenant, Collection::Category, parent, -1));
        }
        commit.commit(&self.table).await
    }

    /// Whether a category has children.
    pub async fn category_has_children(&self, tenant: Tenant, id: CategoryId) -> Result<bool, StoreError> {
        self.is_referred_to(&keys::refs(tenant, Collection::Category, id)).await
    }
}

/// Catalogue items; errors as for categories, and [`StoreError::Taken`] for a sku.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// An item.
    pub async fn item(&self, tenant: Tenant, id: ItemId) -> Result<Option<CatalogueItem>, StoreError> {
        self.find(&item_key(tenant, id)).await
    }

    /// The items among up to 100 ids that are there, in no order: one round trip.
    pub async fn items_of(&self, tenant: Tenant, ids: &[ItemId]) -> Result<Vec<CatalogueItem>, StoreError> {
        let keys: Vec<_> = ids.iter().map(|id| item_key(tenant, *id)).collect();
        self.table.get_all(&keys).await?.into_iter().map(decode).collect()
    }

    /// A page of the items, oldest first.
    pub async fn items(
        &self,
        tenant: Tenant,
        filter: &ItemFilter,
        page: PageRequest,
    ) -> Result<Page<CatalogueItem>, StoreError> {
        let matches = |item: &CatalogueItem| filter.matches(item);
        let filtered = *filter != ItemFilter::default();
        self.page(tenant, Collection::Item, page, filtered.then_some(&matches as _)).await
    }

    /// Writes a new item.
    pub async fn create_item(&self, tenant: Tenant, item: &CatalogueItem) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.create(encode(item, &item_key(tenant, item.id))?);
        if let Some(sku) = &item.sku {
            commit.claim(Unique::Sku, sku_key(tenant, sku), item.id.uuid());
        }
        commit.commit(&self.table).await
    }

    /// Writes an item over the one that was read.
    pub async fn save_item(
        &self,
        tenant: Tenant,
        item: &CatalogueItem,
        before: &CatalogueItem,
    ) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(encode(item, &item_key(tenant, item.id))?, before.meta.version);
        if item.sku != before.sku {
            if let Some(sku) = &before.sku {
                commit.release(sku_key(tenant, sku), item.id.uuid());
            }
            if let Some(sku) = &item.sku {
                commit.claim(Unique::Sku, sku_key(tenant, sku), item.id.uuid());
            }
        }
        commit.commit(&self.table).await
    }

    /// Removes an item; its sku is free again.
    pub async fn delete_item(&self, tenant: Tenant, item: &CatalogueItem) -> Result<(), StoreError> {
        let key = item_key(tenant, item.id);
        let mut commit = Transaction::new();
        commit.put(encode_body(&item.body(), &keys::trash(tenant, &key))?);
        commit.remove(key, item.meta.version);
        if let Some(sku) = &item.sku {
            commit.release(sku_key(tenant, sku), item.id.uuid());
        }
        commit.put(lists::parent_deleted(keys::partition(tenant, Collection::Tier(item.id)), Order::OldestFirst));
        commit.commit(&self.table).await
    }
}

/// Price tiers; errors as for categories, and [`StoreError::Taken`] for a quantity.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// A tier of an item.
    pub async fn tier(&self, tenant: Tenant, item: ItemId, id: TierId) -> Result<Option<PriceTier>, StoreError> {
        self.find(&keys::member(tenant, Collection::Tier(item), id)).await
    }

    /// All tiers of an item, oldest first.
    pub async fn tiers(&self, tenant: Tenant, item: ItemId) -> Result<Vec<PriceTier>, StoreError> {
        self.all(tenant, Collection::Tier(item)).await
    }

    /// A page of the tiers of an item, oldest first. [`StoreError::Missing`] when the item was
    /// deleted; an item that never was has no tiers.
    pub async fn tier_page(
        &self,
        tenant: Tenant,
        item: ItemId,
        page: PageRequest,
    ) -> Result<Page<PriceTier>, StoreError> {
        self.page(tenant, Collection::Tier(item), page, None).await
    }

    /// Writes a new tier.
    pub async fn create_tier(&self, tenant: Tenant, tier: &PriceTier) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.create(encode(tier, &tier_key(tenant, tier))?);
        commit.claim(Unique::TierQuantity, quantity_key(tenant, tier), tier.id.uuid());
        // Says which item a tier belongs to, for who knows the tier's id alone.
        commit.claim(Unique::TierQuantity, tier_item_key(tenant, tier.id), tier.item.uuid());
        commit.commit(&self.table).await
    }

    /// A tier, by its id alone.
    pub async fn tier_by_id(&self, tenant: Tenant, id: TierId) -> Result<Option<PriceTier>, StoreError> {
        let Some(item) = self.holder(&tier_item_key(tenant, id)).await?.map(ItemId::new) else { return Ok(None) };
        // The tiers of a deleted item are out of reach with it.
        match self.item(tenant, item).await? {
            Some(_) => self.tier(tenant, item, id).await,
            None => Ok(None),
        }
    }

    /// Writes a tier over the one that was read.
    pub async fn save_tier(&self, tenant: Tenant, tier: &PriceTier, before: &PriceTier) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(encode(tier, &tier_key(tenant, tier))?, before.meta.version);
        if tier.min_quantity != before.min_quantity {
            commit.release(quantity_key(tenant, before), tier.id.uuid());
            commit.claim(Unique::TierQuantity, quantity_key(tenant, tier), tier.id.uuid());
        }
        commit.commit(&self.table).await
    }

    /// Removes a tier; its quantity is free again.
    pub async fn delete_tier(&self, tenant: Tenant, tier: &PriceTier) -> Result<(), StoreError> {
        let key = tier_key(tenant, tier);
        let mut commit = Transaction::new();
        commit.put(encode_body(&tier.body(), &keys::trash(tenant, &key))?);
        commit.remove(key, tier.meta.version);
        commit.release(quantity_key(tenant, tier), tier.id.uuid());
        commit.release(tier_item_key(tenant, tier.id), tier.item.uuid());
        commit.commit(&self.table).await
    }
}

fn tier_item_key(tenant: Tenant, id: TierId) -> Key {
    keys::unique_in(tenant, "TIER-ID", &id.to_string())
}

fn move_tree(tenant: Tenant, seen: u64) -> Update {
    let condition = if seen == 0 { "attribute_not_exists(version)" } else { "version = :seen" };
    let mut values: std::collections::HashMap<_, _> = [(":one".to_owned(), n(1))].into();
    if seen > 0 {
        values.insert(":seen".to_owned(), n(seen));
    }
    Update {
        key: keys::category_tree(tenant),
        expression: "ADD version :one",
        condition: condition.into(),
        names: [].into(),
        values,
    }
}
