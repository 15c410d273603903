//! The services: those of AWS through the AWS SDK's clients, and the Stripe stand-in.

mod dynamodb;
mod restart;
mod s3;
mod ses;
mod sqs_messages;
mod sqs_queues;
mod stripe;

use std::sync::Arc;

use app::ports::Clock;
use aws_sdk_sqs::error::SdkError;
use jiff::Timestamp;
use tributary_local::LocalClock;

/// Noon of 2 May 2030: nothing may take the system's time for it.
#[derive(Debug)]
struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(1_903_953_600).unwrap()
    }
}

/// A clock that stands still until it is advanced.
pub fn standing_clock() -> Arc<LocalClock> {
    Arc::new(LocalClock::over(Arc::new(Noon)))
}

/// What a service said no with.
pub fn refusal<T: std::fmt::Debug, E: std::fmt::Debug, R: std::fmt::Debug>(result: Result<T, SdkError<E, R>>) -> E {
    match result.unwrap_err() {
        SdkError::ServiceError(error) => error.into_err(),
        other => panic!("not a service's answer: {other:?}"),
    }
}
