//! The status: as it is written, and as it follows from what is paid and owed.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::{Cause, Invoice, utc_date};
use crate::error::Error;
use crate::id::{HistoryId, PaymentId, RefundId};
use crate::invoice::header::HistoryEntry;
use crate::invoice::payment::{NewPayment, Refund};
use crate::invoice::status::{Books, Status, StatusRequest, Transition};
use crate::record::{Meta, Moment, NewId};

impl Invoice {
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

    /// Writes a status and how much is said to be paid. A payment comes before the words that look
    /// at what is paid, and after those that a payment makes more precise.
    pub(super) fn write_status_and_paid(
        &mut self,
        status: Option<StatusRequest>,
        paid_amount: Option<Decimal>,
        moment: Moment<'_>,
        new_id: NewId<'_>,
    ) -> Result<(), Error> {
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
        let books =
            Books { something_paid: self.header.amount_paid.is_positive(), something_owed: balance.is_positive() };
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

    pub(super) fn set_status(&mut self, to: Status, moment: Moment<'_>, new_id: NewId<'_>) {
        let from = self.header.status;
        if from == to {
            return;
        }
        self.header.status = to;
        self.header.paid_at = match to {
            Status::Paid => Some(self.last_paid_at().unwrap_or(moment.at)),
            Status::Refunded => self.header.paid_at,
            Status::Draft | Status::Sent | Status::Viewed | Status::Pending => None,
            Status::PartiallyPaid | Status::Overdue | Status::Void => None,
        };
        self.changes.history.push(history_row(Some(from), to, moment, new_id));
        self.retire_stale_link();
    }

    /// Brings amount_paid and the status in step with the payments and the total.
    pub(super) fn settle(&mut self, cause: Cause, moment: Moment<'_>, new_id: NewId<'_>) -> Result<(), Error> {
        self.sum_payments()?;
        let (paid, owed) = (self.header.amount_paid.is_positive(), self.header.is_owed());
        let to = match self.header.status {
            closed @ (Status::Void | Status::Refunded) => closed,
            // A total that fell to what was paid settles the invoice as a payment does.
            Status::Draft | Status::Sent | Status::Viewed | Status::Pending if paid && !owed => Status::Paid,
            Status::PartiallyPaid | Status::Paid | Status::Overdue if paid && !owed => Status::Paid,
            Status::PartiallyPaid | Status::Paid if paid => Status::PartiallyPaid,
            Status::PartiallyPaid => Status::Sent,
            Status::Paid if owed => Status::Sent,
            Status::Paid => Status::Paid,
            open @ (Status::Draft | Status::Sent | Status::Viewed | Status::Pending | Status::Overdue) => match cause {
                Cause::Payments if paid => Status::PartiallyPaid,
                Cause::Payments | Cause::Totals => open,
            },
        };
        self.set_status(to, moment, new_id);
        self.retire_stale_link();
        Ok(())
    }

    /// As [`Invoice::settle`], after a change of refunds: an invoice of which nothing is kept is
    /// refunded, and one that was so is not when a refund was taken back.
    pub(super) fn settle_refunds(
        &mut self,
        taken_back: bool,
        moment: Moment<'_>,
        new_id: NewId<'_>,
    ) -> Result<(), Error> {
        self.sum_payments()?;
        let (kept, owed) = (self.header.amount_paid.is_positive(), self.header.is_owed());
        match self.header.status {
            Status::Refunded if taken_back && kept => {
                self.set_status(if owed { Status::PartiallyPaid } else { Status::Paid }, moment, new_id);
            }
            Status::Draft | Status::Sent | Status::Viewed | Status::Pending if !kept && !self.refunds.is_empty() => {
                self.set_status(Status::Refunded, moment, new_id);
            }
            Status::PartiallyPaid | Status::Paid | Status::Overdue if !kept && !self.refunds.is_empty() => {
                self.set_status(Status::Refunded, moment, new_id);
            }
            Status::Draft | Status::Sent | Status::Viewed | Status::Pending | Status::PartiallyPaid => {}
            Status::Paid | Status::Overdue | Status::Void | Status::Refunded => {}
        }
        self.settle(Cause::Payments, moment, new_id)
    }

    pub(super) fn still_open(&self, refusal: &str) -> Result<(), Error> {
        // Void and refunded, in no contract's words.
        if self.header.status.is_closed() { Err(Error::rule(format!("{refusal} closed."))) } else { Ok(()) }
    }
}

pub(super) fn history_row(from: Option<Status>, to: Status, moment: Moment<'_>, new_id: NewId<'_>) -> HistoryEntry {
    HistoryEntry { id: HistoryId::new(new_id()), at: moment.at, by: moment.by.cloned(), from, to }
}
