//! Objects of the crm contract, made anew for each request that needs one.

use http::Method;
use serde_json::{Value, json};

use crate::Failure;
use crate::call::Call;
use crate::scene::{PASSWORD, Scene, text};

/// What is uploaded: an image as far as its first bytes tell.
pub const IMAGE: &[u8] = b"GIF89a";

/// How many rows a list is asked for.
pub const PAGE: u32 = 10;

/// An object in a collection, by the collection's path, with what it needs.
pub async fn make(scene: &Scene, collection: &str) -> Result<Value, Failure> {
    let word = collection.rsplit('/').next().unwrap_or_default();
    match word {
        "deliveries" => delivery(scene, collection).await,
        _ => scene.post(&format!("{collection}/"), &Box::pin(new(scene, collection)).await?).await,
    }
}

/// An object's id as a path has it.
pub fn id(object: &Value) -> String {
    object["id"].as_str().map_or_else(|| object["id"].to_string(), str::to_owned)
}

/// A body that makes an object in a collection.
pub async fn new(scene: &Scene, collection: &str) -> Result<Value, Failure> {
    let number = scene.fresh();
    let word = collection.rsplit('/').next().unwrap_or_default();
    Ok(match word {
        "client" | "attributes" => json!({"name": format!("field-{number}"), "label": "Industry", "type": "text"}),
        "clients" => {
            with_entries(json!({"name": format!("Client {number}"), "email": format!("c{number}@example.com")}))
        }
        "contacts" => with_entries(json!({"client": one(scene, "clients").await?, "first_name": "Maria"})),
        "services" => with_entries(json!({"client": one(scene, "clients").await?, "name": "Support"})),
        "follow-ups" => json!({"follow_up_date": "2026-01-15T10:00:00Z", "comment": "Sent brochure."}),
        "pipelines" => {
            json!({"name": format!("Sales {number}"), "stages": [stage("Prospecting", 1), stage("Offer", 2)]})
        }
        "leads" => {
            let pipeline = one(scene, "pipelines").await?;
            with_entries(json!({"name": format!("Lead {number}"), "pipeline": pipeline, "stage": "Prospecting"}))
        }
        "users" => json!({
            "username": format!("member{number}"), "email": format!("m{number}@example.com"), "password": PASSWORD,
            "groups": ["Sales"],
        }),
        "categories" => json!({"name": format!("Category {number}")}),
        "catalogue" => json!({
            "category": one(scene, "categories").await?, "name": format!("Item {number}"), "sku": format!("SKU-{number}"),
            "base_price": "100.00",
        }),
        "price-tiers" => {
            json!({"name": "Enterprise", "min_quantity": number.parse::<u64>()? + 1_000_000, "price": "80.00"})
        }
        "invoices" => invoice(scene).await?,
        "line-items" => json!({"description": "Hours", "quantity": "20.00", "unit_price": "100.00"}),
        "payments" => json!({"amount": "1.00", "method": "cash", "paid_at": "2026-03-01T10:00:00Z"}),
        "webhooks" => json!({
            "name": "Notify", "model": "Client", "event": "UPDATE", "url": "http://127.0.0.1:9/hooks/{id}",
            "conditions": [{"field": "name", "operator": "=", "value": format!("Heard {number}")}],
        }),
        _ => return Err(format!("no object is known for {collection}").into()),
    })
}

/// An invoice that is owed, of a client with a contact.
async fn invoice(scene: &Scene) -> Result<Value, Failure> {
    let client = make(scene, "/api/clients").await?;
    let contact = json!({"client": client["id"], "first_name": "Maria", "email": "maria@example.com"});
    let contact = scene.post("/api/contacts/", &contact).await?;
    Ok(with_entries(json!({
        "client": client["id"], "contact": contact["id"], "status": "sent", "issue_date": "2026-01-15",
        "due_date": "2099-02-15", "subtotal": "100.00", "total": "100.00",
    })))
}

/// The id of a new object.
pub async fn one(scene: &Scene, word: &str) -> Result<Value, Failure> {
    Ok(Box::pin(make(scene, &format!("/api/{word}"))).await?["id"].clone())
}

/// A failed delivery of a webhook, whose receiver is not there.
async fn delivery(scene: &Scene, collection: &str) -> Result<Value, Failure> {
    let client = one(scene, "clients").await?;
    let webhook = scene.get(collection.trim_end_matches("deliveries")).await?;
    let heard = json!({"name": text(&webhook, "/conditions/0/value")?});
    scene.patch(&format!("/api/clients/{}/", text(&client, "")?), &heard).await?;
    let path = format!("{collection}/");
    let failed = async || {
        let rows = scene.get(&path).await?;
        Ok(rows.as_array().into_iter().flatten().find(|row| row["status"] != "pending").cloned())
    };
    scene.eventually("a delivery that has failed", failed).await
}

/// Makes one invoice more than a list that begins with the newest is asked for: what it reads are these, and not what
/// other calls have made before.
pub async fn fill_page(scene: &Scene) -> Result<(), Failure> {
    for _ in 0..=PAGE {
        make(scene, "/api/invoices").await?;
    }
    Ok(())
}

/// The path of an image that a new client has.
pub async fn image(scene: &Scene) -> Result<String, Failure> {
    let client = one(scene, "clients").await?;
    let files = format!("/api/clients/{}/files/", text(&client, "")?);
    let added = scene.send(&Call::new(Method::POST, files).file("file", IMAGE)).await?.json()?;
    let url = text(&added, "/url")?;
    let place = url.find("/files/").ok_or("an image whose URL has no path")?;
    Ok(url[place..].to_owned())
}

fn stage(name: &str, order: u8) -> Value {
    json!({"name": name, "color": "#6c6f73", "order": order})
}

fn with_entries(mut body: Value) -> Value {
    body["list_of_tasks"] = json!([{"task": "Call client", "date": "2026-01-20"}]);
    body["list_of_notes"] = json!([{"note": "New"}]);
    body
}
