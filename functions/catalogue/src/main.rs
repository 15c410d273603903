//! The Lambda binary of `catalogue`.

fn main() {}
