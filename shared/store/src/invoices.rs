//! Invoices: header, lines, payments, refunds and history share a partition and commit together.

use domain::Tenant;
use domain::client::Client;
use domain::id::{EntryId, InvoiceId, LineId, PaymentId};
use domain::invoice::{Changes, Header, HistoryEntry, Invoice, InvoiceNumber, Line, Payment};
use domain::text::ShortText;
use jiff::Timestamp;

use crate::Store;
use crate::clients::{count_reference, create_client};
use crate::codec::{Stored, decode, encode, encode_body};
use crate::error::{StoreError, Unique};
use crate::invoice_items::{LineOf, PaymentOf};
use crate::invoice_series::SeriesNumber;
use crate::keys::{self, Collection, Key, Part};
use crate::numbers::{self, Series};
use crate::payment_links::{put_links, retired_item};
use crate::table::{Item, Query, Update, n, s};
use crate::transaction::Transaction;

/// What is committed with a new invoice beside its own items.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alongside<'a> {
    /// The step of the series that gives it its number.
    pub series: Option<SeriesNumber>,
    /// Its client, where it is made for this invoice.
    pub client: Option<&'a Client>,
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`], and the writes
/// with [`StoreError::Raced`] and [`StoreError::TooLarge`] too.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// An invoice's header.
    pub async fn invoice_header(&self, tenant: Tenant, id: InvoiceId) -> Result<Option<Header>, StoreError> {
        let item = self.table.get(&keys::invoice(tenant, id)).await?;
        item.filter(is_live).map(decode).transpose()
    }

    /// An invoice with its lines, payments and refunds: one round trip.
    pub async fn invoice(&self, tenant: Tenant, id: InvoiceId) -> Result<Option<Invoice>, StoreError> {
        restored(self.table.query_all(books(tenant, id)).await?)
    }

    /// The changes of an invoice's status, oldest first.
    pub async fn invoice_history(&self, tenant: Tenant, id: InvoiceId) -> Result<Vec<HistoryEntry>, StoreError> {
        let prefix = keys::invoice_part(tenant, id, Part::History, "").sk;
        let query = Query {
            condition: "pk = :pk AND begins_with(sk, :prefix)",
            values: [(":pk".to_owned(), s(keys::invoices(tenant))), (":prefix".to_owned(), s(prefix))].into(),
            ..Query::default()
        };
        self.table.query_all(query).await?.into_iter().map(decode).collect()
    }

    /// A line, by its id alone, with the invoice that it belongs to.
    pub async fn line_by_id(&self, tenant: Tenant, id: LineId) -> Result<Option<(InvoiceId, Line)>, StoreError> {
        let found: Option<LineOf> = self.part_by_id(tenant, keys::part_index(Part::Line, id)).await?;
        Ok(found.map(|LineOf(invoice, line)| (invoice, line)))
    }

    /// A payment, by its id alone, with the invoice that it is booked on.
    pub async fn payment_by_id(
        &self,
        tenant: Tenant,
        id: PaymentId,
    ) -> Result<Option<(InvoiceId, Payment)>, StoreError> {
        let found: Option<PaymentOf> = self.part_by_id(tenant, keys::part_index(Part::Payment, id)).await?;
        Ok(found.map(|PaymentOf(invoice, payment)| (invoice, payment)))
    }

    async fn part_by_id<T: Stored>(&self, tenant: Tenant, part: String) -> Result<Option<T>, StoreError> {
        let query = Query {
            index: Some("lsi2"),
            condition: "pk = :pk AND lsi2 = :part",
            values: [(":pk".to_owned(), s(keys::invoices(tenant))), (":part".to_owned(), s(part))].into(),
            ..Query::default()
        };
        self.table.query(query).await?.items.into_iter().next().map(decode).transpose()
    }

    /// Writes a new invoice with all its parts. [`StoreError::Missing`] when its client is gone,
    /// [`StoreError::Taken`] for its number or a Stripe charge.
    pub async fn create_invoice(&self, tenant: Tenant, invoice: &Invoice) -> Result<(), StoreError> {
        self.create_invoice_with(tenant, invoice, Alongside::default()).await
    }

    /// Writes a new invoice as [`Store::create_invoice`], and with it what comes into being by it:
    /// the step of the series whose number it has ([`StoreError::Raced`] when another invoice took
    /// that step), and its client ([`StoreError::Taken`] when the client's address is another's).
    pub async fn create_invoice_with(
        &self,
        tenant: Tenant,
        invoice: &Invoice,
        alongside: Alongside<'_>,
    ) -> Result<(), StoreError> {
        let Alongside { series, client } = alongside;
        let header = invoice.header();
        let mut commit = Transaction::new();
        commit.create(header_item(tenant, header)?);
        commit.claim(Unique::InvoiceNumber, number_key(tenant, &header.number), header.id.uuid());
        if let Some(series) = series {
            commit.change_or_race(series.step(tenant));
        }
        match (client, header.details.client) {
            (Some(client), _) => create_client(&mut commit, tenant, client, 1)?,
            (None, Some(client)) => {
                commit.change(count_reference(tenant, Collection::Client, client, 1));
            }
            (None, None) => {}
        }
        let listed = header.status.is_listed_as_billing();
        numbers::take(&mut commit, tenant, &[(Series::Billing, header.billing_number)], listed);
        if listed {
            numbers::name_billing(&mut commit, tenant, header.billing_number, header.id);
        }
        put_parts(&mut commit, tenant, invoice)?;
        commit.commit(&self.table).await
    }

    /// Writes what a decision changed, over the header that it was based on.
    /// [`StoreError::Missing`] when its new client is gone, [`StoreError::Taken`] for a charge or
    /// another number.
    pub async fn commit_invoice(&self, tenant: Tenant, invoice: &Invoice, before: &Header) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        put_changes(&mut commit, tenant, invoice, before)?;
        commit.commit(&self.table).await
    }

    /// Takes an invoice out of every list; it is kept, and so is its number.
    pub async fn delete_invoice(&self, tenant: Tenant, header: &Header, now: Timestamp) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.change_or_race(Update {
            key: keys::invoice(tenant, header.id),
            expression: "REMOVE model, lsi1, lsi2, lsi3, gsi1pk, gsi1sk \
                         SET deleted_at = :now, updated_at = :now, version = version + :one",
            condition: "version = :before".into(),
            names: [].into(),
            values: [
                (":now".to_owned(), s(now.to_string())),
                (":one".to_owned(), n(1)),
                (":before".to_owned(), n(header.meta.version)),
            ]
            .into(),
        });
        if let Some(client) = header.details.client {
            commit.change_or_race(count_reference(tenant, Collection::Client, client, -1));
        }
        let listed = header.status.is_listed_as_billing();
        numbers::delete(&mut commit, tenant, (Series::Billing, header.billing_number), listed);
        if let Some(link) = &header.payment_link {
            commit.put(retired_item(tenant, header.id, link, now)?);
        }
        commit.commit(&self.table).await
    }

    /// Frees a Stripe charge, if a payment on a deleted invoice has it; says whether it is free. A
    /// deletion does not give the charges of its payments back itself, because they may be more than
    /// one commit takes.
    pub async fn free_charge(&self, tenant: Tenant, charge: &ShortText) -> Result<bool, StoreError> {
        let key = charge_key(tenant, charge);
        let Some(item) = self.table.get(&key).await? else { return Ok(true) };
        let id = |name: &str| item.get(name).and_then(|id| id.as_s().ok());
        let (holder, invoice) = (id("held_by"), id("invoice").and_then(|id| id.parse().ok()));
        let (Some(holder), Some(invoice)) = (holder.and_then(|id| id.parse().ok()), invoice) else {
            return Err(StoreError::corrupt("a charge without its invoice"));
        };
        if self.invoice_header(tenant, invoice).await?.is_some() {
            return Ok(false);
        }
        let mut commit = Transaction::new();
        commit.release(key, holder);
        match commit.commit(&self.table).await {
            Ok(()) | Err(StoreError::Raced) => Ok(true),
            Err(other) => Err(other),
        }
    }

    /// Completes, or reopens, a task of an invoice in place. [`StoreError::Missing`] when the
    /// invoice, the task, or the expected version is not there.
    pub async fn complete_invoice_task(
        &self,
        tenant: Tenant,
        id: InvoiceId,
        task: EntryId,
        completed: bool,
        expected: Option<u64>,
        now: Timestamp,
    ) -> Result<Header, StoreError> {
        self.complete_task(keys::invoice(tenant, id), task, completed, expected, now).await
    }

    /// Removes a note of an invoice in place; as [`Store::complete_invoice_task`].
    pub async fn drop_invoice_note(
        &self,
        tenant: Tenant,
        id: InvoiceId,
        note: EntryId,
        expected: Option<u64>,
        now: Timestamp,
    ) -> Result<Header, StoreError> {
        self.drop_note(keys::invoice(tenant, id), note, expected, now).await
    }
}

/// Whether a header's item is in the books: a deleted one is kept without its model.
fn is_live(item: &Item) -> bool {
    item.contains_key("model")
}

/// The invoice that its items are; none, if it was deleted or never was.
pub(crate) fn restored(items: Vec<Item>) -> Result<Option<Invoice>, StoreError> {
    let (mut header, mut lines, mut payments, mut refunds) = (None, vec![], vec![], vec![]);
    for item in items {
        let sk = item.get("sk").and_then(|sk| sk.as_s().ok()).cloned().unwrap_or_default();
        match Part::of(&sk) {
            None if is_live(&item) => header = Some(decode::<Header>(item)?),
            None => return Ok(None),
            Some(Part::Line) => lines.push(decode::<LineOf>(item)?.1),
            Some(Part::Payment) => payments.push(decode::<PaymentOf>(item)?.1),
            Some(Part::Refund) => refunds.push(decode(item)?),
            Some(Part::History | Part::Link | Part::Comment | Part::Attachment) => {}
        }
    }
    Ok(header.map(|header| Invoice::restore(header, lines, payments, refunds)))
}

/// All items of an invoice but those that stand beside its books.
fn books(tenant: Tenant, id: InvoiceId) -> Query {
    let values = [(":pk", keys::invoices(tenant)), (":id", id.to_string()), (":end", keys::beside_books(id))];
    Query {
        condition: "pk = :pk AND sk BETWEEN :id AND :end",
        values: values.map(|(name, value)| (name.to_owned(), s(value))).into(),
        ..Query::default()
    }
}

/// A header's item, with its places in the indexes.
fn header_item(tenant: Tenant, header: &Header) -> Result<Item, StoreError> {
    let id = header.id;
    let mut item = encode(header, &keys::invoice(tenant, id))?;
    item.insert("lsi1".into(), s(id.to_string()));
    item.insert("lsi2".into(), s(format!("{}#{id}", header.status)));
    if let Some(client) = header.details.client {
        item.insert("lsi3".into(), s(format!("{client}#{id}")));
    }
    if let Some(due) = header.receivable_until() {
        item.insert("gsi1pk".into(), s(keys::due(keys::due_shard(id))));
        item.insert("gsi1sk".into(), s(format!("{due}#{id}")));
    }
    Ok(item)
}

/// What a decision changed, over the header that it was based on.
pub(crate) fn put_changes(
    commit: &mut Transaction,
    tenant: Tenant,
    invoice: &Invoice,
    before: &Header,
) -> Result<(), StoreError> {
    let header = invoice.header();
    commit.replace(header_item(tenant, header)?, before.meta.version);
    let numbers = [&before.number, &header.number].map(|number| Some(number_key(tenant, number)));
    let [old, new] = numbers;
    commit.move_claim(Unique::InvoiceNumber, old, new, header.id.uuid());
    if header.details.client != before.details.client {
        if let Some(client) = before.details.client {
            commit.change_or_race(count_reference(tenant, Collection::Client, client, -1));
        }
        if let Some(client) = header.details.client {
            commit.change(count_reference(tenant, Collection::Client, client, 1));
        }
    }
    match (before.status.is_listed_as_billing(), header.status.is_listed_as_billing()) {
        (true, false) => unlist(commit, tenant, header),
        (false, true) => {
            numbers::come_back(commit, tenant, &[(Series::Billing, header.billing_number)]);
            numbers::name_billing(commit, tenant, header.billing_number, header.id);
        }
        (true, true) | (false, false) => {}
    }
    put_parts(commit, tenant, invoice)
}

/// Takes an invoice out of the list of billings.
fn unlist(commit: &mut Transaction, tenant: Tenant, header: &Header) {
    let counted = (Series::Billing, header.billing_number);
    numbers::leave(commit, tenant, &[counted]);
    numbers::unname(commit, tenant, counted);
}

fn put_parts(commit: &mut Transaction, tenant: Tenant, invoice: &Invoice) -> Result<(), StoreError> {
    let id = invoice.header().id;
    let Changes {
        lines,
        removed_lines,
        payments,
        removed_payments,
        refunds,
        removed_refunds,
        links,
        history,
        claimed_charges,
        released_charges,
    } = invoice.changes();
    let known =
        |missing: domain::Error| StoreError::Corrupt(format!("a change of a part that is not there: {missing}"));
    for line in lines {
        let line = invoice.line(*line).map_err(known)?;
        let key = keys::invoice_part(tenant, id, Part::Line, line.id);
        let mut item = encode(&LineOf(id, line.clone()), &key)?;
        item.insert("lsi2".into(), s(keys::part_index(Part::Line, line.id)));
        commit.put(item);
    }
    for payment in payments {
        let payment = invoice.payment(*payment).map_err(known)?;
        let key = keys::invoice_part(tenant, id, Part::Payment, payment.id);
        let mut item = encode(&PaymentOf(id, payment.clone()), &key)?;
        item.insert("lsi2".into(), s(keys::part_index(Part::Payment, payment.id)));
        commit.put(item);
    }
    for refund in refunds {
        let refund = invoice.refund(*refund).map_err(known)?;
        commit.put(encode(refund, &keys::invoice_part(tenant, id, Part::Refund, refund.id))?);
    }
    for entry in history {
        commit.put(encode(entry, &keys::invoice_part(tenant, id, Part::History, entry.id))?);
    }
    for line in removed_lines {
        let key = keys::invoice_part(tenant, id, Part::Line, line.id);
        throw_away(commit, tenant, key, &LineOf(id, line.clone()), line.meta.version)?;
    }
    for payment in removed_payments {
        let key = keys::invoice_part(tenant, id, Part::Payment, payment.id);
        throw_away(commit, tenant, key, &PaymentOf(id, payment.clone()), payment.meta.version)?;
    }
    for refund in removed_refunds.values() {
        throw_away(
            commit,
            tenant,
            keys::invoice_part(tenant, id, Part::Refund, refund.id),
            refund,
            refund.meta.version,
        )?;
    }
    put_links(commit, tenant, invoice.header(), links)?;
    for (charge, payment) in released_charges {
        commit.release(charge_key(tenant, charge), payment.uuid());
    }
    for (charge, payment) in claimed_charges {
        let mut claim = charge_key(tenant, charge).attributes();
        claim.insert("held_by".into(), s(payment.to_string()));
        claim.insert("invoice".into(), s(id.to_string()));
        commit.claim_with(Unique::Charge, claim);
    }
    Ok(())
}

/// Moves a removed part out of the invoice's reach; it is kept.
fn throw_away<T: Stored>(
    commit: &mut Transaction,
    tenant: Tenant,
    key: Key,
    object: &T,
    version: u64,
) -> Result<(), StoreError> {
    commit.put(encode_body(&object.body(), &keys::trash(tenant, &key))?);
    commit.remove(key, version);
    Ok(())
}

pub(crate) fn number_key(tenant: Tenant, number: &InvoiceNumber) -> Key {
    keys::unique_in(tenant, "INVOICE", number.as_str())
}

fn charge_key(tenant: Tenant, charge: &ShortText) -> Key {
    keys::unique_in(tenant, "CHARGE", charge.as_str())
}
