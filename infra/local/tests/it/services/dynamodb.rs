//! Tables made of the template's properties, and what expires in them.

use std::sync::Arc;

use app::ports::Clock;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, TimeToLiveStatus};
use serde_json::{Value, json};
use tributary_local::LocalClock;
use tributary_local::services::dynamodb::{self, DynamoDb, create_table};
use tributary_local::services::sdk::Sdk;
use tributary_local::services::{Error, Storage};

use super::standing_clock;

/// A time to live that no test reaches: the year 2100.
pub const NEVER: i64 = 4_102_444_800;

/// What a template may say of a table, resolved.
pub fn properties() -> Value {
    json!({
        "TableName": "main",
        "BillingMode": "PAY_PER_REQUEST",
        "DeletionProtectionEnabled": true,
        "AttributeDefinitions": [
            { "AttributeName": "pk", "AttributeType": "S" },
            { "AttributeName": "sk", "AttributeType": "S" },
            { "AttributeName": "due", "AttributeType": "N" },
        ],
        "KeySchema": [
            { "AttributeName": "pk", "KeyType": "HASH" },
            { "AttributeName": "sk", "KeyType": "RANGE" },
        ],
        "LocalSecondaryIndexes": [{
            "IndexName": "by_due",
            "KeySchema": [
                { "AttributeName": "pk", "KeyType": "HASH" },
                { "AttributeName": "due", "KeyType": "RANGE" },
            ],
            "Projection": { "ProjectionType": "INCLUDE", "NonKeyAttributes": ["name", "total"] },
        }],
        "GlobalSecondaryIndexes": [{
            "IndexName": "gsi1",
            "KeySchema": [
                { "AttributeName": "sk", "KeyType": "HASH" },
                { "AttributeName": "due", "KeyType": "RANGE" },
            ],
            "Projection": { "ProjectionType": "ALL" },
        }],
        "StreamSpecification": { "StreamViewType": "NEW_AND_OLD_IMAGES" },
        "TimeToLiveSpecification": { "AttributeName": "expires", "Enabled": true },
        "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
        "SSESpecification": { "SSEEnabled": true },
        "Tags": [{ "Key": "app", "Value": "x" }],
    })
}

async fn started(storage: &Storage, clock: Arc<LocalClock>) -> (DynamoDb, Client) {
    let dynamodb = dynamodb::start(storage, 0, clock).await.unwrap();
    let client = Sdk::new().dynamodb(dynamodb.endpoint());
    create_table(&client, &properties()).await.unwrap();
    (dynamodb, client)
}

#[tokio::test]
async fn a_table_has_the_templates_keys_indexes_stream_and_ttl() {
    let (_dynamodb, client) = started(&Storage::Memory, standing_clock()).await;
    let table = client.describe_table().table_name("main").send().await.unwrap().table.unwrap();
    let keys: Vec<_> = table.key_schema().iter().map(|key| key.attribute_name()).collect();
    assert_eq!(keys, ["pk", "sk"]);
    let local = &table.local_secondary_indexes()[0];
    assert_eq!(local.index_name(), Some("by_due"));
    assert_eq!(local.projection().unwrap().non_key_attributes(), ["name", "total"]);
    assert_eq!(table.global_secondary_indexes()[0].index_name(), Some("gsi1"));
    assert_eq!(table.stream_specification().unwrap().stream_view_type().unwrap().as_str(), "NEW_AND_OLD_IMAGES");
    let ttl = client.describe_time_to_live().table_name("main").send().await.unwrap();
    let ttl = ttl.time_to_live_description.unwrap();
    assert_eq!(ttl.time_to_live_status(), Some(&TimeToLiveStatus::Enabled));
    assert_eq!(ttl.attribute_name(), Some("expires"));
}

#[tokio::test]
async fn a_table_that_is_there_stays_and_keeps_its_items() {
    let (_dynamodb, client) = started(&Storage::Memory, standing_clock()).await;
    put(&client, "a", NEVER).await;
    create_table(&client, &properties()).await.unwrap();
    assert_eq!(ids(&client).await, ["a"]);
}

