//! Wire types of the public contracts, mapped to and from the domain.

pub mod accounts;
pub mod bottlecrm;
pub mod clawprint;
pub mod crm;
pub mod decimals;
mod detail;
pub mod einvoice;
mod lines;
pub mod namaste;
pub mod openapi;
pub mod problem;
mod query;
pub mod routes;
pub mod skhokho;
pub mod status;
pub mod wire;

pub use problem::{Problem, Rendered};

/// The references of the contracts that are served.
pub const REFERENCES: [&openapi::Reference; 5] = [
    &crm::openapi::REFERENCE,
    &clawprint::openapi::REFERENCE,
    &bottlecrm::openapi::REFERENCE,
    &skhokho::openapi::REFERENCE,
    &namaste::openapi::REFERENCE,
];
