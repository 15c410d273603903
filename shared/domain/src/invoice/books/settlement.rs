//! The status: as it is written, and as it follows from what is paid and owed.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{Invoice, utc_date};
use crate::error::Error;
use crate::id::{HistoryId, PaymentId, RefundId};
use crate::invoice::header::HistoryEntry;
use crate::invoice::payment::{NewPayment, Refund};
use crate::invoice::status::{Cause, Status, StatusRequest, Transition};
use crate::record::{Meta, Moment, NewId};

impl Invoice {
    /// Turns the invoice overdue, if it is to be: its due date has passed, something is owed, and
    /// it is with the customer. Says whether it did.
    pub fn mark_overdue(&mut self, now: Timestamp, new_id: NewId<'_>) -> bool {
        let overdue = self.header.receivable_until().is_some_and(|due| due < utc_date(now));
        if overdue {
            self.follow(Cause::DueDatePassed, Moment { at: now, by: None }, new_id);
            self.header.meta.touch(now);
        }
        overdue
    }

    /// Writes a status and how much is said to be paid. A payment comes before the words that look
    /// at what is paid, and after those that a payment makes more precise.
    pub(super) fn write_status_and_paid(
        &mut self,
        status: Option<StatusRequest>,
        paid_amount: Option<Decimal>,
        moment: Moment<'_>,
        new_id: NewId<'_>,
    ) -> Result<(), Error> {
        // A word that is shown already asks for nothing, whatever the amount makes of the status.
        let status = status.filter(|status| !status.shown_as.contains(&self.header.status));
        let (first, last) = match status.map(|status| status.target) {
            Some(Status::Draft | Status::Sent | Status::Viewed | Status::Pending | Status::Overdue) => (status, None),
            Some(Status::PartiallyPaid | Status::Paid | Status::Void | Status::Refunded) | None => (None, status),
        };
        if let Some(status) = first {
            self.write_status(status, moment, new_id)?;
        }
        if let Some(paid) = paid_amount {
            self.pay_up_to(paid, moment, new_id)?;
        }
        last.map_or(Ok(()), |status| self.write_status(status, moment, new_id))
    }

    fn write_status(&mut self, request: StatusRequest, moment: Moment<'_>, new_id: NewId<'_>) -> Result<(), Error> {
        let from = self.header.status;
        if request.shown_as.contains(&from) {
            return Ok(());
        }
        let balance = self.header.balance_due().map_err(|e| Error::rule(e.to_string()))?;
        match from.write(request.target, self.header.books()).map_err(|e| Error::field("status", e.to_string()))? {
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

    pub(super) fn set_status(&mut self, to: Status, moment: Moment<'_>, new_id: NewId<'_>) {
        let from = self.header.status;
        if from == to {
            return;
        }
        self.header.status = to;
        if to == Status::Viewed {
            self.header.viewed_at.get_or_insert(moment.at);
        }
        self.header.paid_at = match to {
            Status::Paid => Some(self.last_paid_at().unwrap_or(moment.at)),
            Status::Refunded => self.header.paid_at,
            Status::Draft | Status::Sent | Status::Viewed | Status::Pending => None,
            Status::PartiallyPaid | Status::Overdue | Status::Void => None,
        };
        self.changes.history.push(history_row(Some(from), to, moment, new_id));
        self.retire_stale_link();
    }

    /// Brings amount_paid and the status in step with what changed.
    pub(super) fn settle(&mut self, cause: Cause, moment: Moment<'_>, new_id: NewId<'_>) -> Result<(), Error> {
        self.sum_payments()?;
        self.follow(cause, moment, new_id);
        Ok(())
    }

    /// As [`Invoice::settle`], after a change of refunds.
    pub(super) fn settle_refunds(
        &mut self,
        taken_back: bool,
        moment: Moment<'_>,
        new_id: NewId<'_>,
    ) -> Result<(), Error> {
        self.sum_payments()?;
        let cause = match taken_back && self.header.amount_paid.is_positive() {
            true => Cause::RefundTakenBack,
            false if self.refunds.is_empty() => Cause::Payments,
            false => Cause::Refunds,
        };
        self.follow(cause, moment, new_id);
        Ok(())
    }

    /// Sets the status that follows from what changed.
    pub(super) fn follow(&mut self, cause: Cause, moment: Moment<'_>, new_id: NewId<'_>) {
        self.set_status(self.header.status.after(cause, self.header.books()), moment, new_id);
        self.retire_stale_link();
    }

    /// Sets the status that follows from a change of the header, whose due date and status were these.
    pub(super) fn follow_update(
        &mut self,
        due_before: Option<Date>,
        status_before: Status,
        moment: Moment<'_>,
        new_id: NewId<'_>,
    ) -> Result<(), Error> {
        self.settle(Cause::Totals, moment, new_id)?;
        let due = self.header.due_date;
        let is_ahead = due != due_before && due.is_none_or(|due| due >= utc_date(moment.at));
        // One that this very change calls overdue is overdue.
        if is_ahead && status_before == Status::Overdue {
            self.follow(Cause::DueDateAhead, moment, new_id);
        }
        Ok(())
    }

    pub(super) fn still_open(&self, refusal: &str) -> Result<(), Error> {
        // Void and refunded, in no contract's words.
        if self.header.status.is_closed() { Err(Error::rule(format!("{refusal} closed."))) } else { Ok(()) }
    }
}

pub(super) fn history_row(from: Option<Status>, to: Status, moment: Moment<'_>, new_id: NewId<'_>) -> HistoryEntry {
    HistoryEntry { id: HistoryId::new(new_id()), at: moment.at, by: moment.by.cloned(), from, to }
}
