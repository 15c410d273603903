//! What Stripe reports is booked: each event once, each payment intent and each refund once,
//! whatever their order.
//!
//! An event, what it adds to the book of its intent, and what follows for the invoice are one
//! commit. So an event that was answered is booked, and one that is repeated finds itself.

use std::fmt::Display;

use domain::Tenant;
use domain::id::{InvoiceId, OrganisationId};
use domain::invoice::{IntentBook, Invoice, StripeAmount, StripeFact, StripeMoney};
use domain::record::Moment;
use domain::text::ShortText;
use store::{StoreError, StripeCommit, Unique};

use crate::{App, Error};

/// An event of Stripe's, whose signature was good.
#[derive(Debug, Clone, PartialEq)]
pub struct StripeEvent {
    /// Stripe's id of the event.
    pub id: ShortText,
    /// The payment intent that it is about, or the session or invoice of Stripe's that has none.
    pub intent: Option<ShortText>,
    /// The invoice, as the metadata that this product gave to the object names it.
    pub named: Option<(OrganisationId, InvoiceId)>,
    /// Other objects of Stripe's that may tell the invoice.
    pub objects: Vec<ShortText>,
    /// What it says.
    pub fact: StripeFact,
}

/// What an event came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StripeOutcome {
    /// It is booked.
    Booked,
    /// It was handled before.
    Repeated,
    /// It is kept until its payment is booked.
    Waiting,
    /// It is about nothing of ours.
    NotOurs,
    /// It cannot be booked, but is kept; the log says why.
    Unbookable,
}

impl App {
    /// Handles an event.
    ///
    /// # Errors
    /// The table cannot be reached, or too many events change one invoice at once: Stripe repeats
    /// the event.
    pub async fn handle_stripe_event(&self, event: &StripeEvent) -> Result<StripeOutcome, Error> {
        match self.retrying(async || self.book_stripe_event(event, true).await).await? {
            Some(outcome) => Ok(outcome),
            // The intent names the invoice that it pays, so there the money is booked all the same.
            None => {
                tracing::error!(event = %event.id, "a client has booked the charge of this event on another invoice");
                let outcome = self.retrying(async || self.book_stripe_event(event, false).await).await?;
                Ok(outcome.unwrap_or(StripeOutcome::Unbookable))
            }
        }
    }

    /// None when the organisation has booked the charge elsewhere.
    async fn book_stripe_event(&self, event: &StripeEvent, charges: bool) -> Result<Option<StripeOutcome>, Error> {
        let intent = event.intent.as_ref();
        let (is_repeated, kept) = self.store.stripe_event(event.id.as_str(), intent.map(ShortText::as_str)).await?;
        if is_repeated {
            return Ok(Some(StripeOutcome::Repeated));
        }
        let mut book = kept.or_else(|| intent.cloned().map(IntentBook::new));
        let owner = self.stripe_owner(event, book.as_ref()).await?;
        if let Some(book) = &mut book {
            book.take(&event.fact, &mut || self.new_id());
            book.invoice = owner;
        }
        let Some((tenant, id)) = owner else { return self.keep_waiting(event, book.as_ref()).await.map(Some) };
        let found = self.store.invoice(tenant, id).await?;
        let Some(mut invoice) = found else {
            return self.keep_unbooked(event, book.as_ref(), &"the invoice is gone").await;
        };
        let (before, known) = (invoice.header().clone(), book.clone());
        if let Err(error) = self.decide_on(&mut invoice, book.as_mut(), &event.fact, charges) {
            return self.keep_unbooked(event, known.as_ref(), &error).await;
        }
        invoice.touch_if_changed_since(&before, self.now());
        let changed = *invoice.header() != before;
        let object = stripe_invoice(&event.fact).map(|object| (object.as_str(), tenant, id));
        let commit = StripeCommit {
            event: event.id.as_str(),
            book: book.as_ref(),
            invoice: changed.then_some((tenant, &invoice, &before)),
            object,
            now: self.now(),
        };
        match self.commit_event(commit).await? {
            None if self.free_charges(tenant, &invoice).await? => Err(domain::Error::Contended.into()),
            outcome => Ok(outcome),
        }
    }

    /// What cannot be booked is kept in the book of its intent, with all that is told of it. Money that
    /// came in is somebody's to look after: the code is what an alarm goes by.
    async fn keep_unbooked(
        &self,
        event: &StripeEvent,
        book: Option<&IntentBook>,
        why: &(dyn Display + Sync),
    ) -> Result<Option<StripeOutcome>, Error> {
        let is_paid = matches!(event.fact, StripeFact::Paid(_) | StripeFact::InvoicePaid(_));
        let Some(book) = book else {
            tracing::warn!(event = %event.id, %why, "an event of Stripe's has no effect");
            return Ok(Some(StripeOutcome::Unbookable));
        };
        let commit =
            StripeCommit { event: event.id.as_str(), book: Some(book), invoice: None, object: None, now: self.now() };
        let outcome = self.commit_event(commit).await?;
        let (invoice, intent) = (book.invoice.map(|(_, id)| id.to_string()), &book.intent);
        match book.paid.filter(|_| is_paid && book.is_unbooked()) {
            Some(StripeMoney { amount: StripeAmount { units, currency }, at: _ }) => {
                let (code, currency) = ("stripe_unbooked", currency.code());
                tracing::error!(
                    code, event = %event.id, invoice, %intent, units, currency, %why,
                    "money that Stripe took is on no invoice"
                );
            }
            None => tracing::warn!(event = %event.id, invoice, %intent, %why, "an event of Stripe's cannot be booked"),
        }
        Ok(outcome.map(|outcome| match outcome {
            StripeOutcome::Repeated => StripeOutcome::Repeated,
            StripeOutcome::Booked | StripeOutcome::Waiting | StripeOutcome::NotOurs | StripeOutcome::Unbookable => {
                StripeOutcome::Unbookable
            }
        }))
    }

