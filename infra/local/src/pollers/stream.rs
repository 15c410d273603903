//! From a table's stream to a function, in order, until each batch has succeeded.

use std::convert::Infallible;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodbstreams::error::DisplayErrorContext;
use aws_sdk_dynamodbstreams::types::{Record, ShardIteratorType};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::checkpoint::Checkpoint;
use super::record::{sequence_number, to_json};
use super::{Pauses, failed_items};
use crate::clock::LocalClock;
use crate::event_pattern::matches_any;
use crate::function::Invoker;
use crate::template::StreamSource;

/// After how long an empty stream is read again when nothing in this process has written: another process may have.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// How long changes are gathered, so that those that come together are read together.
const GATHERING: Duration = Duration::from_millis(20);

/// The most that Lambda takes as an event.
const LARGEST_EVENT: usize = 6 * 1024 * 1024;

/// Reads one stream for one function.
pub(super) struct StreamPoller {
    pub(super) group: String,
    pub(super) source: StreamSource,
    pub(super) dynamodb: aws_sdk_dynamodb::Client,
    pub(super) streams: aws_sdk_dynamodbstreams::Client,
    /// Tells when there may be something to read.
    pub(super) changes: watch::Receiver<()>,
    pub(super) invoker: Invoker,
    /// The clock that records are late by, if they are not stamped by it.
    pub(super) late: Option<Arc<LocalClock>>,
    pub(super) checkpoint: Checkpoint,
}

/// A record that the function is to see.
struct Pending {
    sequence_number: String,
    json: Value,
}

/// What came of a batch.
enum Outcome {
    Handled,
    /// So many of the batch's first records are handled; the others are to be sent again.
    HandledFirst(usize),
    Failed,
}

impl StreamPoller {
    /// Polls for ever.
    pub(super) async fn run(mut self) {
        let mut pauses = Pauses::new();
        loop {
            let Err(problem) = self.follow(&mut pauses).await;
            tracing::warn!(function = self.group, problem, "the stream was not read; trying again");
            pauses.wait().await;
        }
    }

    async fn follow(&mut self, pauses: &mut Pauses) -> Result<Infallible, String> {
        let mut iterator = self.iterator().await?;
        loop {
            let page = self.streams.get_records().shard_iterator(&iterator).send().await.map_err(problem)?;
            pauses.reset();
            let records = page.records.unwrap_or_default();
            if records.is_empty() {
                self.changed().await;
            } else {
                self.handle_page(&records).await;
            }
            iterator = page.next_shard_iterator.ok_or("the stream ended")?;
        }
    }

    /// Waits until there may be something to read.
    async fn changed(&mut self) {
        if timeout(LONGEST_WAIT, self.changes.changed()).await.is_ok() {
            sleep(GATHERING).await;
        }
    }

    async fn iterator(&self) -> Result<String, String> {
        let table = self.source.arn.split('/').nth(1).unwrap_or_default();
        let described = self.dynamodb.describe_table().table_name(table).send().await.map_err(problem)?;
        let arn = described.table.and_then(|table| table.latest_stream_arn).ok_or("the table has no stream")?;
        let described = self.streams.describe_stream().stream_arn(&arn).send().await.map_err(problem)?;
        // The embedded DynamoDB has one shard for a stream, and never another.
        let shard = described.stream_description.and_then(|stream| stream.shards?.into_iter().next()?.shard_id);
        let start = match self.checkpoint.last() {
            Some(_) => ShardIteratorType::AfterSequenceNumber,
            None => ShardIteratorType::TrimHorizon,
        };
        let request = self.streams.get_shard_iterator().stream_arn(arn).set_shard_id(shard).shard_iterator_type(start);
        let request = request.set_sequence_number(self.checkpoint.last().map(str::to_owned));
        let iterator = request.send().await.map_err(problem)?.shard_iterator;
        iterator.ok_or_else(|| "the stream gave no iterator".to_owned())
    }

    async fn handle_page(&mut self, records: &[Record]) {
        let late = self.late.as_ref().map_or(0, |clock| clock.ahead().as_secs());
        let pending = records.iter().map(|record| Pending {
            sequence_number: sequence_number(record).to_owned(),
            json: to_json(record, &self.source.arn, late),
        });
        let pending: Vec<Pending> = pending.filter(|one| matches_any(&self.source.patterns, &one.json)).collect();
        for batch in pending.chunks(self.source.batch_size.try_into().unwrap_or(usize::MAX)) {
            self.handle(batch).await;
        }
        if let Some(last) = records.last() {
            self.checkpoint.advance(sequence_number(last));
        }
    }

    /// Sends a batch, whole or in parts, until all of it has succeeded.
    async fn handle(&mut self, records: &[Pending]) {
        let mut pauses = Pauses::new();
        // The part to send next is the last; together they are what is left, in order.
        let mut parts: Vec<Range<usize>> = std::iter::once(0..records.len()).collect();
        while let Some(part) = parts.pop() {
            match self.send(&records[part.clone()]).await {
                Outcome::Handled => {
                    self.advance_to(records, part.end);
                    pauses.reset();
                }
                Outcome::HandledFirst(count) => {
                    let rest = part.start + count..part.end;
                    if count > 0 {
                        self.advance_to(records, rest.start);
                        pauses.reset();
                    }
                    parts.push(rest);
                    pauses.wait().await;
                }
                Outcome::Failed => {
                    if self.source.bisects && part.len() > 1 {
                        parts.extend(halves(&part));
                    } else {
                        parts.push(part);
                    }
                    pauses.wait().await;
                }
            }
        }
    }

    async fn send(&self, records: &[Pending]) -> Outcome {
        let event = json!({ "Records": records.iter().map(|record| &record.json).collect::<Vec<_>>() });
        if records.len() > 1 && event.to_string().len() > LARGEST_EVENT {
            // As many as fit go first: Lambda fills an event by size as well as by number.
            return match Box::pin(self.send(&records[..records.len() / 2])).await {
                Outcome::Handled => Outcome::HandledFirst(records.len() / 2),
                other @ (Outcome::HandledFirst(_) | Outcome::Failed) => other,
            };
        }
        let Ok(answer) = self.invoker.invoke(&self.group, event).await else {
            return Outcome::Failed;
        };
        if !self.source.reports_failures {
            return Outcome::Handled;
        }
        let Some(failed) = failed_items(&answer) else {
            return Outcome::Failed;
        };
        if failed.is_empty() {
            return Outcome::Handled;
        }
        // All from the first failure on is sent again; an id that is none of these fails the batch.
        let is_failed = |record: &Pending| failed.contains(&record.sequence_number.as_str());
        records.iter().position(is_failed).map_or(Outcome::Failed, Outcome::HandledFirst)
    }

    fn advance_to(&mut self, records: &[Pending], end: usize) {
        if let Some(last) = end.checked_sub(1).and_then(|last| records.get(last)) {
            self.checkpoint.advance(&last.sequence_number);
        }
    }
}

/// The second half, then the first: the last is sent next.
fn halves(part: &Range<usize>) -> [Range<usize>; 2] {
    let middle = part.start + part.len() / 2;
    [middle..part.end, part.start..middle]
}

fn problem<E: std::error::Error>(error: E) -> String {
    DisplayErrorContext(error).to_string()
}
