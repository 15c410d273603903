//! Until when work goes on, and the pauses of what is tried again.

use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::StoreError;

tokio::task_local! {
    static DEADLINE: Instant;
}

/// The first pause's upper bound, in milliseconds. It doubles from round to round.
const FIRST_PAUSE: u64 = 8;
/// The longest pause's upper bound, in milliseconds.
const LONGEST_PAUSE: u64 = 400;
/// How many rounds there are where no deadline is known.
const ROUNDS: u32 = 32;

/// Runs `work`, which tries nothing again after `deadline`.
pub async fn scope<T>(deadline: Instant, work: impl Future<Output = T>) -> T {
    DEADLINE.scope(deadline, work).await
}

/// Waits before another round, with full jitter: anywhere between nothing and a bound that grows. Returns false at once
/// if the deadline comes first.
pub async fn pause(round: u32) -> bool {
    let bound = (FIRST_PAUSE << round.min(16)).min(LONGEST_PAUSE);
    // The hasher's keys are random.
    let pause = Duration::from_millis(RandomState::new().hash_one(round) % (bound + 1));
    let has_time = DEADLINE.try_with(|deadline| Instant::now() + pause < *deadline).unwrap_or(round + 1 < ROUNDS);
    if has_time {
        tokio::time::sleep(pause).await;
    }
    has_time
}

/// Repeats a call to DynamoDB for as long as it is throttled and there is time.
pub(crate) async fn unless_throttled<T>(mut call: impl AsyncFnMut() -> Result<T, StoreError>) -> Result<T, StoreError> {
    let mut round = 0;
    loop {
        match call().await {
            Err(StoreError::Throttled(why)) => {
                if !pause(round).await {
                    return Err(StoreError::Throttled(why));
                }
                round += 1;
            }
            settled => return settled,
        }
    }
}
