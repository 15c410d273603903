//! Wire types of the public contracts, mapped to and from the domain.

pub mod crm;
pub mod problem;
pub mod wire;

pub use problem::{Problem, Rendered};
