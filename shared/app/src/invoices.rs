//! Invoices, their lines and payments.

use domain::attributes::EntityName;
use domain::filter::InvoiceFilter;
use domain::id::{ContactId, EntryId, InvoiceId, ItemId, LineId, PaymentId};
use domain::invoice::{
    Header, Invoice, InvoiceNumber, InvoicePatch, Line, LineInput, LinePatch, NewInvoice, NewLine, Payment,
    PaymentInput, PaymentPatch, Status, StatusRequest, utc_date,
};
use domain::money::Currency;
use domain::record::Moment;
use domain::{Action, Actor, Model};
use jiff::civil::Date;
use store::{Page, PageRequest, StoreError, Unique};

use crate::contacts::no_such;
use crate::{App, Error, Expected, check_version, may};

/// How many random numbers are tried before the day's are taken to be used up.
const NUMBER_TRIES: u32 = 24;

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

    /// An invoice without its lines and payments.
    pub async fn get_invoice(&self, actor: &Actor, id: InvoiceId) -> Result<Header, Error> {
        may(actor, Action::View, Model::Invoice)?;
        self.load_header(actor, id).await
    }

    /// Makes an invoice with a random number of its day, `INV-YYYYMMDD-XXXX`.
    pub async fn create_invoice(&self, actor: &Actor, new: NewInvoice) -> Result<Invoice, Error> {
        may(actor, Action::Add, Model::Invoice)?;
        status_allowed(actor, Some(new.status))?;
        let schema = self.schema(actor, EntityName::Invoice).await?;
        self.contact_must_exist(actor, new.details.contact).await?;
        let id = InvoiceId::new(self.new_id());
        let issued = new.issue_date.unwrap_or_else(|| utc_date(self.now()));
        for _ in 0..NUMBER_TRIES {
            let (stamp, number) = (self.stamp(actor), self.random_number(issued)?);
            let invoice = Invoice::create(id, number, new.clone(), schema.of(), stamp, &mut || self.new_id())?;
            let created = self
                .retrying(async || match self.store.create_invoice(actor.tenant(), &invoice).await {
                    Err(StoreError::Taken(Unique::InvoiceNumber)) => Ok(false),
                    Err(StoreError::Missing) => Err(client_missing(invoice.header())),
                    other => Ok(other.map(|()| true)?),
                })
                .await?;
            if created {
                return Ok(invoice);
            }
        }
        Err(domain::Error::Conflict("No invoice number of this issue date is free.".into()).into())
    }

    /// Changes an invoice.
    pub async fn update_invoice(
        &self,
        actor: &Actor,
        id: InvoiceId,
        patch: InvoicePatch,
        expected: Expected,
    ) -> Result<Invoice, Error> {
        may(actor, Action::Change, Model::Invoice)?;
        let schema = self.schema(actor, EntityName::Invoice).await?;
        self.contact_must_exist(actor, patch.details.contact.as_set().copied()).await?;
        let (invoice, ()) = self
            .change_invoice(actor, id, |invoice| {
                check_version(expected, invoice.header().meta.version)?;
                // A word that the contract shows already books nothing, so it needs no more.
                let current = invoice.header().status;
                status_allowed(actor, patch.status.filter(|status| !status.shown_as.contains(&current)))?;
                Ok(invoice.update(patch.clone(), schema.of(), self.stamp(actor), &mut || self.new_id())?)
            })
            .await?;
        Ok(invoice)
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

    async fn load_header(&self, actor: &Actor, id: InvoiceId) -> Result<Header, Error> {
        self.store.invoice_header(actor.tenant(), id).await?.ok_or(domain::Error::NotFound.into())
    }

    async fn load_invoice(&self, actor: &Actor, id: InvoiceId) -> Result<Invoice, Error> {
        self.store.invoice(actor.tenant(), id).await?.ok_or(domain::Error::NotFound.into())
    }

    async fn header_version(&self, actor: &Actor, id: InvoiceId) -> Result<Option<u64>, Error> {
        Ok(self.store.invoice_header(actor.tenant(), id).await?.map(|header| header.meta.version))
    }

    fn moment<'a>(&self, actor: &'a Actor) -> Moment<'a> {
        self.stamp(actor).into()
    }

    /// Load, decide, commit once; again when somebody else was first.
    async fn change_invoice<T>(
        &self,
        actor: &Actor,
        id: InvoiceId,
        decide: impl Fn(&mut Invoice) -> Result<T, Error>,
    ) -> Result<(Invoice, T), Error> {
        self.retrying(async || {
            let mut invoice = self.load_invoice(actor, id).await?;
            let before = invoice.header().clone();
            let decided = decide(&mut invoice)?;
            if *invoice.header() == before {
                return Ok((invoice, decided));
            }
            match self.store.commit_invoice(actor.tenant(), &invoice, &before).await {
                Ok(()) => Ok((invoice, decided)),
                Err(StoreError::Missing) => Err(client_missing(invoice.header())),
                Err(StoreError::Taken(Unique::Charge)) => Err(charge_taken()),
                Err(other) => Err(other.into()),
            }
        })
        .await
    }

    async fn contact_must_exist(&self, actor: &Actor, contact: Option<ContactId>) -> Result<(), Error> {
        let Some(id) = contact else { return Ok(()) };
        match self.store.contact(actor.tenant(), id).await? {
            Some(_) => Ok(()),
            None => Err(no_such("contact", id)),
        }
    }

    fn random_number(&self, issued: Date) -> Result<InvoiceNumber, Error> {
        let random = u16::from_be_bytes(crate::secrets::random(self.entropy.as_ref()));
        let number = format!("INV-{}-{random:04X}", issued.strftime("%Y%m%d"));
        InvoiceNumber::parse(&number).map_err(|e| Error::Defect(e.to_string()))
    }
}

