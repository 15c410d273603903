//! Running a function in Lambda.

use std::time::Duration;

use axum::Router;
use jiff::Timestamp;
use lambda_http::{Context, Error};
use tokio::time::Instant;

use crate::log;

/// Serves what `build` makes until Lambda ends the instance.
///
/// # Errors
/// The function cannot be built from its environment, or the runtime's interface fails.
pub async fn run<E: Into<Error>>(build: impl Future<Output = Result<Router, E>>) -> Result<(), Error> {
    log::subscribe();
    lambda_http::run(build.await.map_err(Into::into)?).await
}

/// How long an invocation may take, less what its answer needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// When nothing is tried again any more.
    pub(crate) deadline: Instant,
    /// When the answer goes out, whatever is under way.
    pub(crate) end: Instant,
}

impl Limits {
    /// From the end on, there is time to render and send an answer.
    const TO_ANSWER: Duration = Duration::from_secs(1);
    /// After the deadline, what is under way may still succeed.
    const TO_END: Duration = Duration::from_secs(2);

    /// The limits of an invocation that begins now; none where Lambda gives none.
    pub(crate) fn of(context: &Context, now: Timestamp) -> Option<Self> {
        let left = context.deadline.checked_sub(u64::try_from(now.as_millisecond()).ok()?)?;
        let end = Duration::from_millis(left).saturating_sub(Self::TO_ANSWER);
        let begun = Instant::now();
        Some(Self { deadline: begun + end.saturating_sub(Self::TO_END), end: begun + end })
    }
}
