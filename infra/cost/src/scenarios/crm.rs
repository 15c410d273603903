//! The crm contract.

use contracts::routes::{Method as RouteMethod, Route};
use http::Method;
use serde_json::{Value, json};

use super::objects::{IMAGE, PAGE, id, image, make, new, one};
use super::{READS_ON, Scenario, method};
use crate::Failure;
use crate::call::Call;
use crate::scene::{Scene, text};

/// An id that nothing has.
const NOBODY: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

/// The route's plain request: on objects that are made for it.
pub async fn good(scene: &Scene, route: &Route) -> Result<Call, Failure> {
    if route.path.starts_with("/files/") {
        return Ok(Call::new(Method::GET, image(scene).await?));
    }
    if route.path.starts_with("/api/organisations/") {
        return of_organisation(scene, route).await;
    }
    if route.path.starts_with("/api/tokens") {
        return of_tokens(scene, route).await;
    }
    let (path, made) = filled(scene, route).await?;
    let call = Call::new(method(route), path);
    if route.form.is_some() {
        return Ok(call.file("file", IMAGE));
    }
    match route.body {
        Some(_) => Ok(call.json(&body(scene, route, &made).await?)),
        None if is_list(route) => Ok(Call { path: format!("{}?limit={PAGE}", call.path), ..call }),
        None => Ok(call),
    }
}

/// A request about a whole organisation, which is another one: this one is needed yet.
async fn of_organisation(scene: &Scene, route: &Route) -> Result<Call, Failure> {
    let stranger = scene.stranger().await?;
    let mut path = route.path.replace("{id}", &stranger.organisation);
    if path.contains("{export_id}") {
        let export = format!("/api/organisations/{}/export", stranger.organisation);
        let export = scene.send(&stranger.call(Method::POST, export)).await?.json()?;
        path = path.replace("{export_id}", &id(&export));
        let written = async || {
            let shown = scene.send(&stranger.call(Method::GET, path.clone())).await?.json()?;
            Ok((shown["state"] == "done").then_some(()))
        };
        scene.eventually("an export", written).await?;
    }
    Ok(stranger.call(method(route), path))
}

/// A request about the tokens of another user: those of this one are needed yet.
async fn of_tokens(scene: &Scene, route: &Route) -> Result<Call, Failure> {
    let stranger = scene.stranger().await?;
    let tokens = scene.send(&stranger.call(Method::GET, "/api/tokens")).await?.json()?;
    let path = route.path.replace("{token_id}", &text(&tokens, "/0/id")?);
    Ok(stranger.call(method(route), path))
}

fn is_list(route: &Route) -> bool {
    route.query.iter().any(|parameter| parameter.name == "limit")
}

/// The route's path with ids of new objects in it, and the last of them.
async fn filled(scene: &Scene, route: &Route) -> Result<(String, Value), Failure> {
    let (mut path, mut made) = (String::new(), Value::Null);
    for segment in route.path.split('/').skip(1) {
        let segment = match segment {
            // Definitions of attributes are listed and made under the name of an entity.
            "{key}" if matches!(route.method, RouteMethod::Get | RouteMethod::Post) => "client".to_owned(),
            "{key}" => {
                made = make(scene, "/api/attributes/client").await?;
                id(&made)
            }
            parameter if parameter.starts_with('{') => {
                let api = if path.starts_with("/api/") { "" } else { "/api" };
                made = make(scene, &format!("{api}{path}")).await?;
                id(&made)
            }
            word => word.to_owned(),
        };
        path = format!("{path}/{segment}");
    }
    Ok((path, made))
}

