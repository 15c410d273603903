//! Attributes (crm, section 1), and the values that they rule.

use super::*;

const ENTITIES: [&str; 13] = [
    "client",
    "service",
    "lead",
    "lead_client_info",
    "lead_service_info",
    "follow_up",
    "contact",
    "category",
    "catalogue_item",
    "price_tier",
    "invoice",
    "invoice_line_item",
    "payment",
];

fn text(name: &str) -> Value {
    json!({"name": name, "label": "Label", "type": "text", "is_required": false})
}

fn required(name: &str) -> Value {
    merged(text(name), json!({"is_required": true}))
}

fn wrong_values() -> Vec<(&'static str, Vec<Value>)> {
    vec![
        (
            "name",
            vec![
                json!(""),
                json!(null),
                json!(5),
                json!("two words"),
                json!("a.b"),
                json!("é"),
                json!("x".repeat(256)),
            ],
        ),
        ("label", vec![json!(5), json!([]), json!("x".repeat(256))]),
        ("type", vec![json!("string"), json!(""), json!(null), json!(5), json!("Text")]),
        ("is_required", vec![json!("maybe"), json!(5), json!(null)]),
        ("list_values", vec![json!("Tech"), json!({}), json!([5]), json!([["x"]])]),
    ]
}

/// A list of every kind of object that can be made, and a body that is good but for its attributes.
async fn kinds(crm: &Crm) -> Vec<(&'static str, String, Value)> {
    let client = crm.make_client().await;
    let item = crm.make_item("1.00", "0").await;
    let invoice = crm.make_invoice_of("100.00").await;
    let line = json!({"description": "x", "quantity": "1", "unit_price": "1.00"});
    let contact = json!({"client": client, "first_name": "x", "last_name": "y"});
    vec![
        ("client", "/api/clients/".into(), json!({"name": "x"})),
        ("contact", "/api/contacts/".into(), contact),
        ("category", "/api/categories/".into(), json!({"name": "x"})),
        ("catalogue_item", "/api/catalogue/".into(), json!({"name": "x", "type": "product", "base_price": "1.00"})),
        (
            "price_tier",
            format!("/api/catalogue/{item}/price-tiers/"),
            json!({"name": "x", "min_quantity": 2, "price": "1.00"}),
        ),
        ("invoice", "/api/invoices/".into(), json!({"client": client})),
        ("invoice_line_item", format!("{invoice}line-items/"), line),
        ("payment", format!("{invoice}payments/"), json!({"amount": "1.00", "method": "cash"})),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_examples_are_served_as_printed() {
    let crm = Crm::start().await;
    assert_eq!(crm.get("/api/attributes/client/").await.expect(200), json!([]));
    let body = json!({
        "name": "industry",
        "label": "Industry Sector",
        "type": "text",
        "is_required": true,
        "list_values": ["Tech", "Health"],
    });
    let made = crm.post("/api/attributes/client/", body.clone()).await.expect(201);
    shows_whole(&made, body, &[]);
    assert_eq!(crm.get("/api/attributes/client/").await.expect(200), json!([made]));
    let path = format!("/api/attributes/{}/", id_of(&made));
    let change = json!({"label": "Industry Group", "is_required": false});
    for answer in [crm.put(&path, change.clone()).await, crm.patch(&path, change.clone()).await] {
        assert_eq!(answer.expect(200), merged(made.clone(), change.clone()));
    }
    let gone = crm.delete(&path).await;
    assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));
    assert_eq!(crm.get("/api/attributes/client/").await.expect(200), json!([]));
    crm.patch(&path, json!({})).await.expect(404);
    crm.delete(&path).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_thirteen_entities_have_attributes_and_no_other_has() {
    let crm = Crm::start().await;
    for entity in ENTITIES {
        let list = format!("/api/attributes/{entity}/");
        let made = crm.post(&list, text("colour")).await.expect(201);
        assert_eq!(crm.get(&list).await.expect(200), json!([made]), "{entity}");
    }
    assert_eq!(crm.count("/api/attributes/followup/").await, 1);
    refused(&crm.post("/api/attributes/followup/", text("colour")).await, &["name"]);
    crm.make("/api/attributes/followup/", text("channel")).await;
    assert_eq!(crm.count("/api/attributes/follow_up/").await, 2);
    for unknown in ["clients", "Client", "webhook", "x", NOWHERE] {
        crm.get(&format!("/api/attributes/{unknown}/")).await.expect(404);
        crm.post(&format!("/api/attributes/{unknown}/"), text("colour")).await.expect(404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_definitions_are_refused_all_at_once_and_nothing_is_written() {
    let crm = Crm::start().await;
    let list = "/api/attributes/client/";
    refused(&crm.post(list, json!({})).await, &["name", "type"]);
    refuses_each_and_all(&crm, list, &text("industry"), &wrong_values()).await;
    let made = crm.post(list, text("industry")).await.expect(201);
    let path = format!("/api/attributes/{}/", id_of(&made));
    for (field, values) in wrong_values() {
        for value in values {
            refused(&crm.patch(&path, json!({field: value})).await, &[field]);
        }
    }
    assert_eq!(crm.get(list).await.expect(200), json!([made]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_unique_within_its_entity() {
    let crm = Crm::start().await;
    let first = crm.make("/api/attributes/client/", text("industry")).await;
    let second = crm.make("/api/attributes/client/", text("size")).await;
    refused(&crm.post("/api/attributes/client/", text("industry")).await, &["name"]);
    refused(&crm.patch(&format!("/api/attributes/{second}/"), json!({"name": "industry"})).await, &["name"]);
    crm.make("/api/attributes/contact/", text("industry")).await;
    crm.delete(&format!("/api/attributes/{first}/")).await.expect(204);
    crm.patch(&format!("/api/attributes/{second}/"), json!({"name": "industry"})).await.expect(200);
    crm.make("/api/attributes/client/", text("size")).await;
    let calls = (0..10).map(|_| crm.post("/api/attributes/client/", text("at_once")));
    let answers = futures::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 400).count(), 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_required_attribute_is_required_of_every_kind_of_object() {
    let crm = Crm::start().await;
    for (entity, list, body) in kinds(&crm).await {
        let before = crm.make(&list, body.clone()).await;
        let definition =
            format!("/api/attributes/{}/", crm.make(&format!("/api/attributes/{entity}/"), required("colour")).await);
        let body = if entity == "price_tier" { merged(body, json!({"min_quantity": 3})) } else { body };
        let count = crm.count(&list).await;
        refused(&crm.post(&list, body.clone()).await, &["attributes"]);
        refused(&crm.post(&list, merged(body.clone(), json!({"attributes": {"size": 1}}))).await, &["attributes"]);
        assert_eq!(crm.count(&list).await, count, "{entity}");
        // What was there before is saved as it was read.
        let old = format!("{list}{before}/");
        crm.patch(&old, json!({"attributes": {"size": 1}})).await.expect(200);
        crm.put(&old, json!({})).await.expect(200);
        crm.put(&old, json!({"attributes": {"size": 1}})).await.expect(200);

        let good = crm.post(&list, merged(body.clone(), json!({"attributes": {"colour": "red"}}))).await.expect(201);
        shows(&good, json!({"attributes": {"colour": "red"}}));
        let path = format!("{list}{}/", id_of(&good));
        refused(&crm.put(&path, json!({"attributes": {}})).await, &["attributes"]);
        refused(&crm.patch(&path, json!({"attributes": {"colour": 5}})).await, &["attributes"]);
        let patched = crm.patch(&path, json!({"attributes": {"size": {"deep": [1, "x", null]}}})).await.expect(200);
        shows(&patched, json!({"attributes": {"colour": "red", "size": {"deep": [1, "x", null]}}}));
        let patched = crm.patch(&path, json!({"attributes": {"size": null}})).await.expect(200);
        shows(&patched, json!({"attributes": {"colour": "red"}}));
        let put = crm.put(&path, json!({"attributes": {"colour": "blue", "x": 1}})).await.expect(200);
        shows(&put, json!({"attributes": {"colour": "blue", "x": 1}}));
        assert_eq!(crm.get(&path).await.expect(200), put);

        crm.patch(&definition, json!({"is_required": false})).await.expect(200);
        crm.put(&path, json!({"attributes": {}})).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_has_the_type_of_its_attribute() {
    let crm = Crm::start().await;
    let types: [(&str, Vec<Value>, Vec<Value>); 6] = [
        ("text", vec![json!("x"), json!("")], vec![json!(5), json!(true), json!(["x"]), json!({})]),
        ("number", vec![json!(5), json!(-1.5), json!(0)], vec![json!("five"), json!(true), json!([5])]),
        (
            "date",
            vec![json!("2026-02-28"), json!("2024-02-29")],
            vec![json!("2026-02-30"), json!("28.02.2026"), json!("2026-02-28T00:00:00Z"), json!("x"), json!(20260228)],
        ),
        ("boolean", vec![json!(true), json!(false)], vec![json!("yes"), json!(1), json!([true])]),
        (
            "list",
            vec![json!("Tech"), json!(["Tech"]), json!(["Health", "Tech"]), json!([])],
            vec![json!("Other"), json!(["Tech", "Other"]), json!("tech"), json!(5), json!({"Tech": true})],
        ),
        (
            "file",
            vec![json!("https://example.com/a.pdf")],
            vec![json!("not a url"), json!("a.pdf"), json!(5), json!("javascript:alert(1)")],
        ),
    ];
    for (kind, good, bad) in types {
        let body = json!({"name": kind, "label": kind, "type": kind, "list_values": ["Tech", "Health"]});
        crm.make("/api/attributes/client/", body).await;
        for value in good {
            let body = json!({"name": "x", "attributes": {kind: value}});
            let made = crm.post("/api/clients/", body).await.expect(201);
            assert_eq!(made["attributes"], json!({kind: value}));
        }
        for value in bad {
            let body = json!({"name": "x", "attributes": {kind: value}});
            let answer = crm.post("/api/clients/", body).await;
            assert_eq!(answer.status, 400, "{kind} {value}: {}", answer.text);
            refused(&answer, &["attributes"]);
        }
    }
    let all = json!({"text": 5, "number": "x", "date": "x", "boolean": 1, "list": "Other", "file": "x"});
    let answer = crm.post("/api/clients/", json!({"name": "x", "attributes": all})).await;
    refused(&answer, &["attributes"]);
    assert_eq!(answer.json()["attributes"].as_array().unwrap().len(), 6, "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_no_attribute_defines_is_kept_as_sent() {
    let crm = Crm::start().await;
    let odd = json!({
        "nothing": {}, "none": [], "deep": {"a": [{"b": [1, -2.5, null, true, "x", ""]}]}, "a b.c": "é",
        "big": 12345678901234567_u64, "small": 0.0001,
    });
    let made = crm.post("/api/clients/", json!({"name": "x", "attributes": odd})).await.expect(201);
    let read = crm.get(&format!("/api/clients/{}/", id_of(&made))).await.expect(200);
    assert_eq!(read["attributes"], odd);
    assert_eq!(made["attributes"], odd);
}
