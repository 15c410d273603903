//! One commit: everything or nothing, under the conditions that the decision was made on.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::{TransactWriteItemsError, TransactWriteItemsOutput};
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, Delete, Put, ReturnConsumedCapacity, TransactWriteItem, Update as UpdateItem,
};
use futures::FutureExt;
use uuid::Uuid;

use crate::deadline::unless_throttled;
use crate::error::{StoreError, THROTTLED, Unique, names_a_size, unavailable};
use crate::forms;
use crate::keys::Key;
use crate::meter::{Kind, count};
use crate::table::{Call, Item, Table, Update, n, s};

/// The most operations that DynamoDB takes in one transaction.
const MAX_OPERATIONS: usize = 100;

const ABSENT: &str = "attribute_not_exists(pk)";
const SAME_VERSION: &str = "version = :before";

/// A commit in the making.
#[derive(Debug, Default)]
pub(crate) struct Transaction {
    operations: Vec<(Operation, Guard)>,
}

#[derive(Debug)]
enum Operation {
    Put { item: Item, condition: Option<&'static str>, values: Item },
    Delete { key: Key, condition: &'static str, values: Item },
    Update(Update),
}

/// What it means when an operation's condition does not hold.
#[derive(Debug, Clone, Copy)]
enum Guard {
    Raced,
    Taken(Unique),
    Missing,
}

impl Transaction {
    /// Starts an empty commit.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes an item that must not be there yet.
    pub fn create(&mut self, item: Item) -> &mut Self {
        self.push(Operation::Put { item, condition: Some(ABSENT), values: Item::new() }, Guard::Raced)
    }

    /// Writes an item over the version that was read.
    pub fn replace(&mut self, item: Item, before: u64) -> &mut Self {
        let values = [(":before".to_owned(), n(before))].into();
        self.push(Operation::Put { item, condition: Some(SAME_VERSION), values }, Guard::Raced)
    }

    /// Writes an item, whatever is there.
    pub fn put(&mut self, item: Item) -> &mut Self {
        self.push(Operation::Put { item, condition: None, values: Item::new() }, Guard::Raced)
    }

    /// Writes an item under a condition on what is there, or loses the race.
    pub fn put_if(&mut self, item: Item, condition: &'static str, values: Item) -> &mut Self {
        self.push(Operation::Put { item, condition: Some(condition), values }, Guard::Raced)
    }

    /// Removes an item of the version that was read.
    pub fn remove(&mut self, key: Key, before: u64) -> &mut Self {
        let values = [(":before".to_owned(), n(before))].into();
        self.push(Operation::Delete { key, condition: SAME_VERSION, values }, Guard::Raced)
    }

    /// Removes an item under a condition, or loses the race.
    pub fn remove_if(&mut self, key: Key, condition: &'static str, values: Item) -> &mut Self {
        self.push(Operation::Delete { key, condition, values }, Guard::Raced)
    }

    /// Takes a unique value for its owner.
    pub fn claim(&mut self, unique: Unique, key: Key, owner: Uuid) -> &mut Self {
        let mut item = key.attributes();
        item.insert("held_by".into(), s(owner.to_string()));
        self.claim_with(unique, item)
    }

    /// Writes an item that stands for a unique value.
    pub fn claim_with(&mut self, unique: Unique, item: Item) -> &mut Self {
        self.push(Operation::Put { item, condition: Some(ABSENT), values: Item::new() }, Guard::Taken(unique))
    }

    /// Writes an item that stands for a unique value under a condition on what is there.
    pub fn put_or_taken(&mut self, unique: Unique, item: Item, condition: &'static str, values: Item) -> &mut Self {
        self.push(Operation::Put { item, condition: Some(condition), values }, Guard::Taken(unique))
    }

    /// Gives a unique value back, if it is the owner's. An earlier release may have kept it under another key.
    pub fn release(&mut self, key: Key, owner: Uuid) -> &mut Self {
        let values = [(":owner".to_owned(), s(owner.to_string()))].into();
        let condition = "attribute_not_exists(pk) OR held_by = :owner";
        self.push(Operation::Delete { key, condition, values }, Guard::Raced)
    }

    /// Takes one unique value for its owner instead of another. Values that differ in nothing that counts have one key.
    pub fn move_claim(&mut self, unique: Unique, old: Option<Key>, new: Option<Key>, owner: Uuid) -> &mut Self {
        if old == new {
            return self;
        }
        if let Some(old) = old {
            self.release(old, owner);
        }
        if let Some(new) = new {
            self.claim(unique, new, owner);
        }
        self
    }

    /// Changes an item that must be there.
    pub fn change(&mut self, update: Update) -> &mut Self {
        self.push(Operation::Update(update), Guard::Missing)
    }

    /// Changes an item, or loses the race when its condition does not hold.
    pub fn change_or_race(&mut self, update: Update) -> &mut Self {
        self.push(Operation::Update(update), Guard::Raced)
    }

    /// Changes an item, or says that a unique value is taken when its condition does not hold.
    pub fn change_or_taken(&mut self, update: Update, unique: Unique) -> &mut Self {
        self.push(Operation::Update(update), Guard::Taken(unique))
    }

    fn push(&mut self, operation: Operation, guard: Guard) -> &mut Self {
        self.operations.push((operation, guard));
        self
    }

    /// Commits: by one conditional write where one is enough, since a transaction costs twice.
    pub fn commit(mut self, table: &Table) -> Call<'_, ()> {
        if let Some(item) = &table.beside {
            self.create(Item::clone(item));
        }
        Box::pin(async move {
            match self.operations.len() {
                0 => Ok(()),
                1 => match self.operations.pop() {
                    Some((operation, guard)) => operation.write_alone(table).await.map_err(|error| match error {
                        StoreError::Raced | StoreError::Missing => guard.error(),
                        other => other,
                    }),
                    None => Ok(()),
                },
                2..=MAX_OPERATIONS => self.write_together(table).await,
                _ => Err(StoreError::TooManyItems),
            }
        })
    }

    async fn write_together(self, table: &Table) -> Result<(), StoreError> {
        let (operations, guards): (Vec<_>, Vec<_>) = self.operations.into_iter().unzip();
        let guards: Arc<[Guard]> = guards.into();
        let operations = operations.into_iter().map(|op| op.for_transaction(table)).collect::<Result<Vec<_>, _>>()?;
        let request = table
            .client
            .transact_write_items()
            .set_transact_items(Some(operations))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        unless_throttled(move || {
            let guards = Arc::clone(&guards);
            request.clone().send().map(move |answer| committed(answer, &guards))
        })
        .await
    }
}

/// What came of a transaction, with what it consumed.
fn committed(
    answer: Result<TransactWriteItemsOutput, SdkError<TransactWriteItemsError>>,
    guards: &[Guard],
) -> Result<(), StoreError> {
    let error = match answer {
        Ok(answer) => {
            count(Kind::Write, answer.consumed_capacity());
            return Ok(());
        }
        Err(error) => error,
    };
    count(Kind::Write, &[]);
    Err(match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            why(cancelled.cancellation_reasons(), guards)
        }
        Some(TransactWriteItemsError::TransactionInProgressException(_)) => StoreError::Raced,
        _ => unavailable(error),
    })
}

