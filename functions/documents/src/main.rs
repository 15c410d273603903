//! The Lambda binary of `documents`.

use std::sync::Arc;

use app::App;
use app::aws::{lazy, required_variable, sdk_config};
use app::bucket::Bucket;
use app::documents::Desk;
use app::mail::Mailer;
use documents::{Documents, StandardPress};
use domain::mail_limits::MailLimits;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let build = async {
        let config = sdk_config().await;
        let bucket = Bucket::new(lazy(&config, aws_sdk_s3::Client::new), &required_variable("BUCKET_NAME")?);
        let mailer = Mailer::new(lazy(&config, aws_sdk_sesv2::Client::new), required_variable("MAIL_SENDER")?);
        let mailer = mailer.reporting_by(required_variable("MAIL_REPORTS")?);
        let limits = MailLimits { fresh: number("MAILS_A_DAY")?, most: number("MOST_MAILS_A_DAY")? };
        let desk = Desk { press: Arc::new(StandardPress), bucket, mailer, limits };
        Ok::<_, app::Error>(documents::router(Documents { app: App::from_env(&config)?, desk }))
    };
    edge::lambda::run(build).await
}

fn number(variable: &str) -> Result<u32, app::Error> {
    let text = required_variable(variable)?;
    text.parse().map_err(|error| app::Error::Defect(format!("{variable}: {error}")))
}
