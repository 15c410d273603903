//! The Lambda binary of `checkout`.

use std::sync::Arc;

use app::App;
use app::aws::sdk_config;
use checkout::Checkout;
use tributary_stripe::Stripe;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let build = async {
        let config = sdk_config().await;
        let (app, links) = (App::from_env(&config)?, Arc::new(Stripe::from_env(&config)?));
        Ok::<_, app::Error>(checkout::router(Checkout { app, links }))
    };
    edge::lambda::run(build).await
}
