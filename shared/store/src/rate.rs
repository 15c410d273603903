//! Counters of a window of time: requests by an API key, and tries of a password.
//!
//! Each is one conditional update, which DynamoDB does one after the other, so a limit is exact
//! however many callers there are at once.

use domain::api_key::PublicKey;
use jiff::Timestamp;

use crate::Store;
use crate::error::StoreError;
use crate::keys;
use crate::table::{Item, Update, n};

/// How long a counter stays after its window, in seconds: callers' clocks differ a little.
const SLACK: i64 = 60;

/// What an API key has used up, and whether the request that asked was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateUse {
    /// Whether there was room for the request, which is then counted.
    pub has_room: bool,
    /// Requests counted in the minute.
    pub in_minute: u32,
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`].
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// Counts a request of an API key in its minute and its second, if there is room in both: one
    /// write.
    pub async fn take_rate(
        &self,
        key: &PublicKey,
        now: Timestamp,
        per_minute: u32,
        per_second: u32,
    ) -> Result<RateUse, StoreError> {
        let second = now.as_second();
        let minute = second - second.rem_euclid(60);
        let update = Update {
            key: keys::rate(key, minute),
            expression: "SET expires_at = :expires ADD used :one, #second :one",
            condition: "(attribute_not_exists(used) OR used < :per_minute) \
                        AND (attribute_not_exists(#second) OR #second < :per_second)"
                .into(),
            names: [("#second".to_owned(), format!("s{}", second - minute))].into(),
            values: [
                (":one".to_owned(), n(1)),
                (":per_minute".to_owned(), n(per_minute)),
                (":per_second".to_owned(), n(per_second)),
                (":expires".to_owned(), n(minute + 60 + SLACK)),
            ]
            .into(),
        };
        Ok(match self.table.update_or_show(update).await? {
            Ok(item) => RateUse { has_room: true, in_minute: number(&item, "used")? },
            Err(item) => RateUse { has_room: false, in_minute: number(&item, "used")? },
        })
    }

    /// Reserves one of `most` tries in a window of `length` seconds. Returns how many have failed, as an error if there
    /// is no room; the rest are still being made.
    pub async fn take_try(
        &self,
        hash: &str,
        window: i64,
        length: i64,
        most: u32,
    ) -> Result<Result<u32, u32>, StoreError> {
        let update = Update {
            key: keys::tries(hash, window),
            expression: "SET expires_at = :expires ADD used :one",
            condition: "attribute_not_exists(used) OR used < :most".into(),
            names: [].into(),
            values: [
                (":one".to_owned(), n(1)),
                (":most".to_owned(), n(most)),
                (":expires".to_owned(), n(window + length + SLACK)),
            ]
            .into(),
        };
        match self.table.update_or_show(update).await? {
            Ok(item) => Ok(Ok(number(&item, "failed")?)),
            Err(item) => Ok(Err(number(&item, "failed")?)),
        }
    }

    /// Ends a try that was reserved: a failed one stays counted, another gives its place back.
    pub async fn end_try(&self, hash: &str, window: i64, failed: bool) -> Result<(), StoreError> {
        let (expression, change) = if failed { ("ADD failed :change", 1) } else { ("ADD used :change", -1) };
        let update = Update {
            key: keys::tries(hash, window),
            expression,
            condition: "attribute_exists(pk)".into(),
            names: [].into(),
            values: [(":change".to_owned(), n(change))].into(),
        };
        match self.table.update(update).await {
            // The window is over, and its counter gone.
            Ok(_) | Err(StoreError::Missing) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

fn number(item: &Item, name: &str) -> Result<u32, StoreError> {
    match item.get(name).map(|value| value.as_n()) {
        None => Ok(0),
        Some(Ok(number)) => number.parse().map_err(StoreError::corrupt),
        Some(Err(_)) => Err(StoreError::corrupt(format!("{name} is no number"))),
    }
}
