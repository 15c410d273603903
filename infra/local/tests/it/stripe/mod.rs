//! Stripe's events and payment links, as Stripe, a client and a customer see them.

mod disagreements;
mod events;
mod links;
mod refunds;
mod signatures;
mod storm;
mod unbooked;

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::Tenant;
use domain::invoice::Header;
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use store::Store;

use crate::support::{Answer, Tributary, User};

/// Stripe's own examples of its objects.
static OBJECTS: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(include_str!("objects.json")).unwrap());

/// The webhook's path.
pub const WEBHOOK: &str = "/api/stripe/webhook";

/// An organisation, with an account at Stripe.
pub struct Shop {
    pub tributary: Tributary,
    pub user: User,
    pub organisation: String,
    client: String,
    secret: String,
}

impl Shop {
    pub async fn open() -> Self {
        let tributary = Tributary::start().await;
        let user = tributary.sign_up("owner").await;
        let me = tributary.get(&user, "/api/me/").await.expect(200);
        let organisation = me["organization_id"].as_str().unwrap().to_owned();
        let client = tributary.post(&user, "/api/clients/", json!({"name": "Acme"})).await.expect(201);
        let client = client["id"].as_str().unwrap().to_owned();
        let secret = tributary.cloud.environment().secret("stripe-webhook", "STRIPE_WEBHOOK_SECRET");
        let secret = secret.unwrap().to_owned();
        assert!(!secret.is_empty());
        Self { tributary, user, organisation, client, secret }
    }

    /// An invoice that is with the customer.
    pub async fn invoice(&self, total: &str) -> String {
        self.invoice_with(json!({"total": total, "subtotal": total})).await
    }

    /// As [`Shop::invoice`], with other fields.
    pub async fn invoice_with(&self, fields: Value) -> String {
        let mut body = json!({"client": self.client, "status": "sent", "issue_date": "2026-01-01"});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let invoice = self.tributary.post(&self.user, "/api/invoices/", body).await.expect(201);
        invoice["id"].as_str().unwrap().to_owned()
    }

    pub async fn show(&self, invoice: &str) -> Value {
        self.tributary.get(&self.user, &format!("/api/invoices/{invoice}/")).await.expect(200)
    }

    pub async fn payments(&self, invoice: &str) -> Vec<Value> {
        let payments = self.tributary.get(&self.user, &format!("/api/invoices/{invoice}/payments/")).await.expect(200);
        payments.as_array().unwrap().clone()
    }

    /// Checks status, what is paid and what is owed.
    #[track_caller]
    pub fn stands(invoice: &Value, status: &str, paid: &str, due: &str) {
        let shown = [&invoice["status"], &invoice["amount_paid"], &invoice["balance_due"]];
        assert_eq!(shown, [status, paid, due], "{invoice}");
    }

    /// As [`Shop::stands`], as it is now.
    pub async fn expect(&self, invoice: &str, status: &str, paid: &str, due: &str) {
        Self::stands(&self.show(invoice).await, status, paid, due);
    }

    /// The domain's own word for the status, which tells more apart than crm does.
    pub async fn status(&self, invoice: &str) -> String {
        self.header(invoice).await.status.to_string()
    }

    /// The header as it is kept.
    pub async fn header(&self, invoice: &str) -> Header {
        let environment = self.tributary.cloud.environment();
        let client = environment.sdk.dynamodb(&environment.dynamodb_url);
        let tenant = Tenant::trusted(self.organisation.parse().unwrap());
        let store = Store::new(client, &environment.table_name);
        store.invoice_header(tenant, invoice.parse().unwrap()).await.unwrap().unwrap()
    }

    pub fn metadata(&self, invoice: &str) -> Value {
        json!({"organisation": self.organisation, "invoice": invoice})
    }

    /// Posts an event as Stripe does, and expects that it is taken.
    pub async fn tell(&self, event: &Value) {
        self.post(event).await.expect(200);
    }

    pub async fn post(&self, event: &Value) -> Answer {
        let body = event.to_string();
        let header = signature(&self.secret, self.now(), body.as_bytes());
        self.post_signed(&header, body.into_bytes()).await
    }

    pub async fn post_signed(&self, header: &str, body: Vec<u8>) -> Answer {
        let headers = [("stripe-signature", header), ("content-type", "application/json; charset=utf-8")];
        self.tributary.raw(Method::POST, WEBHOOK, &headers, body).await
    }

    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// The deployment's clock.
    pub fn now(&self) -> i64 {
        use app::ports::Clock;
        self.tributary.cloud.clock().now().as_second()
    }
}

/// Stripe's signature of a body.
pub fn sign(secret: &str, time: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{time}.").as_bytes());
    mac.update(body);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The header with one signature.
pub fn signature(secret: &str, time: i64, body: &[u8]) -> String {
    format!("t={time},v1={}", sign(secret, time, body))
}

/// One of Stripe's objects, with other fields.
pub fn object(kind: &str, fields: Value) -> Value {
    let mut object = OBJECTS[kind].clone();
    object.as_object_mut().unwrap_or_else(|| panic!("{kind}")).extend(fields.as_object().unwrap().clone());
    object
}

/// A new event about an object.
pub fn event(kind: &str, object: Value) -> Value {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let id = format!("evt_{:08}", COUNT.fetch_add(1, Ordering::Relaxed));
    let mut event = OBJECTS["event"].clone();
    event["id"] = id.into();
    event["type"] = kind.into();
    event["data"] = json!({"object": object});
    event
}

/// The objects of one payment of an invoice.
pub struct Sale {
    pub name: String,
    pub cents: i64,
    pub metadata: Value,
}

impl Sale {
    pub fn of(shop: &Shop, invoice: &str, name: &str, cents: i64) -> Self {
        Self { name: name.to_owned(), cents, metadata: shop.metadata(invoice) }
    }

    pub fn intent_id(&self) -> String {
        format!("pi_{}", self.name)
    }

    pub fn charge_id(&self) -> String {
        format!("ch_{}", self.name)
    }

    pub fn session(&self, kind: &str, payment_status: &str) -> Value {
        let fields = json!({
            "id": format!("cs_{}", self.name), "payment_intent": self.intent_id(), "amount_total": self.cents,
            "amount_subtotal": self.cents, "currency": "usd", "payment_status": payment_status, "status": "complete",
            "metadata": self.metadata,
        });
        event(&format!("checkout.session.{kind}"), object("checkout.session", fields))
    }

    pub fn intent(&self) -> Value {
        let fields = json!({
            "id": self.intent_id(), "amount": self.cents, "amount_received": self.cents, "status": "succeeded",
            "latest_charge": self.charge_id(), "metadata": self.metadata,
        });
        event("payment_intent.succeeded", object("payment_intent", fields))
    }

    pub fn charge_refunded(&self, cents: i64) -> Value {
        let fields = json!({
            "id": self.charge_id(), "payment_intent": self.intent_id(), "amount": self.cents,
            "amount_captured": self.cents, "amount_refunded": cents, "refunded": cents == self.cents,
            "metadata": self.metadata,
        });
        event("charge.refunded", object("charge", fields))
    }

    pub fn refund(&self, kind: &str, name: &str, cents: i64, status: &str) -> Value {
        let fields = json!({
            "id": name, "amount": cents, "charge": self.charge_id(), "payment_intent": self.intent_id(),
            "status": status,
        });
        event(&format!("refund.{kind}"), object("refund", fields))
    }
}

/// Waits until something is so.
pub async fn eventually(what: &str, mut check: impl AsyncFnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    while !check().await {
        assert!(tokio::time::Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
