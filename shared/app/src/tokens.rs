//! The tokens of a user, as the user sees and ends them.

use std::fmt;
use std::str::FromStr;

use domain::audit::AuditEvent;
use domain::user::{TokenHash, User};
use jiff::Timestamp;

use crate::session::{Holder, Session};
use crate::{App, Error};

/// Names a token without revealing it: the first digits of its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenId(String);

impl TokenId {
    const DIGITS: usize = 16;

    fn of(token: &TokenHash) -> Self {
        Self(token.hash.chars().take(Self::DIGITS).collect())
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text names no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is not the id of a token.")]
pub struct InvalidTokenId;

impl FromStr for TokenId {
    type Err = InvalidTokenId;

    fn from_str(text: &str) -> Result<Self, InvalidTokenId> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let good = text.len() == Self::DIGITS && text.bytes().all(is_digit);
        if good { Ok(Self(text.to_owned())) } else { Err(InvalidTokenId) }
    }
}

/// A live token, without what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedToken {
    /// Its name.
    pub id: TokenId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether the request came with it.
    pub is_current: bool,
}

/// Tokens are a user's own. An API key has none, and fails with [`domain::Error::Forbidden`].
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// The live tokens of the caller, newest first.
    pub async fn list_tokens(&self, session: &Session) -> Result<Vec<ListedToken>, Error> {
        let user = self.caller(session).await?;
        let listed = |token: &TokenHash| ListedToken {
            id: TokenId::of(token),
            created_at: token.created_at,
            is_current: session.kept_hash() == Some(token.hash.as_str()),
        };
        Ok(user.tokens.iter().rev().map(listed).collect())
    }

    /// Ends a token of the caller. Warm instances may trust it for a minute more.
    pub async fn end_token(&self, session: &Session, id: &TokenId) -> Result<(), Error> {
        self.change_caller(session, AuditEvent::TokenRevoked, |user| {
            let at = user.tokens.iter().position(|token| TokenId::of(token) == *id).ok_or(domain::Error::NotFound)?;
            user.tokens.remove(at);
            Ok(())
        })
        .await
    }

    /// Signs the caller out everywhere: ends every token, session and JWT, the one that the request came with too.
    pub async fn end_all_tokens(&self, session: &Session) -> Result<(), Error> {
        self.change_caller(session, AuditEvent::SignedOutEverywhere, |user| {
            user.end_credentials(self.now());
            Ok(())
        })
        .await
    }

    async fn change_caller(
        &self,
        session: &Session,
        event: AuditEvent,
        change: impl Fn(&mut User) -> Result<(), domain::Error>,
    ) -> Result<(), Error> {
        let user = self.retrying(async || {
            let mut user = self.caller(session).await?;
            let before = user.version;
            change(&mut user)?;
            user.version += 1;
            let entry = self.entry_of_user(event, &user);
            self.store.recording(&entry)?.save_user(&user, before).await?;
            Ok(user)
        });
        self.sessions.forget_user(user.await?.id);
        Ok(())
    }

    /// The user whose session it is, as it now is.
    pub(crate) async fn caller(&self, session: &Session) -> Result<User, Error> {
        let Holder::User(user) = &session.holder else { return Err(domain::Error::Forbidden.into()) };
        self.store.user(user.id).await?.ok_or(Error::CredentialInvalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_start_of_the_hash_and_no_other_text_is_one() {
        let hash = "0123456789abcdef".repeat(4);
        let id = TokenId::of(&TokenHash { hash: hash.clone(), created_at: Timestamp::UNIX_EPOCH });
        assert_eq!((id.to_string().as_str(), id.to_string().parse()), (&hash[..16], Ok(id)));
        for bad in ["", "0123456789abcde", "0123456789ABCDEF", "0123456789abcdeg", &hash, "0123456789abcdé"] {
            assert_eq!(bad.parse::<TokenId>(), Err(InvalidTokenId), "{bad}");
        }
    }
}
