//! skhokho from outside: every answer is held against its document.

mod actions;
mod bodies;
mod conformity;
mod document;
mod errors;
mod every_contract;
mod filters;
mod invoices;
mod items;
mod sites;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Tributary, User};
use document::Document;

/// An id that nothing has.
pub const NOWHERE: &str = "0190b5a1-7c5e-7000-8000-000000000001";

/// A cloud with an organisation that has a client.
pub struct Skhokho {
    pub tributary: Tributary,
    pub user: User,
    pub organisation: String,
    pub client: String,
    document: Document,
}

impl Skhokho {
    pub async fn start() -> Self {
        let tributary = Tributary::start().await;
        let user = tributary.sign_up("thandi").await;
        let me = tributary.get(&user, "/api/me/").await.expect(200);
        let client = tributary.post(&user, "/api/clients/", json!({"name": "Acme"})).await.expect(201);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (organisation, client) = (text(&me["organization_id"]), text(&client["id"]));
        Self { tributary, user, organisation, client, document: Document::read() }
    }

    /// A path of this contract in the organisation.
    pub fn at(&self, rest: &str) -> String {
        format!("/api/v1.0/organisation/{}/invoices/{rest}", self.organisation)
    }

    /// Sends a request as it is, and holds what succeeds against the document.
    pub async fn send(
        &self,
        method: Method,
        rest: &str,
        headers: &[(&str, &str)],
        body: impl Into<bytes::Bytes>,
    ) -> Answer {
        let answer = self.tributary.raw(method, &self.at(rest), headers, body).await;
        if answer.status.is_success() {
            let is_list = rest.is_empty() || rest.starts_with('?');
            self.document.check(if is_list { "InvoiceList" } else { "Invoice" }, &answer.json());
        }
        answer
    }

    /// Sends a request with the user's password.
    pub async fn call(
        &self,
        method: Method,
        rest: &str,
        headers: &[(&str, &str)],
        body: impl Into<bytes::Bytes>,
    ) -> Answer {
        let basic = basic(&self.user);
        let headers = [&[("authorization", basic.as_str())], headers].concat();
        self.send(method, rest, &headers, body).await
    }

    pub async fn json(&self, method: Method, rest: &str, body: Value) -> Answer {
        self.call(method, rest, &[("content-type", "application/json")], body.to_string()).await
    }

    pub async fn get(&self, rest: &str) -> Answer {
        self.call(Method::GET, rest, &[], "").await
    }

    /// Makes an invoice with some fields otherwise than in the example; null takes one out.
    pub async fn invoice(&self, changes: Value) -> Value {
        self.json(Method::POST, "create/", self.example(changes)).await.expect(201)
    }

    /// Changes an invoice.
    pub async fn patch(&self, invoice: &Value, body: Value) -> Answer {
        self.json(Method::PATCH, &format!("{}/update/", id(invoice)), body).await
    }

    /// Does something with an invoice by GET.
    pub async fn act(&self, invoice: &Value, query: &str) -> Answer {
        self.get(&format!("{}/action/?{query}", id(invoice))).await
    }

    /// A good body for a new invoice: 115.00 with VAT.
    pub fn example(&self, changes: Value) -> Value {
        let mut body = json!({
            "title": "Website redesign",
            "description": "New pages",
            "invoice_number": "SK-1",
            "invoice_date": "2026-01-10",
            "due_date": "2099-02-09",
            "client_id": self.client,
            "items": [{"quantity": "1.00", "unit_price": "100.00", "vat_rate": "15.00", "currency": "ZAR"}]
        });
        let map = body.as_object_mut().unwrap();
        for (name, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => map.remove(name),
                value => map.insert(name.clone(), value.clone()),
            };
        }
        body
    }
}

/// A user's password as `Authorization` has it.
pub fn basic(user: &User) -> String {
    format!("Basic {}", STANDARD.encode(format!("{}:{}", user.username, user.password)))
}

/// The invoice's id.
pub fn id(invoice: &Value) -> &str {
    invoice["unique_id"].as_str().unwrap()
}

/// Checks that a 400 names exactly these fields.
#[track_caller]
pub fn names(answer: &Answer, fields: &[&str]) {
    let body = answer.expect(400);
    let named: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(named, fields, "{body}");
    assert!(body.as_object().unwrap().values().all(|messages| messages[0].is_string()), "{body}");
}
