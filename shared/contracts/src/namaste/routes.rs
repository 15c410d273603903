//! Every route of this contract.

mod authentication;
mod books;

use crate::routes::Route;

/// Every route, in the order of the reference.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    GROUPS.iter().copied().flatten()
}

pub(super) const GROUPS: &[&[Route]] =
    &[authentication::AUTHENTICATION, books::PRODUCTS, books::PARTIES, books::EXPENSES, books::BILLING];
