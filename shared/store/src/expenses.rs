//! Expenses, which are known by their numbers alone.

use domain::Tenant;
use domain::expense::{Expense, ExpenseCategory};
use domain::money::Cost;
use domain::text::LongText;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::codec::{MetaBody, Stored, decode, encode, encode_body, word};
use crate::error::StoreError;
use crate::keys::{self, Key};
use crate::numbers::{self, NumberPage, Series};
use crate::transaction::Transaction;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ExpenseBody {
    number: u64,
    amount: Cost,
    date: Date,
    #[serde(with = "word")]
    category: ExpenseCategory,
    description: LongText,
    is_necessary: bool,
    #[serde(flatten)]
    meta: MetaBody,
}

impl Stored for Expense {
    type Body = ExpenseBody;
    const MODEL: Option<&'static str> = None;

    fn body(&self) -> ExpenseBody {
        let Self { number, amount, date, category, description, is_necessary, meta } = self.clone();
        ExpenseBody { number, amount, date, category, description, is_necessary, meta: (&meta).into() }
    }

    fn restore(body: ExpenseBody) -> Result<Self, StoreError> {
        let ExpenseBody { number, amount, date, category, description, is_necessary, meta } = body;
        Ok(Self { number, amount, date, category, description, is_necessary, meta: meta.into() })
    }
}

fn key(tenant: Tenant, number: u64) -> Key {
    keys::number_in(keys::numbered(tenant, "EXPENSE"), number)
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`], and the writes with
/// [`StoreError::Raced`].
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// The expense of a number.
    pub async fn expense(&self, tenant: Tenant, number: u64) -> Result<Option<Expense>, StoreError> {
        self.find(&key(tenant, number)).await
    }

    /// A page of the expenses; none past the end.
    pub async fn expenses(&self, tenant: Tenant, page: u64) -> Result<Option<NumberPage<Expense>>, StoreError> {
        self.page_of_objects(tenant, Series::Expense, page, decode).await
    }

    /// Writes a new expense with the next number.
    pub async fn create_expense(&self, tenant: Tenant, expense: &Expense) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.create(encode(expense, &key(tenant, expense.number))?);
        numbers::take(&mut commit, tenant, &[(Series::Expense, expense.number)], true);
        commit.commit(&self.table).await
    }

    /// Writes an expense over the version `before`.
    pub async fn save_expense(&self, tenant: Tenant, expense: &Expense, before: u64) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(encode(expense, &key(tenant, expense.number))?, before);
        commit.commit(&self.table).await
    }

    /// Removes an expense; its number is out of use for good.
    pub async fn delete_expense(&self, tenant: Tenant, expense: &Expense) -> Result<(), StoreError> {
        let key = key(tenant, expense.number);
        let mut commit = Transaction::new();
        commit.put(encode_body(&expense.body(), &keys::trash(tenant, &key))?);
        commit.remove(key, expense.meta.version);
        numbers::leave(&mut commit, tenant, &[(Series::Expense, expense.number)]);
        commit.commit(&self.table).await
    }
}