    async fn commit_event(&self, commit: StripeCommit<'_>) -> Result<Option<StripeOutcome>, Error> {
        match self.store.commit_stripe(commit).await {
            Ok(()) => Ok(Some(StripeOutcome::Booked)),
            Err(StoreError::Taken(Unique::StripeEvent)) => Ok(Some(StripeOutcome::Repeated)),
            Err(StoreError::Taken(Unique::Charge)) => Ok(None),
            Err(other) => Err(other.into()),
        }
    }

    /// Whose an event is: as it was booked, as our metadata names it, or as another object tells.
    async fn stripe_owner(
        &self,
        event: &StripeEvent,
        book: Option<&IntentBook>,
    ) -> Result<Option<(Tenant, InvoiceId)>, Error> {
        if let Some(owner) = book.and_then(|book| book.invoice) {
            return Ok(Some(owner));
        }
        // Only this product writes the metadata, and Stripe has signed the event.
        if let Some((organisation, invoice)) = event.named {
            return Ok(Some((Tenant::trusted(organisation), invoice)));
        }
        for object in &event.objects {
            if let Some(owner) = self.store.stripe_owner(object.as_str()).await? {
                return Ok(Some(owner));
            }
        }
        Ok(None)
    }

    /// A refund does not say whose it is: it waits for the payment, which does.
    async fn keep_waiting(&self, event: &StripeEvent, book: Option<&IntentBook>) -> Result<StripeOutcome, Error> {
        let (StripeFact::Refunded(_), Some(_)) = (&event.fact, book) else { return Ok(StripeOutcome::NotOurs) };
        let event = event.id.as_str();
        let commit = StripeCommit { event, book, invoice: None, object: None, now: self.now() };
        match self.commit_event(commit).await? {
            Some(StripeOutcome::Booked) | None => Ok(StripeOutcome::Waiting),
            Some(other) => Ok(other),
        }
    }

    fn decide_on(
        &self,
        invoice: &mut Invoice,
        book: Option<&mut IntentBook>,
        fact: &StripeFact,
        charges: bool,
    ) -> Result<(), domain::Error> {
        let (moment, mut new_id) = (Moment { at: self.now(), by: None }, || self.new_id());
        match (fact, book) {
            (StripeFact::Paid(_) | StripeFact::Refunded(_), Some(book)) => {
                let (id, intent) = (invoice.header().id, book.intent.clone());
                if invoice.header().status.is_closed() && book.is_unbooked() {
                    tracing::warn!(invoice = %id, %intent, "a closed invoice was paid");
                }
                if let Some(before) = invoice.follow_intent(book, charges, moment, &mut new_id)? {
                    tracing::warn!(invoice = %id, %intent, %before, "a client had booked another amount for a charge");
                }
                Ok(())
            }
            (StripeFact::InvoicePaid(_), Some(book)) => invoice.follow_stripe_invoice(book, moment, &mut new_id),
            (StripeFact::Paid(_) | StripeFact::Refunded(_) | StripeFact::InvoicePaid(_), None) => Ok(()),
            (StripeFact::Pending { stripe_invoice: _ }, book) => {
                if book.is_none_or(|book| book.payment.is_none() && !book.not_paid) {
                    invoice.mark_pending(moment, &mut new_id);
                }
                Ok(())
            }
            (StripeFact::NotPaid { link }, book) => {
                if book.is_none_or(|book| book.payment.is_none()) {
                    invoice.mark_not_paid(link.as_ref(), moment, &mut new_id);
                }
                Ok(())
            }
            (StripeFact::InvoiceFailed, _) => {
                invoice.mark_payment_failed(moment, &mut new_id);
                Ok(())
            }
        }
    }
}

/// The invoice that Stripe made, where an event ties one to ours.
fn stripe_invoice(fact: &StripeFact) -> Option<&ShortText> {
    match fact {
        StripeFact::Paid(paid) | StripeFact::InvoicePaid(paid) => paid.stripe_invoice.made(),
        StripeFact::Pending { stripe_invoice } => stripe_invoice.as_ref(),
        StripeFact::NotPaid { link: _ } | StripeFact::Refunded(_) | StripeFact::InvoiceFailed => None,
    }
}
