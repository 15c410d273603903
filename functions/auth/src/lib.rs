//! Sign-up, tokens, sessions and the current user over HTTP: crm, "Authentication"; users: crm, section 8; and
//! businesses with their API keys: clawprint.

mod businesses;
mod sessions;
mod users;

use app::App;
use app::accounts::OtpOutcome;
use app::mail::Mailer;
use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::{delete, get, post};
use contracts::crm::accounts::{
    CredentialsBody, MeJson, MessageJson, OtpRefusal, SignUpBody, TokenJson, VerifySignUpBody, credentials_refused,
};
use edge::{Caller, Failure, JsonBody, Source, json, read, rendered};
use http::StatusCode;

/// What the handlers need.
#[derive(Debug, Clone, FromRef)]
pub struct Auth {
    /// The use cases.
    pub app: App,
    /// Mail.
    pub mailer: Mailer,
}

/// The function's routes.
pub fn router(auth: Auth) -> Router {
    let routes = Router::new()
        .route("/api/signup", post(sign_up))
        .route("/api/verify-signup-otp", post(verify_sign_up))
        .route("/api-token-auth", post(obtain_token))
        .route("/api/api-token-auth", post(obtain_token))
        .route("/api/session", post(sessions::open).delete(sessions::end))
        .route("/api/me", get(me))
        .route("/api/businesses", get(businesses::list).post(businesses::open))
        .route("/api/businesses/{id}/api-keys", post(businesses::create_key))
        .route("/api/businesses/{id}/api-keys/{public_key}", delete(businesses::delete_key))
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

async fn sign_up(State(auth): State<Auth>, body: JsonBody) -> Result<Response, Failure> {
    let sign_up = read::<SignUpBody>(&body)?.into_sign_up()?;
    auth.app.sign_up(&auth.mailer, sign_up).await?;
    Ok(json(StatusCode::CREATED, MessageJson::SIGNED_UP))
}

async fn verify_sign_up(State(app): State<App>, body: JsonBody) -> Result<Response, Failure> {
    let (email, code) = read::<VerifySignUpBody>(&body)?.into_proof()?;
    let refusal = match app.verify_sign_up(&email, &code).await? {
        OtpOutcome::Verified => return Ok(json(StatusCode::OK, MessageJson::VERIFIED)),
        OtpOutcome::Invalid => OtpRefusal::Invalid,
        OtpOutcome::Expired => OtpRefusal::Expired,
        OtpOutcome::NoneSent => OtpRefusal::NotFound,
        OtpOutcome::UnknownUser => OtpRefusal::UnknownUser,
    };
    Ok(rendered(refusal.render()))
}

async fn obtain_token(State(app): State<App>, Source(from): Source, body: JsonBody) -> Result<Response, Failure> {
    let (login, password) = read::<CredentialsBody>(&body)?.into_credentials()?;
    match app.issue_token(&login, &password, &from).await? {
        Some(token) => Ok(json(StatusCode::OK, TokenJson { token })),
        None => Err(credentials_refused().into()),
    }
}

async fn me(State(app): State<App>, caller: Caller) -> Result<Response, Failure> {
    let user = app.user_of_session(&caller.session).await?;
    Ok(json(StatusCode::OK, MeJson::new(&user, caller.actor())))
}
