//! Sign-up, and the proof of e-mail addresses.

use domain::actor::Role;
use domain::claim::{AddressClaim, ClaimTry, Claimant};
use domain::error::FieldErrors;
use domain::id::{OrganisationId, UserId};
use domain::money::Currency;
use domain::organisation::Organisation;
use domain::otp::{Code, OtpPurpose, Refused};
use domain::text::{Email, Name, ShortText};
use domain::user::{Membership, SignUp, User};
use store::{StoreError, Unique};

use crate::mail::Mailer;
use crate::otps::{CodeLetter, mail_code};
use crate::sources::SourceAddress;
use crate::{App, Error, secrets};

/// Somebody who signs up once more before the address is proven.
struct Awaited {
    user: UserId,
    password_hash: String,
    is_member: bool,
}

impl App {
    /// Claims an address, and mails a one-time password to it: whoever answers with that gets the account. Until then
    /// nothing is made, and the claim reserves the username for a day.
    ///
    /// Whoever signs up again with the same username, address and password gets another one-time password. So does a
    /// member whom an owner added and who has not proven the address.
    ///
    /// # Errors
    /// A username or address that is taken; [`domain::Error::TooMany`] mails from a source or to an address, or wrong
    /// passwords; SES.
    pub async fn sign_up(&self, mailer: &Mailer, sign_up: SignUp, from: &SourceAddress) -> Result<(), Error> {
        self.count_mail_from(from).await?;
        let awaited = self.awaited(&sign_up, from).await?;
        if self.store.user_by_email(&sign_up.email).await?.is_some() {
            return Err(taken(Unique::Email));
        }
        let (user, is_member) = match &awaited {
            Some(Awaited { user, is_member, .. }) => (*user, *is_member),
            None => (UserId::new(self.new_id()), false),
        };
        let password_hash = match awaited {
            Some(Awaited { password_hash, .. }) => password_hash,
            None => secrets::hash_password(sign_up.password.expose(), self.entropy.as_ref()).map_err(Error::Defect)?,
        };
        let digits = secrets::six_digits(self.entropy.as_ref());
        let hash = self.claim_hash(&sign_up.email, user, &digits);
        self.retrying(async || {
            let now = self.now();
            let code = Code::new(hash.clone(), self.print_of_source(from), now + Code::VALIDITY);
            let claim = if is_member {
                AddressClaim::of_member(user, sign_up.username.clone(), sign_up.email.clone(), code)
            } else {
                AddressClaim::of_sign_up(user, &sign_up, password_hash.clone(), code, now)
            };
            let mails = self.next_mail(OtpPurpose::SignUp, &claim.email).await?;
            let claims = self.store.address_claims(&claim.email).await?.with(claim.clone(), now);
            match self.store.claim_address(&claims, &claim, &mails, now).await {
                Err(StoreError::Taken(unique)) => Err(taken(unique)),
                other => Ok(other?),
            }
        })
        .await?;
        mail_code(mailer, CodeLetter::SignUp(sign_up.username), sign_up.email, &digits).await
    }

    /// Who has the username, if whoever signs up knows its password and claims the same address: a stranger's password
    /// must never come to count by the one-time password of the address's owner. What is told of a password counts as a
    /// login would.
    async fn awaited(&self, sign_up: &SignUp, from: &SourceAddress) -> Result<Option<Awaited>, Error> {
        let Some(holder) = self.store.username_holder(&sign_up.username, self.now()).await? else { return Ok(None) };
        let claims = self.store.address_claims(&sign_up.email).await?;
        let claim = claims.live(self.now()).find(|claim| claim.user == holder).map(|claim| claim.claimant.clone());
        let (password_hash, is_member) = match claim {
            Some(Claimant::SignUp { password_hash, .. }) => (password_hash, false),
            Some(Claimant::Member) | None => match self.store.user(holder).await? {
                Some(user) if !user.email_is_proven && user.email.folded() == sign_up.email.folded() => {
                    (user.password_hash, true)
                }
                Some(_) | None => return Err(taken(Unique::Username)),
            },
        };
        let limits = self.limits_of_passwords(None, &holder.to_string(), from);
        let check = async { Ok(secrets::verify_password(sign_up.password.expose(), &password_hash)) };
        match self.counted(&limits, |is_right| !is_right, check).await? {
            true => Ok(Some(Awaited { user: holder, password_hash, is_member })),
            false => Err(taken(Unique::Username)),
        }
    }

