//! The bottlecrm contract, by an access token.

use contracts::routes::{Method as RouteMethod, Route};
use serde_json::{Value, json};

use super::objects::{IMAGE, id, make};
use super::{method, unknown};
use crate::Failure;
use crate::call::{Call, Credential};
use crate::scene::Scene;

/// The route's plain request: on an invoice that is made for it.
pub async fn good(scene: &Scene, route: &Route) -> Result<Call, Failure> {
    let path = match route.path.contains('{') {
        true => {
            let invoice = id(&make(scene, "/api/invoices").await?);
            let parameter = route.path.split('/').find(|word| word.starts_with('{')).unwrap_or_default();
            route.path.replace(parameter, &invoice)
        }
        false => route.path.to_owned(),
    };
    let call = Call::new(method(route), path).by(Credential::Jwt);
    let words: Vec<&str> = route.path.split('/').filter(|word| !word.starts_with('{')).collect();
    Ok(match (route.method, *words.last().unwrap_or(&"")) {
        (RouteMethod::Get, "invoices") if route.path.contains('{') => call,
        (RouteMethod::Get, "invoices") => Call { path: format!("{}?limit=10", call.path), ..call },
        (RouteMethod::Post, "invoices") => call.json(&new(scene)),
        (RouteMethod::Put | RouteMethod::Patch, "invoices") => call.json(&json!({"invoice_title": "Web services"})),
        (RouteMethod::Delete, "invoices") | (RouteMethod::Get | RouteMethod::Post, "download") => call,
        (RouteMethod::Post, "send-mail") => call.json(&json!({
            "recipients": ["customer@example.com"], "subject": "Your invoice", "message": "Please find it attached.",
        })),
        (RouteMethod::Post, "status") => call.json(&json!({"status": "Paid"})),
        (RouteMethod::Post, "comment") => call.json(&json!({"comment": "Customer asked for more time"})),
        (RouteMethod::Post, "attachment") => call.file("attachment", IMAGE),
        _ => return Err(unknown(route)),
    })
}

fn new(scene: &Scene) -> Value {
    json!({
        "invoice_title": "Web Development Services",
        "name": "Tech Solutions Inc",
        "email": format!("billing{}@example.com", scene.fresh()),
        "quantity": 80,
        "rate": "125.00",
        "currency": "USD",
        "due_date": "2099-02-15",
    })
}
