//! The Lambda binary of `stripe-webhook`.

use app::App;
use app::aws::{required_variable, sdk_config};
use stripe_webhook::{Secrets, StripeWebhook, router};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    edge::lambda::run(async {
        let secrets = Secrets::read(&required_variable("STRIPE_WEBHOOK_SECRET")?);
        let app = App::from_env(&sdk_config().await)?;
        Ok::<_, app::Error>(router(StripeWebhook { app, secrets }))
    })
    .await
}
