//! Webhooks (crm, section 9), from the change to the receiver.

mod conditions;
mod configuration;
mod deliveries;
mod events;
mod given_up;
mod hops;
mod isolation;
mod kills;
mod models;
pub mod receiver;
mod redelivery;
mod retries;
mod sealed;
mod signatures;
mod targets;
mod templates;
mod trials;

use std::time::Duration;

use receiver::{PATIENCE, Receiver};
use serde_json::{Value, json};

use crate::support::{Tributary, User};

/// A cloud, an owner and a receiver.
struct Scene {
    tributary: Tributary,
    owner: User,
    receiver: Receiver,
}

impl Scene {
    async fn start() -> Self {
        Self::on(Tributary::start().await).await
    }

    async fn on(tributary: Tributary) -> Self {
        let owner = tributary.sign_up("owner").await;
        Self { tributary, owner, receiver: Receiver::start().await }
    }

    /// The receiver's URL at a path.
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.receiver.base)
    }

    /// Makes a webhook of these fields, named if they do not name it.
    async fn hook(&self, mut fields: Value) -> Value {
        if fields.get("name").is_none() {
            fields["name"] = json!("hook");
        }
        self.tributary.post(&self.owner, "/api/webhooks/", fields).await.expect(201)
    }

    /// Makes a webhook that is sent to a path of the receiver.
    async fn hook_at(&self, path: &str, model: &str, event: &str) -> Value {
        self.hook(json!({"model": model, "event": event, "url": self.url(path)})).await
    }

    /// Makes an object.
    async fn create(&self, path: &str, body: Value) -> Value {
        self.tributary.post(&self.owner, path, body).await.expect(201)
    }

    /// Changes an object in part.
    async fn patch(&self, path: &str, body: Value) -> Value {
        self.tributary.patch(&self.owner, path, body).await.expect(200)
    }

    /// Reads an object.
    async fn get(&self, path: &str) -> Value {
        self.tributary.get(&self.owner, path).await.expect(200)
    }

    /// Makes a client of that name.
    async fn client(&self, name: &str) -> Value {
        self.create("/api/clients/", json!({"name": name})).await
    }

    /// Makes an invoice that is sent, over so much, due in the far future.
    async fn invoice(&self, total: &str) -> Value {
        let client = self.client("Payer").await;
        let body = json!({
            "client": client["id"], "status": "sent", "issue_date": "2024-01-01", "due_date": "2999-01-01",
            "currency": "USD", "subtotal": total, "total": total,
        });
        self.create("/api/invoices/", body).await
    }

    /// A webhook's deliveries, newest first.
    async fn deliveries(&self, hook: &Value) -> Vec<Value> {
        let found = self.get(&format!("/api/webhooks/{}/deliveries/", id(hook))).await;
        found.as_array().unwrap().clone()
    }

    /// The newest delivery of a webhook, as soon as it is as wanted.
    async fn wait_for_delivery(&self, hook: &Value, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let newest = self.deliveries(hook).await.into_iter().next().unwrap_or_default();
            if wanted(&newest) {
                return newest;
            }
            assert!(tokio::time::Instant::now() < deadline, "waited in vain; the newest delivery is {newest:#}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The newest delivery of a webhook, as soon as it has had so many attempts.
    async fn wait_for_attempts(&self, hook: &Value, count: usize) -> Value {
        self.wait_for_delivery(hook, |delivery| attempts(delivery).len() >= count).await
    }

    /// Waits until every change so far has been looked at: the stream is handled in order.
    async fn settled(&self) {
        let hook = self.hook_at("/settled/{id}", "Category", "CREATE").await;
        let marker = self.create("/api/categories/", json!({"name": "marker"})).await;
        self.receiver.wait_for_one(&format!("/settled/{}", id(&marker))).await;
        self.tributary.delete(&self.owner, &format!("/api/webhooks/{}/", id(&hook))).await.expect(204);
    }
}

/// An object's id.
#[track_caller]
fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap_or_else(|| panic!("no id in {object}"))
}

/// A delivery's attempts.
fn attempts(delivery: &Value) -> &[Value] {
    delivery["attempts"].as_array().map(Vec::as_slice).unwrap_or_default()
}
