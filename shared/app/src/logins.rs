//! Usernames and passwords, and what is had for them.

use domain::audit::{AuditEntry, AuditEvent};
use domain::text::folded;
use domain::user::{Credentials, TokenHash, User};
use store::StoreError;

use crate::jwt::TokenPair;
use crate::secrets::{self, sha256_hex};
use crate::session::{new_token, user_of_token};
use crate::sources::SourceAddress;
use crate::tries::Tried;
use crate::{App, Error};

impl App {
    /// Makes a token for a username or an e-mail address and its password; none if they do not
    /// belong together.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] wrong passwords; [`Error::SecondFactor`]; the store's.
    pub async fn issue_token(&self, credentials: &Credentials, from: &SourceAddress) -> Result<Option<String>, Error> {
        let user = self.check_password(credentials, from).await?;
        self.issue(user, from, SignIn::Token).await
    }

    /// Issues a pair of JWTs, as [`App::issue_token`] makes a token.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] wrong passwords; [`Error::SecondFactor`]; the store's.
    pub async fn issue_token_pair(
        &self,
        credentials: &Credentials,
        from: &SourceAddress,
    ) -> Result<Option<TokenPair>, Error> {
        let Some(mut user) = self.check_password(credentials, from).await? else { return Ok(None) };
        self.keep_source(&mut user, from).await?;
        let tokens = self.issue_tokens(&user)?;
        self.store.record(&self.sign_in(&user, SignIn::Jwt)).await?;
        Ok(Some(tokens))
    }

    /// Opens a browser's session, as [`App::issue_token`] makes a token.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] wrong passwords; [`Error::SecondFactor`]; the store's.
    pub async fn open_session(&self, credentials: &Credentials, from: &SourceAddress) -> Result<Option<String>, Error> {
        let user = self.check_password(credentials, from).await?;
        self.issue(user, from, SignIn::Session).await
    }

    /// Ends a browser's session, if it is one.
    ///
    /// # Errors
    /// The store's.
    pub async fn end_session(&self, id: &str) -> Result<(), Error> {
        self.sessions.forget_cookie(id);
        let Some(user_id) = user_of_token(id) else { return Ok(()) };
        let hash = sha256_hex(id);
        self.retrying(async || {
            let user = self.store.user(user_id).await?;
            let Some(mut user) = user.filter(|user| user.sessions.iter().any(|session| session.hash == hash)) else {
                return Ok(());
            };
            user.sessions.retain(|session| session.hash != hash);
            let before = user.version;
            user.version += 1;
            let entry = self.entry_of_user(AuditEvent::SignedOut, &user);
            Ok(self.store.recording(&entry)?.save_user(&user, before).await?)
        })
        .await
    }

    /// Makes a token or a session for a user whose password was right, unless the password has been
    /// changed since.
    async fn issue(&self, user: Option<User>, from: &SourceAddress, by: SignIn) -> Result<Option<String>, Error> {
        let Some(checked) = user else { return Ok(None) };
        let token = new_token(checked.id, secrets::random(self.entropy.as_ref()));
        let hash = TokenHash { hash: sha256_hex(&token), created_at: self.now() };
        let mut read = Some(checked.clone());
        // The first round takes the user as it was read with the password.
        let issued = async |read: Option<User>| {
            let user = match read {
                Some(user) => Some(user),
                None => self.store.user(checked.id).await?,
            };
            let Some(mut user) = user.filter(|user| user.password_hash == checked.password_hash) else {
                return Ok(None);
            };
            let before = user.version;
            match by {
                SignIn::Session => user.add_session(hash.clone()),
                _ => user.add_token(hash.clone()),
            }
            self.note_source(&mut user, from);
            user.version += 1;
            self.store.recording(&self.sign_in(&user, by))?.save_user(&user, before).await?;
            Ok(Some(token.clone()))
        };
        self.retrying(|| issued(read.take())).await
    }

