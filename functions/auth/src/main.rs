//! The Lambda binary of `auth`.

use app::App;
use app::aws::{lazy, required_variable, sdk_config};
use app::bucket::Bucket;
use app::mail::Mailer;
use app::queue::WorkQueue;
use auth::Auth;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let build = async {
        let config = sdk_config().await;
        let mailer = Mailer::new(lazy(&config, aws_sdk_sesv2::Client::new), required_variable("MAIL_SENDER")?);
        let bucket = Bucket::new(lazy(&config, aws_sdk_s3::Client::new), &required_variable("BUCKET_NAME")?);
        let work = WorkQueue::new(lazy(&config, aws_sdk_sqs::Client::new), required_variable("WORK_QUEUE_URL")?);
        Ok::<_, app::Error>(auth::router(Auth { app: App::from_env(&config)?, mailer, bucket, work }))
    };
    edge::lambda::run(build).await
}
