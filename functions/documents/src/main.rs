//! The Lambda binary of `documents`.

use std::sync::Arc;

use app::App;
use app::aws::{lazy, required_variable, sdk_config};
use app::bucket::Bucket;
use app::documents::Desk;
use app::mail::Mailer;
use documents::{Documents, StandardPress};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let build = async {
        let config = sdk_config().await;
        let bucket = Bucket::new(lazy(&config, aws_sdk_s3::Client::new), &required_variable("BUCKET_NAME")?);
        let mailer = Mailer::new(lazy(&config, aws_sdk_sesv2::Client::new), required_variable("MAIL_SENDER")?);
        let desk = Desk { press: Arc::new(StandardPress), bucket, mailer };
        Ok::<_, app::Error>(documents::router(Documents { app: App::from_env(&config)?, desk }))
    };
    edge::lambda::run(build).await
}
