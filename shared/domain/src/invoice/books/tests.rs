//! The books, decision by decision.

mod headers;
mod links;
mod paid_amounts;
mod payments;
mod replaced;
mod sent_totals;
mod statuses;
mod stripe;
mod stripe_charges;
mod stripe_invoices;
mod totals;
mod viewed;

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::Invoice;
use crate::actor::Author;
use crate::attributes::{Attributes, Schema};
use crate::error::Error;
use crate::id::{InvoiceId, LineId, PaymentId, UserId};
use crate::invoice::details::Details;
use crate::invoice::header::InvoiceNumber;
use crate::invoice::input::{InvoicePatch, NewInvoice, NewNumber, SentTotals};
use crate::invoice::line::{Figures, LineKind, LineText, NewLine};
use crate::invoice::payment::{NewPayment, PaymentMethod};
use crate::invoice::status::{Status, StatusRequest};
use crate::money::{Currency, Money, Percent, Price, Quantity};
use crate::record::{Moment, NewExtras};
use crate::text::{LongText, ShortText};
use crate::worklist::Stamp;

fn d(text: &str) -> Decimal {
    Decimal::from_str(text).unwrap()
}

fn usd(text: &str) -> Money {
    Money::exact(d(text), Currency::USD).unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    format!("{text}T12:00:00Z").parse().unwrap()
}

fn author() -> Author {
    Author { id: UserId::new(Uuid::from_u128(1)), number: 1, name: "Ada".into() }
}

fn status(target: Status) -> StatusRequest {
    let shown_as: &'static [Status] = match target {
        Status::Sent => &[Status::Sent, Status::Viewed, Status::Pending, Status::PartiallyPaid],
        Status::Draft => &[Status::Draft],
        Status::Viewed => &[Status::Viewed],
        Status::Pending => &[Status::Pending],
        Status::PartiallyPaid => &[Status::PartiallyPaid],
        Status::Paid => &[Status::Paid],
        Status::Overdue => &[Status::Overdue],
        Status::Void => &[Status::Void],
        Status::Refunded => &[Status::Refunded],
    };
    StatusRequest { target, shown_as }
}

fn line(quantity: &str, price: &str, tax: &str) -> NewLine {
    NewLine {
        item: None,
        description: LineText::parse("Work").unwrap(),
        kind: LineKind::Service,
        figures: Figures {
            quantity: Quantity::new(d(quantity)).unwrap(),
            unit_price: Price::new(d(price)).unwrap(),
            discount: Percent::ZERO,
            tax_rate: Percent::new(d(tax)).unwrap(),
        },
        tax_category: None,
        attributes: Attributes::default(),
    }
}

fn payment(amount: &str) -> NewPayment {
    NewPayment {
        amount: usd(amount),
        method: PaymentMethod::Cash,
        paid_at: None,
        stripe_charge_id: None,
        reference: ShortText::default(),
        notes: LongText::default(),
        attributes: Attributes::default(),
    }
}

fn new_invoice() -> NewInvoice {
    NewInvoice {
        number: NewNumber::Random,
        details: Details::default(),
        client_by_email: None,
        status: status(Status::Draft),
        issue_date: Some(day("2026-03-01")),
        due_date: Some(day("2026-03-31")),
        currency: Currency::USD,
        totals: SentTotals::default(),
        lines: vec![],
        paid_amount: None,
        extras: NewExtras::default(),
        attributes_bind: true,
    }
}

/// An invoice, and what every decision about it needs.
struct Desk {
    invoice: Invoice,
    author: Author,
    now: Timestamp,
    ids: u128,
}

impl Desk {
    fn open(new: NewInvoice) -> Result<Self, Error> {
        let (author, now, mut ids) = (author(), at("2026-03-02"), 100);
        let invoice = Invoice::create(
            InvoiceId::new(Uuid::from_u128(7)),
            InvoiceNumber::parse("INV-20260301-0001").unwrap(),
            new,
            Schema::default(),
            Stamp { at: now, by: &author },
            &mut || next(&mut ids),
        )?;
        Ok(Self { invoice, author, now, ids })
    }

    /// An invoice of one line: 100.00 and 15.00 tax.
    fn of_115() -> Self {
        Self::open(NewInvoice { lines: vec![line("1", "100", "15")], ..new_invoice() }).unwrap()
    }

    /// As [`Desk::of_115`], with the customer, and kept: its changes are committed.
    fn sent() -> Self {
        let mut desk = Self::of_115();
        desk.write(Status::Sent).unwrap();
        desk.reload();
        desk
    }

    /// What a commit and the next request's load make of the invoice.
    fn reload(&mut self) {
        let copied = &self.invoice;
        self.invoice = Invoice::restore(
            copied.header().clone(),
            copied.lines().into_iter().cloned().collect(),
            copied.payments().into_iter().cloned().collect(),
            copied.refunds().into_iter().cloned().collect(),
        );
    }

    /// One decision: it counts only when it succeeds, as in a use case.
    fn decide<T>(
        &mut self,
        decision: impl FnOnce(&mut Invoice, Moment<'_>, &mut dyn FnMut() -> Uuid) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut invoice = self.invoice.clone();
        let moment = Moment { at: self.now, by: Some(&self.author) };
        let decided = decision(&mut invoice, moment, &mut || next(&mut self.ids))?;
        self.invoice = invoice;
        Ok(decided)
    }

    fn update(&mut self, patch: InvoicePatch) -> Result<(), Error> {
        let author = self.author.clone();
        self.decide(|invoice, moment, new_id| {
            invoice.update(patch, Schema::default(), Stamp { at: moment.at, by: &author }, new_id)
        })
    }

    fn write(&mut self, target: Status) -> Result<(), Error> {
        self.update(InvoicePatch { status: Some(status(target)), ..InvoicePatch::default() })
    }

    fn pay(&mut self, amount: &str) -> Result<PaymentId, Error> {
        self.book(payment(amount))
    }

    fn book(&mut self, new: NewPayment) -> Result<PaymentId, Error> {
        self.decide(|invoice, moment, new_id| {
            let id = PaymentId::new(new_id());
            invoice.record_payment(id, new, moment, new_id).map(|()| id)
        })
    }

    fn add(&mut self, new: NewLine) -> Result<LineId, Error> {
        self.decide(|invoice, moment, new_id| {
            let id = LineId::new(new_id());
            invoice.add_line(id, new, moment, new_id).map(|()| id)
        })
    }

    fn status(&self) -> Status {
        self.invoice.header().status
    }

    fn paid(&self) -> Money {
        self.invoice.header().amount_paid
    }

    fn total(&self) -> Money {
        self.invoice.header().totals.total
    }

    fn balance(&self) -> String {
        self.invoice.header().balance_due().unwrap().to_string()
    }

    /// The changes of the status since the last load.
    fn history(&self) -> Vec<(Option<Status>, Status)> {
        self.invoice.changes().history.iter().map(|entry| (entry.from, entry.to)).collect()
    }
}

fn next(ids: &mut u128) -> Uuid {
    *ids += 1;
    Uuid::from_u128(*ids)
}

/// The fields that a refusal names, with what it says of them.
fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result.unwrap_err() {
        Error::Invalid(errors) => errors.to_string(),
        other => panic!("not a refusal of values: {other}"),
    }
}
