//! Sign-up, login and the reset of a password, each with a one-time password by mail, and JWTs.

use domain::FieldErrors;
use domain::otp::{OtpPurpose, Refused};
use domain::text::Email;
use domain::user::Password;
use serde::Serialize;
use utoipa::ToSchema;

use super::errors::refused;
use crate::Problem;
use crate::accounts::new_password_of;
pub use crate::accounts::second_factor_needed;
use crate::wire::{OrEmpty, body, or_default, required};

pub use crate::accounts::{CredentialsBody, Hidden, MessageJson, OtpBody, SignUpBody};

body! {
    /// An address and its user's password.
    LoginBody {
        /// The e-mail address.
        required email: Email,
        /// The password.
        required password: Hidden,
        /// The code of the second factor, or a recovery code, where the user has one.
        optional otp: OrEmpty<Hidden>,
    }
}

body! {
    /// The address of who has forgotten the password.
    ForgetPasswordBody {
        /// The e-mail address; a one-time password is sent to it.
        required email: Email,
    }
}

body! {
    /// A new password.
    ResetPasswordBody {
        /// The e-mail address whose one-time password was verified.
        required email: Email,
        /// At least 8 characters, not all of them digits, not one of the most used and no repetition.
        required new_password: Hidden,
        /// The token that the verification answered. It may be left out where its cookie is sent, or where the address
        /// was verified from.
        optional reset_token: OrEmpty<Hidden>,
    }
}

body! {
    /// A refresh token.
    RefreshBody {
        /// The token that came with the last access token of a login.
        required refresh: Hidden,
    }
}

impl LoginBody {
    /// The address, the password and the code of a second factor, as they were sent.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_login(self) -> Result<(Email, Hidden, Option<String>), FieldErrors> {
        let Self { email, password, otp } = self;
        let mut errors = FieldErrors::new();
        let email = required(&mut errors, "email", email);
        let password = required(&mut errors, "password", password);
        let otp = or_default(&mut errors, "otp", otp).map(|Hidden(otp)| otp);
        match (email, password) {
            (Some(email), Some(password)) if errors.is_empty() => Ok((email, password, otp)),
            _ => Err(errors),
        }
    }
}

impl ForgetPasswordBody {
    /// The address.
    ///
    /// # Errors
    /// It is missing or wrong.
    pub fn into_email(self) -> Result<Email, FieldErrors> {
        let Self { email } = self;
        let mut errors = FieldErrors::new();
        required(&mut errors, "email", email).ok_or(errors)
    }
}

impl ResetPasswordBody {
    /// The address, the password that it gets, and the token that proves the reset, if one was sent.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_reset(self) -> Result<(Email, Password, Option<Hidden>), FieldErrors> {
        let Self { email, new_password, reset_token } = self;
        let mut errors = FieldErrors::new();
        let email = required(&mut errors, "email", email);
        let password = required(&mut errors, "new_password", new_password);
        let password = password.and_then(|sent| new_password_of(&mut errors, &sent));
        let token = or_default(&mut errors, "reset_token", reset_token);
        match email.zip(password) {
            Some((email, password)) if errors.is_empty() => Ok((email, password, token)),
            Some(_) | None => Err(errors),
        }
    }
}

impl RefreshBody {
    /// The token.
    ///
    /// # Errors
    /// It is missing or wrong.
    pub fn into_token(self) -> Result<Hidden, FieldErrors> {
        let Self { refresh } = self;
        let mut errors = FieldErrors::new();
        required(&mut errors, "refresh", refresh).ok_or(errors)
    }
}

/// After a sign-up.
pub const SIGNED_UP: MessageJson =
    MessageJson { message: "User created successfully. Please verify the OTP sent to your email." };
/// After its proof.
pub const SIGN_UP_VERIFIED: MessageJson = MessageJson { message: "Signup OTP verified successfully!" };
/// After the first step of a login.
pub const LOGIN_SENT: MessageJson = MessageJson { message: "OTP sent to your email. Please verify to proceed." };
/// After the first step of a reset.
pub const RESET_SENT: MessageJson =
    MessageJson { message: "OTP sent to your email. Please verify to reset your password." };
/// After the reset.
pub const PASSWORD_RESET: MessageJson = MessageJson { message: "Password reset successfully!" };

/// The proof of a reset.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ResetVerified)]
pub struct ResetVerifiedJson {
    /// That the address is proven.
    pub message: &'static str,
    /// Send it with the new password, once and within 10 minutes. It is set as a cookie too.
    pub reset_token: String,
}

impl ResetVerifiedJson {
    /// The proof of a token.
    #[must_use]
    pub const fn new(reset_token: String) -> Self {
        Self { message: "Forget Password OTP verified successfully!", reset_token }
    }
}

