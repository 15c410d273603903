//! Running a function in Lambda.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use jiff::Timestamp;
use lambda_http::{Context, Error, tracing};
use serde::Serialize;
use tokio::time::Instant;

use crate::log;

/// Serves what `build` makes until Lambda ends the instance.
///
/// # Errors
/// The function cannot be built from its environment, or the runtime's interface fails.
pub async fn run<E: Into<Error>>(build: impl Future<Output = Result<Router, E>>) -> Result<(), Error> {
    begin();
    lambda_http::run(build.await.map_err(Into::into)?).await
}

/// Prepares the process of a function: its log, and its certificates. Call before anything else.
pub fn begin() {
    log::subscribe();
    ignore_missing_certificates();
}

/// Starts the process again without `SSL_CERT_FILE` if that names no file: TLS clients would trust nobody. Without the
/// variable they trust the system's certificates.
pub fn ignore_missing_certificates() {
    if let Some(file) = std::env::var_os(CERTIFICATES).filter(|file| !Path::new(file).is_file()) {
        tracing::warn!(?file, "{CERTIFICATES} names no file: the system's certificates are trusted");
        if let Ok(program) = std::env::current_exe() {
            let error = Command::new(program).args(std::env::args_os().skip(1)).env_remove(CERTIFICATES).exec();
            tracing::error!(%error, "the process cannot start itself again");
        }
    }
}

const CERTIFICATES: &str = "SSL_CERT_FILE";

/// What a line of the log says of its invocation.
#[derive(Debug, Default, Clone, Serialize)]
pub(crate) struct Invocation {
    /// Whether it is the first of its instance.
    cold_start: bool,
    /// The function's version.
    #[serde(skip_serializing_if = "String::is_empty")]
    version: String,
    /// X-Ray's id of the trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
}

impl Invocation {
    /// The invocation of a context, which begins now.
    pub(crate) fn of(context: &Context) -> Self {
        static WAS_INVOKED: AtomicBool = AtomicBool::new(false);
        Self {
            cold_start: !WAS_INVOKED.swap(true, Ordering::Relaxed),
            version: context.env_config.version.clone(),
            trace_id: context.xray_trace_id.clone(),
        }
    }
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
