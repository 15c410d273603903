//! What is found by its number, and pages in the order of the numbers.

use domain::Tenant;
use domain::catalogue::{CatalogueItem, Category};
use domain::client::Client;
use domain::id::InvoiceId;
use domain::invoice::Header;
use domain::supplier::Supplier;
use futures::future::try_join_all;

use crate::Store;
use crate::codec::decode;
use crate::error::StoreError;
use crate::keys::{self, Collection, Key};
use crate::lists::of_partition;
use crate::numbers::{Counter, NumberPage, Party, PartyKey, Place, Series, counter, row};
use crate::table::{Item, Query, s};

/// How many rows a page by number has.
pub const PAGE_SIZE: u64 = 10;

/// How many gaps are looked at in one round trip.
const GAPS_AT_ONCE: usize = 1000;

/// How many objects are looked for at the same time.
const LOOKS_AT_ONCE: usize = 25;

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`]. A page that is past
/// the end is none; the first one never is.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// The next number of each series: one round trip. Whoever commits it first has it; others lose
    /// the race.
    pub async fn next_numbers<const N: usize>(
        &self,
        tenant: Tenant,
        series: [Series; N],
    ) -> Result<[u64; N], StoreError> {
        let mut groups: Vec<&str> = series.map(Series::group).to_vec();
        groups.dedup();
        let wanted: Vec<_> = groups.into_iter().map(|group| keys::counters(tenant, group)).collect();
        let items = match wanted.as_slice() {
            [one] => self.table.get(one).await?.into_iter().collect(),
            _ => self.table.get_all(&wanted).await?,
        };
        let mut next = [1; N];
        for (next, series) in next.iter_mut().zip(series) {
            for item in &items {
                *next = (counter(item, series)?.last + 1).max(*next);
            }
        }
        Ok(next)
    }

    /// A page of the products.
    pub async fn products(&self, tenant: Tenant, page: u64) -> Result<Option<NumberPage<CatalogueItem>>, StoreError> {
        self.page_of_objects(tenant, Series::Product, page, decode).await
    }

    /// The product of a number.
    pub async fn product(&self, tenant: Tenant, number: u64) -> Result<Option<CatalogueItem>, StoreError> {
        self.numbered(tenant, Series::Product, number).await?.map(decode).transpose()
    }

    /// The products of some numbers, each found by a look of its own. Those that are not there are
    /// left out.
    pub async fn products_of(&self, tenant: Tenant, numbers: &[u64]) -> Result<Vec<CatalogueItem>, StoreError> {
        let mut products = Vec::new();
        for numbers in numbers.chunks(LOOKS_AT_ONCE) {
            let found = try_join_all(numbers.iter().map(|number| self.product(tenant, *number))).await?;
            products.extend(found.into_iter().flatten());
        }
        Ok(products)
    }

    /// A page of the categories.
    pub async fn numbered_categories(
        &self,
        tenant: Tenant,
        page: u64,
    ) -> Result<Option<NumberPage<Category>>, StoreError> {
        self.page_of_objects(tenant, Series::Category, page, decode).await
    }

    /// The category of a number.
    pub async fn numbered_category(&self, tenant: Tenant, number: u64) -> Result<Option<Category>, StoreError> {
        self.numbered(tenant, Series::Category, number).await?.map(decode).transpose()
    }

    /// A page of all parties.
    pub async fn parties(&self, tenant: Tenant, page: u64) -> Result<Option<NumberPage<Party>>, StoreError> {
        let Some(NumberPage { count, rows }) = self.page_of_objects(tenant, Series::Party, page, party_key).await?
        else {
            return Ok(None);
        };
        let keys: Vec<_> = rows.into_iter().map(|key| party_member(tenant, key)).collect();
        let suppliers = keys::partition(tenant, Collection::Supplier);
        let found = self.table.get_all(&keys).await?.into_iter().map(|item| {
            let supplier = item.get("pk").and_then(|pk| pk.as_s().ok()) == Some(&suppliers);
            Ok(if supplier { Party::Supplier(decode(item)?) } else { Party::Customer(decode(item)?) })
        });
        let mut rows = found.collect::<Result<Vec<_>, StoreError>>()?;
        rows.sort_by_key(Party::number);
        Ok(Some(NumberPage { count, rows }))
    }

    /// A page of the customers.
    pub async fn customers(&self, tenant: Tenant, page: u64) -> Result<Option<NumberPage<Client>>, StoreError> {
        self.page_of_objects(tenant, Series::Customer, page, decode).await
    }

    /// A page of the suppliers.
    pub async fn suppliers(&self, tenant: Tenant, page: u64) -> Result<Option<NumberPage<Supplier>>, StoreError> {
        self.page_of_objects(tenant, Series::Supplier, page, decode).await
    }

    /// Who has a party's number.
    pub async fn party_of(&self, tenant: Tenant, number: u64) -> Result<Option<PartyKey>, StoreError> {
        self.table.get(&row(tenant, Series::Party, number)).await?.map(party_key).transpose()
    }

    /// A page of the billings.
    pub async fn billings(&self, tenant: Tenant, page: u64) -> Result<Option<NumberPage<Header>>, StoreError> {
        let Some(NumberPage { count, rows }) = self.page_of_objects(tenant, Series::Billing, page, billing_id).await?
        else {
            return Ok(None);
        };
        let keys: Vec<_> = rows.into_iter().map(|id| keys::invoice(tenant, id)).collect();
        let found = self.table.get_all(&keys).await?.into_iter().filter(|item| item.contains_key("model"));
        let mut rows = found.map(decode).collect::<Result<Vec<Header>, StoreError>>()?;
        rows.sort_by_key(|header| header.billing_number);
        Ok(Some(NumberPage { count, rows }))
    }

    /// The invoice that has a billing's number.
    pub async fn billing_of(&self, tenant: Tenant, number: u64) -> Result<Option<InvoiceId>, StoreError> {
        self.table.get(&row(tenant, Series::Billing, number)).await?.map(billing_id).transpose()
    }

    /// A page of a series, each row read as what it is.
    pub(crate) async fn page_of_objects<T>(
        &self,
        tenant: Tenant,
        series: Series,
        page: u64,
        read: fn(Item) -> Result<T, StoreError>,
    ) -> Result<Option<NumberPage<T>>, StoreError> {
        let Counter { last, live, deleted: _ } = self.counter(tenant, series).await?;
        let Some(skip) = page.checked_sub(1).and_then(|before| before.checked_mul(PAGE_SIZE)) else { return Ok(None) };
        if skip > 0 && skip >= live {
            return Ok(None);
        }
        let from = match skip {
            0 => 1,
            skip if last == live => skip + 1,
            skip => self.number_after(tenant, series, skip).await?,
        };
        let rows = self.rows_from(tenant, series, from).await?.into_iter().map(read);
        Ok(Some(NumberPage { count: live, rows: rows.collect::<Result<_, _>>()? }))
    }

    /// What is counted of a series: one small read.
    pub(crate) async fn counter(&self, tenant: Tenant, series: Series) -> Result<Counter, StoreError> {
        let item = self.table.get(&keys::counters(tenant, series.group())).await?;
        item.as_ref().map_or(Ok(Counter::default()), |item| counter(item, series))
    }

    /// The number that so many numbers in use are below.
    async fn number_after(&self, tenant: Tenant, series: Series, skip: u64) -> Result<u64, StoreError> {
        let mut number = skip + 1;
        let gaps = of_partition(keys::gaps(tenant, series.name()));
        let mut start = None;
        loop {
            let found =
                self.table.query(Query { start: start.take(), limit: Some(GAPS_AT_ONCE), ..gaps.clone() }).await?;
            for gap in found.items {
                let gap = gap.get("sk").and_then(|sk| sk.as_s().ok()).and_then(|sk| sk.parse::<u64>().ok());
                match gap.ok_or_else(|| StoreError::corrupt("a gap without its number"))? {
                    gap if gap <= number => number += 1,
                    _ => return Ok(number),
                }
            }
            match found.last {
                Some(last) => start = Some(last),
                None => return Ok(number),
            }
        }
    }

    /// A page's rows from a number on.
    async fn rows_from(&self, tenant: Tenant, series: Series, from: u64) -> Result<Vec<Item>, StoreError> {
        let query = at(series.place(tenant), from, "pk = :pk AND sk >= :number", "pk = :pk AND lsi1 >= :number");
        let size = usize::try_from(PAGE_SIZE).unwrap_or(usize::MAX);
        let (mut rows, mut start) = (Vec::new(), None);
        loop {
            let limit = Some(size - rows.len());
            let found = self.table.query(Query { start: start.take(), limit, ..query.clone() }).await?;
            rows.extend(found.items);
            match found.last {
                Some(last) if rows.len() < size => start = Some(last),
                Some(_) | None => return Ok(rows),
            }
        }
    }

    /// The object of a number, where the series leads to the object itself.
    pub(crate) async fn numbered(
        &self,
        tenant: Tenant,
        series: Series,
        number: u64,
    ) -> Result<Option<Item>, StoreError> {
        let query = at(series.place(tenant), number, "pk = :pk AND sk = :number", "pk = :pk AND lsi1 = :number");
        Ok(self.table.query(query).await?.items.into_iter().next())
    }
}

fn at(place: Place, number: u64, of_partition: &'static str, of_index: &'static str) -> Query {
    let (index, condition, pk) = match place {
        Place::Partition(pk) => (None, of_partition, pk),
        Place::Index(pk) => (Some("lsi1"), of_index, pk),
    };
    let values = [(":pk".to_owned(), s(pk)), (":number".to_owned(), s(keys::padded(number)))].into();
    Query { index, condition, values, ..Query::default() }
}

fn party_key(item: Item) -> Result<PartyKey, StoreError> {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
    let key = match (text("kind").map(String::as_str), text("id")) {
        (Some("customer"), Some(id)) => id.parse().ok().map(PartyKey::Customer),
        (Some("supplier"), Some(id)) => id.parse().ok().map(PartyKey::Supplier),
        _ => None,
    };
    key.ok_or_else(|| StoreError::corrupt("a party's number without its party"))
}

fn party_member(tenant: Tenant, key: PartyKey) -> Key {
    match key {
        PartyKey::Customer(id) => keys::member(tenant, Collection::Client, id),
        PartyKey::Supplier(id) => keys::member(tenant, Collection::Supplier, id),
    }
}

fn billing_id(item: Item) -> Result<InvoiceId, StoreError> {
    let id = item.get("id").and_then(|id| id.as_s().ok()).and_then(|id| id.parse().ok());
    id.ok_or_else(|| StoreError::corrupt("a billing's number without its invoice"))
}
