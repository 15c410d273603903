//! Services, such as students (crm, section 3).

use domain::attributes::{Attributes, EntityName};
use domain::id::{ClientId, CohortId};
use domain::image;
use domain::record::{Extras, Meta};
use domain::service::{NewService, Service, ServicePatch};
use domain::text::Name;
use domain::worklist::{NoteInput, TaskInput};
use domain::{Claims, FieldErrors, Reference, Refused};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Update;
use super::worklist::{self, ExtrasFields, NoteJson, TaskJson};
use crate::wire::{OrEmpty, body, optional, or_default, patch, required};

body! {
    /// A service, as it is created or changed.
    ServiceBody {
        /// Name of the student or service.
        required name: Name,
        /// The client that it is for.
        optional client: OrEmpty<ClientId>,
        /// The cohort that it is in now, by an id of yours.
        optional actual_cohort: OrEmpty<CohortId>,
        /// The cohort that it started in, by an id of yours.
        optional origin_cohort: OrEmpty<CohortId>,
        /// Values by attribute name.
        optional attributes: Attributes,
        /// The tasks; the list that is sent replaces the list.
        optional list_of_tasks: Vec<TaskInput>,
        /// The notes; the list that is sent replaces the list.
        optional list_of_notes: Vec<NoteInput>,
    }
}

impl ServiceBody {
    /// The service to be made.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_new(self) -> Result<NewService, Refused<Claims>> {
        let Self { name, client, actual_cohort, origin_cohort, attributes, list_of_tasks, list_of_notes } = self;
        let mut errors = FieldErrors::new();
        let name = required(&mut errors, "name", name);
        let client = or_default(&mut errors, "client", client);
        let actual_cohort = or_default(&mut errors, "actual_cohort", actual_cohort);
        let origin_cohort = or_default(&mut errors, "origin_cohort", origin_cohort);
        let extras = ExtrasFields { attributes, tasks: list_of_tasks, notes: list_of_notes }.into_new(&mut errors);
        match name {
            Some(name) if errors.is_empty() => Ok(NewService { name, client, actual_cohort, origin_cohort, extras }),
            Some(_) | None => {
                let claims = Claims::default().naming("client", client.map(Reference::Client));
                Err(claims.carrying(EntityName::Service, extras.attributes).refused(errors))
            }
        }
    }

    /// The change to be made.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn into_patch(self, mode: Update) -> Result<ServicePatch, Refused<ServicePatch>> {
        let Self { name, client, actual_cohort, origin_cohort, attributes, list_of_tasks, list_of_notes } = self;
        let mut errors = FieldErrors::new();
        let extras = ExtrasFields { attributes, tasks: list_of_tasks, notes: list_of_notes };
        let change = ServicePatch {
            name: optional(&mut errors, "name", name),
            client: patch(&mut errors, "client", client),
            actual_cohort: patch(&mut errors, "actual_cohort", actual_cohort),
            origin_cohort: patch(&mut errors, "origin_cohort", origin_cohort),
            extras: extras.into_patch(mode, &mut errors),
        };
        errors.checked(change)
    }
}

/// A service.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Service)]
pub struct ServiceJson {
    /// Unique identifier.
    pub id: Uuid,
    /// Name of the student or service.
    pub name: String,
    /// The client that it is for.
    pub client: Option<Uuid>,
    /// The cohort that it is in now.
    pub actual_cohort: Option<Uuid>,
    /// The cohort that it started in.
    pub origin_cohort: Option<Uuid>,
    /// Values by attribute name.
    #[schema(value_type = Object)]
    pub attributes: Attributes,
    /// The tasks.
    pub list_of_tasks: Vec<TaskJson>,
    /// The notes.
    pub list_of_notes: Vec<NoteJson>,
    /// URLs of the images.
    pub list_of_images: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The user who made it; null, if no user did.
    pub created_by: Option<u64>,
}

impl ServiceJson {
    /// The object, below the address of the API, which has no final slash.
    #[must_use]
    pub fn new(service: &Service, base_url: &str) -> Self {
        let Service { id, name, client, actual_cohort, origin_cohort, images, extras, meta } = service;
        let Extras { attributes, tasks, notes } = extras;
        let Meta { created_at, created_by, updated_at, version: _ } = meta;
        Self {
            id: id.uuid(),
            name: name.to_string(),
            client: client.map(ClientId::uuid),
            actual_cohort: actual_cohort.map(CohortId::uuid),
            origin_cohort: origin_cohort.map(CohortId::uuid),
            attributes: attributes.clone(),
            list_of_tasks: worklist::tasks(tasks),
            list_of_notes: worklist::notes(notes),
            list_of_images: images.iter().map(|path| image::url(base_url, path)).collect(),
            created_at: *created_at,
            updated_at: *updated_at,
            created_by: created_by.as_ref().map(|author| author.number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::parse_object;
    use domain::Patch;
    use serde_json::{Value, json};

    const CLIENT: &str = "0190b5a1-7c5e-7000-8000-000000000001";
    const COHORT: &str = "0190b5a1-7c5e-7000-8000-000000000002";

    fn body(json: Value) -> ServiceBody {
        parse_object(json.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn the_documents_service_is_read_field_by_field() {
        let new = body(json!({
            "name": "Jane Doe", "client": CLIENT, "attributes": {"program": "Full Stack"},
            "list_of_tasks": [], "list_of_notes": []
        }));
        let NewService { name, client, actual_cohort, origin_cohort, extras } = new.into_new().unwrap();
        assert_eq!((name.as_str(), client), ("Jane Doe", Some(CLIENT.parse().unwrap())));
        assert_eq!((actual_cohort, origin_cohort), (None, None));
        assert_eq!(json!(extras.attributes), json!({"program": "Full Stack"}));
        assert!(extras.tasks.is_empty() && extras.notes.is_empty());
    }

    #[test]
    fn every_wrong_field_of_a_service_is_named() {
        let sent = json!({"client": "x", "actual_cohort": 1, "origin_cohort": [], "attributes": 1});
        assert_eq!(
            body(sent).into_new().unwrap_err().to_string(),
            "name: This field is required.; client: Must be a valid UUID.; actual_cohort: Must be a valid UUID.; \
             origin_cohort: Must be a valid UUID.; attributes: Expected a dictionary of items but got type \"int\"."
        );
    }

    #[test]
    fn null_takes_a_reference_away_and_silence_keeps_it() {
        let patch = body(json!({"client": null, "actual_cohort": COHORT})).into_patch(Update::Put).unwrap();
        let expected = ServicePatch {
            client: Patch::Clear,
            actual_cohort: Patch::Set(COHORT.parse().unwrap()),
            ..ServicePatch::default()
        };
        assert_eq!(patch, expected);
    }
}
