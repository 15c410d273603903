//! What Stripe reports is booked: each event once, each payment intent and each refund once,
//! whatever their order.
//!
//! An event, what it adds to the book of its intent, and what follows for the invoice are one
//! commit. So an event that was answered is booked, and one that is repeated finds itself.

use domain::Tenant;
use domain::id::{InvoiceId, OrganisationId};
use domain::invoice::{IntentBook, Invoice, PaidFact, StripeFact};
use domain::record::Moment;
use domain::text::ShortText;
use store::{StoreError, StripeCommit, Unique};

use crate::{App, Error};

/// An event of Stripe's, whose signature was good.
#[derive(Debug, Clone, PartialEq)]
pub struct StripeEvent {
    /// Stripe's id of the event.
    pub id: ShortText,
    /// The payment intent that it is about.
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
    /// It cannot be booked; the log says why.
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
            // A client has booked this charge on another invoice: there the money is.
            None => {
                tracing::error!(event = %event.id, "the charge of this event is booked on another invoice already");
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
            tracing::error!(event = %event.id, invoice = %id, "an event of Stripe's is about an invoice that is gone");
            return Ok(Some(StripeOutcome::Unbookable));
        };
        let before = invoice.header().clone();
        if let Err(error) = self.decide_on(&mut invoice, book.as_mut(), &event.fact, charges) {
            tracing::error!(event = %event.id, invoice = %id, %error, "an event of Stripe's cannot be booked");
            return Ok(Some(StripeOutcome::Unbookable));
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
        self.commit_event(commit).await
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
            (StripeFact::Paid(paid) | StripeFact::InvoicePaid(paid), Some(book)) => {
                if invoice.header().status.is_closed() && book.payment.is_none() {
                    tracing::warn!(invoice = %invoice.header().id, intent = %book.intent, "a closed invoice was paid");
                }
                if charges || book.payment.is_some() {
                    invoice.book_intent(book, paid, moment, &mut new_id)?;
                }
                if charges {
                    invoice.name_charge(book, moment.at);
                }
                invoice.book_refunds(book, moment, &mut new_id)
            }
            (StripeFact::Refunded(_), Some(book)) => {
                if charges {
                    invoice.name_charge(book, moment.at);
                }
                invoice.book_refunds(book, moment, &mut new_id)
            }
            (StripeFact::InvoicePaid(paid), None) => match &paid.stripe_invoice {
                Some(stripe_invoice) => invoice.book_stripe_invoice(stripe_invoice, paid, moment, &mut new_id),
                None => Ok(()),
            },
            (StripeFact::Paid(_) | StripeFact::Refunded(_), None) => Ok(()),
            (StripeFact::Pending { stripe_invoice: _ }, book) => {
                if book.is_none_or(|book| book.payment.is_none() && !book.not_paid) {
                    invoice.mark_pending(moment, &mut new_id);
                }
                Ok(())
            }
            (StripeFact::NotPaid, book) => {
                if book.is_none_or(|book| book.payment.is_none()) {
                    invoice.mark_not_paid(moment, &mut new_id);
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
        StripeFact::Paid(PaidFact { stripe_invoice, .. }) => stripe_invoice.as_ref(),
        StripeFact::InvoicePaid(PaidFact { stripe_invoice, .. }) => stripe_invoice.as_ref(),
        StripeFact::Pending { stripe_invoice } => stripe_invoice.as_ref(),
        StripeFact::NotPaid | StripeFact::Refunded(_) | StripeFact::InvoiceFailed => None,
    }
}
