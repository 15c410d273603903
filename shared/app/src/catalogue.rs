//! The catalogue: categories, items and price tiers.

use domain::attributes::{EntityName, Schema};
use domain::catalogue::{
    CatalogueItem, Category, CategoryPatch, ItemPatch, NewCategory, NewItem, NewTier, PriceTier, TierPatch,
};
use domain::filter::{CategoryFilter, ItemFilter};
use domain::id::{CategoryId, ItemId, TierId};
use domain::{Action, Actor, Creation, Edit, FieldErrors, Model};
use store::{NameRule, Page, PageRequest, Series, StoreError, Unique};

use crate::references::{gather, no_such};
use crate::{App, Error, Expected, check_version, may};

/// Categories. All methods fail with [`domain::Error::Forbidden`] without the permission that their
/// verb names, and with [`domain::Error::NotFound`] for what is not the organisation's.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the categories.
    pub async fn list_categories(
        &self,
        actor: &Actor,
        filter: &CategoryFilter,
        page: PageRequest,
    ) -> Result<Page<Category>, Error> {
        may(actor, Action::View, Model::Category)?;
        Ok(self.store.categories(actor.tenant(), filter, page).await?)
    }

    /// A category.
    pub async fn get_category(&self, actor: &Actor, id: CategoryId) -> Result<Category, Error> {
        may(actor, Action::View, Model::Category)?;
        self.load_category(actor, id).await
    }

    /// Makes a category.
    pub async fn create_category(
        &self,
        actor: &Actor,
        new: impl Into<Creation<NewCategory>>,
    ) -> Result<Category, Error> {
        may(actor, Action::Add, Model::Category)?;
        let new = self.whole(actor, new.into()).await?;
        let schema = self.schema(actor, EntityName::Category).await?;
        self.make_category(actor, new, schema.of()).await
    }

    pub(crate) async fn make_category(
        &self,
        actor: &Actor,
        new: NewCategory,
        schema: Schema<'_>,
    ) -> Result<Category, Error> {
        let made = Category::create(CategoryId::new(self.new_id()), new, schema, self.stamp(actor));
        let category = self.decided(actor, None, FieldErrors::new(), made).await?;
        self.retrying(async || {
            let [number] = self.store.next_numbers(actor.tenant(), [Series::Category]).await?;
            let category = Category { number, ..category.clone() };
            match self.store.create_category(actor.tenant(), &category).await {
                Err(StoreError::Missing) => Err(parent_missing(&category)),
                other => Ok(other.map(|()| category)?),
            }
        })
        .await
    }

    /// Changes a category; its new parent cannot stand below it.
    pub async fn update_category(
        &self,
        actor: &Actor,
        id: CategoryId,
        edit: impl Into<Edit<CategoryPatch>>,
        expected: Expected,
    ) -> Result<Category, Error> {
        may(actor, Action::Change, Model::Category)?;
        let Edit { patch, wrong } = edit.into();
        let schema = self.schema(actor, EntityName::Category).await?;
        self.retrying(async || {
            let before = self.load_category(actor, id).await?;
            check_version(expected, before.meta.version)?;
            let (mut wrong, mut parent, mut tree) = (wrong.clone(), before.parent, 0);
            patch.parent.apply(&mut parent);
            if parent != before.parent {
                tree = self.store.category_tree(actor.tenant()).await?;
                gather(&mut wrong, self.no_cycle(actor, id, parent).await)?;
            }
            let changed = before.clone().update(patch.clone(), schema.of(), self.stamp(actor));
            let category = self.decided(actor, Some(&before), wrong, changed).await?;
            match self.store.save_category(actor.tenant(), &category, &before, tree).await {
                Err(StoreError::Missing) => Err(parent_missing(&category)),
                other => Ok(other.map(|()| category)?),
            }
        })
        .await
    }

    /// Removes a category; a conflict while others stand below it.
    pub async fn delete_category(&self, actor: &Actor, id: CategoryId, expected: Expected) -> Result<(), Error> {
        may(actor, Action::Delete, Model::Category)?;
        self.retrying(async || {
            let category = self.load_category(actor, id).await?;
            check_version(expected, category.meta.version)?;
            if self.store.category_has_children(actor.tenant(), id).await? {
                return Err(domain::Error::Conflict("A category with subcategories cannot be deleted.".into()).into());
            }
            Ok(self.store.delete_category(actor.tenant(), &category).await?)
        })
        .await
    }

    async fn load_category(&self, actor: &Actor, id: CategoryId) -> Result<Category, Error> {
        self.store.category(actor.tenant(), id).await?.ok_or(domain::Error::NotFound.into())
    }

    /// Walks up from a parent-to-be; it must exist and not lead to the category itself.
    async fn no_cycle(&self, actor: &Actor, id: CategoryId, parent: Option<CategoryId>) -> Result<(), Error> {
        let mut above = parent;
        while let Some(ancestor) = above {
            if ancestor == id {
                return Err(domain::Error::field("parent", "A category cannot stand below itself.").into());
            }
            above = match self.store.category(actor.tenant(), ancestor).await? {
                Some(category) => category.parent,
                None => return Err(no_such("parent", ancestor)),
            };
        }
        Ok(())
    }
}

