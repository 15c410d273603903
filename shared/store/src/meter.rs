//! What a request costs: DynamoDB round trips and consumed capacity units.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::types::ConsumedCapacity;

tokio::task_local! {
    static METER: Meter;
}

/// Counts what is consumed by the work that runs in its scope.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Mutex<Reading>>);

/// What was consumed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Reading {
    /// Calls to DynamoDB.
    pub round_trips: u32,
    /// Read capacity units.
    pub read_units: f64,
    /// Write capacity units.
    pub write_units: f64,
}

impl Meter {
    /// Runs `work` and counts what it consumes.
    pub async fn scope<T>(&self, work: impl Future<Output = T>) -> T {
        METER.scope(self.clone(), work).await
    }

    /// What was consumed so far.
    #[must_use]
    pub fn reading(&self) -> Reading {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which of the two kinds of units a call consumes. DynamoDB names them only for transactions.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Read,
    Write,
}

/// Adds one call to the meter in whose scope this runs, if there is one.
pub(crate) fn count(kind: Kind, consumed: &[ConsumedCapacity]) {
    // Outside a scope, in a test's preparation for example, nobody asks what it costs.
    let _ = METER.try_with(|meter| {
        let mut reading = meter.0.lock().unwrap_or_else(PoisonError::into_inner);
        reading.round_trips += 1;
        let units: f64 = consumed.iter().filter_map(ConsumedCapacity::capacity_units).sum();
        match kind {
            Kind::Read => reading.read_units += units,
            Kind::Write => reading.write_units += units,
        }
    });
}
