//! What contracts share about accounts: sign-up, passwords, and one-time passwords.

use std::fmt;

use domain::FieldErrors;
use domain::text::{Email, Name, ShortText, Text, unique_key};
use domain::user::{Credentials, Password, SignUp, Username};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, Object, Schema, SchemaFormat, Type};

use crate::wire::{FromWire, OrEmpty, body, or_default, required, text, text_as_sent};

impl FromWire for Username {
    const IS_TEXT: bool = true;

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
pub struct Hidden(pub(crate) String);

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

/// Every character counts, those at the ends included.
impl FromWire for Hidden {
    const IS_TEXT: bool = true;

    fn from_wire(raw: &str) -> Result<Self, String> {
        text_as_sent(raw).map(Self)
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
        /// At least 8 characters, not all of them digits, not one of the most used and no repetition.
        required password: Hidden,
        /// The phone number.
        optional phone_no: Text<0, 15>,
        /// The name of the organisation; the username, if left out.
        optional business_name: OrEmpty<Name>,
    }
}

body! {
    /// A username, or an e-mail address, and its password.
    CredentialsBody {
        /// The username, or the e-mail address.
        required username: String,
        /// The password.
        required password: Hidden,
        /// The code of the second factor, or a recovery code, where the user has one.
        optional otp: OrEmpty<Hidden>,
    }
}

impl CredentialsBody {
    /// The credentials, as they were sent.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_credentials(self) -> Result<Credentials, FieldErrors> {
        let Self { username, password, otp } = self;
        let mut errors = FieldErrors::new();
        let username = required(&mut errors, "username", username);
        let password = required(&mut errors, "password", password);
        let otp = or_default(&mut errors, "otp", otp).map(|Hidden(otp)| otp);
        match (username, password) {
            (Some(login), Some(Hidden(password))) if errors.is_empty() => Ok(Credentials { login, password, otp }),
            _ => Err(errors),
        }
    }
}

/// What a sign-in is told whose password is right, and whose second factor is missing or wrong.
#[must_use]
pub fn second_factor_needed() -> FieldErrors {
    FieldErrors::one("otp", "Enter the code of your authenticator app, or a recovery code.")
}

body! {
    /// A one-time password, and the address that it was sent to.
    OtpBody {
        /// The e-mail address.
        required email: Email,
        /// The six digits that were sent to it.
        required otp: Hidden,
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
        let phone = errors.take("phone_no", ShortText::parse(phone.as_str())).unwrap_or_default();
        let business_name = or_default(&mut errors, "business_name", business_name);
        match (username, email, password) {
            (Some(username), Some(email), Some(password)) if errors.is_empty() => {
                Ok(SignUp { username, email, password, phone, business_name })
            }
            _ => Err(errors),
        }
    }
}

impl OtpBody {
    /// The address, and the digits without what comes along when they are copied.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_proof(self) -> Result<(Email, String), FieldErrors> {
        let Self { email, otp } = self;
        let mut errors = FieldErrors::new();
        let email = required(&mut errors, "email", email);
        let otp = required(&mut errors, "otp", otp);
        email.zip(otp.map(|Hidden(otp)| unique_key(&otp))).ok_or(errors)
    }
}

/// A new password under the name `new_password`; what is wrong with it goes among the errors.
pub(crate) fn new_password_of(errors: &mut FieldErrors, sent: &Hidden) -> Option<Password> {
    let checked = Password::parse(sent.expose());
    let told = |wrong: FieldErrors| {
        wrong.iter().flat_map(|(_, told)| told).for_each(|message| errors.add("new_password", message.as_str()));
    };
    checked.map_err(told).ok()
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Message)]
pub struct MessageJson {
    /// The message.
    pub message: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::parse_object;
    use serde_json::{Value, json};

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
    fn a_one_time_password_is_read_without_what_is_copied_along() {
        for otp in ["123456", " 123456\n", "\u{200b}123456\u{a0}", "１２３４５６"] {
            let body = json!({"email": " john@example.com ", "otp": otp}).to_string();
            let (email, digits) = parse_object::<OtpBody>(body.as_bytes()).unwrap().into_proof().unwrap();
            assert_eq!((email.as_str(), digits.as_str()), ("john@example.com", "123456"), "{otp:?}");
        }
    }

    #[test]
    fn every_wrong_field_of_a_sign_up_is_named() {
        let wrong =
            sign_up(json!({"username": "a b", "email": "x", "password": "1234", "business_name": null})).unwrap_err();
        let counts: Vec<_> = wrong.iter().map(|(field, messages)| (field, messages.len())).collect();
        assert_eq!(counts, [("username", 1), ("email", 1), ("password", 2)]);
    }
}
