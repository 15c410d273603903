//! What Stripe reports about an invoice's money.
//!
//! Reports come in any order and more than once. All that is known about one payment intent is
//! therefore kept in its [`IntentBook`], which takes reports in whatever order they come; the
//! invoice is then brought in step with the book.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::actor::Tenant;
use crate::id::{InvoiceId, PaymentId, RefundId};
use crate::money::{Currency, Money, MoneyError};
use crate::record::NewId;
use crate::text::ShortText;

/// An amount as Stripe writes it: in its smallest unit of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StripeAmount {
    /// How many of the smallest unit.
    pub units: i64,
    /// The currency.
    pub currency: Currency,
}

impl StripeAmount {
    /// An amount as Stripe takes it.
    ///
    /// # Errors
    /// The amount has no exact figure in Stripe's unit.
    pub fn of(money: Money) -> Result<Self, MoneyError> {
        let currency = money.currency();
        let digits = stripe_digits(currency);
        let scaled = money.amount().checked_mul(Decimal::from(10_i64.pow(digits))).ok_or(MoneyError::Overflow)?;
        let whole = scaled.normalize();
        if whole.scale() > 0 {
            return Err(MoneyError::TooPrecise(digits));
        }
        Ok(Self { units: i64::try_from(whole.mantissa()).map_err(|_| MoneyError::Overflow)?, currency })
    }

    /// The amount as the books keep it.
    ///
    /// # Errors
    /// A fraction of what the books can keep.
    pub fn money(self) -> Result<Money, MoneyError> {
        let amount = Decimal::try_new(self.units, stripe_digits(self.currency)).map_err(|_| MoneyError::Overflow)?;
        Money::exact(amount, self.currency)
    }
}

/// How many digits Stripe's unit has: those of ISO 4217 but for three currencies.
fn stripe_digits(currency: Currency) -> u32 {
    match currency.code() {
        "ISK" | "UGX" => 2,
        "MGA" => 0,
        _ => currency.minor_digits(),
    }
}

/// What an event of Stripe's says.
#[derive(Debug, Clone, PartialEq)]
pub enum StripeFact {
    /// A payment has succeeded.
    Paid(PaidFact),
    /// The customer has chosen a method whose money is on its way.
    Pending {
        /// The invoice that Stripe made for it.
        stripe_invoice: Option<ShortText>,
    },
    /// Money that was on its way did not come.
    NotPaid {
        /// The link that was to be paid by, as Stripe names it.
        link: Option<ShortText>,
    },
    /// Money goes back, or after all does not.
    Refunded(RefundFact),
    /// An invoice that Stripe made is paid, in full or for the part of which no payment is named.
    InvoicePaid(PaidFact),
    /// An invoice that Stripe made could not be paid.
    InvoiceFailed,
}

/// A payment that has succeeded.
#[derive(Debug, Clone, PartialEq)]
pub struct PaidFact {
    /// What came in.
    pub amount: StripeAmount,
    /// When.
    pub at: Timestamp,
    /// The charge, where the event tells.
    pub charge: Option<ShortText>,
    /// The invoice that Stripe made for it, as far as the event tells.
    pub stripe_invoice: StripeInvoice,
}

/// Which invoice of Stripe's own a payment is for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum StripeInvoice {
    /// Nothing has told.
    #[default]
    Untold,
    /// For none.
    NoneMade,
    /// For this one.
    Made(ShortText),
}

impl StripeInvoice {
    /// The invoice, if there is one.
    #[must_use]
    pub const fn made(&self) -> Option<&ShortText> {
        match self {
            Self::Made(id) => Some(id),
            Self::Untold | Self::NoneMade => None,
        }
    }

    /// Takes what is told, unless it is less than what is known.
    fn learn(&mut self, told: &Self) {
        match (&*self, told) {
            (Self::Made(_), _) | (_, Self::Untold) => {}
            (Self::Untold | Self::NoneMade, Self::NoneMade | Self::Made(_)) => *self = told.clone(),
        }
    }
}

/// What is told about refunds of a payment.
#[derive(Debug, Clone, PartialEq)]
pub struct RefundFact {
    /// The charge, where the event tells.
    pub charge: Option<ShortText>,
    /// All that the charge has given back by then, where the event tells.
    pub refunded: Option<StripeAmount>,
    /// The refunds that it names.
    pub refunds: Vec<NamedRefund>,
}

