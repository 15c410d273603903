//! Failures in this contract's form: `{"error": true, "errors": {field: message}}`.

use domain::{Error, FieldErrors};
use serde_json::{Map, Value, json};

use crate::wire::{NOT_AN_OBJECT, REQUIRED};
use crate::{Problem, Rendered};

/// What stands for a field where no field is at fault.
const DETAIL: &str = "detail";
/// Headers that are checked as fields are: a request that does not parse is a 400.
const HEADERS: [&str; 2] = ["organization-id", "idempotency-key"];

/// A failure in this contract's form.
#[must_use]
pub fn render(problem: &Problem) -> Rendered {
    match problem {
        Problem::Domain(error) => render_domain(error),
        Problem::CredentialMissing => unauthorised("Authentication credentials were not provided."),
        Problem::CredentialInvalid => unauthorised("The credential is not, or no longer, valid."),
        Problem::Malformed(what) => told(400, what),
        Problem::MethodNotAllowed { method, allow } => {
            told(405, &format!("Method \"{method}\" not allowed.")).with("Allow", allow.clone())
        }
        Problem::UnknownPath => told(404, "Not found."),
        Problem::TooLarge => told(413, "The request body is too large."),
        Problem::UnsupportedMediaType { media_type } => {
            told(400, &format!("Unsupported media type \"{media_type}\" in request."))
        }
        Problem::UnsupportedCoding { coding } => told(415, &Problem::unsupported_coding(coding)).without_codings(),
        Problem::IdempotencyMismatch => told(422, "This Idempotency-Key was used with another request body."),
        Problem::IdempotencyRunning => told(409, "The first request with this Idempotency-Key has not ended yet."),
        Problem::Unavailable => told(503, "Service temporarily unavailable, try again later."),
        Problem::PaymentProvider => told(502, "The payment provider did not do its part; nothing was changed."),
        Problem::MailRefused => told(502, "The mail service did not take the mail; nothing was changed."),
        Problem::Internal => told(500, "A server error occurred."),
        Problem::Worded(rendered) => Rendered::clone(rendered),
    }
}

fn render_domain(error: &Error) -> Rendered {
    match error {
        Error::Invalid(errors) => invalid(errors),
        Error::NotFound => told(404, "Not found."),
        Error::Forbidden => told(403, "You do not have permission to perform this action."),
        Error::Conflict(reason) => told(409, reason),
        Error::Stale => told(412, "The object has changed since it was read."),
        Error::Contended => told(409, "The object is being changed by others at the same time. Try again."),
        Error::TooMany { retry_after } => {
            let unit = if *retry_after == 1 { "second" } else { "seconds" };
            told(429, &format!("Too many requests. Try again in {retry_after} {unit}."))
                .with("Retry-After", retry_after.to_string())
        }
    }
}

fn unauthorised(text: &str) -> Rendered {
    told(401, text).with("WWW-Authenticate", "Bearer".to_owned())
}

fn told(status: u16, text: &str) -> Rendered {
    form(status, json!({ DETAIL: text }))
}

fn form(status: u16, errors: Value) -> Rendered {
    Rendered::new(status, json!({"error": true, "errors": errors}))
}

/// What is missing or does not parse is a 400; a value that is there and cannot be taken is a 422.
fn invalid(errors: &FieldErrors) -> Rendered {
    let unreadable = errors.iter().any(|(field, messages)| {
        HEADERS.contains(&field) || messages.iter().any(|m| m == REQUIRED || m.starts_with(NOT_AN_OBJECT))
    });
    let mut fields = Map::new();
    for (field, messages) in errors.iter() {
        let told = fields.entry(own_name(field)).or_insert_with(|| Value::from(""));
        let before = told.as_str().filter(|text| !text.is_empty());
        *told = before.into_iter().chain(messages.iter().map(String::as_str)).collect::<Vec<_>>().join(" ").into();
    }
    form(if unreadable { 400 } else { 422 }, Value::Object(fields))
}

