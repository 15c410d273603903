use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::REFERENCES;

fn reference(of: &Reference) -> Value {
    serde_json::to_value(of.openapi()).unwrap()
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
fn each_reference_is_its_checked_snapshot() {
    for reference in REFERENCES {
        let path = format!("{}/openapi/{}.json", env!("CARGO_MANIFEST_DIR"), reference.name);
        let made = reference.openapi().to_pretty_json().unwrap() + "\n";
        if std::env::var_os("UPDATE_OPENAPI").is_some() {
            std::fs::write(&path, &made).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            made == kept,
            "shared/contracts/openapi/{}.json is not what the routes and wire types say. If the change is meant, write \
             it anew: UPDATE_OPENAPI=1 cargo test -p tributary-contracts",
            reference.name
        );
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_used() {
    for of in REFERENCES {
        let reference = reference(of);
        let mut used = BTreeSet::new();
        refs(&reference, &mut used);
        for target in &used {
            assert!(reference.pointer(target.trim_start_matches('#')).is_some(), "{}: {target}", of.name);
        }
        for name in reference["components"]["schemas"].as_object().unwrap().keys() {
            assert!(used.contains(&format!("#/components/schemas/{name}")), "{}: {name}", of.name);
        }
    }
}

#[test]
fn it_is_openapi_3_1_with_one_operation_per_route() {
    for of in REFERENCES {
        let reference = reference(of);
        assert!(reference["openapi"].as_str().unwrap().starts_with("3.1."), "{}", reference["openapi"]);
        for route in of.routes() {
            let method = route.method.as_str().to_lowercase();
            let operation = &reference["paths"][of.shown_path(route)][&method];
            assert_eq!(operation["operationId"], route.operation);
            assert_eq!(operation["security"].is_array(), route.credential, "{}", route.operation);
            assert!(of.tags.iter().any(|(tag, _)| *tag == route.tag), "{}", route.tag);
        }
    }
}

#[test]
fn no_route_and_no_operation_of_a_contract_is_there_twice_and_no_path_has_a_trailing_slash() {
    for of in REFERENCES {
        let routes: BTreeSet<_> = of.routes().map(|route| (route.path, route.method.as_str())).collect();
        let operations: BTreeSet<_> = of.routes().map(|route| route.operation).collect();
        assert_eq!((routes.len(), operations.len()), (of.routes().count(), of.routes().count()), "{}", of.name);
        assert!(of.routes().all(|route| route.path.starts_with('/') && !route.path.ends_with('/')), "{}", of.name);
    }
}

#[test]
fn a_new_object_needs_what_the_document_needs_and_a_change_nothing() {
    let schemas = reference(&crate::crm::openapi::REFERENCE)["components"]["schemas"].take();
    assert_eq!(schemas["InvoiceBody"]["required"], json!(["client"]));
    assert_eq!(schemas["InvoicePatch"].get("required"), None);
    assert_eq!(schemas["CatalogueItem"]["required"].as_array().unwrap().len(), 17);
    assert_eq!(schemas["WebhookCreated"]["allOf"].as_array().unwrap().len(), 2);
}
