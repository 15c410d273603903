//! Products, as they are asked for: catalogue items whose category is named by its number.

use crate::catalogue::{Sku, Stock, StockPatch};
use crate::money::Price;
use crate::patch::Patch;
use crate::text::{LongText, Name};

/// A product to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewProduct {
    /// The name; no other product may have it.
    pub name: Name,
    /// The number of its category.
    pub category: u64,
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
    /// The number of its category; only of a product that shows none may it be taken away.
    pub category: Patch<u64>,
    /// The stock-keeping unit.
    pub sku: Option<Sku>,
    /// Price per unit.
    pub unit_price: Option<Price>,
    /// What it is.
    pub description: Option<LongText>,
    /// How many are there, and the address of its image.
    pub stock: StockPatch,
}
