//! Failures in this contract's form: `{"detail": …}`, or messages by field.

use serde_json::json;

use crate::detail::Form;
use crate::{Problem, Rendered};

const FORM: Form =
    Form { challenge: "Token", invalid_credential: || json!({"detail": "Invalid token."}), conflict: "detail" };

/// A failure in this contract's form.
#[must_use]
pub fn render(problem: &Problem) -> Rendered {
    FORM.render(problem)
}

#[cfg(test)]
mod tests {
    use domain::{Error, FieldErrors};
    use serde_json::Value;

    use super::*;

    fn told(problem: impl Into<Problem>) -> (u16, Value) {
        let Rendered { status, headers: _, body } = render(&problem.into());
        (status, body)
    }

    #[test]
    fn a_missing_and_a_bad_credential_are_told_apart_and_challenged() {
        let detail = |text: &str| json!({ "detail": text });
        assert_eq!(told(Problem::CredentialMissing), (401, detail("Authentication credentials were not provided.")));
        assert_eq!(told(Problem::CredentialInvalid), (401, detail("Invalid token.")));
        for problem in [Problem::CredentialMissing, Problem::CredentialInvalid] {
            assert_eq!(render(&problem).headers, [("WWW-Authenticate", "Token".to_owned())]);
        }
    }

    #[test]
    fn wrong_fields_are_all_told_at_once() {
        let mut errors = FieldErrors::one("name", "This field is required.");
        errors.add("name", "Another.");
        errors.add(FieldErrors::NON_FIELD, "A rule.");
        let body = json!({"name": ["This field is required.", "Another."], "non_field_errors": ["A rule."]});
        assert_eq!(told(errors), (400, body));
    }

    #[test]
    fn each_failure_has_its_number_and_its_sentence() {
        let method = Problem::MethodNotAllowed { method: "TRACE".into(), allow: "GET, POST".into() };
        assert_eq!(render(&method).headers, [("Allow", "GET, POST".to_owned())]);
        assert_eq!(render(&Error::TooMany { retry_after: 7 }.into()).headers, [("Retry-After", "7".to_owned())]);
        let coding = Problem::UnsupportedCoding { coding: "gzip".into() };
        assert_eq!(render(&coding).headers, [("Accept-Encoding", "identity".to_owned())]);
        let cases: [(Problem, u16, &str); 17] = [
            (method, 405, "Method \"TRACE\" not allowed."),
            (Problem::UnknownPath, 404, "Not found."),
            (Error::NotFound.into(), 404, "Not found."),
            (Error::Forbidden.into(), 403, "You do not have permission to perform this action."),
            (Problem::Malformed("JSON parse error - x".into()), 400, "JSON parse error - x"),
            (Error::Conflict("It has invoices.".into()).into(), 409, "It has invoices."),
            (Error::Stale.into(), 412, "The object has changed since it was read."),
            (Problem::TooLarge, 413, "The request body is too large."),
            (
                Problem::UnsupportedMediaType { media_type: "a/b".into() },
                415,
                "Unsupported media type \"a/b\" in request.",
            ),
            (
                Problem::UnsupportedCoding { coding: "gzip".into() },
                415,
                "Unsupported content encoding \"gzip\" in request.",
            ),
            (Problem::IdempotencyMismatch, 422, "This Idempotency-Key was used with another request body."),
            (Problem::IdempotencyRunning, 409, "The first request with this Idempotency-Key has not ended yet."),
            (Error::TooMany { retry_after: 7 }.into(), 429, "Request was throttled. Expected available in 7 seconds."),
            (Problem::Unavailable, 503, "Service temporarily unavailable, try again later."),
            (Problem::PaymentProvider, 502, "The payment provider did not do its part; nothing was changed."),
            (Problem::MailRefused, 502, "The mail service did not take the mail; nothing was changed."),
            (Problem::Internal, 500, "A server error occurred."),
        ];
        for (problem, status, sentence) in cases {
            assert_eq!(told(problem.clone()), (status, json!({ "detail": sentence })), "{problem:?}");
        }
    }
}
