//! Users: the members of the organisation (crm, section 8).

use domain::actor::Role;
use domain::member::{Member, MemberPatch, NewMember};
use domain::text::{Email, ShortText};
use domain::user::{Password, Username};
use domain::{FieldErrors, Group};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::accounts::Hidden;
use crate::wire::{body, optional, required, text};

body! {
    /// A member to be added to the organisation.
    UserBody {
        /// The username, unique in the deployment.
        required username: Username,
        /// The e-mail address. It is the member's once the mail to it is answered at `/api/verify-signup-otp/`.
        required email: Email,
        /// At least 8 characters, not all of them digits, not one of the most used and no repetition.
        required password: Hidden,
        /// First name.
        optional first_name: ShortText,
        /// Last name.
        optional last_name: ShortText,
        /// The groups, which decide what the member may do.
        required groups: Vec<Group>,
    }
}

body! {
    /// A change of a member.
    UserUpdateBody {
        /// First name.
        optional first_name: ShortText,
        /// Last name.
        optional last_name: ShortText,
        /// The groups; the list that is sent replaces the list. The owner is in none.
        optional groups: Vec<Group>,
    }
}

impl UserBody {
    /// The member to be added.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_new(self) -> Result<NewMember, FieldErrors> {
        let Self { username, email, password, first_name, last_name, groups } = self;
        let mut errors = FieldErrors::new();
        let username = required(&mut errors, "username", username);
        let email = required(&mut errors, "email", email);
        let password = required(&mut errors, "password", password)
            .and_then(|password| Password::parse(password.expose()).map_err(|wrong| errors.merge(wrong)).ok());
        let first_name = text(&mut errors, "first_name", first_name).unwrap_or_default();
        let last_name = text(&mut errors, "last_name", last_name).unwrap_or_default();
        let groups = required(&mut errors, "groups", groups);
        match (username, email, password, groups) {
            (Some(username), Some(email), Some(password), Some(groups)) if errors.is_empty() => {
                Ok(NewMember { username, email, password, first_name, last_name, groups })
            }
            _ => Err(errors),
        }
    }
}

impl UserUpdateBody {
    /// The change to be made.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn into_patch(self) -> Result<MemberPatch, FieldErrors> {
        let Self { first_name, last_name, groups } = self;
        let mut errors = FieldErrors::new();
        let patch = MemberPatch {
            first_name: text(&mut errors, "first_name", first_name),
            last_name: text(&mut errors, "last_name", last_name),
            groups: optional(&mut errors, "groups", groups),
        };
        errors.into_result().map(|()| patch)
    }
}

/// A member of the organisation, as the owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserJson {
    /// The integer id, unique in the deployment.
    pub id: u64,
    /// The UUID by which other contracts know the user.
    pub uuid: Uuid,
    /// The username.
    pub username: String,
    /// The e-mail address.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// The groups.
    pub groups: Vec<&'static str>,
    /// Whether the user owns the organisation.
    pub is_owner: bool,
    /// When the user was made.
    pub date_joined: Timestamp,
}

impl From<&Member> for UserJson {
    fn from(member: &Member) -> Self {
        let Member { id, number, username, email, first_name, last_name, role, date_joined, version: _ } = member;
        Self {
            id: number.get(),
            uuid: id.uuid(),
            username: username.as_str().to_owned(),
            email: email.to_string(),
            first_name: first_name.to_string(),
            last_name: last_name.to_string(),
            groups: role.groups().iter().copied().map(Group::as_str).collect(),
            is_owner: *role == Role::Owner,
            date_joined: *date_joined,
        }
    }
}

/// A member of a group, as every other member sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = GroupMember)]
pub struct GroupMemberJson {
    /// The integer id.
    pub id: u64,
    /// The full name, else the username.
    pub name: String,
    /// The username.
    pub username: String,
    /// The e-mail address.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
}

