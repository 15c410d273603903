//! An organisation with much in it.
//!
//! What there is few of is made as a client makes it. Of invoices a few are made so, and the rest are their copies, put
//! into the table past its stream: so a hundred thousand take a minute, and nobody hears of them.

use std::collections::BTreeMap;

use app::ports::{Clock, SystemEntropy, uuid_v7};
use dynoxide::ImportOptions;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::types::{AttributeValue, Item};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::json;
use uuid::Uuid;

use crate::Failure;
use crate::scenarios::new_object;
use crate::scene::{Scene, text};

/// How many invoices are written at a time.
const AT_ONCE: usize = 2_000;
/// How many clients have the invoices.
const CLIENTS: usize = 5;
/// In which statuses: each client has one of each.
const STATUSES: [&str; 4] = ["draft", "sent", "overdue", "paid"];
/// The collections beside the invoices, filled side by side. With contacts and services come clients, with leads their
/// pipelines, and with items their categories.
const COLLECTIONS: [(&str, &str); 8] = [
    ("crm", "/api/clients"),
    ("crm", "/api/contacts"),
    ("crm", "/api/services"),
    ("crm", "/api/leads"),
    ("crm", "/api/catalogue"),
    ("crm", "/api/users"),
    ("namaste", "/api/expenses"),
    ("namaste", "/api/payment-methods"),
];

/// How much is in an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Invoices.
    pub invoices: usize,
    /// Objects of each other kind that there may be many of.
    pub others: usize,
}

/// Fills the organisation.
///
/// # Errors
/// Something is refused.
pub async fn fill(scene: &Scene, size: Size) -> Result<(), Failure> {
    let kinds = COLLECTIONS.map(|(contract, path)| async move {
        for _ in 0..size.others {
            new_object(scene, contract, path).await?;
        }
        Ok::<_, Failure>(())
    });
    stream::iter(kinds).buffer_unordered(COLLECTIONS.len()).try_collect::<()>().await?;
    let mut models = Vec::new();
    for _ in 0..CLIENTS {
        let client = scene.post("/api/clients/", &json!({"name": format!("Client {}", scene.fresh())})).await?;
        for status in STATUSES {
            let invoice = json!({
                "client": client["id"], "status": status, "issue_date": "2026-01-15", "due_date": "2099-02-15",
                "notes": "Thank you.",
            });
            let id = text(&scene.post("/api/invoices/", &invoice).await?, "/id")?;
            let lines = format!("/api/invoices/{id}/line-items/");
            if status != "paid" {
                scene.post(&lines, &json!({"description": "Hours", "quantity": 2, "unit_price": 50})).await?;
            }
            models.push(id);
        }
    }
    copy(scene, &models, size.invoices.saturating_sub(models.len()))
}

/// Puts so many copies of the invoices beside them, and counts them where they are counted.
fn copy(scene: &Scene, models: &[String], count: usize) -> Result<(), Failure> {
    let mut of_model: BTreeMap<&str, Vec<Item>> = models.iter().map(|id| (id.as_str(), vec![])).collect();
    let (mut counters, mut references) = (None, BTreeMap::new());
    for item in items(scene)? {
        let (pk, sk) = (string(&item, "pk"), string(&item, "sk"));
        if pk.ends_with("#SEQ") && sk == "BILLING" {
            counters = Some(item);
        } else if pk.ends_with("#REFS") {
            references.insert(sk.to_owned(), item);
        } else if let Some((_, own)) = of_model.iter_mut().find(|(id, _)| is_of(&item, id)) {
            own.push(item);
        }
    }
    let mut counters = counters.ok_or("invoices that are not counted")?;
    let mut last = number(&counters, "BILLING_last")?;
    let models: Vec<_> = of_model.into_iter().collect();
    let mut batch = Vec::new();
    for made in 0..count {
        let (id, own) = &models[made % models.len()];
        last += 1;
        batch.extend(copied(scene, id, own, last)?);
        let client = own.iter().find_map(|item| item.get("client").map(|_| string(item, "client").to_owned()));
        if let Some(item) = references.get_mut(&format!("CLIENT#{}", client.unwrap_or_default())) {
            add(item, "refs", 1)?;
        }
        if (made + 1) % AT_ONCE == 0 {
            import(scene, std::mem::take(&mut batch))?;
        }
    }
    for name in ["BILLING_last", "BILLING_live"] {
        add(&mut counters, name, count.try_into()?)?;
    }
    batch.push(counters);
    batch.extend(references.into_values());
    import(scene, batch)
}

