//! The Lambda binary of `sweep`.

use app::App;
use app::aws::{lazy, required_variable, sdk_config};
use app::bucket::Bucket;
use app::queue::WorkQueue;
use lambda_runtime::service_fn;
use sweep::{Sweep, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    edge::lambda::begin();
    let config = sdk_config().await;
    let bucket = Bucket::new(lazy(&config, aws_sdk_s3::Client::new), &required_variable("BUCKET_NAME")?);
    let work = WorkQueue::new(lazy(&config, aws_sdk_sqs::Client::new), required_variable("WORK_QUEUE_URL")?);
    let sweep = Sweep { app: App::from_env(&config)?, bucket, work };
    lambda_runtime::run(service_fn(|event| Box::pin(handle(sweep.clone(), event)))).await
}
