//! Expenses.

use domain::FieldErrors;
use domain::expense::{Expense, ExpenseCategory, ExpensePatch, NewExpense};
use domain::money::Cost;
use domain::record::Meta;
use domain::text::LongText;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::things::Thing;
use crate::decimals::Amount;
use crate::wire::{body, optional, or_null, required, text};

/// Expenses, as messages name them.
pub const EXPENSE: Thing = Thing::new("Expense", &[]);

body! {
    /// An expense.
    ExpenseBody {
        /// How much it was.
        required amount: Cost,
        /// When it was.
        required date: Date,
        /// What it was for.
        required category: ExpenseCategory,
        /// What it was.
        optional description: LongText,
        /// Whether it had to be; true, if left out.
        optional is_necessary: bool,
    }
}

impl ExpenseBody {
    /// The expense to be made.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_new(self) -> Result<NewExpense, FieldErrors> {
        let Self { amount, date, category, description, is_necessary } = self;
        let mut errors = FieldErrors::new();
        let amount = required(&mut errors, "amount", amount);
        let date = required(&mut errors, "date", date);
        let category = required(&mut errors, "category", category);
        let description = text(&mut errors, "description", description).unwrap_or_default();
        let is_necessary = or_null(&mut errors, "is_necessary", is_necessary).unwrap_or(true);
        let (Some(amount), Some(date), Some(category), true) = (amount, date, category, errors.is_empty()) else {
            return Err(errors);
        };
        Ok(NewExpense { amount, date, category, description, is_necessary })
    }

    /// The change to be made.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn into_patch(self) -> Result<ExpensePatch, FieldErrors> {
        let Self { amount, date, category, description, is_necessary } = self;
        let mut errors = FieldErrors::new();
        let change = ExpensePatch {
            amount: optional(&mut errors, "amount", amount),
            date: optional(&mut errors, "date", date),
            category: optional(&mut errors, "category", category),
            description: text(&mut errors, "description", description),
            is_necessary: or_null(&mut errors, "is_necessary", is_necessary),
        };
        errors.into_result().map(|()| change)
    }
}

/// An expense.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Expense)]
pub struct ExpenseJson {
    /// Its number in the organisation.
    pub id: u64,
    /// The user who made it; null, if no user did.
    pub user: Option<u64>,
    /// How much it was.
    pub amount: Amount,
    /// What it was.
    pub description: String,
    /// When it was.
    pub date: Date,
    /// What it was for.
    pub category: &'static str,
    /// Whether it had to be.
    pub is_necessary: bool,
}

impl From<&Expense> for ExpenseJson {
    fn from(expense: &Expense) -> Self {
        let Expense { number, amount, date, category, description, is_necessary, meta } = expense;
        let Meta { created_at: _, created_by, updated_at: _, version: _ } = meta;
        Self {
            id: *number,
            user: created_by.as_ref().map(|author| author.number),
            amount: (*amount).into(),
            description: description.to_string(),
            date: *date,
            category: category.as_str(),
            is_necessary: *is_necessary,
        }
    }
}

/// That an expense is made or changed, and the expense.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ChangedExpense)]
pub struct ChangedExpenseJson {
    /// What is done.
    pub message: &'static str,
    /// The expense after it.
    pub expense: ExpenseJson,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::parse_object;
    use serde_json::{Value, json};

    fn body(json: &Value) -> ExpenseBody {
        parse_object(json.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn each_of_the_ten_categories_is_taken_by_its_word() {
        let words = "Rent, Utilities, Salary, Inventory, Transport, Food, Office Supplies, Phone, Marketing, Other";
        for word in words.split(", ") {
            let new = body(&json!({"amount": 1, "date": "2026-02-01", "category": word})).into_new().unwrap();
            assert_eq!((new.category.as_str(), new.is_necessary), (word, true));
        }
        assert_eq!(ExpenseCategory::ALL.len(), 10);
    }

    #[test]
    fn whether_it_had_to_be_may_be_null() {
        let json = json!({"amount": 1, "date": "2026-02-01", "category": "Rent", "is_necessary": null});
        assert!(body(&json).into_new().unwrap().is_necessary);
        assert_eq!(body(&json!({"is_necessary": null})).into_patch(), Ok(ExpensePatch::default()));
    }

    #[test]
    fn every_missing_or_wrong_field_is_named() {
        let names = |json: Value| {
            let errors = body(&json).into_new().unwrap_err();
            errors.iter().map(|(field, _)| field.to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(json!({})), ["amount", "date", "category"]);
        let wrong = json!({"amount": "-1", "date": "01.02.2026", "category": "rent", "is_necessary": "yes"});
        assert_eq!(names(wrong), ["amount", "date", "category", "is_necessary"]);
    }
}