async fn body(scene: &Scene, route: &Route, made: &Value) -> Result<Value, Failure> {
    let words: Vec<&str> = route.path.split('/').filter(|word| !word.starts_with('{')).collect();
    let word = *words.last().unwrap_or(&"");
    Ok(match (route.method, word) {
        (_, "update-task") => json!({"task_id": text(made, "/list_of_tasks/0/id")?, "completed": true}),
        (_, "delete-note") => json!({"id": text(made, "/list_of_notes/0/id")?}),
        (_, "test") => json!({"object_id": one(scene, "clients").await?}),
        (RouteMethod::Post, _) => new(scene, route.path.trim_end_matches("/{key}")).await?,
        (_, "attributes") => json!({"label": "Industry Group", "is_required": false}),
        (_, "pipelines") => json!({"name": format!("Renamed {}", scene.fresh())}),
        (_, "contacts") => json!({"job_title": "CEO"}),
        (_, "follow-ups") => json!({"follow_up_date": "2026-01-16T10:00:00Z", "comment": "Called."}),
        (_, "users") => json!({"first_name": "Jane", "groups": ["Sales"]}),
        (_, "invoices") => json!({"notes": "30-day payment terms."}),
        (_, "line-items") => json!({"quantity": "21.00"}),
        (_, "payments") => json!({"amount": "2.00"}),
        (_, "catalogue") => json!({"base_price": "110.00"}),
        (_, "price-tiers") => json!({"price": "90.00"}),
        (_, "webhooks") => json!({"name": "Notify more"}),
        _ => json!({"name": format!("Renamed {}", scene.fresh())}),
    })
}

/// What costs otherwise than the plain request.
pub fn cases() -> Vec<Scenario> {
    let mut cases = lists();
    cases.extend(changes());
    cases
}

/// Lists by each filter that no index answers, where nothing passes it, and by what indexes answer.
fn lists() -> Vec<Scenario> {
    let list = |path: &'static str, case: &'static str, query: String| {
        Scenario::new("crm", ("GET", path), 200, move |_| {
            let path = format!("{path}?limit={PAGE}&{query}");
            Box::pin(async move { Ok(Call::new(Method::GET, path)) })
        })
        .case(case)
    };
    let of_client = |case: &'static str, query: &'static str| {
        Scenario::new("crm", ("GET", "/api/invoices"), 200, move |scene| {
            Box::pin(async move {
                let client = crowded(scene).await?;
                Ok(Call::new(Method::GET, format!("/api/invoices?limit={PAGE}&client={client}{query}")))
            })
        })
        .case(case)
    };
    vec![
        list("/api/clients", "by a part of the name", "name=nobody".into()).growing(READS_ON),
        list("/api/contacts", "by client", format!("client={NOBODY}")).growing(READS_ON),
        list("/api/services", "by client", format!("client={NOBODY}")).growing(READS_ON),
        list("/api/leads", "by stage", "stage=Nowhere".into()).growing(READS_ON),
        list("/api/categories", "by a part of the name", "name=nothing".into()).growing(READS_ON),
        list("/api/catalogue", "by category", format!("category={NOBODY}")).growing(READS_ON),
        list("/api/invoices", "by status", "status=paid".into()),
        list("/api/invoices", "by a word for several statuses", "status=sent".into()).growing(READS_ON),
        list("/api/invoices", "by number", "invoice_number=INV-20260101-0000".into()),
        list("/api/invoices", "by currency", "currency=JPY".into()).growing(READS_ON),
        of_client("by client", ""),
        of_client("by client and status", "&status=void").growing(READS_ON),
    ]
}

/// A client who has many invoices: that of the oldest one.
async fn crowded(scene: &Scene) -> Result<String, Failure> {
    text(&scene.get("/api/invoices/?limit=1").await?, "/0/client")
}

fn changes() -> Vec<Scenario> {
    vec![
        Scenario::new("crm", ("POST", "/api/invoices/{id}/line-items"), 201, |scene| {
            Box::pin(async move {
                let invoice = id(&make(scene, "/api/invoices").await?);
                let body = json!({"catalogue_item": one(scene, "catalogue").await?, "quantity": "20.00"});
                Ok(Call::new(Method::POST, format!("/api/invoices/{invoice}/line-items")).json(&body))
            })
        })
        .case("from the catalogue, without price"),
        Scenario::new("crm", ("PATCH", "/api/invoices/{id}"), 200, |scene| {
            Box::pin(async move {
                let invoice = id(&make(scene, "/api/invoices").await?);
                Ok(Call::new(Method::PATCH, format!("/api/invoices/{invoice}")).json(&json!({"status": "paid"})))
            })
        })
        .case("to paid"),
        Scenario::new("crm", ("POST", "/api/clients"), 201, |scene| {
            Box::pin(async move {
                let call = Call::new(Method::POST, "/api/clients").json(&new(scene, "/api/clients").await?);
                Ok(call.with("idempotency-key", format!("key-{}", scene.fresh())))
            })
        })
        .case("with an Idempotency-Key"),
    ]
}
