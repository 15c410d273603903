//! The calls to DynamoDB. Every one counts what it consumes.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity, ReturnValue};

use crate::error::{StoreError, unavailable};
use crate::keys::Key;
use crate::meter::{Kind, count};

/// An item as DynamoDB has it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The single table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub client: Client,
    pub name: Arc<str>,
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

impl Table {
    /// Reads one item, as the last acknowledged write left it.
    pub async fn get(&self, key: &Key) -> Result<Option<Item>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&*self.name)
            .set_key(Some(key.attributes()))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(unavailable)?;
        count(Kind::Read, answer.consumed_capacity.as_slice());
        Ok(answer.item)
    }

    /// One round trip of a query. Reads of the table and its local indexes are consistent; those of
    /// the global index cannot be.
    pub async fn query(&self, query: Query) -> Result<Found, StoreError> {
        let consistent = query.index != Some("gsi1");
        let answer = self
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
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(unavailable)?;
        count(Kind::Read, answer.consumed_capacity.as_slice());
        Ok(Found { items: answer.items.unwrap_or_default(), last: answer.last_evaluated_key })
    }

    /// All that a query finds: one round trip for each megabyte.
    pub async fn query_all(&self, query: Query) -> Result<Vec<Item>, StoreError> {
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
    }

    /// Writes one item under a condition.
    pub async fn put(&self, item: Item, condition: Option<&str>, values: Item) -> Result<(), StoreError> {
        let answer = self
            .client
            .put_item()
            .table_name(&*self.name)
            .set_item(Some(item))
            .set_condition_expression(condition.map(str::to_owned))
            .set_expression_attribute_values(Some(values).filter(|values| !values.is_empty()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match answer {
            Ok(answer) => {
                count(Kind::Write, answer.consumed_capacity.as_slice());
                Ok(())
            }
            Err(error) => {
                count(Kind::Write, &[]);
                Err(match error.as_service_error() {
                    Some(
                        PutItemError::ConditionalCheckFailedException(_)
                        | PutItemError::TransactionConflictException(_),
                    ) => StoreError::Raced,
                    _ => unavailable(error),
                })
            }
        }
    }

    /// Changes one item in place and gives it back as it then is. A condition that fails is
    /// [`StoreError::Missing`]; a transaction in the way is [`StoreError::Raced`].
    pub async fn update(&self, update: Update) -> Result<Item, StoreError> {
        let Update { key, expression, condition, names, values } = update;
        let answer = self
            .client
            .update_item()
            .table_name(&*self.name)
            .set_key(Some(key.attributes()))
            .update_expression(expression)
            .set_condition_expression(Some(condition).filter(|condition| !condition.is_empty()))
            .set_expression_attribute_names(Some(names).filter(|names| !names.is_empty()))
            .set_expression_attribute_values(Some(values).filter(|values| !values.is_empty()))
            .return_values(ReturnValue::AllNew)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match answer {
            Ok(answer) => {
                count(Kind::Write, answer.consumed_capacity.as_slice());
                Ok(answer.attributes.unwrap_or_default())
            }
            Err(error) => {
                count(Kind::Write, &[]);
                Err(match error.as_service_error() {
                    Some(UpdateItemError::ConditionalCheckFailedException(_)) => StoreError::Missing,
                    Some(UpdateItemError::TransactionConflictException(_)) => StoreError::Raced,
                    _ => unavailable(error),
                })
            }
        }
    }

    /// Removes one item under a condition; a condition that fails is [`StoreError::Raced`].
    pub async fn delete(&self, key: &Key, condition: &str, values: Item) -> Result<(), StoreError> {
        let answer = self
            .client
            .delete_item()
            .table_name(&*self.name)
            .set_key(Some(key.attributes()))
            .condition_expression(condition)
            .set_expression_attribute_values(Some(values).filter(|values| !values.is_empty()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match answer {
            Ok(answer) => {
                count(Kind::Write, answer.consumed_capacity.as_slice());
                Ok(())
            }
            Err(error) => {
                count(Kind::Write, &[]);
                Err(match error.as_service_error() {
                    Some(
                        DeleteItemError::ConditionalCheckFailedException(_)
                        | DeleteItemError::TransactionConflictException(_),
                    ) => StoreError::Raced,
                    _ => unavailable(error),
                })
            }
        }
    }
}
