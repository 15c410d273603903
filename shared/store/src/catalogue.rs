//! Categories and catalogue items.

use domain::Tenant;
use domain::attributes::Attributes;
use domain::catalogue::{CatalogueItem, Category, ImageUrl, ItemType, Sku, Stock};
use domain::filter::{CategoryFilter, ItemFilter};
use domain::id::{CategoryId, ItemId};
use domain::money::{Currency, Percent, Price};
use domain::text::{LongText, Name, ShortText};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::clients::{count_reference, no_references};
use crate::codec::{MetaBody, Stored, decode, encode, encode_body, json_text, word};
use crate::error::{StoreError, Unique};
use crate::keys::{self, Collection, Key};
use crate::lists::{self, Order, Page, PageRequest};
use crate::numbers::{self, Series};
use crate::product_names::{NameRule, give_up_name, name_key, take_name};
use crate::table::{Item, Update, n};
use crate::transaction::Transaction;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CategoryBody {
    id: CategoryId,
    name: Name,
    description: LongText,
    parent: Option<CategoryId>,
    number: u64,
    #[serde(with = "json_text")]
    attributes: Attributes,
    #[serde(flatten)]
    meta: MetaBody,
}

impl Stored for Category {
    type Body = CategoryBody;
    const MODEL: Option<&'static str> = Some("Category");

    fn body(&self) -> CategoryBody {
        let Self { id, name, description, parent, number, attributes, meta } = self.clone();
        CategoryBody { id, name, description, parent, number, attributes, meta: (&meta).into() }
    }

    fn restore(body: CategoryBody) -> Result<Self, StoreError> {
        let CategoryBody { id, name, description, parent, number, attributes, meta } = body;
        Ok(Self { id, name, description, parent, number, attributes, meta: meta.into() })
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
    stock_quantity: u32,
    #[serde(default)]
    image_url: Option<ImageUrl>,
    number: u64,
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
            is_active, stock, number, images, attributes, meta,
        } = self.clone();
        let Stock { quantity: stock_quantity, image_url } = stock;
        ItemBody {
            id, category, name, sku, description, item_type, base_price, currency, unit, tax_rate, stripe_price_id,
            is_active, stock_quantity, image_url, number, images, attributes, meta: (&meta).into(),
        }
    }

    #[rustfmt::skip]
    fn restore(body: ItemBody) -> Result<Self, StoreError> {
        let ItemBody {
            id, category, name, sku, description, item_type, base_price, currency, unit, tax_rate, stripe_price_id,
            is_active, stock_quantity, image_url, number, images, attributes, meta,
        } = body;
        Ok(Self {
            id, category, name, sku, description, item_type, base_price, currency, unit, tax_rate, stripe_price_id,
            is_active, stock: Stock { quantity: stock_quantity, image_url }, number, images, attributes,
            meta: meta.into(),
        })
    }
}

fn category_item(tenant: Tenant, category: &Category) -> Result<Item, StoreError> {
    let mut item = encode(category, &category_key(tenant, category.id))?;
    numbers::place_in_index(&mut item, category.number);
    Ok(item)
}

/// A new category, with the next number.
pub(crate) fn put_new_category(
    commit: &mut Transaction,
    tenant: Tenant,
    category: &Category,
) -> Result<(), StoreError> {
    commit.create(category_item(tenant, category)?);
    commit.create(no_references(tenant, Collection::Category, category.id));
    numbers::take(commit, tenant, &[(Series::Category, category.number)], true);
    Ok(())
}

fn item_of(tenant: Tenant, object: &CatalogueItem) -> Result<Item, StoreError> {
    let mut item = encode(object, &item_key(tenant, object.id))?;
    numbers::place_in_index(&mut item, object.number);
    Ok(item)
}

fn category_key(tenant: Tenant, id: CategoryId) -> Key {
    keys::member(tenant, Collection::Category, id)
}

fn item_key(tenant: Tenant, id: ItemId) -> Key {
    keys::member(tenant, Collection::Item, id)
}

