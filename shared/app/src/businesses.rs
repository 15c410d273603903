//! Businesses, which are organisations, and their API keys.

use domain::actor::Permission;
use domain::api_key::{ApiKey, Grant, KeyRing, NewApiKey, PublicKey};
use domain::audit::AuditEvent;
use domain::id::OrganisationId;
use domain::money::Currency;
use domain::organisation::Organisation;
use domain::scopes::Reach;
use domain::text::Name;
use domain::user::{Membership, User};
use domain::{Action, Actor, Author, Model, Tenant, actor::Role};

use crate::mail::Mailer;
use crate::notices::Notice;
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
    /// What is kept of it.
    pub key: ApiKey,
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
        let grant = Grant { reach: Reach::Books, expires_at: None };
        let issued = self.new_key(id, user.author(), None, grant);
        let ring = KeyRing::default().with(issued.key.public.clone())?;
        self.retrying(async || {
            let mut owner = self.store.user(user.id).await?.ok_or(Error::CredentialInvalid)?;
            if owner.memberships.len() >= MOST_MEMBERSHIPS {
                let text = format!("A user is in at most {MOST_MEMBERSHIPS} businesses.");
                return Err(domain::Error::Conflict(text).into());
            }
            let before = owner.version;
            owner.memberships.push(Membership { organisation: id, role: Role::Owner });
            owner.version += 1;
            let entry = self.entry(AuditEvent::BusinessOpened, &session.actor).about(id);
            let store = self.store.recording(&entry)?;
            Ok(store.open_business(&organisation, &owner, before, &issued.key, &ring).await?)
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

    /// A business's API keys, oldest first.
    pub async fn list_api_keys(&self, session: &Session, business: OrganisationId) -> Result<Vec<ApiKey>, Error> {
        let there = self.business(session, business, Permission(Action::View, Model::ApiKey)).await?;
        let ring = self.store.key_ring(there.tenant()).await?;
        Ok(self.store.api_keys(&ring.keys).await?)
    }

    /// Makes another API key of a business, and mails its owner. A key hands on no more than it has: more fails with
    /// [`domain::Error::Forbidden`].
    pub async fn create_api_key(
        &self,
        mailer: &Mailer,
        session: &Session,
        business: OrganisationId,
        new: NewApiKey,
    ) -> Result<IssuedKey, Error> {
        let there = self.business(session, business, Permission(Action::Add, Model::ApiKey)).await?;
        let tenant = there.tenant();
        let maker = match &session.holder {
            Holder::ApiKey(key) => Some(&**key),
            Holder::User(_) => None,
        };
        let grant = new.granted_by(&there, maker, self.now())?;
        let issued = self.new_key(tenant.organisation(), there.author().clone(), new.name, grant);
        self.retrying(async || {
            let ring = self.store.key_ring(tenant).await?;
            let before = ring.version;
            let ring = ring.with(issued.key.public.clone())?;
            let entry = self.entry(AuditEvent::ApiKeyCreated, &there).about(&issued.key.public);
            Ok(self.store.recording(&entry)?.create_api_key(&issued.key, &ring, before).await?)
        })
        .await?;
        self.notify_owner(mailer, &there, &Notice::ApiKeyMade(issued.key.public.clone())).await;
        Ok(issued)
    }

    /// Deletes an API key of a business. Warm instances may trust it for a minute more.
    pub async fn delete_api_key(
        &self,
        session: &Session,
        business: OrganisationId,
        key: &PublicKey,
    ) -> Result<(), Error> {
        let there = self.business(session, business, Permission(Action::Delete, Model::ApiKey)).await?;
        let tenant = there.tenant();
        self.retrying(async || {
            let ring = self.store.key_ring(tenant).await?;
            let before = ring.version;
            let ring = ring.without(key)?;
            let entry = self.entry(AuditEvent::ApiKeyDeleted, &there).about(key);
            Ok(self.store.recording(&entry)?.delete_api_key(tenant, key, &ring, before).await?)
        })
        .await?;
        self.sessions.forget_api_key(key);
        Ok(())
    }

    /// The caller in the business of an id from a path, if the caller has the permission there.
    async fn business(&self, session: &Session, id: OrganisationId, needed: Permission) -> Result<Actor, Error> {
        let (actor, Permission(action, model)) = (&session.actor, needed);
        if id == actor.tenant().organisation() {
            may(actor, action, model)?;
            return Ok(actor.clone());
        }
        let Holder::User(user) = &session.holder else { return Err(domain::Error::NotFound.into()) };
        let user = self.store.user(user.id).await?.ok_or(Error::CredentialInvalid)?;
        let role = user.role_in(id).ok_or(domain::Error::NotFound)?.clone();
        let there = Actor::new(Tenant::trusted(id), actor.author().clone(), role);
        may(&there, action, model)?;
        Ok(there)
    }

    /// The caller in the organisation of an id from a path, if the caller has a permission of owners there. A member
    /// of none but others learns from the refusal no more than what a member may do at all.
    pub(crate) async fn owned(
        &self,
        session: &Session,
        id: OrganisationId,
        needed: Permission,
    ) -> Result<Actor, Error> {
        match self.business(session, id, needed).await {
            Err(Error::Domain(domain::Error::NotFound)) => {
                may(&session.actor, needed.0, needed.1)?;
                Err(domain::Error::NotFound.into())
            }
            other => other,
        }
    }

    fn new_key(&self, organisation: OrganisationId, owner: Author, name: Option<Name>, grant: Grant) -> IssuedKey {
        let public = PublicKey::from_random(secrets::random(self.entropy.as_ref()));
        let secret = format!("sk_{}", hex(&secrets::random::<24>(self.entropy.as_ref())));
        let (api_key, secret_hash) = (format!("{public}:{secret}"), sha256_hex(secret));
        let (created_at, last_used_at) = (self.now(), None);
        let Grant { reach, expires_at } = grant;
        let key =
            ApiKey { public, secret_hash, organisation, owner, name, reach, created_at, last_used_at, expires_at };
        IssuedKey { api_key, key }
    }
}

fn owned_by(user: &User) -> Vec<OrganisationId> {
    let owned = user.memberships.iter().filter(|membership| membership.role == Role::Owner);
    owned.map(|membership| membership.organisation).collect()
}
