//! How often an API key may be used.

use domain::api_key::PublicKey;

use crate::{App, Error};

/// Requests of an API key that pass in a minute.
const PER_MINUTE: u32 = 100;
/// Requests of an API key that pass in a second.
const PER_SECOND: u32 = 10;

/// What is left of an API key's minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests that pass in a minute.
    pub limit: u32,
    /// How many of them are left.
    pub remaining: u32,
    /// When the next minute begins, in Unix seconds.
    pub reset_at: i64,
    /// In how many seconds the next request can pass, if this one did not.
    pub retry_after: Option<u32>,
}

impl App {
    /// Counts a request of an API key, if it may pass: one write. Minutes and seconds are those of
    /// the clock on the wall.
    ///
    /// # Errors
    /// The store's.
    pub async fn take_rate(&self, key: &PublicKey) -> Result<RateLimit, Error> {
        let now = self.now();
        let taken = self.store.take_rate(key, now, PER_MINUTE, PER_SECOND).await?;
        let reset_at = now.as_second() - now.as_second().rem_euclid(60) + 60;
        let until_reset = u32::try_from(reset_at - now.as_second()).unwrap_or(60);
        let remaining = PER_MINUTE.saturating_sub(taken.in_minute);
        let retry_after = match (taken.has_room, remaining) {
            (true, _) => None,
            (false, 0) => Some(until_reset),
            // The minute has room, the second had none.
            (false, _) => Some(1),
        };
        Ok(RateLimit { limit: PER_MINUTE, remaining, reset_at, retry_after })
    }
}
