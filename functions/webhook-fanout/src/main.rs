//! The Lambda binary of `webhook-fanout`.

fn main() {}
