//! Users: the members of an organisation, who its owner manages.

use domain::actor::{Group, Role};
use domain::audit::AuditEvent;
use domain::claim::AddressClaim;
use domain::error::FieldErrors;
use domain::id::UserId;
use domain::member::{Identity, Member, MemberPatch, NewMember, UserNumber};
use domain::otp::{Code, OtpPurpose};
use domain::text::Email;
use domain::user::{User, Username};
use domain::{Action, Actor, Model};
use store::{Page, PageRequest, StoreError};

use crate::accounts::taken;
use crate::mail::Mailer;
use crate::notices::Notice;
use crate::otps::{CodeLetter, mail_code};
use crate::{App, Error, Expected, check_version, may, secrets};

/// No group grants a permission on users, so all but [`App::list_group`] are the owner's alone and
/// fail with [`domain::Error::Forbidden`] for others; who is no member of the organisation is
/// [`domain::Error::NotFound`].
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the members of a group. Every member may read it: it exists to choose a responsible
    /// person from, and shows names and addresses alone. Being an [`Actor`] of the organisation is
    /// the whole permission, except for an API key with scopes.
    pub async fn list_group(&self, actor: &Actor, group: Group, page: PageRequest) -> Result<Page<Member>, Error> {
        actor.require_of_keys(Action::View, Model::User)?;
        Ok(self.store.members(actor.tenant(), Some(group), page).await?)
    }

    /// A page of the members.
    pub async fn list_users(&self, actor: &Actor, page: PageRequest) -> Result<Page<Member>, Error> {
        may(actor, Action::View, Model::User)?;
        Ok(self.store.members(actor.tenant(), None, page).await?)
    }

    /// A member.
    pub async fn get_user(&self, actor: &Actor, number: UserNumber) -> Result<Member, Error> {
        may(actor, Action::View, Model::User)?;
        self.load_member(actor, number).await
    }

    /// Adds a member, who signs in by username at once. The address is the member's only once the mail to it is
    /// answered, as that of a sign-up is.
    pub async fn create_user(&self, mailer: &Mailer, actor: &Actor, new: NewMember) -> Result<Member, Error> {
        may(actor, Action::Add, Model::User)?;
        self.refuse_taken(&new.username, &new.email).await?;
        let password_hash =
            secrets::hash_password(new.password.expose(), self.entropy.as_ref()).map_err(Error::Defect)?;
        let number = UserNumber::new(self.store.next_user_number().await?);
        let identity = Identity { id: UserId::new(self.new_id()), number, password_hash, at: self.now() };
        let user = User::added_to(actor.tenant().organisation(), new, identity);
        let digits = secrets::six_digits(self.entropy.as_ref());
        let is_mailed = self.retrying(async || self.commit_member(actor, &user, &digits).await).await?;
        if is_mailed {
            let letter = CodeLetter::Member(user.username.clone());
            // The member is there: signing up with the same password sends another mail.
            if let Err(error) = mail_code(mailer, letter, user.email.clone(), &digits).await {
                tracing::warn!(%error, "the mail to a new member was not sent");
            }
        }
        self.notify_owner(mailer, actor, &Notice::MemberAdded(user.username.clone())).await;
        as_member(actor, &user, 1)
    }

    /// Writes a new member; says whether the address may be mailed once more.
    async fn commit_member(&self, actor: &Actor, user: &User, digits: &str) -> Result<bool, Error> {
        let now = self.now();
        let mails = match self.next_mail(OtpPurpose::SignUp, &user.email).await {
            Ok(mails) => Some(mails),
            Err(Error::Domain(domain::Error::TooMany { .. })) => None,
            Err(other) => return Err(other),
        };
        let hash = self.claim_hash(&user.email, user.id, digits);
        let code = Code::new(hash, None, now + AddressClaim::MEMBER_WAITS);
        let claim = AddressClaim::of_member(user.id, user.username.clone(), user.email.clone(), code);
        let claims = self.store.address_claims(&user.email).await?.with(claim, now);
        let entry =
            self.entry(AuditEvent::MemberAdded, actor).about(user.number).with("username", user.username.as_str());
        let store = self.store.recording(&entry)?;
        match store.create_member(actor.tenant(), user, mails.as_ref().map(|mails| (&claims, mails))).await {
            Err(StoreError::Taken(unique)) => Err(taken(unique)),
            other => Ok(other.map(|()| mails.is_some())?),
        }
    }

    /// Changes a member's names and groups. New groups hold at once, but for the trust that warm
    /// instances have in a credential.
    pub async fn update_user(
        &self,
        actor: &Actor,
        number: UserNumber,
        patch: MemberPatch,
        expected: Expected,
    ) -> Result<Member, Error> {
        may(actor, Action::Change, Model::User)?;
        self.retrying(async || {
            let member = self.load_member(actor, number).await?;
            check_version(expected, member.version)?;
            let user = self.user_of(&member).await?;
            let before = user.version;
            let user = user.change_member(actor.tenant().organisation(), patch.clone())?;
            let groups = user.role_in(actor.tenant().organisation()).map_or(&[][..], Role::groups);
            let groups: Vec<_> = groups.iter().map(|group| group.as_str()).collect();
            let entry = self.entry(AuditEvent::MemberChanged, actor).about(number).with("groups", groups.join(", "));
            self.store.recording(&entry)?.save_member(actor.tenant(), &user, before, member.version).await?;
            as_member(actor, &user, member.version + 1)
        })
        .await
    }

    /// Removes a member and ends the member's credentials.
    pub async fn delete_user(&self, actor: &Actor, number: UserNumber, expected: Expected) -> Result<(), Error> {
        may(actor, Action::Delete, Model::User)?;
        self.retrying(async || {
            let member = self.load_member(actor, number).await?;
            check_version(expected, member.version)?;
            let user = self.user_of(&member).await?;
            let left = user.clone().leave(actor.tenant().organisation(), self.now())?;
            let entry = self.entry(AuditEvent::MemberRemoved, actor).about(number);
            let entry = entry.with("username", user.username.as_str());
            Ok(self.store.recording(&entry)?.remove_member(actor.tenant(), &member, &user, left.as_ref()).await?)
        })
        .await
    }

    async fn load_member(&self, actor: &Actor, number: UserNumber) -> Result<Member, Error> {
        self.store.member(actor.tenant(), number).await?.ok_or(domain::Error::NotFound.into())
    }

    /// The user behind a member; gone, if somebody removed both just now.
    async fn user_of(&self, member: &Member) -> Result<User, Error> {
        self.store.user(member.id).await?.ok_or(domain::Error::Contended.into())
    }

    /// Refuses a username and an address that are somebody's.
    async fn refuse_taken(&self, username: &Username, email: &Email) -> Result<(), Error> {
        let mut errors = FieldErrors::new();
        if self.store.username_holder(username, self.now()).await?.is_some() {
            errors.add("username", "A user with that username already exists.");
        }
        if self.store.user_by_email(email).await?.is_some() {
            errors.add("email", "A user with that email already exists.");
        }
        errors.into_result().map_err(Error::from)
    }
}

fn as_member(actor: &Actor, user: &User, version: u64) -> Result<Member, Error> {
    let member = Member::of(user, actor.tenant().organisation(), version);
    member.ok_or_else(|| Error::Defect("a member who is none".into()))
}
