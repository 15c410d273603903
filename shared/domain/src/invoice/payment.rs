//! Payments: money that came in, and what of it went back.

use jiff::Timestamp;

use super::stripe::StripeInvoice;
use crate::attributes::Attributes;
use crate::error::FieldErrors;
use crate::id::{PaymentId, RefundId};
use crate::money::{Currency, Money};
use crate::patch::Patch;
use crate::record::{AttributesChange, Meta};
use crate::text::{LongText, ShortText};
use crate::words::words;

words! {
    /// How money came in.
    pub enum PaymentMethod {
        /// By Stripe.
        Stripe = "stripe",
        /// By bank transfer.
        BankTransfer = "bank_transfer",
        /// In cash.
        Cash = "cash",
        /// By check.
        Check = "check",
        /// Otherwise; also what a status that means paid books.
        Other = "other",
    }
}

/// A payment on an invoice.
#[derive(Debug, Clone, PartialEq)]
pub struct Payment {
    /// The payment's id.
    pub id: PaymentId,
    /// What came in: above zero.
    pub amount: Money,
    /// How it came in.
    pub method: PaymentMethod,
    /// When it was made.
    pub paid_at: Timestamp,
    /// Stripe's id of the charge; booked once in an organisation.
    pub stripe_charge_id: Option<ShortText>,
    /// A wire's reference or a check's number.
    pub reference: ShortText,
    /// Free text.
    pub notes: LongText,
    /// Attribute values.
    pub attributes: Attributes,
    /// What of Stripe's it is, where Stripe has reported it.
    pub stripe_tie: Option<StripeTie>,
    /// Authorship and version.
    pub meta: Meta,
}

/// What of Stripe's a payment is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StripeTie {
    /// The payment of an intent, for this invoice of Stripe's.
    Intent(StripeInvoice),
    /// The payment of an intent of which no invoice is told. An invoice of Stripe's of the same
    /// amount names no payment, and is taken to be paid by it until something tells otherwise.
    Assumed(ShortText),
    /// What was paid on an invoice of Stripe's, as far as no intent is known to have paid it.
    Invoice(ShortText),
}

/// Money that went back to the customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Refund {
    /// The refund's id.
    pub id: RefundId,
    /// What went back: above zero.
    pub amount: Money,
    /// When.
    pub refunded_at: Timestamp,
    /// Stripe's id of the refund; booked once in an organisation.
    pub stripe_refund_id: Option<ShortText>,
    /// Authorship and version.
    pub meta: Meta,
}

/// A payment as a client sends it: the amount is a figure of the invoice's currency.
#[derive(Debug, Clone, PartialEq)]
pub struct PaymentInput {
    /// What came in: above zero.
    pub amount: rust_decimal::Decimal,
    /// How it came in.
    pub method: PaymentMethod,
    /// When; now, if not given.
    pub paid_at: Option<Timestamp>,
    /// Stripe's id of the charge.
    pub stripe_charge_id: Option<ShortText>,
    /// A reference.
    pub reference: ShortText,
    /// Free text.
    pub notes: LongText,
    /// Attribute values.
    pub attributes: Attributes,
}

impl PaymentInput {
    /// The payment in the invoice's currency.
    ///
    /// # Errors
    /// An amount with more digits than the currency has, under `amount`.
    pub fn in_currency(self, currency: Currency) -> Result<NewPayment, FieldErrors> {
        let Self { amount, method, paid_at, stripe_charge_id, reference, notes, attributes } = self;
        let amount = Money::exact(amount, currency).map_err(|e| FieldErrors::one("amount", e.to_string()))?;
        // An empty id names no charge.
        let stripe_charge_id = stripe_charge_id.filter(|id| !id.as_str().is_empty());
        Ok(NewPayment { amount, method, paid_at, stripe_charge_id, reference, notes, attributes })
    }
}

/// A payment to be booked.
#[derive(Debug, Clone, PartialEq)]
pub struct NewPayment {
    /// What came in.
    pub amount: Money,
    /// How it came in.
    pub method: PaymentMethod,
    /// When; now, if not given.
    pub paid_at: Option<Timestamp>,
    /// Stripe's id of the charge.
    pub stripe_charge_id: Option<ShortText>,
    /// A reference.
    pub reference: ShortText,
    /// Free text.
    pub notes: LongText,
    /// Attribute values.
    pub attributes: Attributes,
}

/// A change of a payment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PaymentPatch {
    /// What came in, as a figure of the invoice's currency.
    pub amount: Option<rust_decimal::Decimal>,
    /// How it came in.
    pub method: Option<PaymentMethod>,
    /// When.
    pub paid_at: Option<Timestamp>,
    /// Stripe's id of the charge.
    pub stripe_charge_id: Patch<ShortText>,
    /// A reference.
    pub reference: Option<ShortText>,
    /// Free text.
    pub notes: Option<LongText>,
    /// Attribute values.
    pub attributes: Option<AttributesChange>,
}
