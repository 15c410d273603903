//! Turns committed changes into webhook deliveries.
//!
//! The table's stream is the only source of events, so no committed change can lose its own. What
//! fails is seen again, in order, from the first record that failed.

use std::convert::Infallible;

use app::fanout::{Event, FanOut};
use app::queue::DeliveryQueue;
use app::{App, Error};
use aws_lambda_events::event::dynamodb::{Event as DynamoDbEvent, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use domain::Tenant;
use domain::json::Value;
use edge::events::crm_body;
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::LambdaEvent;
use serde::Serialize;
use store::stream::{Change, Object};

/// What the handler needs.
#[derive(Debug, Clone)]
pub struct Fanout {
    /// The use cases.
    pub app: App,
    /// Where deliveries go.
    pub queue: DeliveryQueue,
    /// The API's address as customers see it, without a final slash.
    pub public_url: String,
}

/// Fans out the records of a batch, in their order.
///
/// # Errors
/// Never: the batch is seen again from the record that is named.
pub async fn handle(
    fanout: Fanout,
    event: LambdaEvent<DynamoDbEvent>,
) -> Result<DynamoDbEventResponse, lambda_runtime::Error> {
    let work = fan_out_all(&fanout, &event.payload.records);
    let report = edge::log::job("webhook-fanout", &event.context.request_id, work).await?;
    let mut response = DynamoDbEventResponse::default();
    response.batch_item_failures.extend(report.failed);
    Ok(response)
}

/// What came of a batch.
#[derive(Serialize)]
struct Report {
    /// How many records it had.
    records: usize,
    /// How many deliveries they caused.
    deliveries: u32,
    /// The record that failed; the rest of the batch waits for it.
    failed: Option<DynamoDbBatchItemFailure>,
}

async fn fan_out_all(fanout: &Fanout, records: &[EventRecord]) -> Result<Report, Infallible> {
    let mut report = Report { records: records.len(), deliveries: 0, failed: None };
    let mut batch = FanOut::new(&fanout.app, &fanout.queue, &fanout.public_url);
    for record in records {
        match fan_out(fanout, &mut batch, record).await {
            Ok(deliveries) => report.deliveries += deliveries,
            Err(error) => {
                tracing::error!(event = record.event_id, %error, "a change could not be fanned out");
                let mut failure = DynamoDbBatchItemFailure::default();
                failure.item_identifier = record.change.sequence_number.clone();
                report.failed = Some(failure);
                break;
            }
        }
    }
    Ok(report)
}

/// How many deliveries the record of a change causes.
async fn fan_out(fanout: &Fanout, batch: &mut FanOut<'_>, record: &EventRecord) -> Result<u32, Error> {
    let Some(change) = store::stream::change(&record.change.old_image, &record.change.new_image)? else {
        return Ok(0);
    };
    // For the addresses of customers' pages, and what proves how many hops led here.
    fanout.app.ready().await?;
    let Change { tenant, model, event, before, after, hops } = change;
    let shown = |object: &Object| {
        let page = |invoice| fanout.app.hosted_url(&fanout.public_url, tenant, invoice);
        crm_body(object, page).map_err(|e| Error::Defect(e.to_string()))
    };
    let [before, after] = in_stages(&fanout.app, tenant, [before, after]).await?;
    let before = before.as_ref().map(shown).transpose()?;
    let after = after.as_ref().map(shown).transpose()?;
    let object = match (before, after) {
        // Something that no contract shows changed: that is no event.
        (Some(before), Some(after)) if without_time(&before) == without_time(&after) => return Ok(0),
        (_, Some(after)) => after,
        (Some(before), None) => before,
        (None, None) => return Ok(0),
    };
    let second = record.change.approximate_creation_date_time.timestamp();
    let at = committed_at(second, &object).map_err(|e| Error::Defect(e.to_string()))?;
    let sequence = record.change.sequence_number.as_deref().and_then(|number| number.parse().ok()).unwrap_or_default();
    batch.fan_out(&Event { id: record.event_id.clone(), sequence, at, tenant, model, event, object, hops }).await
}

/// Leads in their stages of today, as the API shows them; anything else as it is.
async fn in_stages(app: &App, tenant: Tenant, objects: [Option<Object>; 2]) -> Result<[Option<Object>; 2], Error> {
    let leads = objects.iter().flatten().filter_map(|object| match object {
        Object::Lead(lead) => Some(lead.clone()),
        _ => None,
    });
    let mut leads = app.leads_as_shown(tenant, leads.collect()).await?.into_iter();
    Ok(objects.map(|object| match object {
        Some(Object::Lead(_)) => leads.next().map(Object::Lead),
        other => other,
    }))
}

/// When a change was committed. The stream tells the second; where in it, the object tells.
fn committed_at(second: i64, object: &Value) -> Result<Timestamp, jiff::Error> {
    let second = Timestamp::from_second(second)?;
    let changed = object.get("updated_at").and_then(Value::as_str).and_then(|at| at.parse().ok()).unwrap_or(second);
    Ok(changed.clamp(second, second.checked_add(SignedDuration::from_millis(999))?))
}

fn without_time(object: &Value) -> Value {
    let mut object = object.clone();
    if let Value::Object(fields) = &mut object {
        fields.shift_remove("updated_at");
    }
    object
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_is_put_where_its_object_says_within_the_streams_second() {
        let table = [
            (json!({"updated_at": "2024-01-01T00:00:05.25Z"}), "2024-01-01T00:00:05.25Z"),
            (json!({"updated_at": "2024-01-01T00:00:04.9Z"}), "2024-01-01T00:00:05Z"),
            (json!({"updated_at": "2023-01-01T00:00:00Z"}), "2024-01-01T00:00:05Z"),
            (json!({"updated_at": "2024-01-01T00:00:07Z"}), "2024-01-01T00:00:05.999Z"),
            (json!({"updated_at": 5}), "2024-01-01T00:00:05Z"),
            (json!({}), "2024-01-01T00:00:05Z"),
        ];
        for (object, expected) in table {
            assert_eq!(committed_at(1_704_067_205, &object.clone().into()).unwrap().to_string(), expected, "{object}");
        }
    }
}
