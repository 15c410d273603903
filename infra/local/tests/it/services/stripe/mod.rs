//! The Stripe stand-in: its API, its pages and its events.

mod api;
mod cloud;
mod events;
mod pages;
mod refunds;

use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::Value;
use tributary_local::AllowedOrigins;
use tributary_local::LocalClock;
use tributary_local::services::Storage;
use tributary_local::services::stripe::{self, Stripe, Webhook};

use crate::support::{Answer, Remote};
use crate::webhooks::receiver::{PATIENCE, Receiver};

const KEY: &str = "Bearer sk_test_123";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// A stand-in with a receiver of its events.
struct Account {
    clock: Arc<LocalClock>,
    stripe: Stripe,
    remote: Remote,
    receiver: Receiver,
}

impl Account {
    async fn new() -> Self {
        Self::over(&Storage::Memory, Receiver::start().await).await
    }

    async fn over(storage: &Storage, receiver: Receiver) -> Self {
        let clock = Arc::new(LocalClock::open(None).unwrap());
        let webhook = Webhook { url: format!("{}/hook", receiver.base), secret: "whsec_test".to_owned() };
        let stripe = stripe::start(storage, webhook, Arc::clone(&clock), AllowedOrigins::default()).await.unwrap();
        let remote = Remote::at(stripe.endpoint());
        Self { clock, stripe, remote, receiver }
    }

    async fn post_with(&self, path: &str, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Answer {
        let headers = [headers, &[("authorization", KEY), FORM]].concat();
        self.remote.raw(Method::POST, path, &headers, encoded(form)).await
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.post_with(path, &[], form).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.remote.raw(Method::GET, path, &[("authorization", KEY)], "").await
    }

    /// A link for 60.50 USD that may be paid once.
    async fn link(&self) -> Value {
        self.link_with(&[]).await
    }

    async fn link_with(&self, more: &[(&str, &str)]) -> Value {
        let form = [
            ("line_items[0][price_data][currency]", "usd"),
            ("line_items[0][price_data][unit_amount]", "6050"),
            ("line_items[0][price_data][product_data][name]", "Invoice INV-2030-001"),
            ("line_items[0][quantity]", "1"),
            ("restrictions[completed_sessions][limit]", "1"),
            ("metadata[invoice]", "inv_1"),
            ("payment_intent_data[metadata][invoice]", "inv_1"),
        ];
        self.post("/v1/payment_links", &[&form, more].concat()).await.expect(200)
    }

    /// What a browser sends from the link's page.
    async fn submit(&self, link: &Value, form: &[(&str, &str)]) -> Answer {
        self.remote.raw(Method::POST, &path_of(link), &[FORM], encoded(form)).await
    }

    async fn pay(&self, link: &Value, card: &str) -> Answer {
        self.submit(link, &card_form(card)).await
    }

    async fn page(&self, path: &str) -> Answer {
        self.remote.raw(Method::GET, path, &[], "").await
    }

    /// The payment at a link, as the API shows it.
    async fn intent(&self, link: &Value) -> Value {
        let path = format!("/v1/checkout/sessions?payment_link={}", link["id"].as_str().unwrap());
        let sessions = self.get(&path).await.expect(200);
        let intent = sessions["data"][0]["payment_intent"].as_str().unwrap().to_owned();
        self.get(&format!("/v1/payment_intents/{intent}")).await.expect(200)
    }

    /// A link that was paid, and its payment.
    async fn paid(&self, card: &str) -> Value {
        let link = self.link().await;
        assert_eq!(self.pay(&link, card).await.status, StatusCode::SEE_OTHER);
        self.intent(&link).await
    }

    /// The events that were received, as soon as there are so many.
    async fn events(&self, count: usize) -> Vec<Value> {
        self.receiver.wait_for("/hook", count).await.iter().map(|received| received.json()).collect()
    }
}

fn encoded(form: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
}

fn card_form(number: &str) -> [(&str, &str); 5] {
    [("email", "bo@client.example"), ("method", "card"), ("card_number", number), ("expiry", "12 / 99"), ("cvc", "123")]
}

/// The path of a link's page, without the stand-in's address.
fn path_of(link: &Value) -> String {
    url::Url::parse(link["url"].as_str().unwrap()).unwrap().path().to_owned()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

/// The hidden field of a page that names the session.
fn session_of(page: &Answer) -> String {
    let (_, rest) = page.text.split_once("name=\"session\" value=\"").expect("the page names its session");
    rest.split('"').next().unwrap().to_owned()
}

/// Waits until nobody listens at an address any more.
async fn closed(address: &str) {
    let host = address.strip_prefix("http://").unwrap();
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while tokio::net::TcpStream::connect(host).await.is_ok() {
        assert!(tokio::time::Instant::now() < deadline, "the stand-in listens on");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
