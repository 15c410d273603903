//! Contacts, and which of a client's contacts is the primary one.
//!
//! The primary contact's id stands beside the client's reference count, and moves in the same
//! transaction as the flags of the contacts do; so at most one contact has the flag.

use domain::Tenant;
use domain::contact::Contact;
use domain::filter::ContactFilter;
use domain::id::{ClientId, ContactId, EntryId};
use domain::text::{Email, ShortText, Text};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::codec::{ExtrasBody, MetaBody, Stored, decode, encode, encode_body};
use crate::error::StoreError;
use crate::keys::{self, Collection, Key};
use crate::lists::{Page, PageRequest};
use crate::table::{Update, s};
use crate::transaction::Transaction;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ContactBody {
    id: ContactId,
    client: ClientId,
    first_name: Text<1, 150>,
    last_name: Text<0, 150>,
    email: Option<Email>,
    phone: ShortText,
    job_title: ShortText,
    is_primary: bool,
    #[serde(flatten)]
    extras: ExtrasBody,
    #[serde(flatten)]
    meta: MetaBody,
}

impl Stored for Contact {
    type Body = ContactBody;
    const MODEL: Option<&'static str> = Some("Contact");

    fn body(&self) -> ContactBody {
        let Self { id, client, first_name, last_name, email, phone, job_title, is_primary, extras, meta } =
            self.clone();
        let (extras, meta) = ((&extras).into(), (&meta).into());
        ContactBody { id, client, first_name, last_name, email, phone, job_title, is_primary, extras, meta }
    }

    fn restore(body: ContactBody) -> Result<Self, StoreError> {
        let ContactBody { id, client, first_name, last_name, email, phone, job_title, is_primary, extras, meta } = body;
        let (extras, meta) = (extras.into(), meta.into());
        Ok(Self { id, client, first_name, last_name, email, phone, job_title, is_primary, extras, meta })
    }
}

/// The primary contact of a client moves from one contact, or none, to another, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrimaryMove {
    /// The client.
    pub client: ClientId,
    /// The contact that has the flag now.
    pub from: Option<ContactId>,
    /// The contact that gets it.
    pub to: Option<ContactId>,
}

/// What a commit does to a contact.
#[derive(Debug, Clone, Copy)]
pub enum ContactWrite<'a> {
    /// Makes it.
    Create(&'a Contact),
    /// Writes it over a version.
    Save(&'a Contact, u64),
    /// Removes it.
    Delete(&'a Contact),
}

fn key(tenant: Tenant, id: ContactId) -> Key {
    keys::member(tenant, Collection::Contact, id)
}

impl Store {
    /// A contact.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn contact(&self, tenant: Tenant, id: ContactId) -> Result<Option<Contact>, StoreError> {
        self.find(&key(tenant, id)).await
    }

    /// The contacts of some ids, of which there are at most 100. Those that are not there are left out.
    ///
    /// # Errors
    /// As [`Store::contact`].
    pub async fn contacts_of(&self, tenant: Tenant, ids: &[ContactId]) -> Result<Vec<Contact>, StoreError> {
        let keys: Vec<_> = ids.iter().map(|id| key(tenant, *id)).collect();
        self.table.get_all(&keys).await?.into_iter().map(decode).collect()
    }

    /// A page of the contacts, oldest first.
    ///
    /// # Errors
    /// As [`Store::contact`].
    pub async fn contacts(
        &self,
        tenant: Tenant,
        filter: &ContactFilter,
        page: PageRequest,
    ) -> Result<Page<Contact>, StoreError> {
        let matches = |contact: &Contact| filter.matches(contact);
        let filtered = *filter != ContactFilter::default();
        self.page(tenant, Collection::Contact, page, filtered.then_some(&matches as _)).await
    }

    /// The id of a client's primary contact.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such client.
    pub async fn primary_contact(&self, tenant: Tenant, client: ClientId) -> Result<Option<ContactId>, StoreError> {
        let refs = self.table.get(&keys::refs(tenant, Collection::Client, client)).await?.ok_or(StoreError::Missing)?;
        let id = refs.get("primary_contact").and_then(|id| id.as_s().ok());
        id.map(|id| id.parse().map_err(StoreError::corrupt)).transpose()
    }

    /// Commits a contact together with the moves of the primary flag, and with the contact that
    /// loses the flag, over its version.
    ///
    /// # Errors
    /// [`StoreError::Raced`], [`StoreError::TooLarge`].
    pub async fn commit_contact(
        &self,
        tenant: Tenant,
        write: ContactWrite<'_>,
        moves: &[PrimaryMove],
        demoted: Option<(&Contact, u64)>,
    ) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        match write {
            ContactWrite::Create(contact) => commit.create(encode(contact, &key(tenant, contact.id))?),
            ContactWrite::Save(contact, before) => commit.replace(encode(contact, &key(tenant, contact.id))?, before),
            ContactWrite::Delete(contact) => {
                let key = key(tenant, contact.id);
                commit.put(encode_body(&contact.body(), &keys::trash(tenant, &key))?);
                commit.remove(key, contact.meta.version)
            }
        };
        if let Some((contact, before)) = demoted {
            commit.replace(encode(contact, &key(tenant, contact.id))?, before);
        }
        for primary in moves {
            commit.change_or_race(move_primary(tenant, *primary));
        }
        commit.commit(&self.table).await
    }

    /// Completes, or reopens, a task of a contact in place.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the contact, the task, or the expected version is not there.
    pub async fn complete_contact_task(
        &self,
        tenant: Tenant,
        id: ContactId,
        task: EntryId,
        completed: bool,
        expected: Option<u64>,
        now: Timestamp,
    ) -> Result<Contact, StoreError> {
        self.complete_task(key(tenant, id), task, completed, expected, now).await
    }

    /// Removes a note of a contact in place.
    ///
    /// # Errors
    /// As [`Store::complete_contact_task`].
    pub async fn drop_contact_note(
        &self,
        tenant: Tenant,
        id: ContactId,
        note: EntryId,
        expected: Option<u64>,
        now: Timestamp,
    ) -> Result<Contact, StoreError> {
        self.drop_note(key(tenant, id), note, expected, now).await
    }
}

fn move_primary(tenant: Tenant, PrimaryMove { client, from, to }: PrimaryMove) -> Update {
    let mut values = std::collections::HashMap::new();
    let had = match from {
        None => "attribute_not_exists(primary_contact)",
        Some(id) => {
            values.insert(":from".to_owned(), s(id.to_string()));
            "primary_contact = :from"
        }
    };
    let expression = match to {
        None => "REMOVE primary_contact",
        Some(id) => {
            values.insert(":to".to_owned(), s(id.to_string()));
            "SET primary_contact = :to"
        }
    };
    let key = keys::refs(tenant, Collection::Client, client);
    Update { key, expression, condition: format!("attribute_exists(pk) AND {had}"), names: [].into(), values }
}
