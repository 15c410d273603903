//! Making a table from what the template says of it.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, DisplayErrorContext};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, LocalSecondaryIndex, Projection,
    StreamSpecification, StreamViewType, TableDescription, TimeToLiveSpecification, TimeToLiveStatus,
};
use serde::Deserialize;
use serde_json::Value;

use crate::services::Error;

/// Makes the table of an `AWS::DynamoDB::Table`'s resolved properties.
///
/// A table that is there already, with the same keys, indexes and stream, stays as it is; its TTL is
/// switched on if it is not. The billing mode is always on demand, since nothing here is throttled,
/// and properties without a local meaning (backups, encryption, tags) are passed over.
///
/// # Errors
/// The properties are incomplete, the table is there with another definition, or a call failed.
pub async fn create_table(client: &Client, properties: &Value) -> Result<(), Error> {
    let wanted: Properties = serde_json::from_value(properties.clone())
        .map_err(|error| Error::Template(format!("AWS::DynamoDB::Table's properties: {error}")))?;
    match describe(client, &wanted.table_name).await? {
        Some(found) => compare(&wanted, &found)?,
        None => create(client, &wanted).await?,
    }
    match &wanted.time_to_live_specification {
        Some(ttl) if ttl.enabled => enable_ttl(client, &wanted.table_name, &ttl.attribute_name).await,
        Some(_) | None => Ok(()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Properties {
    table_name: String,
    attribute_definitions: Vec<Attribute>,
    key_schema: Vec<Key>,
    #[serde(default)]
    local_secondary_indexes: Vec<Index>,
    #[serde(default)]
    global_secondary_indexes: Vec<Index>,
    stream_specification: Option<Stream>,
    time_to_live_specification: Option<Ttl>,
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
    projection: ProjectedAttributes,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ProjectedAttributes {
    projection_type: String,
    #[serde(default)]
    non_key_attributes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Stream {
    stream_view_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Ttl {
    #[serde(default)]
    attribute_name: String,
    enabled: bool,
}

async fn describe(client: &Client, table: &str) -> Result<Option<TableDescription>, Error> {
    match client.describe_table().table_name(table).send().await {
        Ok(output) => Ok(output.table),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => Ok(None),
        Err(error) => Err(call_failed("DescribeTable", error)),
    }
}

async fn create(client: &Client, wanted: &Properties) -> Result<(), Error> {
    let attributes = wanted.attribute_definitions.iter().map(attribute).collect::<Result<Vec<_>, _>>();
    let local = wanted.local_secondary_indexes.iter().map(local_index).collect::<Result<Vec<_>, _>>();
    let global = wanted.global_secondary_indexes.iter().map(global_index).collect::<Result<Vec<_>, _>>();
    let stream = wanted.stream_specification.as_ref().map(stream).transpose();
    client
        .create_table()
        .table_name(&wanted.table_name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(attributes.map_err(incomplete)?))
        .set_key_schema(Some(keys(&wanted.key_schema).map_err(incomplete)?))
        .set_local_secondary_indexes(Some(local.map_err(incomplete)?).filter(|indexes| !indexes.is_empty()))
        .set_global_secondary_indexes(Some(global.map_err(incomplete)?).filter(|indexes| !indexes.is_empty()))
        .set_stream_specification(stream.map_err(incomplete)?)
        .send()
        .await
        .map_err(|error| call_failed("CreateTable", error))?;
    Ok(())
}

async fn enable_ttl(client: &Client, table: &str, attribute: &str) -> Result<(), Error> {
    let output = client.describe_time_to_live().table_name(table).send().await;
    let found = output.map_err(|error| call_failed("DescribeTimeToLive", error))?.time_to_live_description;
    let enabled = found
        .filter(|ttl| matches!(ttl.time_to_live_status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)));
    match enabled.and_then(|ttl| ttl.attribute_name) {
        Some(found) if found == attribute => return Ok(()),
        Some(found) => return differs(table, "TTL attribute", found, attribute.to_owned()),
        None => {}
    }
    let specification = TimeToLiveSpecification::builder().attribute_name(attribute).enabled(true).build();
    client
        .update_time_to_live()
        .table_name(table)
        .time_to_live_specification(specification.map_err(incomplete)?)
        .send()
        .await
        .map_err(|error| call_failed("UpdateTimeToLive", error))?;
    Ok(())
}

fn attribute(attribute: &Attribute) -> Result<AttributeDefinition, BuildError> {
    AttributeDefinition::builder()
        .attribute_name(&attribute.attribute_name)
        .attribute_type(attribute.attribute_type.as_str().into())
        .build()
}

fn keys(keys: &[Key]) -> Result<Vec<KeySchemaElement>, BuildError> {
    let element = |key: &Key| {
        KeySchemaElement::builder()
            .attribute_name(&key.attribute_name)
            .key_type(KeyType::from(key.key_type.as_str()))
            .build()
    };
    keys.iter().map(element).collect()
}

fn projection(projected: &ProjectedAttributes) -> Projection {
    let names = Some(projected.non_key_attributes.clone()).filter(|names| !names.is_empty());
    Projection::builder()
        .projection_type(projected.projection_type.as_str().into())
        .set_non_key_attributes(names)
        .build()
}

fn local_index(index: &Index) -> Result<LocalSecondaryIndex, BuildError> {
    LocalSecondaryIndex::builder()
        .index_name(&index.index_name)
        .set_key_schema(Some(keys(&index.key_schema)?))
        .projection(projection(&index.projection))
        .build()
}

fn global_index(index: &Index) -> Result<GlobalSecondaryIndex, BuildError> {
    GlobalSecondaryIndex::builder()
        .index_name(&index.index_name)
        .set_key_schema(Some(keys(&index.key_schema)?))
        .projection(projection(&index.projection))
        .build()
}

fn stream(stream: &Stream) -> Result<StreamSpecification, BuildError> {
    StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::from(stream.stream_view_type.as_str()))
        .build()
}

/// Refuses a table whose parts are not the wanted ones: what was written under other keys would not
/// be found.
fn compare(wanted: &Properties, found: &TableDescription) -> Result<(), Error> {
    let wanted_parts = Parts::of_template(wanted).map_err(incomplete)?;
    let found_parts = Parts::of_table(found);
    for ((part, wanted_text), (_, found_text)) in wanted_parts.0.into_iter().zip(found_parts.0) {
        if wanted_text != found_text {
            return differs(&wanted.table_name, part, found_text, wanted_text);
        }
    }
    Ok(())
}

/// What must not change about a table, by the name of the part, as texts to compare and to show.
struct Parts([(&'static str, String); 4]);

impl Parts {
    fn of_template(wanted: &Properties) -> Result<Self, BuildError> {
        let types: BTreeMap<_, _> = wanted
            .attribute_definitions
            .iter()
            .map(|attribute| (attribute.attribute_name.as_str(), attribute.attribute_type.as_str()))
            .collect();
        let index = |index: &Index| {
            let keys = keys(&index.key_schema)?;
            Ok::<_, BuildError>(describe_index(
                Some(&index.index_name),
                &keys,
                Some(&projection(&index.projection)),
                &types,
            ))
        };
        let local: Result<Vec<_>, _> = wanted.local_secondary_indexes.iter().map(index).collect();
        let global: Result<Vec<_>, _> = wanted.global_secondary_indexes.iter().map(index).collect();
        let view = wanted.stream_specification.as_ref().map(|stream| stream.stream_view_type.as_str());
        Ok(Self::new(describe_keys(&keys(&wanted.key_schema)?, &types), local?, global?, view))
    }

    fn of_table(found: &TableDescription) -> Self {
        let types: BTreeMap<_, _> = found
            .attribute_definitions()
            .iter()
            .map(|attribute| (attribute.attribute_name(), attribute.attribute_type().as_str()))
            .collect();
        let local = found.local_secondary_indexes().iter();
        let local = local.map(|i| describe_index(i.index_name(), i.key_schema(), i.projection(), &types)).collect();
        let global = found.global_secondary_indexes().iter();
        let global = global.map(|i| describe_index(i.index_name(), i.key_schema(), i.projection(), &types)).collect();
        let stream = found.stream_specification().filter(|stream| stream.stream_enabled());
        let view = stream.and_then(|stream| stream.stream_view_type()).map(StreamViewType::as_str);
        Self::new(describe_keys(found.key_schema(), &types), local, global, view)
    }

    fn new(keys: String, mut local: Vec<String>, mut global: Vec<String>, stream: Option<&str>) -> Self {
        local.sort();
        global.sort();
        let list = |indexes: Vec<String>| if indexes.is_empty() { "none".to_owned() } else { indexes.join("; ") };
        Self([
            ("key", keys),
            ("set of local secondary indexes", list(local)),
            ("set of global secondary indexes", list(global)),
            ("stream", stream.unwrap_or("none").to_owned()),
        ])
    }
}

fn describe_keys(keys: &[KeySchemaElement], types: &BTreeMap<&str, &str>) -> String {
    let describe = |key: &KeySchemaElement| {
        let attribute_type = types.get(key.attribute_name()).copied().unwrap_or("?");
        format!("{} {attribute_type} {}", key.attribute_name(), key.key_type().as_str())
    };
    keys.iter().map(describe).collect::<Vec<_>>().join(", ")
}

fn describe_index(
    name: Option<&str>,
    keys: &[KeySchemaElement],
    projection: Option<&Projection>,
    types: &BTreeMap<&str, &str>,
) -> String {
    let kind = projection.and_then(Projection::projection_type).map_or("?", |kind| kind.as_str());
    let mut names = projection.map(|projection| projection.non_key_attributes().to_vec()).unwrap_or_default();
    names.sort();
    format!("{} ({}; {kind} {})", name.unwrap_or("?"), describe_keys(keys, types), names.join(" "))
}

fn differs(table: &str, part: &'static str, found: String, wanted: String) -> Result<(), Error> {
    Err(Error::TableDiffers { table: table.to_owned(), part, found, wanted })
}

fn incomplete(error: BuildError) -> Error {
    Error::Template(format!("AWS::DynamoDB::Table's properties: {error}"))
}

fn call_failed(what: &str, error: impl std::error::Error) -> Error {
    Error::Call { what: what.to_owned(), reason: DisplayErrorContext(error).to_string() }
}
