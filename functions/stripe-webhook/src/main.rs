//! The Lambda binary of `stripe-webhook`.

use app::App;
use app::aws::sdk_config;
use app::secret_store::Secret;
use stripe_webhook::{StripeWebhook, router};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    edge::lambda::run(async {
        let config = sdk_config().await;
        let secrets = Secret::required(&config, "STRIPE_WEBHOOK_SECRET")?;
        Ok::<_, app::Error>(router(StripeWebhook { app: App::from_env(&config)?, secrets }))
    })
    .await
}