/// Lines; errors as for invoices.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the lines of an invoice, in their order.
    pub async fn list_lines(&self, actor: &Actor, invoice: InvoiceId, page: PageRequest) -> Result<Page<Line>, Error> {
        may(actor, Action::View, Model::InvoiceLineItem)?;
        let lines = self.load_invoice(actor, invoice).await?.lines().into_iter().cloned().collect();
        Ok(Page::of(lines, &page, |line: &Line| line.id.to_string()))
    }

    /// A line.
    pub async fn get_line(&self, actor: &Actor, invoice: InvoiceId, id: LineId) -> Result<Line, Error> {
        may(actor, Action::View, Model::InvoiceLineItem)?;
        Ok(self.load_invoice(actor, invoice).await?.line(id)?.clone())
    }

    /// Adds a line. From a catalogue item it takes the price that the quantity reaches and the
    /// item's tax rate, where none are given.
    pub async fn create_line(&self, actor: &Actor, invoice: InvoiceId, input: LineInput) -> Result<Line, Error> {
        may(actor, Action::Add, Model::InvoiceLineItem)?;
        let schema = self.schema(actor, EntityName::InvoiceLineItem).await?;
        schema.of().validate_create(&input.attributes).into_result()?;
        let (line, priced_in) = self.complete_line(actor, input).await?;
        let id = LineId::new(self.new_id());
        let (invoice, ()) = self
            .change_invoice(actor, invoice, |invoice| {
                let currency = invoice.header().currency;
                if let Some(other) = priced_in.filter(|priced_in| *priced_in != currency) {
                    let message = format!("The item is priced in {other}; give the unit_price in {currency}.");
                    return Err(domain::Error::field("catalogue_item", message).into());
                }
                Ok(invoice.add_line(id, line.clone(), self.moment(actor), &mut || self.new_id())?)
            })
            .await?;
        Ok(invoice.line(id)?.clone())
    }

    /// Changes a line.
    pub async fn update_line(
        &self,
        actor: &Actor,
        invoice: InvoiceId,
        id: LineId,
        patch: LinePatch,
        expected: Expected,
    ) -> Result<Line, Error> {
        may(actor, Action::Change, Model::InvoiceLineItem)?;
        let schema = self.schema(actor, EntityName::InvoiceLineItem).await?;
        if let Some(item) = patch.item.as_set() {
            self.referred_item(actor, *item).await?;
        }
        let (invoice, ()) = self
            .change_invoice(actor, invoice, |invoice| {
                check_version(expected, invoice.line(id)?.meta.version)?;
                let moment = self.moment(actor);
                Ok(invoice.update_line(id, patch.clone(), schema.of(), moment, &mut || self.new_id())?)
            })
            .await?;
        Ok(invoice.line(id)?.clone())
    }

    /// Removes a line.
    pub async fn delete_line(
        &self,
        actor: &Actor,
        invoice: InvoiceId,
        id: LineId,
        expected: Expected,
    ) -> Result<(), Error> {
        may(actor, Action::Delete, Model::InvoiceLineItem)?;
        self.change_invoice(actor, invoice, |invoice| {
            check_version(expected, invoice.line(id)?.meta.version)?;
            Ok(invoice.remove_line(id, self.moment(actor), &mut || self.new_id())?)
        })
        .await?;
        Ok(())
    }

    /// Fills in what a line takes from the catalogue, and says in which currency the price stands
    /// if it came from there.
    async fn complete_line(&self, actor: &Actor, input: LineInput) -> Result<(NewLine, Option<Currency>), Error> {
        let catalogue = match input.item {
            None => None,
            Some(id) => {
                let item = self.referred_item(actor, id).await?;
                let tiers = match input.unit_price {
                    Some(_) => Vec::new(),
                    None => self.store.tiers(actor.tenant(), id).await?,
                };
                Some((item, tiers))
            }
        };
        let from_catalogue = input.unit_price.is_none();
        let priced_in = catalogue.as_ref().filter(|_| from_catalogue).map(|(item, _)| item.currency);
        let line = input.complete(catalogue.as_ref().map(|(item, tiers)| (item, tiers.as_slice())))?;
        Ok((line, priced_in))
    }

    async fn referred_item(&self, actor: &Actor, id: ItemId) -> Result<domain::catalogue::CatalogueItem, Error> {
        self.store.item(actor.tenant(), id).await?.ok_or_else(|| no_such("catalogue_item", id))
    }
}

