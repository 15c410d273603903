//! Use cases over the embedded DynamoDB.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod new_invoices;
mod out_of_reach;
mod payment_links;
mod races;
mod stripe_events;
mod support;
