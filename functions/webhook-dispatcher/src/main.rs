//! The Lambda binary of `webhook-dispatcher`.

use app::App;
use app::aws::{lazy, required_variable, sdk_config};
use app::queue::{DeliveryQueue, DeliveryQueues};
use lambda_runtime::service_fn;
use webhook_dispatcher::sender::{Sender, SenderConfig};
use webhook_dispatcher::{Dispatcher, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    edge::lambda::begin();
    let config = sdk_config().await;
    let allow_loopback = required_variable("ALLOW_PRIVATE_WEBHOOK_TARGETS")? == "true";
    let sqs = lazy(&config, aws_sdk_sqs::Client::new);
    let queues = DeliveryQueues {
        attempts: DeliveryQueue::new(sqs.clone(), required_variable("DELIVERY_QUEUE_URL")?),
        dead_letters: DeliveryQueue::new(sqs, required_variable("DEAD_LETTER_QUEUE_URL")?),
    };
    let dispatcher = Dispatcher {
        app: App::from_env(&config)?,
        queues,
        sender: Sender::new(SenderConfig { allow_loopback, ..SenderConfig::default() }),
    };
    lambda_runtime::run(service_fn(|event| Box::pin(handle(dispatcher.clone(), event)))).await
}
