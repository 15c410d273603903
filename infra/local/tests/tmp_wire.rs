#![allow(dead_code)]
#[path = "it/support/mod.rs"]
mod support;
#[path = "it/clawprint/mod.rs"]
mod clawprint;
