//! All objects of all contracts in one organisation: how they are saved, and how they are refused.

mod refused;
mod saved;
mod world;

use http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Tributary, User};

/// An id that nothing has.
const NOWHERE: &str = "0190b5a1-7c5e-7000-8000-000000000001";

/// An organisation, spoken to in any contract.
struct Office {
    tributary: Tributary,
    user: User,
    organisation: String,
    business: String,
}

impl Office {
    async fn open() -> Self {
        let tributary = Tributary::start().await;
        let user = tributary.sign_up("john_doe").await;
        let me = tributary.get(&user, "/api/me/").await.expect(200);
        let text = |name: &str| me[name].as_str().unwrap().to_owned();
        let (organisation, business) = (text("organization_id"), text("business_id"));
        Self { tributary, user, organisation, business }
    }

    async fn call(&self, contract: &str, method: Method, path: &str, body: Value) -> Answer {
        let authorization = format!("Token {}", self.user.token);
        let mut headers = vec![("authorization", authorization.as_str()), ("content-type", "application/json")];
        // Where one contract owns the path, the header is ignored.
        if matches!(contract, "crm" | "clawprint" | "bottlecrm") {
            headers.push(("x-api-contract", contract));
        }
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.tributary.raw(method, path, &headers, body).await
    }

    async fn get(&self, contract: &str, path: &str) -> Value {
        self.call(contract, Method::GET, path, Value::Null).await.expect(200)
    }

    async fn post(&self, contract: &str, path: &str, body: Value) -> Value {
        self.call(contract, Method::POST, path, body).await.expect(201)
    }

    /// Makes an object of crm and gives its id.
    async fn make(&self, path: &str, body: Value) -> String {
        let made = self.post("crm", path, body).await;
        made["id"].as_str().map_or_else(|| made["id"].to_string(), str::to_owned)
    }

    async fn delete(&self, contract: &str, path: &str) {
        let answer = self.call(contract, Method::DELETE, path, Value::Null).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text);
    }

    /// An invoice's path in skhokho.
    fn skhokho(&self, rest: &str) -> String {
        format!("/api/v1.0/organisation/{}/invoices/{rest}", self.organisation)
    }

    /// Defines the same attributes for every kind of object: `kind`, a list, and `size`, a number. Gives their ids.
    async fn define(&self, more: Value) -> Vec<String> {
        let entities = [
            "client",
            "service",
            "lead",
            "lead_client_info",
            "lead_service_info",
            "follow_up",
            "contact",
            "category",
            "catalogue_item",
            "price_tier",
            "invoice",
            "invoice_line_item",
            "payment",
        ];
        let mut ids = Vec::new();
        for entity in entities {
            let kind = json!({"name": "kind", "type": "list", "list_values": ["Tech", "Health"]});
            for mut body in [kind, json!({"name": "size", "type": "number"})] {
                body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                ids.push(self.make(&format!("/api/attributes/{entity}"), body).await);
            }
        }
        ids
    }
}
