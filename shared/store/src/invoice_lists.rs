//! Lists of invoices, by the local index that narrows them most.

use domain::Tenant;
use domain::filter::InvoiceFilter;
use domain::id::InvoiceId;
use domain::invoice::{Header, InvoiceNumber, Status};

use crate::Store;
use crate::error::StoreError;
use crate::invoices::number_key;
use crate::keys::{self, Key};
use crate::lists::{Page, PageRequest, of_partition};
use crate::numbers::{Counter, Series};
use crate::table::{Query, s};

/// Up to so many statuses are read one by one; for more, it is cheaper to pass over the others.
const MERGED_STATUSES: usize = 4;
/// How many rows are held at once while those are counted that have to be looked at.
const COUNTED_AT_ONCE: usize = 1_000;

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`].
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// A page of the invoices, oldest first, by the index that narrows it most.
    pub async fn invoices(
        &self,
        tenant: Tenant,
        filter: &InvoiceFilter,
        page: PageRequest,
    ) -> Result<Page<Header>, StoreError> {
        if let Some(number) = &filter.invoice_number {
            let seen = |id: &str| page.after.as_ref().is_some_and(|after| **after >= *id);
            return self.invoice_by_number(tenant, number, filter, seen).await;
        }
        let (index, prefix, exact) = narrowest(filter);
        let matches = |header: &Header| filter.matches(header);
        let query = of_index(tenant, index, prefix, page.after.as_deref());
        self.page_of(query, page.limit, (!exact).then_some(&matches as _)).await
    }

    /// A page of the invoices, newest first. A few statuses are read from their own places in the
    /// index and merged, so that a page costs about itself for each of them.
    pub async fn invoices_newest(
        &self,
        tenant: Tenant,
        filter: &InvoiceFilter,
        page: PageRequest,
    ) -> Result<Page<Header>, StoreError> {
        if let Some(number) = &filter.invoice_number {
            let seen = |id: &str| page.after.as_ref().is_some_and(|after| **after <= *id);
            return self.invoice_by_number(tenant, number, filter, seen).await;
        }
        if let (None, Some(statuses)) = (filter.client, filter.statuses)
            && statuses.len() <= MERGED_STATUSES
        {
            return self.newest_of_statuses(tenant, statuses, filter, &page).await;
        }
        let (index, prefix, exact) = narrowest(filter);
        let matches = |header: &Header| filter.matches(header);
        let query = Query { newest_first: true, ..of_index(tenant, index, prefix, page.after.as_deref()) };
        self.page_of(query, page.limit, (!exact).then_some(&matches as _)).await
    }

    async fn newest_of_statuses(
        &self,
        tenant: Tenant,
        statuses: &[Status],
        filter: &InvoiceFilter,
        page: &PageRequest,
    ) -> Result<Page<Header>, StoreError> {
        let exact = filter.currency.is_none() && filter.beside.is_empty();
        let matches = |header: &Header| filter.matches(header);
        let (mut rows, mut known_until): (Vec<Header>, Option<String>) = (Vec::new(), None);
        for status in statuses {
            let query = of_index(tenant, "lsi2", Some(format!("{status}#")), page.after.as_deref());
            let query = Query { newest_first: true, ..query };
            let found = self.page_of(query, page.limit, (!exact).then_some(&matches as _)).await?;
            rows.extend(found.rows);
            // What is older than the last row of a page that goes on is not known yet.
            known_until = known_until.max(found.next);
        }
        rows.sort_by_key(|header| std::cmp::Reverse(header.id));
        if let Some(until) = &known_until {
            rows.retain(|header| header.id.to_string() >= *until);
        }
        if rows.len() > page.limit {
            rows.truncate(page.limit);
            known_until = rows.last().map(|header| header.id.to_string());
        }
        Ok(Page { rows, next: known_until })
    }

    /// How many invoices pass a filter. All of them are counted as they are made and deleted: one
    /// small read. With a filter it reads the headers of the index that narrows them most, and
    /// moves none of them: a round trip for each megabyte.
    pub async fn count_invoices(&self, tenant: Tenant, filter: &InvoiceFilter) -> Result<u64, StoreError> {
        if *filter == InvoiceFilter::default()
            && let Some(count) = self.count_all(tenant).await?
        {
            return Ok(count);
        }
        if let Some(number) = &filter.invoice_number {
            let page = self.invoice_by_number(tenant, number, filter, |_| false).await?;
            return Ok(page.rows.len() as u64);
        }
        if !filter.beside.is_empty() {
            return self.count_looked_at(tenant, filter).await;
        }
        let mut count = 0;
        for query in counted(tenant, filter) {
            count += self.table.count(query).await?;
        }
        Ok(count)
    }

    /// How many invoices there are, if each was counted as it was made and deleted: one small read. Organisations that
    /// were made before this was done do not know.
    async fn count_all(&self, tenant: Tenant) -> Result<Option<u64>, StoreError> {
        let Counter { last, live: _, deleted } = self.counter(tenant, Series::Billing).await?;
        Ok(deleted.map(|deleted| last.saturating_sub(deleted)))
    }

    /// As [`Store::count_invoices`], by what only the rows themselves tell.
    async fn count_looked_at(&self, tenant: Tenant, filter: &InvoiceFilter) -> Result<u64, StoreError> {
        let (mut count, mut after) = (0, None);
        loop {
            let page = PageRequest { limit: COUNTED_AT_ONCE, after };
            let found = self.invoices(tenant, filter, page).await?;
            count += found.rows.len() as u64;
            match found.next {
                Some(next) => after = Some(next),
                None => return Ok(count),
            }
        }
    }

    async fn invoice_by_number(
        &self,
        tenant: Tenant,
        number: &str,
        filter: &InvoiceFilter,
        seen: impl Fn(&str) -> bool,
    ) -> Result<Page<Header>, StoreError> {
        let none = Page { rows: vec![], next: None };
        // Nothing longer was ever given as a number, and DynamoDB refuses keys over 1 KB.
        let Ok(number) = InvoiceNumber::parse(number) else { return Ok(none) };
        let holder = self.holder(&number_key(tenant, &number)).await?;
        let Some(id) = holder.map(InvoiceId::new) else { return Ok(none) };
        if seen(&id.to_string()) {
            return Ok(none);
        }
        let header = self.invoice_header(tenant, id).await?;
        Ok(Page { rows: header.into_iter().filter(|header| filter.matches(header)).collect(), next: None })
    }
}

/// The index for a filter, with the prefix of its keys, and whether all that it finds passes.
fn narrowest(filter: &InvoiceFilter) -> (&'static str, Option<String>, bool) {
    let InvoiceFilter { client, statuses, currency, invoice_number: _, beside } = filter;
    let (index, prefix, exact) = match (client, statuses) {
        (Some(client), _) => ("lsi3", Some(format!("{client}#")), statuses.is_none()),
        (None, Some([status])) => ("lsi2", Some(format!("{status}#")), true),
        (None, Some(_)) => ("lsi1", None, false),
        (None, None) => ("lsi1", None, true),
    };
    (index, prefix, exact && currency.is_none() && beside.is_empty())
}

/// The queries whose counts add up to that of a filter.
fn counted(tenant: Tenant, filter: &InvoiceFilter) -> Vec<Query> {
    let InvoiceFilter { client, statuses, currency, invoice_number: _, beside: _ } = filter;
    let (mut queries, left): (Vec<Query>, &[Status]) = match (client, statuses) {
        (Some(client), statuses) => {
            (vec![of_index(tenant, "lsi3", Some(format!("{client}#")), None)], statuses.unwrap_or_default())
        }
        (None, Some(statuses)) => {
            let of_status = |status: &Status| of_index(tenant, "lsi2", Some(format!("{status}#")), None);
            (statuses.iter().map(of_status).collect(), &[])
        }
        (None, None) => (vec![of_index(tenant, "lsi1", None, None)], &[]),
    };
    if client.is_some() && statuses.is_some_and(<[_]>::is_empty) {
        queries.clear();
    }
    for query in &mut queries {
        let mut conditions = Vec::new();
        if let Some(currency) = currency {
            conditions.push("#currency = :currency".to_owned());
            query.names.insert("#currency".into(), "currency".into());
            query.values.insert(":currency".into(), s(currency.code()));
        }
        if !left.is_empty() {
            let names: Vec<_> = (0..left.len()).map(|n| format!(":status{n}")).collect();
            conditions.push(format!("#status IN ({})", names.join(", ")));
            query.names.insert("#status".into(), "status".into());
            query.values.extend(names.into_iter().zip(left.iter().map(|status| s(status.to_string()))));
        }
        query.filter = Some(conditions.join(" AND ")).filter(|filter| !filter.is_empty());
    }
    queries
}

/// The headers of an index whose sort key is a prefix and the invoice's id.
fn of_index(tenant: Tenant, index: &'static str, prefix: Option<String>, after: Option<&str>) -> Query {
    let pk = keys::invoices(tenant);
    let start = after.map(|id| {
        let mut start = Key { pk: pk.clone(), sk: id.to_owned() }.attributes();
        start.insert(index.to_owned(), s(format!("{}{id}", prefix.as_deref().unwrap_or_default())));
        start
    });
    match prefix {
        None => Query { index: Some(index), start, ..of_partition(pk) },
        Some(prefix) => Query {
            index: Some(index),
            condition: "pk = :pk AND begins_with(#range, :prefix)",
            names: [("#range".to_owned(), index.to_owned())].into(),
            values: [(":pk".to_owned(), s(pk)), (":prefix".to_owned(), s(prefix))].into(),
            start,
            ..Query::default()
        },
    }
}
