//! What is done to an invoice by its name, and what an invoice shows that is not its own.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::CatalogueItem;
use domain::client::Client;
use domain::id::{ClientId, InvoiceId, ItemId, PaymentId};
use domain::invoice::{Header, Invoice, InvoicePatch, PaymentInput, Status, StatusRequest};
use domain::{Action, Actor, Model};

use crate::{App, Error, Expected, check_version, may};

/// How many objects one read takes.
pub(crate) const READ_AT_ONCE: usize = 100;

/// Errors as for invoices.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// Sends a draft; of anything else it is wrong, under `action`.
    pub async fn send_draft(&self, actor: &Actor, id: InvoiceId, expected: Expected) -> Result<Invoice, Error> {
        let sent = StatusRequest { target: Status::Sent, shown_as: &[Status::Sent] };
        let patch = InvoicePatch { status: Some(sent), ..InvoicePatch::default() };
        let is_draft = |invoice: &Invoice, _: &InvoicePatch| match invoice.header().status {
            Status::Draft => Ok(()),
            Status::Sent | Status::Viewed | Status::Pending | Status::PartiallyPaid | Status::Paid => {
                Err(not_a_draft())
            }
            Status::Overdue | Status::Void | Status::Refunded => Err(not_a_draft()),
        };
        self.edit_invoice_if(actor, id, |_| patch.clone().into(), expected, is_draft).await
    }

    /// Books a payment, and gives the invoice as it then is. What the organisation demands of a
    /// payment's attributes does not bind: who calls this knows of none.
    pub async fn record_payment(
        &self,
        actor: &Actor,
        id: InvoiceId,
        input: PaymentInput,
        expected: Expected,
    ) -> Result<Invoice, Error> {
        may(actor, Action::Add, Model::Payment)?;
        let payment = PaymentId::new(self.new_id());
        let (invoice, ()) = self
            .change_invoice(actor, id, |invoice| {
                check_version(expected, invoice.header().meta.version)?;
                let input = input.clone().in_currency(invoice.header().currency)?;
                Ok(invoice.record_payment(payment, input, self.moment(actor), &mut || self.new_id())?)
            })
            .await?;
        Ok(invoice)
    }

    /// The clients of some invoices: a round trip for each hundred.
    pub async fn clients_of_invoices(
        &self,
        actor: &Actor,
        invoices: &[&Header],
    ) -> Result<BTreeMap<ClientId, Client>, Error> {
        may(actor, Action::View, Model::Invoice)?;
        let ids: BTreeSet<_> = invoices.iter().filter_map(|invoice| invoice.details.client).collect();
        let mut clients = BTreeMap::new();
        for ids in Vec::from_iter(ids).chunks(READ_AT_ONCE) {
            let found = self.store.clients_of(actor.tenant(), ids).await?;
            clients.extend(found.into_iter().map(|client| (client.id, client)));
        }
        Ok(clients)
    }

    /// The catalogue items among some ids that there are, to name the lines of an invoice by: a round
    /// trip for each hundred, and none without an id.
    pub async fn items_of_lines(
        &self,
        actor: &Actor,
        items: impl IntoIterator<Item = ItemId>,
    ) -> Result<BTreeMap<ItemId, CatalogueItem>, Error> {
        may(actor, Action::View, Model::Invoice)?;
        let ids: BTreeSet<_> = items.into_iter().collect();
        let mut items = BTreeMap::new();
        for ids in Vec::from_iter(ids).chunks(READ_AT_ONCE) {
            let found = self.store.items_of(actor.tenant(), ids).await?;
            items.extend(found.into_iter().map(|item| (item.id, item)));
        }
        Ok(items)
    }
}

fn not_a_draft() -> domain::Error {
    domain::Error::field("action", "Only a draft can be sent.")
}
