//! Members of an organisation, in the order of their numbers.
//!
//! A member's item carries a copy of what the organisation sees of the user, so that a page of
//! members is one query. Whatever changes the copy changes the user's item in the same commit.

use domain::Tenant;
use domain::actor::{Group, Role};
use domain::claim::AddressClaims;
use domain::id::UserId;
use domain::member::{Member, UserNumber};
use domain::otp::{OtpMails, OtpPurpose};
use domain::text::{Email, ShortText};
use domain::user::{User, Username};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::claims::{put_claims, put_username};
use crate::codec::{Stored, decode, encode, encode_body};
use crate::error::StoreError;
use crate::keys::{self, Key};
use crate::lists::{Page, PageRequest, of_partition};
use crate::otps::put_mails;
use crate::table::{Item, Query, n};
use crate::transaction::Transaction;

/// A member's item. Items of the form's first days name the user alone, who then is the owner.
struct Row {
    user: UserId,
    member: Option<Member>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RowBody {
    user: UserId,
    #[serde(default)]
    member: Option<MemberBody>,
    version: u64,
}

/// The version of a member whom nobody has changed.
const FIRST_VERSION: u64 = 1;
/// An item of the first form need not say its version, and is not changed since.
const SAME_VERSION: &str = "version = :before OR attribute_not_exists(version)";

#[derive(Debug, Serialize, Deserialize)]
struct MemberBody {
    number: u64,
    username: String,
    email: Email,
    first_name: ShortText,
    last_name: ShortText,
    /// None for an owner.
    groups: Option<Vec<String>>,
    date_joined: Timestamp,
}

impl Stored for Row {
    type Body = RowBody;
    const MODEL: Option<&'static str> = None;

    fn body(&self) -> RowBody {
        let Self { user, member } = self;
        let version = member.as_ref().map_or(FIRST_VERSION, |member| member.version);
        RowBody { user: *user, member: member.as_ref().map(member_body), version }
    }

