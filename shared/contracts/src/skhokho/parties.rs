//! Who an invoice is for and who made it, in short.

use domain::actor::Author;
use domain::client::Client;
use domain::invoice::Customer;
use uuid::Uuid;

use super::{answer, schemas};

/// What a client can be. No contract sets it by itself: it is the client's attribute of that name.
const ENTITY_TYPES: [&str; 6] = ["individual", "company", "non_profit", "government", "partnership", "other"];

answer! {
    /// A client, in short.
    ClientMini as "FinanceClientMini" {
        /// Unique identifier; null, if the invoice has no client.
        optional unique_id: Option<Uuid> => schemas::unique_id(),
        /// The client's name, or without a client the customer's, as far as it is known.
        required name: String => schemas::shown(schemas::text()),
        /// What the client is, if its attribute `entity_type` says so.
        #[serde(skip_serializing_if = "Option::is_none")]
        optional entity_type: Option<&'static str> => schemas::text().enum_values(Some(ENTITY_TYPES)),
    }
}

impl ClientMini {
    /// A client, or else the customer as the invoice names it.
    #[must_use]
    pub fn new(client: Option<&Client>, customer: &Customer) -> Self {
        let Some(client) = client else {
            let name = customer.name.as_ref().map(ToString::to_string).unwrap_or_default();
            return Self { unique_id: None, name, entity_type: None };
        };
        let sent = client.extras.attributes.get("entity_type").and_then(|value| value.as_str());
        let entity_type = ENTITY_TYPES.into_iter().find(|known| Some(*known) == sent);
        Self { unique_id: Some(client.id.uuid()), name: client.name.to_string(), entity_type }
    }
}

answer! {
    /// A person, in short.
    PersonMini as "FinancePersonMini" {
        /// Unique identifier; null, if no user made it.
        optional unique_id: Option<Uuid> => schemas::unique_id(),
        /// The full name, or the username where there is none.
        required full_name: String => schemas::shown(schemas::text()),
    }
}

impl PersonMini {
    /// Who made an invoice, if a user did.
    #[must_use]
    pub fn new(author: Option<&Author>) -> Self {
        Self {
            unique_id: author.map(|author| author.id.uuid()),
            full_name: author.map(|author| author.name.clone()).unwrap_or_default(),
        }
    }
}
