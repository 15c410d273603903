//! Use cases over the embedded DynamoDB.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod billings;
mod new_invoices;
mod numbers;
mod out_of_reach;
mod payment_links;
mod races;
mod stripe_events;
mod support;
