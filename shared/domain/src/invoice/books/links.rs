//! The payment link: asked for, made, retired.
//!
//! It is asked for in a commit of its own before Stripe is called, so that whatever happens between
//! Stripe's answer and the next commit, the same request can be repeated under the same key.

use jiff::Timestamp;

use super::Invoice;
use crate::error::Error;
use crate::id::PaymentLinkId;
use crate::invoice::payment_link::{LinkChange, LinkState, LinkUrl, MadeLink, PaymentLink, later};
use crate::invoice::status::Status;
use crate::record::{Moment, NewId};
use crate::text::ShortText;

impl Invoice {
    /// Asks for a link over the balance, or finds the request that has not come to its end.
    ///
    /// # Errors
    /// There is a link, nothing is due, or the invoice is closed.
    pub fn request_link(&mut self, id: PaymentLinkId, now: Timestamp) -> Result<PaymentLink, Error> {
        self.still_open("A payment link cannot be made for an invoice that is")?;
        let balance = self.header.balance_due().map_err(|e| Error::rule(e.to_string()))?;
        if !balance.is_positive() {
            return Err(Error::rule("Nothing is due on this invoice."));
        }
        if let Some(link) = &self.header.payment_link {
            if link.shown(now).is_some() {
                return Err(already_there());
            }
            if link.made().is_none() && link.key_holds(now) {
                return Ok(link.clone());
            }
            self.retire_link();
        }
        let label = ShortText::parse(&format!("Invoice {}", self.header.number)).unwrap_or_default();
        let state = LinkState::Requested { failed: false };
        let link = PaymentLink { id, amount: balance, label, requested_at: now, state };
        self.open_link(link.clone());
        // No contract shows a request, so it changes nothing but the version.
        self.header.meta.version += 1;
        Ok(link)
    }

    /// Takes Stripe's answer to the request: the link is the invoice's, and a draft is sent. Says
    /// whether it is: when the balance changed meanwhile, what Stripe made is to be deactivated.
    ///
    /// # Errors
    /// Another caller has taken the same answer.
    pub fn activate_link(
        &mut self,
        request: &PaymentLink,
        stripe_id: ShortText,
        url: LinkUrl,
        moment: Moment<'_>,
        new_id: NewId<'_>,
    ) -> Result<bool, Error> {
        let expires_at = later(moment.at, PaymentLink::LIFE);
        let state = LinkState::Active(MadeLink { stripe_id, url: url.clone(), expires_at });
        let made = PaymentLink { state, ..request.clone() };
        match &self.header.payment_link {
            Some(link) if link.id == request.id && link.made().is_some() => Err(already_there()),
            Some(link) if link.id == request.id => {
                self.open_link(made);
                self.header.details.stripe.hosted_url = Some(url);
                if self.header.status == Status::Draft {
                    self.set_status(Status::Sent, moment, new_id);
                }
                self.header.meta.touch(moment.at);
                Ok(true)
            }
            Some(_) | None => {
                self.changes.links.insert(request.id, LinkChange::Retired(made));
                self.header.meta.version += 1;
                Ok(false)
            }
        }
    }

    /// Takes a request back that Stripe refused: nothing was made.
    pub fn withdraw_link(&mut self, id: PaymentLinkId) {
        if self.requested(id).is_some() {
            self.header.payment_link = None;
            self.header.meta.version += 1;
            self.changes.links.insert(id, LinkChange::Withdrawn);
        }
    }

    /// Notes that Stripe answered a request with a failure of its own. For a day it may give that
    /// answer again, whatever is the matter by then.
    pub fn note_failed_link(&mut self, id: PaymentLinkId) {
        if let Some(link) = self.requested(id).filter(|link| link.state != LinkState::Requested { failed: true }) {
            self.open_link(PaymentLink { state: LinkState::Requested { failed: true }, ..link });
            self.header.meta.version += 1;
        }
    }

    /// Retires a link that has expired, or whose request was given up. Says whether it did.
    pub fn retire_lapsed_link(&mut self, id: PaymentLinkId, now: Timestamp) -> bool {
        let lapsed = self.header.payment_link.as_ref().is_some_and(|link| link.id == id && link.lapses_at() <= now);
        lapsed && self.give_up_link(id, now)
    }

    /// Retires a link whatever is due. Says whether it did.
    pub fn give_up_link(&mut self, id: PaymentLinkId, now: Timestamp) -> bool {
        let is_there = self.header.payment_link.as_ref().is_some_and(|link| link.id == id);
        if is_there {
            self.retire_link();
            self.header.meta.touch(now);
        }
        is_there
    }

    /// Retires the link when it no longer is over what is due.
    pub(super) fn retire_stale_link(&mut self) {
        let Some(link) = &self.header.payment_link else { return };
        if self.header.status.is_closed() || self.header.balance_due() != Ok(link.amount) {
            self.retire_link();
        }
    }

    pub(super) fn retire_link(&mut self) {
        let Some(link) = self.header.payment_link.take() else { return };
        let hosted = &mut self.header.details.stripe.hosted_url;
        // An address that a client wrote is the client's.
        if hosted.is_some() && hosted.as_ref() == link.made().map(|made| &made.url) {
            *hosted = None;
        }
        self.changes.links.insert(link.id, LinkChange::Retired(link));
    }

    fn open_link(&mut self, link: PaymentLink) {
        self.changes.links.insert(link.id, LinkChange::Open(link.clone()));
        self.header.payment_link = Some(link);
    }

    fn requested(&self, id: PaymentLinkId) -> Option<PaymentLink> {
        self.header.payment_link.clone().filter(|link| link.id == id && link.made().is_none())
    }
}

fn already_there() -> Error {
    Error::Conflict("A payment link already exists for this invoice.".into())
}
