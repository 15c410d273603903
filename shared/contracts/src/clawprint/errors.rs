//! Failures in this contract's form: `{"error": …, "message": …, "details": {field: message}}`.

use domain::{Error, FieldErrors};
use serde_json::{Map, Value, json};

use crate::wire::REQUIRED;
use crate::{Problem, Rendered};

/// A failure in this contract's form.
#[must_use]
pub fn render(problem: &Problem) -> Rendered {
    match problem {
        Problem::Domain(error) => render_domain(error),
        Problem::CredentialMissing => unauthorised("No credential was sent. Send Authorization: Bearer pk_…:sk_…."),
        Problem::CredentialInvalid => unauthorised("The credential is not, or no longer, good."),
        Problem::Malformed(what) => told(400, INVALID, what),
        Problem::MethodNotAllowed { method, allow } => {
            told(405, "Method not allowed", &format!("{method} is not a method of this path."))
                .with("Allow", allow.clone())
        }
        Problem::UnknownPath => told(404, "Not found", "There is no such path."),
        Problem::TooLarge => told(413, "Payload too large", "The request body is too large."),
        Problem::UnsupportedMediaType { media_type } => {
            told(400, INVALID, &format!("The body must be application/json, not \"{media_type}\"."))
        }
        Problem::UnsupportedCoding { coding } => {
            told(415, UNSUPPORTED, &Problem::unsupported_coding(coding)).without_codings()
        }
        Problem::IdempotencyMismatch => {
            told(422, "Unprocessable", "This Idempotency-Key was used with another request body.")
        }
        Problem::IdempotencyRunning => {
            told(409, "Conflict", "The first request with this Idempotency-Key has not ended yet.")
        }
        Problem::Unavailable => {
            told(503, "Service unavailable", "The service is not available at the moment. Try again later.")
        }
        Problem::PaymentProvider => told(
            500,
            "Stripe integration error",
            "Stripe did not do its part, and nothing was changed. Try again later.",
        ),
        Problem::MailRefused => told(
            502,
            "Bad gateway",
            "The mail service did not take the mail, and nothing was changed. Try again later.",
        ),
        Problem::Internal => told(500, "Internal server error", "The server failed."),
        Problem::Worded(rendered) => Rendered::clone(rendered),
    }
}

fn render_domain(error: &Error) -> Rendered {
    match error {
        Error::Invalid(errors) => invalid(errors),
        Error::NotFound => told(404, "Not found", "There is no such object in this business."),
        Error::Forbidden => told(403, "Forbidden", "The credential does not allow this."),
        Error::Conflict(reason) => told(409, "Conflict", reason),
        Error::Stale => told(412, "Precondition failed", "The object has changed since it was read."),
        Error::Contended => told(409, "Conflict", "The object is being changed by others at the same time. Try again."),
        Error::TooMany { retry_after } => {
            let unit = if *retry_after == 1 { "second" } else { "seconds" };
            told(429, "Too many requests", &format!("Try again in {retry_after} {unit}."))
                .with("Retry-After", retry_after.to_string())
        }
    }
}

const INVALID: &str = "Invalid request";
/// A body that is not read as it is.
const UNSUPPORTED: &str = "Unsupported media type";

fn unauthorised(message: &str) -> Rendered {
    told(401, "Invalid authentication", message).with("WWW-Authenticate", "Bearer".to_owned())
}

fn told(status: u16, error: &str, message: &str) -> Rendered {
    form(status, error, message, Map::new())
}

fn form(status: u16, error: &str, message: &str, details: Map<String, Value>) -> Rendered {
    Rendered::new(status, json!({"error": error, "message": message, "details": details}))
}

/// Wrong values: all fields are named, under the table's words for the first kind of fault that is there.
fn invalid(errors: &FieldErrors) -> Rendered {
    let errors = &errors.clone().renamed(|field| match field.strip_prefix("lines[") {
        Some(place) => format!("line_items[{place}"),
        None => field.to_owned(),
    });
    let details = errors.iter().filter(|(field, _)| *field != FieldErrors::NON_FIELD);
    let details = details.map(|(field, messages)| (field.to_owned(), json!(messages.join(" ")))).collect();
    let missing: Vec<&str> = errors.iter().filter(|(_, m)| is_missing(m)).map(|(field, _)| field).collect();
    if !missing.is_empty() {
        let verb = if missing.len() == 1 { "is" } else { "are" };
        let message = format!("{} {verb} required.", missing.join(", "));
        return form(400, "Missing required fields", &message, details);
    }
    let faults = ["Invalid email format", "Line items required", "Invalid quantity", INVALID];
    let found = faults.into_iter().find_map(|words| {
        let (field, messages) = errors.iter().find(|(field, _)| fault_of(field) == words)?;
        Some((words, sentence(field, messages)))
    });
    let (words, message) = found.unwrap_or((INVALID, "The request is not valid.".to_owned()));
    form(400, words, &message, details)
}

/// The table's words for a wrong value of a field.
fn fault_of(field: &str) -> &'static str {
    match field {
        "customer_email" => "Invalid email format",
        "line_items" => "Line items required",
        _ if field.starts_with("line_items[") && field.ends_with("].quantity") => "Invalid quantity",
        _ => INVALID,
    }
}

fn is_missing(messages: &[String]) -> bool {
    messages.iter().any(|message| message == REQUIRED)
}

fn sentence(field: &str, messages: &[String]) -> String {
    let text = messages.join(" ");
    if field == FieldErrors::NON_FIELD { text } else { format!("{field}: {text}") }
}

#[cfg(test)]
mod tests;
