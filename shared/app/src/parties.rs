//! Parties: customers, which are clients, and suppliers. Both need the permissions on clients.

use domain::attributes::Schema;
use domain::client::{Client, ClientPatch, NewClient};
use domain::id::{ClientId, SupplierId};
use domain::numbered::NumberOrName;
use domain::supplier::{NewSupplier, Supplier, SupplierPatch};
use domain::{Action, Actor, Creation, Edit, FieldErrors, Model, Patch};
use store::{NumberPage, Party, PartyKey, Series, StoreError, Unique};

use crate::references::gather;
use crate::{App, Error, Expected, check_version, may};

/// Which parties are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PartyFilter {
    /// All of them.
    #[default]
    All,
    /// Customers.
    Customers,
    /// Suppliers.
    Suppliers,
}

/// What became of a party that was to be written.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "one of them is at hand at a time")]
pub enum PartyOutcome {
    /// It is written.
    Saved(Party),
    /// Another party has a value that is to be its own alone.
    Duplicate {
        /// Which value.
        of: Duplicate,
        /// The other party.
        existing: Party,
    },
}

/// A value that two parties of a kind cannot both have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplicate {
    /// A customer's e-mail address.
    CustomerEmail,
    /// A customer's phone number.
    CustomerPhone,
    /// A customer's code.
    CustomerCode,
    /// A supplier's code.
    SupplierCode,
}