#[tokio::test]
async fn a_table_with_another_definition_is_refused_with_both() {
    let (_dynamodb, client) = started(&Storage::Memory, standing_clock()).await;
    let changes = [
        ("/AttributeDefinitions/2/AttributeType", json!("S"), "due N RANGE"),
        ("/GlobalSecondaryIndexes/0/IndexName", json!("gsi2"), "gsi2"),
        ("/LocalSecondaryIndexes/0/Projection/NonKeyAttributes", json!(["name"]), "INCLUDE name total"),
        ("/StreamSpecification/StreamViewType", json!("KEYS_ONLY"), "KEYS_ONLY"),
        ("/TimeToLiveSpecification/AttributeName", json!("ttl"), "expires"),
    ];
    for (pointer, value, told) in changes {
        let mut properties = properties();
        *properties.pointer_mut(pointer).unwrap() = value;
        let error = create_table(&client, &properties).await.unwrap_err();
        assert!(matches!(error, Error::TableDiffers { .. }), "{pointer}: {error}");
        assert!(error.to_string().contains(told), "{pointer}: {error}");
    }
}

#[tokio::test]
async fn properties_without_a_key_are_refused() {
    let (_dynamodb, client) = started(&Storage::Memory, standing_clock()).await;
    let error = create_table(&client, &json!({ "TableName": "x", "AttributeDefinitions": [] })).await.unwrap_err();
    assert!(error.to_string().contains("KeySchema"), "{error}");
}

#[tokio::test]
async fn items_expire_by_the_clock_in_memory_and_on_a_file() {
    let directory = tempfile::tempdir().unwrap();
    for storage in [Storage::Memory, Storage::File(directory.path().join("dynamodb.sqlite"))] {
        let clock = standing_clock();
        let (dynamodb, client) = started(&storage, clock.clone()).await;
        let now = clock.now().as_second();
        put(&client, "long", now + 3_600).await;
        put(&client, "short", now + 60).await;
        assert_eq!(dynamodb.sweep_ttl().await.unwrap(), 0, "{storage:?}");
        clock.advance(61).unwrap();
        assert_eq!(dynamodb.sweep_ttl().await.unwrap(), 1, "{storage:?}");
        assert_eq!(ids(&client).await, ["long"], "{storage:?}");
    }
}

#[tokio::test]
async fn stream_records_are_found_by_an_index_in_memory_and_on_a_file() {
    let directory = tempfile::tempdir().unwrap();
    for storage in [Storage::Memory, Storage::File(directory.path().join("dynamodb.sqlite"))] {
        let (dynamodb, _) = started(&storage, standing_clock()).await;
        let copy = tempfile::tempdir().unwrap();
        let path = copy.path().join("copy.sqlite");
        dynamodb.database().vacuum_into(path.to_str().unwrap()).unwrap();
        let copy = rusqlite::Connection::open(path).unwrap();
        // What a write and a poll ask.
        for query in [
            "SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records WHERE table_name = 'main'",
            "SELECT new_image FROM _stream_records WHERE table_name = 'main' AND shard_id = 'shard' \
             AND CAST(sequence_number AS INTEGER) > 1 ORDER BY CAST(sequence_number AS INTEGER)",
        ] {
            let plan: String =
                copy.query_row(&format!("EXPLAIN QUERY PLAN {query}"), [], |row| row.get("detail")).unwrap();
            assert!(plan.contains("INDEX tributary_stream_position"), "{storage:?}: {plan}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_takes_writes_while_it_is_swept() {
    let directory = tempfile::tempdir().unwrap();
    let storage = Storage::File(directory.path().join("dynamodb.sqlite"));
    let clock = standing_clock();
    let (dynamodb, client) = started(&storage, clock.clone()).await;
    let now = clock.now().as_second();
    for number in 0..100 {
        put(&client, &format!("old {number}"), now).await;
    }
    clock.advance(1).unwrap();
    let writes = async {
        for number in 0..100 {
            put(&client, &format!("new {number:03}"), NEVER).await;
        }
    };
    let (swept, ()) = tokio::join!(dynamodb.sweep_ttl(), writes);
    // What is written ahead of the sweep can push the last expired items into the next one.
    let later = dynamodb.sweep_ttl().await.unwrap();
    assert_eq!(swept.unwrap() + later, 100);
    let expected: Vec<_> = (0..100).map(|number| format!("new {number:03}")).collect();
    assert_eq!(ids(&client).await, expected);
}

/// Writes an item that expires then.
pub async fn put(client: &Client, id: &str, expires: i64) {
    let request = client.put_item().table_name("main").item("pk", AttributeValue::S("p".to_owned()));
    let request = request.item("sk", AttributeValue::S(id.to_owned()));
    request.item("expires", AttributeValue::N(expires.to_string())).send().await.unwrap();
}

/// The ids of every item, in order.
pub async fn ids(client: &Client) -> Vec<String> {
    let request = client.query().table_name("main").key_condition_expression("pk = :p");
    let found = request.expression_attribute_values(":p", AttributeValue::S("p".to_owned())).send().await.unwrap();
    found.items().iter().map(|item| item["sk"].as_s().unwrap().clone()).collect()
}
