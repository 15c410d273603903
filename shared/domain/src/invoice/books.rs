//! The rules that keep an invoice's lines, totals, payments and status in step.
//!
//! Every method leaves the invoice either as it was, with an error, or in a state in which
//! `amount_paid` is the payments less the refunds, the totals are those of the lines where there
//! are any, and the status agrees with both. What changed is kept in [`Changes`], so that one
//! transaction can write exactly that.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::header::{Header, HistoryEntry, InvoiceNumber, InvoicePatch, NewInvoice, SentTotals, Totals, TotalsSource};
use super::line::{Line, LinePatch, NewLine};
use super::payment::{NewPayment, Payment, PaymentMethod, PaymentPatch, Refund};
use super::status::{Books, Status, StatusRequest, Transition};
use crate::attributes::{Attributes, Schema};
use crate::error::{Error, FieldErrors};
use crate::id::{HistoryId, InvoiceId, LineId, PaymentId, RefundId};
use crate::money::{Currency, Money, MoneyError};
use crate::record::{Extras, Meta, Moment, NewId};
use crate::text::{LongText, ShortText};
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
    /// Refunds that were booked.
    pub refunds: BTreeSet<RefundId>,
    /// Changes of the status.
    pub history: Vec<HistoryEntry>,
    /// Stripe charges that are booked now.
    pub claimed_charges: Vec<(ShortText, PaymentId)>,
    /// Stripe charges that are booked no longer.
    pub released_charges: Vec<(ShortText, PaymentId)>,
}

