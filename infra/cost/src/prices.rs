//! List prices, and what a call comes to.

use serde::Deserialize;

use crate::Failure;
use crate::table::{Cost, Table};

/// How much memory comes with one whole processor.
const MEGABYTES_OF_A_PROCESSOR: f64 = 1769.0;

/// Prices in dollars, and how long others are waited for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    lambda: Lambda,
    dynamodb: DynamoDb,
    api_gateway: Requests,
    sqs: Requests,
    s3: S3,
    ses: Ses,
    waits_ms: Waits,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lambda {
    gigabyte_second: f64,
    million_requests: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct DynamoDb {
    million_read_units: f64,
    million_write_units: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Requests {
    million_requests: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct S3 {
    million_writes: f64,
    million_reads: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ses {
    million_mails: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Waits {
    dynamodb: f64,
    sqs: f64,
    ses: f64,
    s3: f64,
}

impl Prices {
    /// Reads `infra/prices.toml`.
    ///
    /// # Errors
    /// It is not there, or something in it is not a price.
    pub fn read() -> Result<Self, Failure> {
        Ok(toml::from_str(&std::fs::read_to_string(Table::file("prices.toml"))?)?)
    }

    /// Dollars for a million calls of a function with this memory. A call whose processor time is not known counts
    /// its waits alone.
    #[must_use]
    pub fn million(&self, cost: &Cost, memory_mb: u32, by_gateway: bool) -> f64 {
        let Cost { round_trips, read_units, write_units, sqs, mails, s3_writes, s3_reads, processor_ms } = *cost;
        let gateway = if by_gateway { self.api_gateway.million_requests } else { 0.0 };
        self.lambda.million_requests
            + self.seconds(round_trips, sqs, mails, s3_writes + s3_reads, processor_ms, memory_mb)
                * self.million_seconds(memory_mb)
            + gateway
            + read_units * self.dynamodb.million_read_units
            + write_units * self.dynamodb.million_write_units
            + f64::from(sqs) * self.sqs.million_requests
            + f64::from(mails) * self.ses.million_mails
            + f64::from(s3_writes) * self.s3.million_writes
            + f64::from(s3_reads) * self.s3.million_reads
    }

    /// Dollars for a second of waiting in each of a million calls of a function with this memory.
    #[must_use]
    pub fn million_seconds(&self, memory_mb: u32) -> f64 {
        f64::from(memory_mb) / 1024.0 * self.lambda.gigabyte_second * 1e6
    }

    /// For how long Lambda bills.
    fn seconds(&self, round_trips: u32, sqs: u32, mails: u32, s3: u32, processor_ms: Option<f64>, memory: u32) -> f64 {
        let Waits { dynamodb, sqs: wait_sqs, ses, s3: wait_s3 } = &self.waits_ms;
        let share = (f64::from(memory) / MEGABYTES_OF_A_PROCESSOR).min(1.0);
        let own = processor_ms.unwrap_or_default() / share;
        let waits = [(round_trips, dynamodb), (sqs, wait_sqs), (mails, ses), (s3, wait_s3)];
        (own + waits.into_iter().map(|(count, wait)| f64::from(count) * wait).sum::<f64>()) / 1e3
    }
}
