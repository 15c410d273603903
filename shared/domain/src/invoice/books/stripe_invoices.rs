//! Invoices that Stripe makes, and the intents that pay them: both report the same money.
//!
//! A payment knows what of Stripe's it is. What was paid on an invoice of Stripe's is booked by itself
//! only as far as no intent's payment is known to be for it. Where neither names the other, an
//! invoice and an intent of one amount are taken for the same until something tells otherwise.

use jiff::Timestamp;

use super::Invoice;
use crate::error::Error;
use crate::id::PaymentId;
use crate::invoice::payment::{Payment, StripeTie};
use crate::invoice::stripe::StripeInvoice;
use crate::money::{Money, MoneyError};
use crate::record::{Moment, NewId};
use crate::text::ShortText;

impl Invoice {
    /// Takes what is told about the invoice of Stripe's that an intent's payment is for.
    pub(super) fn learn_stripe_invoice(
        &mut self,
        id: PaymentId,
        told: &StripeInvoice,
        moment: Moment<'_>,
        new_id: NewId<'_>,
    ) -> Result<(), Error> {
        // What a client has taken out of the books pays nothing.
        let Some(payment) = self.payments.get(&id).cloned() else { return Ok(()) };
        let tie = match (&payment.stripe_tie, told) {
            (None, StripeInvoice::Untold) => match self.alone(payment.amount) {
                Some(same) => StripeTie::Assumed(same),
                None => StripeTie::Intent(StripeInvoice::Untold),
            },
            (Some(StripeTie::Invoice(made)), _) => StripeTie::Intent(StripeInvoice::Made(made.clone())),
            (Some(StripeTie::Intent(StripeInvoice::Made(_))), _) | (Some(_), StripeInvoice::Untold) => return Ok(()),
            (None | Some(StripeTie::Intent(_) | StripeTie::Assumed(_)), told) => StripeTie::Intent(told.clone()),
        };
        self.tie(id, tie.clone(), moment.at);
        if let StripeTie::Assumed(made) | StripeTie::Intent(StripeInvoice::Made(made)) = &tie {
            self.cover(made, &payment, moment, new_id)?;
        }
        match payment.stripe_tie {
            Some(StripeTie::Assumed(other)) if Some(&other) != told.made() => {
                self.book_rest(&other, payment.amount, payment.paid_at, moment, new_id).map(drop)
            }
            Some(StripeTie::Assumed(_) | StripeTie::Intent(_) | StripeTie::Invoice(_)) | None => Ok(()),
        }
    }

    /// Books what was paid on an invoice of Stripe's, less what intents are known to have paid of it.
    pub(super) fn book_stripe_invoice(
        &mut self,
        made: &ShortText,
        amount: Money,
        paid_at: Timestamp,
        moment: Moment<'_>,
        new_id: NewId<'_>,
    ) -> Result<PaymentId, Error> {
        let wrong = |e: MoneyError| Error::rule(e.to_string());
        if let Some(booked) = self.stands_for(made) {
            return Ok(booked.id);
        }
        let of_it = |payment: &&Payment| matches!(&payment.stripe_tie, Some(StripeTie::Intent(StripeInvoice::Made(other))) if other == made);
        let covered = self.payments.values().filter(of_it).map(|payment| payment.amount);
        let covered = Money::sum(covered, self.header.currency).map_err(wrong)?;
        let rest = amount.checked_subtract(covered).map_err(wrong)?;
        match self.payments.values().find(of_it) {
            Some(first) if !rest.is_positive() => Ok(first.id),
            Some(_) | None => self.book_rest(made, rest, paid_at, moment, new_id),
        }
    }

    /// Books what no intent is known to have paid, unless one of that amount may have.
    fn book_rest(
        &mut self,
        made: &ShortText,
        rest: Money,
        paid_at: Timestamp,
        moment: Moment<'_>,
        new_id: NewId<'_>,
    ) -> Result<PaymentId, Error> {
        let untold = StripeTie::Intent(StripeInvoice::Untold);
        let may_be = |payment: &&Payment| payment.stripe_tie.as_ref() == Some(&untold) && payment.amount == rest;
        if let Some(id) = self.payments.values().find(may_be).map(|payment| payment.id) {
            self.tie(id, StripeTie::Assumed(made.clone()), moment.at);
            return Ok(id);
        }
        let id = self.push_stripe_payment(rest, paid_at, made.clone(), moment, new_id)?;
        self.tie(id, StripeTie::Invoice(made.clone()), moment.at);
        Ok(id)
    }

    /// An intent's payment is for an invoice of Stripe's: what stood for that now stands for less.
    fn cover(&mut self, made: &ShortText, by: &Payment, moment: Moment<'_>, new_id: NewId<'_>) -> Result<(), Error> {
        let holder = |payment: &&Payment| payment.id != by.id && is_of(payment, made);
        let Some(holder) = self.payments.values().find(holder).cloned() else { return Ok(()) };
        let rest = holder.amount.checked_subtract(by.amount).map_err(|e| Error::rule(e.to_string()))?;
        match holder.stripe_tie {
            Some(StripeTie::Assumed(_)) => self.tie(holder.id, StripeTie::Intent(StripeInvoice::Untold), moment.at),
            Some(StripeTie::Invoice(_) | StripeTie::Intent(_)) | None => drop(self.drop_payment(holder.id)),
        }
        match rest.is_positive() {
            true => self.book_rest(made, rest, holder.paid_at, moment, new_id).map(drop),
            false => Ok(()),
        }
    }

    /// An invoice of Stripe's of that amount that no intent is known to have paid.
    fn alone(&self, amount: Money) -> Option<ShortText> {
        self.payments.values().filter(|payment| payment.amount == amount).find_map(|payment| {
            match &payment.stripe_tie {
                Some(StripeTie::Invoice(made)) => Some(made.clone()),
                Some(StripeTie::Intent(_) | StripeTie::Assumed(_)) | None => None,
            }
        })
    }

    /// The payment that stands for an invoice of Stripe's, or for what is left of it.
    fn stands_for(&self, made: &ShortText) -> Option<&Payment> {
        self.payments.values().find(|payment| is_of(payment, made))
    }

    fn tie(&mut self, id: PaymentId, tie: StripeTie, now: Timestamp) {
        let Some(payment) = self.payments.get_mut(&id) else { return };
        if payment.stripe_tie.as_ref() != Some(&tie) {
            payment.stripe_tie = Some(tie);
            // A new payment is of its first version.
            if !self.changes.payments.contains(&id) {
                payment.meta.touch(now);
            }
            self.changes.payments.insert(id);
        }
    }
}

fn is_of(payment: &Payment, made: &ShortText) -> bool {
    matches!(&payment.stripe_tie, Some(StripeTie::Assumed(other) | StripeTie::Invoice(other)) if other == made)
}
