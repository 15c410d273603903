//! The link under which a customer pays an invoice's balance at Stripe.

use jiff::{SignedDuration, Timestamp};

use crate::id::PaymentLinkId;
use crate::money::Money;
use crate::text::{ShortText, Text};

/// An address of Stripe's.
pub type LinkUrl = Text<0, 2000>;

/// A payment link over an invoice's balance. It is of one amount: when the balance is another, or
/// nothing can be paid any more, the link is retired.
#[derive(Debug, Clone, PartialEq)]
pub struct PaymentLink {
    /// The link's id, which is also the key under which Stripe makes it at most once.
    pub id: PaymentLinkId,
    /// What it is over.
    pub amount: Money,
    /// What the customer reads that is paid for. Kept, because a repeated request must be the same.
    pub label: ShortText,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Whether Stripe's answer is known.
    pub state: LinkState,
}

/// How far a payment link has come.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkState {
    /// It is, or was, being asked for: Stripe may have made it already.
    Requested {
        /// Whether Stripe has answered that it failed.
        failed: bool,
    },
    /// Stripe has made it.
    Active(MadeLink),
}

/// A payment link as Stripe has made it.
#[derive(Debug, Clone, PartialEq)]
pub struct MadeLink {
    /// Stripe's id.
    pub stripe_id: ShortText,
    /// The page where the invoice is paid.
    pub url: LinkUrl,
    /// From when on it is no longer shown.
    pub expires_at: Timestamp,
}

impl PaymentLink {
    /// How long a link can be used: 90 days.
    pub const LIFE: SignedDuration = SignedDuration::from_hours(90 * 24);
    /// How long a request is repeated under its key. Stripe keeps keys for 24 hours; after that the
    /// same request would make a second link.
    pub const KEY_LIFE: SignedDuration = SignedDuration::from_hours(23);
    /// How long a request can be under way: longer than the function that makes it runs.
    pub const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

    /// The link as Stripe has made it, if it is to be shown now.
    #[must_use]
    pub fn shown(&self, now: Timestamp) -> Option<&MadeLink> {
        self.made().filter(|made| now < made.expires_at)
    }

    /// The link as Stripe has made it, expired or not.
    #[must_use]
    pub const fn made(&self) -> Option<&MadeLink> {
        match &self.state {
            LinkState::Active(made) => Some(made),
            LinkState::Requested { .. } => None,
        }
    }

    /// When the sweep looks at it: once it has expired, or its request cannot be under way.
    #[must_use]
    pub fn lapses_at(&self) -> Timestamp {
        match &self.state {
            LinkState::Active(made) => made.expires_at,
            LinkState::Requested { .. } => later(self.requested_at, Self::PATIENCE),
        }
    }

    /// Whether a repetition of the request gives the same link.
    #[must_use]
    pub fn key_holds(&self, now: Timestamp) -> bool {
        now < later(self.requested_at, Self::KEY_LIFE)
    }
}

/// What becomes of a payment link in one commit.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkChange {
    /// It is the invoice's link.
    Open(PaymentLink),
    /// It is the invoice's link no longer, and is to be deactivated at Stripe.
    Retired(PaymentLink),
    /// Stripe refused to make it.
    Withdrawn,
}

/// A moment that much later; the latest there is, if there is none.
pub(super) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
