//! Sessions of browsers.

use app::App;
use axum::extract::State;
use axum::response::Response;
use contracts::crm::accounts::{CredentialsBody, credentials_refused};
use edge::{Caller, Failure, JsonBody, Source, is_same_origin, read, session_ended, session_id, session_opened};
use http::HeaderMap;

use crate::asking_for_code;

/// A page of another origin may not sign a browser in: its user would go on in the page's account.
pub async fn open(
    State(app): State<App>,
    Source(from): Source,
    headers: HeaderMap,
    body: JsonBody,
) -> Result<Response, Failure> {
    if !is_same_origin(&headers) {
        return Err(domain::Error::Forbidden.into());
    }
    let credentials = read::<CredentialsBody>(&body)?.into_credentials()?;
    match app.open_session(&credentials, &from).await.map_err(asking_for_code)? {
        Some(id) => session_opened(&headers, &id),
        None => Err(credentials_refused().into()),
    }
}

/// Who is not signed in has nothing to end.
pub async fn end(State(app): State<App>, _caller: Caller, headers: HeaderMap) -> Result<Response, Failure> {
    if let Some(id) = session_id(&headers) {
        app.end_session(&id).await?;
    }
    session_ended(&headers)
}
