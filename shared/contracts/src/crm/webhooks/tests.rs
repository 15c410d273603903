use domain::Patch;
use domain::webhook::Secret;
use serde_json::{Value, json};

use super::*;
use crate::wire::parse_object;

fn body(json: Value) -> WebhookBody {
    parse_object(json.to_string().as_bytes()).unwrap()
}

fn documented() -> Value {
    json!({
        "name": "Notify External System",
        "model": "Lead",
        "event": "CREATE",
        "url": "https://api.external.com/hooks/{id}",
        "method": "POST",
        "headers": {"Authorization": "Bearer token", "X-Custom-ID": "{id}"},
        "is_active": true,
        "conditions": [
            {"field": "stage", "operator": "=", "value": "Moodle"},
            {"field": "self.attributes.source", "operator": "=", "value": "Web"}
        ],
        "condition_logic": "AND",
        "payload": {
            "external_id": "{self.id}",
            "data": {"email": "{self.attributes.email}", "full_name": "{self.name}"}
        }
    })
}

fn webhook(sent: Value) -> Webhook {
    let id = "0190b5a1-7c5e-7000-8000-000000000001".parse().unwrap();
    let secret = Secret::from_bytes(&[7; 32]).unwrap();
    Webhook::new(id, body(sent).into_new().unwrap(), secret, Timestamp::UNIX_EPOCH)
}

#[test]
fn the_documents_webhook_comes_back_as_it_was_sent() {
    let shown = serde_json::to_value(WebhookJson::from(&webhook(documented()))).unwrap();
    for (key, value) in documented().as_object().unwrap() {
        assert_eq!(&shown[key], value, "{key}");
    }
    assert!(shown.get("secret").is_none());
}

#[test]
fn the_secret_is_shown_when_the_webhook_is_made_and_beside_its_fields() {
    let shown = serde_json::to_value(WebhookCreatedJson::from(&webhook(documented()))).unwrap();
    assert!(shown["secret"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!(shown["name"], "Notify External System");
    assert_eq!(serde_json::to_value(SecretJson::from(&webhook(documented()))).unwrap()["secret"], shown["secret"]);
}

#[test]
fn what_is_left_out_of_a_webhook_has_the_documents_default() {
    let shown = WebhookJson::from(&webhook(json!({"name": "a", "model": "Invoice", "url": "https://a.example/"})));
    assert_eq!((shown.event, shown.method, shown.condition_logic, shown.is_active), ("UPDATE", "POST", "AND", true));
    assert!(shown.headers.is_empty() && shown.conditions.is_empty() && shown.payload.is_null());
}

#[test]
fn every_wrong_field_of_a_webhook_is_named() {
    let wrong = body(json!({
        "model": "lead", "event": "create", "url": "ftp://a.b", "method": "TRACE", "headers": {"a": 1},
        "conditions": [{"field": "stage", "operator": "~"}], "condition_logic": "XOR"
    }))
    .into_new()
    .unwrap_err();
    let fields: Vec<_> = wrong.iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["name", "model", "event", "url", "method", "headers", "conditions", "condition_logic"]);
    let conditions = wrong.iter().find(|(field, _)| *field == "conditions").unwrap().1;
    assert_eq!(conditions, ["Entry 1: operator: \"~\" is not a valid choice.; value: This field is required."]);
}

#[test]
fn a_condition_may_compare_with_null() {
    let conditions = json!([{"field": "parent", "operator": "=", "value": null}]);
    let change = body(json!({"conditions": conditions})).into_patch().unwrap();
    assert!(change.conditions.unwrap().as_slice()[0].value().is_null());
}

#[test]
fn a_webhooks_patch_says_only_what_was_sent() {
    let change = body(json!({"is_active": false, "secret": "whsec_x"})).into_patch();
    assert_eq!(change, Ok(WebhookPatch { is_active: Some(false), ..WebhookPatch::default() }));
    assert_eq!(body(json!({"payload": null})).into_patch().unwrap().payload, Patch::Clear);
    assert_eq!(body(json!({"headers": null})).into_patch().unwrap().headers, Some(Headers::default()));
}
