//! Contacts (crm, section 10).

use domain::attributes::{Attributes, EntityName};
use domain::contact::{Contact, ContactPatch, NewContact, PersonName};
use domain::id::ClientId;
use domain::record::{Extras, Meta};
use domain::text::{Email, ShortText};
use domain::worklist::{NoteInput, TaskInput};
use domain::{Claims, FieldErrors, Reference, Refused};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Update;
use super::worklist::{self, ExtrasFields, NoteJson, TaskJson};
use crate::wire::{OrEmpty, body, defaulted, optional, or_default, patch, required, text};

body! {
    /// A contact, as it is created or changed.
    ContactBody {
        /// The client that the contact belongs to.
        required client: ClientId,
        /// First name.
        required first_name: PersonName<1>,
        /// Last name.
        optional last_name: PersonName<0>,
        /// E-mail address.
        optional email: OrEmpty<Email>,
        /// Phone number.
        optional phone: ShortText,
        /// Job title.
        optional job_title: ShortText,
        /// Whether this is the client's primary contact; true takes that from the client's others.
        optional is_primary: bool,
        /// Values by attribute name.
        optional attributes: Attributes,
        /// The tasks; the list that is sent replaces the list.
        optional list_of_tasks: Vec<TaskInput>,
        /// The notes; the list that is sent replaces the list.
        optional list_of_notes: Vec<NoteInput>,
    }
}

impl ContactBody {
    /// The contact to be made.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_new(self) -> Result<NewContact, Refused<Claims>> {
        let Self {
            client,
            first_name,
            last_name,
            email,
            phone,
            job_title,
            is_primary,
            attributes,
            list_of_tasks: tasks,
            list_of_notes: notes,
        } = self;
        let mut errors = FieldErrors::new();
        let client = required(&mut errors, "client", client);
        let first_name = required(&mut errors, "first_name", first_name);
        let last_name = text(&mut errors, "last_name", last_name).unwrap_or_default();
        let email = or_default(&mut errors, "email", email);
        let phone = text(&mut errors, "phone", phone).unwrap_or_default();
        let job_title = text(&mut errors, "job_title", job_title).unwrap_or_default();
        let is_primary = defaulted(&mut errors, "is_primary", is_primary).unwrap_or(false);
        let extras = ExtrasFields { attributes, tasks, notes }.into_new(&mut errors);
        match (client, first_name) {
            (Some(client), Some(first_name)) if errors.is_empty() => {
                Ok(NewContact { client, first_name, last_name, email, phone, job_title, is_primary, extras })
            }
            _ => {
                let claims = Claims::default().naming("client", client.map(Reference::Client));
                Err(claims.carrying(EntityName::Contact, extras.attributes).refused(errors))
            }
        }
    }

    /// The change to be made.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn into_patch(self, mode: Update) -> Result<ContactPatch, Refused<ContactPatch>> {
        let Self {
            client,
            first_name,
            last_name,
            email,
            phone,
            job_title,
            is_primary,
            attributes,
            list_of_tasks: tasks,
            list_of_notes: notes,
        } = self;
        let mut errors = FieldErrors::new();
        let change = ContactPatch {
            client: optional(&mut errors, "client", client),
            first_name: optional(&mut errors, "first_name", first_name),
            last_name: text(&mut errors, "last_name", last_name),
            email: patch(&mut errors, "email", email),
            phone: text(&mut errors, "phone", phone),
            job_title: text(&mut errors, "job_title", job_title),
            is_primary: optional(&mut errors, "is_primary", is_primary),
            extras: ExtrasFields { attributes, tasks, notes }.into_patch(mode, &mut errors),
        };
        errors.checked(change)
    }
}

/// A contact.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Contact)]
pub struct ContactJson {
    /// Unique identifier.
    pub id: Uuid,
    /// The client that the contact belongs to.
    pub client: Uuid,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// First and last name.
    pub full_name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Phone number.
    pub phone: String,
    /// Job title.
    pub job_title: String,
    /// Whether this is the client's primary contact.
    pub is_primary: bool,
    /// Values by attribute name.
    #[schema(value_type = Object)]
    pub attributes: Attributes,
    /// The tasks.
    pub list_of_tasks: Vec<TaskJson>,
    /// The notes.
    pub list_of_notes: Vec<NoteJson>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The user who made it; null, if no user did.
    pub created_by: Option<u64>,
}

