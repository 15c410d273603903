//! The reference that is served has what the document has: paths, methods, parameters, fields and types.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use serde_json::{Map, Value, json};

use super::document::TEXT;
use crate::support::Tributary;

async fn both() -> (Value, Value) {
    let tributary = Tributary::start().await;
    let served = tributary.raw(Method::GET, "/openapi/skhokho.json", &[], "").await.expect(200);
    (serde_json::from_str(TEXT).unwrap(), served)
}

/// A schema as both versions of OpenAPI mean it, without what is there to be read by people.
fn meaning(schema: &Value) -> Value {
    let Value::Object(map) = schema else { return schema.clone() };
    let alone = map.get("allOf").and_then(Value::as_array).filter(|all| all.len() == 1).map(|all| &all[0]);
    if let Some(target) = alone.unwrap_or(schema).get("$ref") {
        return json!({ "$ref": target });
    }
    let mut meant = Map::new();
    for (key, value) in map {
        let value = match key.as_str() {
            "description" | "title" | "examples" | "nullable" => continue,
            "type" => {
                let mut types: BTreeSet<&str> = value.as_str().into_iter().collect();
                types.extend(value.as_array().into_iter().flatten().filter_map(Value::as_str));
                types.extend(map.get("nullable").filter(|nullable| **nullable == json!(true)).map(|_| "null"));
                json!(types)
            }
            "required" => json!(value.as_array().unwrap().iter().filter_map(Value::as_str).collect::<BTreeSet<_>>()),
            "properties" => {
                value.as_object().unwrap().iter().map(|(name, schema)| (name.clone(), meaning(schema))).collect()
            }
            "items" => meaning(value),
            _ => value.clone(),
        };
        meant.insert(key.clone(), value);
    }
    Value::Object(meant)
}

fn schemas(document: &Value) -> BTreeMap<String, Value> {
    let schemas = document["components"]["schemas"].as_object().unwrap();
    schemas.iter().map(|(name, schema)| (name.clone(), meaning(schema))).collect()
}

/// Each operation: its parameters, the types of its body, and its success.
fn operations(document: &Value) -> BTreeMap<String, Value> {
    let mut operations = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let parameter = |parameter: &Value| {
                let [name, place] = ["name", "in"].map(|key| parameter[key].as_str().unwrap());
                let required = parameter["required"] == json!(true);
                let mut schema = meaning(&parameter["schema"]);
                if let Some(words) = schema.get_mut("enum") {
                    words.as_array_mut().unwrap().sort_by_key(ToString::to_string);
                }
                (format!("{place} {name}"), json!([required, schema]))
            };
            let parameters: Map<_, _> = operation["parameters"].as_array().unwrap().iter().map(parameter).collect();
            let content = |content: &Value| -> BTreeMap<String, Value> {
                let types = content.as_object().into_iter().flatten();
                types.map(|(kind, content)| (kind.clone(), meaning(&content["schema"]))).collect()
            };
            let success: BTreeMap<_, _> = operation["responses"]
                .as_object()
                .unwrap()
                .iter()
                .filter(|(status, _)| status.starts_with('2'))
                .map(|(status, answer)| (status, content(&answer["content"])))
                .collect();
            let body = content(&operation["requestBody"]["content"]);
            let shown = json!({
                "id": operation["operationId"], "tags": operation["tags"], "parameters": parameters, "body": body,
                "success": success
            });
            operations.insert(format!("{method} {path}"), shown);
        }
    }
    operations
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operations_are_those_of_the_document() {
    let (document, served) = both().await;
    let (expected, shown) = (operations(&document), operations(&served));
    assert_eq!(shown.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, expected) in expected {
        assert_eq!(shown[&name], expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fields_and_their_types_are_those_of_the_document() {
    let (document, served) = both().await;
    let mut shown = schemas(&served);
    // The document says nothing of failures.
    for failure in ["Detail", "FieldErrors", "InvalidRequest"] {
        assert!(shown.remove(failure).is_some(), "{failure}");
    }
    let expected = schemas(&document);
    assert_eq!(shown.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, expected) in expected {
        assert_eq!(shown[&name], expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_failures_of_the_document_are_told_and_its_credentials_taken() {
    let (document, served) = both().await;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let shown = &served["paths"][path][method];
            for status in operation["responses"].as_object().unwrap().keys() {
                assert!(shown["responses"].get(status).is_some(), "{method} {path}: {status}");
            }
            assert_eq!(shown["security"], document["security"], "{method} {path}");
        }
    }
    for (name, scheme) in document["components"]["securitySchemes"].as_object().unwrap() {
        let shown = &served["components"]["securitySchemes"][name];
        for (key, value) in scheme.as_object().unwrap() {
            assert_eq!(shown[key], *value, "{name}.{key}");
        }
    }
}