    /// Tries the one-time password of a sign-up, or of a member. Of many tries at once, at most one is accepted.
    ///
    /// # Errors
    /// An address or username that is somebody else's by now; [`domain::Error::TooMany`] wrong tries from an address;
    /// the store's.
    pub async fn verify_sign_up(
        &self,
        email: &Email,
        code: &str,
        from: &SourceAddress,
    ) -> Result<Result<(), Refused>, Error> {
        let source = self.print_of_source(from);
        let tried = self.retrying(async || {
            let claims = self.store.address_claims(email).await?;
            let matches = |claim: &AddressClaim| {
                let hash = self.claim_hash(email, claim.user, code);
                secrets::same(hash.as_bytes(), claim.code.hash.as_bytes())
            };
            match claims.judge(source.as_deref(), self.now(), matches) {
                ClaimTry::Accepted(claim) => self.grant(&claim, claims.version, from).await,
                ClaimTry::Wrong(tried) => {
                    self.store.save_address_claims(email, &tried).await?;
                    Ok(Err(Refused::OtpInvalid))
                }
                ClaimTry::Expired => Ok(Err(Refused::OtpExpired)),
                ClaimTry::Unclaimed => {
                    let known = self.store.user_by_email(email).await?;
                    Ok(Err(known.map_or(Refused::UnknownUser, |_| Refused::NoOtp)))
                }
            }
        });
        self.counting_guesses(from, tried).await
    }

    /// Gives an address to whoever answered the mail for a claim.
    async fn grant(
        &self,
        claim: &AddressClaim,
        version: u64,
        from: &SourceAddress,
    ) -> Result<Result<(), Refused>, Error> {
        let granted = match claim.claimant.clone() {
            Claimant::SignUp { password_hash, phone, business_name } => {
                let (organisation, mut owner) = self.account_of(claim, password_hash, phone, business_name).await?;
                self.note_source(&mut owner, from);
                self.store.create_account(&organisation, &owner, Some(version)).await
            }
            Claimant::Member => {
                // Whom the owner has removed since claims nothing any more.
                let Some(mut user) = self.store.user(claim.user).await? else { return Ok(Err(Refused::NoOtp)) };
                user.email_is_proven = true;
                user.version += 1;
                self.note_source(&mut user, from);
                self.store.prove_address(&user, version).await
            }
        };
        match granted {
            Err(StoreError::Taken(unique)) => Err(taken(unique)),
            other => Ok(Ok(other?)),
        }
    }

    async fn account_of(
        &self,
        claim: &AddressClaim,
        password_hash: String,
        phone: ShortText,
        business_name: Option<Name>,
    ) -> Result<(Organisation, User), Error> {
        let (id, home, now) = (claim.user, OrganisationId::new(self.new_id()), self.now());
        let name = match business_name {
            Some(name) => name,
            None => Name::parse(claim.username.as_str()).map_err(|e| Error::Defect(e.to_string()))?,
        };
        let owner = User {
            id,
            number: self.store.next_user_number().await?,
            username: claim.username.clone(),
            email: claim.email.clone(),
            first_name: ShortText::default(),
            last_name: ShortText::default(),
            phone,
            password_hash,
            email_is_proven: true,
            home,
            memberships: vec![Membership { organisation: home, role: Role::Owner }],
            tokens: vec![],
            sessions: vec![],
            credentials_valid_from: None,
            ended_jwts: vec![],
            known_sources: vec![],
            second_factor: None,
            date_joined: now,
            version: 1,
        };
        let organisation = Organisation { id: home, name, currency: Currency::USD, owner: id, created_at: now };
        Ok((organisation, owner))
    }

    /// What is kept of the one-time password of a claim.
    pub(crate) fn claim_hash(&self, email: &Email, user: UserId, code: &str) -> String {
        self.otp_hash(OtpPurpose::SignUp, email, &user.to_string(), code)
    }
}

/// What whoever wants a username or an address is told that is somebody else's.
pub(crate) fn taken(unique: Unique) -> Error {
    match unique {
        Unique::Username => FieldErrors::one("username", "A user with that username already exists.").into(),
        Unique::Email => FieldErrors::one("email", "A user with that email already exists.").into(),
        other => StoreError::Taken(other).into(),
    }
}
