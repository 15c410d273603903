//! Services and their follow-ups (crm, sections 3 and 6), as their users meet them.

use http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Tributary, User};

mod entries;
mod events;
mod follow_ups;
mod services;

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

    /// Makes an object and gives its id.
    async fn make(&self, path: &str, body: Value) -> String {
        id_of(&self.post(path, body).await.expect(201)).to_owned()
    }

    async fn client(&self) -> String {
        self.make("/api/clients/", json!({"name": "Acme Corp"})).await
    }

    /// Makes a service and gives its path.
    async fn service(&self) -> String {
        format!("/api/services/{}/", self.make("/api/services/", json!({"name": "Jane Doe"})).await)
    }

    async fn user_id(&self) -> Value {
        self.get("/api/me/").await.expect(200)["id"].clone()
    }
}

/// An object's id.
#[track_caller]
fn id_of(object: &Value) -> &str {
    object["id"].as_str().unwrap_or_else(|| panic!("no id in {object}"))
}

/// The ids of the objects of a list.
#[track_caller]
fn ids_of(list: &Value) -> Vec<String> {
    list.as_array().unwrap_or_else(|| panic!("no list: {list}")).iter().map(|row| id_of(row).to_owned()).collect()
}

/// Checks that an object has these fields with these values.
#[track_caller]
fn shows(object: &Value, expected: &Value) {
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&object[field], value, "{field} of {object}");
    }
}

/// Checks that a refusal names exactly these fields, each with a message.
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

/// Walks a list two rows at a time, and gives the rows' ids page by page.
async fn pages(scene: &Scene, list: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut next = format!("{list}{}limit=2", if list.contains('?') { '&' } else { '?' });
    loop {
        let answer = scene.get(&next).await;
        pages.push(ids_of(&answer.expect(200)));
        let Some(link) = answer.header("link") else { return pages };
        let url = link.strip_prefix('<').and_then(|rest| rest.strip_suffix(">; rel=\"next\"")).unwrap();
        next = url.strip_prefix(scene.tributary.cloud.base_url()).unwrap().to_owned();
        assert!(pages.len() < 10, "the pages of {list} do not end");
    }
}
