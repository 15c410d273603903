//! The clawprint contract: its bodies, answers, errors and reference.

pub mod amounts;
pub mod businesses;
pub mod dates;
pub mod errors;
pub mod ids;
pub mod invoices;
pub mod line_items;
pub mod lists;
pub mod openapi;
pub mod payment_links;
pub mod routes;
pub mod status;

use domain::FieldErrors;

use crate::wire::{Field, optional, required};

pub use errors::render;

/// The value of a field that must be there; null is none.
fn needed<T>(errors: &mut FieldErrors, name: &str, field: Field<T>) -> Option<T> {
    required(errors, name, if field.is_none() { Field::Absent } else { field })
}

/// The value of a field that may be left out, which null and empty text do too.
fn given<T>(errors: &mut FieldErrors, name: &str, field: Field<T>) -> Option<T> {
    optional(errors, name, if field.is_none() { Field::Absent } else { field })
}
