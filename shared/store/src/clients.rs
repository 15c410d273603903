//! Clients, and what refers to them.

use domain::Tenant;
use domain::client::Client;
use domain::filter::ClientFilter;
use domain::id::{ClientId, EntryId};
use domain::text::{Email, Name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codec::{ExtrasBody, MetaBody, Stored, decode, encode};
use crate::error::{StoreError, Unique};
use crate::keys::{self, Collection, Key};
use crate::lists::{Page, PageRequest};
use crate::table::{Update, n};
use crate::transaction::Transaction;
use crate::{Store, table};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ClientBody {
    id: ClientId,
    name: Name,
    email: Option<Email>,
    images: Vec<String>,
    #[serde(flatten)]
    extras: ExtrasBody,
    #[serde(flatten)]
    meta: MetaBody,
}

impl Stored for Client {
    type Body = ClientBody;
    const MODEL: Option<&'static str> = Some("Client");

    fn body(&self) -> ClientBody {
        let Self { id, name, email, images, extras, meta } = self;
        ClientBody {
            id: *id,
            name: name.clone(),
            email: email.clone(),
            images: images.clone(),
            extras: extras.into(),
            meta: meta.into(),
        }
    }

    fn restore(body: ClientBody) -> Result<Self, StoreError> {
        let ClientBody { id, name, email, images, extras, meta } = body;
        Ok(Self { id, name, email, images, extras: extras.into(), meta: meta.into() })
    }
}

fn key(tenant: Tenant, id: ClientId) -> Key {
    keys::member(tenant, Collection::Client, id)
}

/// Counts one reference more, or one less, to an object; fails where the object is gone.
pub(crate) fn count_reference(tenant: Tenant, collection: Collection, id: impl std::fmt::Display, by: i32) -> Update {
    Update {
        key: keys::refs(tenant, collection, id),
        expression: "ADD refs :by",
        condition: "attribute_exists(pk)".into(),
        names: [].into(),
        values: [(":by".to_owned(), n(by))].into(),
    }
}

/// The item that counts the references to a new object.
pub(crate) fn no_references(tenant: Tenant, collection: Collection, id: impl std::fmt::Display) -> table::Item {
    references(tenant, collection, id, 0)
}

fn references(tenant: Tenant, collection: Collection, id: impl std::fmt::Display, count: u32) -> table::Item {
    let mut item = keys::refs(tenant, collection, id).attributes();
    item.insert("refs".into(), n(count));
    item
}

/// Where a client is found by its address.
fn email_key(tenant: Tenant, email: &Email) -> Key {
    keys::unique_in(tenant, "CLIENT-EMAIL", &email.folded())
}

/// A new client, with the invoices that refer to it from the start. Its address is taken.
pub(crate) fn create_client(
    commit: &mut Transaction,
    tenant: Tenant,
    client: &Client,
    invoices: u32,
) -> Result<(), StoreError> {
    commit.create(encode(client, &key(tenant, client.id))?);
    commit.create(references(tenant, Collection::Client, client.id, invoices));
    if let Some(email) = &client.email {
        commit.claim(Unique::ClientEmail, email_key(tenant, email), client.id.uuid());
    }
    Ok(())
}

impl Store {
    /// A client.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn client(&self, tenant: Tenant, id: ClientId) -> Result<Option<Client>, StoreError> {
        self.find(&key(tenant, id)).await
    }

    /// The clients of some ids, of which there are at most 100. Those that are not there are left out.
    ///
    /// # Errors
    /// As [`Store::client`].
    pub async fn clients_of(&self, tenant: Tenant, ids: &[ClientId]) -> Result<Vec<Client>, StoreError> {
        let keys: Vec<_> = ids.iter().map(|id| key(tenant, *id)).collect();
        self.table.get_all(&keys).await?.into_iter().map(decode).collect()
    }

    /// A page of the clients, oldest first.
    ///
    /// # Errors
    /// As [`Store::client`].
    pub async fn clients(
        &self,
        tenant: Tenant,
        filter: &ClientFilter,
        page: PageRequest,
    ) -> Result<Page<Client>, StoreError> {
        let matches = |client: &Client| filter.matches(client);
        let filtered = *filter != ClientFilter::default();
        self.page(tenant, Collection::Client, page, filtered.then_some(&matches as _)).await
    }

    /// Writes a new client.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] and as [`Store::client`].
    pub async fn create_client(&self, tenant: Tenant, client: &Client) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        create_client(&mut commit, tenant, client, 0)?;
        match commit.commit(&self.table).await {
            // Several clients may share an address: it leads to the first of them.
            Err(StoreError::Taken(Unique::ClientEmail)) => {
                let mut commit = Transaction::new();
                commit.create(encode(client, &key(tenant, client.id))?);
                commit.create(no_references(tenant, Collection::Client, client.id));
                commit.commit(&self.table).await
            }
            other => other,
        }
    }

    /// The client that an address leads to, without regard to its case.
    ///
    /// # Errors
    /// As [`Store::client`].
    pub async fn client_by_email(&self, tenant: Tenant, email: &Email) -> Result<Option<ClientId>, StoreError> {
        Ok(self.holder(&email_key(tenant, email)).await?.map(ClientId::new))
    }

    /// Writes a client over the version `before`.
    ///
    /// # Errors
    /// [`StoreError::Raced`], and as [`Store::create_client`].
    pub async fn save_client(&self, tenant: Tenant, client: &Client, before: u64) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(encode(client, &key(tenant, client.id))?, before);
        commit.commit(&self.table).await
    }

    /// Removes a client that no invoice refers to.
    ///
    /// # Errors
    /// [`StoreError::Raced`] also when an invoice refers to it: [`Store::client_has_invoices`] tells.
    pub async fn delete_client(&self, tenant: Tenant, client: &Client) -> Result<(), StoreError> {
        let key = key(tenant, client.id);
        let mut commit = Transaction::new();
        commit.put(crate::codec::encode_body(&client.body(), &keys::trash(tenant, &key))?);
        commit.remove(key, client.meta.version);
        if let Some(email) = &client.email
            && self.client_by_email(tenant, email).await? == Some(client.id)
        {
            commit.release(email_key(tenant, email), client.id.uuid());
        }
        let none = [(":none".to_owned(), n(0))].into();
        commit.remove_if(keys::refs(tenant, Collection::Client, client.id), "refs = :none", none);
        commit.commit(&self.table).await
    }

    /// Whether invoices refer to a client.
    ///
    /// # Errors
    /// As [`Store::client`].
    pub async fn client_has_invoices(&self, tenant: Tenant, id: ClientId) -> Result<bool, StoreError> {
        self.is_referred_to(&keys::refs(tenant, Collection::Client, id)).await
    }

    pub(crate) async fn is_referred_to(&self, refs: &Key) -> Result<bool, StoreError> {
        let item = self.table.get(refs).await?;
        let count = item.as_ref().and_then(|item| item.get("refs")).and_then(|refs| refs.as_n().ok());
        Ok(count.is_some_and(|count| count != "0"))
    }

    /// Completes, or reopens, a task of a client in place.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the client, the task, or the expected version is not there.
    pub async fn complete_client_task(
        &self,
        tenant: Tenant,
        id: ClientId,
        task: EntryId,
        completed: bool,
        expected: Option<u64>,
        now: Timestamp,
    ) -> Result<Client, StoreError> {
        self.complete_task(key(tenant, id), task, completed, expected, now).await
    }

    /// Removes a note of a client in place.
    ///
    /// # Errors
    /// As [`Store::complete_client_task`].
    pub async fn drop_client_note(
        &self,
        tenant: Tenant,
        id: ClientId,
        note: EntryId,
        expected: Option<u64>,
        now: Timestamp,
    ) -> Result<Client, StoreError> {
        self.drop_note(key(tenant, id), note, expected, now).await
    }
}
