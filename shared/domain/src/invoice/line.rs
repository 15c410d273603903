//! Lines: what is sold, how many, at what price and tax.

use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::attributes::{Attributes, Schema};
use crate::catalogue::{CatalogueItem, PriceTier};
use crate::error::FieldErrors;
use crate::id::{ItemId, LineId};
use crate::money::{Currency, Money, MoneyError, Percent, Price, Quantity};
use crate::record::{AttributesChange, Meta};
use crate::reference::{Reference, References, Refers};
use crate::text::Text;
use crate::words::words;

/// What is said to a category of no tax beside a rate.
const TAXED: &str = "Only a line with a tax_rate of 0 has a category.";
/// What is said to figures whose product is too large.
const PRODUCT_TOO_LARGE: &str = "The quantity times the unit price is more than can be kept.";

/// What a line is for: up to 500 characters.
pub type LineText = Text<0, 500>;

words! {
    /// What kind of thing a line sells, in clawprint's words.
    #[derive(Default)]
    pub enum LineKind {
        /// Work.
        #[default]
        Service = "service",
        /// Goods.
        Product = "product",
        /// A charge.
        Fee = "fee",
        /// Anything else.
        Other = "other",
    }
}

words! {
    /// Why a line bears no tax: a category of VAT, in UNTDID 5305.
    pub enum TaxCategory {
        /// Taxed at zero per cent.
        ZeroRated = "Z" | "zero_rated",
        /// Exempt from tax.
        Exempt = "E" | "exempt",
        /// The buyer owes the tax.
        ReverseCharge = "AE" | "reverse_charge",
        /// Outside the scope of tax.
        OutOfScope = "O" | "out_of_scope",
    }
}

/// The figures of a line, from which the others are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// How many.
    pub quantity: Quantity,
    /// Price per unit.
    pub unit_price: Price,
    /// Discount in per cent.
    pub discount: Percent,
    /// Tax rate in per cent.
    pub tax_rate: Percent,
}

impl Figures {
    /// `round(quantity × unit_price × (1 − discount% / 100))`.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn subtotal(self, currency: Currency) -> Result<Money, MoneyError> {
        let full = self.quantity.value().checked_mul(self.unit_price.value()).ok_or(MoneyError::Overflow)?;
        let share = Decimal::ONE - self.discount.value() / Decimal::ONE_HUNDRED;
        Money::rounded(full.checked_mul(share).ok_or(MoneyError::Overflow)?, currency)
    }

    /// `round(subtotal × rate / 100)`.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn tax(self, currency: Currency) -> Result<Money, MoneyError> {
        self.tax_rate.of(self.subtotal(currency)?)
    }
}

/// A line of an invoice.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The line's id.
    pub id: LineId,
    /// Its place among the invoice's lines.
    pub position: u32,
    /// The catalogue item that it sells.
    pub item: Option<ItemId>,
    /// What it is for.
    pub description: LineText,
    /// What kind of thing it sells.
    pub kind: LineKind,
    /// Quantity, price, discount and tax rate.
    pub figures: Figures,
    /// Why it bears no tax; none where that is not known, and where it does.
    pub tax_category: Option<TaxCategory>,
    /// The line's amount before tax, computed.
    pub subtotal: Money,
    /// The line's tax, computed.
    pub tax: Money,
    /// Attribute values.
    pub attributes: Attributes,
    /// Authorship and version.
    pub meta: Meta,
}

/// A line as a client sends it: what it leaves out comes from the catalogue item.
#[derive(Debug, Clone, PartialEq)]
pub struct LineInput {
    /// The catalogue item. Without one, the description and the price are there.
    pub item: Option<ItemId>,
    /// What it is for; the item's name, if left out.
    pub description: Option<LineText>,
    /// What kind of thing it sells.
    pub kind: LineKind,
    /// How many.
    pub quantity: Quantity,
    /// Price per unit; that of the tier which the quantity reaches, if left out.
    pub unit_price: Option<Price>,
    /// Discount in per cent.
    pub discount: Percent,
    /// Tax rate in per cent; the item's, if left out, and nothing without an item.
    pub tax_rate: Option<Percent>,
    /// Why it bears no tax.
    pub tax_category: Option<TaxCategory>,
    /// Attribute values.
    pub attributes: Attributes,
}

impl LineInput {
    /// The line, with what it leaves out taken from its catalogue item: the price that the quantity
    /// reaches, the tax rate, the name.
    ///
    /// # Errors
    /// A description or a price that is missing without an item to take it from, and a category of no tax beside a rate.
    pub fn complete(self, catalogue: Option<(&CatalogueItem, &[PriceTier])>) -> Result<NewLine, FieldErrors> {
        let Self { item, description, kind, quantity, unit_price, discount, tax_rate, tax_category, attributes } = self;
        let mut errors = FieldErrors::new();
        let named = catalogue.and_then(|(item, _)| LineText::parse(item.name.as_str()).ok());
        let priced = catalogue.map(|(item, tiers)| item.price_for(quantity, tiers));
        let description = description.filter(|text| !text.as_str().is_empty()).or(named);
        let description = errors.take("description", description.ok_or("This field is required."));
        let unit_price = errors.take("unit_price", unit_price.or(priced).ok_or("This field is required."));
        let (Some(description), Some(unit_price)) = (description, unit_price) else { return Err(errors) };
        let tax_rate = tax_rate.or(catalogue.map(|(item, _)| item.tax_rate)).unwrap_or(Percent::ZERO);
        let figures = Figures { quantity, unit_price, discount, tax_rate };
        if tax_category.is_some() && tax_rate != Percent::ZERO {
            return Err(FieldErrors::one("tax_category", TAXED));
        }
        Ok(NewLine { item, description, kind, figures, tax_category, attributes })
    }
}

