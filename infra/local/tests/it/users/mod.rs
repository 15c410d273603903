//! Users of an organisation: their management by the owner, their groups, and what groups may do.

mod copies;
mod credentials;
mod expectations;
mod management;
mod payment_pages;
mod permissions;
mod proof;
mod replaced_lines;

use contracts::crm::routes::Method as RouteMethod;
use http::Method;
use serde_json::{Value, json};

use crate::support::{Tributary, User};

pub const PASSWORD: &str = "SecurePass123!";

/// Adds a member as the owner and signs the member in.
pub async fn add(tributary: &Tributary, owner: &User, username: &str, groups: &[&str]) -> (Value, User) {
    let row = tributary.post(owner, "/api/users/", member(username, groups)).await.expect(201);
    let user = sign_in(tributary, username).await;
    (row, user)
}

/// The body of a new member.
pub fn member(username: &str, groups: &[&str]) -> Value {
    let email = format!("{username}@example.com");
    json!({"username": username, "email": email, "password": PASSWORD, "groups": groups})
}

/// A token for a user who is there.
pub async fn sign_in(tributary: &Tributary, username: &str) -> User {
    let body = json!({"username": username, "password": PASSWORD});
    let answer = tributary.call(None, Method::POST, "/api-token-auth/", Some(body)).await.expect(200);
    let token = answer["token"].as_str().unwrap().to_owned();
    User { username: username.into(), email: format!("{username}@example.com"), password: PASSWORD.into(), token }
}

/// What a list shows of each row.
pub fn column(rows: &Value, name: &str) -> Vec<String> {
    rows.as_array().unwrap().iter().map(|row| row[name].as_str().unwrap().to_owned()).collect()
}

pub fn method(method: RouteMethod) -> Method {
    method.as_str().parse().unwrap()
}
