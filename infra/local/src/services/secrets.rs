//! Secrets Manager: gives the values of the template's secrets.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::Error;
use super::server::{Server, bind};
use crate::origins::Listen;

/// A running Secrets Manager.
#[derive(Debug)]
pub struct Secrets {
    server: Server,
}

/// Starts Secrets Manager with the values of secrets, by ARN.
///
/// # Errors
/// The port is taken.
pub async fn start(values: BTreeMap<String, String>, listen: impl Into<Listen>) -> Result<Secrets, Error> {
    let Listen { port, origins } = listen.into();
    let router = Router::new().route("/", post(answer)).with_state(Arc::new(values));
    Ok(Secrets { server: Server::start(bind(port).await?, router, origins)? })
}

impl Secrets {
    /// The address that clients are given.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        self.server.endpoint()
    }
}

async fn answer(State(values): State<Arc<BTreeMap<String, String>>>, headers: HeaderMap, body: String) -> Response {
    if headers.get("x-amz-target").is_none_or(|target| target != "secretsmanager.GetSecretValue") {
        return refuse("InvalidRequestException", "The local Secrets Manager gives secrets, and nothing else.");
    }
    let id = serde_json::from_str::<Value>(&body).ok().and_then(|body| body["SecretId"].as_str().map(str::to_owned));
    match id.and_then(|id| values.get_key_value(&id)) {
        Some((arn, value)) => Json(json!({"ARN": arn, "Name": arn, "SecretString": value})).into_response(),
        None => refuse("ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
    }
}

fn refuse(name: &'static str, message: &str) -> Response {
    (StatusCode::BAD_REQUEST, [("x-amzn-errortype", name)], Json(json!({"__type": name, "message": message})))
        .into_response()
}
