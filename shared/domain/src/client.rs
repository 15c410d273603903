//! Clients: the people and companies that are invoiced.

use crate::attributes::Schema;
use crate::error::FieldErrors;
use crate::id::ClientId;
use crate::record::{Extras, ExtrasPatch, Meta, NewExtras, NewId};
use crate::text::{Email, Name};
use crate::worklist::Stamp;

/// A client.
#[derive(Debug, Clone, PartialEq)]
pub struct Client {
    /// The client's id.
    pub id: ClientId,
    /// The name.
    pub name: Name,
    /// The address that clawprint and bottlecrm find the client by; crm does not show it.
    pub email: Option<Email>,
    /// URLs of the images that were uploaded.
    pub images: Vec<String>,
    /// Attributes, tasks and notes.
    pub extras: Extras,
    /// Authorship and version.
    pub meta: Meta,
}

/// A client to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewClient {
    /// The name.
    pub name: Name,
    /// The e-mail address.
    pub email: Option<Email>,
    /// Attributes, tasks and notes.
    pub extras: NewExtras,
}

/// A change of a client.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClientPatch {
    /// The name.
    pub name: Option<Name>,
    /// Attributes, tasks and notes.
    pub extras: ExtrasPatch,
}

impl Client {
    /// Makes a client.
    ///
    /// # Errors
    /// What the attribute schema or the lists refuse.
    pub fn create(
        id: ClientId,
        new: NewClient,
        schema: Schema<'_>,
        stamp: Stamp<'_>,
        new_id: NewId<'_>,
    ) -> Result<Self, FieldErrors> {
        let NewClient { name, email, extras } = new;
        let extras = Extras::create(extras, schema, stamp, new_id)?;
        Ok(Self { id, name, email, images: Vec::new(), extras, meta: Meta::new(stamp) })
    }

    /// The client after a change.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub fn update(
        mut self,
        patch: ClientPatch,
        schema: Schema<'_>,
        stamp: Stamp<'_>,
        new_id: NewId<'_>,
    ) -> Result<Self, FieldErrors> {
        let ClientPatch { name, extras } = patch;
        self.extras.apply(extras, schema, stamp, new_id)?;
        self.name = name.unwrap_or(self.name);
        self.meta.touch(stamp.at);
        Ok(self)
    }
}
