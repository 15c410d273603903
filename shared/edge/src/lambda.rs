//! Running a function in Lambda.

use axum::Router;
use lambda_http::Error;

use crate::log;

/// Serves what `build` makes until Lambda ends the instance.
///
/// # Errors
/// The function cannot be built from its environment, or the runtime's interface fails.
pub async fn run<E: Into<Error>>(build: impl Future<Output = Result<Router, E>>) -> Result<(), Error> {
    log::subscribe();
    lambda_http::run(build.await.map_err(Into::into)?).await
}
