//! Billings: invoices, found by their numbers. One that is void or refunded is no billing.

use std::collections::{BTreeMap, BTreeSet};

use domain::attributes::Attributes;
use domain::billing::{BillingItem, BillingPatch, NewBilling};
use domain::catalogue::CatalogueItem;
use domain::id::{ClientId, InvoiceId, ItemId};
use domain::invoice::{
    Details, DetailsPatch, Figures, Header, Invoice, InvoicePatch, LineKind, LineText, LinesChange, NewInvoice,
    NewLine, NewNumber, SentTotals,
};
use domain::money::Percent;
use domain::record::NewExtras;
use domain::{Action, Actor, Model, Patch};
use store::{NumberPage, PartyKey};

use crate::contacts::no_such;
use crate::{App, Error, Expected, may};

/// A billing: an invoice's header, with the number of its party.
#[derive(Debug, Clone, PartialEq)]
pub struct Billing {
    /// The header.
    pub header: Header,
    /// The number of the party.
    pub party: Option<u64>,
}

/// A billing with its items.
#[derive(Debug, Clone, PartialEq)]
pub struct WholeBilling {
    /// The invoice.
    pub invoice: Invoice,
    /// The number of the party.
    pub party: Option<u64>,
    /// The numbers of the products that its lines sell; those that were deleted have none.
    pub products: BTreeMap<ItemId, u64>,
}

