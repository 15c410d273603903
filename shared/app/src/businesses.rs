//! Businesses, which are organisations, and their API keys.

use domain::api_key::{ApiKey, KeyRing, PublicKey};
use domain::id::OrganisationId;
use domain::money::Currency;
use domain::organisation::Organisation;
use domain::text::Name;
use domain::user::{Membership, User};
use domain::{Action, Actor, Author, Model, Tenant, actor::Role};
use jiff::Timestamp;

use crate::secrets::{self, hex, sha256_hex};
use crate::session::{Holder, Session};
use crate::{App, Error, may};

/// How many organisations a user may be in: a change of the user writes a copy in each.
const MOST_MEMBERSHIPS: usize = 50;

/// A business to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBusiness {
    /// Its name.
    pub name: Name,
    /// The currency of its invoices.
    pub currency: Currency,
}

/// An API key that was just made. It is shown this once.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedKey {
    /// The whole key: `pk_…:sk_…`.
    pub api_key: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl std::fmt::Debug for IssuedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IssuedKey(…)")
    }
}

/// Businesses are the owner's: others fail with [`domain::Error::Forbidden`], and for a business of
/// which the caller is no member with [`domain::Error::NotFound`]. An API key knows its own alone.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// Opens a business with its first API key; the caller becomes its owner.
    pub async fn open_business(&self, session: &Session, new: NewBusiness) -> Result<(Organisation, IssuedKey), Error> {
        may(&session.actor, Action::Add, Model::Business)?;
        let Holder::User(user) = &session.holder else { return Err(domain::Error::Forbidden.into()) };
        let (id, now) = (OrganisationId::new(self.new_id()), self.now());
        let NewBusiness { name, currency } = new;
        let organisation = Organisation { id, name, currency, owner: user.id, created_at: now };
        let (key, issued) = self.new_key(id, user.author());
        let ring = KeyRing::default().with(key.public.clone())?;
        self.retrying(async || {
            let mut owner = self.store.user(user.id).await?.ok_or(Error::CredentialInvalid)?;
            if owner.memberships.len() >= MOST_MEMBERSHIPS {
                let text = format!("A user is in at most {MOST_MEMBERSHIPS} businesses.");
                return Err(domain::Error::Conflict(text).into());
            }
            let before = owner.version;
            owner.memberships.push(Membership { organisation: id, role: Role::Owner });
            owner.version += 1;
            Ok(self.store.open_business(&organisation, &owner, before, &key, &ring).await?)
        })
        .await?;
        Ok((organisation, issued))
    }

    /// The businesses that the caller owns, oldest first.
    pub async fn list_businesses(&self, session: &Session) -> Result<Vec<Organisation>, Error> {
        may(&session.actor, Action::View, Model::Business)?;
        let owned = match &session.holder {
            Holder::ApiKey(key) => vec![key.organisation],
            // What the instance remembers of the user may be older than a business.
            Holder::User(user) => owned_by(&self.store.user(user.id).await?.ok_or(Error::CredentialInvalid)?),
        };
        Ok(self.store.organisations(&owned).await?)
    }

    /// The names of a business's API keys, oldest first.
    pub async fn list_api_keys(&self, session: &Session, business: OrganisationId) -> Result<Vec<PublicKey>, Error> {
        let tenant = self.business(session, business, Action::View).await?;
        Ok(self.store.key_ring(tenant).await?.keys)
    }

    /// Makes another API key of a business.
    pub async fn create_api_key(&self, session: &Session, business: OrganisationId) -> Result<IssuedKey, Error> {
        let tenant = self.business(session, business, Action::Change).await?;
        let (key, issued) = self.new_key(tenant.organisation(), session.actor.author().clone());
        self.retrying(async || {
            let ring = self.store.key_ring(tenant).await?;
            let before = ring.version;
            let ring = ring.with(key.public.clone())?;
            Ok(self.store.create_api_key(&key, &ring, before).await?)
        })
        .await?;
        Ok(issued)
    }

    /// Deletes an API key of a business. Warm instances may trust it for a minute more.
    pub async fn delete_api_key(
        &self,
        session: &Session,
        business: OrganisationId,
        key: &PublicKey,
    ) -> Result<(), Error> {
        let tenant = self.business(session, business, Action::Change).await?;
        self.retrying(async || {
            let ring = self.store.key_ring(tenant).await?;
            let before = ring.version;
            let ring = ring.without(key)?;
            Ok(self.store.delete_api_key(tenant, key, &ring, before).await?)
        })
        .await?;
        self.sessions.forget_api_key(key);
        Ok(())
    }

    /// The business of an id from a path, if the caller may do this with it.
    async fn business(&self, session: &Session, id: OrganisationId, action: Action) -> Result<Tenant, Error> {
        let actor = &session.actor;
        if id == actor.tenant().organisation() {
            may(actor, action, Model::Business)?;
            return Ok(actor.tenant());
        }
        let Holder::User(user) = &session.holder else { return Err(domain::Error::NotFound.into()) };
        let user = self.store.user(user.id).await?.ok_or(Error::CredentialInvalid)?;
        let role = user.role_in(id).ok_or(domain::Error::NotFound)?.clone();
        let there = Actor::new(Tenant::trusted(id), actor.author().clone(), role);
        may(&there, action, Model::Business)?;
        Ok(there.tenant())
    }

    /// The organisation of an id from a path, if the caller owns it. A member of none but others learns from the
    /// refusal no more than what a member may do at all.
    pub(crate) async fn owned(&self, session: &Session, id: OrganisationId, action: Action) -> Result<Tenant, Error> {
        match self.business(session, id, action).await {
            Err(Error::Domain(domain::Error::NotFound)) => {
                may(&session.actor, action, Model::Business)?;
                Err(domain::Error::NotFound.into())
            }
            other => other,
        }
    }

    fn new_key(&self, organisation: OrganisationId, owner: Author) -> (ApiKey, IssuedKey) {
        let public = PublicKey::from_random(secrets::random(self.entropy.as_ref()));
        let secret = format!("sk_{}", hex(&secrets::random::<24>(self.entropy.as_ref())));
        let created_at = self.now();
        let issued = IssuedKey { api_key: format!("{public}:{secret}"), created_at };
        (ApiKey { public, secret_hash: sha256_hex(secret), organisation, owner, created_at }, issued)
    }
}

fn owned_by(user: &User) -> Vec<OrganisationId> {
    let owned = user.memberships.iter().filter(|membership| membership.role == Role::Owner);
    owned.map(|membership| membership.organisation).collect()
}
