//! The table as template.yaml declares it, so that the tests run on the keys, indexes and stream that
//! a deployment has.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, LocalSecondaryIndex, Projection,
    StreamSpecification,
};
use serde::Deserialize;

const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Template {
    resources: HashMap<String, Resource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    r#type: String,
    #[serde(default)]
    properties: yaml_serde::Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    attribute_definitions: Vec<Attribute>,
    key_schema: Vec<Key>,
    local_secondary_indexes: Vec<Index>,
    global_secondary_indexes: Vec<Index>,
    stream_specification: Stream,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    attribute_name: String,
    attribute_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Key {
    attribute_name: String,
    key_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Index {
    index_name: String,
    key_schema: Vec<Key>,
    projection: Projected,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Projected {
    projection_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stream {
    stream_view_type: String,
}

/// Makes the template's one table under a name.
pub async fn create_table(client: &Client, name: &str) {
    let template: Template = yaml_serde::from_str(&std::fs::read_to_string(TEMPLATE).unwrap()).unwrap();
    let mut tables = template.resources.into_values().filter(|resource| resource.r#type == "AWS::DynamoDB::Table");
    let properties: Properties = yaml_serde::from_value(tables.next().unwrap().properties).unwrap();
    assert!(tables.next().is_none(), "the store knows a single table");

    let view = properties.stream_specification.stream_view_type.as_str();
    let stream = StreamSpecification::builder().stream_enabled(true).stream_view_type(view.into());
    let mut request = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_key_schema(Some(keys(&properties.key_schema)))
        .stream_specification(stream.build().unwrap());
    for Attribute { attribute_name, attribute_type } in &properties.attribute_definitions {
        let attribute = AttributeDefinition::builder().attribute_name(attribute_name);
        request =
            request.attribute_definitions(attribute.attribute_type(attribute_type.as_str().into()).build().unwrap());
    }
    for index in &properties.local_secondary_indexes {
        let local = LocalSecondaryIndex::builder().index_name(&index.index_name);
        let local = local.set_key_schema(Some(keys(&index.key_schema))).projection(projection(index));
        request = request.local_secondary_indexes(local.build().unwrap());
    }
    for index in &properties.global_secondary_indexes {
        let global = GlobalSecondaryIndex::builder().index_name(&index.index_name);
        let global = global.set_key_schema(Some(keys(&index.key_schema))).projection(projection(index));
        request = request.global_secondary_indexes(global.build().unwrap());
    }
    request.send().await.unwrap();
}

fn keys(keys: &[Key]) -> Vec<KeySchemaElement> {
    let element = |key: &Key| {
        let element = KeySchemaElement::builder().attribute_name(&key.attribute_name);
        element.key_type(key.key_type.as_str().into()).build().unwrap()
    };
    keys.iter().map(element).collect()
}

fn projection(index: &Index) -> Projection {
    Projection::builder().projection_type(index.projection.projection_type.as_str().into()).build()
}
