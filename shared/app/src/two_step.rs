//! Login and the reset of a password, each with a one-time password by mail.

use domain::otp::{Otp, OtpPurpose, Refused};
use domain::text::Email;
use domain::user::{Password, User};

use crate::jwt::TokenPair;
use crate::logins::SourceAddress;
use crate::mail::Mailer;
use crate::{App, Error, secrets};

impl App {
    /// Mails a one-time password to who knows an address and its password.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] wrong passwords, or mails; the store's; SES.
    pub async fn log_in(
        &self,
        mailer: &Mailer,
        email: &Email,
        password: &str,
        from: &SourceAddress,
    ) -> Result<Result<(), Refused>, Error> {
        let user = match self.user_of_password(email.as_str(), password, from).await? {
            // A username may look like an address without being the user's.
            Some(user) if user.email.folded() == email.folded() => user,
            Some(_) => return Ok(Err(Refused::UnknownUser)),
            None => {
                let known = self.store.user_by_email(email).await?;
                return Ok(Err(known.map_or(Refused::UnknownUser, |_| Refused::WrongPassword)));
            }
        };
        if !user.is_verified {
            return Ok(Err(Refused::Unverified));
        }
        self.send_otp(mailer, OtpPurpose::Login, &user).await.map(Ok)
    }

    /// Issues JWTs for the one-time password of a login.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] wrong tries from an address; the store's.
    pub async fn verify_log_in(
        &self,
        email: &Email,
        code: &str,
        from: &SourceAddress,
    ) -> Result<Result<TokenPair, Refused>, Error> {
        let accept = async |otp: Otp, user: User| {
            let tokens = self.issue_tokens(&user)?;
            self.store.save_otp(OtpPurpose::Login, email, &otp.used()).await?;
            Ok(tokens)
        };
        let tried = self.try_otp(OtpPurpose::Login, email, code, accept);
        self.counting_guesses(from, tried).await
    }

    /// Mails a one-time password to who has forgotten the password.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] mails, or unknown addresses from one source; the store's; SES.
    pub async fn forget_password(
        &self,
        mailer: &Mailer,
        email: &Email,
        from: &SourceAddress,
    ) -> Result<Result<(), Refused>, Error> {
        let send = async {
            match self.store.user_by_email(email).await? {
                Some(user) => self.send_otp(mailer, OtpPurpose::Reset, &user).await.map(Ok),
                None => Ok(Err(Refused::UnknownUser)),
            }
        };
        self.counting_guesses(from, send).await
    }

    /// Lets the password be reset, once and within the next minutes, for the one-time password of a reset.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] wrong tries from an address; the store's.
    pub async fn verify_reset(
        &self,
        email: &Email,
        code: &str,
        from: &SourceAddress,
    ) -> Result<Result<(), Refused>, Error> {
        let accept =
            async |otp: Otp, _| Ok(self.store.save_otp(OtpPurpose::Reset, email, &otp.proven(self.now())).await?);
        let tried = self.try_otp(OtpPurpose::Reset, email, code, accept);
        self.counting_guesses(from, tried).await
    }

    /// Gives the user another password, and ends every token, session and JWT. Who resets a password has proven the
    /// address.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] resets without proof, or unknown addresses from one source; the store's.
    pub async fn reset_password(
        &self,
        email: &Email,
        password: &Password,
        from: &SourceAddress,
    ) -> Result<Result<(), Refused>, Error> {
        // The proof is found by the address alone: who asks again and again must not take over the owner's.
        let limits = [self.resets_of(email), self.passwords_from(from)];
        let is_unproven = |made: &Result<(), Refused>| matches!(made, Err(Refused::OtpNotVerified));
        let reset = self.counted(&limits, is_unproven, self.reset(email, password));
        self.counting_guesses(from, reset).await
    }

    async fn reset(&self, email: &Email, password: &Password) -> Result<Result<(), Refused>, Error> {
        // Before the hash is made, which costs.
        if let Err(refused) = self.proven(email).await? {
            return Ok(Err(refused));
        }
        let hash = secrets::hash_password(password.expose(), self.entropy.as_ref()).map_err(Error::Defect)?;
        self.retrying(async || {
            let (mut user, otp) = match self.proven(email).await? {
                Ok(proven) => proven,
                Err(refused) => return Ok(Err(refused)),
            };
            user.end_credentials(self.now());
            user.password_hash.clone_from(&hash);
            user.is_verified = true;
            user.version += 1;
            self.store.accept_otp(OtpPurpose::Reset, &otp.used(), &user).await?;
            self.sessions.forget_user(user.id);
            Ok(Ok(()))
        })
        .await
    }

    /// The user of an address, and the accepted one-time password by which the user's password may be reset.
    async fn proven(&self, email: &Email) -> Result<Result<(User, Otp), Refused>, Error> {
        let Some(user) = self.store.user_by_email(email).await? else { return Ok(Err(Refused::UnknownUser)) };
        let otp = self.store.otp(OtpPurpose::Reset, email).await?;
        let proven = otp.filter(|otp| otp.is_proven(self.now()));
        Ok(proven.map(|otp| (user, otp)).ok_or(Refused::OtpNotVerified))
    }
}