/// Catalogue items; errors as for categories.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the items.
    pub async fn list_items(
        &self,
        actor: &Actor,
        filter: &ItemFilter,
        page: PageRequest,
    ) -> Result<Page<CatalogueItem>, Error> {
        may(actor, Action::View, Model::CatalogueItem)?;
        Ok(self.store.items(actor.tenant(), filter, page).await?)
    }

    /// An item.
    pub async fn get_item(&self, actor: &Actor, id: ItemId) -> Result<CatalogueItem, Error> {
        may(actor, Action::View, Model::CatalogueItem)?;
        self.load_item(actor, id).await
    }

    /// Makes an item.
    pub async fn create_item(&self, actor: &Actor, new: impl Into<Creation<NewItem>>) -> Result<CatalogueItem, Error> {
        may(actor, Action::Add, Model::CatalogueItem)?;
        let new = self.whole(actor, new.into()).await?;
        let schema = self.schema(actor, EntityName::CatalogueItem).await?;
        let made = CatalogueItem::create(ItemId::new(self.new_id()), new, schema.of(), self.stamp(actor));
        let item = self.decided(actor, None, FieldErrors::new(), made).await?;
        self.add_item(actor, item, NameRule::Shared).await
    }

    pub(crate) async fn add_item(
        &self,
        actor: &Actor,
        item: CatalogueItem,
        names: NameRule,
    ) -> Result<CatalogueItem, Error> {
        self.retrying(async || {
            let [number] = self.store.next_numbers(actor.tenant(), [Series::Product]).await?;
            let item = CatalogueItem { number, ..item.clone() };
            self.store.create_item_named(actor.tenant(), &item, names).await.map_err(value_taken)?;
            Ok(item)
        })
        .await
    }

    /// Changes an item.
    pub async fn update_item(
        &self,
        actor: &Actor,
        id: ItemId,
        edit: impl Into<Edit<ItemPatch>>,
        expected: Expected,
    ) -> Result<CatalogueItem, Error> {
        may(actor, Action::Change, Model::CatalogueItem)?;
        let (edit, schema) = (edit.into(), self.schema(actor, EntityName::CatalogueItem).await?);
        self.change_item(actor, id, |_| edit.clone(), schema.of(), NameRule::Shared, expected).await
    }

    pub(crate) async fn change_item(
        &self,
        actor: &Actor,
        id: ItemId,
        edit: impl Fn(&CatalogueItem) -> Edit<ItemPatch>,
        schema: Schema<'_>,
        names: NameRule,
        expected: Expected,
    ) -> Result<CatalogueItem, Error> {
        self.retrying(async || {
            let before = self.load_item(actor, id).await?;
            check_version(expected, before.meta.version)?;
            let Edit { patch, wrong } = edit(&before);
            let changed = before.clone().update(patch, schema, self.stamp(actor));
            let item = self.decided(actor, Some(&before), wrong, changed).await?;
            self.store.save_item_named(actor.tenant(), &item, &before, names).await.map_err(value_taken)?;
            Ok(item)
        })
        .await
    }

    /// Removes an item.
    pub async fn delete_item(&self, actor: &Actor, id: ItemId, expected: Expected) -> Result<(), Error> {
        may(actor, Action::Delete, Model::CatalogueItem)?;
        self.retrying(async || {
            let item = self.load_item(actor, id).await?;
            check_version(expected, item.meta.version)?;
            Ok(self.store.delete_item(actor.tenant(), &item).await?)
        })
        .await
    }

    pub(crate) async fn load_item(&self, actor: &Actor, id: ItemId) -> Result<CatalogueItem, Error> {
        self.store.item(actor.tenant(), id).await?.ok_or(domain::Error::NotFound.into())
    }
}

