//! Organisations as a whole: what is kept in an earlier form, what their export holds, and what is left of one that is
//! deleted.

mod deletion;
mod export;
mod refusals;
mod upgrade;

use std::time::Duration;

use dynoxide::actions::scan::ScanRequest;
use dynoxide::types::Item;
use http::Method;
use serde_json::{Value, json};

use crate::support::{Remote, Tributary, User};

const PATIENCE: Duration = Duration::from_secs(30);

/// The organisation of a user.
async fn organisation(tributary: &Remote, user: &User) -> String {
    let me = tributary.get(user, "/api/me/").await.expect(200);
    me["organization_id"].as_str().unwrap().to_owned()
}

/// Waits until something is so.
async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !is_so().await {
        assert!(tokio::time::Instant::now() < deadline, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Every item of the table, as it is kept.
fn table(tributary: &Tributary) -> Vec<Item> {
    let (database, table) = (tributary.cloud.dynamodb().database(), &tributary.cloud.environment().table_name);
    let (mut items, mut start) = (Vec::new(), None);
    loop {
        let scan = ScanRequest { table_name: table.clone(), exclusive_start_key: start, ..ScanRequest::default() };
        let found = database.scan(scan).unwrap();
        items.extend(found.items.unwrap());
        start = found.last_evaluated_key;
        if start.is_none() {
            return items;
        }
    }
}

/// Asks for an export and waits for its file.
async fn export(tributary: &Remote, user: &User, organisation: &str) -> Value {
    let exports = format!("/api/organisations/{organisation}/export/");
    let mut asked = tributary.post(user, &exports, json!({})).await;
    eventually("no other export may be made", async || {
        match asked.status.as_u16() {
            409 => {}
            429 => tributary.advance(3_600).await,
            _ => return true,
        }
        asked = tributary.post(user, &exports, json!({})).await;
        false
    })
    .await;
    let asked = asked.expect(202);
    let path = format!("{exports}{}/", asked["id"].as_str().unwrap());
    let mut shown = Value::Null;
    eventually("the export is not done", async || {
        shown = tributary.get(user, &path).await.expect(200);
        shown["state"] == "done"
    })
    .await;
    shown
}

/// The lines of an export's file.
async fn lines(export: &Value) -> Vec<Value> {
    let url: http::Uri = export["url"].as_str().unwrap().parse().unwrap();
    let host = format!("http://{}", url.authority().unwrap());
    let file = Remote::at(&host).raw(Method::GET, url.path_and_query().unwrap().as_str(), &[], "").await;
    assert_eq!(file.status, 200, "{}", file.text);
    assert_eq!(file.header("content-type"), Some("application/x-ndjson"));
    assert_eq!(json!(file.text.len()), export["bytes"]);
    file.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
