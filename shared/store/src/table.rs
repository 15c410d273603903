//! The calls to DynamoDB. Every one counts what it consumes.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConsumedCapacity, KeysAndAttributes, ReturnConsumedCapacity, ReturnValue,
    ReturnValuesOnConditionCheckFailure as OnFailure, Select,
};
use futures::future::BoxFuture;
use futures::{FutureExt, TryFutureExt};

use crate::deadline::{pause, unless_throttled};
use crate::error::{StoreError, unavailable};
use crate::forms;
use crate::keys::Key;
use crate::lazy::Lazy;
use crate::meter::{Kind, count};
use crate::sealing::Cipher;

/// An item as DynamoDB has it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// A call under way. The SDK's own future takes up to 180 KB of the stack of whoever polls it. Behind a pointer it does
/// not; and whole bodies are behind one, not the SDK's calls alone, so that they are compiled here, and not once more in
/// each function.
pub(crate) type Call<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// The single table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub client: Lazy<Client>,
    pub name: Arc<str>,
    /// What each transaction writes too.
    pub beside: Option<Arc<Item>>,
    /// Encrypts what items hold that is sealed. Without one, as in a test of the store, it is kept as it is.
    pub cipher: Option<Arc<dyn Cipher>>,
}

/// An in-place change of one item.
#[derive(Debug, Clone)]
pub(crate) struct Update {
    pub key: Key,
    pub expression: &'static str,
    pub condition: String,
    pub names: HashMap<String, String>,
    pub values: HashMap<String, AttributeValue>,
}

/// A query of one partition of the table or of an index.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query {
    pub index: Option<&'static str>,
    pub condition: &'static str,
    pub filter: Option<String>,
    pub names: HashMap<String, String>,
    pub values: HashMap<String, AttributeValue>,
    pub limit: Option<usize>,
    pub newest_first: bool,
    pub start: Option<Item>,
}

/// What a query found, and where it stopped.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub items: Vec<Item>,
    pub last: Option<Item>,
}

