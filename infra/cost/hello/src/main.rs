//! The smallest function that answers a request.

use lambda_http::{Error, Request, run, service_fn, tracing};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    run(service_fn(async |_: Request| Ok::<_, Error>("Hello, world!"))).await
}
