//! The members of the organisation, and who is in which group.

use crate::crm::audit::AuditEntryJson;
use crate::crm::parameters::PAGE;
use crate::crm::second_factor::{
    CodeBody, EnrolmentJson, RecoveryCodesJson, SecondFactorBody, SecondFactorEndBody, SecondFactorJson,
};
use crate::crm::tokens::ListedTokenJson;
use crate::crm::users::{GroupMemberJson, UserBody, UserJson, UserUpdateBody};
use crate::openapi::{many, one};

use super::Route;

/// The tokens of the caller.
pub(super) const TOKENS: &[Route] = &[
    Route::list("/api/tokens", "tokens_list", "List the caller's tokens, newest first", many::<ListedTokenJson>)
        .under("accounts"),
    Route::delete("/api/tokens", "tokens_clear", "Sign out everywhere: end every token, session and JWT")
        .plain()
        .under("accounts"),
    Route::delete("/api/tokens/{token_id}", "tokens_destroy", "End a token of the caller").plain().under("accounts"),
];

/// The second factor of the caller.
pub(super) const SECOND_FACTOR: &[Route] = &[
    Route::read(
        "/api/second-factor",
        "second_factor_retrieve",
        "Retrieve the second factor of the caller",
        one::<SecondFactorJson>,
    )
    .plain()
    .under("accounts"),
    Route::create(
        "/api/second-factor",
        "second_factor_create",
        "Begin to set up a second factor; its secret is shown this once",
        one::<SecondFactorBody>,
        one::<EnrolmentJson>,
    )
    .plain()
    .under("accounts"),
    Route::act(
        "/api/second-factor/confirm",
        "second_factor_confirm",
        "Switch the second factor on, by a code of it",
        one::<RecoveryCodesJson>,
    )
    .taking(one::<CodeBody>)
    .under("accounts"),
    Route::act(
        "/api/second-factor/recovery-codes",
        "second_factor_recovery_codes",
        "Make other recovery codes",
        one::<RecoveryCodesJson>,
    )
    .taking(one::<CodeBody>)
    .under("accounts"),
    Route::act(
        "/api/second-factor/disable",
        "second_factor_disable",
        "Switch the second factor off",
        one::<SecondFactorJson>,
    )
    .taking(one::<SecondFactorEndBody>)
    .under("accounts"),
    Route::delete(
        "/api/users/{user_id}/second-factor",
        "users_second_factor_destroy",
        "Switch a member's second factor off",
    )
    .plain()
    .under("users"),
];

/// Who changed access to the organisation.
pub(super) const AUDIT: &[Route] = &[Route::list(
    "/api/audit",
    "audit_list",
    "List the audit log of the last year, newest first; for the owner",
    many::<AuditEntryJson>,
)
.by(PAGE)
.under("users")];

const USER: &str = "/api/users/{user_id}";

pub(super) const USERS: &[Route] = &[
    Route::list("/api/users", "users_list", "List the members of the organisation", many::<UserJson>)
        .by(PAGE)
        .under("users"),
    Route::create(
        "/api/users",
        "users_create",
        "Add a member; a one-time password that proves the address is mailed",
        one::<UserBody>,
        one::<UserJson>,
    )
    .under("users"),
    Route::read(USER, "users_retrieve", "Retrieve a member", one::<UserJson>).under("users"),
    Route::put(USER, "users_update", "Set the names and groups of a member", one::<UserUpdateBody>, one::<UserJson>)
        .under("users"),
    Route::patch(
        USER,
        "users_partial_update",
        "Set the names and groups of a member",
        one::<UserUpdateBody>,
        one::<UserJson>,
    )
    .under("users"),
    Route::delete(USER, "users_destroy", "Remove a member and end the member's credentials").under("users"),
    Route::list("/api/instructors", "instructors_list", "List the Instructors", many::<GroupMemberJson>)
        .by(PAGE)
        .under("users"),
    Route::list("/api/tas", "tas_list", "List the Teacher Assistants", many::<GroupMemberJson>).by(PAGE).under("users"),
    Route::list("/api/sales", "sales_list", "List the members of Sales", many::<GroupMemberJson>)
        .by(PAGE)
        .under("users"),
    Route::list("/api/operations", "operations_list", "List the members of Operations", many::<GroupMemberJson>)
        .by(PAGE)
        .under("users"),
];
