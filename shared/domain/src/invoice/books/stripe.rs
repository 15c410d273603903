//! Money that Stripe reports: it has moved, so it is booked, whatever state the invoice is in.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::{Invoice, utc_date};
use crate::attributes::Attributes;
use crate::error::Error;
use crate::id::{PaymentId, RefundId};
use crate::invoice::payment::{NewPayment, Payment, PaymentMethod, Refund};
use crate::invoice::payment_link::PaymentLink;
use crate::invoice::status::{Cause, Status};
use crate::invoice::stripe::{IntentBook, StripeInvoice, StripeMoney};
use crate::money::{Money, MoneyError};
use crate::record::{Meta, Moment, NewId};
use crate::text::{LongText, ShortText};

impl Invoice {
    /// Brings the invoice in step with what is known about an intent: its payment is booked once, with
    /// its charge and its refunds. A payment that somebody booked by hand for the same charge is the
    /// same one; where it was of another amount than Stripe took, that amount is answered.
    ///
    /// The charge is not named where another invoice has it.
    ///
    /// # Errors
    /// An amount that does not fit, or in another currency.
    pub fn follow_intent(
        &mut self,
        book: &mut IntentBook,
        names_charge: bool,
        moment: Moment<'_>,
        new_id: NewId<'_>,
    ) -> Result<Option<Money>, Error> {
        let corrected = match book.paid {
            Some(paid) => self.book_intent(book, paid, moment, new_id)?,
            None => None,
        };
        if names_charge {
            self.name_charge(book, moment.at);
        }
        self.book_refunds(book, moment, new_id)?;
        Ok(corrected)
    }

    /// Books what an invoice that Stripe made was paid with, once, as far as it was not paid by
    /// intents that are booked.
    ///
    /// # Errors
    /// As [`Invoice::follow_intent`].
    pub fn follow_stripe_invoice(
        &mut self,
        book: &mut IntentBook,
        moment: Moment<'_>,
        new_id: NewId<'_>,
    ) -> Result<(), Error> {
        let Some(paid) = book.paid.filter(|_| book.payment.is_none()) else { return Ok(()) };
        let amount = self.in_currency(paid.amount.money())?;
        self.header.details.stripe.invoice_id = Some(book.intent.clone());
        let id = match self.payment_of_charge(book) {
            Some(id) => {
                self.learn_stripe_invoice(id, &StripeInvoice::Made(book.intent.clone()), moment, new_id)?;
                id
            }
            None => self.book_stripe_invoice(&book.intent, amount, paid.at, moment, new_id)?,
        };
        book.payment = Some(id);
        self.settle(Cause::Payments, moment, new_id)
    }

    fn book_intent(
        &mut self,
        book: &mut IntentBook,
        paid: StripeMoney,
        moment: Moment<'_>,
        new_id: NewId<'_>,
    ) -> Result<Option<Money>, Error> {
        let amount = self.in_currency(paid.amount.money())?;
        let is_new = book.payment.is_none();
        let corrected = self.payment_of_charge(book).and_then(|by_hand| self.adopt(book, by_hand, amount, moment.at));
        let id = match book.payment {
            Some(id) => id,
            None => self.push_stripe_payment(amount, paid.at, book.intent.clone(), moment, new_id)?,
        };
        book.payment = Some(id);
        self.learn_stripe_invoice(id, &book.stripe_invoice, moment, new_id)?;
        let refs = &mut self.header.details.stripe;
        if is_new {
            refs.payment_intent_id = Some(book.intent.clone());
        }
        if is_new || refs.invoice_id.is_none() {
            refs.invoice_id = book.stripe_invoice.made().cloned().or_else(|| refs.invoice_id.take());
        }
        Ok(corrected)
    }

    /// Another payment than the book's own that has its charge.
    fn payment_of_charge(&self, book: &IntentBook) -> Option<PaymentId> {
        let charge = book.charge.as_ref()?;
        let same = |payment: &&Payment| payment.stripe_charge_id.as_ref() == Some(charge);
        self.payments.values().filter(|payment| Some(payment.id) != book.payment).find(same).map(|payment| payment.id)
    }

    /// Takes a payment that was booked by hand for the intent's. What was booked for the intent
    /// before its charge was known goes; Stripe knows the amount of its own charge.
    fn adopt(&mut self, book: &mut IntentBook, by_hand: PaymentId, amount: Money, now: Timestamp) -> Option<Money> {
        let own = book.payment.replace(by_hand).and_then(|own| self.drop_payment(own));
        let payment = self.payments.get_mut(&by_hand)?;
        payment.stripe_tie = payment.stripe_tie.take().or_else(|| own?.stripe_tie);
        let before = std::mem::replace(&mut payment.amount, amount);
        payment.meta.touch(now);
        self.changes.payments.insert(by_hand);
        (before != amount).then_some(before)
    }

