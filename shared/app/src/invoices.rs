//! Invoices.

use domain::attributes::{EntityName, Schema};
use domain::filter::InvoiceFilter;
use domain::id::{EntryId, InvoiceId};
use domain::invoice::{
    Details, DetailsPatch, Header, Invoice, InvoicePatch, PaymentPage, Status, StatusRequest, check_payment_page,
};
use domain::record::Moment;
use domain::{Action, Actor, Edit, Model, Patch, Refers, Tenant};
use rust_decimal::Decimal;
use store::{Page, PageRequest, StoreError, Unique};

use crate::references::no_such;
use crate::{App, Error, Expected, check_version, may};

/// Invoices. All methods fail with [`domain::Error::Forbidden`] without the permission that their
/// verb names, and with [`domain::Error::NotFound`] for what is not the organisation's.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the invoices.
    pub async fn list_invoices(
        &self,
        actor: &Actor,
        filter: &InvoiceFilter,
        page: PageRequest,
    ) -> Result<Page<Header>, Error> {
        may(actor, Action::View, Model::Invoice)?;
        Ok(self.store.invoices(actor.tenant(), filter, page).await?)
    }

    /// An invoice with its lines, payments and refunds.
    pub async fn get_invoice(&self, actor: &Actor, id: InvoiceId) -> Result<Invoice, Error> {
        may(actor, Action::View, Model::Invoice)?;
        self.load_invoice(actor, id).await
    }

    /// A page of the invoices, newest first: `after` is the key of a row, and older ones follow.
    pub async fn list_invoices_newest(
        &self,
        actor: &Actor,
        filter: &InvoiceFilter,
        page: PageRequest,
    ) -> Result<Page<Header>, Error> {
        may(actor, Action::View, Model::Invoice)?;
        Ok(self.store.invoices_newest(actor.tenant(), filter, page).await?)
    }

    /// How many invoices pass a filter, exactly. With a filter it reads all headers that the
    /// filter's index holds.
    pub async fn count_invoices(&self, actor: &Actor, filter: &InvoiceFilter) -> Result<u64, Error> {
        may(actor, Action::View, Model::Invoice)?;
        Ok(self.store.count_invoices(actor.tenant(), filter).await?)
    }

    /// Changes an invoice.
    pub async fn update_invoice(
        &self,
        actor: &Actor,
        id: InvoiceId,
        patch: InvoicePatch,
        expected: Expected,
    ) -> Result<Invoice, Error> {
        self.edit_invoice(actor, id, |_| patch.clone().into(), expected).await
    }

    /// Changes an invoice as a body asks for, which is read beside the invoice that it changes.
    pub async fn edit_invoice(
        &self,
        actor: &Actor,
        id: InvoiceId,
        edit: impl Fn(&Invoice) -> Edit<InvoicePatch>,
        expected: Expected,
    ) -> Result<Invoice, Error> {
        self.edit_invoice_if(actor, id, edit, expected, |_, _| Ok(())).await
    }

    /// As [`App::edit_invoice`], but [`domain::Error::Conflict`] once the invoice is paid in full,
    /// unless the change is the bare status refunded.
    pub async fn edit_invoice_before_payment(
        &self,
        actor: &Actor,
        id: InvoiceId,
        edit: impl Fn(&Invoice) -> Edit<InvoicePatch>,
        expected: Expected,
    ) -> Result<Invoice, Error> {
        self.edit_invoice_if(actor, id, edit, expected, Invoice::changes_before_payment).await
    }

    pub(crate) async fn edit_invoice_if(
        &self,
        actor: &Actor,
        id: InvoiceId,
        edit: impl Fn(&Invoice) -> Edit<InvoicePatch>,
        expected: Expected,
        allowed: impl Fn(&Invoice, &InvoicePatch) -> Result<(), domain::Error>,
    ) -> Result<Invoice, Error> {
        may(actor, Action::Change, Model::Invoice)?;
        let schema = self.schema(actor, EntityName::Invoice).await?;
        self.retrying(async || {
            let invoice = self.load_invoice(actor, id).await?;
            check_version(expected, invoice.header().meta.version)?;
            let edit = edit(&invoice);
            allowed(&invoice, &edit.patch)?;
            self.apply_edit(actor, invoice, edit, schema.of()).await
        })
        .await
    }

    /// Decides on a change of an invoice that was loaded, and commits it.
    pub(crate) async fn apply_edit(
        &self,
        actor: &Actor,
        mut invoice: Invoice,
        edit: Edit<InvoicePatch>,
        schema: Schema<'_>,
    ) -> Result<Invoice, Error> {
        let Edit { mut patch, mut wrong } = edit;
        let before = invoice.header().clone();
        if !wrong.is_empty() {
            // Money and status follow from several fields, of which one could not be read.
            let InvoicePatch { details, extras, .. } = patch;
            patch = InvoicePatch { details, extras, ..InvoicePatch::default() };
        }
        // A word that the contract shows already books nothing, so it needs no more.
        status_allowed(actor, patch.status.filter(|status| !status.shown_as.contains(&before.status)))?;
        money_allowed(actor, patch.paid_amount, before.amount_paid.amount())?;
        self.leave_contact_behind(actor, &before.details, &mut patch.details).await?;
        self.keep_names_of_client(actor, &before, &mut patch.details).await?;
        wrong.gather(payment_page_allowed(actor, patch.details.stripe.hosted_url.as_set(), &before))?;
        wrong.gather(invoice.update(patch, schema, self.stamp(actor), &mut || self.new_id()))?;
        if !invoice.changes().removed_lines.is_empty() {
            // A list that leaves lines out deletes them.
            may(actor, Action::Delete, Model::InvoiceLineItem)?;
        }
        let (had, has) = (before.details.references(), invoice.header().details.references());
        self.look_up_new(actor, Some(had), has, &mut wrong).await?;
        wrong.into_result()?;
        self.commit_change(actor, &invoice, &before).await?;
        Ok(invoice)
    }

    /// Takes the contact from an invoice that goes to another client, if the contact is not that one's.
    async fn leave_contact_behind(
        &self,
        actor: &Actor,
        before: &Details,
        patch: &mut DetailsPatch,
    ) -> Result<(), Error> {
        let mut client = before.client;
        patch.client.apply(&mut client);
        if let (Patch::Keep, Some(contact)) = (&patch.contact, before.contact)
            && client != before.client
            && self.is_elsewhere(actor, contact, client).await?
        {
            patch.contact = Patch::Clear;
        }
        Ok(())
    }

    /// The name and address that an invoice without its own shows are its client's, and stay so when they come back.
    async fn keep_names_of_client(
        &self,
        actor: &Actor,
        before: &Header,
        patch: &mut DetailsPatch,
    ) -> Result<(), Error> {
        let customer = &mut patch.customer;
        if let (Patch::Set(name), None) = (&customer.name, before.details.customer_name()) {
            let shown = self.customer_names(actor, &[before]).await?.pop();
            customer.name = if shown.as_deref() == Some(name.as_str()) { Patch::Keep } else { customer.name.clone() };
        }
        if let (Patch::Set(email), None) = (&customer.email, &before.details.customer.email) {
            let shown = self.customer_emails(actor, &[before]).await?.pop();
            customer.email =
                if shown.as_deref() == Some(email.as_str()) { Patch::Keep } else { customer.email.clone() };
        }
        Ok(())
    }

    /// Takes the totals from the lines anew.
    pub async fn recalculate_invoice(
        &self,
        actor: &Actor,
        id: InvoiceId,
        expected: Expected,
    ) -> Result<Invoice, Error> {
        may(actor, Action::Change, Model::Invoice)?;
        let (invoice, ()) = self
            .change_invoice(actor, id, |invoice| {
                check_version(expected, invoice.header().meta.version)?;
                Ok(invoice.recalculate(self.moment(actor), &mut || self.new_id())?)
            })
            .await?;
        Ok(invoice)
    }

    /// Removes an invoice.
    pub async fn delete_invoice(&self, actor: &Actor, id: InvoiceId, expected: Expected) -> Result<(), Error> {
        may(actor, Action::Delete, Model::Invoice)?;
        self.retrying(async || {
            let header = self.load_header(actor, id).await?;
            check_version(expected, header.meta.version)?;
            Ok(self.store.delete_invoice(actor.tenant(), &header, self.now()).await?)
        })
        .await
    }

    /// Completes, or reopens, a task, in place.
    pub async fn update_invoice_task(
        &self,
        actor: &Actor,
        id: InvoiceId,
        task: EntryId,
        completed: bool,
        expected: Expected,
    ) -> Result<Header, Error> {
        may(actor, Action::Change, Model::Invoice)?;
        let tenant = actor.tenant();
        self.retrying(async || {
            let changed = self.store.complete_invoice_task(tenant, id, task, completed, expected, self.now()).await;
            self.in_place(changed, expected, async || self.header_version(actor, id).await).await
        })
        .await
    }

    /// Removes a note, in place.
    pub async fn delete_invoice_note(
        &self,
        actor: &Actor,
        id: InvoiceId,
        note: EntryId,
        expected: Expected,
    ) -> Result<Header, Error> {
        may(actor, Action::Change, Model::Invoice)?;
        let tenant = actor.tenant();
        self.retrying(async || {
            let changed = self.store.drop_invoice_note(tenant, id, note, expected, self.now()).await;
            self.in_place(changed, expected, async || self.header_version(actor, id).await).await
        })
        .await
    }

    pub(crate) async fn load_header(&self, actor: &Actor, id: InvoiceId) -> Result<Header, Error> {
        self.store.invoice_header(actor.tenant(), id).await?.ok_or(domain::Error::NotFound.into())
    }

    pub(crate) async fn load_invoice(&self, actor: &Actor, id: InvoiceId) -> Result<Invoice, Error> {
        self.store.invoice(actor.tenant(), id).await?.ok_or(domain::Error::NotFound.into())
    }

    async fn header_version(&self, actor: &Actor, id: InvoiceId) -> Result<Option<u64>, Error> {
        Ok(self.store.invoice_header(actor.tenant(), id).await?.map(|header| header.meta.version))
    }

    pub(crate) fn moment<'a>(&self, actor: &'a Actor) -> Moment<'a> {
        self.stamp(actor).into()
    }

    /// Load, decide, commit once; again when somebody else was first.
    pub(crate) async fn change_invoice<T>(
        &self,
        actor: &Actor,
        id: InvoiceId,
        decide: impl Fn(&mut Invoice) -> Result<T, Error>,
    ) -> Result<(Invoice, T), Error> {
        self.retrying(async || {
            let mut invoice = self.load_invoice(actor, id).await?;
            let before = invoice.header().clone();
            let decided = decide(&mut invoice)?;
            self.commit_change(actor, &invoice, &before).await?;
            Ok((invoice, decided))
        })
        .await
    }

    /// Commits what was decided of an invoice, if that is anything.
    pub(crate) async fn commit_change(&self, actor: &Actor, invoice: &Invoice, before: &Header) -> Result<(), Error> {
        if invoice.header() == before {
            return Ok(());
        }
        match self.store.commit_invoice(actor.tenant(), invoice, before).await {
            Err(StoreError::Missing) => Err(client_missing(invoice.header())),
            Err(StoreError::Taken(Unique::Charge)) => match self.free_charges(actor.tenant(), invoice).await? {
                true => Err(domain::Error::Contended.into()),
                false => Err(charge_taken()),
            },
            Err(StoreError::Taken(Unique::InvoiceNumber)) => Err(number_taken()),
            other => Ok(other?),
        }
    }

    /// Frees the charges that a decision claims where it is a deleted invoice that has them. Says
    /// whether any is free now, so that the decision can be made anew.
    pub(crate) async fn free_charges(&self, tenant: Tenant, invoice: &Invoice) -> Result<bool, Error> {
        let mut freed = false;
        for (charge, _) in &invoice.changes().claimed_charges {
            freed |= self.store.free_charge(tenant, charge).await?;
        }
        Ok(freed)
    }
}

