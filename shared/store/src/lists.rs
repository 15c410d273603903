//! Pages of collections, and the in-place changes that all lists of tasks and notes share.

use domain::Tenant;
use domain::id::EntryId;
use jiff::Timestamp;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::Store;
use crate::codec::Stored;
use crate::error::StoreError;
use crate::keys::{self, Collection, Key};
use crate::table::{Item, Query, Update, n, s};

/// Which rows of a list are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// How many, at most.
    pub limit: usize,
    /// The key of the last row that the caller has, as [`Page::next`] gave it.
    pub after: Option<String>,
}

/// Rows of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, in the list's order.
    pub rows: Vec<T>,
    /// Where to go on, when more may follow: the key of the last row, or of the last one that was passed over where many
    /// were. So a page may be short, even empty, and not be the last.
    pub next: Option<String>,
}

/// About how many bytes of rows a page holds, at most; one row alone may be more. Lambda's answers
/// end at 6 MB, and the text of an answer grows by its escapes.
pub const PAGE_BYTES: usize = 2_500_000;

/// How often a page with a filter is read on, a megabyte each time: a request ends after 29 s, and what no index answers
/// may match nothing for as long as the collection is.
const MOST_READS: usize = 16;

impl<T> Page<T> {
    /// The page of a list that is at hand as a whole, in the order of its keys; `bytes` is about how
    /// much of an answer a row takes.
    #[must_use]
    pub fn of(
        mut rows: Vec<T>,
        request: &PageRequest,
        key: impl Fn(&T) -> String,
        bytes: impl Fn(&T) -> usize,
    ) -> Self {
        if let Some(after) = &request.after {
            rows.retain(|row| key(row) > *after);
        }
        let mut total = 0;
        let fitting = rows.iter().take(request.limit).take_while(|row| {
            let first = total == 0;
            total += bytes(row);
            first || total <= PAGE_BYTES
        });
        let fitting = fitting.count();
        let more = rows.len() > fitting;
        rows.truncate(fitting);
        let next = rows.last().filter(|_| more).map(key);
        Self { rows, next }
    }
}

impl Store {
    /// One object of a collection.
    pub(crate) async fn find<T: Stored>(&self, key: &Key) -> Result<Option<T>, StoreError> {
        self.table.get(key).await?.map(|item| self.table.decode(item)).transpose()
    }

    /// Who holds a unique value.
    pub(crate) async fn holder(&self, marker: &Key) -> Result<Option<uuid::Uuid>, StoreError> {
        let Some(item) = self.table.get(marker).await? else { return Ok(None) };
        let holder = item.get("held_by").and_then(|id| id.as_s().ok()).and_then(|id| id.parse().ok());
        holder.map(Some).ok_or_else(|| StoreError::corrupt("a marker without its holder"))
    }

    /// All objects of a collection that is small by its nature.
    pub(crate) async fn all<T: Stored>(&self, tenant: Tenant, collection: Collection) -> Result<Vec<T>, StoreError> {
        let query = of_partition(keys::partition(tenant, collection));
        let items = self.table.query_all(query).await?.into_iter();
        items.filter(|item| !item.contains_key(PARENT_DELETED)).map(|item| self.table.decode(item)).collect()
    }

    /// A page of a collection, oldest first.
    pub(crate) async fn page<T: Stored>(
        &self,
        tenant: Tenant,
        collection: Collection,
        request: PageRequest,
        matches: Option<&(dyn Fn(&T) -> bool + Send + Sync)>,
    ) -> Result<Page<T>, StoreError> {
        let pk = keys::partition(tenant, collection);
        let start = request.after.as_ref().map(|sk| Key { pk: pk.clone(), sk: sk.clone() }.attributes());
        let query = Query { start, ..of_partition(pk) };
        self.page_of(query, request.limit, matches).await
    }