    /// Takes a payment from the books that another one stands for.
    pub(super) fn drop_payment(&mut self, id: PaymentId) -> Option<Payment> {
        let payment = self.payments.remove(&id)?;
        self.take_back(RefundId::new(id.uuid()));
        self.changes.payments.remove(&id);
        self.changes.released_charges.extend(payment.stripe_charge_id.clone().map(|charge| (charge, id)));
        self.changes.removed_payments.push(payment.clone());
        Some(payment)
    }

    /// Gives an intent's payment its charge, once it is told.
    fn name_charge(&mut self, book: &IntentBook, now: Timestamp) {
        let payment = book.payment.and_then(|id| self.payments.get_mut(&id));
        let (Some(payment), Some(charge)) = (payment, &book.charge) else { return };
        if payment.stripe_charge_id.is_none() {
            payment.stripe_charge_id = Some(charge.clone());
            payment.meta.touch(now);
            self.changes.payments.insert(payment.id);
            self.changes.claimed_charges.push((charge.clone(), payment.id));
        }
    }

    /// Brings the refunds of an intent's payment in step with the book.
    fn book_refunds(&mut self, book: &IntentBook, moment: Moment<'_>, new_id: NewId<'_>) -> Result<(), Error> {
        let Some(payment) = book.payment else { return Ok(()) };
        let unnamed = RefundId::new(payment.uuid());
        let mut wanted = self.wanted_refunds(book, payment, unnamed, moment)?;
        let owned: Vec<_> = book.refunds.values().map(|refund| refund.row).chain([unnamed]).collect();
        let before = self.refunded()?;
        for row in &owned {
            self.take_back(*row);
        }
        self.make_room(&mut wanted)?;
        for (row, mut refund) in wanted {
            // What was taken out above and is wanted as it was has not changed.
            let before = self.changes.removed_refunds.remove(&row);
            if before.as_ref() != Some(&refund) {
                before.is_some().then(|| refund.meta.touch(moment.at));
                self.changes.refunds.insert(row);
            }
            self.refunds.insert(row, refund);
        }
        let less = self.refunded()?.amount() < before.amount();
        self.settle_refunds(less, moment, new_id)
    }

    /// The customer has paid by a method whose money is on its way.
    pub fn mark_pending(&mut self, moment: Moment<'_>, new_id: NewId<'_>) {
        match self.header.status {
            Status::Draft | Status::Sent | Status::Viewed | Status::Overdue => {
                self.set_status(Status::Pending, moment, new_id);
            }
            Status::Pending | Status::PartiallyPaid | Status::Paid | Status::Void | Status::Refunded => {}
        }
    }

    /// Money that was on its way did not come. The link that it was to be paid by took its one
    /// payment, so it is of no more use; there may be another by now.
    pub fn mark_not_paid(&mut self, link: Option<&ShortText>, moment: Moment<'_>, new_id: NewId<'_>) {
        if self.header.status == Status::Pending {
            let passed = self.header.receivable_until().is_some_and(|due| due < utc_date(moment.at));
            let to = if passed { Status::Overdue } else { self.header.books().with_customer() };
            self.set_status(to, moment, new_id);
        }
        let current = self.header.payment_link.as_ref().and_then(PaymentLink::made).map(|made| &made.stripe_id);
        if current.is_some() && current == link {
            self.retire_link();
        }
    }

    /// An invoice that Stripe made could not be paid: what is owed is overdue.
    pub fn mark_payment_failed(&mut self, moment: Moment<'_>, new_id: NewId<'_>) {
        match self.header.status {
            Status::Draft | Status::Sent | Status::Viewed | Status::Pending | Status::PartiallyPaid
                if self.header.is_owed() =>
            {
                self.set_status(Status::Overdue, moment, new_id);
            }
            Status::Draft | Status::Sent | Status::Viewed | Status::Pending | Status::PartiallyPaid => {}
            Status::Overdue | Status::Paid | Status::Void | Status::Refunded => {}
        }
    }

    /// Ends a decision about Stripe's reports: a new version, if anything changed.
    pub fn touch_if_changed_since(&mut self, before: &super::Header, now: Timestamp) {
        let changed = self.header != *before || self.changes != super::Changes::default();
        if changed && self.header.meta.version == before.meta.version {
            self.header.meta.touch(now);
        }
    }

