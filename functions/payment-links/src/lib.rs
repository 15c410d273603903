//! Deactivates at Stripe the payment links that were retired.
//!
//! Whatever retires a link does so in one commit with its cause, and the table's stream tells here.
//! What fails is seen again; a link that keeps failing does not keep the others waiting, and is told
//! of anew by the sweep once the stream has given it up.

use std::convert::Infallible;
use std::sync::Arc;

use app::payment_links::PaymentLinks;
use app::{App, Error};
use aws_lambda_events::event::dynamodb::{Event as DynamoDbEvent, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use lambda_runtime::LambdaEvent;
use serde::Serialize;
use store::RetiredLink;

/// What the handler needs.
#[derive(Debug, Clone)]
pub struct Deactivation {
    /// The use cases.
    pub app: App,
    /// Stripe.
    pub links: Arc<dyn PaymentLinks>,
}

/// Deactivates the links of a batch. Each is on its own: doing one again does no harm.
///
/// # Errors
/// Never: the batch is seen again from the first record that is named.
pub async fn handle(
    deactivation: Deactivation,
    event: LambdaEvent<DynamoDbEvent>,
) -> Result<DynamoDbEventResponse, lambda_runtime::Error> {
    let work = deactivate_all(&deactivation, &event.payload.records);
    let report = edge::log::job(&deactivation.app, "payment-links", &event.context, work).await?;
    let mut response = DynamoDbEventResponse::default();
    response.batch_item_failures = report.failed;
    Ok(response)
}

/// What came of a batch.
#[derive(Serialize)]
struct Report {
    /// How many records it had.
    records: usize,
    /// Those that are to be seen again.
    failed: Vec<DynamoDbBatchItemFailure>,
}

async fn deactivate_all(deactivation: &Deactivation, records: &[EventRecord]) -> Result<Report, Infallible> {
    let mut report = Report { records: records.len(), failed: vec![] };
    for record in records {
        if let Err(error) = deactivate(deactivation, record).await {
            tracing::error!(event = record.event_id, %error, "a payment link could not be deactivated");
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = record.change.sequence_number.clone();
            report.failed.push(failure);
        }
    }
    Ok(report)
}

async fn deactivate(Deactivation { app, links }: &Deactivation, record: &EventRecord) -> Result<(), Error> {
    match RetiredLink::of_image(&record.change.new_image)? {
        Some(retired) => app.deactivate_link(links.as_ref(), &retired).await,
        None => Ok(()),
    }
}
