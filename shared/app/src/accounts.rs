//! Sign-up, and the proof of its e-mail address.

use domain::actor::Role;
use domain::error::FieldErrors;
use domain::id::{OrganisationId, UserId};
use domain::money::Currency;
use domain::organisation::Organisation;
use domain::otp::{Otp, OtpPurpose, Refused};
use domain::text::{Email, Name};
use domain::user::{Membership, SignUp, User};
use store::{StoreError, Unique};

use crate::logins::SourceAddress;
use crate::mail::Mailer;
use crate::otps::mail_code;
use crate::{App, Error, secrets};

impl App {
    /// Makes a user and the organisation that the user owns, and mails a one-time password. Who
    /// signs up again with the same username, address and password before proving the address gets
    /// another one by mail; with another password, the username is taken.
    ///
    /// # Errors
    /// A username or address that is taken; [`domain::Error::TooMany`] one-time passwords, or wrong passwords; SES.
    pub async fn sign_up(&self, mailer: &Mailer, sign_up: SignUp, from: &SourceAddress) -> Result<(), Error> {
        let (purpose, email) = (OtpPurpose::SignUp, sign_up.email.clone());
        let password_hash =
            secrets::hash_password(sign_up.password.expose(), self.entropy.as_ref()).map_err(Error::Defect)?;
        let code = secrets::six_digits(self.entropy.as_ref());
        let otp_hash = self.otp_hash(purpose, &email, "", &code);
        self.retrying(async || {
            let (otp, mails) = self.next_otp(purpose, &email, &otp_hash).await?;
            match self.waiting(&sign_up, from).await? {
                Some(user) => {
                    let (password_hash, phone) = (password_hash.clone(), sign_up.phone.clone());
                    let again = User { password_hash, phone, version: user.version + 1, ..user };
                    // Together: a secret never counts under a one-time password that was mailed for another.
                    Ok(self.store.renew_sign_up(&otp, &mails, &again).await?)
                }
                None => {
                    self.open_account(sign_up.clone(), password_hash.clone()).await?;
                    Ok(self.store.send_otp(purpose, &email, &otp, &mails).await?)
                }
            }
        })
        .await?;
        mail_code(mailer, purpose, email, &code).await
    }

    /// The user who signed up with the same username, address and password and has not proven the address yet. What
    /// is told of the password counts as a login would.
    async fn waiting(&self, sign_up: &SignUp, from: &SourceAddress) -> Result<Option<User>, Error> {
        let (username, email) = (sign_up.username.folded(), sign_up.email.folded());
        let user = self.store.user_by_login(&email).await?;
        let is_same = |user: &User| user.username.folded() == username && user.email.folded() == email;
        let Some(user) = user.filter(|user| !user.is_verified && is_same(user)) else { return Ok(None) };
        let limits = [self.passwords_of(&user), self.passwords_from(from)];
        // A stranger's secret must never come to count by the owner's one-time password.
        let check = async {
            let is_right = secrets::verify_password(sign_up.password.expose(), &user.password_hash);
            Ok(is_right.then_some(user))
        };
        self.counted(&limits, Option::is_none, check).await
    }

    async fn open_account(&self, sign_up: SignUp, password_hash: String) -> Result<(), Error> {
        let SignUp { username, email, password: _, phone, business_name } = sign_up;
        let (id, home, now) = (UserId::new(self.new_id()), OrganisationId::new(self.new_id()), self.now());
        let name = match business_name {
            Some(name) => name,
            None => Name::parse(username.as_str()).map_err(|e| Error::Defect(e.to_string()))?,
        };
        let owner = User {
            id,
            number: self.store.next_user_number().await?,
            username,
            email,
            first_name: Default::default(),
            last_name: Default::default(),
            phone,
            password_hash,
            is_verified: false,
            home,
            memberships: vec![Membership { organisation: home, role: Role::Owner }],
            tokens: vec![],
            sessions: vec![],
            credentials_valid_from: None,
            date_joined: now,
            version: 1,
        };
        let organisation = Organisation { id: home, name, currency: Currency::USD, owner: id, created_at: now };
        self.store.create_account(&organisation, &owner).await.map_err(|error| {
            let mut errors = FieldErrors::new();
            match error {
                StoreError::Taken(Unique::Username) => {
                    errors.add("username", "A user with that username already exists.")
                }
                StoreError::Taken(Unique::Email) => errors.add("email", "A user with that email already exists."),
                other => return Error::from(other),
            }
            errors.into()
        })
    }

    /// Tries the one-time password of a sign-up. Of many tries at once, at most one is accepted.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] wrong tries from an address; the store's.
    pub async fn verify_sign_up(
        &self,
        email: &Email,
        code: &str,
        from: &SourceAddress,
    ) -> Result<Result<(), Refused>, Error> {
        let purpose = OtpPurpose::SignUp;
        let accept = async |otp: Otp, user: User| {
            let verified = User { is_verified: true, version: user.version + 1, ..user };
            Ok(self.store.accept_otp(purpose, &otp.used(), &verified).await?)
        };
        let tried = self.try_otp(purpose, email, code, accept);
        self.counting_guesses(from, tried).await
    }
}
