//! The Lambda binary of `auth`.

fn main() {}
