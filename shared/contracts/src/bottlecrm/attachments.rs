//! Files attached to invoices.

use domain::invoice::Attachment;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, Type};
use uuid::Uuid;

/// The field of the form that the file comes in.
pub const FIELD: &str = "attachment";

/// A file that is attached to an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Attachment)]
pub struct AttachmentJson {
    /// Unique identifier.
    pub id: Uuid,
    /// What it is called.
    pub file_name: String,
    /// Its media type, as it was uploaded.
    pub content_type: String,
    /// How many bytes it has.
    pub size: u64,
    /// A link to download it, good for some minutes. Every answer has new ones.
    pub url: String,
    /// When it was attached.
    pub created_on: Timestamp,
}

impl AttachmentJson {
    /// Shows an attachment, with a link to it.
    #[must_use]
    pub fn new(attachment: &Attachment, url: String) -> Self {
        let Attachment { id, file_name, content_type, size, by: _, at, waits: _ } = attachment;
        Self {
            id: id.uuid(),
            file_name: file_name.to_string(),
            content_type: content_type.to_string(),
            size: *size,
            url,
            created_on: *at,
        }
    }
}

/// The form with a file.
pub(super) fn form() -> Object {
    let file = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
        .description(Some("A file of any type, of at most 4 MB."));
    ObjectBuilder::new().property(FIELD, file).required(FIELD).build()
}
