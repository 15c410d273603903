//! By schedule: marks overdue invoices, finishes uploads of images and attachments that were cut off, and takes up work
//! on whole organisations that does not go on.

use app::bucket::{Bucket, FilesReport};
use app::queue::WorkQueue;
use app::sweep::SweepReport;
use app::{App, Error};
use lambda_runtime::LambdaEvent;
use serde::Serialize;
use serde_json::Value;

/// What the handler needs.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// The use cases.
    pub app: App,
    /// Where files are kept.
    pub bucket: Bucket,
    /// Work on whole organisations.
    pub work: WorkQueue,
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
    /// Exports and deletions of organisations that had not gone on for an hour.
    pub work_resumed: u32,
}

/// Sweeps once, whatever the schedule's event says, and logs what it did and what it cost.
///
/// # Errors
/// The sweep's: the schedule tries again then.
pub async fn handle(sweep: Sweep, event: LambdaEvent<Value>) -> Result<Report, lambda_runtime::Error> {
    Ok(edge::log::job("sweep", &event.context.request_id, run(&sweep)).await?)
}

async fn run(Sweep { app, bucket, work }: &Sweep) -> Result<Report, Error> {
    // Invoices do not wait for S3.
    let invoices = app.sweep().await?;
    let files = app.settle_images(bucket).await?.and(app.settle_attachments(bucket).await?);
    let work_resumed = app.resume_work(work).await?;
    Ok(Report { invoices, files, work_resumed })
}
