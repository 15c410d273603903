//! Lines of invoices.

use domain::attributes::EntityName;
use domain::catalogue::CatalogueItem;
use domain::id::{InvoiceId, ItemId, LineId};
use domain::invoice::{Line, LineInput, LinePatch, NewLine};
use domain::money::Currency;
use domain::{Action, Actor, Creation, Edit, Model, Refers};
use store::{Page, PageRequest};

use crate::references::{gather, no_such};
use crate::{App, Error, Expected, attribute_bytes, check_version, may};

/// Lines; errors as for invoices.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the lines of an invoice, in their order.
    pub async fn list_lines(&self, actor: &Actor, invoice: InvoiceId, page: PageRequest) -> Result<Page<Line>, Error> {
        may(actor, Action::View, Model::InvoiceLineItem)?;
        let lines = self.load_invoice(actor, invoice).await?.lines().into_iter().cloned().collect();
        Ok(Page::of(
            lines,
            &page,
            |line: &Line| format!("{:010}#{}", line.position, line.id),
            |line| attribute_bytes(&line.attributes),
        ))
    }

    /// A line.
    pub async fn get_line(&self, actor: &Actor, invoice: InvoiceId, id: LineId) -> Result<Line, Error> {
        may(actor, Action::View, Model::InvoiceLineItem)?;
        Ok(self.load_invoice(actor, invoice).await?.line(id)?.clone())
    }

    /// Adds a line. From a catalogue item it takes the price that the quantity reaches and the
    /// item's tax rate, where none are given.
    pub async fn create_line(
        &self,
        actor: &Actor,
        invoice: InvoiceId,
        input: impl Into<Creation<LineInput>>,
    ) -> Result<Line, Error> {
        may(actor, Action::Add, Model::InvoiceLineItem)?;
        let mut input = self.whole(actor, input.into()).await?;
        let schema = self.schema(actor, EntityName::InvoiceLineItem).await?;
        input.attributes = schema.of().read(input.attributes);
        let mut wrong = schema.of().validate_create(&input.attributes);
        let completed = self.complete_line(actor, input).await;
        let completed = gather(&mut wrong, completed)?;
        let Some((line, priced_in)) = completed.filter(|_| wrong.is_empty()) else { return Err(wrong.into()) };
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
        edit: impl Into<Edit<LinePatch>>,
        expected: Expected,
    ) -> Result<Line, Error> {
        may(actor, Action::Change, Model::InvoiceLineItem)?;
        let Edit { patch, wrong } = edit.into();
        let schema = self.schema(actor, EntityName::InvoiceLineItem).await?;
        self.retrying(async || {
            let mut invoice = self.load_invoice(actor, invoice).await?;
            let (header, line) = (invoice.header().clone(), invoice.line(id)?.clone());
            check_version(expected, line.meta.version)?;
            let (moment, mut wrong) = (self.moment(actor), wrong.clone());
            wrong.gather(invoice.update_line(id, patch.clone(), schema.of(), moment, &mut || self.new_id()))?;
            let (had, has) = (line.references(), invoice.line(id)?.references());
            self.look_up_new(actor, Some(had), has, &mut wrong).await?;
            wrong.into_result()?;
            self.commit_change(actor, &invoice, &header).await?;
            Ok(invoice.line(id)?.clone())
        })
        .await
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

    async fn referred_item(&self, actor: &Actor, id: ItemId) -> Result<CatalogueItem, Error> {
        self.store.item(actor.tenant(), id).await?.ok_or_else(|| no_such("catalogue_item", id))
    }
}
