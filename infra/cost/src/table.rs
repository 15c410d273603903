//! What every call costs, as it is kept in `infra/cost.json`, and what may not change.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::measure::Measured;

/// Which call a row is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    /// The contract; empty where none is spoken.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub contract: String,
    /// The method, or what calls the function.
    pub method: String,
    /// The path as the template has it, or the function.
    pub path: String,
    /// What is special about it; empty for a route's plain request.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub case: String,
}

impl Key {
    /// A row's key.
    #[must_use]
    pub fn new(contract: &str, method: &str, path: &str, case: &str) -> Self {
        let [contract, method, path, case] = [contract, method, path, case].map(str::to_owned);
        Self { contract, method, path, case }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { contract, method, path, case } = self;
        let words = [contract, method, path, case].into_iter().filter(|word| !word.is_empty());
        formatter.write_str(&words.map(String::as_str).collect::<Vec<_>>().join(" "))
    }
}

/// What a row is about, before anything is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which call.
    pub key: Key,
    /// Why it costs more where there is more data, if it does.
    pub grows: Option<String>,
    /// Why it costs one time more than another, if it does.
    pub varies: Option<String>,
}

/// What a call costs.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Cost {
    /// Calls to DynamoDB.
    pub round_trips: u32,
    /// Read capacity units.
    pub read_units: f64,
    /// Write capacity units.
    pub write_units: f64,
    /// Requests to SQS: the function's, and Lambda's about the message that the call is about.
    #[serde(default, skip_serializing_if = "is_none")]
    pub sqs: u32,
    /// Requests to SES.
    #[serde(default, skip_serializing_if = "is_none")]
    pub mails: u32,
    /// Requests to S3 that write or list.
    #[serde(default, skip_serializing_if = "is_none")]
    pub s3_writes: u32,
    /// Requests to S3 that read.
    #[serde(default, skip_serializing_if = "is_none")]
    pub s3_reads: u32,
    /// Milliseconds of a processor, where they were measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processor_ms: Option<f64>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
const fn is_none(count: &u32) -> bool {
    *count == 0
}

impl Cost {
    /// The one that asks the table less, with the lesser of all other requests. A race that was lost, and repeated, asks
    /// more. Of the processor's time it keeps its own.
    #[must_use]
    pub fn least(self, other: Self) -> Self {
        let of = |cost: &Self| (cost.round_trips, cost.read_units, cost.write_units);
        let (round_trips, read_units, write_units) = if of(&other) < of(&self) { of(&other) } else { of(&self) };
        Self {
            round_trips,
            read_units,
            write_units,
            sqs: self.sqs.min(other.sqs),
            mails: self.mails.min(other.mails),
            s3_writes: self.s3_writes.min(other.s3_writes),
            s3_reads: self.s3_reads.min(other.s3_reads),
            processor_ms: self.processor_ms,
        }
    }

    /// The greater of each, of the processor's time apart: it keeps its own.
    #[must_use]
    pub fn greatest(self, other: Self) -> Self {
        Self {
            round_trips: self.round_trips.max(other.round_trips),
            read_units: self.read_units.max(other.read_units),
            write_units: self.write_units.max(other.write_units),
            sqs: self.sqs.max(other.sqs),
            mails: self.mails.max(other.mails),
            s3_writes: self.s3_writes.max(other.s3_writes),
            s3_reads: self.s3_reads.max(other.s3_reads),
            processor_ms: self.processor_ms,
        }
    }

    /// So many times as much, of the processor's time apart.
    #[must_use]
    fn times(self, factor: f64) -> Self {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count, rounded up")]
        let count = |count: u32| (f64::from(count) * factor).ceil() as u32;
        Self {
            round_trips: count(self.round_trips),
            read_units: self.read_units * factor,
            write_units: self.write_units * factor,
            sqs: count(self.sqs),
            mails: count(self.mails),
            s3_writes: count(self.s3_writes),
            s3_reads: count(self.s3_reads),
            processor_ms: self.processor_ms,
        }
    }

    /// Whether both consume the same of the table.
    #[must_use]
    pub fn same_units(&self, other: &Self) -> bool {
        let of = |cost: &Self| (cost.round_trips, cost.read_units, cost.write_units);
        of(self) == of(other)
    }

    /// In what this is more than `other` and the slack that [`SLACK`] gives.
    #[must_use]
    pub fn more_than(&self, other: &Self) -> Vec<String> {
        let counts = [
            ("round trips", self.round_trips, other.round_trips),
            ("requests to SQS", self.sqs, other.sqs),
            ("requests to SES", self.mails, other.mails),
            ("writes to S3", self.s3_writes, other.s3_writes),
            ("reads of S3", self.s3_reads, other.s3_reads),
        ];
        let counts = counts.into_iter().filter(|(_, now, known)| now > known);
        let counts = counts.map(|(what, now, known)| format!("{now} {what} instead of {known}"));
        let units =
            [("read units", self.read_units, other.read_units), ("write units", self.write_units, other.write_units)];
        let units = units.into_iter().filter(|(_, now, known)| *now > most(*known));
        counts.chain(units.map(|(what, now, known)| format!("{now} {what} instead of {known}"))).collect()
    }
}

/// From so many units on they may differ, and by how much, without being more: the last digits of a time are left out
/// where they are zeros, so of many items some are a few bytes shorter one time, and a unit more or less. Few are the same
/// each time.
pub const SLACK: (f64, f64, f64) = (10.0, 1.05, 1.0);

