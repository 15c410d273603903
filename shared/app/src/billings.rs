//! Billings: invoices, found by their numbers. One that is void or refunded is no billing.

use std::collections::{BTreeMap, BTreeSet};

use domain::attributes::EntityName;
use domain::billing::{BillingPatch, NewBilling, Products};
use domain::catalogue::CatalogueItem;
use domain::id::{ClientId, InvoiceId, ItemId};
use domain::invoice::{
    Details, DetailsPatch, Header, Invoice, InvoicePatch, LinesChange, NewInvoice, NewNumber, SentTotals,
};
use domain::record::NewExtras;
use domain::{Action, Actor, Creation, Edit, FieldErrors, Model, Patch};
use store::{NumberPage, PartyKey};

use crate::references::{gather, no_such};
use crate::{App, Error, Expected, check_version, may};

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

    /// The products that the items of a billing name, where `named` has none for an item that names no product. Of a
    /// billing that is to be changed, its number is given, and items of products that are gone may stay in it.
    pub async fn products_of_items(
        &self,
        actor: &Actor,
        billing: Option<u64>,
        named: &[Option<u64>],
    ) -> Result<Products, Error> {
        may(actor, if billing.is_some() { Action::Change } else { Action::Add }, Model::Invoice)?;
        let numbers: BTreeSet<u64> = named.iter().copied().flatten().collect();
        let found = self.store.products_of(actor.tenant(), &Vec::from_iter(numbers)).await?;
        let there: BTreeMap<u64, CatalogueItem> = found.into_iter().map(|item| (item.number, item)).collect();
        let all_there = named.iter().all(|number| number.is_some_and(|number| there.contains_key(&number)));
        let gone = match billing.filter(|_| !all_there) {
            Some(billing) => self.products_gone_from(actor, billing).await?,
            None => BTreeMap::new(),
        };
        Ok(Products { there, gone })
    }

    /// What a billing sells that shows no number any more, with the number that it had.
    async fn products_gone_from(&self, actor: &Actor, billing: u64) -> Result<BTreeMap<ItemId, Option<u64>>, Error> {
        let invoice = self.billing_of(actor, billing).await?;
        let invoice = self.load_invoice(actor, invoice).await?;
        let sold: BTreeSet<ItemId> = invoice.lines().iter().filter_map(|line| line.item).collect();
        let there = self.store.items_of(actor.tenant(), &Vec::from_iter(sold.iter().copied())).await?;
        let shows_number = |id: &ItemId| there.iter().any(|item| item.id == *id && item.number > 0);
        let gone: Vec<ItemId> = sold.into_iter().filter(|id| !shows_number(id)).collect();
        let deleted = self.store.deleted_items_of(actor.tenant(), &gone).await?;
        let had = |id: ItemId| deleted.iter().find(|item| item.id == id).map(|item| item.number);
        Ok(gone.into_iter().map(|id| (id, had(id).filter(|number| *number > 0))).collect())
    }

    /// Makes a billing.
    pub async fn create_billing(&self, actor: &Actor, new: impl Into<Creation<NewBilling>>) -> Result<Billing, Error> {
        may(actor, Action::Add, Model::Invoice)?;
        let new = self.whole(actor, new.into()).await?;
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
        let mut wrong = FieldErrors::new();
        let payment_method = gather(&mut wrong, self.payment_method_of(actor, payment_method).await)?.flatten();
        let client = match party {
            Some(number) => gather(&mut wrong, self.billed_client(actor, number).await)?,
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
            lines: items,
            paid_amount,
            extras: NewExtras::default(),
            attributes_bind: false,
        };
        let invoice = self.create_checked(actor, new, wrong).await?;
        Ok(Billing { header: invoice.header().clone(), party })
    }

    /// Changes a billing. What was said of its totals stands over its items, until items come without.
    pub async fn update_billing(
        &self,
        actor: &Actor,
        number: u64,
        edit: impl Fn(&Invoice) -> Edit<BillingPatch>,
        expected: Expected,
    ) -> Result<Billing, Error> {
        may(actor, Action::Change, Model::Invoice)?;
        let schema = self.schema(actor, EntityName::Invoice).await?;
        let id = self.billing_of(actor, number).await?;
        let attempt = async || {
            let invoice = self.load_invoice(actor, id).await?;
            check_version(expected, invoice.header().meta.version)?;
            let current = invoice.header().details.payment_method;
            let edit = self.invoice_edit(actor, current, edit(&invoice)).await?;
            self.apply_edit(actor, invoice, edit, schema.of()).await
        };
        let invoice = self.retrying(attempt).await?;
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

    /// The change of an invoice that a change of a billing means, whose payment method is `current`.
    async fn invoice_edit(
        &self,
        actor: &Actor,
        current: Option<u64>,
        edit: Edit<BillingPatch>,
    ) -> Result<Edit<InvoicePatch>, Error> {
        let Edit { patch, mut wrong } = edit;
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
        let current = async || Ok(current);
        let payment_method = self.payment_method_after(actor, payment_method, current).await;
        let payment_method = gather(&mut wrong, payment_method)?.unwrap_or_default();
        let client = match party {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(number) => {
                let found = gather(&mut wrong, self.billed_client(actor, number).await)?;
                found.map_or(Patch::Keep, Patch::Set)
            }
        };
        let patch = InvoicePatch {
            number,
            details: DetailsPatch { client, customer, notes, payment_method, ..DetailsPatch::default() },
            status,
            issue_date,
            due_date,
            totals: SentTotals { over_lines: true, ..totals },
            lines: items.map(LinesChange::Replace),
            paid_amount,
            ..InvoicePatch::default()
        };
        Ok(Edit { patch, wrong })
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

    async fn party_numbers(&self, actor: &Actor, headers: &[Header]) -> Result<BTreeMap<ClientId, u64>, Error> {
        let clients: BTreeSet<_> = headers.iter().filter_map(|header| header.details.client).collect();
        let clients: Vec<_> = clients.into_iter().collect();
        let clients = self.store.clients_of(actor.tenant(), &clients).await?;
        let numbered = clients.into_iter().filter(|client| client.party_number > 0);
        Ok(numbered.map(|client| (client.id, client.party_number)).collect())
    }
}
