//! Secrets Manager: the values of the template's secrets. A value that is put lasts until the local cloud stops.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use app::ports::Clock;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::Error;
use super::server::{Server, bind};
use crate::origins::Listen;

/// A running Secrets Manager.
#[derive(Debug)]
pub struct Secrets {
    server: Server,
}

/// A value of a secret.
#[derive(Debug)]
struct Version {
    value: String,
    created_at: Timestamp,
}

#[derive(Debug)]
struct SecretsManager {
    /// The values of each secret by ARN, oldest first.
    versions: Mutex<BTreeMap<String, Vec<Version>>>,
    clock: Arc<dyn Clock>,
}

/// Starts Secrets Manager with the values of secrets, by ARN.
///
/// # Errors
/// The port is taken.
pub async fn start(
    values: BTreeMap<String, String>,
    clock: Arc<dyn Clock>,
    listen: impl Into<Listen>,
) -> Result<Secrets, Error> {
    let Listen { port, origins } = listen.into();
    let created_at = clock.now();
    let versions = values.into_iter().map(|(arn, value)| (arn, vec![Version { value, created_at }])).collect();
    let manager = SecretsManager { versions: Mutex::new(versions), clock };
    let router = Router::new().route("/", post(answer)).with_state(Arc::new(manager));
    Ok(Secrets { server: Server::start(bind(port).await?, router, origins)? })
}

impl Secrets {
    /// The address that clients are given.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        self.server.endpoint()
    }
}

/// The fields of both calls.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Call {
    secret_id: String,
    version_stage: Option<String>,
    secret_string: Option<String>,
}

async fn answer(State(manager): State<Arc<SecretsManager>>, headers: HeaderMap, body: String) -> Response {
    let Ok(call) = serde_json::from_str::<Call>(&body) else {
        return refuse("InvalidRequestException", "The body is not that of a call.");
    };
    let mut versions = manager.versions.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(versions) = versions.get_mut(&call.secret_id) else {
        return refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    };
    match headers.get("x-amz-target").map(HeaderValue::as_bytes) {
        Some(b"secretsmanager.GetSecretValue") => get_value(&call, versions),
        Some(b"secretsmanager.PutSecretValue") => put_value(call, versions, manager.clock.now()),
        _ => refuse("InvalidRequestException", "The local Secrets Manager knows GetSecretValue and PutSecretValue."),
    }
}

fn get_value(call: &Call, versions: &[Version]) -> Response {
    let version = match call.version_stage.as_deref() {
        None | Some("AWSCURRENT") => versions.last(),
        Some("AWSPREVIOUS") => versions.len().checked_sub(2).map(|index| &versions[index]),
        Some(_) => None,
    };
    let Some(Version { value, created_at }) = version else {
        return refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret value.");
    };
    let (arn, created) = (&call.secret_id, created_at.as_second());
    Json(json!({"ARN": arn, "Name": arn, "SecretString": value, "CreatedDate": created})).into_response()
}

/// As with AWS, the value that was current becomes the previous one.
fn put_value(call: Call, versions: &mut Vec<Version>, now: Timestamp) -> Response {
    let Some(value) = call.secret_string else {
        return refuse("InvalidRequestException", "You must provide SecretString.");
    };
    versions.push(Version { value, created_at: now });
    Json(json!({"ARN": call.secret_id, "Name": call.secret_id, "VersionStages": ["AWSCURRENT"]})).into_response()
}

fn refuse(name: &'static str, message: &str) -> Response {
    (StatusCode::BAD_REQUEST, [("x-amzn-errortype", name)], Json(json!({"__type": name, "message": message})))
        .into_response()
}