/// A status that books money needs the permission to book it.
pub(crate) fn status_allowed(actor: &Actor, status: Option<StatusRequest>) -> Result<(), Error> {
    match status.map(|status| status.target) {
        Some(Status::Paid) => may(actor, Action::Add, Model::Payment),
        Some(Status::Refunded) => may(actor, Action::Change, Model::Payment),
        Some(Status::Draft | Status::Sent | Status::Viewed | Status::Pending) | None => Ok(()),
        Some(Status::PartiallyPaid | Status::Overdue | Status::Void) => Ok(()),
    }
}

/// The page where a customer pays is on Stripe over https; the owner may name another. One that the invoice has already
/// may be sent back.
fn payment_page_allowed(actor: &Actor, sent: Option<&PaymentPage>, header: &Header) -> Result<(), domain::Error> {
    match sent.filter(|page| header.details.stripe.hosted_url.as_ref() != Some(*page)) {
        Some(page) => check_payment_page(page, actor.is_owner()),
        None => Ok(()),
    }
}

pub(crate) fn client_missing(header: &Header) -> Error {
    match header.details.client {
        Some(client) => no_such("client", client),
        None => domain::Error::Contended.into(),
    }
}

/// An amount that is said to be paid and is more than what is paid books a payment.
pub(crate) fn money_allowed(actor: &Actor, paid_amount: Option<Decimal>, paid: Decimal) -> Result<(), Error> {
    match paid_amount {
        Some(amount) if amount > paid => may(actor, Action::Add, Model::Payment),
        Some(_) | None => Ok(()),
    }
}

pub(crate) fn number_taken() -> Error {
    domain::Error::field("invoice_number", "An invoice with this number already exists.").into()
}

fn charge_taken() -> Error {
    domain::Error::field("stripe_charge_id", "This charge has been booked already.").into()
}
