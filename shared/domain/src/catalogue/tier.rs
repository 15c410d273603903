//! Price tiers: prices that hold from a quantity on.

use super::CatalogueItem;
use crate::attributes::{Attributes, Schema};
use crate::error::{FieldErrors, Refused};
use crate::id::{ItemId, TierId};
use crate::money::Price;
use crate::record::{AttributesChange, Meta};
use crate::reference::{References, Refers};
use crate::text::Name;
use crate::worklist::Stamp;

/// A price that holds from a quantity on.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceTier {
    /// The tier's id.
    pub id: TierId,
    /// The item that it prices.
    pub item: ItemId,
    /// The name.
    pub name: Name,
    /// The quantity from which it holds; unique among the item's tiers.
    pub min_quantity: u32,
    /// Price per unit.
    pub price: Price,
    /// Attribute values.
    pub attributes: Attributes,
    /// Authorship and version.
    pub meta: Meta,
}

/// A price tier to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTier {
    /// The name.
    pub name: Name,
    /// The quantity from which it holds.
    pub min_quantity: u32,
    /// Price per unit.
    pub price: Price,
    /// Attribute values.
    pub attributes: Attributes,
}

/// A change of a price tier.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TierPatch {
    /// The name.
    pub name: Option<Name>,
    /// The quantity from which it holds.
    pub min_quantity: Option<u32>,
    /// Price per unit.
    pub price: Option<Price>,
    /// Attribute values.
    pub attributes: Option<AttributesChange>,
}

impl PriceTier {
    /// Makes a tier of an item.
    ///
    /// # Errors
    /// What the attribute schema refuses, or a price with more digits than the item's currency.
    pub fn create(
        id: TierId,
        item: &CatalogueItem,
        new: NewTier,
        schema: Schema<'_>,
        stamp: Stamp<'_>,
    ) -> Result<Self, Refused<Self>> {
        let NewTier { name, min_quantity, price, attributes } = new;
        let attributes = schema.read(attributes);
        let mut errors = schema.validate_create(&attributes);
        errors.take("price", price.in_currency(item.currency));
        errors.checked(Self { id, item: item.id, name, min_quantity, price, attributes, meta: Meta::new(stamp) })
    }

    /// The tier after a change.
    ///
    /// # Errors
    /// As [`PriceTier::create`].
    pub fn update(
        mut self,
        item: &CatalogueItem,
        patch: TierPatch,
        schema: Schema<'_>,
        stamp: Stamp<'_>,
    ) -> Result<Self, Refused<Self>> {
        let TierPatch { name, min_quantity, price, attributes } = patch;
        let mut errors = FieldErrors::new();
        if let Some(change) = attributes {
            self.attributes = errors.keep(change.apply(&self.attributes, schema)).unwrap_or_default();
        }
        self.name = name.unwrap_or(self.name);
        self.min_quantity = min_quantity.unwrap_or(self.min_quantity);
        let before = self.price;
        self.price = price.unwrap_or(self.price);
        if self.price != before {
            errors.take("price", self.price.in_currency(item.currency));
        }
        self.meta.touch(stamp.at);
        errors.checked(self)
    }
}

impl Refers for PriceTier {
    /// The item is the path's.
    fn references(&self) -> References {
        References::default()
    }
}
