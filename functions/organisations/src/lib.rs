//! Does what is asked for a whole organisation: writes its export, or removes it with all that it has. It notes, too,
//! what SES reports of an organisation's mail.
//!
//! A message names the work, and stays in the queue, hidden for a while, until the work is done. Every
//! call does a bounded part and notes how far it came, so one that ends early loses nothing.

mod mail_report;

use std::convert::Infallible;
use std::time::Duration;

use app::bucket::Bucket;
use app::exports::Progress;
use app::queue::{WorkQueue, WorkRef};
use app::{App, Error};
use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use lambda_runtime::LambdaEvent;
use serde::{Deserialize, Serialize};
use store::Work;

use crate::mail_report::Report;

/// How many parts of an export one call writes, each of some megabytes: well within its timeout.
const PARTS: u32 = 10;

/// What the handler needs.
#[derive(Debug, Clone)]
pub struct Organisations {
    /// The use cases.
    pub app: App,
    /// Where files are kept.
    pub bucket: Bucket,
    /// The queue that the messages come from.
    pub queue: WorkQueue,
}

/// Works on what the messages name, and tells which of them stay in the queue.
///
/// # Errors
/// Never: what fails stays in the queue.
pub async fn handle(
    organisations: Organisations,
    event: LambdaEvent<SqsEvent>,
) -> Result<SqsBatchResponse, lambda_runtime::Error> {
    let work = organisations.work_on_all(&event.payload.records);
    let report = edge::log::job(&organisations.app, "organisations", &event.context, work).await?;
    let mut response = SqsBatchResponse::default();
    for message_id in report.kept {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = message_id;
        response.batch_item_failures.push(failure);
    }
    Ok(response)
}

/// What a message is about.
#[derive(Deserialize)]
#[serde(untagged)]
enum Task {
    /// Work on a whole organisation.
    Work(WorkRef),
    /// What became of a mail.
    Report(Report),
}

/// What came of a batch.
#[derive(Serialize)]
struct Handled {
    /// How many messages it had.
    messages: usize,
    /// The ids of those that stay in the queue.
    kept: Vec<String>,
}

impl Organisations {
    async fn work_on_all(&self, messages: &[SqsMessage]) -> Result<Handled, Infallible> {
        let mut report = Handled { messages: messages.len(), kept: vec![] };
        for message in messages {
            match self.handle_message(message).await {
                Ok(true) => {}
                Ok(false) => report.kept.extend(message.message_id.clone()),
                Err(error) => {
                    // The queue's own timeout brings it back.
                    tracing::error!(message = message.message_id, %error, "work on an organisation could not go on");
                    report.kept.extend(message.message_id.clone());
                }
            }
        }
        Ok(report)
    }

    /// Whether the message is done with.
    async fn handle_message(&self, message: &SqsMessage) -> Result<bool, Error> {
        let task = serde_json::from_str(message.body.as_deref().unwrap_or_default());
        let task = task.map_err(|error| Error::Defect(format!("a message without work: {error}")))?;
        let progress = match task {
            Task::Work(reference) => self.work_on(&reference).await?,
            Task::Report(report) => report.note(&self.app).await?,
        };
        match progress {
            Progress::Done => Ok(true),
            Progress::After(delay) => {
                let receipt = message.receipt_handle.as_deref().unwrap_or_default();
                self.queue.hide(receipt, delay).await?;
                Ok(false)
            }
        }
    }

    async fn work_on(&self, reference: &WorkRef) -> Result<Progress, Error> {
        let tenant = reference.tenant();
        match reference.work() {
            Work::Closure => self.app.work_on_closure(&self.bucket, tenant).await,
            Work::Export(id) => {
                let mut progress = Progress::After(Duration::ZERO);
                for _ in 0..PARTS {
                    progress = self.app.work_on_export(&self.bucket, tenant, id).await?;
                    if progress == Progress::Done {
                        break;
                    }
                }
                Ok(progress)
            }
        }
    }
}
