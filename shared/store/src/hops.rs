//! How many webhooks, one after the other, led to a change.
//!
//! A request that a webhook's delivery made says so. What it commits carries the number as `hops`, so that the stream
//! shows it, and with it the deliveries that follow.

use std::cell::Cell;
use std::future::Future;

use serde_dynamo::{AttributeValue, Item};

/// The attribute that carries it; a change that no webhook led to has none.
pub(crate) const HOPS: &str = "hops";

tokio::task_local! {
    static CURRENT: Cell<u32>;
}

/// Runs `work`, whose commits come of no webhook until [`count`] says otherwise.
pub async fn scope<T>(work: impl Future<Output = T>) -> T {
    CURRENT.scope(Cell::new(0), work).await
}

/// Says after how many webhooks the commits of this scope come.
pub fn count(hops: u32) {
    // Outside a scope there is no request.
    let _ = CURRENT.try_with(|current| current.set(hops));
}

pub(crate) fn current() -> u32 {
    CURRENT.try_with(Cell::get).unwrap_or(0)
}

/// The number that an image of the stream carries.
pub(crate) fn of(image: &Item) -> u32 {
    match image.get(HOPS) {
        Some(AttributeValue::N(number)) => number.parse().unwrap_or(0),
        Some(_) | None => 0,
    }
}
