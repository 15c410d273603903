//! Payment methods: names for how an organisation is paid, which customers and billings refer to.

use crate::record::{Meta, Moment};
use crate::text::Text;

/// A payment method's name: up to 100 characters.
pub type PaymentMethodName = Text<1, 100>;

/// The names of the methods that every organisation starts with, as numbers 1 to 4.
pub const FIRST_METHODS: [&str; 4] = ["Cash", "Credit Card", "Bank Transfer", "UPI"];

/// A payment method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentMethod {
    /// Counts the organisation's methods from 1, and is all the id that one has.
    pub number: u64,
    /// The name.
    pub name: PaymentMethodName,
    /// Authorship and version.
    pub meta: Meta,
}

impl PaymentMethod {
    /// Makes a method; it gets its number when it is kept.
    #[must_use]
    pub fn create<'a>(name: PaymentMethodName, moment: impl Into<Moment<'a>>) -> Self {
        Self { number: 0, name, meta: Meta::new(moment) }
    }

    /// The method after a change.
    #[must_use]
    pub fn rename<'a>(mut self, name: Option<PaymentMethodName>, moment: impl Into<Moment<'a>>) -> Self {
        self.name = name.unwrap_or(self.name);
        self.meta.touch(moment.into().at);
        self
    }
}
