//! The second factor of the caller, and of a member who lost it.

use app::App;
use app::second_factor::Enrolment;
use axum::extract::State;
use axum::response::Response;
use contracts::crm::second_factor::{
    CodeBody, EnrolmentJson, RecoveryCodesJson, SecondFactorBody, SecondFactorEndBody, SecondFactorJson, code_refused,
    password_refused,
};
use domain::member::UserNumber;
use edge::{Caller, Failure, Id, JsonBody, Source, json, no_content, read};
use http::StatusCode;

use crate::Auth;

pub async fn retrieve(State(app): State<App>, caller: Caller) -> Result<Response, Failure> {
    let factor = app.second_factor(&caller.session).await?;
    Ok(json(StatusCode::OK, SecondFactorJson::from(factor)))
}

pub async fn begin(
    State(app): State<App>,
    caller: Caller,
    Source(from): Source,
    body: JsonBody,
) -> Result<Response, Failure> {
    let password = read::<SecondFactorBody>(&body)?.into_password()?;
    let begun = app.begin_second_factor(&caller.session, password.expose(), &from).await?;
    let Enrolment { secret, otpauth_url } = begun.ok_or_else(password_refused)?;
    Ok(json(StatusCode::CREATED, EnrolmentJson { secret, otpauth_url }))
}

pub async fn confirm(
    State(auth): State<Auth>,
    caller: Caller,
    Source(from): Source,
    body: JsonBody,
) -> Result<Response, Failure> {
    let code = read::<CodeBody>(&body)?.into_code()?;
    let confirmed = auth.app.confirm_second_factor(&auth.mailer, &caller.session, code.expose(), &from).await?;
    let recovery_codes = confirmed.ok_or_else(code_refused)?;
    Ok(json(StatusCode::OK, RecoveryCodesJson { recovery_codes }))
}

pub async fn renew_recovery_codes(
    State(app): State<App>,
    caller: Caller,
    Source(from): Source,
    body: JsonBody,
) -> Result<Response, Failure> {
    let code = read::<CodeBody>(&body)?.into_code()?;
    let renewed = app.renew_recovery_codes(&caller.session, code.expose(), &from).await?;
    let recovery_codes = renewed.ok_or_else(code_refused)?;
    Ok(json(StatusCode::OK, RecoveryCodesJson { recovery_codes }))
}

pub async fn disable(
    State(auth): State<Auth>,
    caller: Caller,
    Source(from): Source,
    body: JsonBody,
) -> Result<Response, Failure> {
    let (password, code) = read::<SecondFactorEndBody>(&body)?.into_proof()?;
    let (password, code) = (password.expose(), code.expose());
    match auth.app.end_second_factor(&auth.mailer, &caller.session, password, code, &from).await {
        Ok(true) => Ok(json(StatusCode::OK, SecondFactorJson::from(None))),
        Ok(false) => Err(password_refused().into()),
        Err(app::Error::SecondFactor) => Err(code_refused().into()),
        Err(other) => Err(other.into()),
    }
}

pub async fn disable_of_member(
    State(auth): State<Auth>,
    caller: Caller,
    Id(number): Id<UserNumber>,
) -> Result<Response, Failure> {
    auth.app.end_second_factor_of(&auth.mailer, caller.actor(), number).await?;
    Ok(no_content())
}