/// One refund as an event names it.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedRefund {
    /// Stripe's id.
    pub id: ShortText,
    /// What goes back.
    pub amount: StripeAmount,
    /// When it was made.
    pub at: Timestamp,
    /// Whether it failed or was taken back.
    pub failed: bool,
}

/// Money that came in, as Stripe tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StripeMoney {
    /// How much.
    pub amount: StripeAmount,
    /// When.
    pub at: Timestamp,
}

/// All that is known about one payment intent, or about an invoice of Stripe's that is paid and
/// names no intent.
#[derive(Debug, Clone, PartialEq)]
pub struct IntentBook {
    /// Stripe's id of the intent, or of its invoice.
    pub intent: ShortText,
    /// The invoice that it pays, once that is known.
    pub invoice: Option<(Tenant, InvoiceId)>,
    /// The payment that it was booked as, also when a client has removed that since.
    pub payment: Option<PaymentId>,
    /// What came in, once that is told. With no payment, it could not be booked.
    pub paid: Option<StripeMoney>,
    /// The invoice that Stripe made for it.
    pub stripe_invoice: StripeInvoice,
    /// The charge.
    pub charge: Option<ShortText>,
    /// Whether its money did not come.
    pub not_paid: bool,
    /// The most that the charge was ever told to have given back.
    pub refunded: Option<StripeAmount>,
    /// The refunds that are known by name.
    pub refunds: BTreeMap<ShortText, KnownRefund>,
    /// Counts the book's states from 1; 0 before it is kept.
    pub version: u64,
}

/// A refund that is known by name.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownRefund {
    /// The row that it is booked as.
    pub row: RefundId,
    /// What goes back.
    pub amount: StripeAmount,
    /// When it was made.
    pub at: Timestamp,
    /// Whether it failed: for good, whatever an older event says.
    pub failed: bool,
}

impl IntentBook {
    /// A book in which nothing stands.
    #[must_use]
    pub const fn new(intent: ShortText) -> Self {
        Self {
            intent,
            invoice: None,
            payment: None,
            paid: None,
            stripe_invoice: StripeInvoice::Untold,
            charge: None,
            not_paid: false,
            refunded: None,
            refunds: BTreeMap::new(),
            version: 0,
        }
    }

    /// Takes what a fact says. The order of facts makes no difference.
    pub fn take(&mut self, fact: &StripeFact, new_id: NewId<'_>) {
        match fact {
            StripeFact::Paid(fact) | StripeFact::InvoicePaid(fact) => {
                let PaidFact { amount, at, charge, stripe_invoice } = fact;
                self.paid = self.paid.or(Some(StripeMoney { amount: *amount, at: *at }));
                self.charge = self.charge.take().or_else(|| charge.clone());
                self.stripe_invoice.learn(stripe_invoice);
            }
            StripeFact::Refunded(RefundFact { charge, refunded, refunds }) => {
                self.charge = self.charge.take().or_else(|| charge.clone());
                self.refunded = match (self.refunded, *refunded) {
                    (Some(known), Some(told)) if told.units <= known.units => Some(known),
                    (known, told) => told.or(known),
                };
                for refund in refunds {
                    self.take_refund(refund, new_id);
                }
            }
            StripeFact::NotPaid { link: _ } => self.not_paid = true,
            StripeFact::Pending { .. } | StripeFact::InvoiceFailed => {}
        }
    }

    fn take_refund(&mut self, refund: &NamedRefund, new_id: NewId<'_>) {
        let NamedRefund { id, amount, at, failed } = refund.clone();
        let known =
            self.refunds.entry(id).or_insert_with(|| KnownRefund { row: RefundId::new(new_id()), amount, at, failed });
        known.failed |= failed;
    }

    /// Whether money came in that stands on no invoice.
    #[must_use]
    pub const fn is_unbooked(&self) -> bool {
        self.paid.is_some() && self.payment.is_none()
    }

    /// What the charge has given back beyond the refunds that are known by name.
    #[must_use]
    pub fn unnamed(&self) -> Option<StripeAmount> {
        let StripeAmount { units, currency } = self.refunded?;
        // A failed refund was among what the charge once had given back.
        let named: i64 = self.refunds.values().map(|refund| refund.amount.units).sum();
        let units = units.saturating_sub(named);
        (units > 0).then_some(StripeAmount { units, currency })
    }
}
