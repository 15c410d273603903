//! The rules that keep an invoice's lines, totals, payments and status in step.
//!
//! Every method that succeeds leaves the invoice in a state in which `amount_paid` is the payments
//! less the refunds, the totals are those of the lines where there are any, and the status agrees
//! with both. An invoice on which a method failed may be half changed, and is thrown away. What
//! changed is kept in [`Changes`], so that one transaction can write exactly that.

mod before_payment;
mod duplicate;
mod lines;
mod links;
mod payments;
mod sent;
mod settlement;
mod stripe;
mod stripe_invoices;
#[cfg(test)]
mod tests;
mod totals;
mod viewed;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use self::lines::place;
use self::settlement::history_row;
use super::header::{Header, HistoryEntry, InvoiceNumber, Totals};
use super::input::{InvoicePatch, NewInvoice};
use super::line::{Line, LinePatch, NewLine};
use super::payment::{Payment, Refund};
use super::payment_link::LinkChange;
use super::status::{Cause, Status};
use crate::attributes::Schema;
use crate::error::{Error, FieldErrors};
use crate::id::{InvoiceId, LineId, PaymentId, PaymentLinkId, RefundId};
use crate::money::Money;
use crate::record::{Extras, Meta, Moment, NewId};
use crate::text::ShortText;
use crate::worklist::Stamp;

/// The most lines that an invoice may have.
pub const MAX_LINES: usize = 500;

/// An invoice with everything that its money depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct Invoice {
    header: Header,
    lines: BTreeMap<LineId, Line>,
    payments: BTreeMap<PaymentId, Payment>,
    refunds: BTreeMap<RefundId, Refund>,
    changes: Changes,
}

/// What a decision changed beside the header.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changes {
    /// Lines that were made or changed.
    pub lines: BTreeSet<LineId>,
    /// Lines that were removed.
    pub removed_lines: Vec<Line>,
    /// Payments that were booked or changed.
    pub payments: BTreeSet<PaymentId>,
    /// Payments that were removed.
    pub removed_payments: Vec<Payment>,
    /// Refunds that were booked or changed.
    pub refunds: BTreeSet<RefundId>,
    /// Refunds that were taken back.
    pub removed_refunds: BTreeMap<RefundId, Refund>,
    /// Payment links that were asked for, made or retired.
    pub links: BTreeMap<PaymentLinkId, LinkChange>,
    /// Changes of the status.
    pub history: Vec<HistoryEntry>,
    /// Stripe charges that are booked now.
    pub claimed_charges: Vec<(ShortText, PaymentId)>,
    /// Stripe charges that are booked no longer.
    pub released_charges: Vec<(ShortText, PaymentId)>,
}

impl Invoice {
    /// An invoice as it is kept.
    #[must_use]
    pub fn restore(header: Header, lines: Vec<Line>, payments: Vec<Payment>, refunds: Vec<Refund>) -> Self {
        Self {
            header,
            lines: lines.into_iter().map(|line| (line.id, line)).collect(),
            payments: payments.into_iter().map(|payment| (payment.id, payment)).collect(),
            refunds: refunds.into_iter().map(|refund| (refund.id, refund)).collect(),
            changes: Changes::default(),
        }
    }

    /// Makes an invoice under the number that was found for it.
    ///
    /// # Errors
    /// What the schema refuses, totals that do not fit, or a status that a new invoice cannot have.
    pub fn create(
        id: InvoiceId,
        number: InvoiceNumber,
        new: NewInvoice,
        schema: Schema<'_>,
        stamp: Stamp<'_>,
        new_id: NewId<'_>,
    ) -> Result<Self, Error> {
        let NewInvoice {
            number: _,
            details,
            client_by_email: _,
            status,
            issue_date,
            due_date,
            currency,
            totals,
            lines,
            paid_amount,
            extras,
            attributes_bind: _,
        } = new;
        let mut errors = FieldErrors::new();
        let extras = errors.keep(Extras::create(extras, schema, stamp, new_id)).unwrap_or_default();
        let header = Header {
            id,
            number,
            billing_number: 0,
            details,
            status: Status::Draft,
            issue_date: issue_date.unwrap_or_else(|| utc_date(stamp.at)),
            due_date,
            currency,
            totals: Totals::zero(currency),
            amount_paid: Money::zero(currency),
            next_position: 0,
            sole_line: None,
            viewed_at: None,
            paid_at: None,
            payment_link: None,
            extras,
            meta: Meta::new(stamp),
        };
        let mut invoice = Self::restore(header, vec![], vec![], vec![]);
        for (index, line) in lines.into_iter().enumerate() {
            let pushed = invoice.push_line(LineId::new(new_id()), line, stamp.into());
            errors.gather(pushed.map_err(|error| error.within(&place(index))))?;
        }
        errors.gather(invoice.take_totals(totals))?;
        errors.into_result()?;
        let first = Status::Draft;
        invoice.changes.history.push(history_row(None, first, stamp.into(), new_id));
        let status = Some(status).filter(|status| status.target != first);
        invoice.write_status_and_paid(status, paid_amount, stamp.into(), new_id)?;
        invoice.settle(Cause::Totals, stamp.into(), new_id)?;
        Ok(invoice)
    }

