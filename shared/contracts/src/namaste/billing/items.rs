//! What a billing is for: its items, which are an invoice's lines.

use domain::FieldErrors;
use domain::attributes::Attributes;
use domain::billing::Products;
use domain::id::ItemId;
use domain::invoice::{Figures, Line, LineKind, LineText, MAX_LINES, NewLine};
use domain::money::{Percent, Price};
use serde::Serialize;
use serde_json::Number;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Array, Ref, Schema};

use crate::decimals::{Amount, json_number};
use crate::lines::{Named, stood_for};
use crate::namaste::amounts::Count;
use crate::wire::{Field, FromWire, NOT_NULL, OrEmpty, body, nested, or_default, required};

body! {
    /// An item of a billing.
    BillingItemBody {
        /// The number that an item of the billing shows: what is sent takes its place.
        optional id: OrEmpty<u64>,
        /// The number of the product; null only in the place of an item that shows none.
        required item: OrEmpty<u64>,
        /// How many; a fraction only in the place of an item that has it.
        required quantity: Count,
        /// Price per unit.
        required rate: Price,
    }
}

impl BillingItemBody {
    fn product(&self) -> Option<u64> {
        match self.item {
            Field::Value(OrEmpty(number)) => number,
            Field::Absent | Field::Null | Field::Empty | Field::Wrong(_) => None,
        }
    }

    /// The item before that it names, and the catalogue item that it sells.
    fn named(&self, products: &Products, before: &[&Line]) -> Named {
        let id = match self.id {
            Field::Value(OrEmpty(id)) => id,
            Field::Absent | Field::Null | Field::Empty | Field::Wrong(_) => None,
        };
        let line = before.iter().find(|line| id == Some(number_of(line))).map(|line| line.id);
        Named { line, item: self.product().and_then(|number| sold(products, number)) }
    }

    /// The line to be made; what the one before sells it goes on selling, as that one did.
    fn into_line(
        self,
        place: &str,
        products: &Products,
        before: Option<&Line>,
        errors: &mut FieldErrors,
    ) -> Option<NewLine> {
        let number = self.product();
        let Self { id, item, quantity, rate } = self;
        let name = |field: &str| format!("{place}.{field}");
        or_default(errors, &name("id"), id);
        let shows_none = |line: &Line| line.item.is_none_or(|item| products.gone.contains_key(&item));
        let before = before.filter(|line| match number {
            Some(number) => line.item.is_some() && line.item == sold(products, number),
            None => shows_none(line),
        });
        let is_empty = matches!(item, Field::Null | Field::Value(OrEmpty(None)));
        let product = number.and_then(|number| products.there.get(&number));
        match (number, before) {
            (Some(number), None) if product.is_none() => errors.add(name("item"), no_product(number)),
            (None, None) if is_empty => errors.add(name("item"), NOT_NULL),
            (None, Some(_)) if is_empty => {}
            _ => drop(required(errors, &name("item"), item)),
        }
        let quantity = required(errors, &name("quantity"), quantity);
        let quantity = quantity.and_then(|quantity| {
            let kept = before.map(|before| before.figures.quantity);
            errors.take(&name("quantity"), quantity.whole_or(kept))
        });
        let rate = required(errors, &name("rate"), rate);
        let figures = Figures {
            quantity: quantity?,
            unit_price: rate?,
            discount: before.map_or(Percent::ZERO, |before| before.figures.discount),
            tax_rate: before.map(|line| line.figures.tax_rate).or(product.map(|it| it.tax_rate))?,
        };
        let Some(Line { item, description, kind, tax_category, attributes, .. }) = before else {
            let product = product?;
            let description = errors.take(&name("item"), LineText::parse(product.name.as_str()))?;
            let (kind, attributes) = (LineKind::Product, Attributes::default());
            return Some(NewLine {
                item: Some(product.id),
                description,
                kind,
                figures,
                tax_category: None,
                attributes,
            });
        };
        let (description, attributes) = (description.clone(), attributes.clone());
        Some(NewLine { item: *item, description, kind: *kind, figures, tax_category: *tax_category, attributes })
    }
}

/// The catalogue item of a number.
fn sold(products: &Products, number: u64) -> Option<ItemId> {
    let gone = || products.gone.iter().find(|(_, had)| **had == Some(number)).map(|(item, _)| *item);
    products.there.get(&number).map(|product| product.id).or_else(gone)
}

fn no_product(number: u64) -> String {
    format!("Invalid pk \"{number}\" - object does not exist.")
}

/// The number that a line shows in its billing.
fn number_of(line: &Line) -> u64 {
    u64::from(line.position) + 1
}

/// The items of a billing, as they are sent: what is wrong with one is told under its place.
#[derive(Debug, Clone, PartialEq)]
pub struct BillingItems(Vec<Result<BillingItemBody, String>>);

impl BillingItems {
    pub(super) fn is_empty(&self) -> bool {
        let Self(items) = self;
        items.is_empty()
    }

    /// The numbers of products that they name.
    pub(super) fn products(&self) -> impl Iterator<Item = Option<u64>> {
        let Self(items) = self;
        items.iter().filter_map(|item| item.as_ref().ok().map(BillingItemBody::product))
    }

    /// The lines to be made, in the places of those before.
    ///
    /// # Errors
    /// Everything that is wrong, with its place.
    pub(super) fn into_lines(self, products: &Products, before: &[&Line]) -> Result<Vec<NewLine>, FieldErrors> {
        let (Self(items), mut errors) = (self, FieldErrors::new());
        let nothing = Named { line: None, item: None };
        let named = items.iter().map(|item| item.as_ref().map_or(nothing, |item| item.named(products, before)));
        let before = stood_for(before, &named.collect::<Vec<_>>());
        let lines = items.into_iter().zip(before).enumerate().filter_map(|(index, (item, before))| {
            let place = format!("items[{index}]");
            errors.take(&place, item).and_then(|item| item.into_line(&place, products, before, &mut errors))
        });
        let lines: Vec<NewLine> = lines.collect();
        errors.into_result().map(|()| lines)
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
            position: _,
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
            id: number_of(line),
            billing,
            item: product,
            quantity: json_number(figures.quantity.value()),
            rate: figures.unit_price.into(),
        }
    }
}
