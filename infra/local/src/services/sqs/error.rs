//! What SQS answers when it does not do what was asked.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::JSON;

/// Why a request was not carried out.
#[derive(Debug, thiserror::Error)]
pub(super) enum SqsError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("the queue's storage failed: {0}")]
    Storage(#[from] rusqlite::Error),
    #[error("a stored message or answer is not valid JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// A fault of the caller's, by its name in SQS.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("The specified queue does not exist.")]
    QueueDoesNotExist,
    #[error("A queue already exists with the same name and a different value for attribute {0}")]
    QueueNameExists(String),
    #[error("Unknown Attribute {0}.")]
    InvalidAttributeName(String),
    #[error("{0}")]
    InvalidAttributeValue(String),
    #[error("{0}")]
    InvalidParameterValue(String),
    #[error(
        "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | \
         #x10000 to #x10FFFF"
    )]
    InvalidMessageContents,
    #[error("The message referred to isn't in flight.")]
    MessageNotInflight,
    #[error("The input receipt handle \"{0}\" is not a valid receipt handle.")]
    ReceiptHandleIsInvalid(String),
    #[error("There should be at least one entry in the request.")]
    EmptyBatchRequest,
    #[error("Maximum number of entries per request are 10. You have sent {0}.")]
    TooManyEntriesInBatchRequest(usize),
    #[error("Id {0} repeated.")]
    BatchEntryIdsNotDistinct(String),
    #[error(
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. \
         It can be at most 80 letters long."
    )]
    InvalidBatchEntryId,
    #[error("Batch requests cannot be longer than {max} bytes. You have sent {sent} bytes.")]
    BatchRequestTooLong { sent: usize, max: usize },
    #[error("{0}")]
    UnsupportedOperation(String),
}

impl Refusal {
    /// The error's shape, and its code in the older query protocol, by which the SDKs recognise it.
    pub(super) fn codes(&self) -> (&'static str, &'static str) {
        match self {
            Self::QueueDoesNotExist => ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"),
            Self::QueueNameExists(_) => ("QueueNameExists", "QueueAlreadyExists"),
            Self::InvalidAttributeName(_) => ("InvalidAttributeName", "InvalidAttributeName"),
            Self::InvalidAttributeValue(_) => ("InvalidAttributeValue", "InvalidAttributeValue"),
            Self::InvalidParameterValue(_) => ("InvalidParameterValue", "InvalidParameterValue"),
            Self::InvalidMessageContents => ("InvalidMessageContents", "InvalidMessageContents"),
            Self::MessageNotInflight => ("MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight"),
            Self::ReceiptHandleIsInvalid(_) => ("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid"),
            Self::EmptyBatchRequest => ("EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest"),
            Self::TooManyEntriesInBatchRequest(_) => {
                ("TooManyEntriesInBatchRequest", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest")
            }
            Self::BatchEntryIdsNotDistinct(_) => {
                ("BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct")
            }
            Self::InvalidBatchEntryId => ("InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId"),
            Self::BatchRequestTooLong { .. } => ("BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong"),
            Self::UnsupportedOperation(_) => ("UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation"),
        }
    }
}

impl IntoResponse for SqsError {
    fn into_response(self) -> Response {
        let (status, shape, query_code, fault) = match &self {
            Self::Refused(refusal) => {
                let (shape, query_code) = refusal.codes();
                (StatusCode::BAD_REQUEST, shape, query_code, "Sender")
            }
            Self::Storage(_) | Self::Json(_) => {
                tracing::error!(error = %self, "the local SQS failed");
                (StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure", "InternalFailure", "Receiver")
            }
        };
        let body = json!({ "__type": format!("com.amazonaws.sqs#{shape}"), "message": self.to_string() });
        let query_error = format!("{query_code};{fault}");
        let headers = [(CONTENT_TYPE.as_str(), JSON.to_owned()), ("x-amzn-query-error", query_error)];
        (status, headers, body.to_string()).into_response()
    }
}