fn most(known: f64) -> f64 {
    let (from, times, plus) = SLACK;
    if known < from { known } else { known * times + plus }
}

/// How many times as much as the table says something may cost that varies: of two calls that work side by side, either
/// may do what the other did when the table was made.
const VARIANCE: f64 = 2.0;

/// A row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Which call.
    #[serde(flatten)]
    pub key: Key,
    /// The function that answers.
    pub function: String,
    /// Why it costs more where there is more data, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grows: Option<String>,
    /// Why it costs one time more than another, if it does: then it may cost twice as much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub varies: Option<String>,
    /// What it costs in the small organisation.
    pub small: Cost,
    /// What it costs in the large one.
    pub large: Cost,
}

impl Row {
    /// In what a call is dearer than this row allows, in an organisation that is no larger than the small one: there,
    /// what grows costs no more than in it.
    #[must_use]
    pub fn exceeded_by(&self, cost: &Cost) -> Vec<String> {
        match &self.varies {
            Some(_) => cost.more_than(&self.small.greatest(self.large).times(VARIANCE)),
            None => cost.more_than(&self.small),
        }
    }

    /// What is wrong with the row itself: it grows, and does not say so.
    #[must_use]
    pub fn hidden_growth(&self) -> Vec<String> {
        match (&self.varies, &self.grows) {
            (None, None) => self.large.more_than(&self.small),
            (Some(_), _) | (_, Some(_)) => vec![],
        }
    }
}

/// What is known of a function.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FunctionRow {
    /// Its memory in the template, in megabytes.
    pub memory_mb: u32,
    /// The most that was resident in any call, in megabytes, where it was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_mb: Option<u64>,
}

/// The whole table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// How many invoices the small organisation has, and the large one.
    pub invoices: (usize, usize),
    /// How many at least of each other kind of object that there may be many of.
    pub others: (usize, usize),
    /// How processor time was measured last, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processor: Option<String>,
    /// The functions.
    pub functions: BTreeMap<String, FunctionRow>,
    /// The rows.
    pub rows: Vec<Row>,
}

impl Table {
    /// A file beside this crate.
    #[must_use]
    pub fn file(name: &str) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
    }

    /// Reads the table as it is kept.
    ///
    /// # Errors
    /// It is not there, or not a table.
    pub fn read() -> Result<Self, Failure> {
        Ok(serde_json::from_str(&std::fs::read_to_string(Self::file("cost.json"))?)?)
    }

    /// Keeps the table.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self) -> Result<(), Failure> {
        std::fs::write(Self::file("cost.json"), format!("{}\n", serde_json::to_string_pretty(self)?))?;
        Ok(())
    }

    /// Puts what was measured in two organisations together.
    ///
    /// # Errors
    /// A call was made in one of them alone.
    pub fn of(small: Measured, large: Measured) -> Result<Self, Failure> {
        let (invoices, others) = ((small.size.invoices, large.size.invoices), (small.size.others, large.size.others));
        let mut of_large: BTreeMap<_, _> = large.calls.into_iter().collect();
        let rows = small.calls.into_iter().map(|(key, call)| {
            let large = of_large.remove(&key).ok_or_else(|| format!("{key} was called once"))?;
            let [grows, varies] = [call.grows, call.varies].map(|why| why.map(str::to_owned));
            Ok(Row { key, function: call.function, grows, varies, small: call.cost, large: large.cost })
        });
        let rows = rows.collect::<Result<Vec<_>, Failure>>()?;
        let mut functions = small.functions;
        for (name, row) in &mut functions {
            row.peak_mb = row.peak_mb.max(large.functions.get(name).and_then(|row| row.peak_mb));
        }
        Ok(Self { invoices, others, processor: None, functions, rows })
    }

    /// Takes processor times and memory over from an earlier table, for calls that it has.
    pub fn remember(&mut self, earlier: &Self) {
        let known: BTreeMap<_, _> = earlier.rows.iter().map(|row| (&row.key, row)).collect();
        for row in &mut self.rows {
            if let Some(known) = known.get(&row.key) {
                row.small.processor_ms = row.small.processor_ms.or(known.small.processor_ms);
                row.large.processor_ms = row.large.processor_ms.or(known.large.processor_ms);
            }
        }
        for (name, row) in &mut self.functions {
            row.peak_mb = row.peak_mb.or(earlier.functions.get(name).and_then(|row| row.peak_mb));
        }
        self.processor = self.processor.take().or_else(|| earlier.processor.clone());
    }

    /// The row of a call.
    #[must_use]
    pub fn row(&self, key: &Key) -> Option<&Row> {
        self.rows.iter().find(|row| row.key == *key)
    }

    /// Calls that have no row, rows of no call, and rows that say otherwise than their calls whether they grow or vary.
    #[must_use]
    pub fn differences(&self, entries: &[Entry]) -> Vec<String> {
        let of_rows: BTreeSet<&Key> = self.rows.iter().map(|row| &row.key).collect();
        let of_calls: BTreeSet<&Key> = entries.iter().map(|entry| &entry.key).collect();
        let without = of_calls.difference(&of_rows).map(|key| format!("{key} has no row"));
        let of_none = of_rows.difference(&of_calls).map(|key| format!("{key} has a row and is no call"));
        let otherwise = entries.iter().filter_map(|Entry { key, grows, varies }| {
            let row = self.row(key)?;
            let is_said = (&row.grows, &row.varies) == (grows, varies);
            (!is_said).then(|| format!("{key} has a row that says otherwise whether it grows or varies"))
        });
        without.chain(of_none).chain(otherwise).collect()
    }
}
