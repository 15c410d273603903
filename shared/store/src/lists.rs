//! Pages of collections, and the in-place changes that all lists of tasks and notes share.

use domain::Tenant;
use domain::id::EntryId;
use jiff::Timestamp;

use crate::Store;
use crate::codec::{Stored, decode};
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
    /// The key of the last row, when more follow.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// The page of a list that is at hand as a whole, in the order of its keys. The row that the
    /// caller has last may be gone by now.
    #[must_use]
    pub fn of(mut rows: Vec<T>, request: &PageRequest, key: impl Fn(&T) -> String) -> Self {
        if let Some(after) = &request.after {
            rows.retain(|row| key(row) > *after);
        }
        let more = rows.len() > request.limit;
        rows.truncate(request.limit);
        let next = rows.last().filter(|_| more).map(key);
        Self { rows, next }
    }
}

impl Store {
    /// One object of a collection.
    pub(crate) async fn find<T: Stored>(&self, key: &Key) -> Result<Option<T>, StoreError> {
        self.table.get(key).await?.map(decode).transpose()
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
        self.table.query_all(query).await?.into_iter().map(decode).collect()
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
    /// more; with one, it reads on until the page is full.
    pub(crate) async fn page_of<T: Stored>(
        &self,
        query: Query,
        limit: usize,
        matches: Option<&(dyn Fn(&T) -> bool + Send + Sync)>,
    ) -> Result<Page<T>, StoreError> {
        let mut rows: Vec<(String, T)> = Vec::new();
        let mut start = query.start.clone();
        loop {
            let wanted = limit + 1 - rows.len();
            let found = self
                .table
                .query(Query { start: start.take(), limit: matches.is_none().then_some(wanted), ..query.clone() })
                .await?;
            for item in found.items {
                let sk = sort_key(&item)?;
                let row = decode(item)?;
                if matches.is_none_or(|matches| matches(&row)) {
                    rows.push((sk, row));
                }
                if rows.len() > limit {
                    rows.truncate(limit);
                    let next = rows.last().map(|(sk, _)| sk.clone());
                    return Ok(Page { rows: rows.into_iter().map(|(_, row)| row).collect(), next });
                }
            }
            match found.last {
                Some(last) => start = Some(last),
                None => return Ok(Page { rows: rows.into_iter().map(|(_, row)| row).collect(), next: None }),
            }
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
        let update = with_value(update, ":completed", aws_sdk_dynamodb::types::AttributeValue::Bool(completed));
        decode(self.table.update(expecting(update, expected)).await?)
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
        decode(self.table.update(expecting(update, expected)).await?)
    }
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

fn with_value(mut update: Update, name: &str, value: aws_sdk_dynamodb::types::AttributeValue) -> Update {
    update.values.insert(name.to_owned(), value);
    update
}

fn expecting(update: Update, expected: Option<u64>) -> Update {
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
