//! Members: users as one organisation sees and manages them.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::actor::{Group, Role};
use crate::error::Error;
use crate::id::{OrganisationId, UserId};
use crate::text::{Email, ShortText};
use crate::user::{Membership, Password, User, Username};

/// A user's integer id, unique in the deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserNumber(u64);

impl UserNumber {
    /// Takes an integer as a user's id.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The bare integer.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for UserNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for UserNumber {
    type Err = InvalidNumber;

    fn from_str(text: &str) -> Result<Self, InvalidNumber> {
        // Only the canonical form, as with other ids: no sign and no leading zero.
        let canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        if canonical { text.parse().map(Self).map_err(|_| InvalidNumber) } else { Err(InvalidNumber) }
    }
}

/// The text is not an integer id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A valid integer is required.")]
pub struct InvalidNumber;

/// A member of an organisation: what the organisation sees of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The user's id.
    pub id: UserId,
    /// The user's integer id.
    pub number: UserNumber,
    /// The username.
    pub username: Username,
    /// The e-mail address.
    pub email: Email,
    /// The first name.
    pub first_name: ShortText,
    /// The last name.
    pub last_name: ShortText,
    /// What the user is in the organisation.
    pub role: Role,
    /// When the user was made.
    pub date_joined: Timestamp,
    /// Counts the changes that the organisation sees; signing in is none.
    pub version: u64,
}

impl Member {
    /// A user as a member of an organisation; none if the user is not one.
    #[must_use]
    pub fn of(user: &User, organisation: OrganisationId, version: u64) -> Option<Self> {
        let role = user.role_in(organisation)?.clone();
        Some(Self {
            id: user.id,
            number: UserNumber::new(user.number),
            username: user.username.clone(),
            email: user.email.clone(),
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            role,
            date_joined: user.date_joined,
            version,
        })
    }

    /// The full name, else the username.
    #[must_use]
    pub fn name(&self) -> String {
        let full = format!("{} {}", self.first_name, self.last_name);
        match full.trim() {
            "" => self.username.as_str().to_owned(),
            full => full.to_owned(),
        }
    }

    /// Whether the member is in a group.
    #[must_use]
    pub fn is_in(&self, group: Group) -> bool {
        self.role.groups().contains(&group)
    }
}

/// A member to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMember {
    /// The username.
    pub username: Username,
    /// The e-mail address.
    pub email: Email,
    /// The password.
    pub password: Password,
    /// The first name.
    pub first_name: ShortText,
    /// The last name.
    pub last_name: ShortText,
    /// The groups.
    pub groups: Vec<Group>,
}

/// A change of a member.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemberPatch {
    /// The first name.
    pub first_name: Option<ShortText>,
    /// The last name.
    pub last_name: Option<ShortText>,
    /// The groups; those that are given replace those there were.
    pub groups: Option<Vec<Group>>,
}

/// What a user is given besides what is told by the one who adds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The id.
    pub id: UserId,
    /// The integer id.
    pub number: UserNumber,
    /// The password's argon2id hash in PHC form.
    pub password_hash: String,
    /// Now.
    pub at: Timestamp,
}

impl User {
    /// A user who is added to an organisation. The e-mail address is not proven yet.
    #[must_use]
    pub fn added_to(organisation: OrganisationId, new: NewMember, identity: Identity) -> Self {
        let NewMember { username, email, password: _, first_name, last_name, groups } = new;
        let Identity { id, number, password_hash, at } = identity;
        Self {
            id,
            number: number.get(),
            username,
            email,
            first_name,
            last_name,
            phone: ShortText::default(),
            password_hash,
            email_is_proven: false,
            home: organisation,
            memberships: vec![Membership { organisation, role: member_of(&groups) }],
            tokens: vec![],
            sessions: vec![],
            credentials_valid_from: None,
            ended_jwts: vec![],
            known_sources: vec![],
            second_factor: None,
            date_joined: at,
            version: 1,
        }
    }

    /// The user after an organisation changed its member.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a user who is no member; [`Error::Conflict`] when the owner would be
    /// put into groups, and so be an owner no more.
    pub fn change_member(mut self, organisation: OrganisationId, patch: MemberPatch) -> Result<Self, Error> {
        let MemberPatch { first_name, last_name, groups } = patch;
        let membership = self.memberships.iter_mut().find(|m| m.organisation == organisation).ok_or(Error::NotFound)?;
        if let Some(groups) = groups {
            match &mut membership.role {
                Role::Owner if groups.is_empty() => {}
                Role::Owner => {
                    return Err(Error::Conflict(
                        "The owner has every permission and cannot be put into groups.".into(),
                    ));
                }
                role @ Role::Member(_) => *role = member_of(&groups),
            }
        }
        self.first_name = first_name.unwrap_or(self.first_name);
        self.last_name = last_name.unwrap_or(self.last_name);
        self.version += 1;
        Ok(self)
    }

    /// The user after it left an organisation; none when there is no other organisation for it. No
    /// credential outlives the membership: one that is used without naming an organisation would
    /// quietly write into another one.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a user who is no member; [`Error::Conflict`] for the owner.
    pub fn leave(self, organisation: OrganisationId, now: Timestamp) -> Result<Option<Self>, Error> {
        match self.role_in(organisation).ok_or(Error::NotFound)? {
            Role::Owner => Err(Error::Conflict("The owner cannot be deleted.".into())),
            Role::Member(_) => Ok(self.lose(organisation, now)),
        }
    }

