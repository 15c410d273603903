//! Organisations: the tenants.

use jiff::Timestamp;

use crate::id::{OrganisationId, UserId};
use crate::money::Currency;
use crate::text::Name;

/// An organisation, which clawprint calls a business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// The organisation's id.
    pub id: OrganisationId,
    /// Its name.
    pub name: Name,
    /// The currency that its new invoices and items have when none is given.
    pub currency: Currency,
    /// The user who signed it up.
    pub owner: UserId,
    /// When it was made.
    pub created_at: Timestamp,
}