impl From<&Member> for GroupMemberJson {
    fn from(member: &Member) -> Self {
        let Member { id: _, number, username, email, first_name, last_name, role: _, date_joined: _, version: _ } =
            member;
        Self {
            id: number.get(),
            name: member.name(),
            username: username.as_str().to_owned(),
            email: email.to_string(),
            first_name: first_name.to_string(),
            last_name: last_name.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::parse_object;
    use domain::id::UserId;
    use domain::member::UserNumber;
    use serde_json::{Value, json};

    fn new(json: Value) -> Result<NewMember, FieldErrors> {
        parse_object::<UserBody>(json.to_string().as_bytes()).unwrap().into_new()
    }

    #[test]
    fn a_member_is_read_field_by_field() {
        let NewMember { username, email, password, first_name, last_name, groups } = new(json!({
            "username": "ana", "email": "ana@example.com", "password": " SecurePass", "first_name": "Ana",
            "last_name": null, "groups": ["Teacher Assistant", "Sales"], "is_owner": true
        }))
        .unwrap();
        assert_eq!((username.as_str(), email.as_str(), password.expose()), ("ana", "ana@example.com", " SecurePass"));
        assert_eq!((first_name.as_str(), last_name.as_str()), ("Ana", ""));
        assert_eq!(groups, [Group::TeacherAssistant, Group::Sales]);
    }

    #[test]
    fn every_wrong_field_of_a_member_is_named() {
        let fields = |json| new(json).unwrap_err().iter().map(|(field, _)| field.to_owned()).collect::<Vec<_>>();
        assert_eq!(fields(json!({})), ["username", "email", "password", "groups"]);
        let wrong =
            json!({"username": "a b", "email": "x", "password": "12345678", "first_name": 1, "groups": ["Boss"]});
        assert_eq!(fields(wrong), ["username", "email", "password", "first_name", "groups"]);
    }

    #[test]
    fn a_change_says_only_what_was_sent() {
        let patch = |json: Value| parse_object::<UserUpdateBody>(json.to_string().as_bytes()).unwrap().into_patch();
        assert_eq!(patch(json!({"username": "other", "is_owner": true})), Ok(MemberPatch::default()));
        let expected = MemberPatch {
            last_name: Some(ShortText::default()),
            groups: Some(vec![Group::Operations]),
            ..MemberPatch::default()
        };
        assert_eq!(patch(json!({"last_name": "", "groups": ["Operations"]})), Ok(expected));
        assert_eq!(patch(json!({"groups": null})).unwrap_err().to_string(), "groups: This field may not be null.");
    }

    #[test]
    fn a_member_is_shown_as_the_contract_says() {
        let member = Member {
            id: UserId::new(Uuid::from_u128(0xabc)),
            number: UserNumber::new(7),
            username: Username::parse("ana").unwrap(),
            email: Email::parse("ana@example.com").unwrap(),
            first_name: ShortText::parse("Ana").unwrap(),
            last_name: ShortText::default(),
            role: Role::Member(vec![Group::TeacherAssistant]),
            date_joined: "2026-03-01T10:00:00Z".parse().unwrap(),
            version: 1,
        };
        let user = json!({
            "id": 7, "uuid": "00000000-0000-0000-0000-000000000abc", "username": "ana", "email": "ana@example.com",
            "first_name": "Ana", "last_name": "", "groups": ["Teacher Assistant"], "is_owner": false,
            "date_joined": "2026-03-01T10:00:00Z"
        });
        assert_eq!(serde_json::to_value(UserJson::from(&member)).unwrap(), user);
        let row = json!({
            "id": 7, "name": "Ana", "username": "ana", "email": "ana@example.com", "first_name": "Ana", "last_name": ""
        });
        assert_eq!(serde_json::to_value(GroupMemberJson::from(&member)).unwrap(), row);
        let named = |first: &str, last: &str| {
            let [first_name, last_name] = [first, last].map(|name| ShortText::parse(name).unwrap());
            GroupMemberJson::from(&Member { first_name, last_name, ..member.clone() }).name
        };
        assert_eq!([named("Ana", "Lopez"), named("", "Lopez"), named("", "")], ["Ana Lopez", "Lopez", "ana"]);
        assert!(UserJson::from(&Member { role: Role::Owner, ..member }).is_owner);
    }
}