/// Payments; errors as for invoices.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the payments on an invoice, oldest first.
    pub async fn list_payments(
        &self,
        actor: &Actor,
        invoice: InvoiceId,
        page: PageRequest,
    ) -> Result<Page<Payment>, Error> {
        may(actor, Action::View, Model::Payment)?;
        let payments = self.load_invoice(actor, invoice).await?.payments().into_iter().cloned().collect();
        Ok(Page::of(payments, &page, |payment: &Payment| payment.id.to_string()))
    }

    /// A payment.
    pub async fn get_payment(&self, actor: &Actor, invoice: InvoiceId, id: PaymentId) -> Result<Payment, Error> {
        may(actor, Action::View, Model::Payment)?;
        Ok(self.load_invoice(actor, invoice).await?.payment(id)?.clone())
    }

    /// Books a payment.
    pub async fn create_payment(
        &self,
        actor: &Actor,
        invoice: InvoiceId,
        input: PaymentInput,
    ) -> Result<Payment, Error> {
        may(actor, Action::Add, Model::Payment)?;
        let schema = self.schema(actor, EntityName::Payment).await?;
        schema.of().validate_create(&input.attributes).into_result()?;
        let id = PaymentId::new(self.new_id());
        let (invoice, ()) = self
            .change_invoice(actor, invoice, |invoice| {
                let payment = input.clone().in_currency(invoice.header().currency)?;
                Ok(invoice.record_payment(id, payment, self.moment(actor), &mut || self.new_id())?)
            })
            .await?;
        Ok(invoice.payment(id)?.clone())
    }

    /// Changes a payment.
    pub async fn update_payment(
        &self,
        actor: &Actor,
        invoice: InvoiceId,
        id: PaymentId,
        patch: PaymentPatch,
        expected: Expected,
    ) -> Result<Payment, Error> {
        may(actor, Action::Change, Model::Payment)?;
        let schema = self.schema(actor, EntityName::Payment).await?;
        let (invoice, ()) = self
            .change_invoice(actor, invoice, |invoice| {
                check_version(expected, invoice.payment(id)?.meta.version)?;
                let moment = self.moment(actor);
                Ok(invoice.update_payment(id, patch.clone(), schema.of(), moment, &mut || self.new_id())?)
            })
            .await?;
        Ok(invoice.payment(id)?.clone())
    }

    /// Removes a payment.
    pub async fn delete_payment(
        &self,
        actor: &Actor,
        invoice: InvoiceId,
        id: PaymentId,
        expected: Expected,
    ) -> Result<(), Error> {
        may(actor, Action::Delete, Model::Payment)?;
        self.change_invoice(actor, invoice, |invoice| {
            check_version(expected, invoice.payment(id)?.meta.version)?;
            Ok(invoice.remove_payment(id, self.moment(actor), &mut || self.new_id())?)
        })
        .await?;
        Ok(())
    }
}

/// A status that books money needs the permission to book it.
fn status_allowed(actor: &Actor, status: Option<StatusRequest>) -> Result<(), Error> {
    match status.map(|status| status.target) {
        Some(Status::Paid) => may(actor, Action::Add, Model::Payment),
        Some(Status::Refunded) => may(actor, Action::Change, Model::Payment),
        Some(Status::Draft | Status::Sent | Status::Viewed | Status::Pending) | None => Ok(()),
        Some(Status::PartiallyPaid | Status::Overdue | Status::Void) => Ok(()),
    }
}

fn client_missing(header: &Header) -> Error {
    match header.details.client {
        Some(client) => no_such("client", client),
        None => domain::Error::Contended.into(),
    }
}

fn charge_taken() -> Error {
    domain::Error::field("stripe_charge_id", "This charge has been booked already.").into()
}
