//! The audit log: who changed access to the organisation, and from where.

use std::collections::BTreeMap;

use domain::audit::AuditEntry;
use domain::id::AuditEntryId;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// An entry of the audit log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditEntryJson {
    #[schema(value_type = uuid::Uuid)]
    id: AuditEntryId,
    at: Timestamp,
    /// `sign_in`, `sign_in_failed`, `sign_out`, `sign_out_everywhere`, `token_revoked`, `password_changed`,
    /// `password_reset`, `second_factor_enabled`, `second_factor_disabled`, `recovery_codes_renewed`,
    /// `recovery_code_used`, `api_key_created`, `api_key_deleted`, `member_added`, `member_changed`, `member_removed`,
    /// `webhook_created`, `webhook_changed`, `webhook_secret_rotated`, `webhook_deleted`, `business_opened`,
    /// `export_requested` or `organisation_deleted`. More may follow.
    event: &'static str,
    /// Who did it, or whose account it was tried on.
    user: AuditUserJson,
    /// The public part of the API key that acted for the user.
    api_key: Option<String>,
    /// The id of the object: an API key, a member, a webhook, an export or an organisation.
    object: Option<String>,
    /// The address that the request came from; of IPv6 the /64 network.
    source: Option<String>,
    /// The `x-request-id` of the answer.
    request_id: Option<String>,
    /// `method` of a sign-in, `failures` so far of one that failed, `groups` and `username` of a member.
    details: BTreeMap<String, String>,
}

/// A user in the audit log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditUserJson {
    id: u64,
    /// The full name, or the username where there is none.
    name: String,
}

impl From<AuditEntry> for AuditEntryJson {
    fn from(entry: AuditEntry) -> Self {
        let AuditEntry { id, tenant: _, at, event, by, api_key, object, source, request_id, details } = entry;
        let user = AuditUserJson { id: by.number, name: by.name };
        let (event, api_key) = (event.as_str(), api_key.map(|key| key.to_string()));
        Self { id, at, event, user, api_key, object, source, request_id, details }
    }
}
