//! One-time passwords: mailed, counted, tried.

use domain::audit::AuditEvent;
use domain::otp::{Otp, OtpMails, OtpPurpose, OtpTry, Refused};
use domain::text::Email;
use domain::user::{User, Username};

use crate::logins::SignIn;
use crate::mail::{Mailer, PlainMail};
use crate::sources::SourceAddress;
use crate::{App, Error, secrets};

impl App {
    /// The count of mails to an address for a purpose, with one more.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`]; the store's.
    pub(crate) async fn next_mail(&self, purpose: OtpPurpose, email: &Email) -> Result<OtpMails, Error> {
        let mails = self.store.otp_mails(purpose, email).await?;
        let counted = OtpMails::count(mails.as_ref(), self.now());
        counted.map_err(|retry_after| domain::Error::TooMany { retry_after }.into())
    }

    /// Mails a one-time password to a user.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] mails to the address; the store's; SES.
    pub(crate) async fn send_otp(
        &self,
        mailer: &Mailer,
        letter: CodeLetter,
        user: &User,
        from: &SourceAddress,
    ) -> Result<(), Error> {
        let purpose = letter.purpose();
        let code = secrets::six_digits(self.entropy.as_ref());
        let hash = self.otp_hash(purpose, &user.email, &user.password_hash, &code);
        self.retrying(async || {
            let mails = self.next_mail(purpose, &user.email).await?;
            let previous = self.store.otp(purpose, &user.email).await?;
            let otp = Otp::new(previous.as_ref(), hash.clone(), self.print_of_source(from), self.now());
            Ok(self.store.send_otp(purpose, &user.email, &otp, &mails).await?)
        })
        .await?;
        mail_code(mailer, letter, user.email.clone(), &code).await
    }

    /// Tries a one-time password, and commits by `accept` what follows from the right one: of many
    /// tries at once, at most one is accepted.
    pub(crate) async fn try_otp<T, F>(
        &self,
        purpose: OtpPurpose,
        email: &Email,
        code: &str,
        from: &SourceAddress,
        accept: impl Fn(Otp, User) -> F,
    ) -> Result<Result<T, Refused>, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let source = self.print_of_source(from);
        self.retrying(async || {
            let Some(user) = self.store.user_by_email(email).await? else { return Ok(Err(Refused::UnknownUser)) };
            let Some(otp) = self.store.otp(purpose, email).await? else { return Ok(Err(Refused::NoOtp)) };
            let hash = self.otp_hash(purpose, email, &user.password_hash, code);
            let matches = secrets::same(hash.as_bytes(), otp.code.hash.as_bytes());
            match otp.code.judge(matches, source.as_deref(), self.now()) {
                OtpTry::Used => Ok(Err(Refused::NoOtp)),
                OtpTry::Expired => Ok(Err(Refused::OtpExpired)),
                OtpTry::Wrong => {
                    let entry =
                        self.entry_of_user(AuditEvent::SignInFailed, &user).with("method", SignIn::OneTimePassword);
                    // Of each one-time password the first wrong try, so that nobody floods the log.
                    let store = match otp.code.was_tried() {
                        true => self.store.clone(),
                        false => self.store.recording(&entry)?,
                    };
                    store.save_otp(purpose, email, &otp.tried(source.as_deref())).await?;
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

    /// What is kept of a one-time password. One for a login or a reset is bound to the hash of the password under which
    /// it was sent, one for an address to the user who claims it.
    pub(crate) fn otp_hash(&self, purpose: OtpPurpose, email: &Email, bound_to: &str, code: &str) -> String {
        let address = email.folded();
        let parts = [purpose.as_str(), &address, bound_to, code].map(str::as_bytes);
        secrets::hex(&self.mac("otp", &parts))
    }
}

/// What a one-time password is mailed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CodeLetter {
    /// A sign-up under this username.
    SignUp(Username),
    /// A member whom an owner added under this username.
    Member(Username),
    /// A login.
    Login,
    /// A reset of the password.
    Reset,
}

impl CodeLetter {
    /// What the one-time password in it proves.
    pub(crate) const fn purpose(&self) -> OtpPurpose {
        match self {
            Self::SignUp(_) | Self::Member(_) => OtpPurpose::SignUp,
            Self::Login => OtpPurpose::Login,
            Self::Reset => OtpPurpose::Reset,
        }
    }
}

/// Sends a one-time password to an address.
pub(crate) async fn mail_code(mailer: &Mailer, letter: CodeLetter, to: Email, code: &str) -> Result<(), Error> {
    let (subject, about, validity) = match letter {
        CodeLetter::SignUp(username) => (
            "Verify your e-mail address",
            format!("Somebody signed up with this address under the username {}.", username.as_str()),
            "5 minutes",
        ),
        CodeLetter::Member(username) => (
            "Verify your e-mail address",
            format!(
                "The owner of an organisation added you under the username {}. You can sign in without this address; \
                 confirm it to sign in by it, and to reset your password.",
                username.as_str()
            ),
            "7 days",
        ),
        CodeLetter::Login => ("Your one-time password to log in", "Somebody logs in as you.".into(), "5 minutes"),
        CodeLetter::Reset => ("Reset your password", "Somebody forgot your password.".into(), "5 minutes"),
    };
    let text = format!(
        "Your one-time password is {code}.\n\n{about}\n\nIt is valid for {validity}. If it was not you who asked for \
         it, do not enter it anywhere.\n"
    );
    mailer.send(PlainMail { to, subject: subject.into(), text }).await
}
