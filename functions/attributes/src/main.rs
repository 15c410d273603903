//! The Lambda binary of `attributes`.

fn main() {}