    /// A page of what a query finds. Without a filter the query reads exactly the page and one row
    /// more; with one, it reads on until the page is full, or for 16 MB.
    pub(crate) async fn page_of<T: Stored>(
        &self,
        query: Query,
        limit: usize,
        matches: Option<&(dyn Fn(&T) -> bool + Send + Sync)>,
    ) -> Result<Page<T>, StoreError> {
        let mut rows: Vec<(String, T)> = Vec::new();
        let mut bytes = 0;
        let (mut start, mut reads) = (query.start.clone(), 0);
        loop {
            reads += 1;
            let wanted = limit + 1 - rows.len();
            let found = self
                .table
                .query(Query { start: start.take(), limit: matches.is_none().then_some(wanted), ..query.clone() })
                .await?;
            for item in found.items {
                if item.contains_key(PARENT_DELETED) {
                    return Err(StoreError::Missing);
                }
                let (sk, size) = (sort_key(&item)?, bytes_of(&item));
                let row = self.table.decode(item)?;
                if !matches.is_none_or(|matches| matches(&row)) {
                    continue;
                }
                bytes += size;
                if rows.len() == limit || (bytes > PAGE_BYTES && !rows.is_empty()) {
                    let next = rows.last().map(|(sk, _)| sk.clone());
                    return Ok(Page { rows: rows.into_iter().map(|(_, row)| row).collect(), next });
                }
                rows.push((sk, row));
            }
            let next = match found.last {
                Some(last) if reads < MOST_READS || matches.is_none() => {
                    start = Some(last);
                    continue;
                }
                Some(last) => Some(sort_key(&last)?),
                None => None,
            };
            return Ok(Page { rows: rows.into_iter().map(|(_, row)| row).collect(), next });
        }
    }

    /// Sets whether a task is completed, in place: no concurrent change is lost.
    ///
    /// The object that holds the task is given as it then is. [`StoreError::Missing`] when there is
    /// no such object or task, or the object's version is not the expected one.
    pub(crate) async fn complete_task<T: Stored>(
        &self,
        key: Key,
        task: EntryId,
        completed: bool,
        expected: Option<u64>,
        now: Timestamp,
    ) -> Result<T, StoreError> {
        let update = Update {
            expression: "SET tasks.#entry.completed = :completed, updated_at = :now, version = version + :one",
            condition: "attribute_exists(model) AND attribute_exists(tasks.#entry)".into(),
            ..in_place(key, task, now)
        };
        let update = with_value(update, ":completed", AttributeValue::Bool(completed));
        self.table.decode(self.table.update(expecting(update, expected)).await?)
    }

    /// Removes a note, in place; as [`Store::complete_task`].
    pub(crate) async fn drop_note<T: Stored>(
        &self,
        key: Key,
        note: EntryId,
        expected: Option<u64>,
        now: Timestamp,
    ) -> Result<T, StoreError> {
        let update = Update {
            expression: "REMOVE notes.#entry SET updated_at = :now, version = version + :one",
            condition: "attribute_exists(model) AND attribute_exists(notes.#entry)".into(),
            ..in_place(key, note, now)
        };
        self.table.decode(self.table.update(expecting(update, expected)).await?)
    }
}

/// Marks a partition whose parent was deleted.
const PARENT_DELETED: &str = "parent_deleted";

/// Where a list begins.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Order {
    OldestFirst,
    NewestFirst,
}

/// The item that tells, in the same round trip as a list's rows, that what they belong to was
/// deleted. It sorts before every id of the list.
pub(crate) fn parent_deleted(pk: String, order: Order) -> Item {
    let sk = match order {
        Order::OldestFirst => "!",
        Order::NewestFirst => "~",
    };
    let mut item = Key { pk, sk: sk.into() }.attributes();
    item.insert(PARENT_DELETED.into(), AttributeValue::Bool(true));
    item
}

/// All of a partition.
pub(crate) fn of_partition(pk: String) -> Query {
    Query { condition: "pk = :pk", values: [(":pk".to_owned(), s(pk))].into(), ..Query::default() }
}

fn in_place(key: Key, entry: EntryId, now: Timestamp) -> Update {
    Update {
        key,
        expression: "",
        condition: String::new(),
        names: [("#entry".to_owned(), entry.to_string())].into(),
        values: [(":now".to_owned(), s(now.to_string())), (":one".to_owned(), n(1))].into(),
    }
}

fn with_value(mut update: Update, name: &str, value: AttributeValue) -> Update {
    update.values.insert(name.to_owned(), value);
    update
}

pub(crate) fn expecting(update: Update, expected: Option<u64>) -> Update {
    match expected {
        None => update,
        Some(version) => {
            let condition = format!("{} AND version = :expected", update.condition);
            with_value(Update { condition, ..update }, ":expected", n(version))
        }
    }
}

fn sort_key(item: &Item) -> Result<String, StoreError> {
    let sk = item.get("sk").and_then(|sk| sk.as_s().ok());
    sk.cloned().ok_or_else(|| StoreError::corrupt("an item without a sort key"))
}

/// How large an item is: its names and values, as DynamoDB counts them.
fn bytes_of(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value_bytes(value)).sum()
}

fn value_bytes(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.len(),
        AttributeValue::M(map) => map.iter().map(|(name, value)| name.len() + value_bytes(value)).sum(),
        AttributeValue::L(list) => list.iter().map(value_bytes).sum(),
        // The table holds no binary values and no sets.
        _ => 1,
    }
}
