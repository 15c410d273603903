//! bottlecrm from outside: its document's examples, its errors, and what it shares with the other contracts.

mod attachments;
mod comments;
mod errors;
mod examples;
mod lists;
mod money;
mod shared_books;
mod walk;

use app::session::Credential;
use app::sources::SourceAddress;
use http::Method;
use serde_json::{Value, json};
use tributary_local::registry;

use crate::support::{Answer, Remote, Tributary, User};

/// A user with an access token.
#[derive(Debug, Clone)]
pub struct Member {
    pub user: User,
    pub access: String,
    pub uuid: String,
    pub organisation: String,
}

impl Member {
    /// Signs a user up, who is the owner of an organisation.
    pub async fn sign_up(tributary: &Tributary, username: &str) -> Self {
        Self::of(tributary, tributary.sign_up(username).await).await
    }

    /// Adds a member to an owner's organisation.
    pub async fn added(tributary: &Tributary, owner: &Self, username: &str, groups: &[&str]) -> Self {
        let (_, user) = crate::users::add(tributary, &owner.user, username, groups).await;
        Self::of(tributary, user).await
    }

    async fn of(tributary: &Tributary, user: User) -> Self {
        let app = registry::app(tributary.cloud.environment());
        let credential = Credential::Token(user.token.clone());
        let session = app.authenticate(&credential, None, &SourceAddress::unknown()).await.unwrap();
        let access = app.issue_tokens(&app.user_of_session(&session).await.unwrap()).unwrap().access;
        let me = tributary.get(&user, "/api/me/").await.expect(200);
        let text = |field: &str| me[field].as_str().unwrap().to_owned();
        Self { uuid: text("uuid"), organisation: text("organization_id"), user, access }
    }

    /// Calls with the access token, in the user's own organisation.
    pub async fn call(&self, tributary: &Remote, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.call_with(tributary, method, path, &[], body).await
    }

    /// Calls with the access token and further headers.
    pub async fn call_with(
        &self,
        tributary: &Remote,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let authorization = format!("Bearer {}", self.access);
        let own = [
            ("authorization", authorization.as_str()),
            ("organization-id", self.organisation.as_str()),
            ("content-type", "application/json"),
        ];
        let headers = [&own[..], headers].concat();
        tributary.raw(method, path, &headers, body.map(|body| body.to_string()).unwrap_or_default()).await
    }

    /// Makes an invoice of the document's example with some fields changed; null takes one out.
    pub async fn invoice(&self, tributary: &Remote, changes: Value) -> Value {
        self.call(tributary, Method::POST, "/api/invoices/", Some(with(example(), changes))).await.expect(201)
    }

    /// An invoice as it now is.
    pub async fn shown(&self, tributary: &Remote, invoice: &Value) -> Value {
        self.call(tributary, Method::GET, &path(invoice), None).await.expect(200)
    }
}

/// The document's request to create an invoice, without those who take care of it.
pub fn example() -> Value {
    json!({
        "invoice_title": "Web Development Services",
        "name": "Tech Solutions Inc",
        "email": "billing@techsolutions.com",
        "quantity": 80,
        "rate": "125.00",
        "currency": "USD",
        "due_date": "2034-02-15",
        "teams": ["dev-team-uuid"]
    })
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
    format!("/api/invoices/{}/", id(invoice))
}

pub fn id(invoice: &Value) -> &str {
    invoice["id"].as_str().unwrap()
}

/// A cloud and the owner of an organisation in it.
pub async fn start() -> (Tributary, Member) {
    let tributary = Tributary::start().await;
    let owner = Member::sign_up(&tributary, "owner").await;
    (tributary, owner)
}

/// Checks a failure: its status, the fields that it names, and that it has this contract's form.
#[track_caller]
pub fn failed(answer: &Answer, status: u16, fields: &[&str]) {
    let body = answer.expect(status);
    assert_eq!(body["error"], true, "{body}");
    assert_eq!(body.as_object().unwrap().len(), 2, "{body}");
    let errors = body["errors"].as_object().unwrap_or_else(|| panic!("{body}"));
    let mut named: Vec<&str> = errors.keys().map(String::as_str).collect();
    named.sort_unstable();
    let mut expected = fields.to_vec();
    expected.sort_unstable();
    assert_eq!(named, expected, "{body}");
    assert!(errors.values().all(|message| message.as_str().is_some_and(|text| !text.is_empty())), "{body}");
    assert!(answer.header("x-request-id").is_some());
}
