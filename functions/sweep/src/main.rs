//! The Lambda binary of `sweep`.

use app::App;
use app::aws::sdk_config;
use lambda_runtime::service_fn;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    lambda_runtime::tracing::init_default_subscriber();
    let app = App::from_env(&sdk_config().await)?;
    lambda_runtime::run(service_fn(|event| Box::pin(sweep::handle(app.clone(), event)))).await
}
