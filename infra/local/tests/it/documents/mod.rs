//! Invoices as documents, as a client downloads them and a customer gets them by mail.

mod download;
mod electronic;
mod mail;
mod mail_limits;
mod refusals;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};

use crate::support::{Answer, Tributary, User};

/// A cloud, and an owner who has a client.
struct Office {
    tributary: Tributary,
    owner: User,
    client: String,
}

impl Office {
    async fn open() -> Self {
        let tributary = Tributary::start().await;
        let owner = tributary.sign_up("owner").await;
        let client = tributary.post(&owner, "/api/clients/", json!({"name": "Acme Corp"})).await.expect(201);
        Self { tributary, owner, client: client["id"].as_str().unwrap().to_owned() }
    }

    /// Makes an invoice in crm: a draft over 100.00, unless the fields say otherwise.
    async fn invoice(&self, fields: Value) -> String {
        let mut body = json!({"client": self.client, "subtotal": "100.00", "total": "100.00"});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let made = self.tributary.post(&self.owner, "/api/invoices/", body).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// Makes an invoice under a number of one's own, which crm does not know: a draft over 100.00.
    async fn numbered(&self, number: &str) -> String {
        let body = json!({
            "invoice_title": "Advice",
            "invoice_number": number,
            "name": "Acme Corp",
            "email": "billing@acme.example",
            "quantity": 1,
            "rate": "100.00",
            "currency": "USD",
            "due_date": "2027-01-31"
        });
        let made = self.bottlecrm(Method::POST, "/api/invoices/", body.to_string()).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// The invoice as bottlecrm shows it.
    async fn show(&self, invoice: &str) -> Value {
        self.bottlecrm(Method::GET, &format!("/api/invoices/{invoice}/"), String::new()).await.expect(200)
    }

    async fn bottlecrm(&self, method: Method, path: &str, body: String) -> Answer {
        let authorization = format!("Token {}", self.owner.token);
        let headers = [
            ("authorization", authorization.as_str()),
            ("x-api-contract", "bottlecrm"),
            ("content-type", "application/json"),
        ];
        self.tributary.raw(method, path, &headers, body).await
    }

    async fn organisation(&self) -> String {
        let me = self.tributary.get(&self.owner, "/api/me/").await.expect(200);
        me["organization_id"].as_str().unwrap().to_owned()
    }

    fn bucket(&self) -> (aws_sdk_s3::Client, &str) {
        let environment = self.tributary.cloud.environment();
        (environment.sdk.s3(&environment.s3_url), environment.variable("documents", "BUCKET_NAME").unwrap())
    }

    /// The changes of an invoice's status, as from and to.
    async fn history(&self, invoice: &str) -> Vec<(String, String)> {
        let shown = self.show(invoice).await;
        let word = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
        let rows = shown["invoice_history"].as_array().unwrap().iter();
        rows.map(|row| (word(row, "status_changed_from"), word(row, "status_changed_to"))).collect()
    }

    /// Downloads the document as the owner.
    async fn document(&self, invoice: &str) -> Vec<u8> {
        let (status, _, content) = self.fetch(Method::POST, &download(invoice), &self.owner).await;
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&content));
        content
    }

    async fn fetch(&self, method: Method, path: &str, user: &User) -> (StatusCode, HeaderMap, Vec<u8>) {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.tributary.base_url()));
        let request = request.header("authorization", format!("Token {}", user.token));
        self.tributary.fetch(request.body(Full::new(Bytes::new())).unwrap()).await
    }

    /// Sends an invoice by mail as the owner.
    async fn send(&self, invoice: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let authorization = format!("Token {}", self.owner.token);
        let mut all = vec![("authorization", authorization.as_str()), ("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.tributary.raw(Method::POST, &send_mail(invoice), &all, body.to_string()).await
    }

    /// The mails that went to an address, newest first.
    async fn mails(&self, address: &str) -> Vec<Value> {
        let mails = self.tributary.raw(Method::GET, "/_local/mailbox", &[], "").await.expect(200);
        let to = |mail: &&Value| mail["to"].as_array().unwrap().iter().any(|to| to == address);
        mails.as_array().unwrap().iter().filter(to).cloned().collect()
    }
}

fn download(invoice: &str) -> String {
    format!("/api/invoices/{invoice}/download/")
}

fn send_mail(invoice: &str) -> String {
    format!("/api/invoices/{invoice}/send-mail/")
}

/// Whether some text stands in a file as it is: a PDF/A says its title outside of what is compressed.
fn says(file: &[u8], text: &str) -> bool {
    file.windows(text.len()).any(|window| window == text.as_bytes())
}

/// A failure in bottlecrm's form that names one field.
#[track_caller]
fn refused(answer: &Answer, status: u16, field: &str) {
    let body = answer.expect(status);
    assert_eq!(body["error"], true, "{body}");
    let errors = body["errors"].as_object().unwrap();
    assert!(errors.len() == 1 && errors[field].is_string(), "{body}");
}
