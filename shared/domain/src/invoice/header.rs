//! What an invoice says about itself, apart from its lines and payments.
//!
//! It carries what every contract needs: a field that a contract does not know survives an update
//! made through it.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::line::NewLine;
use super::status::{Status, StatusRequest};
use crate::actor::Author;
use crate::id::{ClientId, ContactId, HistoryId, InvoiceId, UserId};
use crate::money::{Currency, Money, MoneyError};
use crate::patch::Patch;
use crate::record::{Extras, ExtrasPatch, Meta, NewExtras};
use crate::text::{Email, LongText, ShortText, Text};

/// An invoice's number: 1 to 100 characters, unique in the organisation.
pub type InvoiceNumber = Text<1, 100>;

/// An address, kept as the contract sent it.
pub type Address = Map<String, Value>;

/// The customer as the invoice names it, with or without a client record.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Customer {
    /// The name.
    pub name: Option<ShortText>,
    /// The e-mail address.
    pub email: Option<Email>,
    /// The phone number.
    pub phone: Option<ShortText>,
    /// The address, as one text.
    pub address: Option<LongText>,
    /// The VAT number.
    pub vat_number: Option<ShortText>,
}

/// Stripe's objects for an invoice.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StripeRefs {
    /// Stripe's invoice.
    pub invoice_id: Option<ShortText>,
    /// Stripe's payment intent.
    pub payment_intent_id: Option<ShortText>,
    /// The page where it can be paid.
    pub hosted_url: Option<Text<0, 2000>>,
    /// The PDF that Stripe made.
    pub pdf_url: Option<Text<0, 2000>>,
}

/// A change of [`StripeRefs`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StripeRefsPatch {
    /// Stripe's invoice.
    pub invoice_id: Patch<ShortText>,
    /// Stripe's payment intent.
    pub payment_intent_id: Patch<ShortText>,
    /// The page where it can be paid.
    pub hosted_url: Patch<Text<0, 2000>>,
    /// The PDF that Stripe made.
    pub pdf_url: Patch<Text<0, 2000>>,
}

/// The descriptive part of an invoice.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Details {
    /// The client that is invoiced.
    pub client: Option<ClientId>,
    /// The contact at the client.
    pub contact: Option<ContactId>,
    /// The customer as the invoice names it.
    pub customer: Customer,
    /// A title.
    pub title: ShortText,
    /// A description.
    pub description: LongText,
    /// Notes for the customer.
    pub notes: LongText,
    /// Terms such as "Net 30".
    pub payment_terms: ShortText,
    /// The sender's address.
    pub from_address: Option<Address>,
    /// The customer's address.
    pub to_address: Option<Address>,
    /// Members who take care of the invoice.
    pub assigned_to: Vec<UserId>,
    /// Teams, as they were sent.
    pub teams: Vec<String>,
    /// The payment method that the billing names.
    pub payment_method: Option<u64>,
    /// Stripe's objects.
    pub stripe: StripeRefs,
}

/// A change of [`Details`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DetailsPatch {
    /// The client.
    pub client: Option<ClientId>,
    /// The contact.
    pub contact: Patch<ContactId>,
    /// Notes for the customer.
    pub notes: Option<LongText>,
    /// Stripe's objects.
    pub stripe: StripeRefsPatch,
}

impl Details {
    fn apply(&mut self, patch: DetailsPatch) {
        let DetailsPatch { client, contact, notes, stripe } = patch;
        let StripeRefsPatch { invoice_id, payment_intent_id, hosted_url, pdf_url } = stripe;
        self.client = client.or(self.client);
        contact.apply(&mut self.contact);
        if let Some(notes) = notes {
            self.notes = notes;
        }
        invoice_id.apply(&mut self.stripe.invoice_id);
        payment_intent_id.apply(&mut self.stripe.payment_intent_id);
        hosted_url.apply(&mut self.stripe.hosted_url);
        pdf_url.apply(&mut self.stripe.pdf_url);
    }
}

/// Where an invoice's totals come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TotalsSource {
    /// From its lines.
    Lines,
    /// From the client, as sent.
    Sent,
}

