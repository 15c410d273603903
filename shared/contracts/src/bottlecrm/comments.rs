//! Comments on invoices.

use domain::FieldErrors;
use domain::invoice::{Comment, CommentText};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::needed;
use super::users::{UserJson, Usernames};
use crate::wire::body;

body! {
    /// A comment to be made.
    CommentBody {
        /// The text.
        required comment: CommentText,
    }
}

impl CommentBody {
    /// The text of the comment.
    ///
    /// # Errors
    /// It is missing or wrong.
    pub fn into_text(self) -> Result<CommentText, FieldErrors> {
        let Self { comment } = self;
        let mut errors = FieldErrors::new();
        needed(&mut errors, "comment", comment).ok_or(errors)
    }
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Comment)]
pub struct CommentJson {
    /// Unique identifier.
    pub id: Uuid,
    /// The text.
    pub comment: String,
    /// Who wrote it.
    pub commented_by: UserJson,
    /// When.
    pub commented_on: Timestamp,
}

impl CommentJson {
    /// Shows a comment.
    #[must_use]
    pub fn new(comment: &Comment, usernames: &Usernames) -> Self {
        let Comment { id, text, by, at } = comment;
        Self { id: id.uuid(), comment: text.to_string(), commented_by: UserJson::new(by, usernames), commented_on: *at }
    }
}
