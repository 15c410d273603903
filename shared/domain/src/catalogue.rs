//! The catalogue: categories, items, and price tiers.

mod tier;

use crate::attributes::{Attributes, Schema};
use crate::error::{FieldErrors, Refused};
use crate::id::{CategoryId, ItemId};
use crate::money::{Currency, Percent, Price, Quantity};
use crate::patch::Patch;
use crate::record::{AttributesChange, Meta};
use crate::reference::{Reference, References, Refers};
use crate::text::{LongText, Name, ShortText, Text};
use crate::words::words;
use crate::worklist::Stamp;

pub use tier::{NewTier, PriceTier, TierPatch};

/// A stock-keeping unit: up to 50 characters, unique in the organisation.
pub type Sku = Text<1, 50>;

/// A category; categories form a tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Category {
    /// The category's id.
    pub id: CategoryId,
    /// The name.
    pub name: Name,
    /// What it is for.
    pub description: LongText,
    /// The category above it; none for a root.
    pub parent: Option<CategoryId>,
    /// Counts the organisation's categories from 1; 0 until the category is kept.
    pub number: u64,
    /// Attribute values.
    pub attributes: Attributes,
    /// Authorship and version.
    pub meta: Meta,
}

/// A category to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCategory {
    /// The name.
    pub name: Name,
    /// What it is for.
    pub description: LongText,
    /// The category above it.
    pub parent: Option<CategoryId>,
    /// Attribute values.
    pub attributes: Attributes,
}

/// A change of a category.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CategoryPatch {
    /// The name.
    pub name: Option<Name>,
    /// What it is for.
    pub description: Option<LongText>,
    /// The category above it.
    pub parent: Patch<CategoryId>,
    /// Attribute values.
    pub attributes: Option<AttributesChange>,
}

impl Category {
    /// Makes a category.
    ///
    /// # Errors
    /// What the attribute schema refuses.
    pub fn create(
        id: CategoryId,
        new: NewCategory,
        schema: Schema<'_>,
        stamp: Stamp<'_>,
    ) -> Result<Self, Refused<Self>> {
        let NewCategory { name, description, parent, attributes } = new;
        let attributes = schema.read(attributes);
        let errors = schema.validate_create(&attributes);
        errors.checked(Self { id, name, description, parent, number: 0, attributes, meta: Meta::new(stamp) })
    }

    /// The category after a change.
    ///
    /// # Errors
    /// What the attribute schema refuses.
    pub fn update(mut self, patch: CategoryPatch, schema: Schema<'_>, stamp: Stamp<'_>) -> Result<Self, Refused<Self>> {
        let CategoryPatch { name, description, parent, attributes } = patch;
        let mut errors = FieldErrors::new();
        if let Some(change) = attributes {
            self.attributes = errors.keep(change.apply(&self.attributes, schema)).unwrap_or_default();
        }
        self.name = name.unwrap_or(self.name);
        self.description = description.unwrap_or(self.description);
        parent.apply(&mut self.parent);
        self.meta.touch(stamp.at);
        errors.checked(self)
    }
}

impl Refers for Category {
    fn references(&self) -> References {
        References::default().holding("parent", self.parent.map(Reference::Category))
    }
}

words! {
    /// What kind of thing a catalogue item is.
    pub enum ItemType {
        /// Goods.
        Product = "product",
        /// Work.
        Service = "service",
        /// Something that recurs.
        Subscription = "subscription",
    }
}

/// A product, service or subscription that can be sold.
#[derive(Debug, Clone, PartialEq)]
pub struct CatalogueItem {
    /// The item's id.
    pub id: ItemId,
    /// The category it stands in.
    pub category: Option<CategoryId>,
    /// The name.
    pub name: Name,
    /// The stock-keeping unit.
    pub sku: Option<Sku>,
    /// What it is.
    pub description: LongText,
    /// What kind of thing it is.
    pub item_type: ItemType,
    /// Price per unit where no tier applies.
    pub base_price: Price,
    /// The currency of its prices.
    pub currency: Currency,
    /// What is counted: hour, seat, month.
    pub unit: ShortText,
    /// The tax rate that its lines get.
    pub tax_rate: Percent,
    /// Stripe's id of its price.
    pub stripe_price_id: Option<ShortText>,
    /// Whether it is for sale.
    pub is_active: bool,
    /// What namaste knows of a product beside this; the other contracts keep it.
    pub stock: Stock,
    /// Counts the organisation's items from 1; 0 until the item is kept.
    pub number: u64,
    /// URLs of the images that were uploaded.
    pub images: Vec<String>,
    /// Attribute values.
    pub attributes: Attributes,
    /// Authorship and version.
    pub meta: Meta,
}

/// The address of a product's image, as namaste takes it.
pub type ImageUrl = Text<1, 2000>;

/// A product as namaste knows it, beside what every item has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stock {
    /// How many are there.
    pub quantity: u32,
    /// The address of its image.
    pub image_url: Option<ImageUrl>,
}

/// A change of a [`Stock`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StockPatch {
    /// How many are there.
    pub quantity: Option<u32>,
    /// The address of its image.
    pub image_url: Patch<ImageUrl>,
}

