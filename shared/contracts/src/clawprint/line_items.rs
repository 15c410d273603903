//! Line items of an invoice.

use domain::FieldErrors;
use domain::attributes::Attributes;
use domain::id::InvoiceId;
use domain::invoice::{Figures, Line, LineKind, LineText, NewLine};
use domain::money::{Currency, Percent};
use domain::text::Text;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Number;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Array, Object, Ref, Schema, Type};

use super::amounts::{Cents, Minor, SentQuantity, SentRate};
use super::ids::{InvoiceKey, LineItemKey};
use super::{given, needed};
use crate::decimals::json_number;
use crate::wire::{FromWire, body, nested};

/// The kinds of line items, in the document's order.
const KINDS: [LineKind; 4] = [LineKind::Service, LineKind::Product, LineKind::Fee, LineKind::Other];

/// A kind of line item, as it is sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SentKind(pub LineKind);

impl FromWire for SentKind {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let word = String::from_wire(raw).unwrap_or_default();
        let kind = KINDS.into_iter().find(|kind| kind.as_str() == word);
        kind.map(Self).ok_or_else(|| format!("Must be one of {}.", KINDS.map(LineKind::as_str).join(", ")))
    }

    fn schema() -> RefOr<Schema> {
        Object::builder().schema_type(Type::String).enum_values(Some(KINDS.map(LineKind::as_str))).into()
    }
}

body! {
    /// A line item of a new invoice.
    LineItemBody {
        /// What it is for.
        required description: Text<1, 500>,
        /// How many; above 0, with up to two decimal places.
        required quantity: SentQuantity,
        /// Price per unit, in the currency's minor unit: 5000 is 50.00 USD.
        required unit_price: Cents,
        /// What kind of thing it is; `service`, if left out.
        optional r#type: SentKind,
        /// Tax in per cent; 0, if left out.
        optional tax_rate: SentRate,
    }
}

impl LineItemBody {
    fn into_line(self, place: &str, errors: &mut FieldErrors) -> Option<NewLine> {
        let Self { description, quantity, unit_price, r#type, tax_rate } = self;
        let name = |field: &str| format!("{place}.{field}");
        let description = needed(errors, &name("description"), description);
        let quantity = needed(errors, &name("quantity"), quantity);
        let unit_price = needed(errors, &name("unit_price"), unit_price);
        let kind = given(errors, &name("type"), r#type).map_or(LineKind::default(), |SentKind(kind)| kind);
        let tax_rate = given(errors, &name("tax_rate"), tax_rate).map_or(Percent::ZERO, |SentRate(rate)| rate);
        let (Some(description), Some(SentQuantity(quantity)), Some(Cents(unit_price))) =
            (description, quantity, unit_price)
        else {
            return None;
        };
        let description = errors.take(&name("description"), LineText::parse(description.as_str()))?;
        let figures = Figures { quantity, unit_price, discount: Percent::ZERO, tax_rate };
        Some(NewLine { item: None, description, kind, figures, tax_category: None, attributes: Attributes::default() })
    }
}

/// The line items of a new invoice, as they are sent: what is wrong with one is told under its place.
#[derive(Debug, Clone, PartialEq)]
pub struct LineItems(Vec<Result<LineItemBody, String>>);

impl LineItems {
    /// The lines to be made.
    pub(super) fn into_lines(self, errors: &mut FieldErrors) -> Vec<NewLine> {
        let Self(items) = self;
        if items.is_empty() {
            errors.add("line_items", "An invoice has at least one line item.");
        }
        let lines = items.into_iter().enumerate().filter_map(|(index, item)| {
            let place = format!("line_items[{index}]");
            errors.take(&place, item).and_then(|item| item.into_line(&place, errors))
        });
        lines.collect()
    }
}

impl FromWire for LineItems {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let items: Vec<&RawValue> = serde_json::from_str(raw).map_err(|_| "Must be an array of line items.")?;
        let read = |item: &&RawValue| nested(item.get()).map_err(|_| "Must be an object.".to_owned());
        Ok(Self(items.iter().map(read).collect()))
    }

    fn schema() -> RefOr<Schema> {
        let mut array = Array::new(Ref::from_schema_name(LineItemBody::name()));
        array.min_items = Some(1);
        array.into()
    }
}

/// A line item.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = LineItem)]
pub struct LineItemJson {
    /// Unique identifier.
    pub line_item_id: LineItemKey,
    /// The invoice that it stands on.
    pub invoice_id: InvoiceKey,
    /// What it is for.
    pub description: String,
    /// How many.
    #[schema(value_type = f64)]
    pub quantity: Number,
    /// Price per unit.
    pub unit_price: Minor,
    /// `service`, `product`, `fee` or `other`.
    pub r#type: &'static str,
    /// Tax in per cent.
    #[schema(value_type = f64)]
    pub tax_rate: Number,
    /// When it was made.
    pub created_at: Timestamp,
}

impl LineItemJson {
    /// A line of an invoice in a currency.
    #[must_use]
    pub fn new(invoice: InvoiceId, currency: Currency, line: &Line) -> Self {
        let Line {
            id,
            position: _,
            item: _,
            description,
            kind,
            figures,
            tax_category: _,
            subtotal: _,
            tax: _,
            attributes: _,
            meta,
        } = line;
        let Figures { quantity, unit_price, discount: _, tax_rate } = figures;
        Self {
            line_item_id: LineItemKey(*id),
            invoice_id: InvoiceKey(invoice),
            description: description.to_string(),
            quantity: json_number(quantity.value()),
            unit_price: Minor::price(*unit_price, currency),
            r#type: kind.as_str(),
            tax_rate: json_number(tax_rate.value()),
            created_at: meta.created_at,
        }
    }
}
