//! Stripe's objects with all their fields, so that a strict client reads them.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::{Map, Value};

/// Each object as Stripe publishes it, with the fields that a payment link does not use empty.
static SHAPES: LazyLock<HashMap<String, Map<String, Value>>> =
    LazyLock::new(|| serde_json::from_str(include_str!("shapes.json")).expect("the shapes are valid JSON"));

/// A new object: its kind's shape, with `fields` in place of what the shape says.
pub(super) fn shaped(shape: &str, fields: Value) -> Value {
    let mut object = Value::Object(SHAPES[shape].clone());
    set(&mut object, fields);
    object
}

/// Replaces fields of an object.
pub(super) fn set(object: &mut Value, fields: Value) {
    if let (Value::Object(object), Value::Object(fields)) = (object, fields) {
        object.extend(fields);
    }
}

/// A text of an object, or the empty one.
pub(super) fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// A number of an object, or zero.
pub(super) fn number(object: &Value, pointer: &str) -> i64 {
    object.pointer(pointer).and_then(Value::as_i64).unwrap_or_default()
}
