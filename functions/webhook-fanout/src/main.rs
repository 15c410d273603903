//! The Lambda binary of `webhook-fanout`.

use app::App;
use app::aws::{lazy, required_variable, sdk_config};
use app::queue::{DeliveryQueue, StreamFailureQueue};
use lambda_runtime::service_fn;
use webhook_fanout::{Fanout, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    edge::lambda::begin();
    let config = sdk_config().await;
    let sqs = lazy(&config, aws_sdk_sqs::Client::new);
    let fanout = Fanout {
        app: App::from_env(&config)?,
        queue: DeliveryQueue::new(sqs.clone(), required_variable("DELIVERY_QUEUE_URL")?),
        failures: StreamFailureQueue::new(sqs, required_variable("STREAM_FAILURE_QUEUE_URL")?),
        public_url: required_variable("PUBLIC_URL")?,
    };
    lambda_runtime::run(service_fn(|event| Box::pin(handle(fanout.clone(), event)))).await
}
