//! What a use case can fail with.

use store::StoreError;

/// A failure of a use case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The books refuse it.
    #[error(transparent)]
    Domain(#[from] domain::Error),
    /// The credential is not, or no longer, good.
    #[error("the credential is not valid")]
    CredentialInvalid,
    /// The password is right, and a second factor is asked for: its code is missing or wrong.
    #[error("the code of a second factor is needed")]
    SecondFactor,
    /// AWS did not do its part; the text is for the log alone.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// Stripe did not do its part; the text is for the log alone.
    #[error("payment provider: {0}")]
    PaymentProvider(String),
    /// SES did not take a mail; the text is for the log alone.
    #[error("mail: {0}")]
    MailRefused(String),
    /// What is kept cannot be read, or cannot be what it is; the text is for the log alone.
    #[error("defect: {0}")]
    Defect(String),
}

impl From<domain::FieldErrors> for Error {
    fn from(errors: domain::FieldErrors) -> Self {
        Self::Domain(errors.into())
    }
}

impl<R> From<domain::Refused<R>> for Error {
    fn from(refused: domain::Refused<R>) -> Self {
        Self::Domain(refused.into())
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            // A race that nobody retried, and a marker that no use case gave a name, mean the same
            // to the caller: somebody else was first.
            StoreError::Raced | StoreError::Taken(_) | StoreError::Missing => Self::Domain(domain::Error::Contended),
            StoreError::TooManyItems => Self::Domain(domain::Error::rule(
                "The change touches more lines and payments than can be written at once.",
            )),
            StoreError::TooLarge => {
                Self::Domain(domain::Error::rule("The object would be larger than the 400 KB that can be kept."))
            }
            StoreError::Corrupt(what) => Self::Defect(what),
            StoreError::CollectionFull(what) => {
                tracing::error!(what, "an item collection has reached the size that DynamoDB keeps");
                Self::Domain(domain::Error::Conflict(
                    "The organisation has reached the 10 GB of one kind that can be kept. Nothing was changed."
                        .to_owned(),
                ))
            }
            StoreError::Throttled(why) | StoreError::Unavailable(why) => Self::Unavailable(why),
        }
    }
}
