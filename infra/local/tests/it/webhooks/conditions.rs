//! Conditions: which objects a webhook is sent for.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

/// A condition list with its logic, and whether it holds for the object of [`object`].
type Case = (Value, &'static str, bool);

fn one(field: &str, operator: &str, value: Value, holds: bool) -> Case {
    (json!([{"field": field, "operator": operator, "value": value}]), "AND", holds)
}

fn object() -> Value {
    json!({
        "name": "Acme Corp",
        "attributes": {
            "industry": "Tech", "size": 80, "budget": "80.00", "tiny": 0.1, "big": "12345678901234567.89",
            "signed": "2026-03-01", "called": "2026-03-01T10:00:00+02:00", "tags": ["vip", "eu", 7],
            "nested": {"deep": [{"name": "x"}]}, "nothing": null, "yes": true, "empty": "",
        },
    })
}

/// Makes a webhook for each case, and checks that exactly those are sent whose conditions hold.
async fn check(cases: Vec<Case>) {
    let scene = Scene::start().await;
    let mut expected = BTreeSet::new();
    let mut hooks = Vec::new();
    for (number, (conditions, logic, holds)) in cases.into_iter().enumerate() {
        let hook = json!({
            "model": "Client", "event": "CREATE", "url": scene.url("/case"), "conditions": conditions,
            "condition_logic": logic,
        });
        hooks.push((format!("{number}: {logic} {conditions}"), scene.hook(hook).await));
        if holds {
            expected.insert(hooks[number].0.clone());
        }
    }
    let client = scene.create("/api/clients/", object()).await;
    scene.settled().await;
    let (mut sent, mut matching) = (BTreeSet::new(), BTreeSet::new());
    for (name, hook) in &hooks {
        if !scene.deliveries(hook).await.is_empty() {
            sent.insert(name.clone());
        }
        let test = format!("/api/webhooks/{}/test/", id(hook));
        if scene.tributary.post(&scene.owner, &test, json!({"object_id": client["id"]})).await.expect(200)["matches"]
            == true
        {
            matching.insert(name.clone());
        }
    }
    assert_eq!(sent, expected);
    assert_eq!(matching, expected, "the trial disagrees");
    scene.receiver.wait_for("/case", expected.len()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn equality_is_of_texts_numbers_dates_and_null() {
    check(vec![
        one("name", "=", json!("Acme Corp"), true),
        one("self.name", "=", json!("Acme Corp"), true),
        one("name", "=", json!("acme corp"), false),
        one("name", "!=", json!("Other"), true),
        one("name", "!=", json!("Acme Corp"), false),
        one("self.attributes.industry", "=", json!("Tech"), true),
        one("attributes.size", "=", json!("80.00"), true),
        one("attributes.budget", "=", json!(80), true),
        one("attributes.budget", "!=", json!(80.0), false),
        one("attributes.signed", "=", json!("2026-03-01"), true),
        one("attributes.called", "=", json!("2026-03-01T08:00:00Z"), true),
        one("attributes.yes", "=", json!(true), true),
        one("attributes.yes", "=", json!("true"), false),
        one("attributes.nothing", "=", json!(null), true),
        one("attributes.missing", "=", json!(null), true),
        one("attributes.missing", "=", json!(""), false),
        one("attributes.missing", "!=", json!(null), false),
        one("attributes.missing", "!=", json!("x"), true),
        one("attributes.empty", "=", json!(null), false),
        one("attributes.nested.deep.0.name", "=", json!("x"), true),
        one("attributes.industry.deeper", "=", json!(null), true),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn order_is_of_decimals_and_dates_and_a_missing_field_has_none() {
    check(vec![
        one("attributes.size", ">", json!(9), true),
        one("attributes.budget", ">", json!("9"), true),
        one("attributes.budget", "<", json!("100"), true),
        one("attributes.budget", ">=", json!("80"), true),
        one("attributes.budget", "<=", json!("79.99"), false),
        one("attributes.tiny", ">=", json!("0.1"), true),
        one("attributes.tiny", ">", json!("0.1"), false),
        one("attributes.big", ">", json!("12345678901234567.88"), true),
        one("attributes.big", "<", json!("12345678901234567.9"), true),
        one("attributes.signed", ">", json!("2026-02-28"), true),
        one("attributes.signed", "<", json!("2026-02-28"), false),
        one("attributes.signed", "<=", json!("2026-03-01"), true),
        one("attributes.called", "<", json!("2026-03-01T09:00:00Z"), true),
        one("attributes.called", ">", json!("2026-03-01T09:00:00+02:00"), true),
        one("created_at", ">", json!("2020-01-01"), true),
        one("created_at", "<", json!("2020-01-01T00:00:00Z"), false),
        one("attributes.missing", ">", json!(0), false),
        one("attributes.missing", "<", json!(0), false),
        one("attributes.missing", ">=", json!(0), false),
        one("attributes.missing", "<=", json!(0), false),
        one("attributes.nothing", "<=", json!(0), false),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_takes_a_list_and_contains_a_part_or_an_element() {
    check(vec![
        one("attributes.industry", "in", json!(["Health", "Tech"]), true),
        one("attributes.industry", "in", json!(["Health"]), false),
        one("attributes.industry", "in", json!([]), false),
        one("attributes.size", "in", json!(["1", "80.0"]), true),
        one("attributes.industry", "in", json!("Health, Tech"), true),
        one("attributes.industry", "in", json!("Health"), false),
        one("attributes.missing", "in", json!(["x"]), false),
        one("attributes.missing", "in", json!([null]), true),
        one("name", "contains", json!("me Co"), true),
        one("name", "contains", json!("ME CO"), false),
        one("attributes.tags", "contains", json!("vip"), true),
        one("attributes.tags", "contains", json!("vi"), false),
        one("attributes.tags", "contains", json!(7), true),
        one("attributes.missing", "contains", json!("x"), false),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn and_needs_all_conditions_or_needs_one_and_none_are_always_met() {
    let yes = json!({"field": "name", "operator": "=", "value": "Acme Corp"});
    let no = json!({"field": "name", "operator": "=", "value": "Other"});
    check(vec![
        (json!([yes, yes]), "AND", true),
        (json!([yes, no]), "AND", false),
        (json!([no, no]), "AND", false),
        (json!([yes, no]), "OR", true),
        (json!([no, yes]), "OR", true),
        (json!([no, no]), "OR", false),
        (json!([]), "AND", true),
        (json!([]), "OR", true),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_on_an_invoices_money_compare_decimals() {
    let scene = Scene::start().await;
    for (path, operator, value) in
        [("/high", ">", json!(1000)), ("/low", "<", json!("1000.00")), ("/exact", "=", json!("999.5"))]
    {
        let conditions = json!([{"field": "self.total", "operator": operator, "value": value}]);
        scene
            .hook(json!({"model": "Invoice", "event": "CREATE", "url": scene.url(path), "conditions": conditions}))
            .await;
    }
    let small = scene.invoice("999.50").await;
    let large = scene.invoice("1000.01").await;
    scene.settled().await;
    assert_eq!(scene.receiver.wait_for_one("/high").await.json()["id"], large["id"]);
    assert_eq!(scene.receiver.wait_for_one("/low").await.json()["id"], small["id"]);
    assert_eq!(scene.receiver.wait_for_one("/exact").await.json()["id"], small["id"]);
    assert_eq!(scene.receiver.received().len(), 4, "one each, and the marker");
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_of_a_deletion_look_at_the_object_as_it_last_was() {
    let scene = Scene::start().await;
    let conditions = json!([{"field": "name", "operator": "=", "value": "Renamed"}]);
    scene
        .hook(json!({"model": "Client", "event": "DELETE", "url": scene.url("/gone"), "conditions": conditions}))
        .await;
    for name in ["Renamed", "Kept"] {
        let path = format!("/api/clients/{}/", id(&scene.client("First").await));
        scene.patch(&path, json!({"name": name})).await;
        scene.tributary.delete(&scene.owner, &path).await.expect(204);
    }
    scene.settled().await;
    assert_eq!(scene.receiver.wait_for_one("/gone").await.json()["name"], "Renamed");
    assert_eq!(scene.receiver.received_at("/gone").len(), 1);
}
