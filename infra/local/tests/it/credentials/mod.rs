//! Every kind of credential: how it is had, what it opens, how it ends, and how often it may be used.

mod audit;
mod businesses;
mod jwts;
mod kinds;
mod lock_out;
mod password_change;
mod rates;
mod rotation;
mod scopes;
mod second_factor;
mod sessions;
mod tokens;
mod tries;

use app::App;
use app::jwt::TokenPair;
use app::session::Credential;
use app::sources::SourceAddress;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::{Value, json};
use store::Store;
use tributary_local::registry;

use crate::support::{Answer, Remote, Tributary, User};

/// Sends JSON with an `Authorization` header.
async fn ask(tributary: &Remote, method: Method, path: &str, authorization: &str, body: Option<Value>) -> Answer {
    let headers = [("authorization", authorization), ("content-type", "application/json")];
    tributary.raw(method, path, &headers, body.map(|body| body.to_string()).unwrap_or_default()).await
}

async fn get(tributary: &Remote, path: &str, authorization: &str) -> Answer {
    ask(tributary, Method::GET, path, authorization, None).await
}

fn basic(login: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{login}:{password}")))
}

/// Opens a business; gives its id and its API key.
async fn business(tributary: &Tributary, user: &User) -> (String, String) {
    let opened = tributary.post(user, "/api/businesses", json!({"name": "Second"})).await.expect(201);
    let text = |name: &str| opened[name].as_str().unwrap().to_owned();
    (text("business_id"), text("api_key"))
}

/// An API key of the organisation that the user signed up with.
async fn home_key(tributary: &Tributary, user: &User) -> String {
    let me = tributary.get(user, "/api/me/").await.expect(200);
    let path = format!("/api/businesses/{}/api-keys", me["business_id"].as_str().unwrap());
    tributary.post(user, &path, json!({})).await.expect(201)["api_key"].as_str().unwrap().to_owned()
}

/// The cookie of a new session, as a browser sends it back.
pub async fn session_cookie(tributary: &Tributary, user: &User) -> String {
    let answer = sign_in(tributary, &user.username, &user.password).await;
    answer.expect(204);
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

async fn sign_in(tributary: &Remote, username: &str, password: &str) -> Answer {
    let body = json!({"username": username, "password": password});
    tributary.call(None, Method::POST, "/api/session/", Some(body)).await
}

async fn obtain_token(tributary: &Remote, username: &str, password: &str) -> Answer {
    let body = json!({"username": username, "password": password});
    tributary.call(None, Method::POST, "/api-token-auth/", Some(body)).await
}

/// The use cases, as the functions have them.
fn app(tributary: &Tributary) -> App {
    registry::app(tributary.cloud.environment())
}

fn store(tributary: &Tributary) -> Store {
    let environment = tributary.cloud.environment();
    Store::new(environment.sdk.dynamodb(&environment.dynamodb_url), &environment.table_name)
}

async fn loaded(tributary: &Tributary, user: &User) -> domain::user::User {
    let app = app(tributary);
    let credential = Credential::Token(user.token.clone());
    let session = app.authenticate(&credential, None, &SourceAddress::unknown()).await.unwrap();
    app.user_of_session(&session).await.unwrap()
}

async fn jwts(tributary: &Tributary, user: &User) -> TokenPair {
    app(tributary).issue_tokens(&loaded(tributary, user).await).unwrap()
}
