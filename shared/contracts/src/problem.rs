//! Everything that an answer can be instead of what was asked for.
//!
//! The domain names most failures; the rest come from HTTP itself. Each contract renders all of
//! them in its own form.

use domain::Error;
use serde_json::Value;

/// A failure, before a contract has given it a number and words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// A failure that the domain names.
    Domain(Error),
    /// No credential was sent.
    CredentialMissing,
    /// A credential was sent that is not, or no longer, good.
    CredentialInvalid,
    /// The body or the query cannot be read; the text says where.
    Malformed(String),
    /// The path exists, the method does not.
    MethodNotAllowed {
        /// The method that was used.
        method: String,
        /// The methods that exist.
        allow: String,
    },
    /// No such path.
    UnknownPath,
    /// The body is over the limit.
    TooLarge,
    /// The body is of a type that is not read here.
    UnsupportedMediaType {
        /// The type that was sent.
        media_type: String,
    },
    /// The body has a content coding, such as gzip. None is read.
    UnsupportedCoding {
        /// The coding that was sent.
        coding: String,
    },
    /// The `Idempotency-Key` was used with another body.
    IdempotencyMismatch,
    /// The first request with this `Idempotency-Key` has not ended yet.
    IdempotencyRunning,
    /// AWS failed; nothing was changed by this request.
    Unavailable,
    /// Stripe refused or failed; nothing is half-made.
    PaymentProvider,
    /// The mail service refused or failed; nothing was changed.
    MailRefused,
    /// A defect of ours.
    Internal,
    /// A failure for which the contract in use has words of its own.
    Worded(Box<Rendered>),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Domain(error)
    }
}

impl From<domain::FieldErrors> for Problem {
    fn from(errors: domain::FieldErrors) -> Self {
        Self::Domain(Error::Invalid(errors))
    }
}

/// A failure in a contract's form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The HTTP status.
    pub status: u16,
    /// Headers beside the content type, such as `WWW-Authenticate`, `Retry-After`, `Allow`.
    pub headers: Vec<(&'static str, String)>,
    /// The JSON body.
    pub body: Value,
}

impl Problem {
    /// The sentence for [`Problem::UnsupportedCoding`].
    pub(crate) fn unsupported_coding(coding: &str) -> String {
        let coding: String = coding.chars().take(64).collect();
        format!("Unsupported content encoding \"{coding}\" in request.")
    }
}

impl Rendered {
    pub(crate) const fn new(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body }
    }

    /// Names the content codings that are read: none (RFC 9110, 15.5.16).
    pub(crate) fn without_codings(self) -> Self {
        self.with("Accept-Encoding", "identity".to_owned())
    }

    pub(crate) fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}
