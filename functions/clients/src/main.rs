//! The Lambda binary of `clients`.

fn main() {}
