//! Products: catalogue items, found by their numbers.

use std::collections::{BTreeMap, BTreeSet};

use domain::attributes::{Attributes, Schema};
use domain::catalogue::{CatalogueItem, ItemPatch, ItemType, NewItem, Sku};
use domain::id::{CategoryId, ItemId};
use domain::money::{Currency, Percent};
use domain::numbered::NumberOrName;
use domain::product::{NewProduct, ProductPatch};
use domain::text::ShortText;
use domain::{Action, Actor, Creation, Edit, FieldErrors, Model, Patch};
use store::{NameRule, NumberPage};

use crate::payment_methods::only;
use crate::references::{gather, no_such, together};
use crate::{App, Error, Expected, may, secrets};

/// A product: a catalogue item, with the number of its category.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// The item.
    pub item: CatalogueItem,
    /// The number of its category; none without one, and when that was deleted.
    pub category: Option<u64>,
}

/// All methods fail with [`domain::Error::Forbidden`] without the permission on catalogue items that
/// their verb names, and with [`domain::Error::NotFound`] for a number that no product has. Another
/// product's name is a rule broken, a category that is not there is wrong under `category`.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the products; none past the end.
    pub async fn list_products(&self, actor: &Actor, page: u64) -> Result<Option<NumberPage<Product>>, Error> {
        may(actor, Action::View, Model::CatalogueItem)?;
        let Some(NumberPage { count, rows }) = self.store.products(actor.tenant(), page).await? else {
            return Ok(None);
        };
        let numbers = self.category_numbers(actor, &rows).await?;
        let category = |item: &CatalogueItem| item.category.and_then(|id| numbers.get(&id)).copied();
        let rows = rows.into_iter().map(|item| Product { category: category(&item), item });
        Ok(Some(NumberPage { count, rows: rows.collect() }))
    }

    /// The product of a number.
    pub async fn get_product(&self, actor: &Actor, number: u64) -> Result<Product, Error> {
        may(actor, Action::View, Model::CatalogueItem)?;
        let item = self.load_product(actor, number).await?;
        self.as_product(actor, item).await
    }

    /// Makes a product.
    pub async fn create_product(&self, actor: &Actor, new: impl Into<Creation<NewProduct>>) -> Result<Product, Error> {
        may(actor, Action::Add, Model::CatalogueItem)?;
        let new = self.whole(actor, new.into()).await?;
        let NewProduct { name, category, sku, unit_price, description, stock } = new;
        let mut wrong = FieldErrors::new();
        let category = gather(&mut wrong, self.product_category_of(actor, category).await)?;
        let new = NewItem {
            category: category.map(|(id, _)| id),
            name,
            sku: Some(sku.map_or_else(|| self.new_sku(), Ok)?),
            description,
            item_type: ItemType::Product,
            base_price: unit_price,
            currency: self.own_currency(actor).await?,
            unit: ShortText::default(),
            tax_rate: Percent::ZERO,
            stripe_price_id: None,
            is_active: true,
            stock,
            attributes: Attributes::default(),
        };
        let made = CatalogueItem::create(ItemId::new(self.new_id()), new, Schema::default(), self.stamp(actor));
        let item = self.add_item(actor, together(wrong, made)?, NameRule::Unique).await?;
        Ok(Product { item, category: category.map(|(_, number)| number) })
    }

    /// Changes a product.
    pub async fn update_product(
        &self,
        actor: &Actor,
        number: u64,
        edit: impl Fn(&CatalogueItem) -> Edit<ProductPatch>,
        expected: Expected,
    ) -> Result<Product, Error> {
        may(actor, Action::Change, Model::CatalogueItem)?;
        let item = self.load_product(actor, number).await?;
        let mut no_category = FieldErrors::new();
        let category = self.product_category(actor, &item, edit(&item).patch.category).await;
        let category = gather(&mut no_category, category)?.unwrap_or_default();
        let edit = |before: &CatalogueItem| {
            let Edit { patch, mut wrong } = edit(before);
            let ProductPatch { name, category: _, sku, unit_price, description, stock } = patch;
            wrong.merge(no_category.clone());
            let sku = sku.map_or(Patch::Keep, Patch::Set);
            let patch =
                ItemPatch { category, name, sku, description, base_price: unit_price, stock, ..Default::default() };
            Edit { patch, wrong }
        };
        let item = self.change_item(actor, item.id, edit, Schema::default(), NameRule::Unique, expected).await?;
        self.as_product(actor, item).await
    }

    /// The category that a product is to have. What it shows of its own may come back: the number, also of one that was
    /// deleted since, or null, where it shows none.
    async fn product_category(
        &self,
        actor: &Actor,
        item: &CatalogueItem,
        sent: Patch<NumberOrName>,
    ) -> Result<Patch<CategoryId>, Error> {
        match (sent, item.category) {
            (Patch::Keep, _) | (Patch::Clear, None) => Ok(Patch::Keep),
            (Patch::Clear, Some(_)) => match self.as_product(actor, item.clone()).await?.category {
                None => Ok(Patch::Keep),
                Some(_) => Err(domain::Error::field("category", "This field may not be null.").into()),
            },
            (Patch::Set(category), own) => {
                let (refused, own) = match (self.product_category_of(actor, category.clone()).await, own) {
                    (Err(refused @ Error::Domain(_)), Some(own)) => (refused, own),
                    (found, _) => return Ok(Patch::Set(found?.0)),
                };
                match self.store.deleted_category(actor.tenant(), own).await? {
                    Some(deleted) if category.is(deleted.number, deleted.name.as_str()) => Ok(Patch::Keep),
                    Some(_) | None => Err(refused),
                }
            }
        }
    }

    /// Removes a product.
    pub async fn delete_product(&self, actor: &Actor, number: u64, expected: Expected) -> Result<(), Error> {
        may(actor, Action::Delete, Model::CatalogueItem)?;
        let id = self.load_product(actor, number).await?.id;
        self.delete_item(actor, id, expected).await
    }

    /// The currency that an organisation's new objects have when none is given.
    pub(crate) async fn own_currency(&self, actor: &Actor) -> Result<Currency, Error> {
        let organisation = self.store.organisation(actor.tenant().organisation()).await?;
        Ok(organisation.map_or(Currency::USD, |organisation| organisation.currency))
    }

    async fn load_product(&self, actor: &Actor, number: u64) -> Result<CatalogueItem, Error> {
        self.store.product(actor.tenant(), number).await?.ok_or(domain::Error::NotFound.into())
    }

    async fn as_product(&self, actor: &Actor, item: CatalogueItem) -> Result<Product, Error> {
        let numbers = self.category_numbers(actor, std::slice::from_ref(&item)).await?;
        let category = item.category.and_then(|id| numbers.get(&id)).copied();
        Ok(Product { item, category })
    }

    async fn category_numbers(
        &self,
        actor: &Actor,
        items: &[CatalogueItem],
    ) -> Result<BTreeMap<CategoryId, u64>, Error> {
        let ids: BTreeSet<_> = items.iter().filter_map(|item| item.category).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let categories = self.store.categories_of(actor.tenant(), &ids).await?;
        // What was made before there were numbers has none.
        let numbered = categories.into_iter().filter(|category| category.number > 0);
        Ok(numbered.map(|category| (category.id, category.number)).collect())
    }

    /// A category that is written, with its number.
    pub(crate) async fn product_category_of(
        &self,
        actor: &Actor,
        category: NumberOrName,
    ) -> Result<(CategoryId, u64), Error> {
        const FIELD: &str = "category";
        let found = match category {
            NumberOrName::Number(number) => {
                let found = self.store.numbered_category(actor.tenant(), number).await?;
                found.ok_or_else(|| no_such(FIELD, number))?
            }
            NumberOrName::Name(_) => {
                // What was made before there were numbers is no product category.
                let all = self.store.all_categories(actor.tenant()).await?.into_iter().filter(|one| one.number > 0);
                only(FIELD, &category, all.filter(|one| category.is(one.number, one.name.as_str())))?
            }
        };
        Ok((found.id, found.number))
    }

    fn new_sku(&self) -> Result<Sku, Error> {
        let random = secrets::hex(&secrets::random::<6>(self.entropy.as_ref())).to_uppercase();
        Sku::parse(&format!("SKU-{random}")).map_err(|e| Error::Defect(e.to_string()))
    }
}