    /// The invoice under the number that it has among the organisation's billings.
    #[must_use]
    pub fn counted(mut self, billing_number: u64) -> Self {
        self.header.billing_number = billing_number;
        self
    }

    /// The header.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The lines, in their order.
    #[must_use]
    pub fn lines(&self) -> Vec<&Line> {
        let mut lines: Vec<_> = self.lines.values().collect();
        lines.sort_by_key(|line| (line.position, line.id));
        lines
    }

    /// One line.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn line(&self, id: LineId) -> Result<&Line, Error> {
        self.lines.get(&id).ok_or(Error::NotFound)
    }

    /// The payments, oldest first.
    #[must_use]
    pub fn payments(&self) -> Vec<&Payment> {
        self.payments.values().collect()
    }

    /// One payment.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn payment(&self, id: PaymentId) -> Result<&Payment, Error> {
        self.payments.get(&id).ok_or(Error::NotFound)
    }

    /// The refunds, oldest first.
    #[must_use]
    pub fn refunds(&self) -> Vec<&Refund> {
        self.refunds.values().collect()
    }

    /// One refund.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn refund(&self, id: RefundId) -> Result<&Refund, Error> {
        self.refunds.get(&id).ok_or(Error::NotFound)
    }

    /// What was changed since the invoice was made or restored.
    #[must_use]
    pub const fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Applies a change of the header: what it says first, then its money, then its status.
    ///
    /// # Errors
    /// What the schema refuses, money that does not fit or may no longer change, or a transition
    /// that is not allowed.
    pub fn update(
        &mut self,
        patch: InvoicePatch,
        schema: Schema<'_>,
        stamp: Stamp<'_>,
        new_id: NewId<'_>,
    ) -> Result<(), Error> {
        let InvoicePatch {
            number,
            details,
            status,
            issue_date,
            due_date,
            currency,
            totals,
            lines,
            paid_amount,
            extras,
        } = patch;
        let (untouched, mut errors) = (self.header.clone(), FieldErrors::new());
        errors.keep(self.header.extras.apply(extras, schema, stamp, new_id));
        self.header.describe(number, details, issue_date, due_date);
        let lines_changed = errors.gather(self.reprice(currency, lines, totals, stamp.into(), new_id))?;
        errors.into_result()?;
        self.write_status_and_paid(status, paid_amount, stamp.into(), new_id)?;
        self.follow_update(untouched.due_date, untouched.status, stamp.into(), new_id)?;
        let lines_changed = lines_changed.unwrap_or_default();
        // A word that is shown already, say, is no change: no new version, and no event.
        if lines_changed || self.header != untouched {
            self.header.meta.touch(stamp.at);
        }
        Ok(())
    }

    /// Adds a line.
    ///
    /// # Errors
    /// Figures that do not fit, or an invoice whose money may no longer change.
    pub fn add_line(&mut self, id: LineId, line: NewLine, moment: Moment<'_>, new_id: NewId<'_>) -> Result<(), Error> {
        self.push_line(id, line, moment)?;
        self.lines_changed(moment, new_id)
    }

    /// Changes a line.
    ///
    /// # Errors
    /// No such line, or as [`Invoice::add_line`].
    pub fn update_line(
        &mut self,
        id: LineId,
        patch: LinePatch,
        schema: Schema<'_>,
        moment: Moment<'_>,
        new_id: NewId<'_>,
    ) -> Result<(), Error> {
        let currency = self.header.currency;
        let line = self.lines.get_mut(&id).ok_or(Error::NotFound)?;
        // A line may come back as it was read where it may not change.
        if !line.revise(patch, schema, currency, moment.at)? {
            return Ok(());
        }
        self.changes.lines.insert(id);
        self.lines_changed(moment, new_id)
    }

    /// Removes a line.
    ///
    /// # Errors
    /// No such line, or as [`Invoice::add_line`].
    pub fn remove_line(&mut self, id: LineId, moment: Moment<'_>, new_id: NewId<'_>) -> Result<(), Error> {
        let line = self.lines.remove(&id).ok_or(Error::NotFound)?;
        self.changes.lines.remove(&id);
        self.changes.removed_lines.push(line);
        self.lines_changed(moment, new_id)
    }

    /// Takes the totals from the lines anew; without lines, those that were sent stand.
    ///
    /// # Errors
    /// As [`Invoice::add_line`].
    pub fn recalculate(&mut self, moment: Moment<'_>, new_id: NewId<'_>) -> Result<(), Error> {
        if self.lines.is_empty() {
            return Ok(());
        }
        self.lines_changed(moment, new_id)
    }
}

/// The date in UTC.
#[must_use]
pub fn utc_date(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}
