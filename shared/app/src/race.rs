//! Reload and retry: what happens when two callers change one object at once.

use std::future::Future;
use std::time::Duration;

use crate::{App, Error};

/// How often a decision is made anew before the caller is told to try again. Dozens of callers on
/// one invoice get through: each round lets at least one of them win.
const ATTEMPTS: u32 = 32;
/// The first pause's upper bound, in milliseconds; it doubles from round to round.
const FIRST_PAUSE: u64 = 8;
/// The longest pause's upper bound, in milliseconds.
const LONGEST_PAUSE: u64 = 400;

impl App {
    /// Runs `attempt` — load, decide, commit — until it does not lose a race, a bounded number of
    /// times, with jittered pauses.
    pub(crate) async fn retrying<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        for round in 0..ATTEMPTS {
            match attempt().await {
                Err(Error::Domain(domain::Error::Contended)) => tokio::time::sleep(self.pause(round)).await,
                settled => return settled,
            }
        }
        Err(domain::Error::Contended.into())
    }

    /// Full jitter: anywhere between nothing and a bound that grows.
    fn pause(&self, round: u32) -> Duration {
        let bound = (FIRST_PAUSE << round.min(16)).min(LONGEST_PAUSE);
        let random = u64::from(u32::from_be_bytes(crate::secrets::random(self.entropy.as_ref())));
        Duration::from_millis(random % (bound + 1))
    }
}
