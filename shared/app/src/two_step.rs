//! Login and the reset of a password, each with a one-time password by mail.

use domain::audit::AuditEvent;
use domain::claim::Claimant;
use domain::otp::{Otp, OtpPurpose, Proof, Refused};
use domain::text::Email;
use domain::user::{Credentials, Password, User};

use crate::jwt::TokenPair;
use crate::logins::SignIn;
use crate::mail::Mailer;
use crate::notices::{Notice, notify};
use crate::otps::CodeLetter;
use crate::secrets::sha256_hex;
use crate::sources::SourceAddress;
use crate::{App, Error, secrets};

impl App {
    /// Mails a one-time password to who knows an address and its password.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] wrong passwords, or mails; [`Error::SecondFactor`]; the store's; SES.
    pub async fn log_in(
        &self,
        mailer: &Mailer,
        email: &Email,
        password: &str,
        otp: Option<String>,
        from: &SourceAddress,
    ) -> Result<Result<(), Refused>, Error> {
        let credentials = Credentials { login: email.as_str().to_owned(), password: password.to_owned(), otp };
        match self.check_password(&credentials, from).await? {
            // A username may look like an address without being the user's.
            Some(user) if user.email.folded() != email.folded() => Ok(Err(Refused::UnknownUser)),
            Some(user) if !user.email_is_proven => Ok(Err(Refused::Unverified)),
            Some(user) => self.send_otp(mailer, CodeLetter::Login, &user, from).await.map(Ok),
            None if self.store.user_by_email(email).await?.is_some() => Ok(Err(Refused::WrongPassword)),
            None => self.refuse_claimant(email, password, from).await.map(Err),
        }
    }

    /// What somebody is told who logs in with an address that nobody has proven: whoever signed up learns that the proof
    /// is missing.
    async fn refuse_claimant(&self, email: &Email, password: &str, from: &SourceAddress) -> Result<Refused, Error> {
        let claims = self.store.address_claims(email).await?;
        let sign_up = claims.live(self.now()).filter_map(|claim| match &claim.claimant {
            Claimant::SignUp { password_hash, .. } => Some((claim.user, password_hash)),
            Claimant::Member => None,
        });
        let Some((user, password_hash)) = sign_up.last() else { return Ok(Refused::UnknownUser) };
        let limits = self.limits_of_passwords(None, &user.to_string(), from);
        let check = async { Ok(secrets::verify_password(password, password_hash)) };
        let is_right = self.counted(&limits, |is_right| !is_right, check).await?;
        Ok(if is_right { Refused::Unverified } else { Refused::WrongPassword })
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
        let accept = async |otp: Otp, mut user: User| {
            let tokens = self.issue_tokens(&user)?;
            let entry = self.sign_in(&user, SignIn::OneTimePassword);
            self.store.recording(&entry)?.save_otp(OtpPurpose::Login, email, &otp.used()).await?;
            self.keep_source(&mut user, from).await?;
            Ok(tokens)
        };
        let tried = self.try_otp(OtpPurpose::Login, email, code, from, accept);
        self.counting_guesses(from, tried).await
    }

    /// Mails a one-time password to who has forgotten the password.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] mails to the address or from a source, or unknown addresses from one; the store's; SES.
    pub async fn forget_password(
        &self,
        mailer: &Mailer,
        email: &Email,
        from: &SourceAddress,
    ) -> Result<Result<(), Refused>, Error> {
        self.count_mail_from(from).await?;
        let send = async {
            match self.store.user_by_email(email).await? {
                Some(user) => self.send_otp(mailer, CodeLetter::Reset, &user, from).await.map(Ok),
                None => Ok(Err(Refused::UnknownUser)),
            }
        };
        self.counting_guesses(from, send).await
    }

    /// Lets the password be reset, once and within the next minutes, for the one-time password of a reset. Returns the
    /// token that proves it.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] wrong tries from an address; the store's.
    pub async fn verify_reset(
        &self,
        email: &Email,
        code: &str,
        from: &SourceAddress,
    ) -> Result<Result<String, Refused>, Error> {
        let token = secrets::hex(&secrets::random::<24>(self.entropy.as_ref()));
        let accept = async |otp: Otp, _| {
            let proven = otp.proven(sha256_hex(&token), self.print_of_source(from), self.now());
            self.store.save_otp(OtpPurpose::Reset, email, &proven).await?;
            Ok(token.clone())
        };
        let tried = self.try_otp(OtpPurpose::Reset, email, code, from, accept);
        self.counting_guesses(from, tried).await
    }

    /// Gives the user another password, ends every token, session and JWT, and mails the user. Who resets it proves by
    /// one of the tokens to have verified the one-time password, or without any by the source.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] resets without proof, or unknown addresses, from one source; the store's.
    pub async fn reset_password(
        &self,
        mailer: &Mailer,
        email: &Email,
        password: &Password,
        tokens: &[String],
        from: &SourceAddress,
    ) -> Result<Result<(), Refused>, Error> {
        // Before the hash is made, which costs.
        if let Err(refused) = self.proven(email, tokens, from).await? {
            // Only those without a proof are counted: they keep nobody else from using theirs.
            let is_unproven = |made: &Result<(), Refused>| matches!(made, Err(Refused::OtpNotVerified));
            let limits = [self.passwords_from(from)];
            let refuse = self.counted(&limits, is_unproven, async { Ok(Err(refused)) });
            return self.counting_guesses(from, refuse).await;
        }
        let hash = secrets::hash_password(password.expose(), self.entropy.as_ref()).map_err(Error::Defect)?;
        let reset = self.retrying(async || {
            let (mut user, otp) = match self.proven(email, tokens, from).await? {
                Ok(proven) => proven,
                Err(refused) => return Ok(Err(refused)),
            };
            user.end_credentials(self.now());
            self.note_source(&mut user, from);
            user.password_hash.clone_from(&hash);
            user.version += 1;
            let entry = self.entry_of_user(AuditEvent::PasswordReset, &user);
            self.store.recording(&entry)?.accept_otp(OtpPurpose::Reset, &otp.used(), &user).await?;
            Ok(Ok(user))
        });
        let user = match reset.await? {
            Ok(user) => user,
            Err(refused) => return Ok(Err(refused)),
        };
        self.sessions.forget_user(user.id);
        notify(mailer, &user, &Notice::PasswordChanged).await;
        Ok(Ok(()))
    }

    /// The user of an address, and the accepted one-time password by which the caller may reset the user's password.
    async fn proven(
        &self,
        email: &Email,
        tokens: &[String],
        from: &SourceAddress,
    ) -> Result<Result<(User, Otp), Refused>, Error> {
        let Some(user) = self.store.user_by_email(email).await? else { return Ok(Err(Refused::UnknownUser)) };
        let otp = self.store.otp(OtpPurpose::Reset, email).await?;
        let source = self.print_of_source(from);
        let is_own = |Proof { token_hash, source: verified, until: _ }: &Proof| match tokens {
            [] => source.is_some() && source == *verified,
            tokens => tokens.iter().any(|token| secrets::same(sha256_hex(token).as_bytes(), token_hash.as_bytes())),
        };
        let proven = otp.filter(|otp| otp.live_proof(self.now()).is_some_and(is_own));
        Ok(proven.map(|otp| (user, otp)).ok_or(Refused::OtpNotVerified))
    }
}
