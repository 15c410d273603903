//! The Lambda binary of `invoices`.

use std::sync::Arc;

use app::App;
use app::aws::{lazy, required_variable, sdk_config};
use app::bucket::Bucket;
use invoices::Invoices;
use tributary_stripe::Stripe;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let build = async {
        let config = sdk_config().await;
        let bucket = Bucket::new(lazy(&config, aws_sdk_s3::Client::new), &required_variable("BUCKET_NAME")?);
        let (app, links) = (App::from_env(&config)?, Arc::new(Stripe::from_env(&config)?));
        Ok::<_, app::Error>(invoices::router(Invoices { app, links, bucket }))
    };
    edge::lambda::run(build).await
}
