//! Payments on an invoice: booked, changed, removed.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::Invoice;
use crate::attributes::{Attributes, Schema};
use crate::error::Error;
use crate::id::PaymentId;
use crate::invoice::payment::{NewPayment, Payment, PaymentMethod, PaymentPatch};
use crate::invoice::status::{Cause, Status};
use crate::money::{Currency, Money, MoneyError, two_places};
use crate::record::{Meta, Moment, NewId};
use crate::text::{LongText, ShortText};

impl Invoice {
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
        let mut cause = None;
        let payment = self.payments.get_mut(&id).ok_or(Error::NotFound)?;
        if let Some(change) = attributes {
            payment.attributes = change.apply(&payment.attributes, schema)?;
        }
        if let Some(amount) = amount {
            let amount = positive(amount, currency)?;
            if closed && amount != payment.amount {
                return Err(Error::rule("The payments of a void or refunded invoice cannot change."));
            }
            // A note that is corrected must not turn an overdue invoice partially paid.
            cause = (amount != payment.amount).then_some(Cause::Payments);
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
        if let Some(cause) = cause {
            self.settle(cause, moment, new_id)?;
        }
        if self.header.status == Status::Paid {
            self.header.paid_at = self.last_paid_at();
        }
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

    /// Books what is missing to the amount that is said to be paid.
    pub(super) fn pay_up_to(&mut self, amount: Decimal, moment: Moment<'_>, new_id: NewId<'_>) -> Result<(), Error> {
        let wrong = |message: String| Error::field("paid_amount", message);
        let paid = self.header.amount_paid;
        let missing = Money::exact(amount, self.header.currency).and_then(|amount| amount.checked_subtract(paid));
        let missing = missing.map_err(|e| wrong(e.to_string()))?;
        if missing.amount() < Decimal::ZERO {
            return Err(wrong(format!(
                "Ensure this value is not less than the {} that is paid.",
                two_places(paid.amount())
            )));
        }
        if missing.is_positive() {
            self.still_open("A payment cannot be booked on an invoice that is")?;
            self.push_payment(PaymentId::new(new_id()), NewPayment::of_balance(missing), moment)?;
            self.settle(Cause::Payments, moment, new_id)?;
        }
        Ok(())
    }

    pub(super) fn push_payment(&mut self, id: PaymentId, new: NewPayment, moment: Moment<'_>) -> Result<(), Error> {
        let NewPayment { amount, method, paid_at, stripe_charge_id, reference, notes, attributes } = new;
        if !amount.is_positive() {
            return Err(Error::field("amount", MoneyError::NotPositive.to_string()));
        }
        let paid_at = paid_at.unwrap_or(moment.at);
        let meta = Meta::new(moment);
        self.changes.claimed_charges.extend(stripe_charge_id.clone().map(|charge| (charge, id)));
        let stripe_tie = None;
        let payment =
            Payment { id, amount, method, paid_at, stripe_charge_id, reference, notes, attributes, stripe_tie, meta };
        self.payments.insert(id, payment);
        self.changes.payments.insert(id);
        Ok(())
    }

    /// When the latest payment was made.
    pub(super) fn last_paid_at(&self) -> Option<Timestamp> {
        self.payments.values().map(|payment| payment.paid_at).max()
    }

    pub(super) fn sum_payments(&mut self) -> Result<(), Error> {
        let currency = self.header.currency;
        let overflow = |e: MoneyError| Error::field("amount", e.to_string());
        let paid = Money::sum(self.payments.values().map(|p| p.amount), currency).map_err(overflow)?;
        let refunded = Money::sum(self.refunds.values().map(|r| r.amount), currency).map_err(overflow)?;
        let kept = paid.checked_subtract(refunded).map_err(overflow)?;
        if kept.amount() < Decimal::ZERO {
            return Err(Error::field("amount", "The payments cannot be less than what was refunded."));
        }
        self.header.amount_paid = kept;
        Ok(())
    }
}

impl NewPayment {
    /// What a status that means paid books, and an amount that is said to be paid.
    pub(super) fn of_balance(balance: Money) -> Self {
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

fn positive(amount: Decimal, currency: Currency) -> Result<Money, Error> {
    let wrong = |e: MoneyError| Error::field("amount", e.to_string());
    if amount <= Decimal::ZERO {
        return Err(wrong(MoneyError::NotPositive));
    }
    Money::exact(amount, currency).map_err(wrong)
}