/// All methods fail with [`domain::Error::Forbidden`] without the permission on invoices that their
/// verb names, and with [`domain::Error::NotFound`] for a number that no billing has. A party, payment
/// method or product that is not there is wrong under `party`, `payment_method` or `items`.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the billings; none past the end.
    pub async fn list_billings(&self, actor: &Actor, page: u64) -> Result<Option<NumberPage<Billing>>, Error> {
        may(actor, Action::View, Model::Invoice)?;
        let Some(NumberPage { count, rows }) = self.store.billings(actor.tenant(), page).await? else {
            return Ok(None);
        };
        let parties = self.party_numbers(actor, &rows).await?;
        let party = |header: &Header| header.details.client.and_then(|id| parties.get(&id)).copied();
        let rows = rows.into_iter().map(|header| Billing { party: party(&header), header });
        Ok(Some(NumberPage { count, rows: rows.collect() }))
    }

    /// The billing of a number, with its items.
    pub async fn get_billing(&self, actor: &Actor, number: u64) -> Result<WholeBilling, Error> {
        may(actor, Action::View, Model::Invoice)?;
        let id = self.billing_of(actor, number).await?;
        let invoice = self.load_invoice(actor, id).await?;
        let products: BTreeSet<_> = invoice.lines().iter().filter_map(|line| line.item).collect();
        let products: Vec<_> = products.into_iter().collect();
        let products = self.store.items_of(actor.tenant(), &products);
        let header = std::slice::from_ref(invoice.header());
        let (products, parties) = tokio::join!(products, self.party_numbers(actor, header));
        // What was made before there were numbers has none.
        let products = products?.into_iter().filter(|item| item.number > 0);
        let products = products.map(|item| (item.id, item.number)).collect();
        let party = parties?.into_values().next();
        Ok(WholeBilling { invoice, party, products })
    }

    /// Makes a billing.
    pub async fn create_billing(&self, actor: &Actor, new: NewBilling) -> Result<Billing, Error> {
        may(actor, Action::Add, Model::Invoice)?;
        let NewBilling {
            number,
            status,
            issue_date,
            due_date,
            payment_method,
            party,
            customer,
            notes,
            totals,
            paid_amount,
            items,
        } = new;
        let payment_method = self.payment_method_of(actor, payment_method).await?;
        let client = match party {
            Some(number) => Some(self.billed_client(actor, number).await?),
            None => None,
        };
        let new = NewInvoice {
            number: NewNumber::Given(number),
            details: Details { client, customer, notes, payment_method, ..Details::default() },
            client_by_email: None,
            status,
            issue_date,
            due_date,
            currency: self.own_currency(actor).await?,
            totals: SentTotals { over_lines: true, ..totals },
            lines: self.billed_lines(actor, items).await?,
            paid_amount,
            extras: NewExtras::default(),
            attributes_bind: false,
        };
        let invoice = self.create_invoice(actor, new).await?;
        Ok(Billing { header: invoice.header().clone(), party })
    }

    /// Changes a billing. What was said of its totals stands over its items, until items come without.
    pub async fn update_billing(
        &self,
        actor: &Actor,
        number: u64,
        patch: BillingPatch,
        expected: Expected,
    ) -> Result<Billing, Error> {
        may(actor, Action::Change, Model::Invoice)?;
        let id = self.billing_of(actor, number).await?;
        let patch = self.invoice_patch(actor, id, patch).await?;
        let invoice = self.update_invoice(actor, id, patch, expected).await?;
        let header = invoice.header().clone();
        let party = self.party_numbers(actor, std::slice::from_ref(&header)).await?.into_values().next();
        Ok(Billing { header, party })
    }

    /// Removes a billing.
    pub async fn delete_billing(&self, actor: &Actor, number: u64, expected: Expected) -> Result<(), Error> {
        may(actor, Action::Delete, Model::Invoice)?;
        let id = self.billing_of(actor, number).await?;
        self.delete_invoice(actor, id, expected).await
    }

    async fn invoice_patch(&self, actor: &Actor, id: InvoiceId, patch: BillingPatch) -> Result<InvoicePatch, Error> {
        let BillingPatch {
            number,
            status,
            issue_date,
            due_date,
            payment_method,
            party,
            customer,
            notes,
            totals,
            paid_amount,
            items,
        } = patch;
        let current = async || Ok(self.load_header(actor, id).await?.details.payment_method);
        let payment_method = self.payment_method_after(actor, payment_method, current).await?;
        let client = match party {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(number) => Patch::Set(self.billed_client(actor, number).await?),
        };
        let lines = match items {
            Some(items) => Some(LinesChange::Replace(self.billed_lines(actor, items).await?)),
            None => None,
        };
        Ok(InvoicePatch {
            number,
            details: DetailsPatch { client, customer, notes, payment_method, ..DetailsPatch::default() },
            status,
            issue_date,
            due_date,
            totals: SentTotals { over_lines: true, ..totals },
            lines,
            paid_amount,
            ..InvoicePatch::default()
        })
    }

    async fn billing_of(&self, actor: &Actor, number: u64) -> Result<InvoiceId, Error> {
        self.store.billing_of(actor.tenant(), number).await?.ok_or(domain::Error::NotFound.into())
    }

    async fn billed_client(&self, actor: &Actor, number: u64) -> Result<ClientId, Error> {
        match self.store.party_of(actor.tenant(), number).await? {
            Some(PartyKey::Customer(id)) => Ok(id),
            Some(PartyKey::Supplier(_)) | None => Err(no_such("party", number)),
        }
    }

    /// Lines that sell products at the rates that were sent.
    async fn billed_lines(&self, actor: &Actor, items: Vec<BillingItem>) -> Result<Vec<NewLine>, Error> {
        let numbers: BTreeSet<_> = items.iter().map(|item| item.product).collect();
        let numbers: Vec<_> = numbers.into_iter().collect();
        let found = self.store.products_of(actor.tenant(), &numbers).await?.into_iter();
        let products: BTreeMap<u64, CatalogueItem> = found.map(|item| (item.number, item)).collect();
        let line = |BillingItem { product, quantity, rate }: BillingItem| {
            let item = products.get(&product).ok_or_else(|| no_such("items", product))?;
            let figures = Figures { quantity, unit_price: rate, discount: Percent::ZERO, tax_rate: item.tax_rate };
            let description = LineText::parse(item.name.as_str()).map_err(|e| Error::Defect(e.to_string()))?;
            let (kind, attributes) = (LineKind::Product, Attributes::default());
            Ok(NewLine { item: Some(item.id), description, kind, figures, tax_category: None, attributes })
        };
        items.into_iter().map(line).collect()
    }

    async fn party_numbers(&self, actor: &Actor, headers: &[Header]) -> Result<BTreeMap<ClientId, u64>, Error> {
        let clients: BTreeSet<_> = headers.iter().filter_map(|header| header.details.client).collect();
        let clients: Vec<_> = clients.into_iter().collect();
        let clients = self.store.clients_of(actor.tenant(), &clients).await?;
        let numbered = clients.into_iter().filter(|client| client.party_number > 0);
        Ok(numbered.map(|client| (client.id, client.party_number)).collect())
    }
}
