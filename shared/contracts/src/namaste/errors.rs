//! Failures in this contract's form: `{"error": …}` where the document has words for them, else `{"detail": …}` or
//! messages by field.

use serde_json::{Value, json};

use crate::detail::Form;
use crate::{Problem, Rendered};

const CHALLENGE: &str = "Bearer realm=\"api\"";

const FORM: Form = Form {
    challenge: CHALLENGE,
    invalid_credential: || json!({"detail": "Given token not valid for any token type", "code": "token_not_valid"}),
    conflict: "error",
};

/// A failure in this contract's form.
#[must_use]
pub fn render(problem: &Problem) -> Rendered {
    FORM.render(problem)
}

/// A refusal in the document's words: `{"error": …}`.
#[must_use]
pub fn refused(status: u16, error: &str) -> Problem {
    worded(status, json!({ "error": error }))
}

/// A refused password in the words of Django REST clients: `{"detail": …}`.
#[must_use]
pub fn unauthorised(detail: &str) -> Problem {
    worded(401, json!({ "detail": detail }))
}

fn worded(status: u16, body: Value) -> Problem {
    let told = Rendered::new(status, body);
    Problem::Worded(if status == 401 { told.with("WWW-Authenticate", CHALLENGE.to_owned()) } else { told }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Error, FieldErrors};

    #[test]
    fn each_failure_has_its_number_and_its_words() {
        let throttled = "Request was throttled. Expected available in 7 seconds.";
        let cases: [(Problem, u16, serde_json::Value); 8] = [
            (Problem::CredentialMissing, 401, json!({"detail": "Authentication credentials were not provided."})),
            (
                Problem::CredentialInvalid,
                401,
                json!({"detail": "Given token not valid for any token type", "code": "token_not_valid"}),
            ),
            (Error::Forbidden.into(), 403, json!({"detail": "You do not have permission to perform this action."})),
            (Error::Conflict("It has billings.".into()).into(), 409, json!({"error": "It has billings."})),
            (Error::TooMany { retry_after: 7 }.into(), 429, json!({ "detail": throttled })),
            (FieldErrors::one("email", "Wrong.").into(), 400, json!({"email": ["Wrong."]})),
            (refused(404, "User not found"), 404, json!({"error": "User not found"})),
            (Problem::Internal, 500, json!({"detail": "A server error occurred."})),
        ];
        for (problem, status, body) in cases {
            let rendered = render(&problem);
            assert_eq!((rendered.status, rendered.body), (status, body), "{problem:?}");
        }
    }

    #[test]
    fn a_401_asks_for_a_bearer_and_a_429_says_when() {
        for problem in [Problem::CredentialMissing, Problem::CredentialInvalid] {
            assert_eq!(render(&problem).headers, [("WWW-Authenticate", "Bearer realm=\"api\"".to_owned())]);
        }
        let throttled = render(&Error::TooMany { retry_after: 7 }.into());
        assert_eq!(throttled.headers, [("Retry-After", "7".to_owned())]);
    }
}
