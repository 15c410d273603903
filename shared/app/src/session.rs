//! Credentials and what they resolve to.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::api_key::{ApiKey, PublicKey};
use domain::id::{OrganisationId, UserId};
use domain::user::{Credentials, TokenHash, User};
use domain::{Actor, Tenant};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::jwt::TokenType;
use crate::logins::SignIn;
use crate::secrets::{self, hex, sha256_hex};
use crate::sources::SourceAddress;
use crate::{App, Error};

/// A credential as a request carries it.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// `Authorization: Token …`, made by `api-token-auth`.
    Token(String),
    /// `Authorization: Bearer pk_…:sk_…`, of an organisation.
    ApiKey {
        /// The part that names it, `pk_…`.
        public: String,
        /// The part that proves it, `sk_…`.
        secret: String,
    },
    /// `Authorization: Bearer …`, an access token.
    Jwt(String),
    /// `Authorization: Basic …`.
    Basic(Credentials),
    /// The cookie of a browser's session.
    Cookie(String),
}

/// What kind of credential it is. On paths that contracts share, it chooses the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialKind {
    Token,
    ApiKey,
    Jwt,
    Basic,
    Cookie,
}

impl Credential {
    /// What kind of credential it is.
    #[must_use]
    pub const fn kind(&self) -> CredentialKind {
        match self {
            Self::Token(_) => CredentialKind::Token,
            Self::ApiKey { .. } => CredentialKind::ApiKey,
            Self::Jwt(_) => CredentialKind::Jwt,
            Self::Basic(_) => CredentialKind::Basic,
            Self::Cookie(_) => CredentialKind::Cookie,
        }
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}(…)", self.kind())
    }
}

/// Whose credential it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A user's.
    User(Box<User>),
    /// An organisation's. It acts as the owner, whom nobody has loaded.
    ApiKey(Box<ApiKey>),
}

/// A verified credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who is asking, for which organisation.
    pub actor: Actor,
    /// Names the credential without revealing it; idempotency keys are counted per credential.
    pub credential: String,
    /// What kind of credential it is.
    pub kind: CredentialKind,
    /// Whose it is.
    pub holder: Holder,
}

impl Session {
    fn new(
        kind: CredentialKind,
        credential: String,
        holder: Holder,
        organisation: Option<OrganisationId>,
    ) -> Result<Self, Error> {
        let actor = match &holder {
            Holder::User(user) => {
                let organisation = organisation.unwrap_or(user.home);
                let role = user.role_in(organisation).ok_or(domain::Error::Forbidden)?.clone();
                Actor::new(Tenant::trusted(organisation), user.author(), role)
            }
            Holder::ApiKey(key) => match organisation {
                Some(other) if other != key.organisation => return Err(domain::Error::Forbidden.into()),
                Some(_) | None => {
                    let (tenant, owner) = (Tenant::trusted(key.organisation), key.owner.clone());
                    Actor::by_key(tenant, owner, key.public.clone(), key.reach.clone())
                }
            },
        };
        Ok(Self { actor, credential, kind, holder })
    }

    /// The hash by which its user keeps it; none for a credential of another kind.
    pub(crate) fn kept_hash(&self) -> Option<&str> {
        match self.kind {
            CredentialKind::Token | CredentialKind::Cookie => self.credential.split_once(' ').map(|(_, hash)| hash),
            CredentialKind::ApiKey | CredentialKind::Jwt | CredentialKind::Basic => None,
        }
    }
}

/// Holders by credential, for as long as a warm instance may trust them.
#[derive(Debug, Default)]
pub struct SessionCache {
    holders: Mutex<HashMap<String, (Holder, Timestamp)>>,
    /// Held while a password is verified: of many requests with the same one, the first does it.
    passwords: tokio::sync::Mutex<()>,
}

impl SessionCache {
    /// How long a credential is trusted without a look.
    const TRUST: SignedDuration = SignedDuration::from_secs(60);
    /// How many credentials one instance remembers.
    const CAPACITY: usize = 1_000;

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (Holder, Timestamp)>> {
        self.holders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, credential: &str, now: Timestamp) -> Option<Holder> {
        let holders = self.lock();
        let (holder, read_at) = holders.get(credential)?;
        let has_expired = matches!(holder, Holder::ApiKey(key) if key.has_expired(now));
        (now < *read_at + Self::TRUST && !has_expired).then(|| holder.clone())
    }

