//! What an invoice says about itself, apart from its lines and payments.
//!
//! It carries what every contract needs: a field that a contract does not know survives an update
//! made through it.

use jiff::Timestamp;
use jiff::civil::Date;

use super::details::{Details, DetailsPatch};
use super::payment_link::PaymentLink;
use super::status::{Books, Status};
use crate::actor::Author;
use crate::id::{HistoryId, InvoiceId};
use crate::money::{Currency, Money, MoneyError, Price, Quantity};
use crate::patch::Patch;
use crate::record::{Extras, Meta};
use crate::text::Text;

/// An invoice's number: 1 to 100 characters, unique in the organisation.
pub type InvoiceNumber = Text<1, 100>;

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
    /// Counts the organisation's invoices from 1, as namaste's billings; 0 until the invoice is kept.
    pub billing_number: u64,
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
    /// The quantity and the unit price of its line, where it has exactly one: lists of contracts that
    /// know no others show them.
    pub sole_line: Option<(Quantity, Price)>,
    /// When the customer first opened it.
    pub viewed_at: Option<Timestamp>,
    /// When it was paid in full.
    pub paid_at: Option<Timestamp>,
    /// The link under which the balance is paid at Stripe.
    pub payment_link: Option<PaymentLink>,
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

    /// What its status may depend on.
    pub(super) fn books(&self) -> Books {
        Books {
            something_paid: self.amount_paid.is_positive(),
            something_owed: self.is_owed(),
            viewed: self.viewed_at.is_some(),
        }
    }

    /// The date after which the sweep turns this invoice overdue; none when it never does.
    #[must_use]
    pub fn receivable_until(&self) -> Option<Date> {
        self.due_date.filter(|_| self.status.is_receivable() && self.is_owed())
    }

    /// Whether its due date has passed and something is owed, whether or not the sweep has been there.
    /// A draft is still being written, and what is over is not owed.
    #[must_use]
    pub fn is_overdue(&self, today: Date) -> bool {
        let is_with_customer = self.status.is_receivable() || self.status == Status::Overdue;
        is_with_customer && self.is_owed() && self.due_date.is_some_and(|due| due < today)
    }

    pub(super) fn describe(
        &mut self,
        number: Option<InvoiceNumber>,
        details: DetailsPatch,
        issue_date: Option<Date>,
        due_date: Patch<Date>,
    ) {
        if let Some(number) = number {
            self.number = number;
        }
        self.details.apply(details);
        self.issue_date = issue_date.unwrap_or(self.issue_date);
        due_date.apply(&mut self.due_date);
    }
}
