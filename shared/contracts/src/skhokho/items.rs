//! Line items of an invoice.

use std::collections::BTreeMap;

use domain::FieldErrors;
use domain::attributes::Attributes;
use domain::catalogue::CatalogueItem;
use domain::id::ItemId;
use domain::invoice::{Figures, Line, LineKind, LineText, MAX_LINES, NewLine};
use domain::money::{Currency, Money, MoneyError, Percent, Price, Quantity, two_places};
use rust_decimal::Decimal;
use serde_json::value::RawValue;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Array, Ref, Schema};
use uuid::Uuid;

use super::answer;
use super::schemas::{self, documented};
use crate::wire::{Field, FromWire, OrEmpty, body, defaulted, nested, or_default, required};

/// The catalogue items that lines name, by their ids.
pub type Catalogue = BTreeMap<ItemId, CatalogueItem>;

/// The sums of a line have up to ten digits before the point.
const LINE_LIMIT: u64 = 10_000_000_000;

documented! {
    /// An id that the server gives: what is sent is not looked at.
    SentId(OrEmpty<String>) => schemas::unique_id(),
    /// A catalogue item.
    SentItem(OrEmpty<ItemId>) => schemas::text_or_null().min_length(Some(1)).write_only(true),
    /// A quantity.
    SentQuantity(Quantity) => schemas::decimal(13),
    /// A price.
    SentPrice(Price) => schemas::decimal(13),
    /// A share.
    SentPercent(Percent) => schemas::decimal(3),
    /// A currency.
    SentCurrency(Currency) => schemas::text().min_length(Some(1)).max_length(Some(3)),
}

body! {
    /// A line item, as it is sent.
    InvoiceItemRequest {
        /// Given by the server: what is sent is ignored.
        optional unique_id: SentId,
        /// The product that it sells: a catalogue item.
        optional product_id: SentItem,
        /// The service that it sells: a catalogue item.
        optional service_id: SentItem,
        /// How many.
        required quantity: SentQuantity,
        /// Price per unit.
        required unit_price: SentPrice,
        /// Discount in per cent; 0, if left out.
        optional discount_percentage: SentPercent,
        /// VAT in per cent; that of the product or service, if left out, and 0 without one.
        optional vat_rate: SentPercent,
        /// Currency (ISO 4217). All items of an invoice have one; those that name none take it.
        optional currency: SentCurrency,
    }
}

/// Lines to be made.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Lines {
    pub(super) lines: Vec<NewLine>,
    /// The currency that they name.
    pub(super) currency: Option<Currency>,
}

impl InvoiceItemRequest {
    fn item(&self) -> Option<ItemId> {
        [&self.product_id, &self.service_id].into_iter().find_map(|field| match field {
            Field::Value(SentItem(OrEmpty(id))) => *id,
            Field::Absent | Field::Null | Field::Empty | Field::Wrong(_) => None,
        })
    }

    /// The line, named as its catalogue item, and the currency that it names.
    fn into_line(self, catalogue: &Catalogue) -> Result<(NewLine, Option<Currency>), FieldErrors> {
        let Self { unique_id, product_id, service_id, quantity, unit_price, discount_percentage, vat_rate, currency } =
            self;
        let mut errors = FieldErrors::new();
        or_default(&mut errors, "unique_id", unique_id.map(|SentId(id)| id));
        let product = or_default(&mut errors, "product_id", product_id.map(|SentItem(id)| id));
        let service = or_default(&mut errors, "service_id", service_id.map(|SentItem(id)| id));
        let quantity = required(&mut errors, "quantity", quantity);
        let unit_price = required(&mut errors, "unit_price", unit_price);
        let discount = defaulted(&mut errors, "discount_percentage", discount_percentage);
        let vat_rate = defaulted(&mut errors, "vat_rate", vat_rate);
        let currency = defaulted(&mut errors, "currency", currency).map(|SentCurrency(currency)| currency);
        let (field, id, kind) = match (product, service) {
            (Some(_), Some(_)) => {
                errors.add("service_id", "An item is a product or a service, not both.");
                ("service_id", None, LineKind::default())
            }
            (Some(product), None) => ("product_id", Some(product), LineKind::Product),
            (None, service) => ("service_id", service, LineKind::Service),
        };
        let item = id.and_then(|id| errors.take(field, catalogue.get(&id).ok_or_else(|| missing(id))));
        let (Some(SentQuantity(quantity)), Some(SentPrice(unit_price)), true) =
            (quantity, unit_price, errors.is_empty())
        else {
            return Err(errors);
        };
        let description = item.map_or(Ok(LineText::default()), |item| LineText::parse(item.name.as_str()));
        let description = description.map_err(|error| FieldErrors::one(field, error.to_string()))?;
        let tax_rate = vat_rate.map(|SentPercent(rate)| rate).or(item.map(|item| item.tax_rate));
        let discount = discount.map_or(Percent::ZERO, |SentPercent(discount)| discount);
        let figures = Figures { quantity, unit_price, discount, tax_rate: tax_rate.unwrap_or(Percent::ZERO) };
        Ok((
            NewLine { item: id, description, kind, figures, tax_category: None, attributes: Attributes::default() },
            currency,
        ))
    }
}

