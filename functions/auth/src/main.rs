//! The Lambda binary of `auth`.

use app::App;
use app::aws::{required_variable, sdk_config};
use app::mail::Mailer;
use auth::Auth;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let build = async {
        let config = sdk_config().await;
        let mailer = Mailer::new(aws_sdk_sesv2::Client::new(&config), required_variable("MAIL_SENDER")?);
        Ok::<_, app::Error>(auth::router(Auth { app: App::from_env(&config)?, mailer }))
    };
    edge::lambda::run(build).await
}
