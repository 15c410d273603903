//! A stream's record as Lambda sends it.

use std::collections::HashMap;

use aws_sdk_dynamodbstreams::types::{AttributeValue, Record, StreamRecord};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::services::REGION;

/// The record as an element of an event's `Records`, stamped so many seconds later than it is.
pub(super) fn to_json(record: &Record, stream_arn: &str, late: i64) -> Value {
    let mut fields = Map::new();
    fields.insert("eventID".to_owned(), json!(record.event_id()));
    fields.insert("eventName".to_owned(), json!(record.event_name().map(|name| name.as_str())));
    fields.insert("eventVersion".to_owned(), json!(record.event_version()));
    fields.insert("eventSource".to_owned(), json!("aws:dynamodb"));
    fields.insert("awsRegion".to_owned(), json!(REGION));
    if let Some(change) = record.dynamodb() {
        fields.insert("dynamodb".to_owned(), change_to_json(change, late));
    }
    if let Some(identity) = record.user_identity() {
        let identity = json!({"type": identity.r#type(), "principalId": identity.principal_id()});
        fields.insert("userIdentity".to_owned(), identity);
    }
    fields.insert("eventSourceARN".to_owned(), json!(stream_arn));
    Value::Object(fields)
}

/// The record's place in its stream.
pub(super) fn sequence_number(record: &Record) -> &str {
    record.dynamodb().and_then(|change| change.sequence_number()).unwrap_or_default()
}

fn change_to_json(change: &StreamRecord, late: i64) -> Value {
    let mut fields = Map::new();
    if let Some(time) = change.approximate_creation_date_time() {
        fields.insert("ApproximateCreationDateTime".to_owned(), json!(time.secs() + late));
    }
    for (name, item) in [("Keys", change.keys()), ("NewImage", change.new_image()), ("OldImage", change.old_image())] {
        if let Some(item) = item {
            fields.insert(name.to_owned(), item_to_json(item));
        }
    }
    fields.insert("SequenceNumber".to_owned(), json!(change.sequence_number()));
    fields.insert("SizeBytes".to_owned(), json!(change.size_bytes()));
    fields.insert("StreamViewType".to_owned(), json!(change.stream_view_type().map(|view| view.as_str())));
    Value::Object(fields)
}

fn item_to_json(item: &HashMap<String, AttributeValue>) -> Value {
    item.iter().map(|(name, value)| (name.clone(), attribute_to_json(value))).collect()
}

fn attribute_to_json(value: &AttributeValue) -> Value {
    let encoded = |bytes: &aws_sdk_dynamodbstreams::primitives::Blob| STANDARD.encode(bytes.as_ref());
    match value {
        AttributeValue::B(bytes) => json!({ "B": encoded(bytes) }),
        AttributeValue::Bool(flag) => json!({ "BOOL": flag }),
        AttributeValue::Bs(set) => json!({ "BS": set.iter().map(encoded).collect::<Vec<_>>() }),
        AttributeValue::L(list) => json!({ "L": list.iter().map(attribute_to_json).collect::<Vec<_>>() }),
        AttributeValue::M(map) => json!({ "M": item_to_json(map) }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Ns(set) => json!({ "NS": set }),
        AttributeValue::Null(flag) => json!({ "NULL": flag }),
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::Ss(set) => json!({ "SS": set }),
        // The enum is open; DynamoDB has no other types.
        unknown => {
            tracing::error!(?unknown, "an attribute of a type that DynamoDB does not have");
            Value::Null
        }
    }
}
