//! Typed identifiers. All are UUIDs made as version 7, so that they sort by creation.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Takes a UUID as this kind of id.
            #[must_use]
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                // Only the canonical form: one object has one spelling, in URLs and in keys.
                if text.len() != 36 {
                    return Err(InvalidId);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
            }
        }
    )+};
}

typed_ids! {
    /// An organisation: the tenant that owns everything else.
    OrganisationId,
    /// A user, who may be a member of several organisations.
    UserId,
    /// An attribute definition.
    AttributeId,
    /// A client.
    ClientId,
    /// A contact of a client.
    ContactId,
    /// A service.
    ServiceId,
    /// A cohort that services are in; cohorts themselves are kept elsewhere.
    CohortId,
    /// A follow-up of a service.
    FollowUpId,
    /// A catalogue category.
    CategoryId,
    /// A catalogue item.
    ItemId,
    /// A price tier of a catalogue item.
    TierId,
    /// An invoice.
    InvoiceId,
    /// A line of an invoice.
    LineId,
    /// A payment on an invoice.
    PaymentId,
    /// A refund on an invoice.
    RefundId,
    /// A payment link of an invoice.
    PaymentLinkId,
    /// A row in an invoice's status history.
    HistoryId,
    /// A comment on an invoice.
    CommentId,
    /// A file attached to an invoice.
    AttachmentId,
    /// An entry of the audit log.
    AuditEntryId,
    /// A webhook.
    WebhookId,
    /// One delivery of a webhook for one event.
    DeliveryId,
    /// A supplier.
    SupplierId,
    /// An export of all that an organisation has.
    ExportId,
    /// A lead.
    LeadId,
    /// A pipeline of leads.
    PipelineId,
    /// A stage of a pipeline.
    StageId,
    /// A task or a note in an entity's list, or a service in a lead's.
    EntryId,
}

/// The text is not a UUID in its canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Must be a valid UUID.")]
pub struct InvalidId;
