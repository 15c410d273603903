//! A change to one field: left out, emptied, or set.

/// What an update says about an optional field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// The update does not mention it: it stays.
    #[default]
    Keep,
    /// The update sends null: it is emptied.
    Clear,
    /// The update sends a value.
    Set(T),
}

impl<T> Patch<T> {
    /// Applies the change to the current value.
    pub fn apply(self, current: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *current = None,
            Self::Set(value) => *current = Some(value),
        }
    }

    /// The value that a new object starts with.
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Keep | Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// The value that is set, if one is.
    pub fn as_set(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}
