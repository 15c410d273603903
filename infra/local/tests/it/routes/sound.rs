//! What every answer is, whatever was asked.

use serde_json::Value;

use crate::support::Answer;

/// Checks that an answer is a success, a redirect or the client's fault, in the contract's form, with its request's id.
#[track_caller]
pub fn sound(answer: &Answer, what: &str) {
    let status = answer.status;
    let is_expected = status.is_success() || status.is_redirection() || status.is_client_error();
    assert!(is_expected, "{what}: {status} {}", answer.text);
    assert!(answer.header("x-request-id").is_some_and(|id| !id.is_empty()), "{what}: {status} without X-Request-Id");
    assert_eq!(status.is_redirection(), answer.header("location").is_some(), "{what}: {status}");
    if status == 204 || status.is_redirection() {
        assert_eq!(answer.text, "", "{what}");
        return;
    }
    assert_eq!(answer.header("content-type"), Some("application/json"), "{what}: {status} {}", answer.text);
    let body = answer.json();
    if status.is_client_error() {
        assert!(is_failure(&body), "{what}: {status} {body}");
    }
}

/// `{"detail": …}`, messages by field, or the `{"error": …}` of a one-time password.
fn is_failure(body: &Value) -> bool {
    let Some(fields) = body.as_object().filter(|fields| !fields.is_empty()) else { return false };
    if fields.len() == 1 && (body["detail"].is_string() || body["error"].is_string()) {
        return true;
    }
    let is_messages = |value: &Value| {
        value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(|message| message.is_string()))
    };
    fields.values().all(is_messages)
}

/// Checks the status besides.
#[track_caller]
pub fn sound_with(answer: &Answer, statuses: &[u16], what: &str) {
    sound(answer, what);
    assert!(statuses.contains(&answer.status.as_u16()), "{what}: {} {}", answer.status, answer.text);
}
