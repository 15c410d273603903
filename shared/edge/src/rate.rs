//! How often an API key may be used, and the headers that say so.

use app::App;
use app::rate::RateLimit;
use app::session::{Credential, CredentialKind, Holder};
use app::sources::SourceAddress;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderName, StatusCode};

use crate::credential;
use crate::failure::Failure;
use crate::scope::Scope;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Counts a request by an API key, if the key is good, and lets it pass while there is room.
pub(crate) async fn pass(
    app: &App,
    scope: &Scope,
    credential: &Credential,
    from: &SourceAddress,
) -> Result<(), Failure> {
    let Holder::ApiKey(key) = app.authenticate(credential, None, from).await?.holder else {
        return Ok(());
    };
    let limit = app.take_rate(&key.public).await?;
    scope.keep_rate(limit);
    match limit.retry_after {
        Some(retry_after) => Err(domain::Error::TooMany { retry_after }.into()),
        None => Ok(()),
    }
}

/// What must be kept of a request by an API key, in case no handler asks whose it is.
pub(crate) fn keep(parts: &Parts) -> Option<Parts> {
    (credential::kind(&parts.headers) == Some(CredentialKind::ApiKey)).then(|| parts.clone())
}

/// Counts a request by an API key that was refused before its handler asked whose it is. Gives the
/// failure, if there was no room for it. An unknown path belongs to a function without a table.
pub(crate) async fn count_refused(
    app: &App,
    scope: &Scope,
    kept: Option<Parts>,
    status: StatusCode,
) -> Option<Failure> {
    let parts = kept.filter(|_| status == StatusCode::METHOD_NOT_ALLOWED)?;
    let failure = scope.session(app, &parts).await.err()?;
    scope.rate().is_some_and(|limit| limit.retry_after.is_some()).then_some(failure)
}

/// Tells an API key what is left of its minute.
pub(crate) fn dress(scope: &Scope, response: &mut Response) {
    let Some(RateLimit { limit, remaining, reset_at, retry_after: _ }) = scope.rate() else { return };
    let headers = response.headers_mut();
    headers.insert(LIMIT, limit.into());
    headers.insert(REMAINING, remaining.into());
    headers.insert(RESET, reset_at.into());
}
