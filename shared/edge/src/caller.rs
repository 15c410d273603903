//! The proof that a request was authenticated.

use app::App;
use app::session::Session;
use axum::extract::{FromRef, FromRequestParts};
use domain::Actor;
use http::request::Parts;

use crate::failure::Failure;
use crate::scope::Scope;

/// Who is asking. A use case needs the actor, and this is the only way to one, so a handler cannot
/// forget to authenticate; those that take no `Caller` are public.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The verified credential.
    pub session: Session,
}

impl Caller {
    /// Who is asking, for which organisation.
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.session.actor
    }
}

impl<S> FromRequestParts<S> for Caller
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let scope = Scope::of(&parts.extensions)?;
        let session = scope.session(&App::from_ref(state), parts).await?;
        Ok(Self { session })
    }
}
