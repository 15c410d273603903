use std::collections::BTreeSet;

use serde_json::Value;

use super::*;

fn reference() -> Value {
    serde_json::to_value(openapi()).unwrap()
}

fn refs(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|value| refs(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| refs(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_reference_is_the_checked_snapshot() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/crm.json");
    let made = openapi().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        made == kept,
        "shared/contracts/openapi/crm.json is not what the routes and wire types say. If the change is meant, write \
         it anew: UPDATE_OPENAPI=1 cargo test -p tributary-contracts"
    );
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_used() {
    let reference = reference();
    let mut used = BTreeSet::new();
    refs(&reference, &mut used);
    for target in &used {
        assert!(reference.pointer(target.trim_start_matches('#')).is_some(), "{target}");
    }
    for name in reference["components"]["schemas"].as_object().unwrap().keys() {
        assert!(used.contains(&format!("#/components/schemas/{name}")), "{name}");
    }
}

#[test]
fn it_is_openapi_3_1_with_one_operation_per_route() {
    let reference = reference();
    assert!(reference["openapi"].as_str().unwrap().starts_with("3.1."), "{}", reference["openapi"]);
    for route in routes() {
        let method = route.method.as_str().to_lowercase();
        let operation = &reference["paths"][shown_path(route)][&method];
        assert_eq!(operation["operationId"], route.operation);
        assert_eq!(operation["security"].is_array(), route.credential, "{}", route.operation);
        assert!(TAGS.iter().any(|(tag, _)| *tag == route.tag), "{}", route.tag);
    }
}

#[test]
fn a_new_object_needs_what_the_document_needs_and_a_change_nothing() {
    let schemas = reference()["components"]["schemas"].take();
    assert_eq!(schemas["InvoiceBody"]["required"], json!(["client"]));
    assert_eq!(schemas["InvoicePatch"].get("required"), None);
    assert_eq!(schemas["CatalogueItem"]["required"].as_array().unwrap().len(), 17);
    assert_eq!(schemas["WebhookCreated"]["allOf"].as_array().unwrap().len(), 2);
}
