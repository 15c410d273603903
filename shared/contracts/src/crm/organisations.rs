//! Organisations as a whole: their export, and their deletion.

use domain::export::Export;
use domain::id::OrganisationId;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// How far an export has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ExportState)]
pub enum ExportStateJson {
    /// Its file is being written.
    Pending,
    /// Its file is complete.
    Done,
}

/// An export of all that an organisation has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Export)]
pub struct ExportJson {
    /// The export's id.
    #[schema(value_type = uuid::Uuid)]
    pub id: String,
    /// How far it has come.
    pub state: ExportStateJson,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When its file was complete.
    pub finished_at: Option<Timestamp>,
    /// How many lines were written so far.
    pub lines: u64,
    /// How many bytes they are.
    pub bytes: u64,
    /// When its file is removed.
    pub expires_at: Timestamp,
    /// A link to the complete file, good for 15 minutes; each answer has a new one.
    pub url: Option<String>,
}

impl ExportJson {
    /// An export with a link to its file, if that is complete.
    #[must_use]
    pub fn new(export: &Export, url: Option<String>) -> Self {
        let Export { id, requested_at, finished_at, lines, bytes, expires_at } = *export;
        let state = if finished_at.is_some() { ExportStateJson::Done } else { ExportStateJson::Pending };
        Self { id: id.to_string(), state, requested_at, finished_at, lines, bytes, expires_at, url }
    }
}

/// An organisation that is being deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OrganizationDeletion)]
pub struct DeletionJson {
    /// The organisation.
    #[schema(value_type = uuid::Uuid)]
    pub organization_id: String,
    /// When its deletion was asked for.
    pub requested_at: Timestamp,
}

impl DeletionJson {
    /// The deletion of an organisation.
    #[must_use]
    pub fn new(organisation: OrganisationId, requested_at: Timestamp) -> Self {
        Self { organization_id: organisation.to_string(), requested_at }
    }
}