    fn put(&self, credential: &str, holder: Holder, now: Timestamp) {
        let mut holders = self.lock();
        if holders.len() >= Self::CAPACITY {
            holders.retain(|_, (_, read_at)| now < *read_at + Self::TRUST);
        }
        if holders.len() >= Self::CAPACITY {
            holders.clear();
        }
        holders.insert(credential.to_owned(), (holder, now));
    }

    /// Ends this instance's trust in a session that has ended.
    pub(crate) fn forget_cookie(&self, id: &str) {
        self.lock().remove(&named(CredentialKind::Cookie, sha256_hex(id)));
    }

    /// Ends this instance's trust in everything that a user had.
    pub(crate) fn forget_user(&self, id: UserId) {
        self.lock().retain(|_, (holder, _)| !matches!(holder, Holder::User(user) if user.id == id));
    }

    /// Ends this instance's trust in everything that speaks for an organisation.
    pub(crate) fn forget_organisation(&self, id: OrganisationId) {
        self.lock().retain(|_, (holder, _)| match holder {
            Holder::User(user) => user.role_in(id).is_none(),
            Holder::ApiKey(key) => key.organisation != id,
        });
    }

    /// Ends this instance's trust in an API key that was deleted.
    pub(crate) fn forget_api_key(&self, public: &PublicKey) {
        self.lock().retain(|_, (holder, _)| !matches!(holder, Holder::ApiKey(key) if key.public == *public));
    }
}

impl App {
    /// Verifies a credential and finds the organisation that it speaks for: the one named, of
    /// which the user must be a member, else the user's home; an API key speaks for its own. Costs
    /// one read, or none while the instance remembers the credential; a password costs what it takes
    /// to count the try.
    ///
    /// # Errors
    /// [`Error::CredentialInvalid`]; [`domain::Error::Forbidden`] for an organisation of which the
    /// user is no member; [`domain::Error::TooMany`] wrong passwords.
    pub async fn authenticate(
        &self,
        credential: &Credential,
        organisation: Option<OrganisationId>,
        from: &SourceAddress,
    ) -> Result<Session, Error> {
        let kind = credential.kind();
        let name = named(kind, self.print_of(credential));
        if let Credential::Jwt(token) = credential {
            // What is remembered of a user does not tell when a token of theirs expires.
            self.read_jwt(token, TokenType::Access)?;
        }
        if let Some(known) = self.remembered(kind, &name, organisation) {
            return Ok(known);
        }
        let _first = match kind {
            CredentialKind::Basic => Some(self.sessions.passwords.lock().await),
            CredentialKind::Token | CredentialKind::ApiKey | CredentialKind::Jwt | CredentialKind::Cookie => None,
        };
        if let Some(known) = self.remembered(kind, &name, organisation) {
            return Ok(known);
        }
        let holder = self.verified(credential, from).await?;
        self.sessions.put(&name, holder.clone(), self.now());
        Session::new(kind, name, holder, organisation)
    }

    /// The user behind a session: the owner, for an API key.
    ///
    /// # Errors
    /// The store's.
    pub async fn user_of_session(&self, session: &Session) -> Result<User, Error> {
        match &session.holder {
            Holder::User(user) => Ok((**user).clone()),
            Holder::ApiKey(key) => self.store.user(key.owner.id).await?.ok_or(Error::CredentialInvalid),
        }
    }

    /// The session of a credential that this instance still trusts. One that does not know of the
    /// organisation is read again: the user may have become a member since.
    fn remembered(&self, kind: CredentialKind, name: &str, organisation: Option<OrganisationId>) -> Option<Session> {
        let holder = self.sessions.get(name, self.now())?;
        Session::new(kind, name.to_owned(), holder, organisation).ok()
    }

