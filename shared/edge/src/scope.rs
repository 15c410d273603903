//! What is known of the request that is being answered, shared by everything that answers it.

use std::sync::{Arc, OnceLock};

use app::App;
use app::rate::RateLimit;
use app::session::{CredentialKind, Session};
use contracts::Problem;
use domain::Tenant;
use domain::id::OrganisationId;
use futures::FutureExt;
use http::request::Parts;
use http::{Extensions, HeaderMap};
use tokio::sync::OnceCell;

use crate::contract::Contract;
use crate::credential::{self, Scheme};
use crate::failure::Failure;
use crate::rate;
use crate::site::is_same_origin;
use crate::source::Source;

/// One request: how it is answered, and what the log will say of it.
#[derive(Debug)]
pub(crate) struct Scope {
    /// The contract in use.
    pub(crate) contract: Contract,
    /// The path as the client wrote it.
    pub(crate) path: String,
    /// The scheme of the credential that is tried.
    pub(crate) scheme: Option<Scheme>,
    session: OnceCell<Result<Session, Failure>>,
    rate: OnceLock<RateLimit>,
    asks_second_factor: OnceLock<()>,
    route: OnceLock<String>,
    cause: OnceLock<String>,
}

impl Scope {
    pub(crate) fn new(contract: Contract, path: &str, headers: &HeaderMap) -> Arc<Self> {
        Arc::new(Self {
            contract,
            path: path.to_owned(),
            scheme: Scheme::tried(headers),
            session: OnceCell::new(),
            rate: OnceLock::new(),
            asks_second_factor: OnceLock::new(),
            route: OnceLock::new(),
            cause: OnceLock::new(),
        })
    }

    /// The scope of a request that came through [`crate::service`].
    pub(crate) fn of(extensions: &Extensions) -> Result<Arc<Self>, Failure> {
        let scope = extensions.get::<Arc<Self>>().cloned();
        scope.ok_or_else(|| Failure::defect("a route was served outside edge::service"))
    }

    /// Verifies the request's credential, once, and counts it where it has a limit. A cookie changes nothing at the
    /// request of another origin's page.
    pub(crate) async fn session(&self, app: &App, parts: &Parts) -> Result<Session, Failure> {
        let verify = async || {
            let credential = credential::credential(&parts.headers)?;
            let Source(from) = Source::of(app, &parts.extensions, &parts.headers);
            if credential.kind() == CredentialKind::Cookie && !parts.method.is_safe() && !is_same_origin(&parts.headers)
            {
                return Err(domain::Error::Forbidden.into());
            }
            if credential.kind() == CredentialKind::ApiKey {
                rate::pass(app, self, &credential, &from).await?;
            }
            let Some(of_path) = credential::organisation_of_path(parts.uri.path()) else {
                let organisation = credential::organisation(&parts.headers)?;
                return Ok(self.authenticated(app.authenticate(&credential, organisation, &from).await)?);
            };
            // A credential that is not good is told so before what the path names is looked for.
            let session = self.authenticated(app.authenticate(&credential, of_path, &from).await);
            match session.map_err(Failure::from) {
                Ok(session) if of_path.is_some() => Ok(session),
                Err(refused) if *refused.problem() != Problem::Domain(domain::Error::Forbidden) => Err(refused),
                Ok(_) | Err(_) => Err(domain::Error::NotFound.into()),
            }
        };
        let verify = async || {
            let session = verify().await?;
            count_hops(app, session.actor.tenant(), &parts.headers);
            Ok(session)
        };
        // Boxed: every handler's future would hold the whole of it, and poll it on a stack of the same size.
        self.session.get_or_init(|| verify().boxed()).await.clone()
    }

    /// Notes that a second factor is asked for.
    fn authenticated(&self, session: Result<Session, app::Error>) -> Result<Session, app::Error> {
        if session == Err(app::Error::SecondFactor) {
            self.asks_second_factor.get_or_init(|| ());
        }
        session
    }

    /// Whether the credential is good but for the code of a second factor.
    pub(crate) fn asks_second_factor(&self) -> bool {
        self.asks_second_factor.get().is_some()
    }

    /// Keeps what is left to the API key of this request.
    pub(crate) fn keep_rate(&self, limit: RateLimit) {
        self.rate.get_or_init(|| limit);
    }

    pub(crate) fn rate(&self) -> Option<RateLimit> {
        self.rate.get().copied()
    }

    /// The organisation that the request turned out to be for.
    pub(crate) fn organisation(&self) -> Option<OrganisationId> {
        let session = self.session.get()?.as_ref().ok()?;
        Some(session.actor.tenant().organisation())
    }

    /// Keeps the template of the route that was matched.
    pub(crate) fn matched(&self, route: &str) {
        self.route.get_or_init(|| route.to_owned());
    }

    pub(crate) fn route(&self) -> Option<&str> {
        self.route.get().map(String::as_str)
    }

    /// Keeps what went wrong, for the log alone. The first cause is the one that explains the rest.
    pub(crate) fn blame(&self, cause: String) {
        self.cause.get_or_init(|| cause);
    }

    pub(crate) fn cause(&self) -> Option<&str> {
        self.cause.get().map(String::as_str)
    }
}

/// Counts the webhooks that led to this request: what it commits says so.
fn count_hops(app: &App, tenant: Tenant, headers: &HeaderMap) {
    if let Some(header) = headers.get(app::hops::HEADER).and_then(|header| header.to_str().ok()) {
        store::hops::count(app.hops(tenant, header));
    }
}