/// A catalogue item to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewItem {
    /// The category.
    pub category: Option<CategoryId>,
    /// The name.
    pub name: Name,
    /// The stock-keeping unit.
    pub sku: Option<Sku>,
    /// What it is.
    pub description: LongText,
    /// What kind of thing it is.
    pub item_type: ItemType,
    /// Price per unit.
    pub base_price: Price,
    /// The currency of its prices.
    pub currency: Currency,
    /// What is counted.
    pub unit: ShortText,
    /// The tax rate.
    pub tax_rate: Percent,
    /// Stripe's id of its price.
    pub stripe_price_id: Option<ShortText>,
    /// Whether it is for sale.
    pub is_active: bool,
    /// What namaste knows beside this.
    pub stock: Stock,
    /// Attribute values.
    pub attributes: Attributes,
}

/// A change of a catalogue item.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ItemPatch {
    /// The category.
    pub category: Patch<CategoryId>,
    /// The name.
    pub name: Option<Name>,
    /// The stock-keeping unit.
    pub sku: Patch<Sku>,
    /// What it is.
    pub description: Option<LongText>,
    /// What kind of thing it is.
    pub item_type: Option<ItemType>,
    /// Price per unit.
    pub base_price: Option<Price>,
    /// The currency of its prices.
    pub currency: Option<Currency>,
    /// What is counted.
    pub unit: Option<ShortText>,
    /// The tax rate.
    pub tax_rate: Option<Percent>,
    /// Stripe's id of its price.
    pub stripe_price_id: Patch<ShortText>,
    /// Whether it is for sale.
    pub is_active: Option<bool>,
    /// What namaste knows beside this.
    pub stock: StockPatch,
    /// Attribute values.
    pub attributes: Option<AttributesChange>,
}

impl CatalogueItem {
    /// Makes an item.
    ///
    /// # Errors
    /// What the attribute schema refuses, or a price with more digits than the currency has.
    pub fn create(id: ItemId, new: NewItem, schema: Schema<'_>, stamp: Stamp<'_>) -> Result<Self, Refused<Self>> {
        let NewItem {
            category,
            name,
            sku,
            description,
            item_type,
            base_price,
            currency,
            unit,
            tax_rate,
            stripe_price_id,
            is_active,
            stock,
            attributes,
        } = new;
        let attributes = schema.read(attributes);
        let mut errors = schema.validate_create(&attributes);
        errors.take("base_price", base_price.in_currency(currency));
        errors.checked(Self {
            id,
            category,
            name,
            sku,
            description,
            item_type,
            base_price,
            currency,
            unit,
            tax_rate,
            stripe_price_id,
            is_active,
            stock,
            number: 0,
            images: Vec::new(),
            attributes,
            meta: Meta::new(stamp),
        })
    }

    /// The item after a change.
    ///
    /// # Errors
    /// As [`CatalogueItem::create`].
    pub fn update(mut self, patch: ItemPatch, schema: Schema<'_>, stamp: Stamp<'_>) -> Result<Self, Refused<Self>> {
        let ItemPatch {
            category,
            name,
            sku,
            description,
            item_type,
            base_price,
            currency,
            unit,
            tax_rate,
            stripe_price_id,
            is_active,
            stock: StockPatch { quantity, image_url },
            attributes,
        } = patch;
        let mut errors = FieldErrors::new();
        if let Some(change) = attributes {
            self.attributes = errors.keep(change.apply(&self.attributes, schema)).unwrap_or_default();
        }
        category.apply(&mut self.category);
        self.name = name.unwrap_or(self.name);
        sku.apply(&mut self.sku);
        self.description = description.unwrap_or(self.description);
        self.item_type = item_type.unwrap_or(self.item_type);
        self.base_price = base_price.unwrap_or(self.base_price);
        self.currency = currency.unwrap_or(self.currency);
        self.unit = unit.unwrap_or(self.unit);
        self.tax_rate = tax_rate.unwrap_or(self.tax_rate);
        stripe_price_id.apply(&mut self.stripe_price_id);
        self.is_active = is_active.unwrap_or(self.is_active);
        self.stock.quantity = quantity.unwrap_or(self.stock.quantity);
        image_url.apply(&mut self.stock.image_url);
        errors.take("base_price", self.base_price.in_currency(self.currency));
        self.meta.touch(stamp.at);
        errors.checked(self)
    }

    /// The price per unit when this many are bought: that of the highest tier that the quantity
    /// reaches, else the base price.
    #[must_use]
    pub fn price_for(&self, quantity: Quantity, tiers: &[PriceTier]) -> Price {
        tiers
            .iter()
            .filter(|tier| rust_decimal::Decimal::from(tier.min_quantity) <= quantity.value())
            .max_by_key(|tier| tier.min_quantity)
            .map_or(self.base_price, |tier| tier.price)
    }
}

impl Refers for CatalogueItem {
    fn references(&self) -> References {
        References::default().naming("category", self.category.map(Reference::Category))
    }
}
