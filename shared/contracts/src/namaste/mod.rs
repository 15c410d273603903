//! The namaste contract: its bodies, answers, errors and reference.

pub mod accounts;
pub mod amounts;
pub mod billing;
pub mod errors;
pub mod expenses;
mod numbers;
pub mod openapi;
pub mod paging;
pub mod parties;
pub mod payment_methods;
pub mod products;
pub mod routes;
pub mod status;
pub mod things;

pub use errors::render;
