//! Turns committed changes into webhook deliveries.
//!
//! The table's stream is the only source of events, so no committed change can lose its own. What
//! fails is seen again, in order, from the first record that failed. A record that can never succeed goes to the
//! stream's failure queue at once, so that it does not hold up its shard.

use std::collections::BTreeMap;
use std::convert::Infallible;

use app::fanout::{Event, FanOut, FannedOut};
use app::queue::{DeliveryQueue, StreamFailure, StreamFailureQueue};
use app::{App, Error};
use aws_lambda_events::event::dynamodb::{Event as DynamoDbEvent, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use domain::Tenant;
use domain::json::Value;
use edge::events::crm_body;
use futures::future::join_all;
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
    /// Where changes go that cannot be read.
    pub failures: StreamFailureQueue,
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
    let work = fan_out_all(&fanout, &event.context.invoked_function_arn, &event.payload.records);
    let report = edge::log::job(&fanout.app, "webhook-fanout", &event.context, work).await?;
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
    deliveries: usize,
    /// How many records were given up.
    given_up: usize,
    /// The record that failed; the rest of the batch waits for it.
    failed: Option<DynamoDbBatchItemFailure>,
}

async fn fan_out_all(fanout: &Fanout, arn: &str, records: &[EventRecord]) -> Result<Report, Infallible> {
    let read = join_all(records.iter().map(|record| event_of(fanout, record))).await;
    let (mut events, mut places, mut failed) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (place, read) in read.into_iter().enumerate() {
        match read {
            Ok(event) => {
                places.extend(event.as_ref().map(|_| place));
                events.extend(event);
            }
            Err(error) => {
                let is_last = !is_defect(&error);
                failed.insert(place, error);
                // What follows is seen again with it.
                if is_last {
                    break;
                }
            }
        }
    }
    let Fanout { app, queue, public_url, failures: _ } = fanout;
    let FannedOut { deliveries, failed: unsent } = FanOut { app, queue, own_url: public_url }.fan_out(&events).await;
    for (event, error) in unsent {
        failed.insert(places[event], error);
    }
    let mut report = Report { records: records.len(), deliveries, given_up: 0, failed: None };
    for (place, error) in failed {
        let record = &records[place];
        tracing::error!(event = record.event_id, %error, "a change could not be fanned out");
        if is_defect(&error) && give_up(fanout, arn, record).await {
            report.given_up += 1;
            continue;
        }
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier = record.change.sequence_number.clone();
        report.failed = Some(failure);
        break;
    }
    Ok(report)
}

/// Whether trying again is in vain.
const fn is_defect(error: &Error) -> bool {
    matches!(error, Error::Defect(_))
}

/// Puts a record into the failure queue; returns whether it is there.
async fn give_up(fanout: &Fanout, arn: &str, record: &EventRecord) -> bool {
    let sequence = record.change.sequence_number.as_deref().unwrap_or_default();
    let stream = record.event_source_arn.as_deref().unwrap_or_default();
    let at = Timestamp::from_second(record.change.approximate_creation_date_time.timestamp()).unwrap_or_default();
    match fanout.failures.send(StreamFailure::new(arn, stream, sequence, at)).await {
        Ok(()) => true,
        Err(error) => {
            tracing::error!(event = record.event_id, %error, "a change could not be given up");
            false
        }
    }
}

/// The event that a record is, if it is one.
async fn event_of(fanout: &Fanout, record: &EventRecord) -> Result<Option<Event>, Error> {
    let Some(change) = store::stream::change(&record.change.old_image, &record.change.new_image)? else {
        return Ok(None);
    };
    // For the addresses of customers' pages, and what proves how many hops led here.
    fanout.app.ready().await?;
    let Change { tenant, model, event, before, after, hops } = change;
    let shown = |object: &Object| {
        let page = |invoice| fanout.app.hosted_url(&fanout.public_url, tenant, invoice);
        crm_body(object, &fanout.public_url, page).map_err(|e| Error::Defect(e.to_string()))
    };
    let [before, after] = in_stages(&fanout.app, tenant, [before, after]).await?;
    let before = before.as_ref().map(shown).transpose()?;
    let after = after.as_ref().map(shown).transpose()?;
    let object = match (before, after) {
        // Something that no contract shows changed: that is no event.
        (Some(before), Some(after)) if without_time(&before) == without_time(&after) => return Ok(None),
        (_, Some(after)) => after,
        (Some(before), None) => before,
        (None, None) => return Ok(None),
    };
    let second = record.change.approximate_creation_date_time.timestamp();
    let at = committed_at(second, &object).map_err(|e| Error::Defect(e.to_string()))?;
    let sequence = record.change.sequence_number.as_deref().and_then(|number| number.parse().ok()).unwrap_or_default();
    Ok(Some(Event { id: record.event_id.clone(), sequence, at, tenant, model, event, object, hops }))
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
