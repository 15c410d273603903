//! Every object can be saved as it was read, in every contract that shows it.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};

use super::Office;
use super::world::{Kept, Referred};

/// What changes with every save.
const VOLATILE: [&str; 3] = ["updated_at", "last_updated", "is_updated_at"];

#[tokio::test(flavor = "multi_thread")]
async fn every_object_can_be_saved_as_it_was_read_after_what_it_refers_to_is_gone() {
    let office = Office::open().await;
    let (kept, referred) = office.furnish().await;
    assert_covered(&office, &kept).await;
    let before = office.read_all(&kept).await;
    office.take_away(&referred).await;
    let now = office.read_all(&kept).await;
    let mut failed = Vec::new();
    for (kept, (before, now)) in kept.iter().zip(before.iter().zip(&now)) {
        // What was changed itself would be changed back.
        if !kept.read.starts_with("/api/attributes") && !kept.read.starts_with("/api/pipelines") {
            failed.extend(office.save(kept, before, now).await);
        }
        failed.extend(office.save(kept, now, now).await);
    }
    // What one contract saves, all others show as before.
    for ((kept, before), after) in kept.iter().zip(&now).zip(office.read_all(&kept).await) {
        if *before != after {
            failed.push(format!("{} {} has changed\n  from {before}\n  to   {after}", kept.contract, kept.read));
        }
    }
    assert!(failed.is_empty(), "{} of {}:\n{}", failed.len(), kept.len(), failed.join("\n"));
}

impl Office {
    async fn read_all(&self, kept: &[Kept]) -> Vec<Value> {
        let mut all = Vec::with_capacity(kept.len());
        for kept in kept {
            all.push(self.shown(kept).await);
        }
        all
    }

    async fn shown(&self, kept: &Kept) -> Value {
        // No GET shows one attribute, but an empty change does.
        let (method, body) = match kept.read.starts_with("/api/attributes/") {
            true => (Method::PATCH, json!({})),
            false => (Method::GET, Value::Null),
        };
        steady(self.call(kept.contract, method, &kept.read, body).await.expect(200))
    }

    /// Deletes what objects refer to, and changes what their values were allowed by.
    async fn take_away(&self, referred: &Referred) {
        for (index, id) in referred.attributes.iter().enumerate() {
            // Every other one is a list; the others are numbers.
            let change = match index % 2 {
                0 => json!({"list_values": ["Other"]}),
                _ => json!({"type": "date"}),
            };
            self.call("crm", Method::PATCH, &format!("/api/attributes/{id}"), change).await.expect(200);
        }
        for entity in ["client", "lead", "invoice", "payment", "catalogue_item"] {
            let needed = json!({"name": "needed", "type": "text", "is_required": true});
            self.post("crm", &format!("/api/attributes/{entity}"), needed).await;
        }
        for path in &referred.deleted {
            self.delete("crm", path).await;
        }
        let stages = json!({"stages": [{"name": "Prospecting"}]});
        self.call("crm", Method::PATCH, &format!("/api/pipelines/{}", referred.pipeline), stages).await.expect(200);
    }

    /// Saves an object as it was read, and says where that is refused or changes it.
    async fn save(&self, kept: &Kept, body: &Value, shown: &Value) -> Vec<String> {
        let mut failed = Vec::new();
        for (method, path) in &kept.saves {
            let place = format!("{} {method} {path}", kept.contract);
            let answer = self.call(kept.contract, method.clone(), path, body.clone()).await;
            if answer.status != 200 {
                failed.push(format!("{place}: {} {}", answer.status, answer.text));
                continue;
            }
            let after = self.shown(kept).await;
            if after != *shown {
                failed.push(format!("{place} changes\n  from {shown}\n  to   {after}"));
            }
        }
        failed
    }
}

/// An object without what changes with every save.
fn steady(mut shown: Value) -> Value {
    if let Some(fields) = shown.as_object_mut() {
        fields.retain(|name, _| !VOLATILE.contains(&name.as_str()));
    }
    shown
}

/// Whether an object is saved by every PUT and PATCH that there is.
async fn assert_covered(office: &Office, kept: &[Kept]) {
    for contract in ["crm", "clawprint", "bottlecrm", "namaste", "skhokho"] {
        let document = office.get(contract, &format!("/openapi/{contract}.json")).await;
        let saves: BTreeSet<(&Method, &str)> = kept
            .iter()
            .filter(|kept| kept.contract == contract)
            .flat_map(|kept| kept.saves.iter().map(|(method, path)| (method, path.as_str())))
            .collect();
        for (template, methods) in document["paths"].as_object().unwrap() {
            for method in [Method::PUT, Method::PATCH] {
                let is_served = methods.get(method.as_str().to_lowercase()).is_some();
                let is_covered = saves.iter().any(|(saved, path)| **saved == method && is_of(path, template));
                assert!(is_covered || !is_served, "{contract}: nothing is saved by {method} {template}");
            }
        }
    }
}

fn is_of(path: &str, template: &str) -> bool {
    let path = path.split('?').next().unwrap().trim_matches('/').split('/');
    let template = template.trim_matches('/').split('/');
    path.clone().count() == template.clone().count()
        && path.zip(template).all(|(part, expected)| expected.starts_with('{') || part == expected)
}
