//! What can go wrong in the books. A contract gives these names numbers and words.

use std::fmt;

/// The one error of the domain and of every use case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Values that are there and wrong, or missing; every field that is wrong is named.
    #[error("invalid: {0}")]
    Invalid(FieldErrors),
    /// No such thing in the caller's organisation.
    #[error("not found")]
    NotFound,
    /// The caller may not do this.
    #[error("permission denied")]
    Forbidden,
    /// The state of the books forbids it; the reason is a sentence for the caller.
    #[error("conflict: {0}")]
    Conflict(String),
    /// The caller changed a version that is no longer the current one (`If-Match`).
    #[error("the object has changed since it was read")]
    Stale,
    /// The same object is being changed by too many callers at once; trying again helps.
    #[error("lost the race for this object too often")]
    Contended,
    /// Too many attempts; allowed again after this many seconds.
    #[error("too many attempts")]
    TooMany {
        /// Seconds until the next attempt can succeed.
        retry_after: u32,
    },
}

impl Error {
    /// One wrong field.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(FieldErrors::one(field, message))
    }

    /// A rule that no single field breaks.
    pub fn rule(message: impl Into<String>) -> Self {
        Self::field(FieldErrors::NON_FIELD, message)
    }

    /// The same failure, with the wrong fields named as parts of `whole`: `whole.field`, and `whole` alone where no
    /// field is to blame.
    #[must_use]
    pub fn within(self, whole: &str) -> Self {
        match self {
            Self::Invalid(errors) => Self::Invalid(errors.renamed(|field| match field {
                FieldErrors::NON_FIELD => whole.to_owned(),
                field => format!("{whole}.{field}"),
            })),
            other => other,
        }
    }
}

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

/// Messages by field, in the order in which they were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(String, Vec<String>)>);

impl FieldErrors {
    /// The name under which errors stand that belong to no single field.
    pub const NON_FIELD: &'static str = "non_field_errors";

    /// No errors yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Exactly one message.
    pub fn one(field: impl Into<String>, message: impl Into<String>) -> Self {
        let mut errors = Self::new();
        errors.add(field, message);
        errors
    }

    /// Adds a message to a field.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        let (field, message) = (field.into(), message.into());
        match self.0.iter_mut().find(|(name, _)| *name == field) {
            Some((_, messages)) => messages.push(message),
            None => self.0.push((field, vec![message])),
        }
    }

    /// Takes over all messages of `other`.
    pub fn merge(&mut self, other: Self) {
        for (field, messages) in other.0 {
            for message in messages {
                self.add(field.clone(), message);
            }
        }
    }

    /// The same messages under other names.
    #[must_use]
    pub fn renamed(self, name: impl Fn(&str) -> String) -> Self {
        let mut renamed = Self::new();
        for (field, messages) in self.0 {
            for message in messages {
                renamed.add(name(&field), message);
            }
        }
        renamed
    }

    /// The value of a check; what it found wrong is taken over.
    pub fn keep<T>(&mut self, checked: Result<T, impl Into<Self>>) -> Option<T> {
        match checked {
            Ok(value) => Some(value),
            Err(wrong) => {
                self.merge(wrong.into());
                None
            }
        }
    }

    /// The value of a decision; the fields that it found wrong are taken over.
    ///
    /// # Errors
    /// Any failure but wrong fields.
    pub fn gather<T>(&mut self, decided: Result<T, Error>) -> Result<Option<T>, Error> {
        match decided {
            Ok(value) => Ok(Some(value)),
            Err(Error::Invalid(wrong)) => {
                self.merge(wrong);
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    /// What was read or decided, refused if anything is wrong.
    ///
    /// # Errors
    /// The errors, with what they were found in.
    pub fn checked<T>(self, rest: T) -> Result<T, Refused<T>> {
        if self.is_empty() { Ok(rest) } else { Err(Refused::new(self, rest)) }
    }

    /// Unwraps a checked value, keeping the message under `field` when there is none.
    pub fn take<T>(&mut self, field: &str, checked: Result<T, impl fmt::Display>) -> Option<T> {
        match checked {
            Ok(value) => Some(value),
            Err(message) => {
                self.add(field, message.to_string());
                None
            }
        }
    }

    /// Whether a field has a message.
    #[must_use]
    pub fn names(&self, field: &str) -> bool {
        self.0.iter().any(|(name, _)| name == field)
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Fields with their messages.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(field, messages)| (field.as_str(), messages.as_slice()))
    }

    /// `Ok` when nothing is wrong.
    ///
    /// # Errors
    /// The errors themselves, when there are any.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for (field, messages) in &self.0 {
            for message in messages {
                write!(f, "{}{field}: {message}", if first { "" } else { "; " })?;
                first = false;
            }
        }
        Ok(())
    }
}

impl std::error::Error for FieldErrors {}

/// What was refused, with what stands of it. Whoever carries on checks the rest too, so that one answer names
/// everything that is wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused<R> {
    /// What is wrong.
    pub wrong: FieldErrors,
    /// What stands.
    pub rest: Box<R>,
}

impl<R> Refused<R> {
    /// A refusal.
    pub fn new(wrong: FieldErrors, rest: R) -> Self {
        Self { wrong, rest: Box::new(rest) }
    }
}

impl<R: Default> From<FieldErrors> for Refused<R> {
    /// A refusal of which nothing stands.
    fn from(wrong: FieldErrors) -> Self {
        Self::new(wrong, R::default())
    }
}

impl<R> From<Refused<R>> for FieldErrors {
    fn from(refused: Refused<R>) -> Self {
        refused.wrong
    }
}

impl<R> From<Refused<R>> for Error {
    fn from(refused: Refused<R>) -> Self {
        Self::Invalid(refused.wrong)
    }
}

impl<R> fmt::Display for Refused<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.wrong.fmt(f)
    }
}
