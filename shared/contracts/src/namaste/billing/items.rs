//! What a billing is for: its items, which are an invoice's lines.

use domain::FieldErrors;
use domain::billing::BillingItem;
use domain::invoice::{Line, MAX_LINES};
use domain::money::Price;
use serde::Serialize;
use serde_json::Number;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Array, Ref, Schema};

use crate::decimals::{Amount, json_number};
use crate::namaste::amounts::Count;
use crate::wire::{FromWire, body, nested, required};

body! {
    /// An item of a billing.
    BillingItemBody {
        /// The number of the product.
        required item: u64,
        /// How many.
        required quantity: Count,
        /// Price per unit.
        required rate: Price,
    }
}

impl BillingItemBody {
    fn into_new(self, place: &str, errors: &mut FieldErrors) -> Option<BillingItem> {
        let Self { item, quantity, rate } = self;
        let name = |field: &str| format!("{place}.{field}");
        let product = required(errors, &name("item"), item);
        let quantity = required(errors, &name("quantity"), quantity);
        let rate = required(errors, &name("rate"), rate);
        let (Some(product), Some(Count(quantity)), Some(rate)) = (product, quantity, rate) else { return None };
        Some(BillingItem { product, quantity, rate })
    }
}

/// The items of a billing, as they are sent: what is wrong with one is told under its place.
#[derive(Debug, Clone, PartialEq)]
pub struct BillingItems(Vec<Result<BillingItemBody, String>>);

impl BillingItems {
    pub(super) fn is_empty(&self) -> bool {
        let Self(items) = self;
        items.is_empty()
    }

    /// The items to be made.
    pub(super) fn into_new(self, errors: &mut FieldErrors) -> Vec<BillingItem> {
        let Self(items) = self;
        let items = items.into_iter().enumerate().filter_map(|(index, item)| {
            let place = format!("items[{index}]");
            errors.take(&place, item).and_then(|item| item.into_new(&place, errors))
        });
        items.collect()
    }
}

impl FromWire for BillingItems {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let items: Vec<&RawValue> =
            serde_json::from_str(raw).map_err(|_| "Expected a list of billing items.".to_owned())?;
        // Before any is looked at: there may be as many as a body holds, each with messages of its own.
        if items.len() > MAX_LINES {
            return Err(format!("A billing has no more than {MAX_LINES} items."));
        }
        Ok(Self(items.iter().map(|item| nested(item.get())).collect()))
    }

    fn schema() -> RefOr<Schema> {
        let mut array = Array::new(Ref::from_schema_name(BillingItemBody::name()));
        array.min_items = Some(1);
        array.into()
    }
}

/// An item of a billing.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = BillingItem)]
pub struct BillingItemJson {
    /// Its number in the billing.
    pub id: u64,
    /// The number of the billing.
    pub billing: u64,
    /// The number of the product; null, if it is for none, or for one that was deleted.
    pub item: Option<u64>,
    /// How many; a number with a fraction, where another contract sells parts of a unit.
    #[schema(value_type = f64)]
    pub quantity: Number,
    /// Price per unit.
    pub rate: Amount,
}

impl BillingItemJson {
    /// A line of a billing, whose catalogue item has this number among the products.
    #[must_use]
    pub fn new(billing: u64, line: &Line, product: Option<u64>) -> Self {
        let Line {
            id: _,
            position,
            item: _,
            description: _,
            kind: _,
            figures,
            tax_category: _,
            subtotal: _,
            tax: _,
            attributes: _,
            meta: _,
        } = line;
        Self {
            id: u64::from(*position) + 1,
            billing,
            item: product,
            quantity: json_number(figures.quantity.value()),
            rate: figures.unit_price.into(),
        }
    }
}
