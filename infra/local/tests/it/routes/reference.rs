//! The reference that is served is the routes that are served.

use std::collections::BTreeSet;

use contracts::REFERENCES;
use http::Method;
use serde_json::Value;

use crate::support::Tributary;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

async fn reference(tributary: &Tributary, contract: &str) -> Value {
    let answer = tributary.raw(Method::GET, &format!("/openapi/{contract}.json"), &[], "").await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.expect(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_has_exactly_the_tables_paths_and_methods() {
    let tributary = Tributary::start().await;
    for contract in REFERENCES {
        let reference = reference(&tributary, contract.name).await;
        let mut described = BTreeSet::new();
        for (path, item) in reference["paths"].as_object().unwrap() {
            for method in item.as_object().unwrap().keys().filter(|key| METHODS.contains(&key.as_str())) {
                described.insert((path.trim_end_matches('/').to_owned(), method.to_uppercase()));
            }
        }
        let served = contract.routes().map(|route| (route.path.to_owned(), route.method.as_str().to_owned()));
        assert_eq!(described, served.collect(), "{}", contract.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_is_sound_openapi_3_1() {
    let tributary = Tributary::start().await;
    for contract in REFERENCES {
        check_soundness(&reference(&tributary, contract.name).await);
    }
}

fn check_soundness(reference: &Value) {
    assert!(reference["openapi"].as_str().unwrap().starts_with("3.1."));
    for required in ["title", "version"] {
        assert!(reference["info"][required].is_string(), "info.{required}");
    }
    let mut operations = BTreeSet::new();
    for (path, item) in reference["paths"].as_object().unwrap() {
        assert!(path.starts_with('/'), "{path}");
        for (method, operation) in item.as_object().unwrap().iter().filter(|(key, _)| METHODS.contains(&key.as_str())) {
            let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no operationId"));
            assert!(operations.insert(id.to_owned()), "{id} is there twice");
            check_parameters(reference, path, item, operation);
            check_answers(reference, id, operation);
        }
    }
    check_references(reference, reference);
    check_security(reference);
}

/// Every parameter of the path is described, once, as required; and no other.
fn check_parameters(reference: &Value, path: &str, item: &Value, operation: &Value) {
    let named: BTreeSet<String> =
        path.split('/').filter_map(|segment| Some(segment.strip_prefix('{')?.strip_suffix('}')?.to_owned())).collect();
    let lists = [&item["parameters"], &operation["parameters"]];
    let mut described = BTreeSet::new();
    for parameter in lists.into_iter().filter_map(Value::as_array).flatten() {
        let parameter = resolved(reference, parameter);
        let (name, place) = (parameter["name"].as_str().unwrap(), parameter["in"].as_str().unwrap());
        assert!(["path", "query", "header", "cookie"].contains(&place), "{path}: {name} is in {place}");
        assert!(parameter["schema"].is_object(), "{path}: {name} has no schema");
        if place == "path" {
            assert_eq!(parameter["required"], true, "{path}: {name}");
            assert!(described.insert(name.to_owned()), "{path}: {name} is there twice");
        }
    }
    assert_eq!(described, named, "{path}");
}

fn check_answers(reference: &Value, id: &str, operation: &Value) {
    let answers = operation["responses"].as_object().unwrap();
    assert!(answers.keys().any(|status| status.starts_with(['2', '3'])), "{id} never succeeds");
    for (status, answer) in answers {
        let is_status = status.len() == 3 && status.parse().is_ok_and(|status: u16| (200..600).contains(&status));
        assert!(is_status, "{id}: {status}");
        assert!(resolved(reference, answer)["description"].is_string(), "{id}: {status} has no description");
    }
    if let Some(body) = operation.get("requestBody") {
        let media_types = body["content"].as_object().unwrap();
        assert!(!media_types.is_empty(), "{id}: its body has no type");
        for (media_type, content) in media_types {
            let known = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"];
            assert!(known.contains(&media_type.as_str()), "{id}: {media_type}");
            assert!(content["schema"].is_object(), "{id}: its body has no schema");
        }
    }
}

/// Every reference leads to something, and every schema has types that there are.
fn check_references(reference: &Value, value: &Value) {
    const TYPES: [&str; 7] = ["null", "boolean", "object", "array", "number", "string", "integer"];
    match value {
        Value::Object(map) => {
            if let Some(target) = map.get("$ref").and_then(Value::as_str) {
                let pointer = target.strip_prefix('#').unwrap_or_else(|| panic!("{target} is outside"));
                assert!(reference.pointer(pointer).is_some(), "{target} leads nowhere");
            }
            if let Some(properties) = map.get("properties").and_then(Value::as_object) {
                for name in map.get("required").and_then(Value::as_array).into_iter().flatten() {
                    assert!(properties.contains_key(name.as_str().unwrap()), "{name} is required and not described");
                }
                for (name, schema) in properties {
                    let types =
                        schema.get("type").map(|types| types.as_array().cloned().unwrap_or(vec![types.clone()]));
                    let known = |kind: &Value| kind.as_str().is_some_and(|kind| TYPES.contains(&kind));
                    assert!(types.into_iter().flatten().all(|kind| known(&kind)), "{name}: {schema}");
                }
            }
            map.values().for_each(|value| check_references(reference, value));
        }
        Value::Array(list) => list.iter().for_each(|value| check_references(reference, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn check_security(reference: &Value) {
    let schemes = reference["components"]["securitySchemes"].as_object().unwrap();
    for item in reference["paths"].as_object().unwrap().values() {
        for operation in METHODS.iter().filter_map(|method| item.get(method)) {
            for requirement in operation["security"].as_array().into_iter().flatten() {
                assert!(
                    requirement.as_object().unwrap().keys().all(|scheme| schemes.contains_key(scheme)),
                    "{requirement}"
                );
            }
        }
    }
}

fn resolved<'a>(reference: &'a Value, value: &'a Value) -> &'a Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(target) => reference.pointer(target.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_to_read_the_reference_loads_with_everything_that_it_needs() {
    let tributary = Tributary::start().await;
    for page in ["/docs", "/docs/"] {
        let answer = tributary.raw(Method::GET, page, &[], "").await;
        assert_eq!(answer.status, 200, "{page}");
        assert!(answer.header("content-type").unwrap().starts_with("text/html"), "{page}");
        let policy = answer.header("content-security-policy").unwrap();
        for directive in ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"] {
            assert!(policy.split("; ").any(|part| part == directive), "{page}: {policy}");
        }
        // The policy runs no script that stands in the page.
        assert!(!answer.text.contains("<script>") && !answer.text.contains(" on"), "{page}: {}", answer.text);
        let base = attributes(&answer.text, "base href").pop().unwrap_or_else(|| page.to_owned());
        let assets = [attributes(&answer.text, "src"), attributes(&answer.text, "href")].concat();
        let assets: Vec<String> =
            assets.into_iter().filter(|asset| *asset != base).map(|asset| joined(&base, &asset)).collect();
        assert!(assets.iter().any(|asset| asset.ends_with(".js")), "{page}: {assets:?}");
        assert!(assets.iter().any(|asset| asset.ends_with(".css")), "{page}: {assets:?}");
        let mut all = String::new();
        for asset in assets {
            let (status, bytes) = tributary.download(&asset).await;
            assert_eq!(status, 200, "{asset}");
            assert!(!bytes.is_empty(), "{asset}");
            all.push_str(&String::from_utf8_lossy(&bytes));
        }
        for contract in REFERENCES {
            let document = format!("/openapi/{}.json", contract.name);
            assert!(all.contains(&document), "no asset of {page} names {document}");
        }
    }
}

/// The values of an attribute in a page.
fn attributes(html: &str, name: &str) -> Vec<String> {
    let open = format!("{name}=\"");
    html.split(&open).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
}

/// An address as the browser reads it on a page with that base.
fn joined(base: &str, address: &str) -> String {
    let base = url::Url::parse("http://localhost").unwrap().join(base).unwrap();
    base.join(address).unwrap().path().to_owned()
}
