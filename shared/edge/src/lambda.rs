//! Running a function in Lambda.

use axum::Router;
use lambda_http::{Error, tracing};

/// Serves what `build` makes until Lambda ends the instance.
///
/// # Errors
/// The function cannot be built from its environment, or the runtime's interface fails.
pub async fn run<E: Into<Error>>(build: impl Future<Output = Result<Router, E>>) -> Result<(), Error> {
    // For what libraries say; a request's line is written by the service itself.
    tracing::init_default_subscriber();
    lambda_http::run(build.await.map_err(Into::into)?).await
}
