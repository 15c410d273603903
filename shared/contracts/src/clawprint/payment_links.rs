//! Payment links.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A page at Stripe where an invoice can be paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PaymentLink)]
pub struct PaymentLinkJson {
    /// The page's address, for the customer.
    pub payment_link_url: String,
    /// Stripe's id of its invoice; null until Stripe has made one for the payment.
    pub stripe_invoice_id: Option<String>,
    /// When the link ends.
    pub expires_at: Timestamp,
}
