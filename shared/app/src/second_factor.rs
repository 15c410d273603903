//! The second factor of a user.

use domain::audit::AuditEvent;
use domain::member::UserNumber;
use domain::second_factor::{AcceptedCode, SecondFactor};
use domain::text::unique_key;
use domain::user::{Credentials, User};
use domain::{Action, Actor, Model};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::mail::Mailer;
use crate::notices::{Notice, notify};
use crate::secrets::{hex, random, same};
use crate::session::Session;
use crate::sources::SourceAddress;
use crate::{App, Error, may, totp};

/// The purpose of sealing a secret.
const SECRET: &str = "second factor";
/// The purpose of the keyed hash of a recovery code.
const RECOVERY: &str = "recovery code";
/// Who the codes are for, as authenticator apps show it.
const ISSUER: &str = "Tributary";

/// What a user enters into an authenticator app. It is shown this once.
#[derive(Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The secret, in base32.
    pub secret: String,
    /// The address that a QR code for authenticator apps holds: `otpauth://totp/…`.
    pub otpauth_url: String,
}

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Enrolment(…)")
    }
}

/// Second factors are a user's own. An API key has none, and fails with [`domain::Error::Forbidden`]. All that asks for a
/// code or a password fails with [`domain::Error::TooMany`] wrong ones.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// The second factor of the caller, if it is on.
    pub async fn second_factor(&self, session: &Session) -> Result<Option<SecondFactor>, Error> {
        Ok(self.caller(session).await?.active_factor().cloned())
    }

    /// Begins to set the caller's second factor up; `None` for a wrong password. [`domain::Error::Conflict`] if it is on.
    pub async fn begin_second_factor(
        &self,
        session: &Session,
        password: &str,
        from: &SourceAddress,
    ) -> Result<Option<Enrolment>, Error> {
        let user = self.caller(session).await?;
        if user.active_factor().is_some() {
            return Err(domain::Error::Conflict("The second factor is on.".to_owned()).into());
        }
        if self.check_password(&own(&user, password, None), from).await?.is_none() {
            return Ok(None);
        }
        let secret: [u8; totp::SECRET] = random(self.entropy.as_ref());
        let sealed = self.seal(SECRET, &[user.id.uuid().as_bytes()], &secret);
        self.retrying(async || {
            let mut user = self.caller(session).await?;
            if user.active_factor().is_some() {
                return Err(domain::Error::Conflict("The second factor is on.".to_owned()).into());
            }
            user.second_factor = Some(SecondFactor::pending(sealed.clone()));
            let before = user.version;
            user.version += 1;
            Ok(self.store.save_user(&user, before).await?)
        })
        .await?;
        let secret = totp::base32(&secret);
        let label = utf8_percent_encode(user.username.as_str(), NON_ALPHANUMERIC);
        let otpauth_url = format!("otpauth://totp/{ISSUER}:{label}?secret={secret}&issuer={ISSUER}");
        Ok(Some(Enrolment { secret, otpauth_url }))
    }

    /// Switches the caller's second factor on, by a code of it; returns the recovery codes, which are shown this once.
    /// `None` for a wrong code. [`domain::Error::Conflict`] unless it was begun.
    pub async fn confirm_second_factor(
        &self,
        mailer: &Mailer,
        session: &Session,
        code: &str,
        from: &SourceAddress,
    ) -> Result<Option<Vec<String>>, Error> {
        let codes = self.new_recovery_codes();
        let confirm = async || {
            let mut user = self.caller(session).await?;
            let pending = user.second_factor.clone().filter(|factor| factor.confirmed_at.is_none());
            let Some(pending) = pending else {
                return Err(domain::Error::Conflict("No second factor waits to be confirmed.".to_owned()).into());
            };
            let Some(accepted) = self.accepted(&user, &pending, code)? else { return Ok(None) };
            let recovery_codes = codes.iter().map(|code| self.recovery_hash(&user, code)).collect();
            let confirmed = SecondFactor { confirmed_at: Some(self.now()), recovery_codes, ..pending.after(&accepted) };
            user.second_factor = Some(confirmed);
            self.save_factor(&mut user, AuditEvent::SecondFactorEnabled).await?;
            Ok(Some(user))
        };
        let Some(user) = self.counting_codes(session, from, self.retrying(confirm)).await? else { return Ok(None) };
        notify(mailer, &user, &Notice::SecondFactorEnabled).await;
        Ok(Some(codes))
    }

    /// Gives the caller other recovery codes for a code of the second factor; `None` for a wrong one.
    pub async fn renew_recovery_codes(
        &self,
        session: &Session,
        code: &str,
        from: &SourceAddress,
    ) -> Result<Option<Vec<String>>, Error> {
        let codes = self.new_recovery_codes();
        let renew = async || {
            let mut user = self.caller(session).await?;
            let factor = user.active_factor().cloned().ok_or_else(is_off)?;
            let Some(accepted) = self.accepted(&user, &factor, code)? else { return Ok(None) };
            let recovery_codes = codes.iter().map(|code| self.recovery_hash(&user, code)).collect();
            user.second_factor = Some(SecondFactor { recovery_codes, ..factor.after(&accepted) });
            self.save_factor(&mut user, AuditEvent::RecoveryCodesRenewed).await?;
            Ok(Some(user))
        };
        let renewed = self.counting_codes(session, from, self.retrying(renew)).await?;
        Ok(renewed.map(|_| codes))
    }

    /// Switches the caller's second factor off, by password and code; `false` if the password is wrong.
    /// [`Error::SecondFactor`] if the code is.
    pub async fn end_second_factor(
        &self,
        mailer: &Mailer,
        session: &Session,
        password: &str,
        code: &str,
        from: &SourceAddress,
    ) -> Result<bool, Error> {
        let user = self.caller(session).await?;
        user.active_factor().ok_or_else(is_off)?;
        let checked = self.check_password(&own(&user, password, Some(code.to_owned())), from).await?;
        let Some(checked) = checked else { return Ok(false) };
        self.without_factor(mailer, checked).await?;
        Ok(true)
    }

    /// Switches a member's second factor off, for a member who lost it. It is the owner's to do.
    pub async fn end_second_factor_of(&self, mailer: &Mailer, actor: &Actor, number: UserNumber) -> Result<(), Error> {
        may(actor, Action::Change, Model::User)?;
        let member = self.store.member(actor.tenant(), number).await?.ok_or(domain::Error::NotFound)?;
        let user = self.store.user(member.id).await?.ok_or(domain::Error::NotFound)?;
        // A user of other organisations too is not this owner's alone.
        if user.home != actor.tenant().organisation() {
            return Err(domain::Error::Forbidden.into());
        }
        user.active_factor().ok_or(domain::Error::NotFound)?;
        self.without_factor(mailer, user).await
    }

    /// Accepts a code of a user, once; returns the user as it then is. `None` if the code is wrong, was used before, or
    /// the password has changed meanwhile.
    pub(crate) async fn spend_code(&self, user: &User, code: &str) -> Result<Option<User>, Error> {
        let mut read = Some(user.clone());
        let spend = async |read: Option<User>| {
            let found = match read {
                Some(user) => Some(user),
                None => self.store.user(user.id).await?,
            };
            let found = found.filter(|found| found.password_hash == user.password_hash);
            let Some(mut found) = found else { return Ok(None) };
            let Some(factor) = found.active_factor().cloned() else { return Ok(Some(found)) };
            let Some(accepted) = self.accepted(&found, &factor, code)? else { return Ok(None) };
            found.second_factor = Some(factor.after(&accepted));
            match accepted {
                AcceptedCode::Recovery(_) => self.save_factor(&mut found, AuditEvent::RecoveryCodeUsed).await?,
                AcceptedCode::OfStep(_) => {
                    let before = found.version;
                    found.version += 1;
                    self.store.save_user(&found, before).await?;
                }
            }
            Ok(Some(found))
        };
        self.retrying(|| spend(read.take())).await
    }

    async fn without_factor(&self, mailer: &Mailer, user: User) -> Result<(), Error> {
        let (id, mut read) = (user.id, Some(user));
        let end = async |read: Option<User>| {
            let found = match read {
                Some(user) => Some(user),
                None => self.store.user(id).await?,
            };
            let mut user = found.ok_or(domain::Error::NotFound)?;
            user.second_factor = None;
            self.save_factor(&mut user, AuditEvent::SecondFactorDisabled).await?;
            Ok(user)
        };
        let user = self.retrying(|| end(read.take())).await?;
        notify(mailer, &user, &Notice::SecondFactorDisabled).await;
        Ok(())
    }

    async fn save_factor(&self, user: &mut User, event: AuditEvent) -> Result<(), Error> {
        let before = user.version;
        user.version += 1;
        let entry = self.entry_of_user(event, user);
        Ok(self.store.recording(&entry)?.save_user(user, before).await?)
    }

    /// Counts a code that is wrong as a wrong password.
    async fn counting_codes(
        &self,
        session: &Session,
        from: &SourceAddress,
        attempt: impl Future<Output = Result<Option<User>, Error>>,
    ) -> Result<Option<User>, Error> {
        let user = self.caller(session).await?;
        self.counted(&self.limits_of_passwords(Some(&user), "", from), Option::is_none, attempt).await
    }

    fn accepted(&self, user: &User, factor: &SecondFactor, code: &str) -> Result<Option<AcceptedCode>, Error> {
        let code = compared(code);
        let secret = self.open(SECRET, &[user.id.uuid().as_bytes()], &factor.sealed_secret);
        let secret =
            secret.ok_or_else(|| Error::Defect("the secret of a second factor cannot be opened".to_owned()))?;
        let is_of = |step: &u64| same(totp::code(&secret, *step).as_bytes(), code.as_bytes());
        if let Some(step) = factor.open_steps(self.now()).find(is_of) {
            return Ok(Some(AcceptedCode::OfStep(step)));
        }
        let hash = self.recovery_hash(user, &code);
        let known = factor.recovery_codes.iter().any(|kept| same(kept.as_bytes(), hash.as_bytes()));
        Ok(known.then_some(AcceptedCode::Recovery(hash)))
    }

    fn recovery_hash(&self, user: &User, code: &str) -> String {
        hex(&self.mac(RECOVERY, &[user.id.uuid().as_bytes(), compared(code).as_bytes()]))
    }

    /// Recovery codes of 80 random bits.
    fn new_recovery_codes(&self) -> Vec<String> {
        let code = |_| {
            let text = totp::base32(&random::<10>(self.entropy.as_ref())).to_lowercase();
            let groups: Vec<_> = text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
            groups.join("-")
        };
        (0..SecondFactor::RECOVERY_CODES).map(code).collect()
    }
}

fn own(user: &User, password: &str, otp: Option<String>) -> Credentials {
    Credentials { login: user.username.as_str().to_owned(), password: password.to_owned(), otp }
}

fn is_off() -> domain::Error {
    domain::Error::Conflict("The second factor is off.".to_owned())
}

/// A code without what comes along when it is copied or typed.
fn compared(code: &str) -> String {
    unique_key(code).chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
