//! The Lambda binary of `invoices`.

fn main() {}
