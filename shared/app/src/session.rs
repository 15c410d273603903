//! Credentials and what they resolve to.

use std::collections::HashMap;
use std::sync::Mutex;

use domain::id::{OrganisationId, UserId};
use domain::user::User;
use domain::{Actor, Tenant};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::secrets::{self, sha256_hex};
use crate::{App, Error};

/// A credential as a request carries it.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// `Authorization: Token …`, made by `api-token-auth`.
    Token(String),
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Token(_) => f.write_str("Token(…)"),
        }
    }
}

/// A verified credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who is asking, for which organisation.
    pub actor: Actor,
    /// Names the credential without revealing it; idempotency keys are counted per credential.
    pub credential: String,
    /// The user.
    pub user: User,
}

/// Users by credential, for as long as a warm instance may trust them.
#[derive(Debug, Default)]
pub struct SessionCache(Mutex<HashMap<String, (User, Timestamp)>>);

impl SessionCache {
    /// How long a credential is trusted without a look.
    const TRUST: SignedDuration = SignedDuration::from_secs(60);
    /// How many credentials one instance remembers.
    const CAPACITY: usize = 1_000;

    fn get(&self, credential: &str, now: Timestamp) -> Option<User> {
        let cache = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (user, read_at) = cache.get(credential)?;
        (now < *read_at + Self::TRUST).then(|| user.clone())
    }

    fn put(&self, credential: &str, user: User, now: Timestamp) {
        let mut cache = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if cache.len() >= Self::CAPACITY {
            cache.retain(|_, (_, read_at)| now < *read_at + Self::TRUST);
        }
        if cache.len() >= Self::CAPACITY {
            cache.clear();
        }
        cache.insert(credential.to_owned(), (user, now));
    }
}

impl App {
    /// Verifies a credential and finds the organisation that it speaks for: the one named, of
    /// which the user must be a member, else the user's home. Costs one read, or none while the
    /// instance remembers the credential.
    ///
    /// # Errors
    /// [`Error::CredentialInvalid`]; [`domain::Error::Forbidden`] for an organisation of which the
    /// user is no member.
    pub async fn authenticate(
        &self,
        credential: &Credential,
        organisation: Option<OrganisationId>,
    ) -> Result<Session, Error> {
        let Credential::Token(token) = credential;
        let user_id = user_of_token(token).ok_or(Error::CredentialInvalid)?;
        let hash = sha256_hex(token);
        let user = match self.sessions.get(&hash, self.now()) {
            Some(user) => user,
            None => {
                let user = self.store.user(user_id).await?.ok_or(Error::CredentialInvalid)?;
                let known = user.tokens.iter().any(|t| secrets::same(t.hash.as_bytes(), hash.as_bytes()));
                if !known || !user.is_verified {
                    return Err(Error::CredentialInvalid);
                }
                self.sessions.put(&hash, user.clone(), self.now());
                user
            }
        };
        let organisation = organisation.unwrap_or(user.home);
        let role = user.role_in(organisation).ok_or(domain::Error::Forbidden)?.clone();
        Ok(Session { actor: Actor::new(Tenant::trusted(organisation), user.author(), role), credential: hash, user })
    }
}

/// A token: the user's id, so that one read finds its owner, and 24 random bytes, as hex.
pub(crate) fn new_token(user: UserId, random: [u8; 24]) -> String {
    format!("{}{}", user.uuid().simple(), secrets::hex(&random))
}

fn user_of_token(token: &str) -> Option<UserId> {
    if token.len() != 80 || !token.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    Uuid::try_parse(token.get(..32)?).ok().map(UserId::new)
}
