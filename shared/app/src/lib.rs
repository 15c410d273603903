//! Use cases: load, decide, commit once.
//!
//! A use case takes the [`domain::Actor`] of a verified credential, demands its permission, loads
//! what the decision needs, lets the domain decide, and commits in one transaction. Nothing is
//! mailed or sent before the commit.

pub mod accounts;
pub mod attachments;
pub mod attributes;
pub mod audit;
pub mod aws;
pub mod billings;
pub mod bucket;
pub mod businesses;
pub mod catalogue;
pub mod clients;
pub mod closures;
pub mod contacts;
pub mod customers;
pub mod deliveries;
pub mod disposition;
pub mod documents;
mod error;
pub mod expenses;
pub mod exports;
pub mod fanout;
pub mod follow_ups;
pub mod hops;
pub mod hosted;
pub mod idempotency;
pub mod images;
pub mod invoice_actions;
pub mod invoice_lines;
pub mod invoice_records;
pub mod invoices;
pub mod jwt;
pub mod leads;
pub mod logins;
pub mod mail;
mod mail_limits;
pub mod new_invoices;
mod notices;
mod otps;
pub mod parties;
pub mod passwords;
pub mod payment_links;
pub mod payment_methods;
pub mod payments;
pub mod pipelines;
pub mod ports;
pub mod product_categories;
pub mod products;
pub mod queue;
mod race;
pub mod rate;
mod references;
pub mod sealed;
pub mod second_factor;
pub mod secret_store;
pub mod secrets;
pub mod services;
pub mod session;
pub mod signing_keys;
pub mod sources;
pub mod stream_failure;
pub mod stripe_events;
pub mod sweep;
#[cfg(test)]
mod testing;
pub mod tokens;
pub mod totp;
mod tries;
mod two_step;
pub mod users;
pub mod webhooks;

use std::sync::Arc;

use domain::worklist::Stamp;
use domain::{Action, Actor, Model};
use jiff::Timestamp;
use store::Store;
use uuid::Uuid;

pub use error::Error;
use ports::{Clock, Entropy};
use sealed::Sealer;
use secrets::SecretKey;
use session::SessionCache;
use signing_keys::SigningKeys;
use sources::TrustedProxies;

/// What every use case needs. Cheap to clone; one per warm instance.
#[derive(Debug, Clone)]
pub struct App {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) secret: SecretKey,
    pub(crate) signing_keys: SigningKeys,
    pub(crate) sessions: Arc<SessionCache>,
    proxies: Arc<TrustedProxies>,
    public_url: Option<Arc<str>>,
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>, secret: SecretKey) -> Self {
        let sealer = Sealer { secret: secret.clone(), entropy: Arc::clone(&entropy) };
        Self {
            store: store.sealed_by(Arc::new(sealer)),
            clock,
            entropy,
            secret,
            signing_keys: SigningKeys::of(None),
            sessions: Arc::default(),
            proxies: Arc::default(),
            public_url: None,
        }
    }

    /// Now, by the deployment's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new UUIDv7.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        ports::uuid_v7(self.now(), self.entropy.as_ref())
    }

    /// These use cases with the keys that sign JWTs.
    #[must_use]
    pub fn with_signing_keys(mut self, keys: SigningKeys) -> Self {
        self.signing_keys = keys;
        self
    }

    /// These use cases with the session cache of others, as parts of one process have it.
    #[must_use]
    pub fn with_sessions_of(mut self, other: &Self) -> Self {
        self.sessions = Arc::clone(&other.sessions);
        self
    }

    /// These use cases behind proxies that are believed about the source of a request.
    #[must_use]
    pub fn behind(mut self, proxies: TrustedProxies) -> Self {
        self.proxies = Arc::new(proxies);
        self
    }

    /// The proxies that are believed about the source of a request.
    #[must_use]
    pub fn proxies(&self) -> &TrustedProxies {
        &self.proxies
    }

    /// These use cases where the deployment says under which address customers see it, without a final slash.
    #[must_use]
    pub fn with_public_url(mut self, url: &str) -> Self {
        self.public_url = Some(url.into());
        self
    }

    /// The deployment's address, where it says one.
    #[must_use]
    pub fn public_url(&self) -> Option<&str> {
        self.public_url.as_deref()
    }

    /// Loads the secret key and the signing keys, where the function has them. Call before handling a request.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if a key cannot be read. The next call tries again.
    pub async fn ready(&self) -> Result<(), Error> {
        tokio::try_join!(self.secret.ready(), self.signing_keys.ready(self.now()))?;
        Ok(())
    }

    /// A keyed hash of this deployment, for one purpose.
    ///
    /// # Panics
    /// Before [`App::ready`], and in a function that has no secret key.
    #[must_use]
    pub fn mac(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        self.secret.mac(purpose, parts)
    }

    /// Now, and who is asking.
    pub(crate) fn stamp<'a>(&self, actor: &'a Actor) -> Stamp<'a> {
        Stamp { at: self.now(), by: actor.author() }
    }
}

/// A permission as use cases name it: `may(actor, Action::Add, Model::Client)?`.
pub(crate) fn may(actor: &Actor, action: Action, model: Model) -> Result<(), Error> {
    actor.require(action, model).map_err(Error::from)
}

/// The version that a caller read and bases its change on, by `If-Match`; none when it did not say.
pub type Expected = Option<u64>;

/// Refuses a change that is based on another version than the current one.
pub(crate) fn check_version(expected: Expected, current: u64) -> Result<(), Error> {
    match expected {
        Some(version) if version != current => Err(domain::Error::Stale.into()),
        Some(_) | None => Ok(()),
    }
}

/// About how much of an answer a part of an invoice takes, most of which can be its attributes.
pub(crate) fn attribute_bytes(attributes: &domain::attributes::Attributes) -> usize {
    serde_json::to_string(attributes).map_or(0, |text| text.len()) + 1_000
}
