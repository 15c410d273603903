//! Billings, which are invoices.

#![allow(non_snake_case, reason = "fields are spelled as the contract spells them")]

mod items;

use domain::billing::{BillingPatch, NewBilling, Products};
use domain::invoice::{Customer, CustomerPatch, Details, Header, Invoice, InvoiceNumber, Line, SentTotals, Totals};
use domain::numbered::NumberOrName;
use domain::record::Meta;
use domain::text::{LongText, ShortText};
use domain::{Claims, Edit, FieldErrors, Reference, Refused};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::amounts::SentAmount;
use super::errors::refused;
use super::status::{Words, status_word};
use super::things::Thing;
use crate::Problem;
use crate::decimals::Amount;
use crate::status::{DRAFT, SentStatus};
use crate::wire::{
    Bounded, Field, OrEmpty, SentObject, body, not_emptied, optional, or_default, or_null, patch, required, text,
};

pub use items::{BillingItemBody, BillingItemJson, BillingItems};

/// Billings, as messages name them.
pub const BILLING: Thing = Thing::new(
    "Billing",
    &[
        ("subtotal", "sub_total"),
        ("tax_amount", "tax"),
        ("total", "total_amount"),
        ("status", "invoice_status"),
        ("issue_date", "invoice_date"),
        ("client", "party"),
        ("amount", "paid_amount"),
    ],
);

body! {
    /// A billing.
    BillingBody {
        /// Its number; unique.
        required invoice_number: InvoiceNumber,
        /// The date of issue; today in UTC, if left out.
        optional invoice_date: OrEmpty<Date>,
        /// The date by which it is to be paid.
        optional due_date: OrEmpty<Date>,
        /// The number of a payment method, or its name.
        optional payment_method: OrEmpty<NumberOrName>,
        /// The status; `Draft`, if left out. `Paid` books a payment of what is owed.
        optional invoice_status: SentStatus<Words>,
        /// The number of the customer's party.
        optional party: OrEmpty<u64>,
        /// The customer's phone number.
        optional phone: OrEmpty<ShortText>,
        /// The customer's VAT number.
        optional VAt_number: OrEmpty<ShortText>,
        /// The customer's address.
        optional address: OrEmpty<LongText>,
        /// Notes.
        optional notes: LongText,
        /// How much is paid: what is missing to it is booked as a payment.
        optional paid_amount: SentAmount,
        /// It is computed; what is sent is not kept.
        optional due_amount: SentAmount,
        /// The total.
        optional total_amount: SentAmount,
        /// The discount.
        optional discount: SentAmount,
        /// The tax.
        optional tax: SentAmount,
        /// The sum before tax and discount. Sums that are sent stand; without any, they are those of the items.
        optional sub_total: SentAmount,
        /// What it is for; at least one.
        required items: BillingItems,
    }
}

impl BillingBody {
    /// Refuses a new billing without items.
    ///
    /// # Errors
    /// The document's words for it.
    pub fn check_items(&self) -> Result<(), Problem> {
        if matches!(self.items, Field::Absent) { Err(no_items()) } else { self.check_items_if_sent() }
    }

    /// Refuses a list of no items.
    ///
    /// # Errors
    /// As [`BillingBody::check_items`].
    pub fn check_items_if_sent(&self) -> Result<(), Problem> {
        match &self.items {
            Field::Absent | Field::Wrong(_) => Ok(()),
            Field::Value(items) if !items.is_empty() => Ok(()),
            Field::Value(_) | Field::Null | Field::Empty => Err(no_items()),
        }
    }

    /// The numbers of products that the items name; none stands for an item that names no product.
    #[must_use]
    pub fn products(&self) -> Vec<Option<u64>> {
        match &self.items {
            Field::Value(items) => items.products().collect(),
            Field::Absent | Field::Null | Field::Empty | Field::Wrong(_) => Vec::new(),
        }
    }

