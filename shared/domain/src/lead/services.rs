//! The services that a lead asks for: free-form objects, each with an id.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::attributes::{Attributes, Schema};
use crate::error::FieldErrors;
use crate::id::EntryId;
use crate::json::{Map, Value};
use crate::record::NewId;

/// The most services of one lead.
pub const MAX_SERVICES: usize = 100;

const FIELD: &str = "service_attributes";
const ID: &str = "id";

/// A service as a client sends it.
#[derive(Debug, Clone, PartialEq)]
pub struct LeadServiceInput {
    /// The id that the client sent.
    pub id: Option<EntryId>,
    /// Everything beside the id.
    pub values: Attributes,
}

/// A service that a lead asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeadService {
    id: EntryId,
    values: Attributes,
}

/// The services of one lead, in the order in which they were sent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LeadServices(Vec<LeadService>);

impl LeadService {
    /// The id.
    #[must_use]
    pub const fn id(&self) -> EntryId {
        self.id
    }

    /// The object as it is shown: the id, and everything that was sent beside it.
    #[must_use]
    pub fn to_map(&self) -> Map {
        let id = (ID.to_owned(), Value::String(self.id.to_string()));
        let values = self.values.as_map().iter().map(|(key, value)| (key.clone(), value.clone()));
        std::iter::once(id).chain(values).collect()
    }
}

impl LeadServices {
    /// Checks services; one that was sent without an id gets one, and one of `current` may stay as it is.
    ///
    /// # Errors
    /// Too many, one id twice, or what the schema refuses, under `service_attributes`.
    pub fn make(
        inputs: Vec<LeadServiceInput>,
        current: &Self,
        schema: Schema<'_>,
        new_id: NewId<'_>,
    ) -> Result<Self, FieldErrors> {
        if inputs.len() > MAX_SERVICES {
            let message = format!("Ensure this list has no more than {MAX_SERVICES} entries.");
            return Err(FieldErrors::one(FIELD, message));
        }
        let (mut errors, mut seen) = (FieldErrors::new(), BTreeSet::new());
        let mut services = Vec::with_capacity(inputs.len());
        for (at, LeadServiceInput { id, values }) in inputs.into_iter().enumerate() {
            let before = id.and_then(|id| current.0.iter().find(|before| before.id == id));
            let values = match before {
                Some(before) => schema.read_beside(&before.values, values),
                None => schema.read(values),
            };
            let service = LeadService { id: id.unwrap_or_else(|| EntryId::new(new_id())), values };
            if !seen.insert(service.id) {
                errors.add(FIELD, format!("Entry {}: The id {} is used twice.", at + 1, service.id));
            }
            // The id is a value like the others to a definition that names it.
            match Attributes::parse(service.to_map()) {
                Ok(all) => {
                    let before = before.and_then(|before| Attributes::parse(before.to_map()).ok());
                    let wrong = match before {
                        Some(before) => schema.validate_replace(&before, &all),
                        None => schema.validate_create(&all),
                    };
                    for message in wrong.iter().flat_map(|(_, messages)| messages) {
                        errors.add(FIELD, format!("Entry {}: {message}", at + 1));
                    }
                }
                Err(error) => errors.add(FIELD, format!("Entry {}: {error}", at + 1)),
            }
            services.push(service);
        }
        errors.into_result().map(|()| Self(services))
    }

    /// The services.
    #[must_use]
    pub fn as_slice(&self) -> &[LeadService] {
        &self.0
    }
}
