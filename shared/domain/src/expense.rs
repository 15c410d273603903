//! Expenses: what the organisation has spent.

use jiff::civil::Date;

use crate::money::Cost;
use crate::record::{Meta, Moment};
use crate::text::LongText;
use crate::words::words;

words! {
    /// What an expense was for.
    pub enum ExpenseCategory {
        /// Rent.
        Rent = "Rent",
        /// Utilities.
        Utilities = "Utilities",
        /// Salary.
        Salary = "Salary",
        /// Inventory.
        Inventory = "Inventory",
        /// Transport.
        Transport = "Transport",
        /// Food.
        Food = "Food",
        /// Office supplies.
        OfficeSupplies = "Office Supplies",
        /// Phone.
        Phone = "Phone",
        /// Marketing.
        Marketing = "Marketing",
        /// Anything else.
        Other = "Other",
    }
}

/// An expense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expense {
    /// Counts the organisation's expenses from 1, and is all the id that one has.
    pub number: u64,
    /// How much it was.
    pub amount: Cost,
    /// When it was.
    pub date: Date,
    /// What it was for.
    pub category: ExpenseCategory,
    /// What it was.
    pub description: LongText,
    /// Whether it had to be.
    pub is_necessary: bool,
    /// Authorship and version.
    pub meta: Meta,
}

/// An expense to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewExpense {
    /// How much it was.
    pub amount: Cost,
    /// When it was.
    pub date: Date,
    /// What it was for.
    pub category: ExpenseCategory,
    /// What it was.
    pub description: LongText,
    /// Whether it had to be.
    pub is_necessary: bool,
}

/// A change of an expense.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExpensePatch {
    /// How much it was.
    pub amount: Option<Cost>,
    /// When it was.
    pub date: Option<Date>,
    /// What it was for.
    pub category: Option<ExpenseCategory>,
    /// What it was.
    pub description: Option<LongText>,
    /// Whether it had to be.
    pub is_necessary: Option<bool>,
}

impl Expense {
    /// Makes an expense; it gets its number when it is kept.
    #[must_use]
    pub fn create<'a>(new: NewExpense, moment: impl Into<Moment<'a>>) -> Self {
        let NewExpense { amount, date, category, description, is_necessary } = new;
        Self { number: 0, amount, date, category, description, is_necessary, meta: Meta::new(moment) }
    }

    /// The expense after a change.
    #[must_use]
    pub fn update<'a>(mut self, patch: ExpensePatch, moment: impl Into<Moment<'a>>) -> Self {
        let ExpensePatch { amount, date, category, description, is_necessary } = patch;
        self.amount = amount.unwrap_or(self.amount);
        self.date = date.unwrap_or(self.date);
        self.category = category.unwrap_or(self.category);
        self.description = description.unwrap_or(self.description);
        self.is_necessary = is_necessary.unwrap_or(self.is_necessary);
        self.meta.touch(moment.into().at);
        self
    }
}
