//! Makes the template's table, queues and bucket, as CloudFormation would.

use std::collections::HashMap;

use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::Value;

use crate::cloud::Services;
use crate::services::sdk::Sdk;
use crate::services::{Error, dynamodb};
use crate::template::{Resource, Template};

/// Queue properties that change nothing here: nothing is encrypted at rest, and nobody is billed.
const WITHOUT_EFFECT: [&str; 5] =
    ["KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "QueueName", "SqsManagedSseEnabled", "Tags"];

/// Makes what is not there yet.
pub(crate) async fn create(template: &Template, services: &Services, sdk: &Sdk) -> Result<(), Error> {
    let client = sdk.dynamodb(services.dynamodb.endpoint());
    for table in &template.tables {
        dynamodb::create_table(&client, &table.properties).await?;
    }
    let client = sdk.sqs(services.sqs.endpoint());
    for queue in &template.queues {
        create_queue(&client, queue).await?;
    }
    for bucket in &template.buckets {
        services.s3.create_bucket(&bucket.name)?;
    }
    Ok(())
}

async fn create_queue(client: &aws_sdk_sqs::Client, queue: &Resource) -> Result<(), Error> {
    let attributes = attributes_of(queue)?;
    let create = client.create_queue().queue_name(&queue.name).set_attributes(Some(attributes.clone()));
    let Err(error) = create.send().await else { return Ok(()) };
    if !error.as_service_error().is_some_and(|error| error.is_queue_name_exists()) {
        return Err(called(queue, error));
    }
    // It is there with other attributes, made from an older template.
    let found = client.get_queue_url().queue_name(&queue.name).send().await.map_err(|error| called(queue, error))?;
    let update = client.set_queue_attributes().set_queue_url(found.queue_url).set_attributes(Some(attributes));
    update.send().await.map_err(|error| called(queue, error))?;
    Ok(())
}

fn attributes_of(queue: &Resource) -> Result<HashMap<QueueAttributeName, String>, Error> {
    let mut attributes = HashMap::new();
    for (name, value) in queue.properties.as_object().into_iter().flatten() {
        if WITHOUT_EFFECT.contains(&name.as_str()) {
            continue;
        }
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
        };
        let attribute = QueueAttributeName::try_parse(name).map_err(|_| {
            Error::Template(format!("template.yaml: Resources.{}: a queue has no {name} here", queue.logical_id))
        })?;
        attributes.insert(attribute, text);
    }
    Ok(attributes)
}

fn called(queue: &Resource, error: impl std::error::Error) -> Error {
    Error::Call { what: format!("making the queue {}", queue.name), reason: DisplayErrorContext(error).to_string() }
}
