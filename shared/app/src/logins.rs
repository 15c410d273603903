//! Usernames and passwords, and how often one may be wrong.

use std::net::IpAddr;

use domain::text::{Email, folded};
use domain::user::{TokenHash, User};

use crate::jwt::TokenPair;
use crate::secrets::{self, hex, sha256_hex};
use crate::session::{new_token, user_of_token};
use crate::{App, Error};

/// The address that a request comes from, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceAddress(String);

impl SourceAddress {
    /// Where nothing is known of it: all such requests count as one address.
    #[must_use]
    pub fn unknown() -> Self {
        Self(String::new())
    }

    /// The address that is written so. Of IPv6 the network counts, because a single subscriber has
    /// all addresses of one.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.parse::<IpAddr>().map(|address| address.to_canonical()) {
            Ok(IpAddr::V4(address)) => Self(address.to_string()),
            Ok(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                Self(format!("{a:x}:{b:x}:{c:x}:{d:x}::/64"))
            }
            Err(_) => Self::unknown(),
        }
    }
}

/// A limit on wrong tries.
#[derive(Debug)]
pub(crate) struct Limit {
    /// Names whose tries are counted.
    hash: String,
    most: u32,
}

/// The window in which tries are counted, in seconds.
const WINDOW: i64 = 15 * 60;
/// How many wrong passwords an account may have in a window, and how many resets without proof.
const PER_ACCOUNT: u32 = 10;
/// How many of both may come from an address in a window.
const PER_ADDRESS: u32 = 50;
/// How many wrong one-time passwords may come from an address in a window. Of each there are five tries at most.
const GUESSES_PER_ADDRESS: u32 = 100;

impl App {
    /// Makes a token for a username or an e-mail address and its password; none if they do not
    /// belong together, or the user was not verified.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] wrong passwords; the store's.
    pub async fn issue_token(
        &self,
        login: &str,
        password: &str,
        from: &SourceAddress,
    ) -> Result<Option<String>, Error> {
        let user = self.check_password(login, password, from).await?;
        self.issue(user, User::add_token).await
    }

    /// Issues a pair of JWTs, as [`App::issue_token`] makes a token.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] wrong passwords; the store's.
    pub async fn issue_token_pair(
        &self,
        login: &str,
        password: &str,
        from: &SourceAddress,
    ) -> Result<Option<TokenPair>, Error> {
        let user = self.check_password(login, password, from).await?;
        user.map(|user| self.issue_tokens(&user)).transpose()
    }

