//! The Lambda binary of `expenses`.

use app::App;
use app::aws::sdk_config;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    edge::lambda::run(async { App::from_env(&sdk_config().await).map(expenses::router) }).await
}
