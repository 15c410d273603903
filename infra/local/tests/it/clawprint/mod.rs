//! clawprint from outside: its document's examples, its errors, and what it shares with the other contracts.

mod after_payment;
mod errors;
mod examples;
mod guards;
mod lists;
mod payment_links;
mod shared_books;
mod walk;

use http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Remote, Tributary, User};

/// A business with an API key, and its owner.
#[derive(Debug, Clone)]
pub struct Business {
    pub id: String,
    pub api_key: String,
    pub owner: User,
}

impl Business {
    /// Signs a user up, who opens a business.
    pub async fn open(tributary: &Remote, username: &str) -> Self {
        let owner = tributary.sign_up(username).await;
        let body = json!({"name": "Clawprint Studio", "currency": "USD"});
        let opened = tributary.post(&owner, "/api/businesses", body).await.expect(201);
        let text = |field: &str| opened[field].as_str().unwrap().to_owned();
        Self { id: text("business_id"), api_key: text("api_key"), owner }
    }

    /// The organisation that the business is, as crm names it.
    pub fn organisation(&self) -> String {
        hyphenated(self.id.strip_prefix("biz_").unwrap())
    }

    /// Calls with the API key.
    pub async fn call(&self, tributary: &Remote, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.call_with(tributary, method, path, &[], body).await
    }

    /// Calls with the API key and further headers.
    pub async fn call_with(
        &self,
        tributary: &Remote,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let headers = [&[("content-type", "application/json")], headers].concat();
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.send(tributary, method, path, &headers, body).await
    }

    /// Sends any body with the API key. Where the key has had its requests for now, time passes first.
    pub async fn send(
        &self,
        tributary: &Remote,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let authorization = format!("Bearer {}", self.api_key);
        let headers = [&[("authorization", authorization.as_str())], headers].concat();
        loop {
            let answer = tributary.raw(method.clone(), path, &headers, body.clone()).await;
            let Some(seconds) = answer.header("retry-after").filter(|_| answer.status == 429) else { return answer };
            tributary.advance(seconds.parse().unwrap()).await;
        }
    }

    /// Calls crm as the owner, in this business.
    pub async fn crm(&self, tributary: &Remote, method: Method, path: &str, body: Option<Value>) -> Answer {
        let (authorization, organisation) = (format!("Token {}", self.owner.token), self.organisation());
        let headers = [
            ("authorization", authorization.as_str()),
            ("organization-id", organisation.as_str()),
            ("content-type", "application/json"),
        ];
        tributary.raw(method, path, &headers, body.map(|body| body.to_string()).unwrap_or_default()).await
    }

    /// Makes an invoice of the document's example with some fields changed; null takes one out.
    pub async fn invoice(&self, tributary: &Remote, changes: Value) -> Value {
        let body = with(self.example(), changes);
        self.call(tributary, Method::POST, "/api/invoices", Some(body)).await.expect(201)
    }

    /// The document's request to create an invoice, with the id of this business.
    pub fn example(&self) -> Value {
        json!({
            "business_id": self.id,
            "customer_email": "client@example.com",
            "customer_name": "John Smith",
            "invoice_number": "INV-2024-001",
            "issued_date": "2024-02-15",
            "due_date": "2024-03-15",
            "currency": "USD",
            "notes": "Thank you for your business!",
            "payment_terms": "Net 30",
            "line_items": [
                {"description": "Website Development", "quantity": 1, "unit_price": 5000, "type": "service", "tax_rate": 10},
                {"description": "Hosting Setup", "quantity": 1, "unit_price": 500, "type": "fee", "tax_rate": 0}
            ]
        })
    }
}

/// An object with some fields changed; null takes one out.
pub fn with(mut object: Value, changes: Value) -> Value {
    let map = object.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => map.remove(name),
            value => map.insert(name.clone(), value.clone()),
        };
    }
    object
}

/// The path of an invoice.
pub fn path(invoice: &Value) -> String {
    format!("/api/invoices/{}", invoice["invoice_id"].as_str().unwrap())
}

/// An id of this contract as crm writes it.
pub fn crm_id(id: &Value) -> String {
    hyphenated(id.as_str().unwrap().rsplit('_').next().unwrap())
}

fn hyphenated(hex: &str) -> String {
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// A cloud with one business.
pub async fn start() -> (Tributary, Business) {
    let tributary = Tributary::start().await;
    let business = Business::open(&tributary, "owner").await;
    (tributary, business)
}

/// Checks a failure: its status and words, the fields that it names, and that it has this contract's form.
#[track_caller]
pub fn failed(answer: &Answer, status: u16, error: &str, fields: &[&str]) -> Value {
    let body = answer.expect(status);
    assert_eq!(body["error"], error, "{body}");
    let names: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["error", "message", "details"], "{body}");
    assert!(!body["message"].as_str().unwrap().is_empty(), "{body}");
    let details = body["details"].as_object().unwrap();
    assert_eq!(details.keys().map(String::as_str).collect::<Vec<_>>(), fields, "{body}");
    assert!(details.values().all(Value::is_string), "{body}");
    body
}