/// A text attribute.
pub(crate) fn s(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A number attribute.
pub(crate) fn n(value: impl std::fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// What came of a write of one item, with what it consumed: a condition that fails, or a transaction in the way, is
/// [`StoreError::Raced`].
pub(crate) fn written<E>(answer: Result<Option<ConsumedCapacity>, SdkError<E>>) -> Result<(), StoreError>
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    match answer {
        Ok(consumed) => {
            count(Kind::Write, consumed.as_slice());
            Ok(())
        }
        Err(error) => {
            count(Kind::Write, &[]);
            Err(match error.code() {
                Some("ConditionalCheckFailedException" | "TransactionConflictException") => StoreError::Raced,
                Some(_) | None => unavailable(error),
            })
        }
    }
}

impl Table {
    /// Reads one item, as the last acknowledged write left it.
    pub fn get<'a>(&'a self, key: &'a Key) -> Call<'a, Option<Item>> {
        Box::pin(async move {
            let request = self
                .client
                .get_item()
                .table_name(&*self.name)
                .set_key(Some(key.attributes()))
                .consistent_read(true)
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            let answer = unless_throttled(move || request.clone().send().map_err(unavailable)).await?;
            count(Kind::Read, answer.consumed_capacity.as_slice());
            Ok(answer.item)
        })
    }

    /// Reads up to 100 items at once, in no order; those that are not there are left out.
    pub fn get_all<'a>(&'a self, keys: &'a [Key]) -> Call<'a, Vec<Item>> {
        Box::pin(async move {
            let mut wanted: Vec<_> = keys.iter().map(Key::attributes).collect();
            let (mut items, mut round) = (Vec::new(), 0);
            while !wanted.is_empty() {
                let request = KeysAndAttributes::builder().set_keys(Some(wanted)).consistent_read(true).build();
                let request = request.map_err(|error| StoreError::Unavailable(error.to_string()))?;
                let request = self
                    .client
                    .batch_get_item()
                    .request_items(&*self.name, request)
                    .return_consumed_capacity(ReturnConsumedCapacity::Total);
                let answer = unless_throttled(move || request.clone().send().map_err(unavailable)).await?;
                count(Kind::Read, answer.consumed_capacity());
                let read: Vec<Item> = answer.responses.unwrap_or_default().into_values().flatten().collect();
                // What DynamoDB had no room for in this answer, or throttled.
                let rest = answer.unprocessed_keys.unwrap_or_default().into_values();
                wanted = rest.flat_map(|keys| keys.keys).collect();
                round = if read.is_empty() { round + 1 } else { 0 };
                items.extend(read);
                if !wanted.is_empty() && !pause(round).await {
                    return Err(StoreError::Throttled("keys were left unprocessed".to_owned()));
                }
            }
            Ok(items)
        })
    }

    /// One round trip of a query. Reads of the table and its local indexes are consistent; those of
    /// the global index cannot be.
    pub fn query(&self, query: Query) -> Call<'_, Found> {
        Box::pin(async move {
            let consistent = query.index != Some("gsi1");
            let request = self
                .client
                .query()
                .table_name(&*self.name)
                .set_index_name(query.index.map(str::to_owned))
                .key_condition_expression(query.condition)
                .set_filter_expression(query.filter)
                .set_expression_attribute_names(Some(query.names).filter(|names| !names.is_empty()))
                .set_expression_attribute_values(Some(query.values))
                .set_limit(query.limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)))
                .scan_index_forward(!query.newest_first)
                .consistent_read(consistent)
                .set_exclusive_start_key(query.start)
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            let answer = unless_throttled(move || request.clone().send().map_err(unavailable)).await?;
            count(Kind::Read, answer.consumed_capacity.as_slice());
            Ok(Found { items: answer.items.unwrap_or_default(), last: answer.last_evaluated_key })
        })
    }

    /// All that a query finds: one round trip for each megabyte.
    pub fn query_all(&self, query: Query) -> Call<'_, Vec<Item>> {
        Box::pin(async move {
            let mut all = Vec::new();
            let mut start = query.start.clone();
            loop {
                let found = self.query(Query { start: start.take(), ..query.clone() }).await?;
                all.extend(found.items);
                match found.last {
                    Some(last) => start = Some(last),
                    None => return Ok(all),
                }
            }
        })
    }

    /// How many items a query finds: one round trip for each megabyte that it reads.
    pub fn count(&self, query: Query) -> Call<'_, u64> {
        Box::pin(async move {
            let Query { index, condition, filter, names, values, limit: _, newest_first: _, start: _ } = query;
            let (mut found, mut start) = (0, None);
            loop {
                let request = self
                    .client
                    .query()
                    .table_name(&*self.name)
                    .set_index_name(index.map(str::to_owned))
                    .key_condition_expression(condition)
                    .set_filter_expression(filter.clone())
                    .set_expression_attribute_names(Some(names.clone()).filter(|names| !names.is_empty()))
                    .set_expression_attribute_values(Some(values.clone()))
                    .select(Select::Count)
                    .consistent_read(true)
                    .set_exclusive_start_key(start.take())
                    .return_consumed_capacity(ReturnConsumedCapacity::Total);
                let answer = unless_throttled(move || request.clone().send().map_err(unavailable)).await?;
                count(Kind::Read, answer.consumed_capacity.as_slice());
                found += u64::try_from(answer.count).unwrap_or(0);
                match answer.last_evaluated_key {
                    Some(last) => start = Some(last),
                    None => return Ok(found),
                }
            }
        })
    }

    /// Writes one item under a condition.
    pub fn put<'a>(&'a self, mut item: Item, condition: Option<&'a str>, values: Item) -> Call<'a, ()> {
        Box::pin(async move {
            forms::stamp(&mut item);
            let request = self
                .client
                .put_item()
                .table_name(&*self.name)
                .set_item(Some(item))
                .set_condition_expression(condition.map(str::to_owned))
                .set_expression_attribute_values(Some(values).filter(|values| !values.is_empty()))
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            unless_throttled(move || {
                request.clone().send().map(|answer| written(answer.map(|put| put.consumed_capacity)))
            })
            .await
        })
    }

    /// Changes one item in place and gives it back as it then is. A condition that fails is
    /// [`StoreError::Missing`]; a transaction in the way is [`StoreError::Raced`].
    pub async fn update(&self, update: Update) -> Result<Item, StoreError> {
        self.update_unless(update, OnFailure::None).await?.map_err(|_| StoreError::Missing)
    }

    /// As [`Table::update`]; a condition that fails gives the item as it is.
    pub async fn update_or_show(&self, update: Update) -> Result<Result<Item, Item>, StoreError> {
        self.update_unless(update, OnFailure::AllOld).await
    }

    fn update_unless(&self, update: Update, shows: OnFailure) -> Call<'_, Result<Item, Item>> {
        Box::pin(async move {
            let (expression, values) = forms::stamped(&update);
            let Update { key, expression: _, condition, names, values: _ } = update;
            let request = self
                .client
                .update_item()
                .table_name(&*self.name)
                .set_key(Some(key.attributes()))
                .update_expression(expression)
                .set_condition_expression(Some(condition).filter(|condition| !condition.is_empty()))
                .set_expression_attribute_names(Some(names).filter(|names| !names.is_empty()))
                .set_expression_attribute_values(Some(values))
                .return_values(ReturnValue::AllNew)
                .return_values_on_condition_check_failure(shows)
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            unless_throttled(move || {
                request.clone().send().map(|answer| match answer {
                    Ok(answer) => {
                        count(Kind::Write, answer.consumed_capacity.as_slice());
                        Ok(Ok(answer.attributes.unwrap_or_default()))
                    }
                    Err(error) => {
                        count(Kind::Write, &[]);
                        match error.as_service_error() {
                            Some(UpdateItemError::ConditionalCheckFailedException(refused)) => {
                                Ok(Err(refused.item.clone().unwrap_or_default()))
                            }
                            Some(UpdateItemError::TransactionConflictException(_)) => Err(StoreError::Raced),
                            _ => Err(unavailable(error)),
                        }
                    }
                })
            })
            .await
        })
    }

    /// Removes one item under a condition; a condition that fails is [`StoreError::Raced`].
    pub fn delete<'a>(&'a self, key: &'a Key, condition: &'a str, values: Item) -> Call<'a, ()> {
        Box::pin(async move {
            let request = self
                .client
                .delete_item()
                .table_name(&*self.name)
                .set_key(Some(key.attributes()))
                .condition_expression(condition)
                .set_expression_attribute_values(Some(values).filter(|values| !values.is_empty()))
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            unless_throttled(move || {
                request.clone().send().map(|answer| written(answer.map(|deleted| deleted.consumed_capacity)))
            })
            .await
        })
    }
}
