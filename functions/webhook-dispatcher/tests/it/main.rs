//! Deliveries over real sockets.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod limits;
mod receiver;
mod refusals;
mod signing;
