//! Failures as `{"detail": …}`, or messages by field: the form of Django REST framework, which several contracts have.

use domain::{Error, FieldErrors};
use serde_json::{Map, Value, json};

use crate::{Problem, Rendered};

/// In what contracts of this form differ.
pub(crate) struct Form {
    /// The scheme that a 401 asks for.
    pub challenge: &'static str,
    /// What is told of a credential that is not good.
    pub invalid_credential: fn() -> Value,
    /// The key under which a conflict is told.
    pub conflict: &'static str,
}

impl Form {
    /// A failure in this form.
    pub fn render(&self, problem: &Problem) -> Rendered {
        match problem {
            Problem::Domain(error) => self.render_domain(error),
            Problem::CredentialMissing => {
                self.unauthorised(json!({"detail": "Authentication credentials were not provided."}))
            }
            Problem::CredentialInvalid => self.unauthorised((self.invalid_credential)()),
            Problem::Malformed(what) => detail(400, what),
            Problem::MethodNotAllowed { method, allow } => {
                detail(405, &format!("Method \"{method}\" not allowed.")).with("Allow", allow.clone())
            }
            Problem::UnknownPath => detail(404, "Not found."),
            Problem::TooLarge => detail(413, "The request body is too large."),
            Problem::UnsupportedMediaType { media_type } => {
                detail(415, &format!("Unsupported media type \"{media_type}\" in request."))
            }
            Problem::UnsupportedCoding { coding } => {
                detail(415, &Problem::unsupported_coding(coding)).without_codings()
            }
            Problem::IdempotencyMismatch => detail(422, "This Idempotency-Key was used with another request body."),
            Problem::IdempotencyRunning => {
                detail(409, "The first request with this Idempotency-Key has not ended yet.")
            }
            Problem::Unavailable => detail(503, "Service temporarily unavailable, try again later."),
            Problem::PaymentProvider => detail(502, "The payment provider did not do its part; nothing was changed."),
            Problem::MailRefused => detail(502, "The mail service did not take the mail; nothing was changed."),
            Problem::Internal => detail(500, "A server error occurred."),
            Problem::Worded(rendered) => Rendered::clone(rendered),
        }
    }

    fn render_domain(&self, error: &Error) -> Rendered {
        match error {
            Error::Invalid(errors) => Rendered::new(400, by_field(errors)),
            Error::NotFound => detail(404, "Not found."),
            Error::Forbidden => detail(403, "You do not have permission to perform this action."),
            Error::Conflict(reason) => Rendered::new(409, json!({ self.conflict: reason })),
            Error::Stale => detail(412, "The object has changed since it was read."),
            Error::Contended => detail(409, "The object is being changed by others at the same time. Try again."),
            Error::TooMany { retry_after } => {
                let unit = if *retry_after == 1 { "second" } else { "seconds" };
                detail(429, &format!("Request was throttled. Expected available in {retry_after} {unit}."))
                    .with("Retry-After", retry_after.to_string())
            }
        }
    }

    fn unauthorised(&self, body: Value) -> Rendered {
        Rendered::new(401, body).with("WWW-Authenticate", self.challenge.to_owned())
    }
}

fn detail(status: u16, text: &str) -> Rendered {
    Rendered::new(status, json!({ "detail": text }))
}

fn by_field(errors: &FieldErrors) -> Value {
    let fields: Map<_, _> = errors.iter().map(|(field, messages)| (field.to_owned(), json!(messages))).collect();
    Value::Object(fields)
}
