//! The services: those of AWS through the AWS SDK's clients, and the Stripe stand-in.

mod dynamodb;
mod restart;
mod s3;
mod ses;
mod sqs_messages;
mod sqs_queues;
mod stripe;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use app::ports::Clock;
use aws_sdk_sqs::error::SdkError;
use jiff::Timestamp;

/// A clock that stands still until it is advanced.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// A clock at noon of 2 May 2030: nothing may take the system's time for it.
    pub fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(1_903_953_600)))
    }

    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// What a service said no with.
pub fn refusal<T: std::fmt::Debug, E: std::fmt::Debug, R: std::fmt::Debug>(result: Result<T, SdkError<E, R>>) -> E {
    match result.unwrap_err() {
        SdkError::ServiceError(error) => error.into_err(),
        other => panic!("not a service's answer: {other:?}"),
    }
}
