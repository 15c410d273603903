//! Tokens, and who one is.

use domain::actor::Actor;
use domain::user::{Password, User};
use domain::{FieldErrors, Group, Permission};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::accounts::new_password_of;
pub use crate::accounts::{CredentialsBody, Hidden, MessageJson, OtpBody, SignUpBody, second_factor_needed};
use crate::wire::{body, required};

body! {
    /// A password in place of another one.
    PasswordChangeBody {
        /// The password that the caller has.
        required old_password: Hidden,
        /// At least 8 characters, not all of them digits, not one of the most used and no repetition.
        required new_password: Hidden,
    }
}

/// After the change of a password.
pub const PASSWORD_CHANGED: MessageJson = MessageJson { message: "Password changed successfully!" };

impl PasswordChangeBody {
    /// The old password as it was sent, and the new one.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_change(self) -> Result<(String, Password), FieldErrors> {
        let Self { old_password, new_password } = self;
        let mut errors = FieldErrors::new();
        let old = required(&mut errors, "old_password", old_password);
        let new = required(&mut errors, "new_password", new_password);
        let new = new.and_then(|new| new_password_of(&mut errors, &new));
        old.map(|Hidden(old)| old).zip(new).ok_or(errors)
    }
}

/// What a change is told whose old password is another one.
#[must_use]
pub fn old_password_refused() -> FieldErrors {
    FieldErrors::one("old_password", "Your old password was entered incorrectly. Please enter it again.")
}

/// What a username and a password that do not belong together are told.
#[must_use]
pub fn credentials_refused() -> FieldErrors {
    FieldErrors::one(FieldErrors::NON_FIELD, "Unable to log in with provided credentials.")
}

/// A token.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Token)]
pub struct TokenJson {
    /// Send it as `Authorization: Token <token>`.
    pub token: String,
}

/// Who the caller is, and what the caller may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Me)]
pub struct MeJson {
    /// The user's integer id.
    pub id: u64,
    /// The username.
    pub username: String,
    /// The groups.
    pub groups: Vec<&'static str>,
    /// The permissions, such as `app.add_client`.
    pub permissions: Vec<String>,
    /// The user's UUID.
    pub uuid: Uuid,
    /// The e-mail address.
    pub email: String,
    /// Whether the user owns the organisation.
    pub is_owner: bool,
    /// The organisation.
    pub organization_id: Uuid,
    /// The organisation as clawprint names it.
    pub business_id: String,
}

impl MeJson {
    /// The caller, in the organisation of the request.
    #[must_use]
    pub fn new(user: &User, actor: &Actor) -> Self {
        let organisation = actor.tenant().organisation().uuid();
        Self {
            id: user.number,
            username: user.username.as_str().to_owned(),
            groups: actor.role().groups().iter().copied().map(Group::as_str).collect(),
            permissions: actor.permissions().iter().map(Permission::to_string).collect(),
            uuid: user.id.uuid(),
            email: user.email.to_string(),
            is_owner: actor.is_owner(),
            organization_id: organisation,
            business_id: format!("biz_{}", organisation.simple()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::parse_object;
    use domain::actor::Role;
    use domain::id::{OrganisationId, UserId};
    use domain::text::{Email, ShortText};
    use domain::user::{Credentials, Username};
    use domain::{Author, Tenant};

    #[test]
    fn a_password_keeps_its_white_space_and_is_not_shown_by_debug() {
        let body = br#"{"username": " a", "password": " secret "}"#;
        let credentials = parse_object::<CredentialsBody>(body).unwrap();
        assert!(!format!("{credentials:?}").contains("secret"));
        let credentials = credentials.into_credentials();
        let expected = Credentials { login: "a".into(), password: " secret ".into(), otp: None };
        assert_eq!(credentials, Ok(expected));
    }

    #[test]
    fn a_change_of_password_names_what_is_wrong_with_the_new_one_under_its_name() {
        let change = |json: &str| parse_object::<PasswordChangeBody>(json.as_bytes()).unwrap().into_change();
        let (old, new) = change(r#"{"old_password": " any ", "new_password": "NewSecurePass456!"}"#).unwrap();
        assert_eq!((old.as_str(), new.expose()), (" any ", "NewSecurePass456!"));
        let fields =
            |json: &str| change(json).unwrap_err().iter().map(|(field, _)| field.to_owned()).collect::<Vec<_>>();
        assert_eq!(fields("{}"), ["old_password", "new_password"]);
        assert_eq!(fields(r#"{"old_password": "x", "new_password": "abcabcabc"}"#), ["new_password"]);
    }

    #[test]
    fn me_names_the_user_the_groups_and_the_organisation() {
        let organisation = OrganisationId::new(Uuid::from_u128(0xabc));
        let user = User {
            id: UserId::new(Uuid::from_u128(1)),
            number: 1,
            username: Username::parse("user.name").unwrap(),
            email: Email::parse("user@example.com").unwrap(),
            first_name: ShortText::default(),
            last_name: ShortText::default(),
            phone: ShortText::default(),
            password_hash: String::new(),
            email_is_proven: true,
            home: organisation,
            memberships: vec![],
            tokens: vec![],
            sessions: vec![],
            credentials_valid_from: None,
            ended_jwts: vec![],
            known_sources: vec![],
            second_factor: None,
            date_joined: jiff::Timestamp::UNIX_EPOCH,
            version: 1,
        };
        let author = Author { id: user.id, number: 1, name: "user.name".into() };
        let actor = Actor::new(Tenant::trusted(organisation), author, Role::Member(vec![Group::Sales]));
        let me = MeJson::new(&user, &actor);
        assert_eq!((me.id, me.groups.as_slice(), me.is_owner), (1, &["Sales"][..], false));
        assert!(
            me.permissions.contains(&"app.add_lead".to_owned())
                && me.permissions.contains(&"app.view_client".to_owned())
        );
        assert_eq!(me.business_id, "biz_00000000000000000000000000000abc");
        assert_eq!(me.organization_id.to_string(), "00000000-0000-0000-0000-000000000abc");
    }
}