    /// The user as an organisation that is closed leaves them, its owner included: none when it was their only one.
    /// Credentials end, since they may have been made for it.
    #[must_use]
    pub fn lose(mut self, organisation: OrganisationId, now: Timestamp) -> Option<Self> {
        self.memberships.retain(|membership| membership.organisation != organisation);
        let next = self.memberships.first()?;
        if self.home == organisation {
            self.home = next.organisation;
        }
        self.end_credentials(now);
        self.version += 1;
        Some(self)
    }
}

/// The role of a member in some groups, each once and in their own order.
fn member_of(groups: &[Group]) -> Role {
    Role::Member(Group::ALL.into_iter().filter(|group| groups.contains(group)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::TokenHash;

    fn organisation(n: u128) -> OrganisationId {
        OrganisationId::new(uuid::Uuid::from_u128(n))
    }

    fn member(groups: Vec<Group>) -> User {
        let new = NewMember {
            username: Username::parse("ana").unwrap(),
            email: Email::parse("ana@example.com").unwrap(),
            password: Password::parse("SecurePass123!").unwrap(),
            first_name: ShortText::parse("Ana").unwrap(),
            last_name: ShortText::default(),
            groups,
        };
        let id = UserId::new(uuid::Uuid::from_u128(7));
        let identity =
            Identity { id, number: UserNumber::new(7), password_hash: "hash".into(), at: Timestamp::UNIX_EPOCH };
        User::added_to(organisation(1), new, identity)
    }

    fn owner() -> User {
        let memberships = vec![Membership { organisation: organisation(1), role: Role::Owner }];
        User { memberships, ..member(vec![]) }
    }

    fn groups(user: &User) -> &[Group] {
        user.role_in(organisation(1)).unwrap().groups()
    }

    #[test]
    fn a_user_number_has_one_spelling() {
        assert_eq!("17".parse(), Ok(UserNumber::new(17)));
        for wrong in ["", "0", "017", "+17", "-1", "1.0", "1e2", "18446744073709551616", "x", "１"] {
            assert_eq!(wrong.parse::<UserNumber>(), Err(InvalidNumber), "{wrong:?}");
        }
    }

    #[test]
    fn an_added_member_is_in_each_group_once_and_has_not_proven_the_address() {
        let user = member(vec![Group::Operations, Group::Sales, Group::Operations]);
        assert!(!user.email_is_proven);
        assert_eq!((user.home, groups(&user)), (organisation(1), &[Group::Sales, Group::Operations][..]));
        let shown = Member::of(&user, organisation(1), 1).unwrap();
        assert!(shown.is_in(Group::Sales) && !shown.is_in(Group::Instructors));
        assert_eq!(Member::of(&user, organisation(2), 1), None);
    }

    #[test]
    fn a_change_leaves_alone_what_it_leaves_out() {
        let patch = MemberPatch { last_name: Some(ShortText::parse("Diaz").unwrap()), ..MemberPatch::default() };
        let user = member(vec![Group::Sales]).change_member(organisation(1), patch).unwrap();
        assert_eq!((user.display_name().as_str(), groups(&user)), ("Ana Diaz", &[Group::Sales][..]));
        let patch = MemberPatch { groups: Some(vec![]), ..MemberPatch::default() };
        assert!(groups(&user.clone().change_member(organisation(1), patch.clone()).unwrap()).is_empty());
        assert_eq!(user.change_member(organisation(2), patch), Err(Error::NotFound));
    }

    #[test]
    fn the_owner_stays_the_owner() {
        let now = Timestamp::UNIX_EPOCH;
        let sales = MemberPatch { groups: Some(vec![Group::Sales]), ..MemberPatch::default() };
        assert!(matches!(owner().change_member(organisation(1), sales), Err(Error::Conflict(_))));
        assert!(matches!(owner().leave(organisation(1), now), Err(Error::Conflict(_))));
        assert_eq!(owner().lose(organisation(1), now), None, "but for an organisation that is no more");
        let name = MemberPatch {
            first_name: Some(ShortText::parse("Eva").unwrap()),
            groups: Some(vec![]),
            ..MemberPatch::default()
        };
        let user = owner().change_member(organisation(1), name).unwrap();
        assert_eq!((user.display_name().as_str(), user.role_in(organisation(1))), ("Eva", Some(&Role::Owner)));
    }

    #[test]
    fn a_member_who_leaves_ends_or_goes_home_to_another_organisation_without_credentials() {
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(member(vec![]).leave(organisation(1), now), Ok(None));
        assert_eq!(member(vec![]).leave(organisation(2), now), Err(Error::NotFound));
        let mut user = member(vec![]);
        user.memberships.push(Membership { organisation: organisation(2), role: Role::Owner });
        user.add_token(TokenHash { hash: "hash".into(), created_at: now });
        let user = user.leave(organisation(1), now).unwrap().unwrap();
        assert_eq!((user.home, user.tokens.len(), user.role_in(organisation(1))), (organisation(2), 0, None));
        assert_eq!(user.credentials_valid_from, Some(now));
    }
}
