//! Turns committed changes into webhook deliveries.
//!
//! The table's stream is the only source of events, so no committed change can lose its own. What
//! fails is seen again, in order, from the first record that failed.

use app::fanout::{Event, FanOut};
use app::queue::DeliveryQueue;
use app::{App, Error};
use aws_lambda_events::event::dynamodb::{Event as DynamoDbEvent, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use edge::events::crm_body;
use jiff::Timestamp;
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use store::stream::{Change, Object};

/// What the handler needs.
#[derive(Debug, Clone)]
pub struct Fanout {
    /// The use cases.
    pub app: App,
    /// Where deliveries go.
    pub queue: DeliveryQueue,
}

/// Fans out the records of a batch, in their order.
///
/// # Errors
/// Never: the batch is seen again from the record that is named.
pub async fn handle(
    fanout: Fanout,
    event: LambdaEvent<DynamoDbEvent>,
) -> Result<DynamoDbEventResponse, lambda_runtime::Error> {
    let mut response = DynamoDbEventResponse::default();
    let mut batch = FanOut::new(&fanout.app, &fanout.queue);
    for record in &event.payload.records {
        if let Err(error) = fan_out(&mut batch, record).await {
            tracing::error!(event = record.event_id, %error, "a change could not be fanned out");
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = record.change.sequence_number.clone();
            response.batch_item_failures.push(failure);
            break;
        }
    }
    Ok(response)
}

async fn fan_out(batch: &mut FanOut<'_>, record: &EventRecord) -> Result<(), Error> {
    let Some(change) = store::stream::change(&record.change.old_image, &record.change.new_image)? else {
        return Ok(());
    };
    let Change { tenant, model, event, before, after } = change;
    let before = before.as_ref().map(shown).transpose()?;
    let after = after.as_ref().map(shown).transpose()?;
    let object = match (before, after) {
        // Something that no contract shows changed: that is no event.
        (Some(before), Some(after)) if without_time(&before) == without_time(&after) => return Ok(()),
        (_, Some(after)) => after,
        (Some(before), None) => before,
        (None, None) => return Ok(()),
    };
    let at = Timestamp::from_second(record.change.approximate_creation_date_time.timestamp())
        .map_err(|e| Error::Defect(e.to_string()))?;
    batch.fan_out(&Event { id: record.event_id.clone(), at, tenant, model, event, object }).await?;
    Ok(())
}

fn shown(object: &Object) -> Result<Value, Error> {
    crm_body(object).map_err(|e| Error::Defect(e.to_string()))
}

fn without_time(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(fields) = object.as_object_mut() {
        fields.remove("updated_at");
    }
    object
}
