//! Clients (crm, section 2).

use domain::attributes::{Attributes, EntityName};
use domain::client::{Client, ClientPatch, NewClient, Profile, ProfilePatch};
use domain::image;
use domain::record::{Extras, Meta};
use domain::text::Name;
use domain::worklist::{NoteInput, TaskInput};
use domain::{Claims, FieldErrors, Patch, Refused};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Update;
use super::worklist::{self, ExtrasFields, NoteJson, TaskJson};
use crate::wire::{body, optional, required};

body! {
    /// A client, as it is created or changed.
    ClientBody {
        /// Name of the client or company.
        required name: Name,
        /// Values by attribute name.
        optional attributes: Attributes,
        /// The tasks; the list that is sent replaces the list.
        optional list_of_tasks: Vec<TaskInput>,
        /// The notes; the list that is sent replaces the list.
        optional list_of_notes: Vec<NoteInput>,
    }
}

impl ClientBody {
    /// The client to be made.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_new(self) -> Result<NewClient, Refused<Claims>> {
        let Self { name, attributes, list_of_tasks: tasks, list_of_notes: notes } = self;
        let mut errors = FieldErrors::new();
        let name = required(&mut errors, "name", name);
        let extras = ExtrasFields { attributes, tasks, notes }.into_new(&mut errors);
        match name {
            Some(name) if errors.is_empty() => Ok(NewClient { name, email: None, profile: Profile::default(), extras }),
            Some(_) | None => Err(Claims::default().carrying(EntityName::Client, extras.attributes).refused(errors)),
        }
    }

    /// The change to be made.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn into_patch(self, mode: Update) -> Result<ClientPatch, Refused<ClientPatch>> {
        let Self { name, attributes, list_of_tasks: tasks, list_of_notes: notes } = self;
        let mut errors = FieldErrors::new();
        let name = optional(&mut errors, "name", name);
        let extras = ExtrasFields { attributes, tasks, notes }.into_patch(mode, &mut errors);
        let (email, profile) = (Patch::Keep, ProfilePatch::default());
        errors.checked(ClientPatch { name, email, profile, extras })
    }
}

/// A client.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ClientRecord)]
pub struct ClientJson {
    /// Unique identifier.
    pub id: Uuid,
    /// Name of the client or company.
    pub name: String,
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

impl ClientJson {
    /// The object, below the address of the API, which has no final slash.
    #[must_use]
    pub fn new(client: &Client, base_url: &str) -> Self {
        let Client { id, name, email: _, profile: _, number: _, party_number: _, images, extras, meta } = client;
        let Extras { attributes, tasks, notes } = extras;
        let Meta { created_at, created_by, updated_at, version: _ } = meta;
        Self {
            id: id.uuid(),
            name: name.to_string(),
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
    use domain::Author;
    use domain::id::{ClientId, UserId};
    use domain::record::AttributesChange;
    use serde_json::json;

    fn body(json: serde_json::Value) -> ClientBody {
        parse_object(json.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn the_documents_client_is_read_field_by_field() {
        let NewClient { name, email, profile: _, extras } = body(json!({
            "name": "Acme Corp",
            "attributes": {"industry": "Tech", "custom_field": "value"},
            "list_of_tasks": [],
            "list_of_notes": []
        }))
        .into_new()
        .unwrap();
        assert_eq!((name.as_str(), email), ("Acme Corp", None));
        assert_eq!(json!(extras.attributes), json!({"industry": "Tech", "custom_field": "value"}));
        assert!(extras.tasks.is_empty() && extras.notes.is_empty());
    }

    #[test]
    fn every_wrong_field_of_a_client_is_named() {
        let wrong =
            body(json!({"attributes": [], "list_of_tasks": "x", "list_of_notes": null})).into_new().unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "name: This field is required.; attributes: Expected a dictionary of items but got type \"list\".; \
             list_of_tasks: Expected a list of items but got type \"str\".; list_of_notes: This field may not be null."
        );
    }

    #[test]
    fn put_replaces_attributes_and_patch_merges_them() {
        let sent = || body(json!({"attributes": {"industry": "Finance"}, "id": "ignored"}));
        let attributes = |mode| sent().into_patch(mode).unwrap().extras.attributes.unwrap();
        assert!(matches!(attributes(Update::Put), AttributesChange::Replace(_)));
        assert!(matches!(attributes(Update::Patch), AttributesChange::Merge(_)));
        assert_eq!(body(json!({})).into_patch(Update::Put), Ok(ClientPatch::default()));
    }

    #[test]
    fn a_client_is_shown_with_all_its_fields() {
        let id = "0190b5a1-7c5e-7000-8000-000000000001";
        let at: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        let author = Author { id: UserId::new(Uuid::nil()), number: 7, name: "Jane".into() };
        let client = Client {
            id: id.parse::<ClientId>().unwrap(),
            name: Name::parse("Acme").unwrap(),
            email: None,
            profile: Profile::default(),
            number: 1,
            party_number: 1,
            images: vec![],
            extras: Extras::default(),
            meta: Meta { created_at: at, created_by: Some(author), updated_at: at, version: 1 },
        };
        assert_eq!(
            serde_json::to_string(&ClientJson::new(&client, "https://api.example")).unwrap(),
            format!(
                "{{\"id\":\"{id}\",\"name\":\"Acme\",\"attributes\":{{}},\"list_of_tasks\":[],\"list_of_notes\":[],\
                 \"list_of_images\":[],\"created_at\":\"2026-03-01T10:00:00Z\",\
                 \"updated_at\":\"2026-03-01T10:00:00Z\",\"created_by\":7}}"
            )
        );
    }
}
