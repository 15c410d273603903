//! The books as pure data: money, ids, statuses, totals and rules.
//!
//! Nothing here is async, knows HTTP or AWS, or reads a clock: time and identity are arguments, so
//! every rule can be tested by calling a function.

pub mod actor;
pub mod api_key;
pub mod attributes;
pub mod audit;
pub mod billing;
pub mod catalogue;
pub mod claim;
pub mod client;
pub mod contact;
pub mod delivery;
pub mod document;
pub mod error;
pub mod expense;
pub mod export;
pub mod filter;
pub mod follow_up;
pub mod id;
pub mod image;
pub mod invoice;
pub mod json;
pub mod lead;
pub mod letter;
pub mod mail_limits;
pub mod member;
pub mod money;
pub mod number;
pub mod numbered;
pub mod organisation;
pub mod otp;
pub mod password;
pub mod patch;
pub mod payment_method;
pub mod pipeline;
pub mod product;
pub mod record;
pub mod reference;
pub mod scopes;
pub mod second_factor;
pub mod service;
pub mod supplier;
pub mod text;
pub mod user;
pub mod webhook;
mod words;
pub mod worklist;

pub use actor::{Action, Actor, Author, Group, Model, Permission, Tenant};
pub use error::{Error, FieldErrors, Refused};
pub use patch::Patch;
pub use reference::{Claims, Creation, Edit, Reference, References, Refers};