/// This contract's name of what the books call otherwise.
fn own_name(field: &str) -> &str {
    // The only line of an invoice is the invoice.
    match field.strip_prefix("lines[0].").unwrap_or(field) {
        "lines[0]" => FieldErrors::NON_FIELD,
        "unit_price" | "subtotal" => "rate",
        "own_tax" | "tax_amount" => "tax",
        "total" => "total_amount",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(problem: impl Into<Problem>) -> (u16, Value) {
        let Rendered { status, headers: _, body } = render(&problem.into());
        assert_eq!(body["error"], true);
        (status, body["errors"].clone())
    }

    fn fields(pairs: &[(&str, &str)]) -> (u16, Value) {
        let mut errors = FieldErrors::new();
        for (field, message) in pairs {
            errors.add(*field, *message);
        }
        answer(errors)
    }

    #[test]
    fn a_wrong_value_is_a_422_and_a_missing_one_a_400_that_names_both() {
        let wrong = fields(&[("status", "No."), ("email", "Enter a valid email address."), ("email", "Another.")]);
        assert_eq!(wrong, (422, json!({"status": "No.", "email": "Enter a valid email address. Another."})));
        let missing = fields(&[("email", "No."), ("name", REQUIRED)]);
        assert_eq!(missing, (400, json!({"email": "No.", "name": "This field is required."})));
        assert_eq!(fields(&[("non_field_errors", "A rule.")]), (422, json!({"non_field_errors": "A rule."})));
    }

    #[test]
    fn a_header_or_a_body_that_does_not_parse_is_a_400() {
        assert_eq!(fields(&[("organization-id", "Must be a valid UUID.")]).0, 400);
        assert_eq!(fields(&[("idempotency-key", "No.")]).0, 400);
        let list = crate::wire::parse_object::<super::super::comments::CommentBody>(b"[]").unwrap_err();
        assert_eq!(answer(list).0, 400);
    }

    #[test]
    fn the_books_names_are_this_contracts() {
        let told = fields(&[("unit_price", "a"), ("own_tax", "b"), ("total", "c"), ("subtotal", "d")]);
        assert_eq!(told, (422, json!({"rate": "a d", "tax": "b", "total_amount": "c"})));
    }

    #[test]
    fn each_failure_has_its_number_and_its_sentence() {
        let method = Problem::MethodNotAllowed { method: "TRACE".into(), allow: "GET, POST".into() };
        assert_eq!(render(&method).headers, [("Allow", "GET, POST".to_owned())]);
        assert_eq!(render(&Error::TooMany { retry_after: 7 }.into()).headers, [("Retry-After", "7".to_owned())]);
        assert_eq!(render(&Problem::CredentialInvalid).headers, [("WWW-Authenticate", "Bearer".to_owned())]);
        let cases: [(Problem, u16); 19] = [
            (Problem::CredentialMissing, 401),
            (Problem::CredentialInvalid, 401),
            (Error::Forbidden.into(), 403),
            (Error::NotFound.into(), 404),
            (Problem::UnknownPath, 404),
            (method, 405),
            (Problem::Malformed("JSON parse error".into()), 400),
            (Problem::UnsupportedMediaType { media_type: "text/plain".into() }, 400),
            (Error::Conflict("It is paid.".into()).into(), 409),
            (Error::Contended.into(), 409),
            (Problem::IdempotencyRunning, 409),
            (Error::Stale.into(), 412),
            (Problem::TooLarge, 413),
            (Problem::UnsupportedCoding { coding: "gzip".into() }, 415),
            (Problem::IdempotencyMismatch, 422),
            (Problem::PaymentProvider, 502),
            (Problem::MailRefused, 502),
            (Problem::Unavailable, 503),
            (Problem::Internal, 500),
        ];
        for (problem, status) in cases {
            let (found, errors) = answer(problem.clone());
            assert_eq!((found, errors.as_object().unwrap().len()), (status, 1), "{problem:?}");
            assert!(errors["detail"].is_string(), "{errors}");
        }
    }
}
