//! The crm contract: its bodies, answers, errors and reference.

pub mod accounts;
pub mod attributes;
pub mod audit;
pub mod catalogue;
pub mod categories;
pub mod clients;
pub mod contacts;
pub mod deliveries;
pub mod errors;
pub mod filters;
pub mod follow_ups;
pub mod images;
pub mod invoice_status;
pub mod invoices;
pub mod leads;
pub mod line_items;
pub mod openapi;
pub mod organisations;
pub mod parameters;
pub mod payments;
pub mod pipelines;
pub mod routes;
pub mod second_factor;
pub mod services;
pub mod tiers;
pub mod tokens;
pub mod users;
pub mod webhooks;
pub mod worklist;

use domain::attributes::Attributes;
use domain::record::AttributesChange;

pub use errors::render;

/// How an object is updated. Both leave alone what the body leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update {
    /// PUT: attributes that are sent replace what was there.
    Put,
    /// PATCH: attributes that are sent are merged key by key.
    Patch,
}

impl Update {
    /// What sent attributes mean.
    #[must_use]
    pub const fn attributes(self, sent: Attributes) -> AttributesChange {
        match self {
            Self::Put => AttributesChange::Replace(sent),
            Self::Patch => AttributesChange::Merge(sent),
        }
    }
}
