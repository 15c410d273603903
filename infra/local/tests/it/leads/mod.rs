//! Pipelines and leads (crm, sections 4 and 5), as their users meet them.

mod attributes;
mod entries;
mod events;
mod examples;
mod lists;
mod pipelines;
mod stages;
mod tenancy;

use http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Tributary, User};

/// An id that nothing has.
const NOWHERE: &str = "0190b5a1-7c5e-7000-8000-000000000001";

/// A cloud and the owner of an organisation in it.
struct Scene {
    tributary: Tributary,
    owner: User,
}

impl Scene {
    async fn start() -> Self {
        let tributary = Tributary::start().await;
        let owner = tributary.sign_up("john_doe").await;
        Self { tributary, owner }
    }

    async fn get(&self, path: &str) -> Answer {
        self.tributary.get(&self.owner, path).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.tributary.post(&self.owner, path, body).await
    }

    async fn put(&self, path: &str, body: Value) -> Answer {
        self.tributary.put(&self.owner, path, body).await
    }

    async fn patch(&self, path: &str, body: Value) -> Answer {
        self.tributary.patch(&self.owner, path, body).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.tributary.delete(&self.owner, path).await
    }

    /// Sends JSON with a further header.
    async fn with_header(&self, method: Method, path: &str, (name, value): (&str, &str), body: Value) -> Answer {
        let authorization = format!("Token {}", self.owner.token);
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json"), (name, value)];
        self.tributary.raw(method, path, &headers, body.to_string()).await
    }

    /// Makes an object.
    async fn make(&self, path: &str, body: Value) -> Value {
        self.post(path, body).await.expect(201)
    }

    /// Makes the document's pipeline.
    async fn pipeline(&self) -> Value {
        self.make("/api/pipelines/", b2b_sales()).await
    }

    /// Makes a lead, and gives it with its path.
    async fn lead(&self, body: Value) -> (Value, String) {
        let lead = self.make("/api/leads/", body).await;
        let path = format!("/api/leads/{}/", id_of(&lead));
        (lead, path)
    }

    /// The owner's integer id.
    async fn owner_id(&self) -> Value {
        self.get("/api/me/").await.expect(200)["id"].clone()
    }

    /// Adds a member to the organisation, and gives the integer id.
    async fn member(&self, username: &str) -> Value {
        let email = format!("{username}@example.com");
        let body = json!({"username": username, "email": email, "password": "SecurePass123!", "groups": ["Sales"]});
        self.make("/api/users/", body).await["id"].clone()
    }
}

/// The document's pipeline, as it is sent.
fn b2b_sales() -> Value {
    json!({
        "name": "B2B Sales",
        "description": "Main sales process",
        "stages": [
            {"name": "Prospecting", "color": "#6c6f73", "order": 1},
            {"name": "Negotiation", "color": "#007bff", "order": 2}
        ]
    })
}

/// An object's id.
#[track_caller]
fn id_of(object: &Value) -> &str {
    object["id"].as_str().unwrap_or_else(|| panic!("no id in {object}"))
}

/// A field of every row of a list.
#[track_caller]
fn column(list: &Value, field: &str) -> Vec<Value> {
    list.as_array().unwrap_or_else(|| panic!("no list: {list}")).iter().map(|row| row[field].clone()).collect()
}

/// Checks that an object has these fields with these values.
#[track_caller]
fn shows(object: &Value, expected: &Value) {
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&object[field], value, "{field} of {object}");
    }
}

/// Checks that a refusal names exactly these fields, each with messages.
#[track_caller]
fn refused(answer: &Answer, fields: &[&str]) {
    let body = answer.expect(400);
    let mut named: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    let mut fields = fields.to_vec();
    named.sort_unstable();
    fields.sort_unstable();
    assert_eq!(named, fields, "{body}");
    for (field, messages) in body.as_object().unwrap() {
        let messages = messages.as_array().unwrap_or_else(|| panic!("{field}: {messages}"));
        assert!(!messages.is_empty() && messages.iter().all(Value::is_string), "{field}: {messages:?}");
    }
}
