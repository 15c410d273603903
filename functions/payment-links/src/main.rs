//! The Lambda binary of `payment-links`.

use std::sync::Arc;

use app::App;
use app::aws::sdk_config;
use lambda_runtime::service_fn;
use payment_links::{Deactivation, handle};
use tributary_stripe::Stripe;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    edge::lambda::begin();
    let config = sdk_config().await;
    let deactivation = Deactivation { app: App::from_env(&config)?, links: Arc::new(Stripe::from_env(&config)?) };
    lambda_runtime::run(service_fn(|event| Box::pin(handle(deactivation.clone(), event)))).await
}
