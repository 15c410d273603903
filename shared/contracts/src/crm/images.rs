//! Images of objects.

use serde::Serialize;
use utoipa::ToSchema;

/// An image that was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ImageAdded)]
pub struct ImageAddedJson {
    /// The image's URL.
    pub url: String,
    /// URLs of all images that the object then has, oldest first.
    pub list_of_images: Vec<String>,
}
