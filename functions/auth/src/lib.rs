//! Tokens, sessions and the current user over HTTP: crm, "Authentication"; users: crm, section 8; businesses with their
//! API keys: clawprint; organisations as a whole; sign-up, login and the reset of a password: namaste, "Authentication".

mod audit;
mod authentication;
mod businesses;
mod organisations;
mod second_factor;
mod sessions;
mod tokens;
mod users;

use app::App;
use app::bucket::Bucket;
use app::mail::Mailer;
use app::queue::WorkQueue;
use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::{delete, get, post};
use contracts::crm::accounts::{
    CredentialsBody, MeJson, PASSWORD_CHANGED, PasswordChangeBody, TokenJson, credentials_refused,
    old_password_refused, second_factor_needed,
};
use edge::{Caller, Failure, JsonBody, Source, json, read};
use http::StatusCode;

/// What the handlers need.
#[derive(Debug, Clone, FromRef)]
pub struct Auth {
    /// The use cases.
    pub app: App,
    /// Mail.
    pub mailer: Mailer,
    /// Where exports are kept.
    pub bucket: Bucket,
    /// Work on whole organisations.
    pub work: WorkQueue,
}

/// The function's routes.
pub fn router(auth: Auth) -> Router {
    let routes = Router::new()
        .route("/api/signup", post(authentication::sign_up))
        .route("/api/verify-signup-otp", post(authentication::verify_sign_up))
        .route("/api/login", post(authentication::log_in))
        .route("/api/verify-login-otp", post(authentication::verify_log_in))
        .route("/api/forget-password", post(authentication::forget_password))
        .route("/api/verify-forget-password-otp", post(authentication::verify_forget_password))
        .route("/api/reset-password", post(authentication::reset_password))
        .route("/api/token", post(authentication::obtain_token_pair))
        .route("/api/token/blacklist", post(authentication::blacklist))
        .route("/api/token/refresh", post(authentication::refresh))
        .route("/api-token-auth", post(obtain_token))
        .route("/api/api-token-auth", post(obtain_token))
        .route("/api/session", post(sessions::open).delete(sessions::end))
        .route("/api/change-password", post(change_password))
        .route("/api/me", get(me))
        .route("/api/businesses", get(businesses::list).post(businesses::open))
        .route("/api/businesses/{id}/api-keys", get(businesses::list_keys).post(businesses::create_key))
        .route("/api/businesses/{id}/api-keys/{public_key}", delete(businesses::delete_key))
        .route("/api/organisations/{id}", delete(organisations::delete))
        .route("/api/organisations/{id}/export", post(organisations::export))
        .route("/api/organisations/{id}/export/{export_id}", get(organisations::retrieve_export))
        .route("/api/audit", get(audit::list))
        .route("/api/second-factor", get(second_factor::retrieve).post(second_factor::begin))
        .route("/api/second-factor/confirm", post(second_factor::confirm))
        .route("/api/second-factor/disable", post(second_factor::disable))
        .route("/api/second-factor/recovery-codes", post(second_factor::renew_recovery_codes))
        .route("/api/users/{user_id}/second-factor", delete(second_factor::disable_of_member))
        .route("/api/tokens", get(tokens::list).delete(tokens::end_others))
        .route("/api/tokens/{token_id}", delete(tokens::end))
        .route("/api/users", get(users::list).post(users::create))
        .route(
            "/api/users/{user_id}",
            get(users::retrieve).put(users::update).patch(users::update).delete(users::delete),
        )
        .route("/api/instructors", get(users::instructors))
        .route("/api/tas", get(users::teacher_assistants))
        .route("/api/sales", get(users::sales))
        .route("/api/operations", get(users::operations));
    edge::service(auth, routes)
}

async fn obtain_token(State(app): State<App>, Source(from): Source, body: JsonBody) -> Result<Response, Failure> {
    let credentials = read::<CredentialsBody>(&body)?.into_credentials()?;
    match app.issue_token(&credentials, &from).await.map_err(asking_for_code)? {
        Some(token) => Ok(json(StatusCode::OK, TokenJson { token })),
        None => Err(credentials_refused().into()),
    }
}

/// A sign-in with a body asks for the code of a second factor as for any field.
fn asking_for_code(error: app::Error) -> Failure {
    match error {
        app::Error::SecondFactor => second_factor_needed().into(),
        other => other.into(),
    }
}

async fn change_password(
    State(auth): State<Auth>,
    caller: Caller,
    Source(from): Source,
    body: JsonBody,
) -> Result<Response, Failure> {
    let (old, new) = read::<PasswordChangeBody>(&body)?.into_change()?;
    match auth.app.change_password(&auth.mailer, &caller.session, &old, &new, &from).await? {
        true => Ok(json(StatusCode::OK, PASSWORD_CHANGED)),
        false => Err(old_password_refused().into()),
    }
}

async fn me(State(app): State<App>, caller: Caller) -> Result<Response, Failure> {
    let user = app.user_of_session(&caller.session).await?;
    Ok(json(StatusCode::OK, MeJson::new(&user, caller.actor())))
}
