//! Tokens, and who one is.

use domain::actor::{Actor, Role};
use domain::user::User;
use domain::{FieldErrors, Group, Permission};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub use crate::accounts::{CredentialsBody, Hidden, MessageJson, OtpBody, SignUpBody};

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
            is_owner: matches!(actor.role(), Role::Owner),
            organization_id: organisation,
            business_id: format!("biz_{}", organisation.simple()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::parse_object;
    use domain::id::{OrganisationId, UserId};
    use domain::text::{Email, ShortText};
    use domain::user::Username;
    use domain::{Author, Tenant};

    #[test]
    fn a_password_keeps_its_white_space_and_is_not_shown_by_debug() {
        let body = br#"{"username": " a", "password": " secret "}"#;
        let credentials = parse_object::<CredentialsBody>(body).unwrap();
        assert!(!format!("{credentials:?}").contains("secret"));
        let credentials = credentials.into_credentials();
        assert_eq!(credentials, Ok(("a".into(), " secret ".into())));
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
            is_verified: true,
            home: organisation,
            memberships: vec![],
            tokens: vec![],
            sessions: vec![],
            credentials_valid_from: None,
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
