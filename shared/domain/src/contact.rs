//! Contacts: individual people at a client.

use crate::attributes::Schema;
use crate::error::{FieldErrors, Refused};
use crate::id::{ClientId, ContactId};
use crate::patch::Patch;
use crate::record::{Extras, ExtrasPatch, Meta, NewExtras, NewId};
use crate::reference::{Reference, References, Refers};
use crate::text::{Email, ShortText, Text};
use crate::worklist::Stamp;

/// A person's first or last name.
pub type PersonName<const MIN: usize> = Text<MIN, 150>;

/// A contact.
#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    /// The contact's id.
    pub id: ContactId,
    /// The client that the contact belongs to.
    pub client: ClientId,
    /// First name.
    pub first_name: PersonName<1>,
    /// Last name.
    pub last_name: PersonName<0>,
    /// E-mail address.
    pub email: Option<Email>,
    /// Phone number.
    pub phone: ShortText,
    /// Job title.
    pub job_title: ShortText,
    /// Whether this is the client's primary contact; at most one is.
    pub is_primary: bool,
    /// Attributes, tasks and notes.
    pub extras: Extras,
    /// Authorship and version.
    pub meta: Meta,
}

/// A contact to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewContact {
    /// The client.
    pub client: ClientId,
    /// First name.
    pub first_name: PersonName<1>,
    /// Last name.
    pub last_name: PersonName<0>,
    /// E-mail address.
    pub email: Option<Email>,
    /// Phone number.
    pub phone: ShortText,
    /// Job title.
    pub job_title: ShortText,
    /// Whether to make it the primary one.
    pub is_primary: bool,
    /// Attributes, tasks and notes.
    pub extras: NewExtras,
}

/// A change of a contact.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ContactPatch {
    /// The client.
    pub client: Option<ClientId>,
    /// First name.
    pub first_name: Option<PersonName<1>>,
    /// Last name.
    pub last_name: Option<PersonName<0>>,
    /// E-mail address.
    pub email: Patch<Email>,
    /// Phone number.
    pub phone: Option<ShortText>,
    /// Job title.
    pub job_title: Option<ShortText>,
    /// Whether it is the primary one.
    pub is_primary: Option<bool>,
    /// Attributes, tasks and notes.
    pub extras: ExtrasPatch,
}

impl Contact {
    /// Makes a contact.
    ///
    /// # Errors
    /// What the attribute schema or the lists refuse.
    pub fn create(
        id: ContactId,
        new: NewContact,
        schema: Schema<'_>,
        stamp: Stamp<'_>,
        new_id: NewId<'_>,
    ) -> Result<Self, Refused<Self>> {
        let NewContact { client, first_name, last_name, email, phone, job_title, is_primary, extras } = new;
        let mut errors = FieldErrors::new();
        let extras = errors.keep(Extras::create(extras, schema, stamp, new_id)).unwrap_or_default();
        let meta = Meta::new(stamp);
        errors.checked(Self { id, client, first_name, last_name, email, phone, job_title, is_primary, extras, meta })
    }

    /// The contact after a change.
    ///
    /// # Errors
    /// As [`Contact::create`].
    pub fn update(
        mut self,
        patch: ContactPatch,
        schema: Schema<'_>,
        stamp: Stamp<'_>,
        new_id: NewId<'_>,
    ) -> Result<Self, Refused<Self>> {
        let ContactPatch { client, first_name, last_name, email, phone, job_title, is_primary, extras } = patch;
        let mut errors = FieldErrors::new();
        errors.keep(self.extras.apply(extras, schema, stamp, new_id));
        self.client = client.unwrap_or(self.client);
        self.first_name = first_name.unwrap_or(self.first_name);
        self.last_name = last_name.unwrap_or(self.last_name);
        email.apply(&mut self.email);
        self.phone = phone.unwrap_or(self.phone);
        self.job_title = job_title.unwrap_or(self.job_title);
        self.is_primary = is_primary.unwrap_or(self.is_primary);
        self.meta.touch(stamp.at);
        errors.checked(self)
    }

    /// First and last name.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name).trim().to_owned()
    }
}

impl Refers for Contact {
    fn references(&self) -> References {
        References::default().naming("client", Some(Reference::Client(self.client)))
    }
}
