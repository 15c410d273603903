//! A function's routes, as they answer behind `edge::service`.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod answers;
mod failures;
mod idempotency;
mod lists;
mod support;
mod table;
