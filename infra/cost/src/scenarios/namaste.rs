//! The namaste contract, by an access token.

use contracts::routes::{Method as RouteMethod, Route};
use http::Method;
use serde_json::{Value, json};

use super::{Scenario, method, unknown};
use crate::Failure;
use crate::call::{Call, Credential};
use crate::scene::Scene;

/// The route's plain request: on an object that is made for it.
pub async fn good(scene: &Scene, route: &Route) -> Result<Call, Failure> {
    let call = |path: String| Call::new(method(route), path).by(Credential::Jwt);
    let named = async |number: u64| format!("{}?id={number}", route.path);
    Ok(match route.method {
        RouteMethod::Get => call(route.path.into()),
        RouteMethod::Post => call(route.path.into()).json(&new(scene, route.path).await?),
        RouteMethod::Put => {
            let number = make(scene, route.path).await?;
            call(named(number).await).json(&change(scene, route)?)
        }
        RouteMethod::Delete => call(named(make(scene, route.path).await?).await),
        RouteMethod::Patch => return Err(unknown(route)),
    })
}

/// The number of a new object.
pub async fn make(scene: &Scene, path: &'static str) -> Result<u64, Failure> {
    let call = Call::new(Method::POST, path).by(Credential::Jwt).json(&Box::pin(new(scene, path)).await?);
    let made = scene.send(&call).await?.json()?;
    let inner = made.as_object().into_iter().flat_map(|fields| fields.values()).find_map(|value| value["id"].as_u64());
    made["id"].as_u64().or(inner).ok_or_else(|| format!("no id in {made}").into())
}

/// A body that makes an object.
async fn new(scene: &Scene, path: &'static str) -> Result<Value, Failure> {
    let number = scene.fresh();
    Ok(match path {
        "/api/products" => json!({
            "product_name": format!("Widget {number}"), "category": 1, "unit_price": "99.99", "quantity": 100,
            "product_Img": "https://example.com/image.jpg", "description": "A high-quality widget",
        }),
        "/api/product-categories" => json!({"name": format!("Range {number}")}),
        "/api/payment-methods" => json!({"name": format!("Card {number}")}),
        "/api/parties" => json!({
            "Category_type": "Customer", "name": format!("Company {number}"), "email": format!("p{number}@example.com"),
            "phone_no": format!("+9198{number}1"), "Customer_code": format!("CUST{number}"), "address": "123 Main Street",
        }),
        "/api/expenses" => json!({
            "amount": "5000.00", "date": "2026-02-01", "category": "Rent", "description": "Office rent for February",
        }),
        "/api/billing" => {
            let (party, item) = (make(scene, "/api/parties").await?, make(scene, "/api/products").await?);
            json!({
                "invoice_number": format!("B-{number}"), "invoice_date": "2026-02-12", "due_date": "2099-03-12",
                "party": party, "invoice_status": "Unpaid", "notes": "Payment due in 30 days",
                "items": [{"item": item, "quantity": 10, "rate": "99.99"}],
            })
        }
        other => return Err(format!("no object is known for {other}").into()),
    })
}

fn change(scene: &Scene, route: &Route) -> Result<Value, Failure> {
    Ok(match route.path {
        "/api/products" => json!({"description": "Another widget"}),
        "/api/product-categories" | "/api/payment-methods" => json!({"name": format!("Renamed {}", scene.fresh())}),
        "/api/parties" => json!({"address": "124 Main Street"}),
        "/api/expenses" => json!({"description": "Office rent, revised"}),
        "/api/billing" => json!({"notes": "Payment due in 14 days"}),
        _ => return Err(unknown(route)),
    })
}

/// What costs otherwise than the plain request.
pub fn cases() -> Vec<Scenario> {
    let one = |path: &'static str| {
        Scenario::new("namaste", ("GET", path), 200, move |scene| {
            Box::pin(async move {
                let number = make(scene, path).await?;
                Ok(Call::new(Method::GET, format!("{path}?id={number}")).by(Credential::Jwt))
            })
        })
        .case("one")
    };
    let second = |path: &'static str| {
        Scenario::new("namaste", ("GET", path), 200, move |_| {
            Box::pin(async move { Ok(Call::new(Method::GET, format!("{path}?page=2")).by(Credential::Jwt)) })
        })
        .case("the second page, something having been deleted")
    };
    vec![
        one("/api/products"),
        one("/api/parties"),
        one("/api/expenses"),
        one("/api/billing"),
        second("/api/products"),
        second("/api/billing"),
        Scenario::new("namaste", ("PUT", "/api/billing"), 200, |scene| {
            Box::pin(async move {
                let number = make(scene, "/api/billing").await?;
                let call = Call::new(Method::PUT, format!("/api/billing?id={number}")).by(Credential::Jwt);
                Ok(call.json(&json!({"invoice_status": "Paid"})))
            })
        })
        .case("to Paid"),
    ]
}
