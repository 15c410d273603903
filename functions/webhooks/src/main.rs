//! The Lambda binary of `webhooks`.

fn main() {}
