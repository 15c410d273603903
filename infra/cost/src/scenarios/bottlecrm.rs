//! The bottlecrm contract, by an access token.

use contracts::routes::{Method as RouteMethod, Route};
use http::Method;
use serde_json::{Value, json};

use super::objects::{IMAGE, PAGE, fill_page, id, make};
use super::{Scenario, method, unknown};
use crate::Failure;
use crate::call::{Call, Credential};
use crate::scene::Scene;

const LIST: &str = "/api/invoices";

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
        (RouteMethod::Get, "invoices") => {
            fill_page(scene).await?;
            Call { path: format!("{}?limit={PAGE}", call.path), ..call }
        }
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

/// By a name alone the local cloud does not answer in time where there are 100,000 invoices.
const NAMED: &str = "the exact count reads every header of the status, and every client; without a status it reads all \
                     headers, and the request runs out of time where there are very many";

/// What costs otherwise than the plain request.
pub fn cases() -> Vec<Scenario> {
    let list = |case: &'static str, query: &'static str, why: &'static str| {
        let scenario = Scenario::new("bottlecrm", ("GET", LIST), 200, move |_| {
            Box::pin(
                async move { Ok(Call::new(Method::GET, format!("{LIST}?limit={PAGE}&{query}")).by(Credential::Jwt)) },
            )
        });
        scenario.case(case).growing(why)
    };
    let deep = Scenario::new("bottlecrm", ("GET", LIST), 200, |scene| {
        Box::pin(async move {
            let page = Call::new(Method::GET, format!("{LIST}?limit=1")).by(Credential::Jwt);
            let count = scene.send(&page).await?.json()?["count"].as_u64().ok_or("a list without its count")?;
            // Two pages before the end, where there are not many more; all of them would take too long.
            let offset = count.saturating_sub(20).min(10_000);
            Ok(Call { path: format!("{LIST}?limit={PAGE}&offset={offset}"), ..page })
        })
    });
    vec![
        list("by status", "status=Paid", "the exact count of a status reads the headers that have it"),
        list("by status and a part of the name", "status=Paid&name=nobody", NAMED),
        deep.case("by an offset of 10,000 or near the end").growing("what an offset leaves out is read"),
    ]
}
