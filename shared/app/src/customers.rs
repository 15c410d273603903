//! What the customer of an invoice is called, and where it is written to.

use std::collections::{BTreeMap, BTreeSet};

use domain::filter::ClientFilter;
use domain::id::{ClientId, ContactId};
use domain::invoice::Header;
use domain::{Action, Actor, Model, Tenant};
use store::PageRequest;

use crate::{App, Error, may};

/// How many clients are held at once while names are looked for.
const READ_AT_ONCE: usize = 1_000;

impl App {
    /// The e-mail address of each invoice's customer: the invoice's own, else its contact's, else its
    /// client's, else the empty text. Of at most 100 invoices; those that say it themselves cost
    /// nothing, and all others one round trip for their contacts and one for their clients.
    ///
    /// # Errors
    /// [`domain::Error::Forbidden`] for who may not view invoices.
    pub async fn customer_emails(&self, actor: &Actor, invoices: &[&Header]) -> Result<Vec<String>, Error> {
        may(actor, Action::View, Model::Invoice)?;
        self.emails_of_customers(actor.tenant(), invoices).await
    }

    /// [`Self::customer_emails`], for who may see the invoices by other means.
    pub(crate) async fn emails_of_customers(&self, tenant: Tenant, invoices: &[&Header]) -> Result<Vec<String>, Error> {
        let of_contacts = self.emails_of_contacts(tenant, invoices).await?;
        let of_contact = |invoice: &Header| invoice.details.contact.and_then(|id| of_contacts.get(&id));
        let nearest = |invoice: &Header| {
            let own = invoice.details.customer.email.as_ref().map(ToString::to_string);
            own.or_else(|| of_contact(invoice).cloned())
        };
        let others = invoices.iter().filter(|invoice| nearest(invoice).is_none());
        let clients: BTreeSet<_> = others.filter_map(|invoice| invoice.details.client).collect();
        let clients: Vec<_> = clients.into_iter().collect();
        let clients = self.store.clients_of(tenant, &clients).await?;
        let of_clients: BTreeMap<_, _> =
            clients.into_iter().filter_map(|client| Some((client.id, client.email?.to_string()))).collect();
        let of_client = |invoice: &Header| invoice.details.client.and_then(|id| of_clients.get(&id)).cloned();
        let email = |invoice: &&Header| nearest(invoice).or_else(|| of_client(invoice)).unwrap_or_default();
        Ok(invoices.iter().map(email).collect())
    }

    /// The name of each invoice's customer: the invoice's own, else its client's, else the empty text. Of at most 100
    /// invoices; those that say it themselves cost nothing, and all others one round trip.
    ///
    /// # Errors
    /// [`domain::Error::Forbidden`] for who may not view invoices.
    pub async fn customer_names(&self, actor: &Actor, invoices: &[&Header]) -> Result<Vec<String>, Error> {
        may(actor, Action::View, Model::Invoice)?;
        let unnamed = invoices.iter().filter(|invoice| invoice.details.customer_name().is_none());
        let clients: BTreeSet<_> = unnamed.filter_map(|invoice| invoice.details.client).collect();
        let clients: Vec<_> = clients.into_iter().collect();
        let clients = self.store.clients_of(actor.tenant(), &clients).await?;
        let of_clients: BTreeMap<_, _> =
            clients.into_iter().map(|client| (client.id, client.name.into_string())).collect();
        let name = |invoice: &&Header| {
            let own = invoice.details.customer_name().map(str::to_owned);
            own.or_else(|| of_clients.get(&invoice.details.client?).cloned()).unwrap_or_default()
        };
        Ok(invoices.iter().map(name).collect())
    }

    /// The clients whose names have a part, in any case.
    pub(crate) async fn clients_named(&self, actor: &Actor, part: &str) -> Result<BTreeSet<ClientId>, Error> {
        let filter = ClientFilter { name: Some(part.to_owned()) };
        let (mut named, mut after) = (BTreeSet::new(), None);
        loop {
            let page = PageRequest { limit: READ_AT_ONCE, after };
            let found = self.store.clients(actor.tenant(), &filter, page).await?;
            named.extend(found.rows.iter().map(|client| client.id));
            match found.next {
                Some(next) => after = Some(next),
                None => return Ok(named),
            }
        }
    }

    async fn emails_of_contacts(
        &self,
        tenant: Tenant,
        invoices: &[&Header],
    ) -> Result<BTreeMap<ContactId, String>, Error> {
        let without = invoices.iter().filter(|invoice| invoice.details.customer.email.is_none());
        let contacts: BTreeSet<_> = without.filter_map(|invoice| invoice.details.contact).collect();
        let contacts: Vec<_> = contacts.into_iter().collect();
        let contacts = self.store.contacts_of(tenant, &contacts).await?;
        Ok(contacts.into_iter().filter_map(|contact| Some((contact.id, contact.email?.to_string()))).collect())
    }
}
