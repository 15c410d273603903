//! The Lambda binary of `webhooks`.

use app::App;
use app::aws::{lazy, required_variable, sdk_config};
use app::queue::DeliveryQueue;
use webhooks::Webhooks;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let build = async {
        let config = sdk_config().await;
        let queue =
            DeliveryQueue::new(lazy(&config, aws_sdk_sqs::Client::new), required_variable("DELIVERY_QUEUE_URL")?);
        Ok::<_, app::Error>(webhooks::router(Webhooks { app: App::from_env(&config)?, queue }))
    };
    edge::lambda::run(build).await
}
