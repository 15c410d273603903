//! The Lambda binary of `webhook-fanout`.

use app::App;
use app::aws::{lazy, required_variable, sdk_config};
use app::queue::DeliveryQueue;
use lambda_runtime::service_fn;
use webhook_fanout::{Fanout, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    edge::log::subscribe();
    let config = sdk_config().await;
    let queue = DeliveryQueue::new(lazy(&config, aws_sdk_sqs::Client::new), required_variable("DELIVERY_QUEUE_URL")?);
    let fanout = Fanout { app: App::from_env(&config)?, queue, public_url: required_variable("PUBLIC_URL")? };
    lambda_runtime::run(service_fn(|event| Box::pin(handle(fanout.clone(), event)))).await
}