    /// What a credential is called where it must not be told.
    fn print_of(&self, credential: &Credential) -> String {
        match credential {
            Credential::Token(text) | Credential::Jwt(text) | Credential::Cookie(text) => sha256_hex(text),
            Credential::ApiKey { public, secret } => sha256_hex(format!("{public}:{secret}")),
            // A password is not random enough for a hash without a key.
            Credential::Basic(Credentials { login, password, otp }) => {
                let otp = otp.as_deref().unwrap_or_default();
                hex(&self.mac("basic credential", &[login.as_bytes(), password.as_bytes(), otp.as_bytes()]))
            }
        }
    }

    async fn verified(&self, credential: &Credential, from: &SourceAddress) -> Result<Holder, Error> {
        let user = match credential {
            Credential::ApiKey { public, secret } => return self.verified_key(public, secret).await,
            Credential::Token(token) => {
                let user = self.existing(user_of_token(token)).await?;
                user.filter(|user| knows(user.tokens.iter(), token))
            }
            Credential::Cookie(id) => {
                let user = self.existing(user_of_token(id)).await?;
                user.filter(|user| knows(user.live_sessions(self.now()), id))
            }
            Credential::Jwt(token) => {
                let claims = self.read_jwt(token, TokenType::Access)?;
                self.existing(Some(claims.sub)).await?.filter(|user| claims.holds_for(user))
            }
            Credential::Basic(credentials) => {
                let mut user = self.check_password(credentials, from).await?;
                if let Some(user) = &mut user {
                    // Once a day for each source: every request signs in.
                    if self.keep_source(user, from).await? {
                        self.store.record(&self.sign_in(user, SignIn::Basic)).await?;
                    }
                }
                user
            }
        };
        Ok(Holder::User(Box::new(user.ok_or(Error::CredentialInvalid)?)))
    }

    async fn existing(&self, id: Option<UserId>) -> Result<Option<User>, Error> {
        match id {
            Some(id) => Ok(self.store.user(id).await?),
            None => Ok(None),
        }
    }

    async fn verified_key(&self, public: &str, secret: &str) -> Result<Holder, Error> {
        let public: PublicKey = public.parse().map_err(|_| Error::CredentialInvalid)?;
        let key = self.store.api_key(&public).await?.ok_or(Error::CredentialInvalid)?;
        if !secrets::same(key.secret_hash.as_bytes(), sha256_hex(secret).as_bytes()) || key.has_expired(self.now()) {
            return Err(Error::CredentialInvalid);
        }
        if key.use_is_news(self.now()) {
            self.store.note_key_use(&key.public, self.now(), self.now() - ApiKey::USE_NOTED_EVERY).await?;
        }
        Ok(Holder::ApiKey(Box::new(key)))
    }
}

fn named(kind: CredentialKind, print: String) -> String {
    format!("{kind:?} {print}")
}

fn knows<'a>(mut kept: impl Iterator<Item = &'a TokenHash>, text: &str) -> bool {
    let hash = sha256_hex(text);
    kept.any(|known| secrets::same(known.hash.as_bytes(), hash.as_bytes()))
}

/// A token or a session's id: the user's id, so that one read finds its owner, and 24 random bytes,
/// as hex.
pub(crate) fn new_token(user: UserId, random: [u8; 24]) -> String {
    format!("{}{}", user.uuid().simple(), secrets::hex(&random))
}

/// The user whose token or session it says to be.
pub(crate) fn user_of_token(token: &str) -> Option<UserId> {
    if token.len() != 80 || !token.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    Uuid::try_parse(token.get(..32)?).ok().map(UserId::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_credential() {
        let (public, secret) = ("pk_1".to_owned(), "s3cret".to_owned());
        let all = [
            Credential::Token(secret.clone()),
            Credential::ApiKey { public, secret: secret.clone() },
            Credential::Jwt(secret.clone()),
            Credential::Basic(Credentials { login: "me".into(), password: secret.clone(), otp: None }),
            Credential::Cookie(secret),
        ];
        let shown = all.map(|credential| format!("{credential:?}"));
        assert_eq!(shown, ["Token(…)", "ApiKey(…)", "Jwt(…)", "Basic(…)", "Cookie(…)"]);
    }
}