impl Guard {
    const fn error(self) -> StoreError {
        match self {
            Self::Raced => StoreError::Raced,
            Self::Taken(unique) => StoreError::Taken(unique),
            Self::Missing => StoreError::Missing,
        }
    }
}

/// Why a transaction was cancelled. A lost race comes first: the value that looks taken, or the
/// object that looks gone, may be so by the very change that won, and deciding anew tells.
fn why(reasons: &[CancellationReason], guards: &[Guard]) -> StoreError {
    let (mut raced, mut told, mut throttled, mut unknown) = (false, None, None, String::new());
    for (reason, guard) in reasons.iter().zip(guards) {
        match reason.code().unwrap_or("None") {
            "None" => {}
            "ConditionalCheckFailed" => match guard {
                Guard::Raced => raced = true,
                Guard::Taken(_) | Guard::Missing => told = told.or(Some(guard.error())),
            },
            "TransactionConflict" => raced = true,
            code @ "ItemCollectionSizeLimitExceeded" => return StoreError::CollectionFull(code.to_owned()),
            "ValidationError" if names_a_size(reason.message()) => return StoreError::TooLarge,
            code if THROTTLED.contains(&code) => {
                throttled = Some(StoreError::Throttled(format!("transaction: {code}")))
            }
            code => unknown = format!("{code}: {}", reason.message().unwrap_or_default()),
        }
    }
    if raced {
        return StoreError::Raced;
    }
    told.or(throttled).unwrap_or_else(|| StoreError::Unavailable(format!("transaction cancelled: {unknown}")))
}

fn some<V>(map: HashMap<String, V>) -> Option<HashMap<String, V>> {
    Some(map).filter(|map| !map.is_empty())
}

impl Operation {
    async fn write_alone(self, table: &Table) -> Result<(), StoreError> {
        match self {
            Self::Put { item, condition, values } => table.put(item, condition, values).await,
            Self::Delete { key, condition, values } => table.delete(&key, condition, values).await,
            Self::Update(update) => table.update(update).await.map(drop),
        }
    }

    fn for_transaction(self, table: &Table) -> Result<TransactWriteItem, StoreError> {
        let build = |error: aws_sdk_dynamodb::error::BuildError| StoreError::Unavailable(error.to_string());
        let name = &*table.name;
        let item = TransactWriteItem::builder();
        Ok(match self {
            Self::Put { item: mut values_of_item, condition, values } => {
                forms::stamp(&mut values_of_item);
                let put = Put::builder()
                    .table_name(name)
                    .set_item(Some(values_of_item))
                    .set_condition_expression(condition.map(str::to_owned))
                    .set_expression_attribute_values(some::<AttributeValue>(values));
                item.put(put.build().map_err(build)?)
            }
            Self::Delete { key, condition, values } => {
                let delete = Delete::builder()
                    .table_name(name)
                    .set_key(Some(key.attributes()))
                    .condition_expression(condition)
                    .set_expression_attribute_values(some(values));
                item.delete(delete.build().map_err(build)?)
            }
            Self::Update(update) => {
                let (expression, values) = forms::stamped(&update);
                let Update { key, expression: _, condition, names, values: _ } = update;
                let update = UpdateItem::builder()
                    .table_name(name)
                    .set_key(Some(key.attributes()))
                    .update_expression(expression)
                    .set_condition_expression(Some(condition).filter(|condition| !condition.is_empty()))
                    .set_expression_attribute_names(some(names))
                    .set_expression_attribute_values(Some(values));
                item.update(update.build().map_err(build)?)
            }
        }
        .build())
    }
}