/// An invoice's items as they would be of another one, with this number.
fn copied(scene: &Scene, id: &str, own: &[Item], last: u64) -> Result<Vec<Item>, Failure> {
    let header = own.iter().find(|item| string(item, "sk") == id).ok_or("an invoice without its header")?;
    let mut pairs = vec![
        (id.to_owned(), Uuid::to_string(&uuid(scene))),
        (string(header, "number").to_owned(), format!("INV-{last:08}-{:04X}", last % 0x1_0000)),
    ];
    let parts = own.iter().filter_map(|item| string(item, "sk").strip_prefix(id)?.rsplit('#').next());
    pairs.extend(parts.filter(|part| part.len() == id.len()).map(|part| (part.to_owned(), uuid(scene).to_string())));
    let copies = own.iter().map(|item| {
        let mut copy = item.clone();
        copy.values_mut().for_each(|value| rename(value, &pairs));
        if copy.contains_key("billing_number") {
            copy.insert("billing_number".into(), AttributeValue::N(last.to_string()));
        }
        if string(item, "pk").contains("#NUMBER#") {
            copy.insert("sk".into(), AttributeValue::S(format!("{last:020}")));
        }
        copy
    });
    Ok(copies.collect())
}

fn uuid(scene: &Scene) -> Uuid {
    uuid_v7(scene.cloud.clock().now(), &SystemEntropy)
}

fn rename(value: &mut AttributeValue, pairs: &[(String, String)]) {
    match value {
        AttributeValue::S(text) => {
            for (from, to) in pairs {
                if text.contains(from.as_str()) {
                    *text = text.replace(from.as_str(), to);
                }
            }
        }
        AttributeValue::M(map) => map.values_mut().for_each(|value| rename(value, pairs)),
        AttributeValue::L(list) => list.iter_mut().for_each(|value| rename(value, pairs)),
        _ => {}
    }
}

/// Whether an item is the invoice's: under its id, or the marker of its number or its place in a list.
fn is_of(item: &Item, id: &str) -> bool {
    let holds = |name: &str| item.contains_key(name) && string(item, name) == id;
    string(item, "sk").starts_with(id) || holds("held_by") || (holds("id") && string(item, "pk").contains("#NUMBER#"))
}

fn string<'a>(item: &'a Item, name: &str) -> &'a str {
    match item.get(name) {
        Some(AttributeValue::S(text)) => text,
        _ => "",
    }
}

fn number(item: &Item, name: &str) -> Result<u64, Failure> {
    match item.get(name) {
        Some(AttributeValue::N(number)) => Ok(number.parse()?),
        _ => Err(format!("no number {name} in {item:?}").into()),
    }
}

fn add(item: &mut Item, name: &str, by: u64) -> Result<(), Failure> {
    let sum = number(item, name)? + by;
    item.insert(name.to_owned(), AttributeValue::N(sum.to_string()));
    Ok(())
}

/// All items of the table.
fn items(scene: &Scene) -> Result<Vec<Item>, Failure> {
    let (database, table) = (scene.cloud.dynamodb().database(), &scene.cloud.environment().table_name);
    let (mut items, mut start) = (Vec::new(), None);
    loop {
        let scan = ScanRequest { table_name: table.clone(), exclusive_start_key: start, ..ScanRequest::default() };
        let found = database.scan(scan)?;
        items.extend(found.items.unwrap_or_default());
        start = found.last_evaluated_key;
        if start.is_none() {
            return Ok(items);
        }
    }
}

fn import(scene: &Scene, items: Vec<Item>) -> Result<(), Failure> {
    let table = &scene.cloud.environment().table_name;
    scene.cloud.dynamodb().database().import_items(table, items, ImportOptions::default())?;
    Ok(())
}
