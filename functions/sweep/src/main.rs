//! The Lambda binary of `sweep`.

use app::App;
use app::aws::{required_variable, sdk_config};
use app::bucket::Bucket;
use lambda_runtime::service_fn;
use sweep::{Sweep, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    lambda_runtime::tracing::init_default_subscriber();
    let config = sdk_config().await;
    let bucket = Bucket::new(aws_sdk_s3::Client::new(&config), &required_variable("BUCKET_NAME")?);
    let sweep = Sweep { app: App::from_env(&config)?, bucket };
    lambda_runtime::run(service_fn(|event| Box::pin(handle(sweep.clone(), event)))).await
}
