//! Line items of an invoice.

use std::collections::BTreeMap;

use domain::FieldErrors;
use domain::attributes::Attributes;
use domain::catalogue::CatalogueItem;
use domain::id::ItemId;
use domain::invoice::{Figures, Line, LineKind, LineText, MAX_LINES, NewLine};
use domain::money::{Currency, Money, Percent, Price, Quantity, two_places};
use rust_decimal::Decimal;
use serde_json::value::RawValue;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Array, Ref, Schema};
use uuid::Uuid;

use super::answer;
use super::schemas::{self, documented};
use crate::lines::{Named, stood_for};
use crate::wire::{Field, FromWire, OrEmpty, body, defaulted, nested, or_default, required};

/// The catalogue items that lines name, by their ids.
pub type Catalogue = BTreeMap<ItemId, CatalogueItem>;

/// The most digits before the point in the sums of a line.
const LINE_DIGITS: u32 = 10;

documented! {
    /// An id that the server gives: it tells which line is meant.
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
        /// Given by the server. An item with the id of one that the invoice has sells what that one sells, unless it
        /// names a product or service.
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

    /// The line before that it names, and what it sells.
    fn named(&self) -> Named {
        let line = match &self.unique_id {
            Field::Value(SentId(OrEmpty(Some(id)))) => id.parse().ok(),
            Field::Value(SentId(OrEmpty(None))) | Field::Absent | Field::Null | Field::Empty | Field::Wrong(_) => None,
        };
        Named { line, item: self.item() }
    }

    /// The line, named as its catalogue item, and the currency that it names. What the line before sells it sells
    /// too, unless it says otherwise.
    fn into_line(self, catalogue: &Catalogue, before: Option<&Line>) -> Result<SentLine, FieldErrors> {
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
        let before = before.filter(|before| id.is_none() || before.item == id);
        let item = id.and_then(|id| catalogue.get(&id));
        if let Some(id) = id.filter(|_| item.is_none() && before.is_none()) {
            errors.add(field, missing(id));
        }
        let (Some(SentQuantity(quantity)), Some(SentPrice(unit_price)), true) =
            (quantity, unit_price, errors.is_empty())
        else {
            return Err(errors);
        };
        let tax_rate = vat_rate.map(|SentPercent(rate)| rate).or(item.map(|item| item.tax_rate));
        let tax_rate = tax_rate.or(before.map(|before| before.figures.tax_rate)).unwrap_or(Percent::ZERO);
        let discount = discount.map_or(Percent::ZERO, |SentPercent(discount)| discount);
        let figures = Figures { quantity, unit_price, discount, tax_rate };
        let is_new = before.is_none_or(|before| before.figures != figures);
        let line = match before {
            Some(Line { item, description, kind, tax_category, attributes, .. }) => NewLine {
                item: *item,
                description: description.clone(),
                kind: *kind,
                figures,
                // A taxed line has no category of no tax.
                tax_category: tax_category.filter(|_| tax_rate == Percent::ZERO),
                attributes: attributes.clone(),
            },
            None => {
                let description = item.map_or(Ok(LineText::default()), |item| LineText::parse(item.name.as_str()));
                let description = description.map_err(|error| FieldErrors::one(field, error.to_string()))?;
                let attributes = Attributes::default();
                NewLine { item: id, description, kind, figures, tax_category: None, attributes }
            }
        };
        Ok(SentLine { line, currency, is_new })
    }
}

/// A line that was sent.
struct SentLine {
    line: NewLine,
    /// The currency that it names.
    currency: Option<Currency>,
    /// Whether its figures are others than those of the line before.
    is_new: bool,
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

    /// The lines to be made in the places of those before, in one currency: the one that they name, else `otherwise`.
    ///
    /// # Errors
    /// Everything that is wrong, with its place.
    pub(super) fn into_lines(
        self,
        catalogue: &Catalogue,
        before: &[&Line],
        otherwise: Currency,
    ) -> Result<Lines, FieldErrors> {
        let Self(items) = self;
        if items.len() > MAX_LINES {
            return Err(FieldErrors::one("items", format!("An invoice has no more than {MAX_LINES} items.")));
        }
        let mut errors = FieldErrors::new();
        let (mut lines, mut common) = (Vec::with_capacity(items.len()), None);
        let nothing = Named { line: None, item: None };
        let named: Vec<Named> = items.iter().map(|item| item.as_ref().map_or(nothing, |item| item.named())).collect();
        let before = stood_for(before, &named);
        for (index, (item, before)) in items.into_iter().zip(before).enumerate() {
            let mut wrong = |field: &str, message: &str| match field {
                FieldErrors::NON_FIELD => errors.add(place(index), message),
                field => errors.add(format!("{}.{field}", place(index)), message),
            };
            let read = match item {
                Ok(item) => item.into_line(catalogue, before),
                Err(message) => Err(FieldErrors::one(FieldErrors::NON_FIELD, message)),
            };
            let SentLine { line, currency, is_new } = match read {
                Ok(line) => line,
                Err(errors) => {
                    errors.iter().for_each(|(field, messages)| wrong(field, &messages.join(" ")));
                    continue;
                }
            };
            if currency.is_some_and(|other| common.is_some_and(|common| common != other)) {
                wrong("currency", "All items of an invoice are in one currency.");
            }
            common = common.or(currency);
            lines.push((index, line, is_new));
        }
        let currency = common.unwrap_or(otherwise);
        for (index, line, _) in lines.iter().filter(|(_, _, is_new)| *is_new) {
            let price = line.figures.unit_price.in_currency(currency);
            errors.take(&format!("{}.unit_price", place(*index)), price);
            if !is_shown(line.figures, currency) {
                let message = format!("Its total has more than {LINE_DIGITS} digits before the decimal point.");
                errors.add(place(*index), message);
            }
        }
        errors.into_result()?;
        Ok(Lines { lines: lines.into_iter().map(|(_, line, _)| line).collect(), currency: common })
    }
}

/// How errors name a line, as the books do.
fn place(index: usize) -> String {
    format!("lines[{index}]")
}

/// Whether the sums of a line can be shown. What cannot be computed is refused by the books.
fn is_shown(figures: Figures, currency: Currency) -> bool {
    let total = |tax: Money| figures.subtotal(currency).and_then(|subtotal| subtotal.checked_add(tax));
    let total = figures.tax(currency).and_then(total);
    !total.is_ok_and(|total| total.amount() >= Decimal::from(10_u64.pow(LINE_DIGITS)))
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