/// A pair of JWTs.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = LoggedIn)]
pub struct LoggedInJson {
    /// That the login is complete.
    pub message: &'static str,
    /// Good for other access tokens, for 7 days.
    pub refresh: String,
    /// Send it as `Authorization: Bearer <access>`, for 60 minutes.
    pub access: String,
}

impl LoggedInJson {
    /// The tokens of a login.
    #[must_use]
    pub const fn new(refresh: String, access: String) -> Self {
        Self { message: "Login OTP verified successfully!", refresh, access }
    }
}

/// A pair of JWTs, for a password alone.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TokenPair)]
pub struct TokenPairJson {
    /// Good for other access tokens, for 7 days.
    pub refresh: String,
    /// Send it as `Authorization: Bearer <access>`, for 60 minutes.
    pub access: String,
}

/// What a username and a password that do not belong together are told, in the words of Django REST clients.
#[must_use]
pub fn no_active_account() -> Problem {
    super::errors::unauthorised("No active account found with the given credentials")
}

/// Nothing more is to be said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Nothing)]
pub struct NothingJson {}

/// Another access token.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Access)]
pub struct AccessJson {
    /// Send it as `Authorization: Bearer <access>`, for 60 minutes.
    pub access: String,
}

/// What who is not let in is told. That a one-time password was used, the document tells at a sign-up alone.
#[must_use]
pub fn not_let_in(purpose: OtpPurpose, why: Refused) -> Problem {
    let (status, error) = match why {
        Refused::UnknownUser => (404, "User not found"),
        Refused::WrongPassword => (401, "Invalid credentials"),
        Refused::Unverified => (401, "Email not verified"),
        Refused::OtpExpired => (400, "OTP expired"),
        Refused::OtpInvalid => (400, "Invalid OTP"),
        Refused::NoOtp => match purpose {
            OtpPurpose::SignUp => (400, "No OTP found"),
            OtpPurpose::Login | OtpPurpose::Reset => (400, "Invalid OTP"),
        },
        Refused::OtpNotVerified => (400, "OTP not verified"),
    };
    refused(status, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::parse_object;
    use serde_json::{Value, json};

    fn reset(json: Value) -> Result<(Email, Password, Option<Hidden>), FieldErrors> {
        parse_object::<ResetPasswordBody>(json.to_string().as_bytes()).unwrap().into_reset()
    }

    #[test]
    fn a_new_password_is_refused_under_its_own_name() {
        let good = json!({"email": "john@example.com", "new_password": "NewSecurePass456!"});
        let (email, password, token) = reset(good.clone()).unwrap();
        assert_eq!((email.as_str(), password.expose(), token), ("john@example.com", "NewSecurePass456!", None));
        let with_token = |token: Value| {
            let mut body = good.clone();
            body["reset_token"] = token;
            reset(body)
        };
        assert_eq!(with_token(json!("abc")).unwrap().2.unwrap().expose(), "abc");
        assert!(with_token(json!(7)).is_err());
        let wrong = reset(json!({"email": "x", "new_password": "1234"})).unwrap_err();
        let counts: Vec<_> = wrong.iter().map(|(field, messages)| (field, messages.len())).collect();
        assert_eq!(counts, [("email", 1), ("new_password", 2)]);
        let wrong = reset(json!({})).unwrap_err();
        assert_eq!(wrong.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["email", "new_password"]);
    }

    #[test]
    fn a_refusal_has_the_documents_words() {
        let told = |purpose, why| {
            let Problem::Worded(told) = not_let_in(purpose, why) else { panic!("{why:?}") };
            (told.status, told.body["error"].as_str().unwrap().to_owned())
        };
        for purpose in [OtpPurpose::SignUp, OtpPurpose::Login, OtpPurpose::Reset] {
            assert_eq!(told(purpose, Refused::OtpExpired), (400, "OTP expired".into()));
            assert_eq!(told(purpose, Refused::OtpInvalid), (400, "Invalid OTP".into()));
            assert_eq!(told(purpose, Refused::UnknownUser), (404, "User not found".into()));
        }
        assert_eq!(told(OtpPurpose::SignUp, Refused::NoOtp), (400, "No OTP found".into()));
        assert_eq!(told(OtpPurpose::Login, Refused::NoOtp), (400, "Invalid OTP".into()));
        assert_eq!(told(OtpPurpose::Login, Refused::WrongPassword), (401, "Invalid credentials".into()));
        assert_eq!(told(OtpPurpose::Reset, Refused::OtpNotVerified), (400, "OTP not verified".into()));
    }

    #[test]
    fn no_body_shows_its_secret_by_debug() {
        let login = parse_object::<LoginBody>(br#"{"email": "a@example.com", "password": "secret"}"#).unwrap();
        let refresh = parse_object::<RefreshBody>(br#"{"refresh": "secret"}"#).unwrap();
        assert!(!format!("{login:?} {refresh:?}").contains("secret"));
        assert_eq!(login.into_login().unwrap().1.expose(), "secret");
    }
}
