//! The few things a use case cannot decide for itself: what time it is, and what is random.
//!
//! Everything else that is outside — DynamoDB, SQS, SES, S3 — is reached through the AWS SDK, in
//! tests too.

use jiff::Timestamp;
use uuid::Uuid;

/// Where the time comes from. The local cloud's clock can be moved; Lambda's is the system's.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The current instant.
    fn now(&self) -> Timestamp;
}

/// Where unguessable bytes come from.
pub trait Entropy: Send + Sync + std::fmt::Debug {
    /// Fills `buffer` with bytes that nobody can predict.
    fn fill(&self, buffer: &mut [u8]);
}

/// The system's clock: the one place that reads it.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the adapter that the ban points to")]
    fn now(&self) -> Timestamp {
        // To the microsecond: more digits are more than many clients' parsers take.
        let now = Timestamp::now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }
}

/// The operating system's random number generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("an operating system without randomness cannot run this service safely");
    }
}

/// A UUIDv7 for `now`: ids sort in the order of their creation, to the millisecond.
#[must_use]
pub fn uuid_v7(now: Timestamp, entropy: &dyn Entropy) -> Uuid {
    let mut random = [0; 10];
    entropy.fill(&mut random);
    let millis = u64::try_from(now.as_millisecond()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}
