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

/// Whether a contract has routes at a path, which is without a trailing slash.
#[must_use]
pub fn is_served(path: &str) -> bool {
    let mut routes = REFERENCES.iter().flat_map(|reference| reference.groups).flat_map(|group| group.iter());
    routes.any(|route| {
        let mut segments = path.split('/');
        let is = |part: &str, segment: &str| part == segment || (part.starts_with('{') && !segment.is_empty());
        let alike = |part: &str| segments.next().is_some_and(|segment| is(part, segment));
        route.path.split('/').all(alike) && segments.next().is_none()
    })
}