fn sku_key(tenant: Tenant, sku: &Sku) -> Key {
    keys::unique_in(tenant, "SKU", sku.as_str())
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

    /// All categories of an organisation.
    pub async fn all_categories(&self, tenant: Tenant) -> Result<Vec<Category>, StoreError> {
        self.all(tenant, Collection::Category).await
    }

    /// The categories of some ids, of which there are at most 100. Those that are not there are left out.
    pub async fn categories_of(&self, tenant: Tenant, ids: &[CategoryId]) -> Result<Vec<Category>, StoreError> {
        let keys: Vec<_> = ids.iter().map(|id| category_key(tenant, *id)).collect();
        self.table.get_all(&keys).await?.into_iter().map(decode).collect()
    }

    /// A category as it was when it was deleted.
    pub async fn deleted_category(&self, tenant: Tenant, id: CategoryId) -> Result<Option<Category>, StoreError> {
        self.find(&keys::trash(tenant, &category_key(tenant, id))).await
    }

    /// Writes a new category with the next number; [`StoreError::Missing`] when its parent is gone.
    pub async fn create_category(&self, tenant: Tenant, category: &Category) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        put_new_category(&mut commit, tenant, category)?;
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
        commit.replace(category_item(tenant, category)?, before.meta.version);
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
        numbers::leave(&mut commit, tenant, &[(Series::Category, category.number)]);
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

    /// The items of some ids, however many, in no order: one round trip for each 100. Those that are not there are left
    /// out.
    pub async fn items_of(&self, tenant: Tenant, ids: &[ItemId]) -> Result<Vec<CatalogueItem>, StoreError> {
        self.items_at(ids.iter().map(|id| item_key(tenant, *id))).await
    }

    /// The items of some ids as they were when they were deleted; otherwise as [`Store::items_of`].
    pub async fn deleted_items_of(&self, tenant: Tenant, ids: &[ItemId]) -> Result<Vec<CatalogueItem>, StoreError> {
        self.items_at(ids.iter().map(|id| keys::trash(tenant, &item_key(tenant, *id)))).await
    }

    async fn items_at(&self, keys: impl Iterator<Item = Key>) -> Result<Vec<CatalogueItem>, StoreError> {
        let (keys, mut found) = (Vec::from_iter(keys), Vec::new());
        for keys in keys.chunks(100) {
            found.extend(self.table.get_all(keys).await?);
        }
        found.into_iter().map(decode).collect()
    }

    /// Writes a new item, whose name may be another one's too.
    pub async fn create_item(&self, tenant: Tenant, item: &CatalogueItem) -> Result<(), StoreError> {
        self.create_item_named(tenant, item, NameRule::Shared).await
    }

    /// Writes a new item with the next number.
    pub async fn create_item_named(
        &self,
        tenant: Tenant,
        item: &CatalogueItem,
        rule: NameRule,
    ) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.create(item_of(tenant, item)?);
        take_name(&mut commit, tenant, item, rule);
        numbers::take(&mut commit, tenant, &[(Series::Product, item.number)], true);
        if let Some(sku) = &item.sku {
            commit.claim(Unique::Sku, sku_key(tenant, sku), item.id.uuid());
        }
        commit.commit(&self.table).await
    }

    /// Writes an item over the one that was read; its name may be another one's too.
    pub async fn save_item(
        &self,
        tenant: Tenant,
        item: &CatalogueItem,
        before: &CatalogueItem,
    ) -> Result<(), StoreError> {
        self.save_item_named(tenant, item, before, NameRule::Shared).await
    }

    /// Writes an item over the one that was read.
    pub async fn save_item_named(
        &self,
        tenant: Tenant,
        item: &CatalogueItem,
        before: &CatalogueItem,
        rule: NameRule,
    ) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(item_of(tenant, item)?, before.meta.version);
        if name_key(tenant, item) != name_key(tenant, before) {
            give_up_name(&mut commit, tenant, before);
            take_name(&mut commit, tenant, item, rule);
        }
        let [old, new] = [before, item].map(|item| item.sku.as_ref().map(|sku| sku_key(tenant, sku)));
        commit.move_claim(Unique::Sku, old, new, item.id.uuid());
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
        give_up_name(&mut commit, tenant, item);
        numbers::leave(&mut commit, tenant, &[(Series::Product, item.number)]);
        commit.commit(&self.table).await
    }
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