    /// The billing to be made of these products.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_new(self, products: &Products) -> Result<NewBilling, Refused<Claims>> {
        let mut errors = FieldErrors::new();
        let number = required(&mut errors, "invoice_number", self.invoice_number);
        let issue_date = or_default(&mut errors, "invoice_date", self.invoice_date);
        let due_date = or_default(&mut errors, "due_date", self.due_date);
        let payment_method = or_default(&mut errors, "payment_method", self.payment_method);
        let status = or_null(&mut errors, "invoice_status", self.invoice_status);
        let party = or_default(&mut errors, "party", self.party);
        let customer = Customer {
            phone: or_default(&mut errors, "phone", self.phone),
            vat_number: or_default(&mut errors, "VAt_number", self.VAt_number),
            address: or_default(&mut errors, "address", self.address),
            ..Customer::default()
        };
        let notes = text(&mut errors, "notes", self.notes).unwrap_or_default();
        let paid_amount = amount(&mut errors, "paid_amount", self.paid_amount);
        amount(&mut errors, "due_amount", self.due_amount);
        let totals = totals(&mut errors, self.sub_total, self.tax, self.discount, self.total_amount);
        let items = required(&mut errors, "items", self.items);
        let items = items.and_then(|items| errors.keep(items.into_lines(products, &[]))).unwrap_or_default();
        let Some(number) = number.filter(|_| errors.is_empty()) else {
            let claims = Claims::default()
                .naming("party", party.map(Reference::Party))
                .naming("payment_method", payment_method.map(Reference::PaymentMethod));
            return Err(claims.refused(errors));
        };
        Ok(NewBilling {
            number,
            status: status.map_or(DRAFT, |sent| sent.request),
            issue_date,
            due_date,
            payment_method,
            party,
            customer,
            notes,
            totals,
            paid_amount,
            items,
        })
    }

    /// The change that a body asks for of a billing. One that another contract made without lines shows no items.
    #[must_use]
    pub fn edit(sent: &SentObject, products: &Products, before: &Invoice) -> Edit<BillingPatch> {
        let lines = before.lines();
        let shown = WholeBillingJson { billing: BillingJson::new(before.header(), None), items: Vec::new() };
        let derived: &[&str] = if lines.is_empty() { &["items"] } else { &[] };
        sent.edit(&shown, derived, |body: Self| body.into_patch(products, &lines))
    }

    /// The change to be made; `before` are the lines that the billing has.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn into_patch(self, products: &Products, before: &[&Line]) -> Result<BillingPatch, Refused<BillingPatch>> {
        let mut errors = FieldErrors::new();
        let customer = CustomerPatch {
            phone: patch(&mut errors, "phone", self.phone),
            vat_number: patch(&mut errors, "VAt_number", self.VAt_number),
            address: patch(&mut errors, "address", self.address),
            ..CustomerPatch::default()
        };
        amount(&mut errors, "due_amount", self.due_amount);
        let change = BillingPatch {
            number: optional(&mut errors, "invoice_number", self.invoice_number),
            status: or_null(&mut errors, "invoice_status", self.invoice_status).map(|sent| sent.request),
            issue_date: not_emptied(&mut errors, "invoice_date", self.invoice_date),
            due_date: patch(&mut errors, "due_date", self.due_date),
            payment_method: patch(&mut errors, "payment_method", self.payment_method),
            party: patch(&mut errors, "party", self.party),
            customer,
            notes: text(&mut errors, "notes", self.notes),
            totals: totals(&mut errors, self.sub_total, self.tax, self.discount, self.total_amount),
            paid_amount: amount(&mut errors, "paid_amount", self.paid_amount),
            items: optional(&mut errors, "items", self.items)
                .and_then(|items| errors.keep(items.into_lines(products, before))),
        };
        errors.checked(change)
    }
}

fn no_items() -> Problem {
    refused(400, "At least one billing item is required.")
}

