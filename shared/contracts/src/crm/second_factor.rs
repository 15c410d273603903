//! The second factor of the caller.

use domain::FieldErrors;
use domain::second_factor::SecondFactor;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::accounts::Hidden;
use crate::wire::{body, required};

body! {
    /// The password of the caller.
    SecondFactorBody {
        /// The password.
        required password: Hidden,
    }
}

body! {
    /// A code of the second factor.
    CodeBody {
        /// The code that the authenticator app shows, or a recovery code.
        required otp: Hidden,
    }
}

body! {
    /// What switches the second factor off.
    SecondFactorEndBody {
        /// The password.
        required password: Hidden,
        /// The code that the authenticator app shows, or a recovery code.
        required otp: Hidden,
    }
}

impl SecondFactorBody {
    /// The password.
    ///
    /// # Errors
    /// It is missing.
    pub fn into_password(self) -> Result<Hidden, FieldErrors> {
        let Self { password } = self;
        let mut errors = FieldErrors::new();
        required(&mut errors, "password", password).ok_or(errors)
    }
}

impl CodeBody {
    /// The code.
    ///
    /// # Errors
    /// It is missing.
    pub fn into_code(self) -> Result<Hidden, FieldErrors> {
        let Self { otp } = self;
        let mut errors = FieldErrors::new();
        required(&mut errors, "otp", otp).ok_or(errors)
    }
}

impl SecondFactorEndBody {
    /// The password and the code.
    ///
    /// # Errors
    /// Each that is missing.
    pub fn into_proof(self) -> Result<(Hidden, Hidden), FieldErrors> {
        let Self { password, otp } = self;
        let mut errors = FieldErrors::new();
        let password = required(&mut errors, "password", password);
        password.zip(required(&mut errors, "otp", otp)).ok_or(errors)
    }
}

/// What a wrong code is told.
#[must_use]
pub fn code_refused() -> FieldErrors {
    FieldErrors::one("otp", "This code is wrong, was used before, or has expired.")
}

/// What a wrong password is told.
#[must_use]
pub fn password_refused() -> FieldErrors {
    FieldErrors::one("password", "The password was entered incorrectly.")
}

/// The second factor of the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = SecondFactor)]
pub struct SecondFactorJson {
    /// Whether sign-ins ask for it.
    enabled: bool,
    /// Since when.
    enabled_at: Option<Timestamp>,
    /// How many recovery codes were not used yet.
    recovery_codes_left: usize,
}

impl From<Option<SecondFactor>> for SecondFactorJson {
    fn from(factor: Option<SecondFactor>) -> Self {
        Self {
            enabled: factor.is_some(),
            enabled_at: factor.as_ref().and_then(|factor| factor.confirmed_at),
            recovery_codes_left: factor.map_or(0, |factor| factor.recovery_codes.len()),
        }
    }
}

/// What is entered into an authenticator app. It is shown this once.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = SecondFactorEnrolment)]
pub struct EnrolmentJson {
    /// The secret, in base32.
    pub secret: String,
    /// The address for a QR code: `otpauth://totp/…`.
    pub otpauth_url: String,
}

/// Recovery codes. They are shown this once, and each works once.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = RecoveryCodes)]
pub struct RecoveryCodesJson {
    /// The codes.
    pub recovery_codes: Vec<String>,
}