/// Why the status is looked at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    Payments,
    Totals,
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

    /// Makes an invoice.
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
        let NewInvoice { details, status, issue_date, due_date, currency, totals, lines, extras } = new;
        let extras = Extras::create(extras, schema, stamp, new_id)?;
        let header = Header {
            id,
            number,
            details,
            status: Status::Draft,
            issue_date: issue_date.unwrap_or_else(|| utc_date(stamp.at)),
            due_date,
            currency,
            totals: Totals::zero(currency),
            amount_paid: Money::zero(currency),
            next_position: 0,
            viewed_at: None,
            paid_at: None,
            extras,
            meta: Meta::new(stamp),
        };
        let mut invoice = Self::restore(header, vec![], vec![], vec![]);
        invoice.take_sent_totals(totals, lines.is_empty())?;
        for line in lines {
            invoice.push_line(LineId::new(new_id()), line, stamp.into())?;
        }
        invoice.total_up()?;
        let first = Status::Draft;
        invoice.changes.history.push(history_row(None, first, stamp.into(), new_id));
        if status.target != first {
            invoice.write_status(status, stamp.into(), new_id)?;
        }
        Ok(invoice)
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
        let InvoicePatch { details, status, issue_date, due_date, currency, totals, extras } = patch;
        self.header.extras.apply(extras, schema, stamp, new_id)?;
        self.header.describe(details, issue_date, due_date);
        let before = self.header.totals;
        if let Some(currency) = currency.filter(|currency| *currency != self.header.currency) {
            self.relabel(currency, stamp.at)?;
        }
        if totals != SentTotals::default() {
            self.take_sent_totals(totals, self.lines.is_empty())?;
            self.total_up()?;
        }
        if self.header.totals != before {
            self.money_changed(before.total)?;
            self.settle(Cause::Totals, stamp.into(), new_id)?;
        }
        if let Some(status) = status {
            self.write_status(status, stamp.into(), new_id)?;
        }
        self.header.meta.touch(stamp.at);
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
        if let Some(change) = patch.attributes.clone() {
            line.attributes = change.apply(&line.attributes, schema)?;
        }
        line.revise(patch, currency, moment.at).map_err(|e| Error::field("unit_price", e.to_string()))?;
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

    /// Books a payment.
    ///
    /// # Errors
    /// An amount of nothing, or an invoice that is void or refunded.
    pub fn record_payment(
        &mut self,
        id: PaymentId,
        new: NewPayment,
        moment: Moment<'_>,
        new_id: NewId<'_>,
    ) -> Result<(), Error> {
        self.still_open("A payment cannot be booked on an invoice that is")?;
        self.push_payment(id, new, moment)?;
        self.settle(Cause::Payments, moment, new_id)?;
        self.header.meta.touch(moment.at);
        Ok(())
    }

    /// Changes a payment.
    ///
    /// # Errors
    /// No such payment, an amount that does not fit, or an invoice that is void or refunded.
    pub fn update_payment(
        &mut self,
        id: PaymentId,
        patch: PaymentPatch,
        schema: Schema<'_>,
        moment: Moment<'_>,
        new_id: NewId<'_>,
    ) -> Result<(), Error> {
        let PaymentPatch { amount, method, paid_at, stripe_charge_id, reference, notes, attributes } = patch;
        let currency = self.header.currency;
        let closed = self.header.status.is_closed();
        let payment = self.payments.get_mut(&id).ok_or(Error::NotFound)?;
        if let Some(change) = attributes {
            payment.attributes = change.apply(&payment.attributes, schema)?;
        }
        if let Some(amount) = amount {
            let amount = positive(amount, currency)?;
            if closed && amount != payment.amount {
                return Err(Error::rule("The payments of a void or refunded invoice cannot change."));
            }
            payment.amount = amount;
        }
        payment.method = method.unwrap_or(payment.method);
        payment.paid_at = paid_at.unwrap_or(payment.paid_at);
        let charge_before = payment.stripe_charge_id.clone();
        stripe_charge_id.apply(&mut payment.stripe_charge_id);
        payment.stripe_charge_id = payment.stripe_charge_id.take().filter(|id| !id.as_str().is_empty());
        if payment.stripe_charge_id != charge_before {
            self.changes.released_charges.extend(charge_before.map(|charge| (charge, id)));
            self.changes.claimed_charges.extend(payment.stripe_charge_id.clone().map(|charge| (charge, id)));
        }
        if let Some(reference) = reference {
            payment.reference = reference;
        }
        if let Some(notes) = notes {
            payment.notes = notes;
        }
        payment.meta.touch(moment.at);
        self.changes.payments.insert(id);
        self.settle(Cause::Payments, moment, new_id)?;
        self.header.meta.touch(moment.at);
        Ok(())
    }

    /// Removes a payment.
    ///
    /// # Errors
    /// No such payment, or an invoice that is void or refunded.
    pub fn remove_payment(&mut self, id: PaymentId, moment: Moment<'_>, new_id: NewId<'_>) -> Result<(), Error> {
        if !self.payments.contains_key(&id) {
            return Err(Error::NotFound);
        }
        self.still_open("A payment cannot be taken from an invoice that is")?;
        self.changes.payments.remove(&id);
        if let Some(payment) = self.payments.remove(&id) {
            self.changes.released_charges.extend(payment.stripe_charge_id.clone().map(|charge| (charge, id)));
            self.changes.removed_payments.push(payment);
        }
        self.settle(Cause::Payments, moment, new_id)?;
        self.header.meta.touch(moment.at);
        Ok(())
    }

    /// Turns the invoice overdue, if it is to be: its due date has passed, something is owed, and
    /// it is with the customer. Says whether it did.
    pub fn mark_overdue(&mut self, now: Timestamp, new_id: NewId<'_>) -> bool {
        let overdue = self.header.receivable_until().is_some_and(|due| due < utc_date(now));
        if overdue {
            self.set_status(Status::Overdue, Moment { at: now, by: None }, new_id);
            self.header.meta.touch(now);
        }
        overdue
    }

    fn write_status(&mut self, request: StatusRequest, moment: Moment<'_>, new_id: NewId<'_>) -> Result<(), Error> {
        let from = self.header.status;
        if request.shown_as.contains(&from) {
            return Ok(());
        }
        let balance = self.header.balance_due().map_err(|e| Error::rule(e.to_string()))?;
        let books = Books { something_paid: self.header.amount_paid.is_positive(), something_owed: balance.is_positive() };
        match from.write(request.target, books).map_err(|e| Error::field("status", e.to_string()))? {
            Transition::Set(to) => self.set_status(to, moment, new_id),
            Transition::BookBalance => {
                if balance.is_positive() {
                    self.push_payment(PaymentId::new(new_id()), NewPayment::of_balance(balance), moment)?;
                }
                self.sum_payments()?;
                self.set_status(Status::Paid, moment, new_id);
            }
            Transition::BookRefund => {
                let amount = self.header.amount_paid;
                if amount.is_positive() {
                    let id = RefundId::new(new_id());
                    let meta = Meta::new(moment);
                    let refund = Refund { id, amount, refunded_at: moment.at, stripe_refund_id: None, meta };
                    self.refunds.insert(id, refund);
                    self.changes.refunds.insert(id);
                }
                self.sum_payments()?;
                self.set_status(Status::Refunded, moment, new_id);
            }
        }
        Ok(())
    }

    fn set_status(&mut self, to: Status, moment: Moment<'_>, new_id: NewId<'_>) {
        let from = self.header.status;
        if from == to {
            return;
        }
        self.header.status = to;
        self.header.paid_at = match to {
            Status::Paid => Some(self.payments.values().map(|p| p.paid_at).max().unwrap_or(moment.at)),
            Status::Refunded => self.header.paid_at,
            Status::Draft | Status::Sent | Status::Viewed | Status::Pending => None,
            Status::PartiallyPaid | Status::Overdue | Status::Void => None,
        };
        self.changes.history.push(history_row(Some(from), to, moment, new_id));
    }

    /// Brings amount_paid and the status in step with the payments and the total.
    fn settle(&mut self, cause: Cause, moment: Moment<'_>, new_id: NewId<'_>) -> Result<(), Error> {
        self.sum_payments()?;
        let (paid, owed) = (self.header.amount_paid.is_positive(), self.header.is_owed());
        let to = match self.header.status {
            status @ (Status::Void | Status::Refunded) => status,
            status if paid && !owed => match status {
                // A total that fell to what was paid settles the invoice as a payment does.
                Status::Draft | Status::Sent | Status::Viewed | Status::Pending => Status::Paid,
                Status::PartiallyPaid | Status::Paid | Status::Overdue => Status::Paid,
                Status::Void | Status::Refunded => status,
            },
            Status::PartiallyPaid | Status::Paid if owed => {
                if paid { Status::PartiallyPaid } else { Status::Sent }
            }
            Status::PartiallyPaid if !paid => Status::Sent,
            status if paid && cause == Cause::Payments => {
                debug_assert!(owed, "what is paid in full was settled above: {status}");
                Status::PartiallyPaid
            }
            status => status,
        };
        self.set_status(to, moment, new_id);
        Ok(())
    }

    fn sum_payments(&mut self) -> Result<(), Error> {
        let currency = self.header.currency;
        let overflow = |e: MoneyError| Error::field("amount", e.to_string());
        let paid = Money::sum(self.payments.values().map(|p| p.amount), currency).map_err(overflow)?;
        let refunded = Money::sum(self.refunds.values().map(|r| r.amount), currency).map_err(overflow)?;
        let kept = paid.subtract(refunded).map_err(overflow)?;
        if kept.amount() < Decimal::ZERO {
            return Err(Error::field("amount", "The payments cannot be less than what was refunded."));
        }
        self.header.amount_paid = kept;
        Ok(())
    }

    fn push_line(&mut self, id: LineId, new: NewLine, moment: Moment<'_>) -> Result<(), Error> {
        if self.lines.len() >= MAX_LINES {
            return Err(Error::rule(format!("An invoice has no more than {MAX_LINES} lines.")));
        }
        let currency = self.header.currency;
        let NewLine { item, description, kind, figures, attributes } = new;
        let position = self.header.next_position;
        let (subtotal, tax) = (Money::zero(currency), Money::zero(currency));
        let meta = Meta::new(moment);
        let mut line = Line { id, position, item, description, kind, figures, subtotal, tax, attributes, meta };
        line.compute(currency).map_err(|e| Error::field("unit_price", e.to_string()))?;
        self.header.next_position += 1;
        self.header.totals.source = TotalsSource::Lines;
        self.lines.insert(id, line);
        self.changes.lines.insert(id);
        Ok(())
    }

    fn push_payment(&mut self, id: PaymentId, new: NewPayment, moment: Moment<'_>) -> Result<(), Error> {
        let NewPayment { amount, method, paid_at, stripe_charge_id, reference, notes, attributes } = new;
        let amount = positive(amount.amount(), self.header.currency)?;
        let paid_at = paid_at.unwrap_or(moment.at);
        let meta = Meta::new(moment);
        self.changes.claimed_charges.extend(stripe_charge_id.clone().map(|charge| (charge, id)));
        let payment = Payment { id, amount, method, paid_at, stripe_charge_id, reference, notes, attributes, meta };
        self.payments.insert(id, payment);
        self.changes.payments.insert(id);
        Ok(())
    }

    fn lines_changed(&mut self, moment: Moment<'_>, new_id: NewId<'_>) -> Result<(), Error> {
        let before = self.header.totals.total;
        self.header.totals.source = TotalsSource::Lines;
        self.total_up()?;
        self.money_changed(before)?;
        self.settle(Cause::Totals, moment, new_id)?;
        self.header.meta.touch(moment.at);
        Ok(())
    }

    /// Whether the money may change: not once it is over, and not the total of what is paid.
    fn money_changed(&self, total_before: Money) -> Result<(), Error> {
        self.still_open("The lines and totals cannot change on an invoice that is")?;
        if self.header.status == Status::Paid && self.header.totals.total != total_before {
            return Err(Error::rule("The total of a paid invoice cannot change."));
        }
        Ok(())
    }

    fn still_open(&self, refusal: &str) -> Result<(), Error> {
        let status = self.header.status;
        if status.is_closed() { Err(Error::rule(format!("{refusal} {status}."))) } else { Ok(()) }
    }

    fn take_sent_totals(&mut self, sent: SentTotals, without_lines: bool) -> Result<(), Error> {
        let SentTotals { subtotal, tax, discount, total } = sent;
        let currency = self.header.currency;
        let mut errors = FieldErrors::new();
        let mut amount = |field: &str, sent: Option<Decimal>, current: Money| match sent {
            None => current,
            Some(amount) if amount < Decimal::ZERO => {
                errors.add(field, MoneyError::Negative.to_string());
                current
            }
            Some(amount) => errors.take(field, Money::exact(amount, currency)).unwrap_or(current),
        };
        let mut totals = self.header.totals;
        totals.discount = amount("discount", discount, totals.discount);
        if without_lines {
            totals.source = TotalsSource::Sent;
            totals.subtotal = amount("subtotal", subtotal, totals.subtotal);
            totals.tax = amount("tax_amount", tax, totals.tax);
            let added_up = totals.added_up().unwrap_or(totals.total);
            totals.total = amount("total", total, added_up);
        }
        errors.into_result()?;
        self.header.totals = totals;
        Ok(())
    }

    /// Sums the lines where there are any to sum, and refuses a discount above what it is taken
    /// from.
    fn total_up(&mut self) -> Result<(), Error> {
        let overflow = |e: MoneyError| Error::rule(e.to_string());
        let currency = self.header.currency;
        let totals = &mut self.header.totals;
        if totals.source == TotalsSource::Lines {
            totals.subtotal = Money::sum(self.lines.values().map(|line| line.subtotal), currency).map_err(overflow)?;
            let lines_tax = Money::sum(self.lines.values().map(|line| line.tax), currency).map_err(overflow)?;
            totals.tax = lines_tax.add(totals.own_tax).map_err(overflow)?;
            totals.total = totals.added_up().map_err(overflow)?;
        }
        let gross = totals.subtotal.add(totals.tax).map_err(overflow)?;
        if totals.discount.amount() > gross.amount() {
            return Err(Error::field("discount", "The discount cannot be more than the subtotal and the tax."));
        }
        Ok(())
    }

    /// Takes the same figures in another currency.
    fn relabel(&mut self, currency: Currency, now: Timestamp) -> Result<(), Error> {
        if !self.payments.is_empty() {
            return Err(Error::field("currency", "The currency of an invoice with payments cannot change."));
        }
        let wrong = |e: MoneyError| Error::field("currency", e.to_string());
        let totals = &mut self.header.totals;
        for amount in [&mut totals.subtotal, &mut totals.tax, &mut totals.own_tax, &mut totals.discount, &mut totals.total] {
            *amount = amount.relabelled(currency).map_err(wrong)?;
        }
        self.header.amount_paid = Money::zero(currency);
        self.header.currency = currency;
        for line in self.lines.values_mut() {
            line.compute(currency).map_err(wrong)?;
            line.meta.touch(now);
            self.changes.lines.insert(line.id);
        }
        self.total_up()
    }
}

impl NewPayment {
    /// What a status that means paid books.
    fn of_balance(balance: Money) -> Self {
        Self {
            amount: balance,
            method: PaymentMethod::Other,
            paid_at: None,
            stripe_charge_id: None,
            reference: ShortText::default(),
            notes: LongText::default(),
            attributes: Attributes::default(),
        }
    }
}

fn history_row(from: Option<Status>, to: Status, moment: Moment<'_>, new_id: NewId<'_>) -> HistoryEntry {
    HistoryEntry { id: HistoryId::new(new_id()), at: moment.at, by: moment.by.cloned(), from, to }
}

fn positive(amount: Decimal, currency: Currency) -> Result<Money, Error> {
    let wrong = |e: MoneyError| Error::field("amount", e.to_string());
    if amount <= Decimal::ZERO {
        return Err(wrong(MoneyError::NotPositive));
    }
    Money::exact(amount, currency).map_err(wrong)
}

/// The date in UTC.
#[must_use]
pub fn utc_date(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}
