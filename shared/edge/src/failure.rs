//! What a handler fails with, and how it becomes an answer.

use axum::Json;
use axum::response::{IntoResponse, Response};
use contracts::{Problem, Rendered};
use domain::FieldErrors;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};

use crate::contract::Contract;

/// How many seconds a client waits before it tries again what could not be done for now.
const RETRY: HeaderValue = HeaderValue::from_static("5");

/// Why a request was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    problem: Problem,
    /// What happened, for the log alone.
    cause: Option<String>,
}

impl Failure {
    /// A failure of ours; the cause is for the log alone.
    #[must_use]
    pub fn defect(cause: impl Into<String>) -> Self {
        Self { problem: Problem::Internal, cause: Some(cause.into()) }
    }

    /// What the client is told.
    #[must_use]
    pub const fn problem(&self) -> &Problem {
        &self.problem
    }

    /// What the log is told.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// Names the methods of a path that has others than the one that was used.
    pub(crate) fn with_allowed(mut self, methods: String) -> Self {
        if let Problem::MethodNotAllowed { allow, .. } = &mut self.problem {
            *allow = methods;
        }
        self
    }

    /// The answer in a contract's form.
    pub(crate) fn render(&self, contract: Contract) -> Response {
        rendered(contract.render(&self.problem))
    }
}

/// An answer that a contract has given its form. What is unavailable says when to come again.
#[must_use]
pub fn rendered(Rendered { status, headers, body }: Rendered) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(body)).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, RETRY);
    }
    // An empty `Allow` would keep axum from adding the methods that exist.
    for (name, value) in headers.into_iter().filter(|(_, value)| !value.is_empty()) {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { problem, cause: None }
    }
}

impl Failure {
    /// AWS, or the time that there is, did not suffice; `cause` is for the log.
    pub(crate) const fn unavailable(cause: Option<String>) -> Self {
        Self { problem: Problem::Unavailable, cause }
    }
}

impl From<domain::Error> for Failure {
    fn from(error: domain::Error) -> Self {
        Problem::from(error).into()
    }
}

impl From<FieldErrors> for Failure {
    fn from(errors: FieldErrors) -> Self {
        Problem::from(errors).into()
    }
}

impl From<app::Error> for Failure {
    fn from(error: app::Error) -> Self {
        match error {
            app::Error::Domain(error) => error.into(),
            app::Error::CredentialInvalid | app::Error::SecondFactor => Problem::CredentialInvalid.into(),
            app::Error::Unavailable(why) => Self::unavailable(Some(why)),
            app::Error::PaymentProvider(why) => Self { problem: Problem::PaymentProvider, cause: Some(why) },
            app::Error::MailRefused(why) => Self { problem: Problem::MailRefused, cause: Some(why) },
            app::Error::Defect(what) => Self::defect(what),
        }
    }
}

impl IntoResponse for Failure {
    /// The failure travels in the answer's extensions: only [`crate::service`] knows the contract
    /// in which the client must read it. What stands in the body is the crm form.
    fn into_response(self) -> Response {
        let mut response = self.render(Contract::Crm);
        response.extensions_mut().insert(self);
        response
    }
}

/// Failures that a contract words by what was asked for.
pub trait InWords<T> {
    /// Gives a failure its words.
    ///
    /// # Errors
    /// The failure, in them.
    fn in_words(self, words: impl FnOnce(Problem) -> Problem) -> Result<T, Failure>;
}

impl<T, E: Into<Failure>> InWords<T> for Result<T, E> {
    fn in_words(self, words: impl FnOnce(Problem) -> Problem) -> Result<T, Failure> {
        self.map_err(|error| {
            let Failure { problem, cause } = error.into();
            Failure { problem: words(problem), cause }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_stay_out_of_what_the_client_is_told() {
        for (error, problem) in [
            (app::Error::Unavailable("table secret-name".into()), Problem::Unavailable),
            (app::Error::Defect("table secret-name".into()), Problem::Internal),
        ] {
            let failure = Failure::from(error);
            assert_eq!((failure.problem(), failure.cause()), (&problem, Some("table secret-name")));
            assert!(!format!("{:?}", Contract::Crm.render(failure.problem())).contains("secret-name"));
        }
    }

    #[test]
    fn words_replace_what_the_client_is_told_and_keep_the_cause() {
        let worded = Err::<(), _>(app::Error::Unavailable("a table".into())).in_words(|_| Problem::UnknownPath);
        let failure = worded.unwrap_err();
        assert_eq!((failure.problem(), failure.cause()), (&Problem::UnknownPath, Some("a table")));
    }

    #[test]
    fn what_the_domain_names_needs_no_cause() {
        let failure = Failure::from(app::Error::from(domain::Error::NotFound));
        assert_eq!((failure.problem(), failure.cause()), (&Problem::Domain(domain::Error::NotFound), None));
    }
}
