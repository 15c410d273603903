//! Why a request is refused, in the words and the JSON of Stripe's API.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::services::Error;

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum StripeError {
    /// The request is not acceptable.
    #[error("{}", .0.message)]
    Refused(Box<Refusal>),
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] Error),
}

/// Stripe's error object.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    message: String,
    param: Option<String>,
}

impl StripeError {
    /// 400, for a parameter that is wrong.
    pub(super) fn invalid(code: &'static str, param: &str, message: impl Into<String>) -> Self {
        let param = (!param.is_empty()).then(|| param.to_owned());
        Self::refused(StatusCode::BAD_REQUEST, "invalid_request_error", Some(code), message, param)
    }

    /// 400, for a parameter that is not there.
    pub(super) fn missing(param: &str) -> Self {
        Self::invalid("parameter_missing", param, format!("Missing required param: {param}."))
    }

    /// 404, for an object that is not there.
    pub(super) fn no_such(what: &str, id: &str, param: &str) -> Self {
        let message = format!("No such {}: '{id}'", what.replace('_', " "));
        let param = Some(param.to_owned());
        Self::refused(StatusCode::NOT_FOUND, "invalid_request_error", Some("resource_missing"), message, param)
    }

    /// 404, for a path or a method that Stripe, or the stand-in, does not have.
    pub(super) fn unrecognized(method: &str, path: &str) -> Self {
        let message = format!(
            "Unrecognized request URL ({method}: {path}). If you are trying to list objects, remove the trailing \
             slash. The local stand-in has only what the product calls."
        );
        Self::refused(StatusCode::NOT_FOUND, "invalid_request_error", None, message, None)
    }

    /// 401, for a secret key that is absent or not one of a test account.
    pub(super) fn unauthorized(message: &str) -> Self {
        Self::refused(StatusCode::UNAUTHORIZED, "invalid_request_error", None, message, None)
    }

    /// 400, for an idempotency key that was used for something else.
    pub(super) fn key_reused(key: &str) -> Self {
        let message = format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. Try \
             using a key other than '{key}' if you meant to execute a different request."
        );
        Self::refused(StatusCode::BAD_REQUEST, "idempotency_error", None, message, None)
    }

    /// 500, while the stand-in is told to be down.
    pub(super) fn down() -> Self {
        let message = "Stripe is down, as the local cloud was told.";
        Self::refused(StatusCode::INTERNAL_SERVER_ERROR, "api_error", None, message, None)
    }

    fn refused(
        status: StatusCode,
        kind: &'static str,
        code: Option<&'static str>,
        message: impl Into<String>,
        param: Option<String>,
    ) -> Self {
        Self::Refused(Box::new(Refusal { status, kind, code, message: message.into(), param }))
    }
}

impl From<rusqlite::Error> for StripeError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error.into())
    }
}

impl From<serde_json::Error> for StripeError {
    fn from(error: serde_json::Error) -> Self {
        Self::Storage(error.into())
    }
}

impl IntoResponse for StripeError {
    fn into_response(self) -> Response {
        let refusal = match self {
            Self::Refused(refusal) => *refusal,
            Self::Storage(error) => {
                tracing::error!(%error, "the Stripe stand-in failed");
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                let message = "The stand-in's storage failed.".to_owned();
                Refusal { status, kind: "api_error", code: None, message, param: None }
            }
        };
        let Refusal { status, kind, code, message, param } = refusal;
        let mut error = json!({ "type": kind, "message": message });
        if let Some(code) = code {
            error["code"] = json!(code);
            error["doc_url"] = json!(format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-")));
        }
        if let Some(param) = param {
            error["param"] = json!(param);
        }
        (status, Json(json!({ "error": error }))).into_response()
    }
}
