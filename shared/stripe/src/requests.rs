//! The requests that payment links need.

use app::payment_links::LinkRequest;
use serde::Serialize;
use stripe::StripeRequest;
use stripe_client_core::{RequestBuilder, StripeMethod};

/// A payment link, as far as it is read.
#[derive(miniserde::Deserialize)]
pub(crate) struct Link {
    pub(crate) id: String,
    pub(crate) url: String,
}

/// `POST /v1/payment_links`.
#[derive(Serialize)]
pub(crate) struct CreateLink {
    line_items: [LineItem; 1],
    metadata: Metadata,
    payment_intent_data: PaymentIntentData,
    restrictions: Restrictions,
}

#[derive(Serialize)]
struct LineItem {
    price_data: PriceData,
    quantity: u32,
}

#[derive(Serialize)]
struct PriceData {
    currency: String,
    product_data: ProductData,
    unit_amount: i64,
}

#[derive(Serialize)]
struct ProductData {
    name: String,
}

/// What ties Stripe's objects to an invoice. Stripe copies it from the link to the session, and from
/// the payment intent to the charge.
#[derive(Serialize, Clone)]
struct Metadata {
    organisation: String,
    invoice: String,
}

#[derive(Serialize)]
struct PaymentIntentData {
    metadata: Metadata,
}

#[derive(Serialize)]
struct Restrictions {
    completed_sessions: CompletedSessions,
}

#[derive(Serialize)]
struct CompletedSessions {
    limit: u32,
}

impl CreateLink {
    pub(crate) fn new(request: &LinkRequest) -> Self {
        let LinkRequest { key: _, amount, label, organisation, invoice } = request;
        let metadata = Metadata { organisation: organisation.to_string(), invoice: invoice.to_string() };
        let price_data = PriceData {
            currency: amount.currency.code().to_ascii_lowercase(),
            product_data: ProductData { name: label.clone() },
            unit_amount: amount.units,
        };
        Self {
            line_items: [LineItem { price_data, quantity: 1 }],
            metadata: metadata.clone(),
            payment_intent_data: PaymentIntentData { metadata },
            restrictions: Restrictions { completed_sessions: CompletedSessions { limit: 1 } },
        }
    }
}

impl StripeRequest for CreateLink {
    type Output = Link;

    fn build(&self) -> RequestBuilder {
        RequestBuilder::new(StripeMethod::Post, "/payment_links").form(self)
    }
}

/// `POST /v1/payment_links/{id}`.
#[derive(Serialize)]
pub(crate) struct DeactivateLink {
    #[serde(skip)]
    id: String,
    active: bool,
}

impl DeactivateLink {
    pub(crate) fn new(id: &str) -> Self {
        Self { id: id.to_owned(), active: false }
    }
}

impl StripeRequest for DeactivateLink {
    type Output = Link;

    fn build(&self) -> RequestBuilder {
        RequestBuilder::new(StripeMethod::Post, format!("/payment_links/{}", self.id)).form(self)
    }
}

/// The checkout sessions that customers have open at a link, as far as they are read.
#[derive(miniserde::Deserialize)]
pub(crate) struct Sessions {
    pub(crate) data: Vec<Session>,
}

/// A checkout session, as far as it is read.
#[derive(miniserde::Deserialize)]
pub(crate) struct Session {
    pub(crate) id: String,
}

/// `GET /v1/checkout/sessions`.
#[derive(Serialize)]
pub(crate) struct OpenSessions {
    limit: u32,
    payment_link: String,
    status: &'static str,
}

impl OpenSessions {
    /// The most that Stripe gives at once.
    pub(crate) const LIMIT: usize = 100;

    pub(crate) fn of(link: &str) -> Self {
        Self { limit: 100, payment_link: link.to_owned(), status: "open" }
    }
}

impl StripeRequest for OpenSessions {
    type Output = Sessions;

    fn build(&self) -> RequestBuilder {
        RequestBuilder::new(StripeMethod::Get, "/checkout/sessions").query(self)
    }
}

/// `POST /v1/checkout/sessions/{id}/expire`.
pub(crate) struct ExpireSession {
    id: String,
}

impl ExpireSession {
    pub(crate) fn new(id: String) -> Self {
        Self { id }
    }
}

impl StripeRequest for ExpireSession {
    type Output = Session;

    fn build(&self) -> RequestBuilder {
        RequestBuilder::new(StripeMethod::Post, format!("/checkout/sessions/{}/expire", self.id))
    }
}