/// A line to be made, its defaults from the catalogue filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct NewLine {
    /// The catalogue item.
    pub item: Option<ItemId>,
    /// What it is for.
    pub description: LineText,
    /// What kind of thing it sells.
    pub kind: LineKind,
    /// Quantity, price, discount and tax rate.
    pub figures: Figures,
    /// Why it bears no tax.
    pub tax_category: Option<TaxCategory>,
    /// Attribute values.
    pub attributes: Attributes,
}

/// A change of a line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LinePatch {
    /// The catalogue item.
    pub item: crate::Patch<ItemId>,
    /// What it is for.
    pub description: Option<LineText>,
    /// How many.
    pub quantity: Option<Quantity>,
    /// Price per unit.
    pub unit_price: Option<Price>,
    /// Discount in per cent.
    pub discount: Option<Percent>,
    /// Tax rate in per cent.
    pub tax_rate: Option<Percent>,
    /// Why it bears no tax.
    pub tax_category: crate::Patch<TaxCategory>,
    /// Attribute values.
    pub attributes: Option<AttributesChange>,
}

impl Line {
    /// Applies a change, and says whether it is one. A rate above zero ends the category that the line had.
    ///
    /// # Errors
    /// What the schema refuses, figures whose product is too large, a price with more digits than the currency has, and
    /// a category of no tax beside a rate.
    pub(super) fn revise(
        &mut self,
        patch: LinePatch,
        schema: Schema<'_>,
        currency: Currency,
        now: Timestamp,
    ) -> Result<bool, FieldErrors> {
        let LinePatch { item, description, quantity, unit_price, discount, tax_rate, tax_category, attributes } = patch;
        let (mut errors, before) = (FieldErrors::new(), self.clone());
        if let Some(change) = attributes {
            self.attributes = errors.keep(change.apply(&self.attributes, schema)).unwrap_or_default();
        }
        item.apply(&mut self.item);
        self.description = description.unwrap_or_else(|| self.description.clone());
        self.figures = Figures {
            quantity: quantity.unwrap_or(self.figures.quantity),
            unit_price: unit_price.unwrap_or(self.figures.unit_price),
            discount: discount.unwrap_or(self.figures.discount),
            tax_rate: tax_rate.unwrap_or(self.figures.tax_rate),
        };
        if self.figures.tax_rate != Percent::ZERO {
            if tax_category.as_set().is_some() {
                errors.add("tax_category", TAXED);
            }
            self.tax_category = None;
        }
        tax_category.apply(&mut self.tax_category);
        errors.keep(self.compute(currency));
        let changed = *self != before;
        if changed {
            self.meta.touch(now);
        }
        errors.into_result().map(|()| changed)
    }

    /// Computes subtotal and tax anew.
    ///
    /// # Errors
    /// A price with more digits than the currency has, under `unit_price`; figures whose product is too large, under
    /// no field, as none is wrong alone.
    pub(super) fn compute(&mut self, currency: Currency) -> Result<(), FieldErrors> {
        let price = self.figures.unit_price.in_currency(currency);
        price.map_err(|error| FieldErrors::one("unit_price", error.to_string()))?;
        let too_large = |_: MoneyError| FieldErrors::one(FieldErrors::NON_FIELD, PRODUCT_TOO_LARGE);
        self.subtotal = self.figures.subtotal(currency).map_err(too_large)?;
        self.tax = self.figures.tax(currency).map_err(too_large)?;
        Ok(())
    }
}

impl Refers for Line {
    fn references(&self) -> References {
        References::default().naming("catalogue_item", self.item.map(Reference::Item))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    fn figures(quantity: &str, price: &str, discount: &str, tax: &str) -> Figures {
        let d = |text| Decimal::from_str(text).unwrap();
        Figures {
            quantity: Quantity::new(d(quantity)).unwrap(),
            unit_price: Price::new(d(price)).unwrap(),
            discount: Percent::new(d(discount)).unwrap(),
            tax_rate: Percent::new(d(tax)).unwrap(),
        }
    }

    #[test]
    fn a_line_is_rounded_once_before_tax_and_once_after() {
        for (figures, subtotal, tax) in [
            (figures("20", "100", "0", "15"), "2000.00 USD", "300.00 USD"),
            (figures("1.5", "0.33", "0", "10"), "0.50 USD", "0.05 USD"),
            (figures("1", "10.01", "50", "0"), "5.01 USD", "0.00 USD"),
            (figures("1", "0.10", "0", "5"), "0.10 USD", "0.01 USD"),
        ] {
            assert_eq!(figures.subtotal(Currency::USD).unwrap().to_string(), subtotal);
            assert_eq!(figures.tax(Currency::USD).unwrap().to_string(), tax);
        }
    }

    #[test]
    fn a_product_that_cannot_be_kept_is_refused() {
        let huge = figures("99999999.99", "9999999999.99", "0", "0");
        assert_eq!(huge.subtotal(Currency::USD), Err(MoneyError::Overflow));
    }
}
