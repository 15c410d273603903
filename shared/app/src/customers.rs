//! Where the customer of an invoice is written to.

use std::collections::{BTreeMap, BTreeSet};

use domain::id::ContactId;
use domain::invoice::Header;
use domain::{Action, Actor, Model};

use crate::{App, Error, may};

impl App {
    /// The e-mail address of each invoice's customer: the invoice's own, else its contact's, else its
    /// client's, else the empty text. Of at most 100 invoices; those that say it themselves cost
    /// nothing, and all others one round trip for their contacts and one for their clients.
    ///
    /// # Errors
    /// [`domain::Error::Forbidden`] for who may not view invoices.
    pub async fn customer_emails(&self, actor: &Actor, invoices: &[&Header]) -> Result<Vec<String>, Error> {
        may(actor, Action::View, Model::Invoice)?;
        let of_contacts = self.emails_of_contacts(actor, invoices).await?;
        let of_contact = |invoice: &Header| invoice.details.contact.and_then(|id| of_contacts.get(&id));
        let nearest = |invoice: &Header| {
            let own = invoice.details.customer.email.as_ref().map(ToString::to_string);
            own.or_else(|| of_contact(invoice).cloned())
        };
        let others = invoices.iter().filter(|invoice| nearest(invoice).is_none());
        let clients: BTreeSet<_> = others.filter_map(|invoice| invoice.details.client).collect();
        let clients: Vec<_> = clients.into_iter().collect();
        let clients = self.store.clients_of(actor.tenant(), &clients).await?;
        let of_clients: BTreeMap<_, _> =
            clients.into_iter().filter_map(|client| Some((client.id, client.email?.to_string()))).collect();
        let of_client = |invoice: &Header| invoice.details.client.and_then(|id| of_clients.get(&id)).cloned();
        let email = |invoice: &&Header| nearest(invoice).or_else(|| of_client(invoice)).unwrap_or_default();
        Ok(invoices.iter().map(email).collect())
    }

    async fn emails_of_contacts(
        &self,
        actor: &Actor,
        invoices: &[&Header],
    ) -> Result<BTreeMap<ContactId, String>, Error> {
        let without = invoices.iter().filter(|invoice| invoice.details.customer.email.is_none());
        let contacts: BTreeSet<_> = without.filter_map(|invoice| invoice.details.contact).collect();
        let contacts: Vec<_> = contacts.into_iter().collect();
        let contacts = self.store.contacts_of(actor.tenant(), &contacts).await?;
        Ok(contacts.into_iter().filter_map(|contact| Some((contact.id, contact.email?.to_string()))).collect())
    }
}
