//! Clients, and what refers to them.

use domain::Tenant;
use domain::client::{Client, CustomerCode, Phone, Profile};
use domain::filter::ClientFilter;
use domain::id::{ClientId, EntryId};
use domain::text::{Email, Name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::codec::{ExtrasBody, MetaBody, Stored, decode, encode};
use crate::error::{StoreError, Unique};
use crate::keys::{self, Collection, Key};
use crate::lists::{Page, PageRequest};
use crate::numbers::{self, Counted, PartyKey, Series};
use crate::profiles::ProfileBody;
use crate::table::{Update, n};
use crate::transaction::Transaction;
use crate::{Store, table};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ClientBody {
    id: ClientId,
    name: Name,
    email: Option<Email>,
    #[serde(default)]
    profile: ProfileBody,
    number: u64,
    party_number: u64,
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
        let Self { id, name, email, profile, number, party_number, images, extras, meta } = self;
        ClientBody {
            id: *id,
            name: name.clone(),
            email: email.clone(),
            profile: profile.into(),
            number: *number,
            party_number: *party_number,
            images: images.clone(),
            extras: extras.into(),
            meta: meta.into(),
        }
    }

    fn restore(body: ClientBody) -> Result<Self, StoreError> {
        let ClientBody { id, name, email, profile, number, party_number, images, extras, meta } = body;
        let (profile, extras, meta) = (profile.into(), extras.into(), meta.into());
        Ok(Self { id, name, email, profile, number, party_number, images, extras, meta })
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

fn client_item(tenant: Tenant, client: &Client) -> Result<table::Item, StoreError> {
    let mut item = encode(client, &key(tenant, client.id))?;
    numbers::place_in_index(&mut item, client.number);
    Ok(item)
}

fn counted(client: &Client) -> [Counted; 2] {
    [(Series::Party, client.party_number), (Series::Customer, client.number)]
}

/// What a client holds beside its address.
fn held(tenant: Tenant, client: &Client) -> impl Iterator<Item = (Unique, Key)> {
    let Profile { phone, code, .. } = &client.profile;
    let phone = phone.as_ref().map(|phone| (Unique::CustomerPhone, phone_key(tenant, phone)));
    let code = code.as_ref().map(|code| (Unique::CustomerCode, code_key(tenant, code)));
    [phone, code].into_iter().flatten()
}

/// Where a customer is found by its phone number: two that differ in white space and hyphens are one.
fn phone_key(tenant: Tenant, phone: &Phone) -> Key {
    let mut digits = phone.as_str().to_owned();
    digits.retain(|c| !c.is_whitespace() && !matches!(c, '-' | '(' | ')'));
    keys::unique_in(tenant, "CUSTOMER-PHONE", if digits.is_empty() { phone.as_str() } else { &digits })
}

fn code_key(tenant: Tenant, code: &CustomerCode) -> Key {
    keys::unique_in(tenant, "CUSTOMER-CODE", code.as_str())
}

fn put_new_client(commit: &mut Transaction, tenant: Tenant, client: &Client, invoices: u32) -> Result<(), StoreError> {
    commit.create(client_item(tenant, client)?);
    commit.create(references(tenant, Collection::Client, client.id, invoices));
    for (unique, key) in held(tenant, client) {
        commit.claim(unique, key, client.id.uuid());
    }
    numbers::take(commit, tenant, &counted(client), true);
    numbers::name_party(commit, tenant, client.party_number, PartyKey::Customer(client.id));
    Ok(())
}

/// A new client, with the invoices that refer to it from the start. Its address is taken.
pub(crate) fn create_client(
    commit: &mut Transaction,
    tenant: Tenant,
    client: &Client,
    invoices: u32,
) -> Result<(), StoreError> {
    // Of several values that are taken, the address is told.
    if let Some(email) = &client.email {
        commit.claim(Unique::ClientEmail, email_key(tenant, email), client.id.uuid());
    }
    put_new_client(commit, tenant, client, invoices)
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

    /// Writes a new client with the next numbers of its series. Its address may be another one's too.
    ///
    /// # Errors
    /// [`StoreError::Taken`] for what its profile holds, [`StoreError::TooLarge`], and as [`Store::client`].
    pub async fn create_client(&self, tenant: Tenant, client: &Client) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        create_client(&mut commit, tenant, client, 0)?;
        match commit.commit(&self.table).await {
            // Several clients may share an address: it leads to the first of them.
            Err(StoreError::Taken(Unique::ClientEmail)) => {
                let mut commit = Transaction::new();
                put_new_client(&mut commit, tenant, client, 0)?;
                commit.commit(&self.table).await
            }
            other => other,
        }
    }

    /// Writes a new client with the next numbers of its series.
    ///
    /// # Errors
    /// [`StoreError::Taken`] also for its address, and as [`Store::create_client`].
    pub async fn create_customer(&self, tenant: Tenant, client: &Client) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        create_client(&mut commit, tenant, client, 0)?;
        commit.commit(&self.table).await
    }

    /// The client that a phone number leads to.
    ///
    /// # Errors
    /// As [`Store::client`].
    pub async fn client_by_phone(&self, tenant: Tenant, phone: &Phone) -> Result<Option<ClientId>, StoreError> {
        Ok(self.holder(&phone_key(tenant, phone)).await?.map(ClientId::new))
    }

    /// The client of a code.
    ///
    /// # Errors
    /// As [`Store::client`].
    pub async fn client_by_code(&self, tenant: Tenant, code: &CustomerCode) -> Result<Option<ClientId>, StoreError> {
        Ok(self.holder(&code_key(tenant, code)).await?.map(ClientId::new))
    }

    /// The client that an address leads to, without regard to its case.
    ///
    /// # Errors
    /// As [`Store::client`].
    pub async fn client_by_email(&self, tenant: Tenant, email: &Email) -> Result<Option<ClientId>, StoreError> {
        Ok(self.holder(&email_key(tenant, email)).await?.map(ClientId::new))
    }

    /// Writes a client over the one that was read.
    ///
    /// # Errors
    /// [`StoreError::Raced`], and as [`Store::create_customer`].
    pub async fn save_client(&self, tenant: Tenant, client: &Client, before: &Client) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(client_item(tenant, client)?, before.meta.version);
        self.move_address(&mut commit, tenant, client, before).await?;
        let (old, new): (Vec<_>, Vec<_>) = (held(tenant, before).collect(), held(tenant, client).collect());
        for (_, key) in old.iter().filter(|held| !new.contains(held)) {
            commit.release(key.clone(), client.id.uuid());
        }
        for (unique, key) in new.iter().filter(|held| !old.contains(held)) {
            commit.claim(*unique, key.clone(), client.id.uuid());
        }
        commit.commit(&self.table).await
    }

    async fn move_address(
        &self,
        commit: &mut Transaction,
        tenant: Tenant,
        client: &Client,
        before: &Client,
    ) -> Result<(), StoreError> {
        let folded = |client: &Client| client.email.as_ref().map(Email::folded);
        if folded(client) == folded(before) {
            return Ok(());
        }
        if let Some(email) = &before.email
            && self.client_by_email(tenant, email).await? == Some(client.id)
        {
            commit.release(email_key(tenant, email), client.id.uuid());
        }
        if let Some(email) = &client.email {
            commit.claim(Unique::ClientEmail, email_key(tenant, email), client.id.uuid());
        }
        Ok(())
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
        for (_, key) in held(tenant, client) {
            commit.release(key, client.id.uuid());
        }
        numbers::leave(&mut commit, tenant, &counted(client));
        numbers::unname(&mut commit, tenant, (Series::Party, client.party_number));
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
