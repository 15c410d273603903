//! One-time passwords: mailed, counted, tried.

use domain::otp::{Otp, OtpMails, OtpPurpose, OtpTry, Refused};
use domain::text::Email;
use domain::user::User;

use crate::logins::SourceAddress;
use crate::mail::{Mailer, PlainMail};
use crate::{App, Error, secrets};

impl App {
    /// The one-time password that takes the place of the last one, and the count of mails with it.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] mails to the address for this purpose; the store's.
    pub(crate) async fn next_otp(
        &self,
        purpose: OtpPurpose,
        email: &Email,
        hash: &str,
    ) -> Result<(Otp, OtpMails), Error> {
        let mails = self.store.otp_mails(purpose, email).await?;
        let mails = OtpMails::count(mails.as_ref(), self.now())
            .map_err(|retry_after| domain::Error::TooMany { retry_after })?;
        let previous = self.store.otp(purpose, email).await?;
        Ok((Otp::new(previous.as_ref(), hash.to_owned(), self.now()), mails))
    }

    /// Mails a one-time password to a user.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] mails to the address; the store's; SES.
    pub(crate) async fn send_otp(&self, mailer: &Mailer, purpose: OtpPurpose, user: &User) -> Result<(), Error> {
        let code = secrets::six_digits(self.entropy.as_ref());
        let hash = self.otp_hash(purpose, &user.email, &user.password_hash, &code);
        self.retrying(async || {
            let (otp, mails) = self.next_otp(purpose, &user.email, &hash).await?;
            Ok(self.store.send_otp(purpose, &user.email, &otp, &mails).await?)
        })
        .await?;
        mail_code(mailer, purpose, user.email.clone(), &code).await
    }

    /// Tries a one-time password, and commits by `accept` what follows from the right one: of many
    /// tries at once, at most one is accepted.
    pub(crate) async fn try_otp<T, F>(
        &self,
        purpose: OtpPurpose,
        email: &Email,
        code: &str,
        accept: impl Fn(Otp, User) -> F,
    ) -> Result<Result<T, Refused>, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.retrying(async || {
            let Some(user) = self.store.user_by_email(email).await? else { return Ok(Err(Refused::UnknownUser)) };
            let Some(otp) = self.store.otp(purpose, email).await? else { return Ok(Err(Refused::NoOtp)) };
            let hash = self.otp_hash(purpose, email, &user.password_hash, code);
            match otp.judge(secrets::same(hash.as_bytes(), otp.hash.as_bytes()), self.now()) {
                OtpTry::Used => Ok(Err(Refused::NoOtp)),
                OtpTry::Expired => Ok(Err(Refused::OtpExpired)),
                OtpTry::Wrong => {
                    self.store.save_otp(purpose, email, &otp.tried()).await?;
                    Ok(Err(Refused::OtpInvalid))
                }
                OtpTry::Accepted => accept(otp, user).await.map(Ok),
            }
        })
        .await
    }

    /// Does what may be a guess, unless too many from the same address were wrong.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] wrong ones; those of `attempt`.
    pub(crate) async fn counting_guesses<T>(
        &self,
        from: &SourceAddress,
        attempt: impl Future<Output = Result<Result<T, Refused>, Error>>,
    ) -> Result<Result<T, Refused>, Error> {
        // What is expired or used tells nothing to who guesses.
        let is_wrong = |made: &Result<T, Refused>| matches!(made, Err(Refused::OtpInvalid | Refused::UnknownUser));
        self.counted(&[self.guesses_of(from)], is_wrong, attempt).await
    }

    /// What is kept of a one-time password. Those for logins and resets end with the password under which they were
    /// sent.
    pub(crate) fn otp_hash(&self, purpose: OtpPurpose, email: &Email, password_hash: &str, code: &str) -> String {
        let bound_to = match purpose {
            // It is mailed in the moment in which the password is chosen.
            OtpPurpose::SignUp => "",
            OtpPurpose::Login | OtpPurpose::Reset => password_hash,
        };
        let address = email.folded();
        let parts = [purpose.as_str(), &address, bound_to, code].map(str::as_bytes);
        secrets::hex(&self.mac("otp", &parts))
    }
}

/// Sends a one-time password to an address.
pub(crate) async fn mail_code(mailer: &Mailer, purpose: OtpPurpose, to: Email, code: &str) -> Result<(), Error> {
    let subject = match purpose {
        OtpPurpose::SignUp => "Verify your e-mail address",
        OtpPurpose::Login => "Your one-time password to log in",
        OtpPurpose::Reset => "Reset your password",
    };
    let text = format!(
        "Your one-time password is {code}.\n\nIt is valid for 5 minutes. If you did not ask for it, ignore this mail.\n"
    );
    mailer.send(PlainMail { to, subject: subject.into(), text }).await
}
