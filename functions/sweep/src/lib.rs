//! By schedule: marks overdue invoices, and finishes uploads of images and attachments that were cut off.

use app::bucket::{Bucket, FilesReport};
use app::sweep::SweepReport;
use app::{App, Error};
use lambda_runtime::LambdaEvent;
use serde::Serialize;
use serde_json::{Value, json};
use store::meter::Meter;

/// What the handler needs.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// The use cases.
    pub app: App,
    /// Where files are kept.
    pub bucket: Bucket,
}

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Report {
    /// About invoices.
    #[serde(flatten)]
    pub invoices: SweepReport,
    /// About images and attachments.
    #[serde(flatten)]
    pub files: FilesReport,
}

/// Sweeps once, whatever the schedule's event says, and logs what it did and what it cost.
///
/// # Errors
/// The sweep's: the schedule tries again then.
pub async fn handle(sweep: Sweep, event: LambdaEvent<Value>) -> Result<Report, lambda_runtime::Error> {
    let meter = Meter::default();
    let swept = meter.scope(run(&sweep)).await;
    let reading = meter.reading();
    let line = json!({
        "level": if swept.is_ok() { "INFO" } else { "ERROR" },
        "request_id": event.context.request_id,
        "function": "sweep",
        "report": swept.as_ref().ok(),
        "error": swept.as_ref().err().map(Error::to_string),
        "round_trips": reading.round_trips,
        "read_units": reading.read_units,
        "write_units": reading.write_units,
    });
    edge::log::write(&line.to_string());
    Ok(swept?)
}

async fn run(Sweep { app, bucket }: &Sweep) -> Result<Report, Error> {
    // Invoices do not wait for S3.
    let invoices = app.sweep().await?;
    let files = app.settle_images(bucket).await?.and(app.settle_attachments(bucket).await?);
    Ok(Report { invoices, files })
}
