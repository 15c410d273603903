//! An app for tests of what needs no table.

use std::sync::Arc;

use app::App;
use app::ports::{SystemClock, SystemEntropy};
use app::secrets::SecretKey;
use store::Store;

/// An app whose table cannot be reached.
pub(crate) fn app() -> App {
    let config = aws_sdk_dynamodb::Config::builder().build();
    let store = Store::new(aws_sdk_dynamodb::Client::from_conf(config), "table");
    App::new(store, Arc::new(SystemClock), Arc::new(SystemEntropy), SecretKey::new("a secret of tests"))
}
