//! Use cases over the embedded DynamoDB.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod out_of_reach;
mod races;
mod support;
