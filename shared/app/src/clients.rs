//! Clients.

use domain::attributes::EntityName;
use domain::client::{Client, ClientPatch, NewClient};
use domain::filter::ClientFilter;
use domain::id::{ClientId, EntryId};
use domain::{Action, Actor, Creation, Edit, FieldErrors, Model};
use store::{Page, PageRequest, Series};

use crate::{App, Error, Expected, check_version, may};

/// All methods fail with [`domain::Error::Forbidden`] without the permission that their verb names,
/// and with [`domain::Error::NotFound`] for what is not the organisation's.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the clients.
    pub async fn list_clients(
        &self,
        actor: &Actor,
        filter: &ClientFilter,
        page: PageRequest,
    ) -> Result<Page<Client>, Error> {
        may(actor, Action::View, Model::Client)?;
        Ok(self.store.clients(actor.tenant(), filter, page).await?)
    }

    /// A client.
    pub async fn get_client(&self, actor: &Actor, id: ClientId) -> Result<Client, Error> {
        may(actor, Action::View, Model::Client)?;
        self.load_client(actor, id).await
    }

    /// Makes a client.
    pub async fn create_client(&self, actor: &Actor, new: impl Into<Creation<NewClient>>) -> Result<Client, Error> {
        may(actor, Action::Add, Model::Client)?;
        let new = self.whole(actor, new.into()).await?;
        let schema = self.schema(actor, EntityName::Client).await?;
        let id = ClientId::new(self.new_id());
        let made = Client::create(id, new, schema.of(), self.stamp(actor), &mut || self.new_id());
        let client = self.decided(actor, None, FieldErrors::new(), made).await?;
        self.retrying(async || {
            let client = self.count_client(actor, client.clone()).await?;
            self.store.create_client(actor.tenant(), &client).await?;
            Ok(client)
        })
        .await
    }

    /// Changes a client.
    pub async fn update_client(
        &self,
        actor: &Actor,
        id: ClientId,
        edit: impl Into<Edit<ClientPatch>>,
        expected: Expected,
    ) -> Result<Client, Error> {
        may(actor, Action::Change, Model::Client)?;
        let Edit { patch, wrong } = edit.into();
        let schema = self.schema(actor, EntityName::Client).await?;
        self.retrying(async || {
            let before = self.load_client(actor, id).await?;
            check_version(expected, before.meta.version)?;
            let stamp = self.stamp(actor);
            let changed = before.clone().update(patch.clone(), schema.of(), stamp, &mut || self.new_id());
            let client = self.decided(actor, Some(&before), wrong.clone(), changed).await?;
            self.store.save_client(actor.tenant(), &client, &before).await?;
            Ok(client)
        })
        .await
    }

    /// Removes a client; a conflict while invoices refer to it.
    pub async fn delete_client(&self, actor: &Actor, id: ClientId, expected: Expected) -> Result<(), Error> {
        may(actor, Action::Delete, Model::Client)?;
        self.retrying(async || {
            let client = self.load_client(actor, id).await?;
            check_version(expected, client.meta.version)?;
            if self.store.client_has_invoices(actor.tenant(), id).await? {
                return Err(domain::Error::Conflict("A client with invoices cannot be deleted.".into()).into());
            }
            Ok(self.store.delete_client(actor.tenant(), &client).await?)
        })
        .await
    }

    /// Completes, or reopens, a task, in place.
    pub async fn update_client_task(
        &self,
        actor: &Actor,
        id: ClientId,
        task: EntryId,
        completed: bool,
        expected: Expected,
    ) -> Result<Client, Error> {
        may(actor, Action::Change, Model::Client)?;
        let tenant = actor.tenant();
        self.retrying(async || {
            let changed = self.store.complete_client_task(tenant, id, task, completed, expected, self.now()).await;
            self.in_place(changed, expected, async || Ok(self.store.client(tenant, id).await?.map(|c| c.meta.version)))
                .await
        })
        .await
    }

    /// Removes a note, in place.
    pub async fn delete_client_note(
        &self,
        actor: &Actor,
        id: ClientId,
        note: EntryId,
        expected: Expected,
    ) -> Result<Client, Error> {
        may(actor, Action::Change, Model::Client)?;
        let tenant = actor.tenant();
        self.retrying(async || {
            let changed = self.store.drop_client_note(tenant, id, note, expected, self.now()).await;
            self.in_place(changed, expected, async || Ok(self.store.client(tenant, id).await?.map(|c| c.meta.version)))
                .await
        })
        .await
    }

    /// A new client with the numbers that it gets if nobody else is first.
    pub(crate) async fn count_client(&self, actor: &Actor, client: Client) -> Result<Client, Error> {
        let series = [Series::Party, Series::Customer];
        let [party_number, number] = self.store.next_numbers(actor.tenant(), series).await?;
        Ok(Client { number, party_number, ..client })
    }

    pub(crate) async fn load_client(&self, actor: &Actor, id: ClientId) -> Result<Client, Error> {
        self.store.client(actor.tenant(), id).await?.ok_or(domain::Error::NotFound.into())
    }

    /// What a change in place that found nothing means: the object or its entry is not there, or
    /// the caller expected another version of it.
    pub(crate) async fn in_place<T>(
        &self,
        changed: Result<T, store::StoreError>,
        expected: Expected,
        version: impl AsyncFnOnce() -> Result<Option<u64>, Error>,
    ) -> Result<T, Error> {
        match changed {
            Err(store::StoreError::Missing) => {
                if let (Some(expected), Some(current)) = (expected, version().await?) {
                    check_version(Some(expected), current)?;
                }
                Err(domain::Error::NotFound.into())
            }
            other => Ok(other?),
        }
    }
}