/// Price tiers; errors as for categories.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the tiers of an item.
    pub async fn list_tiers(&self, actor: &Actor, item: ItemId, page: PageRequest) -> Result<Page<PriceTier>, Error> {
        may(actor, Action::View, Model::PriceTier)?;
        match self.store.tier_page(actor.tenant(), item, page).await {
            // No tiers and no item look the same: only then the item is looked for.
            Ok(tiers) if tiers.rows.is_empty() => self.load_item(actor, item).await.map(|_| tiers),
            Ok(tiers) => Ok(tiers),
            Err(StoreError::Missing) => Err(domain::Error::NotFound.into()),
            Err(other) => Err(other.into()),
        }
    }

    /// A tier of an item.
    pub async fn get_tier(&self, actor: &Actor, item: ItemId, id: TierId) -> Result<PriceTier, Error> {
        may(actor, Action::View, Model::PriceTier)?;
        self.load_tier(actor, item, id).await
    }

    /// Makes a tier.
    pub async fn create_tier(
        &self,
        actor: &Actor,
        item: ItemId,
        new: impl Into<Creation<NewTier>>,
    ) -> Result<PriceTier, Error> {
        may(actor, Action::Add, Model::PriceTier)?;
        let new = new.into();
        let item = self.load_item(actor, item).await?;
        let new = self.whole(actor, new).await?;
        let schema = self.schema(actor, EntityName::PriceTier).await?;
        let made = PriceTier::create(TierId::new(self.new_id()), &item, new, schema.of(), self.stamp(actor));
        let tier = self.decided(actor, None, FieldErrors::new(), made).await?;
        self.retrying(async || self.store.create_tier(actor.tenant(), &tier).await.map_err(quantity_taken)).await?;
        Ok(tier)
    }

    /// Changes a tier.
    pub async fn update_tier(
        &self,
        actor: &Actor,
        item: ItemId,
        id: TierId,
        edit: impl Into<Edit<TierPatch>>,
        expected: Expected,
    ) -> Result<PriceTier, Error> {
        may(actor, Action::Change, Model::PriceTier)?;
        let Edit { patch, wrong } = edit.into();
        let item = self.load_item(actor, item).await?;
        let schema = self.schema(actor, EntityName::PriceTier).await?;
        self.retrying(async || {
            let before = self.load_tier(actor, item.id, id).await?;
            check_version(expected, before.meta.version)?;
            let changed = before.clone().update(&item, patch.clone(), schema.of(), self.stamp(actor));
            let tier = self.decided(actor, Some(&before), wrong.clone(), changed).await?;
            self.store.save_tier(actor.tenant(), &tier, &before).await.map_err(quantity_taken)?;
            Ok(tier)
        })
        .await
    }

    /// Removes a tier.
    pub async fn delete_tier(&self, actor: &Actor, item: ItemId, id: TierId, expected: Expected) -> Result<(), Error> {
        may(actor, Action::Delete, Model::PriceTier)?;
        self.retrying(async || {
            let tier = self.load_tier(actor, item, id).await?;
            check_version(expected, tier.meta.version)?;
            Ok(self.store.delete_tier(actor.tenant(), &tier).await?)
        })
        .await
    }

    async fn load_tier(&self, actor: &Actor, item: ItemId, id: TierId) -> Result<PriceTier, Error> {
        self.load_item(actor, item).await?;
        self.store.tier(actor.tenant(), item, id).await?.ok_or(domain::Error::NotFound.into())
    }
}

fn parent_missing(category: &Category) -> Error {
    match category.parent {
        Some(parent) => no_such("parent", parent),
        None => domain::Error::Contended.into(),
    }
}

fn value_taken(error: StoreError) -> Error {
    match error {
        StoreError::Taken(Unique::Sku) => {
            domain::Error::field("sku", "Catalogue item with this sku already exists.").into()
        }
        StoreError::Taken(Unique::ProductName) => {
            domain::Error::rule("You already have a product with this name.").into()
        }
        other => other.into(),
    }
}

fn quantity_taken(error: StoreError) -> Error {
    match error {
        StoreError::Taken(Unique::TierQuantity) => {
            domain::Error::field("min_quantity", "This item has a price tier with this minimum quantity already.")
                .into()
        }
        other => other.into(),
    }
}
