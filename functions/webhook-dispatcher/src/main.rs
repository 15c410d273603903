//! The Lambda binary of `webhook-dispatcher`.

fn main() {}