impl From<&Contact> for ContactJson {
    fn from(contact: &Contact) -> Self {
        let full_name = contact.full_name();
        let Contact { id, client, first_name, last_name, email, phone, job_title, is_primary, extras, meta } = contact;
        let Extras { attributes, tasks, notes } = extras;
        let Meta { created_at, created_by, updated_at, version: _ } = meta;
        Self {
            id: id.uuid(),
            client: client.uuid(),
            first_name: first_name.to_string(),
            last_name: last_name.to_string(),
            full_name,
            email: email.as_ref().map(ToString::to_string),
            phone: phone.to_string(),
            job_title: job_title.to_string(),
            is_primary: *is_primary,
            attributes: attributes.clone(),
            list_of_tasks: worklist::tasks(tasks),
            list_of_notes: worklist::notes(notes),
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

    fn body(json: Value) -> ContactBody {
        parse_object(json.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn the_documents_contact_is_read_field_by_field() {
        let new = body(json!({
            "client": CLIENT, "first_name": "Maria", "last_name": "Lopez", "email": "m.lopez@example.com",
            "phone": "+504 9999-1234", "job_title": "CFO", "is_primary": true,
            "attributes": {"linkedin_url": "https://linkedin.com/in/maria"}, "list_of_tasks": [], "list_of_notes": []
        }))
        .into_new()
        .unwrap();
        let NewContact { client, first_name, last_name, email, phone, job_title, is_primary, extras } = new;
        assert_eq!(client.to_string(), CLIENT);
        assert_eq!((first_name.as_str(), last_name.as_str()), ("Maria", "Lopez"));
        assert_eq!(email.unwrap().as_str(), "m.lopez@example.com");
        assert_eq!((phone.as_str(), job_title.as_str(), is_primary), ("+504 9999-1234", "CFO", true));
        assert_eq!(extras.attributes.as_map()["linkedin_url"].as_str(), Some("https://linkedin.com/in/maria"));
    }

    #[test]
    fn a_contact_needs_a_client_and_a_first_name_and_null_texts_are_empty() {
        let wrong = body(json!({"client": null, "first_name": " ", "email": "x"})).into_new().unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "client: This field may not be null.; first_name: This field may not be blank.; \
             email: Enter a valid email address."
        );
        let new = body(json!({"client": CLIENT, "first_name": "Maria", "last_name": null, "phone": null, "email": ""}));
        let new = new.into_new().unwrap();
        assert_eq!((new.last_name.as_str(), new.phone.as_str(), new.email), ("", "", None));
    }

    #[test]
    fn a_contacts_patch_says_only_what_was_sent() {
        let patch = body(json!({"job_title": "CEO", "is_primary": true, "full_name": "x"})).into_patch(Update::Patch);
        let expected = ContactPatch {
            job_title: Some(ShortText::parse("CEO").unwrap()),
            is_primary: Some(true),
            ..ContactPatch::default()
        };
        assert_eq!(patch, Ok(expected));
        let patch = body(json!({"email": null, "phone": null})).into_patch(Update::Put).unwrap();
        assert_eq!((patch.email, patch.phone), (Patch::Clear, Some(ShortText::default())));
    }

    #[test]
    fn a_contact_is_shown_with_its_full_name() {
        let at: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        let contact = Contact {
            id: CLIENT.replace('a', "b").parse().unwrap(),
            client: CLIENT.parse().unwrap(),
            first_name: PersonName::parse("Maria").unwrap(),
            last_name: PersonName::parse("Lopez").unwrap(),
            email: None,
            phone: ShortText::default(),
            job_title: ShortText::default(),
            is_primary: false,
            extras: Extras::default(),
            meta: Meta { created_at: at, created_by: None, updated_at: at, version: 1 },
        };
        let shown = serde_json::to_value(ContactJson::from(&contact)).unwrap();
        assert_eq!((&shown["full_name"], &shown["email"]), (&json!("Maria Lopez"), &Value::Null));
        assert_eq!((&shown["client"], &shown["created_by"]), (&json!(CLIENT), &Value::Null));
        let keys: Vec<_> = shown.as_object().unwrap().keys().map(String::as_str).collect();
        let words = "id client first_name last_name full_name email phone job_title is_primary attributes list_of_tasks \
                     list_of_notes created_at updated_at created_by";
        assert_eq!(keys, words.split(' ').collect::<Vec<_>>());
    }
}
