//! Users and the organisation, as invoices name them.

use std::collections::BTreeMap;

use domain::Author;
use domain::id::UserId;
use domain::organisation::Organisation;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The usernames of an organisation's members.
pub type Usernames = BTreeMap<UserId, String>;

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserJson {
    /// Unique identifier.
    pub id: Uuid,
    /// The username; of one who has left the organisation, the name.
    pub username: String,
}

impl UserJson {
    /// Whoever did something.
    #[must_use]
    pub fn new(author: &Author, usernames: &Usernames) -> Self {
        let Author { id, number: _, name } = author;
        Self { id: id.uuid(), username: usernames.get(id).unwrap_or(name).clone() }
    }
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Organization)]
pub struct OrganizationJson {
    /// Unique identifier.
    pub id: Uuid,
    /// Its name.
    pub name: String,
}

impl From<&Organisation> for OrganizationJson {
    fn from(organisation: &Organisation) -> Self {
        let Organisation { id, name, currency: _, owner: _, created_at: _ } = organisation;
        Self { id: id.uuid(), name: name.to_string() }
    }
}
