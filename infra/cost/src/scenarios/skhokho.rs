//! The skhokho contract, by the user's password.

use contracts::routes::{Method as RouteMethod, Route};
use http::Method;
use serde_json::{Value, json};

use super::objects::{PAGE, fill_page, one};
use super::{READS_ON, Scenario, method, unknown};
use crate::Failure;
use crate::call::{Call, Credential};
use crate::scene::{Scene, text};

const LIST: &str = "/api/v1.0/organisation/{org_id}/invoices";
const ACTION: &str = "/api/v1.0/organisation/{org_id}/invoices/{invoice_id}/action";

/// The route's plain request: on an invoice that is made for it.
pub async fn good(scene: &Scene, route: &Route) -> Result<Call, Failure> {
    let path = route.path.replace("{org_id}", &scene.organisation);
    let call = |path: &str| Call::new(method(route), path).by(Credential::Basic);
    if !path.contains("{invoice_id}") {
        return Ok(match route.method {
            RouteMethod::Post => call(&path).json(&body(scene).await?),
            RouteMethod::Get => {
                fill_page(scene).await?;
                call(&format!("{path}?limit={PAGE}"))
            }
            RouteMethod::Put | RouteMethod::Patch | RouteMethod::Delete => return Err(unknown(route)),
        });
    }
    let path = path.replace("{invoice_id}", &invoice(scene).await?);
    Ok(match (route.method, path.rsplit('/').next()) {
        (_, Some("action")) => call(&format!("{path}?action=send")),
        (_, Some("update")) => call(&path).json(&json!({"description": "More pages"})),
        (RouteMethod::Get, _) => call(&path),
        _ => return Err(unknown(route)),
    })
}

/// The id of a new invoice.
async fn invoice(scene: &Scene) -> Result<String, Failure> {
    let path = format!("/api/v1.0/organisation/{}/invoices/create", scene.organisation);
    text(&scene.post(&path, &body(scene).await?).await?, "/unique_id")
}

async fn body(scene: &Scene) -> Result<Value, Failure> {
    Ok(json!({
        "title": "Website redesign",
        "description": "New pages",
        "invoice_number": format!("SK-{}", scene.fresh()),
        "invoice_date": "2026-01-10",
        "due_date": "2099-02-09",
        "client_id": one(scene, "clients").await?,
        "items": [{"quantity": "1.00", "unit_price": "100.00", "vat_rate": "15.00", "currency": "USD"}],
    }))
}

/// What costs otherwise than the plain request.
pub fn cases() -> Vec<Scenario> {
    let action = |name: &'static str, query: &'static str| {
        let scenario = Scenario::new("skhokho", ("GET", ACTION), 200, move |scene| {
            Box::pin(async move {
                let path = ACTION.replace("{org_id}", &scene.organisation);
                let path = path.replace("{invoice_id}", &invoice(scene).await?);
                Ok(Call::new(Method::GET, format!("{path}?action={query}")).by(Credential::Basic))
            })
        });
        scenario.case(name)
    };
    let list = |name: &'static str, query: &'static str| {
        let scenario = Scenario::new("skhokho", ("GET", LIST), 200, move |scene| {
            Box::pin(async move {
                let path = LIST.replace("{org_id}", &scene.organisation);
                Ok(Call::new(Method::GET, format!("{path}?limit={PAGE}&{query}")).by(Credential::Basic))
            })
        });
        scenario.case(name).growing(READS_ON)
    };
    vec![
        list("by a part of the title", "search=nothing"),
        list("by date", "from_date=2098-01-01"),
        list("overdue", "overdue=true"),
        action("mark_as_paid", "mark_as_paid"),
        action("record_payment", "record_payment&amount=1"),
        action("cancel", "cancel"),
        action("duplicate", "duplicate"),
    ]
}