fn missing(id: ItemId) -> String {
    format!("Invalid pk \"{id}\" - object does not exist.")
}

/// Line items as they are sent: what is wrong with one is told with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct SentItems(Vec<Result<InvoiceItemRequest, String>>);

impl SentItems {
    /// The catalogue items that they name.
    pub(super) fn items(&self) -> impl Iterator<Item = ItemId> {
        let Self(items) = self;
        items.iter().take(MAX_LINES).filter_map(|item| item.as_ref().ok()?.item())
    }

    /// The lines to be made, in one currency: the one that they name, else `otherwise`, if it is known yet.
    pub(super) fn into_lines(
        self,
        catalogue: &Catalogue,
        otherwise: Option<Currency>,
        errors: &mut FieldErrors,
    ) -> Lines {
        let Self(items) = self;
        if items.len() > MAX_LINES {
            errors.add("items", format!("An invoice has no more than {MAX_LINES} items."));
            return Lines::default();
        }
        let (mut lines, mut common) = (Vec::with_capacity(items.len()), None);
        for (index, item) in items.into_iter().enumerate() {
            let mut wrong = |message: String| errors.add("items", format!("Entry {}: {message}", index + 1));
            let line = item.and_then(|item| item.into_line(catalogue).map_err(|errors| errors.to_string()));
            match line {
                Err(message) => wrong(message),
                Ok((_, Some(other))) if common.is_some_and(|common| common != other) => {
                    wrong("currency: All items of an invoice are in one currency.".to_owned());
                }
                Ok((line, currency)) => {
                    common = common.or(currency);
                    lines.push((index, line));
                }
            }
        }
        let currency = common.or(otherwise);
        for (index, line) in &lines {
            if let Err(error) = check_sums(line.figures, currency) {
                errors.add("items", format!("Entry {}: unit_price: {error}", index + 1));
            }
        }
        Lines { lines: lines.into_iter().map(|(_, line)| line).collect(), currency: common }
    }
}

/// Whether a line can be computed and shown.
fn check_sums(figures: Figures, currency: Option<Currency>) -> Result<(), MoneyError> {
    if let Some(currency) = currency {
        figures.unit_price.in_currency(currency)?;
    }
    let currency = currency.unwrap_or(Currency::USD);
    let total = figures.subtotal(currency)?.checked_add(figures.tax(currency)?)?;
    if total.amount() >= Decimal::from(LINE_LIMIT) { Err(MoneyError::TooLarge(10)) } else { Ok(()) }
}

impl FromWire for SentItems {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let items: Vec<&RawValue> = serde_json::from_str(raw).map_err(|_| "Expected a list of items.".to_owned())?;
        Ok(Self(items.iter().map(|item| nested(item.get())).collect()))
    }

    fn schema() -> RefOr<Schema> {
        Array::new(Ref::from_schema_name("InvoiceItemRequest")).into()
    }
}

answer! {
    /// A line item.
    ItemJson as "InvoiceItem" {
        /// Unique identifier.
        optional unique_id: Uuid => schemas::unique_id(),
        /// The product's or service's name, else what the line says it is for.
        required item_name: String => schemas::shown(schemas::text()),
        /// How many.
        required quantity: String => schemas::decimal(13),
        /// Price per unit.
        required unit_price: String => schemas::decimal(13),
        /// Discount in per cent.
        optional discount_percentage: String => schemas::decimal(3),
        /// VAT in per cent.
        optional vat_rate: String => schemas::decimal(3),
        /// The invoice's currency (ISO 4217).
        optional currency: &'static str => schemas::text().max_length(Some(3)),
        /// Quantity by unit price, less the discount.
        required line_subtotal: String => schemas::shown(schemas::decimal(10)),
        /// The VAT on it.
        required line_vat_amount: String => schemas::shown(schemas::decimal(10)),
        /// Both together.
        required line_total: String => schemas::shown(schemas::decimal(10)),
    }
}

impl ItemJson {
    /// A line of an invoice in a currency.
    #[must_use]
    pub fn new(currency: Currency, line: &Line, catalogue: &Catalogue) -> Self {
        let Line {
            id,
            position: _,
            item,
            description,
            kind: _,
            figures,
            tax_category: _,
            subtotal,
            tax,
            attributes: _,
            meta: _,
        } = line;
        let Figures { quantity, unit_price, discount, tax_rate } = figures;
        let item = item.and_then(|item| catalogue.get(&item));
        let total = subtotal.checked_add(*tax).map_or(subtotal.amount(), Money::amount);
        Self {
            unique_id: id.uuid(),
            item_name: item.map_or_else(|| description.to_string(), |item| item.name.to_string()),
            quantity: two_places(quantity.value()),
            unit_price: two_places(unit_price.value()),
            discount_percentage: two_places(discount.value()),
            vat_rate: two_places(tax_rate.value()),
            currency: currency.code(),
            line_subtotal: two_places(subtotal.amount()),
            line_vat_amount: two_places(tax.amount()),
            line_total: two_places(total),
        }
    }
}

#[cfg(test)]
mod tests;