    pub(super) fn push_stripe_payment(
        &mut self,
        amount: Money,
        paid_at: Timestamp,
        reference: ShortText,
        moment: Moment<'_>,
        new_id: NewId<'_>,
    ) -> Result<PaymentId, Error> {
        let id = PaymentId::new(new_id());
        // It came after the invoice was made and before now, whatever the event's clock says.
        let paid_at = paid_at.clamp(self.header.meta.created_at.min(moment.at), moment.at);
        let payment = NewPayment {
            amount,
            method: PaymentMethod::Stripe,
            paid_at: Some(paid_at),
            stripe_charge_id: None,
            reference,
            notes: LongText::default(),
            attributes: Attributes::default(),
        };
        self.push_payment(id, payment, moment)?;
        Ok(id)
    }

    fn wanted_refunds(
        &self,
        book: &IntentBook,
        payment: PaymentId,
        unnamed: RefundId,
        moment: Moment<'_>,
    ) -> Result<BTreeMap<RefundId, Refund>, Error> {
        let mut wanted = BTreeMap::new();
        // What a client has taken out of the books takes its refunds along.
        if !self.payments.contains_key(&payment) {
            return Ok(wanted);
        }
        let mut want = |id: RefundId, amount: Money, at: Timestamp, name: Option<ShortText>| {
            let meta = self.refunds.get(&id).map_or_else(|| Meta::new(moment), |refund| refund.meta.clone());
            let known = self.refunds.get(&id).map(|refund| refund.refunded_at);
            let refunded_at = known.unwrap_or_else(|| at.clamp(self.header.meta.created_at.min(moment.at), moment.at));
            wanted.insert(id, Refund { id, amount, refunded_at, stripe_refund_id: name, meta });
        };
        for (name, refund) in book.refunds.iter().filter(|(_, refund)| !refund.failed) {
            want(refund.row, self.in_currency(refund.amount.money())?, refund.at, Some(name.clone()));
        }
        if let Some(amount) = book.unnamed() {
            want(unnamed, self.in_currency(amount.money())?, moment.at, None);
        }
        Ok(wanted)
    }

    /// No more is refunded than was paid. What a client booked as refunded is taken to be what
    /// Stripe now reports; what a client took from the payments cannot be refunded.
    fn make_room(&mut self, wanted: &mut BTreeMap<RefundId, Refund>) -> Result<(), Error> {
        let wrong = |e: MoneyError| Error::rule(e.to_string());
        let currency = self.header.currency;
        let paid = Money::sum(self.payments.values().map(|payment| payment.amount), currency).map_err(wrong)?;
        let new = Money::sum(wanted.values().map(|refund| refund.amount), currency).map_err(wrong)?;
        let all = self.refunded()?.checked_add(new).map_err(wrong)?;
        let mut excess = all.checked_subtract(paid).map_err(wrong)?;
        let by_hand: Vec<_> = self
            .refunds
            .values()
            .filter(|refund| refund.stripe_refund_id.is_none())
            .filter(|refund| !self.payments.contains_key(&PaymentId::new(refund.id.uuid())))
            .map(|refund| refund.id)
            .collect();
        for row in by_hand {
            if let Some(mut refund) = self.take_back(row) {
                excess = shrink(&mut refund, excess).map_err(wrong)?;
                if refund.amount.is_positive() {
                    wanted.insert(row, refund);
                }
            }
        }
        for refund in wanted.values_mut() {
            excess = shrink(refund, excess).map_err(wrong)?;
        }
        wanted.retain(|_, refund| refund.amount.is_positive());
        Ok(())
    }

    fn take_back(&mut self, row: RefundId) -> Option<Refund> {
        let refund = self.refunds.remove(&row)?;
        self.changes.refunds.remove(&row);
        self.changes.removed_refunds.insert(row, refund.clone());
        Some(refund)
    }

    fn refunded(&self) -> Result<Money, Error> {
        Money::sum(self.refunds.values().map(|refund| refund.amount), self.header.currency)
            .map_err(|e| Error::rule(e.to_string()))
    }

    fn in_currency(&self, amount: Result<Money, MoneyError>) -> Result<Money, Error> {
        let amount = amount.map_err(|e| Error::rule(e.to_string()))?;
        match amount.currency() == self.header.currency {
            true => Ok(amount),
            false => Err(Error::rule(MoneyError::MixedCurrencies.to_string())),
        }
    }
}

/// Takes off as much of the excess as there is, and gives back what remains of it.
fn shrink(refund: &mut Refund, excess: Money) -> Result<Money, MoneyError> {
    if !excess.is_positive() {
        return Ok(excess);
    }
    let off = refund.amount.amount().min(excess.amount()).max(Decimal::ZERO);
    let off = Money::exact(off, excess.currency())?;
    refund.amount = refund.amount.checked_subtract(off)?;
    excess.checked_subtract(off)
}