fn totals(
    errors: &mut FieldErrors,
    subtotal: Field<SentAmount>,
    tax: Field<SentAmount>,
    discount: Field<SentAmount>,
    total: Field<SentAmount>,
) -> SentTotals {
    SentTotals {
        subtotal: amount(errors, "sub_total", subtotal),
        tax: amount(errors, "tax", tax),
        own_tax: None,
        discount: amount(errors, "discount", discount),
        total: amount(errors, "total_amount", total),
        over_lines: true,
    }
}

fn amount(errors: &mut FieldErrors, name: &str, field: Field<SentAmount>) -> Option<Decimal> {
    or_null(errors, name, field).map(|Bounded(amount)| amount)
}

/// A billing.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Billing)]
pub struct BillingJson {
    /// Its number in the organisation.
    pub id: u64,
    /// The user who made it; null, if no user did.
    pub user: Option<u64>,
    /// The number that it shows.
    pub invoice_number: String,
    /// The date of issue.
    pub invoice_date: Date,
    /// The date by which it is to be paid.
    pub due_date: Option<Date>,
    /// The number of its payment method.
    pub payment_method: Option<u64>,
    /// `Paid`, `Unpaid`, `Pending` or `Draft`.
    pub invoice_status: Option<&'static str>,
    /// The number of the customer's party.
    pub party: Option<u64>,
    /// The customer's phone number.
    pub phone: Option<String>,
    /// The customer's VAT number.
    pub VAt_number: Option<String>,
    /// The customer's address.
    pub address: Option<String>,
    /// Notes.
    pub notes: String,
    /// How much is paid.
    pub paid_amount: Amount,
    /// How much is owed; below zero, if more is paid.
    pub due_amount: Amount,
    /// The total.
    pub total_amount: Amount,
    /// The discount.
    pub discount: Amount,
    /// The tax.
    pub tax: Amount,
    /// The sum before tax and discount.
    pub sub_total: Amount,
}

impl BillingJson {
    /// An invoice whose client has this number among the parties.
    #[must_use]
    pub fn new(header: &Header, party: Option<u64>) -> Self {
        let Header {
            id: _,
            number,
            billing_number,
            details,
            status,
            issue_date,
            due_date,
            currency: _,
            totals: Totals { source: _, subtotal, tax, own_tax: _, discount, total },
            amount_paid,
            next_position: _,
            sole_line: _,
            viewed_at: _,
            paid_at: _,
            payment_link: _,
            extras: _,
            meta: Meta { created_at: _, created_by, updated_at: _, version: _ },
        } = header;
        let Details {
            client: _,
            contact: _,
            customer: Customer { name: _, email: _, phone, address, vat_number },
            title: _,
            description: _,
            notes,
            payment_terms: _,
            from_address: _,
            to_address: _,
            assigned_to: _,
            teams: _,
            payment_method,
            stripe: _,
        } = details;
        Self {
            id: *billing_number,
            user: created_by.as_ref().map(|author| author.number),
            invoice_number: number.to_string(),
            invoice_date: *issue_date,
            due_date: *due_date,
            payment_method: *payment_method,
            invoice_status: status_word(*status),
            party,
            phone: phone.as_ref().map(ShortText::to_string),
            VAt_number: vat_number.as_ref().map(ShortText::to_string),
            address: address.as_ref().map(LongText::to_string),
            notes: notes.to_string(),
            paid_amount: (*amount_paid).into(),
            due_amount: header.balance_due().unwrap_or(*total).into(),
            total_amount: (*total).into(),
            discount: (*discount).into(),
            tax: (*tax).into(),
            sub_total: (*subtotal).into(),
        }
    }
}

/// A billing with its items.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = WholeBilling)]
pub struct WholeBillingJson {
    /// The billing.
    #[serde(flatten)]
    pub billing: BillingJson,
    /// What it is for.
    pub items: Vec<BillingItemJson>,
}

/// That a billing is made or changed, and the billing.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ChangedBilling)]
pub struct ChangedBillingJson {
    /// What is done.
    pub message: &'static str,
    /// The billing after it.
    pub billing: BillingJson,
}

#[cfg(test)]
mod tests;
