//! Use cases over the embedded DynamoDB.

mod out_of_reach;
mod races;
mod support;
