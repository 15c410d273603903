//! Sign-up, tokens, and who one is. Sign-up and its proof speak as the document that defines them
//! does: a message, or an error by its words.

use std::fmt;

use domain::actor::{Actor, Role};
use domain::text::{Email, Name, ShortText};
use domain::user::{Password, SignUp, User, Username};
use domain::{FieldErrors, Group, Permission};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, Object, Schema, SchemaFormat, Type};
use uuid::Uuid;

use crate::Rendered;
use crate::wire::{FromWire, OrEmpty, body, or_default, required, text};

impl FromWire for Username {
    fn from_wire(raw: &str) -> Result<Self, String> {
        Self::parse(&String::from_wire(raw)?)
    }

    fn schema() -> RefOr<Schema> {
        let pattern = r"^[\w.@+-]+$";
        Object::builder().schema_type(Type::String).max_length(Some(150)).pattern(Some(pattern)).into()
    }
}

/// Text that `Debug` does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(String);

impl Hidden {
    /// The text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(…)")
    }
}

impl FromWire for Hidden {
    fn from_wire(raw: &str) -> Result<Self, String> {
        String::from_wire(raw).map(Self)
    }

    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::Password);
        Object::builder().schema_type(Type::String).format(Some(format)).into()
    }
}

body! {
    /// What a person signs up with.
    SignUpBody {
        /// The username, unique in the deployment.
        required username: Username,
        /// The e-mail address; a one-time password is sent to it.
        required email: Email,
        /// At least 8 characters, not all of them digits.
        required password: Hidden,
        /// The phone number.
        optional phone_no: ShortText,
        /// The name of the organisation; the username, if left out.
        optional business_name: OrEmpty<Name>,
    }
}

body! {
    /// The proof of an e-mail address.
    VerifySignUpBody {
        /// The e-mail address.
        required email: Email,
        /// The six digits that were sent to it.
        required otp: Hidden,
    }
}

body! {
    /// A username and its password.
    CredentialsBody {
        /// The username.
        required username: String,
        /// The password.
        required password: Hidden,
    }
}

impl SignUpBody {
    /// The sign-up.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_sign_up(self) -> Result<SignUp, FieldErrors> {
        let Self { username, email, password, phone_no, business_name } = self;
        let mut errors = FieldErrors::new();
        let username = required(&mut errors, "username", username);
        let email = required(&mut errors, "email", email);
        let password = required(&mut errors, "password", password)
            .and_then(|Hidden(password)| Password::parse(&password).map_err(|wrong| errors.merge(wrong)).ok());
        let phone = text(&mut errors, "phone_no", phone_no).unwrap_or_default();
        let business_name = or_default(&mut errors, "business_name", business_name);
        match (username, email, password) {
            (Some(username), Some(email), Some(password)) if errors.is_empty() => {
                Ok(SignUp { username, email, password, phone, business_name })
            }
            _ => Err(errors),
        }
    }
}

impl VerifySignUpBody {
    /// The address, and the digits as they were sent.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_proof(self) -> Result<(Email, String), FieldErrors> {
        let Self { email, otp } = self;
        let mut errors = FieldErrors::new();
        let email = required(&mut errors, "email", email);
        let otp = required(&mut errors, "otp", otp);
        email.zip(otp.map(|Hidden(otp)| otp)).ok_or(errors)
    }
}

impl CredentialsBody {
    /// The username and the password, as they were sent.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_credentials(self) -> Result<(String, String), FieldErrors> {
        let Self { username, password } = self;
        let mut errors = FieldErrors::new();
        let username = required(&mut errors, "username", username);
        let password = required(&mut errors, "password", password);
        username.zip(password.map(|Hidden(password)| password)).ok_or(errors)
    }
}

/// What a username and a password that do not belong together are told.
#[must_use]
pub fn credentials_refused() -> FieldErrors {
    FieldErrors::one(FieldErrors::NON_FIELD, "Unable to log in with provided credentials.")
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Message)]
pub struct MessageJson {
    /// The message.
    pub message: &'static str,
}

impl MessageJson {
    /// After a sign-up.
    pub const SIGNED_UP: Self =
        Self { message: "User created successfully. Please verify the OTP sent to your email." };
    /// After its proof.
    pub const VERIFIED: Self = Self { message: "Signup OTP verified successfully!" };
}

/// Why the proof of an address was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtpRefusal {
    /// The one-time password is too old, or wrong tries have spent it.
    Expired,
    /// It is another one.
    Invalid,
    /// None was sent, or it has been used.
    NotFound,
    /// Nobody signed up with this address.
    UnknownUser,
}

impl OtpRefusal {
    /// The refusal in the document's form.
    #[must_use]
    pub fn render(self) -> Rendered {
        let (status, error) = match self {
            Self::Expired => (400, "OTP expired"),
            Self::Invalid => (400, "Invalid OTP"),
            Self::NotFound => (400, "No OTP found"),
            Self::UnknownUser => (404, "User not found"),
        };
        Rendered { status, headers: Vec::new(), body: json!({ "error": error }) }
    }
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
    use domain::{Author, Tenant};
    use serde_json::Value;

    fn sign_up(json: Value) -> Result<SignUp, FieldErrors> {
        parse_object::<SignUpBody>(json.to_string().as_bytes()).unwrap().into_sign_up()
    }

    #[test]
    fn the_documents_sign_up_is_read_field_by_field() {
        let SignUp { username, email, password, phone, business_name } = sign_up(json!({
            "username": "john_doe", "email": "john@example.com", "password": "SecurePass123!",
            "phone_no": "+919876543210", "business_name": "John's Store"
        }))
        .unwrap();
        assert_eq!((username.as_str(), email.as_str()), ("john_doe", "john@example.com"));
        assert_eq!((password.expose(), phone.as_str()), ("SecurePass123!", "+919876543210"));
        assert_eq!(business_name.unwrap().as_str(), "John's Store");
    }

    #[test]
    fn every_wrong_field_of_a_sign_up_is_named() {
        let wrong =
            sign_up(json!({"username": "a b", "email": "x", "password": "1234", "business_name": null})).unwrap_err();
        let counts: Vec<_> = wrong.iter().map(|(field, messages)| (field, messages.len())).collect();
        assert_eq!(counts, [("username", 1), ("email", 1), ("password", 2)]);
    }

    #[test]
    fn a_password_keeps_its_white_space_and_is_not_shown_by_debug() {
        let body = br#"{"username": " a", "password": " secret "}"#;
        let credentials = parse_object::<CredentialsBody>(body).unwrap();
        assert!(!format!("{credentials:?}").contains("secret"));
        let credentials = credentials.into_credentials();
        assert_eq!(credentials, Ok((" a".into(), " secret ".into())));
    }

    #[test]
    fn a_refused_proof_has_the_documents_words() {
        let told = |refusal: OtpRefusal| (refusal.render().status, refusal.render().body);
        assert_eq!(told(OtpRefusal::Expired), (400, json!({"error": "OTP expired"})));
        assert_eq!(told(OtpRefusal::Invalid), (400, json!({"error": "Invalid OTP"})));
        assert_eq!(told(OtpRefusal::NotFound), (400, json!({"error": "No OTP found"})));
        assert_eq!(told(OtpRefusal::UnknownUser), (404, json!({"error": "User not found"})));
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
