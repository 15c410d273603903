//! By schedule: marks overdue invoices, finishes uploads of images and attachments that were cut off, and takes up work
//! on whole organisations that does not go on.

use std::fmt;

use app::bucket::{Bucket, FilesReport};
use app::queue::WorkQueue;
use app::sweep::SweepReport;
use app::{App, Error};
use jiff::SignedDuration;
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

/// The jobs that failed, beside what the others did.
#[derive(Debug)]
struct Unfinished {
    jobs: Vec<(&'static str, Error)>,
    report: Report,
}

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (job, error) in &self.jobs {
            write!(f, "{job}: {error}; ")?;
        }
        let report = serde_json::to_string(&self.report).map_err(|_| fmt::Error)?;
        write!(f, "the others did {report}")
    }
}

impl std::error::Error for Unfinished {}

/// How long a sweep works, well within the function's timeout. What is left then is the next one's.
const WORKS_FOR: SignedDuration = SignedDuration::from_mins(13);

/// Sweeps once, whatever the schedule's event says, and logs what it did and what it cost.
///
/// # Errors
/// A job failed, after all of them were tried: the schedule tries again then.
pub async fn handle(sweep: Sweep, event: LambdaEvent<Value>) -> Result<Report, lambda_runtime::Error> {
    Ok(edge::log::job(&sweep.app, "sweep", &event.context, run(&sweep)).await?)
}

/// No job waits for another: invoices do not wait for S3, nor exports for images.
async fn run(Sweep { app, bucket, work }: &Sweep) -> Result<Report, Unfinished> {
    let until = app.now() + WORKS_FOR;
    let (overdue, links, images, attachments, resumed) = tokio::join!(
        app.mark_overdue(until),
        app.retire_links(until),
        app.settle_images(bucket, until),
        app.settle_attachments(bucket, until),
        app.resume_work(work),
    );
    let mut jobs = Vec::new();
    let mut failed = |job, error| jobs.push((job, error));
    let report = Report {
        invoices: or_none("overdue invoices", overdue, &mut failed).and(or_none("payment links", links, &mut failed)),
        files: or_none("images", images, &mut failed).and(or_none("attachments", attachments, &mut failed)),
        work_resumed: or_none("exports and deletions", resumed, &mut failed),
    };
    if jobs.is_empty() { Ok(report) } else { Err(Unfinished { jobs, report }) }
}

fn or_none<T: Default>(job: &'static str, done: Result<T, Error>, failed: &mut impl FnMut(&'static str, Error)) -> T {
    done.unwrap_or_else(|error| {
        failed(job, error);
        T::default()
    })
}
