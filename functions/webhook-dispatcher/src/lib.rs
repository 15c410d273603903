//! Sends webhook deliveries from the queue.

mod connect;
pub mod outcome;
mod request;
pub mod sender;
pub mod signature;
pub mod targets;
mod tls;
