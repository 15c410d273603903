//! The clawprint contract, by an API key.

use contracts::routes::{Method as RouteMethod, Route};
use http::Method;
use serde_json::{Value, json};

use super::objects::{PAGE, fill_page};
use super::{Scenario, method, unknown};
use crate::Failure;
use crate::call::{Call, Credential};
use crate::scene::{Scene, text};

/// Where a shared path is called by another credential than this contract's.
const SPOKEN: (&str, &str) = ("x-api-contract", "clawprint");

/// The route's plain request: on an invoice that is made for it.
pub async fn good(scene: &Scene, route: &Route) -> Result<Call, Failure> {
    let call = |path: String| Call::new(method(route), path).by(Credential::ApiKey);
    let keys = format!("/api/businesses/{}/api-keys", scene.business());
    Ok(match (route.method, route.path) {
        (RouteMethod::Get, "/api/invoices") => {
            fill_page(scene).await?;
            call(format!("/api/invoices?business_id={}&limit={PAGE}", scene.business()))
        }
        (RouteMethod::Post, "/api/invoices") => call("/api/invoices".into()).json(&body(scene)),
        (RouteMethod::Get | RouteMethod::Delete, "/api/invoices/{id}") => call(invoice(scene).await?),
        (RouteMethod::Patch, "/api/invoices/{id}") => {
            call(invoice(scene).await?).json(&json!({"notes": "30-day payment terms."}))
        }
        (RouteMethod::Post, "/api/invoices/{id}/payment-link") => {
            call(format!("{}/payment-link", invoice(scene).await?))
        }
        (RouteMethod::Get, "/api/invoices/{id}/payment-link") => {
            let path = format!("{}/payment-link", invoice(scene).await?);
            scene.post(&path, &Value::Null).await?;
            call(path)
        }
        (RouteMethod::Get, "/api/businesses") => call("/api/businesses".into()),
        // A key is of a business, and opens none.
        (RouteMethod::Post, "/api/businesses") => {
            let body = json!({"name": format!("Studio {}", scene.fresh()), "currency": "USD"});
            call("/api/businesses".into()).by(Credential::Token).json(&body)
        }
        (RouteMethod::Post | RouteMethod::Get, "/api/businesses/{id}/api-keys") => call(keys),
        (RouteMethod::Delete, "/api/businesses/{id}/api-keys/{public_key}") => {
            let key = text(&scene.post(&keys, &json!({})).await?, "/api_key")?;
            call(format!("{keys}/{}", key.split(':').next().unwrap_or_default()))
        }
        _ => return Err(unknown(route)),
    })
}

/// The path of a new invoice.
async fn invoice(scene: &Scene) -> Result<String, Failure> {
    let call = Call::new(Method::POST, "/api/invoices").with(SPOKEN.0, SPOKEN.1).json(&body(scene));
    let made = scene.send(&call).await?.json()?;
    Ok(format!("/api/invoices/{}", text(&made, "/invoice_id")?))
}

fn body(scene: &Scene) -> Value {
    json!({
        "business_id": scene.business(),
        "customer_email": "customer@example.com",
        "customer_name": "John Smith",
        "issued_date": "2026-02-15",
        "due_date": "2099-03-15",
        "currency": "USD",
        "notes": "Thank you for your business!",
        "payment_terms": "Net 30",
        "line_items": [
            {"description": "Website Development", "quantity": 1, "unit_price": 5000, "type": "service", "tax_rate": 10},
            {"description": "Hosting Setup", "quantity": 1, "unit_price": 500, "type": "fee", "tax_rate": 0},
        ],
    })
}

/// What costs otherwise than the plain request.
pub fn cases() -> Vec<Scenario> {
    let of_status = Scenario::new("clawprint", ("GET", "/api/invoices"), 200, |scene| {
        Box::pin(async move {
            let path = format!("/api/invoices?business_id={}&limit=10&status=paid", scene.business());
            Ok(Call::new(Method::GET, path).by(Credential::ApiKey))
        })
    });
    vec![of_status.case("by status").growing("the exact count of a status reads the headers that have it")]
}
