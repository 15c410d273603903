//! What contracts name by its number in the organisation, or by its name.

use std::fmt;

use crate::text::folded;

/// A number, or the name of what has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NumberOrName {
    /// The number.
    Number(u64),
    /// The name; case makes no difference.
    Name(String),
}

impl NumberOrName {
    /// Whether it names this one.
    #[must_use]
    pub fn is(&self, number: u64, name: &str) -> bool {
        match self {
            Self::Number(wanted) => *wanted == number,
            Self::Name(wanted) => folded(wanted) == folded(name),
        }
    }
}

impl From<u64> for NumberOrName {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl fmt::Display for NumberOrName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}
