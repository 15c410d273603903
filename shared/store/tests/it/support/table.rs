//! A table of its own for each test.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedHttpClient};
use aws_sdk_dynamodb::types::AttributeValue;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use tributary_store::Store;

use super::template::create_table;

/// Where another DynamoDB than the embedded one answers.
const ENDPOINT: &str = "TRIBUTARY_DYNAMODB_ENDPOINT";

/// A table, and the store over it.
pub struct Table {
    pub store: Store,
    pub client: Client,
    pub streams: aws_sdk_dynamodbstreams::Client,
    pub name: String,
    server: Option<AbortHandle>,
}

impl Drop for Table {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            server.abort();
        }
    }
}

impl Table {
    pub async fn start() -> Self {
        let (endpoint, server) = match std::env::var(ENDPOINT) {
            Ok(endpoint) => (endpoint, None),
            Err(_) => {
                let (endpoint, server) = embedded().await;
                (endpoint, Some(server))
            }
        };
        // The other DynamoDB may have tables of an earlier run.
        let name = format!("store-{:016x}", RandomState::new().hash_one(&endpoint));
        let http_client = aws_smithy_http_client::Builder::new().build_http();
        let client = aws_client(&endpoint, http_client.clone());
        let streams = aws_sdk_dynamodbstreams::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("local", "local", None, None, "test"))
            .endpoint_url(&endpoint)
            .http_client(http_client)
            .build();
        create_table(&client, &name).await;
        let store = Store::new(client.clone(), &name);
        Self { store, client, streams: aws_sdk_dynamodbstreams::Client::from_conf(streams), name, server }
    }

    /// Every item, as text, in the order of the keys.
    pub async fn items(&self) -> Vec<String> {
        let mut items: Vec<String> = self.raw().await.into_iter().map(text).collect();
        items.sort();
        items
    }

    /// The sort keys of the items whose partition ends with this.
    pub async fn sort_keys(&self, partition: &str) -> Vec<String> {
        let items = self.raw().await.into_iter().filter(|item| item["pk"].as_s().unwrap().ends_with(partition));
        let mut keys: Vec<String> = items.map(|item| item["sk"].as_s().unwrap().clone()).collect();
        keys.sort();
        keys
    }

    /// Every item, as it is kept.
    pub async fn raw(&self) -> Vec<HashMap<String, AttributeValue>> {
        let pages = self.client.scan().table_name(&self.name).consistent_read(true).into_paginator().items();
        pages.send().collect::<Result<Vec<_>, _>>().await.unwrap()
    }
}

/// An item in an order that does not depend on its hash maps.
fn text(item: HashMap<String, AttributeValue>) -> String {
    let mut fields: Vec<String> = item.into_iter().map(|(name, value)| format!("{name}: {}", shown(value))).collect();
    fields.sort_by_key(|field| (!field.starts_with("pk: "), !field.starts_with("sk: "), field.clone()));
    fields.join(", ")
}

fn shown(value: AttributeValue) -> String {
    match value {
        AttributeValue::M(map) => format!("{{{}}}", text(map)),
        AttributeValue::L(list) => format!("{:?}", list.into_iter().map(shown).collect::<Vec<_>>()),
        other => format!("{other:?}"),
    }
}

async fn embedded() -> (String, AbortHandle) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let database = dynoxide::Database::memory().unwrap();
    let serving = dynoxide::server::serve_with_shutdown(listener, database, std::future::pending());
    (endpoint, tokio::spawn(serving).abort_handle())
}

/// A client that retries as the SDK does, without its waits.
pub fn aws_client(endpoint: &str, http_client: SharedHttpClient) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .retry_config(RetryConfig::standard().with_initial_backoff(std::time::Duration::from_millis(1)))
        .endpoint_url(endpoint)
        .http_client(http_client)
        .build();
    Client::from_conf(config)
}
