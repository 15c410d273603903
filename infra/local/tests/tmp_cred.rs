#![allow(dead_code)]
#[path = "it/support/mod.rs"]
mod support;
#[path = "it/credentials/mod.rs"]
mod credentials;
