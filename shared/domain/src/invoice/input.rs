//! What a client asks for: a new invoice, or a change of one.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::details::{Details, DetailsPatch};
use super::header::InvoiceNumber;
use super::line::{LineText, NewLine};
use super::status::StatusRequest;
use crate::money::{Currency, Price, Quantity};
use crate::patch::Patch;
use crate::record::{ExtrasPatch, NewExtras};
use crate::text::{Email, TextError};

/// Where a new invoice's number comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewNumber {
    /// A random one of the day of issue: `INV-YYYYMMDD-XXXX`.
    Random,
    /// The next one of the organisation's series of the year of issue: `INV-YYYY-NNN`.
    Series,
    /// One that the client took by hand.
    Given(InvoiceNumber),
}

/// The n-th number of a year's series: `INV-YYYY-NNN`, with more digits where they are needed.
///
/// # Errors
/// Never for a year and a number that fit their types.
pub fn series_number(year: i16, n: u64) -> Result<InvoiceNumber, TextError> {
    InvoiceNumber::parse(&format!("INV-{year:04}-{n:03}"))
}

/// An invoice to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewInvoice {
    /// Where its number comes from.
    pub number: NewNumber,
    /// What it says.
    pub details: Details,
    /// The address by which its client is found, or else made: named as the customer, else by the
    /// address. It rules over the client that the details name.
    pub client_by_email: Option<Email>,
    /// The status that it starts with.
    pub status: StatusRequest,
    /// When it is issued; today in UTC, if not given.
    pub issue_date: Option<Date>,
    /// When it is to be paid by.
    pub due_date: Option<Date>,
    /// Its currency.
    pub currency: Currency,
    /// Its totals as sent.
    pub totals: SentTotals,
    /// Its lines.
    pub lines: Vec<NewLine>,
    /// How much of it is paid already: booked as a payment. A status that means paid books the rest.
    pub paid_amount: Option<Decimal>,
    /// Attributes, tasks and notes.
    pub extras: NewExtras,
    /// Whether the organisation's attributes bind: a rule that only one contract knows does not bind
    /// the others.
    pub attributes_bind: bool,
}

/// A change of an invoice.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InvoicePatch {
    /// Another number, taken by hand; the one before is free again.
    pub number: Option<InvoiceNumber>,
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
    /// Its totals as sent.
    pub totals: SentTotals,
    /// Its lines.
    pub lines: Option<LinesChange>,
    /// How much of it is paid: what is missing to it is booked as a payment.
    pub paid_amount: Option<Decimal>,
    /// Attributes, tasks and notes.
    pub extras: ExtrasPatch,
}

/// A change of an invoice's lines as a whole.
#[derive(Debug, Clone, PartialEq)]
pub enum LinesChange {
    /// These instead of those before. A line at a place that was taken keeps its id.
    Replace(Vec<NewLine>),
    /// The figures of the only line.
    Sole(SoleLine),
}

/// The only line of an invoice, for contracts that know no others.
#[derive(Debug, Clone, PartialEq)]
pub struct SoleLine {
    /// How many.
    pub quantity: Option<Quantity>,
    /// Price per unit.
    pub unit_price: Option<Price>,
    /// What the line is for, where it has to be made.
    pub description: LineText,
}

/// Totals as a client sends them; those left out stay, or are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SentTotals {
    /// Before tax and discount.
    pub subtotal: Option<Decimal>,
    /// All tax.
    pub tax: Option<Decimal>,
    /// The part of the tax that is the invoice's own, beside that of its lines.
    pub own_tax: Option<Decimal>,
    /// The discount.
    pub discount: Option<Decimal>,
    /// The total; `subtotal + tax − discount`, if left out.
    pub total: Option<Decimal>,
    /// Whether subtotal, tax and total stand over the lines: until a line changes, the totals are
    /// recalculated, or an update brings lines and none of the three. Where some of them are left
    /// out, those are the lines' in a new invoice and with new lines, and stay otherwise. Without
    /// this, they stand only where there are no lines.
    pub over_lines: bool,
}

impl SentTotals {
    /// Whether nothing was sent.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        let Self { subtotal: _, tax: _, own_tax, discount, total: _, over_lines: _ } = self;
        !self.names_a_sum() && own_tax.is_none() && discount.is_none()
    }

    /// Whether a sum was sent that lines would give too.
    #[must_use]
    pub const fn names_a_sum(&self) -> bool {
        let Self { subtotal, tax, own_tax: _, discount: _, total, over_lines: _ } = self;
        subtotal.is_some() || tax.is_some() || total.is_some()
    }
}
