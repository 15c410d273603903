//! The local cloud: every part of a deployment in one process.
//!
//! `Cloud::start` reads the template, starts the AWS services that it uses and a stand-in for Stripe, makes its resources, and calls its
//! functions as AWS would: HTTP requests through the gateway, changes from the table's stream, messages from queues,
//! and schedules by a clock that can be moved.

pub mod clock;
pub mod cloud;
pub mod demo;
pub mod environment;
pub mod event_pattern;
pub mod function;
pub mod permissions;
pub mod registry;
pub mod schedule;
pub mod services;
pub mod template;

mod data;
mod durable;
mod event_bus;
mod gateway;
mod local_routes;
mod options;
mod origins;
mod pollers;
mod resources;

pub use clock::LocalClock;
pub use cloud::{Cloud, CloudHandle, Error};
pub use environment::Environment;
pub use function::{Function, FunctionError, HttpFunction, Invoker, Registry, TypedFunction};
pub use options::{Options, StripeAccount};
pub use origins::{AllowedOrigins, Listen};