    fn restore(body: RowBody) -> Result<Self, StoreError> {
        let RowBody { user, member, version } = body;
        Ok(Self { user, member: member.map(|member| restore_member(user, member, version)).transpose()? })
    }
}

fn member_body(member: &Member) -> MemberBody {
    let Member { id: _, number, username, email, first_name, last_name, role, date_joined, version: _ } =
        member.clone();
    MemberBody {
        number: number.get(),
        username: username.as_str().to_owned(),
        email,
        first_name,
        last_name,
        groups: role_to_groups(role),
        date_joined,
    }
}

fn restore_member(id: UserId, body: MemberBody, version: u64) -> Result<Member, StoreError> {
    let MemberBody { number, username, email, first_name, last_name, groups, date_joined } = body;
    Ok(Member {
        id,
        number: UserNumber::new(number),
        username: Username::parse(&username).map_err(StoreError::corrupt)?,
        email,
        first_name,
        last_name,
        role: role_from_groups(groups)?,
        date_joined,
        version,
    })
}

/// A role as it is kept: the groups' names, or none for an owner.
pub(crate) fn role_to_groups(role: Role) -> Option<Vec<String>> {
    match role {
        Role::Owner => None,
        Role::Member(groups) => Some(groups.iter().map(Group::to_string).collect()),
    }
}

/// Reads a role back.
pub(crate) fn role_from_groups(groups: Option<Vec<String>>) -> Result<Role, StoreError> {
    let Some(groups) = groups else { return Ok(Role::Owner) };
    let groups = groups.iter().map(|group| group.parse()).collect::<Result<_, _>>();
    groups.map(Role::Member).map_err(StoreError::corrupt)
}

fn key(tenant: Tenant, number: UserNumber) -> Key {
    keys::membership(tenant, number.get())
}

fn is_no_member() -> StoreError {
    StoreError::corrupt("a member's item of a user who is no member")
}

/// The item of a user who is new to an organisation.
pub(crate) fn new_member_item(tenant: Tenant, user: &User) -> Result<Item, StoreError> {
    member_item(tenant, user, FIRST_VERSION)
}

fn member_item(tenant: Tenant, user: &User, version: u64) -> Result<Item, StoreError> {
    let member = Member::of(user, tenant.organisation(), version).ok_or_else(is_no_member)?;
    let key = key(tenant, member.number);
    encode(&Row { user: user.id, member: Some(member) }, &key)
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`], and the writes
/// with [`StoreError::Raced`] too.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// A member of the organisation.
    pub async fn member(&self, tenant: Tenant, number: UserNumber) -> Result<Option<Member>, StoreError> {
        match self.find(&key(tenant, number)).await? {
            Some(row) => self.whole(tenant, row).await.map(Some),
            None => Ok(None),
        }
    }

    /// A page of the members, or of those in a group, in the order of their numbers.
    pub async fn members(
        &self,
        tenant: Tenant,
        group: Option<Group>,
        page: PageRequest,
    ) -> Result<Page<Member>, StoreError> {
        let pk = keys::members(tenant);
        let start = page.after.map(|sk| Key { pk: pk.clone(), sk }.attributes());
        let query = Query { start, ..of_partition(pk) };
        let is_wanted = |row: &Row| group.is_none_or(|group| row.member.as_ref().is_some_and(|m| m.is_in(group)));
        let found = self.page_of(query, page.limit, group.is_some().then_some(&is_wanted as _)).await?;
        let mut rows = Vec::with_capacity(found.rows.len());
        for row in found.rows {
            rows.push(self.whole(tenant, row).await?);
        }
        Ok(Page { rows, next: found.next })
    }

    /// Up to 100 members by their numbers, in no order; who is none is left out.
    pub async fn members_of(&self, tenant: Tenant, numbers: &[u64]) -> Result<Vec<Member>, StoreError> {
        let keys: Vec<_> = numbers.iter().map(|number| keys::membership(tenant, *number)).collect();
        let mut members = Vec::with_capacity(keys.len());
        for item in self.table.get_all(&keys).await? {
            members.push(self.whole(tenant, decode(item)?).await?);
        }
        Ok(members)
    }

    /// A member's item, completed from the user's where it has no copy yet.
    async fn whole(&self, tenant: Tenant, row: Row) -> Result<Member, StoreError> {
        if let Some(member) = row.member {
            return Ok(member);
        }
        let user = self.user(row.user).await?;
        user.and_then(|user| Member::of(&user, tenant.organisation(), FIRST_VERSION)).ok_or_else(is_no_member)
    }

    /// Writes a new user as a member of an organisation, with the claims to the address and the mail to it, if one is
    /// sent. [`StoreError::Taken`] for the username.
    pub async fn create_member(
        &self,
        tenant: Tenant,
        user: &User,
        mailed: Option<(&AddressClaims, &OtpMails)>,
    ) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        put_username(&mut commit, &user.username, user.id, None, user.date_joined);
        commit.create(encode(user, &keys::user(user.id))?);
        commit.create(new_member_item(tenant, user)?);
        if let Some((claims, mails)) = mailed {
            put_claims(&mut commit, &user.email, claims)?;
            put_mails(&mut commit, OtpPurpose::SignUp, &user.email, mails)?;
        }
        commit.commit(&self.table).await
    }

    /// Writes a user over the version `user_before`, and the copies of it in all its organisations:
    /// in this one over the version `member_before`.
    pub async fn save_member(
        &self,
        tenant: Tenant,
        user: &User,
        user_before: u64,
        member_before: u64,
    ) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(encode(user, &keys::user(user.id))?, user_before);
        commit.put_if(member_item(tenant, user, member_before + 1)?, SAME_VERSION, before(member_before));
        for membership in user.memberships.iter().filter(|m| m.organisation != tenant.organisation()) {
            let other = Tenant::trusted(membership.organisation);
            let copy = self.member(other, UserNumber::new(user.number)).await?.ok_or(StoreError::Raced)?;
            commit.put_if(member_item(other, user, copy.version + 1)?, SAME_VERSION, before(copy.version));
        }
        commit.commit(&self.table).await
    }

    /// Removes a member. `user` is the user as it was read, `left` what is left of it; when nothing
    /// is, its username and e-mail address are free again.
    pub async fn remove_member(
        &self,
        tenant: Tenant,
        member: &Member,
        user: &User,
        left: Option<&User>,
    ) -> Result<(), StoreError> {
        let (key, row) = (key(tenant, member.number), Row { user: user.id, member: Some(member.clone()) });
        let mut commit = Transaction::new();
        commit.put(encode_body(&row.body(), &keys::trash(tenant, &key))?);
        commit.remove_if(key, SAME_VERSION, before(member.version));
        self.put_left(&mut commit, user, left).await?;
        commit.commit(&self.table).await
    }

    /// Writes what is left of a user; when nothing is, its username and e-mail address are free again.
    async fn put_left(&self, commit: &mut Transaction, user: &User, left: Option<&User>) -> Result<(), StoreError> {
        if let Some(left) = left {
            commit.replace(encode(left, &keys::user(user.id))?, user.version);
            return Ok(());
        }
        commit.remove(keys::user(user.id), user.version);
        commit.release(username_key(&user.username), user.id.uuid());
        if user.email_is_proven {
            commit.release(email_key(&user.email), user.id.uuid());
            return Ok(());
        }
        let claims = self.address_claims(&user.email).await?;
        if claims.claims.iter().any(|claim| claim.user == user.id) {
            put_claims(commit, &user.email, &claims.without(user.id))?;
        }
        Ok(())
    }
}

/// For an organisation that is being closed; as the others fail.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// Some of the members: their numbers and ids.
    pub async fn some_members(&self, tenant: Tenant, limit: usize) -> Result<Vec<(UserNumber, UserId)>, StoreError> {
        let query = Query { limit: Some(limit), ..of_partition(keys::members(tenant)) };
        let items = self.table.query(query).await?.items;
        let row = |item: Item| {
            let number = item.get("sk").and_then(|sk| sk.as_s().ok()?.parse().ok());
            let number = number.ok_or_else(|| StoreError::corrupt("a member without a number"))?;
            Ok((UserNumber::new(number), decode::<Row>(item)?.user))
        };
        items.into_iter().map(row).collect()
    }

    /// Removes a member for good. `user` is the user as it was read, `left` what is left of it, as in
    /// [`Store::remove_member`]; without a user, only the member's item is there to remove.
    pub async fn end_membership(
        &self,
        tenant: Tenant,
        number: UserNumber,
        user: Option<&User>,
        left: Option<&User>,
    ) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.remove_if(key(tenant, number), "attribute_exists(pk)", Item::new());
        if let Some(user) = user {
            self.put_left(&mut commit, user, left).await?;
        }
        commit.commit(&self.table).await
    }
}

fn before(version: u64) -> Item {
    [(":before".to_owned(), n(version))].into()
}

pub(crate) fn username_key(username: &Username) -> Key {
    keys::unique("USERNAME", &username.folded())
}

pub(crate) fn email_key(email: &Email) -> Key {
    keys::unique("EMAIL", &email.folded())
}
