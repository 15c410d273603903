//! The audit log: who changed access to an organisation, and from where.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::actor::{Actor, Author, Tenant};
use crate::api_key::PublicKey;
use crate::id::AuditEntryId;
use crate::words::words;

words! {
    /// What happened.
    pub enum AuditEvent {
        SignedIn = "sign_in",
        SignInFailed = "sign_in_failed",
        SignedOut = "sign_out",
        SignedOutEverywhere = "sign_out_everywhere",
        TokenRevoked = "token_revoked",
        SecondFactorEnabled = "second_factor_enabled",
        SecondFactorDisabled = "second_factor_disabled",
        RecoveryCodesRenewed = "recovery_codes_renewed",
        RecoveryCodeUsed = "recovery_code_used",
        PasswordChanged = "password_changed",
        PasswordReset = "password_reset",
        ApiKeyCreated = "api_key_created",
        ApiKeyDeleted = "api_key_deleted",
        MemberAdded = "member_added",
        MemberChanged = "member_changed",
        MemberRemoved = "member_removed",
        WebhookCreated = "webhook_created",
        WebhookChanged = "webhook_changed",
        WebhookSecretRotated = "webhook_secret_rotated",
        WebhookDeleted = "webhook_deleted",
        BusinessOpened = "business_opened",
        ExportRequested = "export_requested",
        OrganisationDeleted = "organisation_deleted",
    }
}

/// An entry of the audit log. It is never changed, and kept for [`AuditEntry::KEPT_FOR`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    pub id: AuditEntryId,
    pub tenant: Tenant,
    pub at: Timestamp,
    pub event: AuditEvent,
    /// The user who did it, or whose account it was tried on.
    pub by: Author,
    /// The API key that acted for the user.
    pub api_key: Option<PublicKey>,
    /// The id of the object: an API key, a member's number, a webhook, an export.
    pub object: Option<String>,
    /// The address that the request came from; of IPv6 the /64 network.
    pub source: Option<String>,
    /// The `x-request-id` of the answer.
    pub request_id: Option<String>,
    /// What else tells this event from others of its kind, by name.
    pub details: BTreeMap<String, String>,
}

impl AuditEntry {
    /// How long an entry is kept: a year.
    pub const KEPT_FOR: SignedDuration = SignedDuration::from_hours(365 * 24);

    /// The entry of an event that an actor caused in its organisation.
    #[must_use]
    pub fn new(id: AuditEntryId, at: Timestamp, event: AuditEvent, actor: &Actor) -> Self {
        Self {
            id,
            tenant: actor.tenant(),
            at,
            event,
            by: actor.author().clone(),
            api_key: actor.api_key().cloned(),
            object: None,
            source: None,
            request_id: None,
            details: BTreeMap::new(),
        }
    }

    #[must_use]
    pub fn about(mut self, object: impl std::fmt::Display) -> Self {
        self.object = Some(object.to_string());
        self
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.details.insert(name.to_owned(), value.to_string());
        self
    }
}
