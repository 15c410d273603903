//! Rewrites items of earlier forms in place, while everybody goes on writing.
//!
//! An item is changed only where its new form differs, on condition that it is as it was read; so a
//! write at the same time is never lost, and is never overwritten by what was read before it. The
//! item's version stays, because nothing changed that a client sees: the stream's readers find the
//! same object before and after, and tell nobody.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::{StoreError, unavailable};
use crate::forms::{FORM, form_of, text, upgrade};
use crate::keys::Key;
use crate::meter::{Kind, count};
use crate::table::{Item, Table, written};

/// A part of the table, so that several can be rewritten at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Which part, from 0.
    pub number: u32,
    /// Of how many.
    pub of: u32,
}

/// How far a part was rewritten: the key of the last item that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pk: String,
    sk: String,
}

/// What became of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rewritten {
    /// Items that were looked at.
    pub seen: u64,
    /// Those that were rewritten.
    pub rewritten: u64,
    /// Those that somebody else changed every time they were to be rewritten; another run finds them.
    pub contended: u64,
    /// Where the next page begins; none when there is none.
    pub next: Option<Position>,
}

/// How often an item is read again that somebody else changed.
const TRIES: u32 = 5;

impl Store {
    /// Rewrites the items of one page that are of an earlier form. Each page costs a read of what it holds,
    /// and a write for each item that is rewritten. It reads by `Scan`, so it is for no request.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; [`StoreError::TooLarge`] for an item that would pass 400 KB.
    pub async fn rewrite_page(
        &self,
        segment: Segment,
        from: Option<Position>,
        limit: u32,
    ) -> Result<Rewritten, StoreError> {
        let (items, next) = scan(&self.table, segment, from, limit).await?;
        let mut done = Rewritten { seen: u64::try_from(items.len()).unwrap_or(0), next, ..Rewritten::default() };
        for item in items.into_iter().filter(|item| form_of(item) < FORM) {
            match self.rewrite(item).await? {
                Outcome::Rewritten => done.rewritten += 1,
                Outcome::Nothing => {}
                Outcome::Contended => done.contended += 1,
            }
        }
        Ok(done)
    }

    async fn rewrite(&self, mut item: Item) -> Result<Outcome, StoreError> {
        let key = Key { pk: text(&item, "pk").to_owned(), sk: text(&item, "sk").to_owned() };
        for _ in 0..TRIES {
            if form_of(&item) >= FORM {
                return Ok(Outcome::Nothing);
            }
            let replaced = replace(&self.table, &key, &item).await;
            if let Err(error) = &replaced {
                tracing::error!(pk = key.pk, sk = key.sk, %error, "an item could not be rewritten");
            }
            if replaced? {
                return Ok(Outcome::Rewritten);
            }
            match self.table.get(&key).await? {
                Some(changed) => item = changed,
                None => return Ok(Outcome::Nothing),
            }
        }
        Ok(Outcome::Contended)
    }
}

enum Outcome {
    Rewritten,
    Nothing,
    Contended,
}

async fn scan(
    table: &Table,
    segment: Segment,
    from: Option<Position>,
    limit: u32,
) -> Result<(Vec<Item>, Option<Position>), StoreError> {
    let as_i32 = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let answer = table
        .client
        .scan()
        .table_name(&*table.name)
        .segment(as_i32(segment.number))
        .total_segments(as_i32(segment.of))
        .consistent_read(true)
        .limit(as_i32(limit))
        .set_exclusive_start_key(from.map(|Position { pk, sk }| Key { pk, sk }.attributes()))
        .return_consumed_capacity(ReturnConsumedCapacity::Total)
        .send()
        .await
        .map_err(unavailable)?;
    count(Kind::Read, answer.consumed_capacity.as_slice());
    let next = answer
        .last_evaluated_key
        .map(|key| Position { pk: text(&key, "pk").to_owned(), sk: text(&key, "sk").to_owned() });
    Ok((answer.items.unwrap_or_default(), next))
}

/// Writes what the present form of an item has otherwise, if the item is still as it was read.
async fn replace(table: &Table, key: &Key, read: &Item) -> Result<bool, StoreError> {
    let mut present = read.clone();
    upgrade(&mut present);
    let mut change = Change::default();
    for (name, value) in &present {
        if read.get(name) != Some(value) {
            change.set(name, value);
        }
    }
    for name in read.keys().filter(|name| !present.contains_key(*name)) {
        change.remove(name);
    }
    change.expect_as_read(read, &present);
    let Change { sets, removes, conditions, names, values } = change;
    let mut expression = format!("SET {}", sets.join(", "));
    if !removes.is_empty() {
        expression = format!("{expression} REMOVE {}", removes.join(", "));
    }
    let answer = table
        .client
        .update_item()
        .table_name(&*table.name)
        .set_key(Some(key.attributes()))
        .update_expression(expression)
        .condition_expression(conditions.join(" AND "))
        .set_expression_attribute_names(Some(names))
        .set_expression_attribute_values(Some(values))
        .return_consumed_capacity(ReturnConsumedCapacity::Total)
        .send()
        .await;
    match written(answer.map(|updated| updated.consumed_capacity)) {
        Ok(()) => Ok(true),
        Err(StoreError::Raced) => Ok(false),
        Err(error) => Err(error),
    }
}

/// An update in the making.
#[derive(Default)]
struct Change {
    sets: Vec<String>,
    removes: Vec<String>,
    conditions: Vec<String>,
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
}

impl Change {
    fn set(&mut self, name: &str, value: &AttributeValue) {
        let (name, value) = (self.name(name), self.value(value));
        self.sets.push(format!("{name} = {value}"));
    }

    fn remove(&mut self, name: &str) {
        let name = self.name(name);
        self.removes.push(name);
    }

    /// What every writer changes tells whether one came in between: the version, of items that count their
    /// writes; else all that the item holds. What this change touches is compared in any case.
    fn expect_as_read(&mut self, read: &Item, present: &Item) {
        let has_version = read.contains_key("version");
        self.expect("pk", read.get("pk"));
        let all = present.keys().chain(read.keys().filter(|name| !present.contains_key(*name)));
        for name in all.filter(|name| !matches!(name.as_str(), "pk" | "sk")) {
            let (before, after) = (read.get(name), present.get(name));
            if !has_version || name == "version" || before != after {
                self.expect(name, before);
            }
        }
    }

    fn expect(&mut self, name: &str, value: Option<&AttributeValue>) {
        let name = self.name(name);
        let condition = match value {
            Some(value) => format!("{name} = {}", self.value(value)),
            None => format!("attribute_not_exists({name})"),
        };
        self.conditions.push(condition);
    }

    fn name(&mut self, name: &str) -> String {
        let placeholder = format!("#n{}", self.names.len());
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    fn value(&mut self, value: &AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value.clone());
        placeholder
    }
}

impl Segment {
    /// The whole table.
    pub const WHOLE: Self = Self { number: 0, of: 1 };
}
