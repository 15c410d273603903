//! The Lambda binary of `invoices`.

use app::App;
use app::aws::{lazy, required_variable, sdk_config};
use app::bucket::Bucket;
use invoices::Invoices;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let build = async {
        let config = sdk_config().await;
        let bucket = Bucket::new(lazy(&config, aws_sdk_s3::Client::new), &required_variable("BUCKET_NAME")?);
        Ok::<_, app::Error>(invoices::router(Invoices { app: App::from_env(&config)?, bucket }))
    };
    edge::lambda::run(build).await
}
