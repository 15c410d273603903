//! The contract's document, and answers held against it.

use jsonschema::Validator;
use serde_json::{Value, json};

/// The document as it was published.
pub const TEXT: &str = include_str!("openapi.json");

pub struct Document {
    invoice: Validator,
    list: Validator,
}

impl Document {
    pub fn read() -> Self {
        let mut document: Value = serde_json::from_str(TEXT).unwrap();
        let schemas = document["components"]["schemas"].as_object_mut().unwrap();
        schemas.values_mut().for_each(as_json_schema);
        let components = document["components"].take();
        let validator = |schema: Value| {
            let mut schema = schema;
            schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
            schema["components"] = components.clone();
            jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
        };
        Self {
            invoice: validator(json!({"$ref": "#/components/schemas/Invoice"})),
            list: validator(json!({"type": "array", "items": {"$ref": "#/components/schemas/InvoiceList"}})),
        }
    }

    /// Checks an answer: the schema holds, and nothing is said that the document does not know.
    #[track_caller]
    pub fn check(&self, schema: &str, answer: &Value) {
        let validator = if schema == "Invoice" { &self.invoice } else { &self.list };
        let errors: Vec<_> =
            validator.iter_errors(answer).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?} in {answer}");
    }
}

/// OpenAPI 3.0 says `nullable` where JSON Schema has a type of its own.
pub fn as_json_schema(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.remove("nullable") == Some(json!(true)) {
                map["type"] = json!([map["type"], "null"]);
            }
            if map.contains_key("properties") {
                map.insert("additionalProperties".into(), json!(false));
            }
            map.values_mut().for_each(as_json_schema);
        }
        Value::Array(list) => list.iter_mut().for_each(as_json_schema),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn what_the_document_does_not_allow_does_not_pass() {
    let document = Document::read();
    let row = json!({
        "unique_id": null, "title": "", "invoice_number": "1", "status": "draft", "status_display": "Draft",
        "invoice_date": null, "due_date": "2026-01-01", "total_amount": "1.00", "paid_amount": "0.00",
        "remaining_amount": "-1.00", "is_overdue": false, "currency": "USD", "client": {"name": ""},
        "date_created": "2026-01-01T00:00:00Z"
    });
    document.check("InvoiceList", &json!([row]));
    for (field, wrong) in [
        ("due_date", json!(null)),
        ("due_date", json!("2026-02-30")),
        ("status", json!("void")),
        ("total_amount", json!(1)),
        ("total_amount", json!("1.000")),
        ("is_overdue", json!("false")),
        ("client", json!(null)),
        ("client", json!({"name": "", "entity_type": "robot"})),
        ("date_created", json!("yesterday")),
        ("title", json!(null)),
        ("more", json!(1)),
    ] {
        let mut row = row.clone();
        row[field] = wrong;
        assert!(!document.list.is_valid(&json!([row])), "{row}");
    }
}