    /// Opens a browser's session, as [`App::issue_token`] makes a token.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] wrong passwords; the store's.
    pub async fn open_session(
        &self,
        login: &str,
        password: &str,
        from: &SourceAddress,
    ) -> Result<Option<String>, Error> {
        let user = self.check_password(login, password, from).await?;
        self.issue(user, User::add_session).await
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
            Ok(self.store.save_user(&user, before).await?)
        })
        .await
    }

    /// Makes a token or a session for a user whose password was right, unless the password has been
    /// changed since.
    async fn issue(&self, user: Option<User>, add: fn(&mut User, TokenHash)) -> Result<Option<String>, Error> {
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
            add(&mut user, hash.clone());
            user.version += 1;
            self.store.save_user(&user, before).await?;
            Ok(Some(token.clone()))
        };
        self.retrying(|| issued(read.take())).await
    }

    /// The verified user of a login and its password.
    ///
    /// Tries are counted before the password is looked at, by account and by address, and right ones
    /// are taken back: of any number of tries at once, no more than the limit can be wrong. An account
    /// is the same one by its username and by its e-mail address; a login that names none is counted
    /// by itself, so that it is refused as often as one that does.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] wrong passwords; the store's.
    pub(crate) async fn check_password(
        &self,
        login: &str,
        password: &str,
        from: &SourceAddress,
    ) -> Result<Option<User>, Error> {
        let user = self.user_of_password(login, password, from).await?;
        Ok(user.filter(|user| user.is_verified))
    }

    /// As [`App::check_password`], of a user who need not be verified.
    pub(crate) async fn user_of_password(
        &self,
        login: &str,
        password: &str,
        from: &SourceAddress,
    ) -> Result<Option<User>, Error> {
        let login = folded(login);
        let user = self.store.user_by_login(&login).await?;
        let account = match &user {
            Some(user) => self.passwords_of(user),
            None => self.limit("login", &login, PER_ACCOUNT),
        };
        let verified = async { Ok(with_password(user, password)) };
        self.counted(&[account, self.passwords_from(from)], Option::is_none, verified).await
    }

    /// The limit on wrong passwords for an account.
    pub(crate) fn passwords_of(&self, user: &User) -> Limit {
        self.limit("account", &user.id.to_string(), PER_ACCOUNT)
    }

    /// The limit on resets of an address's password that nothing proves. It is not that of passwords: who guesses
    /// those does not stand in the way of the owner's reset.
    pub(crate) fn resets_of(&self, email: &Email) -> Limit {
        self.limit("resets", &email.folded(), PER_ACCOUNT)
    }

    /// The limit on what is wrong with passwords from a source.
    pub(crate) fn passwords_from(&self, from: &SourceAddress) -> Limit {
        self.limit("address", &from.0, PER_ADDRESS)
    }

    /// The limit on wrong one-time passwords, and on unknown addresses, from a source.
    pub(crate) fn guesses_of(&self, from: &SourceAddress) -> Limit {
        self.limit("guesses of an address", &from.0, GUESSES_PER_ADDRESS)
    }

    /// Makes a try that is counted under each of the limits before it is made, and taken back if it was not wrong.
    pub(crate) async fn counted<T>(
        &self,
        limits: &[Limit],
        is_wrong: impl FnOnce(&T) -> bool,
        attempt: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let now = self.now().as_second();
        let window = now - now.rem_euclid(WINDOW);
        for (n, limit) in limits.iter().enumerate() {
            if let Err(refused) = self.reserve(limit, window).await {
                for taken in &limits[..n] {
                    self.store.end_try(&taken.hash, window, false).await?;
                }
                return Err(refused);
            }
        }
        let made = attempt.await;
        let failed = made.as_ref().is_ok_and(is_wrong);
        for limit in limits {
            self.store.end_try(&limit.hash, window, failed).await?;
        }
        made
    }

    fn limit(&self, what: &str, value: &str, most: u32) -> Limit {
        Limit { hash: hex(&self.mac("password tries", &[what.as_bytes(), value.as_bytes()])), most }
    }

    /// Waits for a place among the tries that may fail. All are taken for long only when enough have
    /// failed.
    async fn reserve(&self, limit: &Limit, window: i64) -> Result<(), Error> {
        let too_many = || {
            let wait = (window + WINDOW - self.now().as_second()).max(1);
            Error::from(domain::Error::TooMany { retry_after: u32::try_from(wait).unwrap_or(1) })
        };
        let reserved =
            self.retrying(async || match self.store.take_try(&limit.hash, window, WINDOW, limit.most).await? {
                Ok(()) => Ok(()),
                Err(failed) if failed >= limit.most => Err(too_many()),
                Err(_) => Err(domain::Error::Contended.into()),
            });
        match reserved.await {
            Err(Error::Domain(domain::Error::Contended)) => Err(too_many()),
            other => other,
        }
    }
}

/// The user, if the password is the user's. It takes as long without a user, so that the time tells nothing.
fn with_password(user: Option<User>, password: &str) -> Option<User> {
    let hash = user.as_ref().map_or(DUMMY_HASH, |user| &user.password_hash);
    let is_right = secrets::verify_password(password, hash);
    user.filter(|_| is_right)
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

    #[test]
    fn a_subscriber_is_one_address() {
        let parse = SourceAddress::parse;
        assert_eq!(parse("192.0.2.1"), parse("::ffff:192.0.2.1"));
        assert_ne!(parse("192.0.2.1"), parse("192.0.2.2"));
        assert_eq!(parse("2001:db8:1:2::1"), parse("2001:db8:1:2:ffff::9"));
        assert_ne!(parse("2001:db8:1:2::1"), parse("2001:db8:1:3::1"));
        assert_eq!(parse("not an address"), SourceAddress::unknown());
    }
}
