//! How one is let in.

use crate::namaste::accounts::{
    AccessJson, CredentialsBody, ForgetPasswordBody, LoggedInJson, LoginBody, MessageJson, NothingJson, OtpBody,
    RefreshBody, ResetPasswordBody, ResetVerifiedJson, SignUpBody, TokenPairJson,
};
use crate::openapi::one;
use crate::routes::Route;

const TAG: &str = "authentication";

pub const AUTHENTICATION: &[Route] = &[
    Route::create(
        "/api/signup",
        "signup",
        "Sign up; a one-time password is mailed",
        one::<SignUpBody>,
        one::<MessageJson>,
    )
    .open()
    .under(TAG),
    Route::act("/api/verify-signup-otp", "verify_signup_otp", "Prove the address of a sign-up", one::<MessageJson>)
        .taking(one::<OtpBody>)
        .open()
        .under(TAG),
    Route::act("/api/login", "login", "Log in by password; a one-time password is mailed", one::<MessageJson>)
        .taking(one::<LoginBody>)
        .open()
        .under(TAG),
    Route::act(
        "/api/verify-login-otp",
        "verify_login_otp",
        "Complete a login by its one-time password: access and refresh token",
        one::<LoggedInJson>,
    )
    .taking(one::<OtpBody>)
    .open()
    .under(TAG),
    Route::act(
        "/api/forget-password",
        "forget_password",
        "Ask for another password; a one-time password is mailed",
        one::<MessageJson>,
    )
    .taking(one::<ForgetPasswordBody>)
    .open()
    .under(TAG),
    Route::act(
        "/api/verify-forget-password-otp",
        "verify_forget_password_otp",
        "Prove the address of a reset, which is then possible once within 10 minutes by the token that is answered",
        one::<ResetVerifiedJson>,
    )
    .taking(one::<OtpBody>)
    .open()
    .under(TAG),
    Route::act(
        "/api/reset-password",
        "reset_password",
        "Set another password; tokens, sessions and JWTs of before end, API keys do not",
        one::<MessageJson>,
    )
    .taking(one::<ResetPasswordBody>)
    .open()
    .under(TAG),
    Route::act(
        "/api/token",
        "obtain_token_pair",
        "Access and refresh token for a password alone",
        one::<TokenPairJson>,
    )
    .taking(one::<CredentialsBody>)
    .open()
    .under(TAG),
    Route::act("/api/token/refresh", "refresh_token", "Another access token for a refresh token", one::<AccessJson>)
        .taking(one::<RefreshBody>)
        .open()
        .under(TAG),
    Route::act(
        "/api/token/blacklist",
        "blacklist_token",
        "End a refresh token, and the access tokens that came of it, within 60 seconds",
        one::<NothingJson>,
    )
    .taking(one::<RefreshBody>)
    .open()
    .under(TAG),
];
