//! The Lambda binary of `invoices`.

use std::sync::Arc;

use app::App;
use app::aws::sdk_config;
use invoices::Invoices;
use tributary_stripe::Stripe;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let build = async {
        let config = sdk_config().await;
        let links = Arc::new(Stripe::from_env(&config)?);
        Ok::<_, app::Error>(invoices::router(Invoices { app: App::from_env(&config)?, links }))
    };
    edge::lambda::run(build).await
}
