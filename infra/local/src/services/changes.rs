//! Notices writes to DynamoDB, so that whoever reads its streams can sleep until there is something to read.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use tokio::sync::watch;

/// The beginnings of the names of operations that change nothing.
const READS: [&str; 7] = ["BatchGet", "Describe", "Get", "List", "Query", "Scan", "TransactGet"];

/// An interceptor of DynamoDB clients that announces each call that may have changed an item.
#[derive(Debug, Clone, Default)]
pub(super) struct Changes(watch::Sender<()>);

impl Changes {
    pub(super) fn subscribe(&self) -> watch::Receiver<()> {
        self.0.subscribe()
    }
}

impl Intercept for Changes {
    fn name(&self) -> &'static str {
        "Changes"
    }

    /// A call that failed is announced too: its answer may have been lost after the write.
    fn read_after_execution(
        &self,
        _: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = config.load::<Metadata>().map_or("", Metadata::name);
        if !READS.iter().any(|read| operation.starts_with(read)) {
            self.0.send_replace(());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use aws_sdk_dynamodb::types::AttributeValue;
    use serde_json::json;

    use super::super::sdk::Sdk;
    use super::super::{Storage, dynamodb};
    use crate::clock::LocalClock;

    #[tokio::test]
    async fn writes_of_every_client_are_announced_and_reads_are_not() {
        let clock = Arc::new(LocalClock::open(None).unwrap());
        let dynamodb = dynamodb::start(&Storage::Memory, 0, clock).await.unwrap();
        let sdk = Sdk::new();
        let (client, other) = (sdk.dynamodb(dynamodb.endpoint()), sdk.dynamodb(dynamodb.endpoint()));
        let table = json!({
            "TableName": "main",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        });
        dynamodb::create_table(&client, &table).await.unwrap();
        let key = || AttributeValue::S("a".to_owned());

        let mut changes = sdk.changes();
        client.get_item().table_name("main").key("pk", key()).send().await.unwrap();
        client.scan().table_name("main").send().await.unwrap();
        assert!(!changes.has_changed().unwrap());
        other.put_item().table_name("main").item("pk", key()).send().await.unwrap();
        assert!(changes.has_changed().unwrap());
        changes.mark_unchanged();
        let refused =
            client.put_item().table_name("main").item("pk", key()).condition_expression("attribute_not_exists(pk)");
        refused.send().await.unwrap_err();
        assert!(changes.has_changed().unwrap(), "nobody knows whether a call that failed has written");
    }
}
