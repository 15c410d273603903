//! The invoice as its customer gets it: what is printed, and what EN 16931 makes of it.

mod codes;
mod countries;
mod figures;
mod made;
mod statement;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

pub use codes::is_blank;
pub use countries::country_code;
pub use figures::{Category, Figures, TaxGroup, line_allowance};
pub use made::DocumentContext;
pub use statement::{EInvoice, EInvoiceState, Missing, Statement};

use crate::invoice::{Status, TaxCategory};
use crate::money::Currency;

/// An invoice with everything that its document shows. Amounts are in the major unit of the currency.
#[derive(Debug, Clone, PartialEq)]
pub struct InvoiceDocument {
    /// The invoice's id, which becomes that of the PDF. It is not printed.
    pub id: String,
    /// The invoice's number.
    pub number: String,
    /// A title.
    pub title: String,
    /// What it is about, in some sentences.
    pub description: String,
    /// The invoice's status.
    pub status: Status,
    /// When it was issued; also the date of the PDF.
    pub issue_date: Date,
    /// When it has to be paid.
    pub due_date: Option<Date>,
    /// The currency of every amount.
    pub currency: Currency,
    /// Who invoices.
    pub seller: Party,
    /// The seller's logo: a PNG, JPEG, GIF or WebP file.
    pub logo: Option<Vec<u8>>,
    /// Who is invoiced.
    pub customer: Party,
    /// What is invoiced.
    pub lines: Vec<DocumentLine>,
    /// The sums.
    pub totals: DocumentTotals,
    /// What was paid.
    pub payments: Vec<DocumentPayment>,
    /// Terms of payment.
    pub terms: String,
    /// Notes for the customer.
    pub notes: String,
    /// Where it can be paid: a web address. Printed as text and as a QR code while something is owed.
    pub pay_url: Option<String>,
}

/// One side of an invoice. What is empty is not printed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Party {
    /// The name.
    pub name: String,
    /// The address.
    pub address: PostalAddress,
    /// The e-mail address.
    pub email: String,
    /// The phone number.
    pub phone: String,
    /// The VAT identifier, with its country's prefix.
    pub vat_id: String,
    /// The number in a register of companies.
    pub registration: String,
}

/// A postal address. What is empty is not printed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PostalAddress {
    /// Street, house number and the like; more than one line is fine.
    pub street: String,
    /// The postcode.
    pub postcode: String,
    /// The city.
    pub city: String,
    /// The state or region.
    pub region: String,
    /// The country: a name, or a code of ISO 3166-1.
    pub country: String,
}

/// A line of an invoice.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentLine {
    /// What it is for.
    pub description: String,
    /// How many.
    pub quantity: Decimal,
    /// Price per unit.
    pub unit_price: Decimal,
    /// Discount in per cent.
    pub discount: Decimal,
    /// Tax rate in per cent.
    pub tax_rate: Decimal,
    /// Why it bears no tax, where that is known.
    pub tax_category: Option<TaxCategory>,
    /// The amount after the discount, before tax.
    pub amount: Decimal,
    /// The tax on it.
    pub tax: Decimal,
}

/// The sums of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DocumentTotals {
    /// Before tax and discount.
    pub subtotal: Decimal,
    /// The discount on the whole invoice; it leaves the tax as it is.
    pub discount: Decimal,
    /// All tax.
    pub tax: Decimal,
    /// The part of the tax that is the invoice's own, beside that of its lines.
    pub own_tax: Decimal,
    /// `subtotal + tax - discount`.
    pub total: Decimal,
    /// What was paid, less what was given back.
    pub paid: Decimal,
    /// `total - paid`; below zero when too much was paid.
    pub balance: Decimal,
}

/// A payment, or money given back, as an amount below zero.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentPayment {
    /// When.
    pub date: Date,
    /// How: "Bank transfer", "Refund".
    pub method: String,
    /// How much.
    pub amount: Decimal,
}

/// What the lines of one tax rate add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxTotal {
    /// The rate in per cent.
    pub rate: Decimal,
    /// The lines' amounts.
    pub base: Decimal,
    /// The lines' tax.
    pub tax: Decimal,
}

impl InvoiceDocument {
    /// Whether the balance is a demand: not that of an invoice that was cancelled, or paid and given back.
    #[must_use]
    pub const fn is_owed(&self) -> bool {
        match self.status {
            Status::Draft
            | Status::Sent
            | Status::Viewed
            | Status::Pending
            | Status::PartiallyPaid
            | Status::Paid
            | Status::Overdue => true,
            Status::Void | Status::Refunded => false,
        }
    }

    /// The address to pay at, while something is owed. Typst takes no longer links, and readers open no others safely.
    #[must_use]
    pub fn link_to_pay(&self) -> Option<&str> {
        let is_link =
            |url: &&str| url.len() <= 2000 && ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme));
        let owed = self.is_owed() && self.totals.balance > Decimal::ZERO;
        self.pay_url.as_deref().filter(is_link).filter(|_| owed)
    }

    /// The lines' sums by tax rate, the lowest rate first.
    #[must_use]
    pub fn tax_by_rate(&self) -> Vec<TaxTotal> {
        let mut sums = BTreeMap::<Decimal, (Decimal, Decimal)>::new();
        for line in &self.lines {
            let (base, tax) = sums.entry(line.tax_rate.normalize()).or_default();
            *base += line.amount;
            *tax += line.tax;
        }
        sums.into_iter().map(|(rate, (base, tax))| TaxTotal { rate, base, tax }).collect()
    }
}
