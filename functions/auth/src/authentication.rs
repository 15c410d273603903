//! Sign-up, login and the reset of a password, each with a one-time password by mail: namaste, "Authentication".

use app::App;
use axum::extract::State;
use axum::response::Response;
use contracts::namaste::accounts::{
    self, AccessJson, CredentialsBody, ForgetPasswordBody, LoggedInJson, LoginBody, MessageJson, NothingJson, OtpBody,
    RefreshBody, ResetPasswordBody, ResetVerifiedJson, SignUpBody, TokenPairJson, no_active_account, not_let_in,
};
use domain::otp::{OtpPurpose, Refused};
use edge::{Failure, JsonBody, Source, is_same_origin, json, read, reset_token, with_reset_token};
use http::{HeaderMap, StatusCode};

use crate::{Auth, asking_for_code};

pub async fn sign_up(State(auth): State<Auth>, Source(from): Source, body: JsonBody) -> Result<Response, Failure> {
    let sign_up = read::<SignUpBody>(&body)?.into_sign_up()?;
    auth.app.sign_up(&auth.mailer, sign_up, &from).await?;
    Ok(json(StatusCode::CREATED, accounts::SIGNED_UP))
}

pub async fn verify_sign_up(State(app): State<App>, Source(from): Source, body: JsonBody) -> Result<Response, Failure> {
    let (email, code) = read::<OtpBody>(&body)?.into_proof()?;
    let verified = app.verify_sign_up(&email, &code, &from).await?;
    told(OtpPurpose::SignUp, verified, accounts::SIGN_UP_VERIFIED)
}

pub async fn log_in(State(auth): State<Auth>, Source(from): Source, body: JsonBody) -> Result<Response, Failure> {
    let (email, password, otp) = read::<LoginBody>(&body)?.into_login()?;
    let sent = auth.app.log_in(&auth.mailer, &email, password.expose(), otp, &from).await.map_err(asking_for_code)?;
    told(OtpPurpose::Login, sent, accounts::LOGIN_SENT)
}

pub async fn verify_log_in(State(app): State<App>, Source(from): Source, body: JsonBody) -> Result<Response, Failure> {
    let (email, code) = read::<OtpBody>(&body)?.into_proof()?;
    let tokens = app.verify_log_in(&email, &code, &from).await?;
    let tokens = tokens.map_err(|why| not_let_in(OtpPurpose::Login, why))?;
    Ok(json(StatusCode::OK, LoggedInJson::new(tokens.refresh, tokens.access)))
}

pub async fn forget_password(
    State(auth): State<Auth>,
    Source(from): Source,
    body: JsonBody,
) -> Result<Response, Failure> {
    let email = read::<ForgetPasswordBody>(&body)?.into_email()?;
    let sent = auth.app.forget_password(&auth.mailer, &email, &from).await?;
    told(OtpPurpose::Reset, sent, accounts::RESET_SENT)
}

pub async fn verify_forget_password(
    State(app): State<App>,
    Source(from): Source,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response, Failure> {
    let (email, code) = read::<OtpBody>(&body)?.into_proof()?;
    let token = app.verify_reset(&email, &code, &from).await?;
    let token = token.map_err(|why| not_let_in(OtpPurpose::Reset, why))?;
    let answer = json(StatusCode::OK, ResetVerifiedJson::new(token.clone()));
    with_reset_token(answer, &headers, &token)
}

pub async fn reset_password(
    State(auth): State<Auth>,
    Source(from): Source,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response, Failure> {
    let (email, password, token) = read::<ResetPasswordBody>(&body)?.into_reset()?;
    let sent = token.map(|token| token.expose().to_owned());
    let in_cookie = reset_token(&headers).filter(|_| is_same_origin(&headers));
    let tokens: Vec<_> = sent.into_iter().chain(in_cookie).collect();
    let reset = auth.app.reset_password(&auth.mailer, &email, &password, &tokens, &from).await?;
    told(OtpPurpose::Reset, reset, accounts::PASSWORD_RESET)
}

pub async fn obtain_token_pair(
    State(app): State<App>,
    Source(from): Source,
    body: JsonBody,
) -> Result<Response, Failure> {
    let credentials = read::<CredentialsBody>(&body)?.into_credentials()?;
    let pair = app.issue_token_pair(&credentials, &from).await.map_err(asking_for_code)?;
    let pair = pair.ok_or_else(no_active_account)?;
    Ok(json(StatusCode::OK, TokenPairJson { refresh: pair.refresh, access: pair.access }))
}

pub async fn refresh(State(app): State<App>, body: JsonBody) -> Result<Response, Failure> {
    let refresh = read::<RefreshBody>(&body)?.into_token()?;
    let access = app.refresh_access(refresh.expose()).await?;
    Ok(json(StatusCode::OK, AccessJson { access }))
}

pub async fn blacklist(State(app): State<App>, body: JsonBody) -> Result<Response, Failure> {
    let refresh = read::<RefreshBody>(&body)?.into_token()?;
    app.end_sign_in(refresh.expose()).await?;
    Ok(json(StatusCode::OK, NothingJson {}))
}

fn told(purpose: OtpPurpose, done: Result<(), Refused>, message: MessageJson) -> Result<Response, Failure> {
    done.map_err(|why| not_let_in(purpose, why))?;
    Ok(json(StatusCode::OK, message))
}
