//! The Lambda binary of `invoices`.

use std::sync::Arc;

use app::App;
use app::aws::sdk_config;
use invoices::Invoices;
use tributary_stripe::Stripe;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let build = async {
        let app = App::from_env(&sdk_config().await)?;
        Ok::<_, app::Error>(invoices::router(Invoices { app, links: Arc::new(Stripe::from_env()?) }))
    };
    edge::lambda::run(build).await
}
