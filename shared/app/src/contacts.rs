//! Contacts, of which one per client is the primary one.

use domain::attributes::EntityName;
use domain::contact::{Contact, ContactPatch, NewContact};
use domain::filter::ContactFilter;
use domain::id::{ClientId, ContactId, EntryId};
use domain::{Action, Actor, Creation, Edit, FieldErrors, Model};
use store::{ContactWrite, Page, PageRequest, PrimaryMove, StoreError};

use crate::{App, Error, Expected, check_version, may};

/// All methods fail with [`domain::Error::Forbidden`] without the permission that their verb names,
/// and with [`domain::Error::NotFound`] for what is not the organisation's.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the contacts.
    pub async fn list_contacts(
        &self,
        actor: &Actor,
        filter: &ContactFilter,
        page: PageRequest,
    ) -> Result<Page<Contact>, Error> {
        may(actor, Action::View, Model::Contact)?;
        Ok(self.store.contacts(actor.tenant(), filter, page).await?)
    }

    /// A contact.
    pub async fn get_contact(&self, actor: &Actor, id: ContactId) -> Result<Contact, Error> {
        may(actor, Action::View, Model::Contact)?;
        self.load_contact(actor, id).await
    }

    /// Makes a contact; a primary one takes the flag from the client's other contacts.
    pub async fn create_contact(&self, actor: &Actor, new: impl Into<Creation<NewContact>>) -> Result<Contact, Error> {
        may(actor, Action::Add, Model::Contact)?;
        let new = self.whole(actor, new.into()).await?;
        let schema = self.schema(actor, EntityName::Contact).await?;
        let id = ContactId::new(self.new_id());
        self.retrying(async || {
            let made = Contact::create(id, new.clone(), schema.of(), self.stamp(actor), &mut || self.new_id());
            let contact = self.decided(actor, None, FieldErrors::new(), made).await?;
            self.commit_contact(actor, ContactWrite::Create(&contact), None).await?;
            Ok(contact)
        })
        .await
    }

    /// Changes a contact.
    pub async fn update_contact(
        &self,
        actor: &Actor,
        id: ContactId,
        edit: impl Into<Edit<ContactPatch>>,
        expected: Expected,
    ) -> Result<Contact, Error> {
        may(actor, Action::Change, Model::Contact)?;
        let Edit { patch, wrong } = edit.into();
        let schema = self.schema(actor, EntityName::Contact).await?;
        self.retrying(async || {
            let before = self.load_contact(actor, id).await?;
            check_version(expected, before.meta.version)?;
            let stamp = self.stamp(actor);
            let changed = before.clone().update(patch.clone(), schema.of(), stamp, &mut || self.new_id());
            let contact = self.decided(actor, Some(&before), wrong.clone(), changed).await?;
            self.commit_contact(actor, ContactWrite::Save(&contact, before.meta.version), Some(&before)).await?;
            Ok(contact)
        })
        .await
    }

    /// Removes a contact.
    pub async fn delete_contact(&self, actor: &Actor, id: ContactId, expected: Expected) -> Result<(), Error> {
        may(actor, Action::Delete, Model::Contact)?;
        self.retrying(async || {
            let contact = self.load_contact(actor, id).await?;
            check_version(expected, contact.meta.version)?;
            self.commit_contact(actor, ContactWrite::Delete(&contact), Some(&contact)).await
        })
        .await
    }

    /// Completes, or reopens, a task, in place.
    pub async fn update_contact_task(
        &self,
        actor: &Actor,
        id: ContactId,
        task: EntryId,
        completed: bool,
        expected: Expected,
    ) -> Result<Contact, Error> {
        may(actor, Action::Change, Model::Contact)?;
        let tenant = actor.tenant();
        self.retrying(async || {
            let changed = self.store.complete_contact_task(tenant, id, task, completed, expected, self.now()).await;
            self.in_place(changed, expected, async || Ok(self.store.contact(tenant, id).await?.map(|c| c.meta.version)))
                .await
        })
        .await
    }

    /// Removes a note, in place.
    pub async fn delete_contact_note(
        &self,
        actor: &Actor,
        id: ContactId,
        note: EntryId,
        expected: Expected,
    ) -> Result<Contact, Error> {
        may(actor, Action::Change, Model::Contact)?;
        let tenant = actor.tenant();
        self.retrying(async || {
            let changed = self.store.drop_contact_note(tenant, id, note, expected, self.now()).await;
            self.in_place(changed, expected, async || Ok(self.store.contact(tenant, id).await?.map(|c| c.meta.version)))
                .await
        })
        .await
    }

    async fn load_contact(&self, actor: &Actor, id: ContactId) -> Result<Contact, Error> {
        self.store.contact(actor.tenant(), id).await?.ok_or(domain::Error::NotFound.into())
    }

    /// Commits a contact with the moves of the primary flag that it causes.
    async fn commit_contact(
        &self,
        actor: &Actor,
        write: ContactWrite<'_>,
        before: Option<&Contact>,
    ) -> Result<(), Error> {
        let after = match write {
            ContactWrite::Create(contact) | ContactWrite::Save(contact, _) => Some(contact),
            ContactWrite::Delete(_) => None,
        };
        let had = before.filter(|contact| contact.is_primary);
        let gets = after.filter(|contact| contact.is_primary);
        let mut moves = Vec::new();
        let mut demoted = None;
        if let Some(contact) = gets {
            match self.store.primary_contact(actor.tenant(), contact.client).await {
                Ok(from) if from == Some(contact.id) => {}
                Ok(from) => {
                    moves.push(PrimaryMove { client: contact.client, from, to: Some(contact.id) });
                    demoted = self.demote(actor, from).await?;
                }
                // A contact may outlive its client, and nobody else can have the flag then.
                Err(StoreError::Missing) if before.is_some_and(|before| before.client == contact.client) => {}
                Err(other) => return Err(other.into()),
            }
        }
        if let Some(contact) = had
            && gets.is_none_or(|gets| gets.client != contact.client)
            && self.primary_contact(actor, contact.client).await? == Some(contact.id)
        {
            moves.push(PrimaryMove { client: contact.client, from: Some(contact.id), to: None });
        }
        let demoted = demoted.as_ref().map(|(contact, version)| (contact, *version));
        Ok(self.store.commit_contact(actor.tenant(), write, &moves, demoted).await?)
    }

    /// A client's primary contact; none for a client that was deleted.
    async fn primary_contact(&self, actor: &Actor, client: ClientId) -> Result<Option<ContactId>, Error> {
        match self.store.primary_contact(actor.tenant(), client).await {
            Err(StoreError::Missing) => Ok(None),
            other => Ok(other?),
        }
    }

    /// The contact that loses the flag, without it, and the version that it is written over.
    async fn demote(&self, actor: &Actor, id: Option<ContactId>) -> Result<Option<(Contact, u64)>, Error> {
        let Some(id) = id else { return Ok(None) };
        let Some(mut contact) = self.store.contact(actor.tenant(), id).await? else { return Ok(None) };
        let version = contact.meta.version;
        contact.is_primary = false;
        contact.meta.touch(self.now());
        Ok(Some((contact, version)))
    }
}
