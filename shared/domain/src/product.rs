//! Products, as they are asked for: catalogue items whose category is named by its number or name.

use crate::catalogue::{Sku, Stock, StockPatch};
use crate::money::Price;
use crate::numbered::NumberOrName;
use crate::patch::Patch;
use crate::text::{LongText, Name};

/// A product to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewProduct {
    /// The name; no other product may have it.
    pub name: Name,
    /// Its category.
    pub category: NumberOrName,
    /// The stock-keeping unit; one is made, if left out.
    pub sku: Option<Sku>,
    /// Price per unit.
    pub unit_price: Price,
    /// What it is.
    pub description: LongText,
    /// How many are there, and the address of its image.
    pub stock: Stock,
}

/// A change of a product.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProductPatch {
    /// The name.
    pub name: Option<Name>,
    /// Its category; only of a product that shows none may it be taken away.
    pub category: Patch<NumberOrName>,
    /// The stock-keeping unit.
    pub sku: Option<Sku>,
    /// Price per unit.
    pub unit_price: Option<Price>,
    /// What it is.
    pub description: Option<LongText>,
    /// How many are there, and the address of its image.
    pub stock: StockPatch,
}