    /// The user of a login and its password.
    ///
    /// Tries are counted before the password is looked at, and right ones are taken back: of any number of tries at
    /// once, no more than the limits allow can be wrong. An account is the same one by its username and by its e-mail
    /// address; a login that names none is counted by itself, so that it is refused as often as one that does.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] wrong passwords and codes; [`Error::SecondFactor`] if the user has one and its code is
    /// missing or wrong; the store's.
    pub(crate) async fn check_password(
        &self,
        credentials: &Credentials,
        from: &SourceAddress,
    ) -> Result<Option<User>, Error> {
        let login = folded(&credentials.login);
        let user = self.store.user_by_login(&login).await?;
        let limits = self.limits_of_passwords(user.as_ref(), &login, from);
        let check = self.checked(user.as_ref(), credentials);
        let is_wrong = |checked: &Checked| matches!(checked, Checked::Wrong | Checked::WrongCode);
        let Tried { made: checked, failure } = self.counted_tries(&limits, is_wrong, check).await?;
        if let (Some(user), Some(failures)) = (&user, failure) {
            let entry = self.entry_of_user(AuditEvent::SignInFailed, user).with("failures", failures);
            self.store.record(&entry).await?;
        }
        match checked {
            Checked::Wrong => Ok(None),
            Checked::NoCode | Checked::WrongCode => Err(Error::SecondFactor),
            Checked::Right(user) => Ok(Some(*user)),
        }
    }

    async fn checked(&self, user: Option<&User>, credentials: &Credentials) -> Result<Checked, Error> {
        // A known user and nobody take the same time, so that it tells nothing.
        let hash = user.map_or(DUMMY_HASH, |user| user.password_hash.as_str());
        let is_right = secrets::verify_password(&credentials.password, hash);
        let Some(user) = user.filter(|_| is_right) else { return Ok(Checked::Wrong) };
        match (user.active_factor(), &credentials.otp) {
            (None, _) => Ok(Checked::Right(Box::new(user.clone()))),
            (Some(_), None) => Ok(Checked::NoCode),
            (Some(_), Some(code)) => {
                let spent = self.spend_code(user, code).await?;
                Ok(spent.map_or(Checked::WrongCode, |user| Checked::Right(Box::new(user))))
            }
        }
    }

    /// The entry of a sign-in.
    pub(crate) fn sign_in(&self, user: &User, by: SignIn) -> AuditEntry {
        self.entry_of_user(AuditEvent::SignedIn, user).with("method", by)
    }

    /// Notes in a user that a sign-in came from a source. Returns whether that changed the user.
    pub(crate) fn note_source(&self, user: &mut User, from: &SourceAddress) -> bool {
        self.print_of_source(from).is_some_and(|source| user.note_source(&source, self.now()))
    }

    /// Notes and writes the source of a sign-in that writes nothing else. A user who changed meanwhile is left alone: the
    /// next sign-in notes it.
    /// Returns whether there was something to note.
    pub(crate) async fn keep_source(&self, user: &mut User, from: &SourceAddress) -> Result<bool, Error> {
        if !self.note_source(user, from) {
            return Ok(false);
        }
        match self.store.save_known_sources(user).await {
            Ok(()) | Err(StoreError::Missing | StoreError::Raced) => Ok(true),
            Err(other) => Err(other.into()),
        }
    }
}

/// What came of a password, and of the code of a second factor.
enum Checked {
    Wrong,
    /// The password is right, and a code is asked for.
    NoCode,
    WrongCode,
    Right(Box<User>),
}

/// How a user signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignIn {
    Token,
    Jwt,
    Session,
    Basic,
    OneTimePassword,
}

impl std::fmt::Display for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Token => "token",
            Self::Jwt => "jwt",
            Self::Session => "session",
            Self::Basic => "basic",
            Self::OneTimePassword => "one_time_password",
        })
    }
}

/// The hash of no one's password, with the parameters of every hash.
const DUMMY_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::password_hash::phc::PasswordHash;

    #[test]
    fn the_hash_of_no_one_takes_the_time_of_any_other() {
        let parameters = |hash: &str| PasswordHash::new(hash).unwrap().params.to_string();
        let hash = secrets::hash_password("SecurePass123!", &crate::ports::SystemEntropy).unwrap();
        assert_eq!(parameters(DUMMY_HASH), parameters(&hash));
    }
}
