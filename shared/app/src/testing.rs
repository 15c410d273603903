//! Use cases for tests that need no table.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Region};
use store::Store;

use crate::App;
use crate::ports::{SystemClock, SystemEntropy};
use crate::secrets::SecretKey;

pub(crate) fn app(key: &str) -> App {
    let config = Config::builder().behavior_version(BehaviorVersion::latest()).region(Region::new("x")).build();
    let store = Store::new(Client::from_conf(config), "table");
    App::new(store, Arc::new(SystemClock), Arc::new(SystemEntropy), SecretKey::new(key))
}
