//! The tokens of the caller.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A token, without what proves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ListedToken)]
pub struct ListedTokenJson {
    /// Names the token, and is no part of it.
    pub id: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether the request came with it.
    pub current: bool,
}