/// The sums of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Where they come from.
    pub source: TotalsSource,
    /// Before tax and discount.
    pub subtotal: Money,
    /// All tax.
    pub tax: Money,
    /// The part of the tax that is the invoice's own, beside that of its lines.
    pub own_tax: Money,
    /// The discount on the invoice.
    pub discount: Money,
    /// `subtotal + tax − discount`.
    pub total: Money,
}

/// Totals as a client sends them; those left out stay, or are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SentTotals {
    /// Before tax and discount.
    pub subtotal: Option<Decimal>,
    /// All tax.
    pub tax: Option<Decimal>,
    /// The discount.
    pub discount: Option<Decimal>,
    /// The total; `subtotal + tax − discount`, if left out.
    pub total: Option<Decimal>,
}

impl Totals {
    /// Nothing, in a currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self { source: TotalsSource::Sent, subtotal: zero, tax: zero, own_tax: zero, discount: zero, total: zero }
    }

    /// The total that the parts add up to.
    pub(super) fn added_up(self) -> Result<Money, MoneyError> {
        self.subtotal.checked_add(self.tax)?.checked_subtract(self.discount)
    }
}

/// One change of an invoice's status.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// The row's id.
    pub id: HistoryId,
    /// When.
    pub at: Timestamp,
    /// Who; nobody, when the sweep or Stripe did it.
    pub by: Option<Author>,
    /// The status before; none for the first row.
    pub from: Option<Status>,
    /// The status after.
    pub to: Status,
}

/// An invoice without its lines and payments: what lists show.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// The invoice's id.
    pub id: InvoiceId,
    /// Its number.
    pub number: InvoiceNumber,
    /// What it says.
    pub details: Details,
    /// Where it stands.
    pub status: Status,
    /// When it was issued.
    pub issue_date: Date,
    /// When it is to be paid by.
    pub due_date: Option<Date>,
    /// Its currency.
    pub currency: Currency,
    /// Its sums.
    pub totals: Totals,
    /// The payments less the refunds.
    pub amount_paid: Money,
    /// The place that the next line gets.
    pub next_position: u32,
    /// When the customer first opened it.
    pub viewed_at: Option<Timestamp>,
    /// When it was paid in full.
    pub paid_at: Option<Timestamp>,
    /// Attributes, tasks and notes.
    pub extras: Extras,
    /// Authorship and version.
    pub meta: Meta,
}

impl Header {
    /// What is owed; below zero on overpayment.
    ///
    /// # Errors
    /// Never for amounts that were kept by the checks of this module.
    pub fn balance_due(&self) -> Result<Money, MoneyError> {
        self.totals.total.checked_subtract(self.amount_paid)
    }

    /// Whether something is owed.
    #[must_use]
    pub fn is_owed(&self) -> bool {
        self.balance_due().is_ok_and(Money::is_positive)
    }

    /// The date after which the sweep turns this invoice overdue; none when it never does.
    #[must_use]
    pub fn receivable_until(&self) -> Option<Date> {
        self.due_date.filter(|_| self.status.is_receivable() && self.is_owed())
    }

    pub(super) fn describe(&mut self, details: DetailsPatch, issue_date: Option<Date>, due_date: Patch<Date>) {
        self.details.apply(details);
        self.issue_date = issue_date.unwrap_or(self.issue_date);
        due_date.apply(&mut self.due_date);
    }
}

/// An invoice to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewInvoice {
    /// What it says.
    pub details: Details,
    /// The status that it starts with.
    pub status: StatusRequest,
    /// When it is issued; today in UTC, if not given.
    pub issue_date: Option<Date>,
    /// When it is to be paid by.
    pub due_date: Option<Date>,
    /// Its currency.
    pub currency: Currency,
    /// Its totals, where it has no lines.
    pub totals: SentTotals,
    /// Its lines.
    pub lines: Vec<NewLine>,
    /// Attributes, tasks and notes.
    pub extras: NewExtras,
}

/// A change of an invoice.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InvoicePatch {
    /// What it says.
    pub details: DetailsPatch,
    /// The status that is written.
    pub status: Option<StatusRequest>,
    /// When it was issued.
    pub issue_date: Option<Date>,
    /// When it is to be paid by.
    pub due_date: Patch<Date>,
    /// Its currency.
    pub currency: Option<Currency>,
    /// Its totals.
    pub totals: SentTotals,
    /// Attributes, tasks and notes.
    pub extras: ExtrasPatch,
}
