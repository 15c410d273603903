//! The Lambda binary of `docs`.

fn main() {}