/// All methods fail with [`domain::Error::Forbidden`] without the permission on clients that their
/// verb names, and with [`domain::Error::NotFound`] for a number that no party has.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the parties; none past the end.
    pub async fn list_parties(
        &self,
        actor: &Actor,
        filter: PartyFilter,
        page: u64,
    ) -> Result<Option<NumberPage<Party>>, Error> {
        may(actor, Action::View, Model::Client)?;
        let tenant = actor.tenant();
        Ok(match filter {
            PartyFilter::All => self.store.parties(tenant, page).await?,
            PartyFilter::Customers => self.store.customers(tenant, page).await?.map(|page| of(page, Party::Customer)),
            PartyFilter::Suppliers => self.store.suppliers(tenant, page).await?.map(|page| of(page, Party::Supplier)),
        })
    }

    /// The party of a number.
    pub async fn get_party(&self, actor: &Actor, number: u64) -> Result<Party, Error> {
        may(actor, Action::View, Model::Client)?;
        Ok(match self.party_of(actor, number).await? {
            PartyKey::Customer(id) => Party::Customer(self.load_client(actor, id).await?),
            PartyKey::Supplier(id) => Party::Supplier(self.load_supplier(actor, id).await?),
        })
    }

    /// Makes a customer, with a payment method.
    pub async fn create_customer(
        &self,
        actor: &Actor,
        new: impl Into<Creation<NewClient>>,
        method: Option<NumberOrName>,
    ) -> Result<PartyOutcome, Error> {
        may(actor, Action::Add, Model::Client)?;
        let mut new = self.whole(actor, new.into()).await?;
        let mut wrong = FieldErrors::new();
        new.profile.payment_method = gather(&mut wrong, self.payment_method_of(actor, method).await)?.flatten();
        let id = ClientId::new(self.new_id());
        let made = Client::create(id, new, Schema::default(), self.stamp(actor), &mut || self.new_id());
        let client = self.decided(actor, None, wrong, made).await?;
        self.retrying(async || {
            let client = self.count_client(actor, client.clone()).await?;
            let written = self.store.create_customer(actor.tenant(), &client).await;
            self.outcome(actor, written, Party::Customer(client)).await
        })
        .await
    }

    /// Makes a supplier.
    pub async fn create_supplier(&self, actor: &Actor, new: NewSupplier) -> Result<PartyOutcome, Error> {
        may(actor, Action::Add, Model::Client)?;
        let supplier = Supplier::create(SupplierId::new(self.new_id()), new, self.stamp(actor));
        self.retrying(async || {
            let series = [Series::Party, Series::Supplier];
            let [party_number, number] = self.store.next_numbers(actor.tenant(), series).await?;
            let supplier = Supplier { number, party_number, ..supplier.clone() };
            let written = self.store.create_supplier(actor.tenant(), &supplier).await;
            self.outcome(actor, written, Party::Supplier(supplier)).await
        })
        .await
    }

    /// What kind of party a number is, for who is going to change it.
    pub async fn party_to_change(&self, actor: &Actor, number: u64) -> Result<PartyKey, Error> {
        may(actor, Action::Change, Model::Client)?;
        self.party_of(actor, number).await
    }

    /// Changes a customer, and the payment method.
    pub async fn update_customer(
        &self,
        actor: &Actor,
        id: ClientId,
        edit: impl Into<Edit<ClientPatch>>,
        method: Patch<NumberOrName>,
        expected: Expected,
    ) -> Result<PartyOutcome, Error> {
        may(actor, Action::Change, Model::Client)?;
        let Edit { mut patch, mut wrong } = edit.into();
        let current = async || Ok(self.load_client(actor, id).await?.profile.payment_method);
        let method = self.payment_method_after(actor, method, current).await;
        patch.profile.payment_method = gather(&mut wrong, method)?.unwrap_or_default();
        self.retrying(async || {
            let before = self.load_client(actor, id).await?;
            check_version(expected, before.meta.version)?;
            let stamp = self.stamp(actor);
            let changed = before.clone().update(patch.clone(), Schema::default(), stamp, &mut || self.new_id());
            let client = self.decided(actor, Some(&before), wrong.clone(), changed).await?;
            let written = self.store.save_client(actor.tenant(), &client, &before).await;
            self.outcome(actor, written, Party::Customer(client)).await
        })
        .await
    }

    /// Changes a supplier.
    pub async fn update_supplier(
        &self,
        actor: &Actor,
        id: SupplierId,
        edit: impl Into<Edit<SupplierPatch>>,
        expected: Expected,
    ) -> Result<PartyOutcome, Error> {
        may(actor, Action::Change, Model::Client)?;
        let Edit { patch, wrong } = edit.into();
        self.retrying(async || {
            let before = self.load_supplier(actor, id).await?;
            check_version(expected, before.meta.version)?;
            wrong.clone().into_result()?;
            let supplier = before.clone().update(patch.clone(), self.stamp(actor));
            let written = self.store.save_supplier(actor.tenant(), &supplier, &before).await;
            self.outcome(actor, written, Party::Supplier(supplier)).await
        })
        .await
    }

    /// Removes a party; a conflict while billings refer to it.
    pub async fn delete_party(&self, actor: &Actor, number: u64, expected: Expected) -> Result<(), Error> {
        may(actor, Action::Delete, Model::Client)?;
        match self.party_of(actor, number).await? {
            PartyKey::Customer(id) => self.delete_client(actor, id, expected).await,
            PartyKey::Supplier(id) => {
                self.retrying(async || {
                    let supplier = self.load_supplier(actor, id).await?;
                    check_version(expected, supplier.meta.version)?;
                    Ok(self.store.delete_supplier(actor.tenant(), &supplier).await?)
                })
                .await
            }
        }
    }

    async fn party_of(&self, actor: &Actor, number: u64) -> Result<PartyKey, Error> {
        self.store.party_of(actor.tenant(), number).await?.ok_or(domain::Error::NotFound.into())
    }

    async fn load_supplier(&self, actor: &Actor, id: SupplierId) -> Result<Supplier, Error> {
        self.store.supplier(actor.tenant(), id).await?.ok_or(domain::Error::NotFound.into())
    }

    /// What a write came to; who has a value that was taken is looked up.
    async fn outcome(
        &self,
        actor: &Actor,
        written: Result<(), StoreError>,
        party: Party,
    ) -> Result<PartyOutcome, Error> {
        let unique = match written {
            Ok(()) => return Ok(PartyOutcome::Saved(party)),
            Err(StoreError::Taken(unique)) => unique,
            Err(other) => return Err(other.into()),
        };
        let tenant = actor.tenant();
        let (of, existing) = match (&party, unique) {
            (Party::Customer(Client { email: Some(email), .. }), Unique::ClientEmail) => {
                let holder = self.store.client_by_email(tenant, email).await?;
                (Duplicate::CustomerEmail, self.existing_customer(actor, holder).await?)
            }
            (Party::Customer(Client { profile, .. }), Unique::CustomerPhone) => {
                let holder = match &profile.phone {
                    Some(phone) => self.store.client_by_phone(tenant, phone).await?,
                    None => None,
                };
                (Duplicate::CustomerPhone, self.existing_customer(actor, holder).await?)
            }
            (Party::Customer(Client { profile, .. }), Unique::CustomerCode) => {
                let holder = match &profile.code {
                    Some(code) => self.store.client_by_code(tenant, code).await?,
                    None => None,
                };
                (Duplicate::CustomerCode, self.existing_customer(actor, holder).await?)
            }
            (Party::Supplier(supplier), Unique::SupplierCode) => {
                let existing = match self.store.supplier_by_code(tenant, &supplier.code).await? {
                    Some(id) => self.store.supplier(tenant, id).await?.map(Party::Supplier),
                    None => None,
                };
                (Duplicate::SupplierCode, existing)
            }
            (Party::Customer(_) | Party::Supplier(_), other) => return Err(StoreError::Taken(other).into()),
        };
        // Who had it is gone since: the next try finds it free.
        let existing = existing.ok_or(domain::Error::Contended)?;
        Ok(PartyOutcome::Duplicate { of, existing })
    }

    async fn existing_customer(&self, actor: &Actor, holder: Option<ClientId>) -> Result<Option<Party>, Error> {
        match holder {
            Some(id) => Ok(self.store.client(actor.tenant(), id).await?.map(Party::Customer)),
            None => Ok(None),
        }
    }
}

fn of<T>(page: NumberPage<T>, party: fn(T) -> Party) -> NumberPage<Party> {
    let NumberPage { count, rows } = page;
    NumberPage { count, rows: rows.into_iter().map(party).collect() }
}
