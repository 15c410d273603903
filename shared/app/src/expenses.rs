//! Expenses.

use domain::expense::{Expense, ExpensePatch, NewExpense};
use domain::{Action, Actor, Model};
use store::{NumberPage, Series};

use crate::{App, Error, Expected, check_version, may};

/// All methods fail with [`domain::Error::Forbidden`] without the permission that their verb names,
/// and with [`domain::Error::NotFound`] for a number that no expense has.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the expenses; none past the end.
    pub async fn list_expenses(&self, actor: &Actor, page: u64) -> Result<Option<NumberPage<Expense>>, Error> {
        may(actor, Action::View, Model::Expense)?;
        Ok(self.store.expenses(actor.tenant(), page).await?)
    }

    /// The expense of a number.
    pub async fn get_expense(&self, actor: &Actor, number: u64) -> Result<Expense, Error> {
        may(actor, Action::View, Model::Expense)?;
        self.load_expense(actor, number).await
    }

    /// Makes an expense.
    pub async fn create_expense(&self, actor: &Actor, new: NewExpense) -> Result<Expense, Error> {
        may(actor, Action::Add, Model::Expense)?;
        let expense = Expense::create(new, self.stamp(actor));
        self.retrying(async || {
            let [number] = self.store.next_numbers(actor.tenant(), [Series::Expense]).await?;
            let expense = Expense { number, ..expense.clone() };
            self.store.create_expense(actor.tenant(), &expense).await?;
            Ok(expense)
        })
        .await
    }

    /// Changes an expense.
    pub async fn update_expense(
        &self,
        actor: &Actor,
        number: u64,
        patch: ExpensePatch,
        expected: Expected,
    ) -> Result<Expense, Error> {
        may(actor, Action::Change, Model::Expense)?;
        self.retrying(async || {
            let expense = self.load_expense(actor, number).await?;
            let before = expense.meta.version;
            check_version(expected, before)?;
            let expense = expense.update(patch.clone(), self.stamp(actor));
            self.store.save_expense(actor.tenant(), &expense, before).await?;
            Ok(expense)
        })
        .await
    }

    /// Removes an expense.
    pub async fn delete_expense(&self, actor: &Actor, number: u64, expected: Expected) -> Result<(), Error> {
        may(actor, Action::Delete, Model::Expense)?;
        self.retrying(async || {
            let expense = self.load_expense(actor, number).await?;
            check_version(expected, expense.meta.version)?;
            Ok(self.store.delete_expense(actor.tenant(), &expense).await?)
        })
        .await
    }

    async fn load_expense(&self, actor: &Actor, number: u64) -> Result<Expense, Error> {
        self.store.expense(actor.tenant(), number).await?.ok_or(domain::Error::NotFound.into())
    }
}
