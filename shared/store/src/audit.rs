//! The audit log. Its entries are only added; DynamoDB removes them after a year.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::actor::{Author, Tenant};
use domain::audit::{AuditEntry, AuditEvent};
use domain::id::{AuditEntryId, OrganisationId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Store;
use crate::codec::{AuthorBody, Stored, encode, word};
use crate::error::StoreError;
use crate::keys::{self, Key, Quarter};
use crate::lists::{Page, PageRequest, of_partition};
use crate::table::{Item, Query, Table};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AuditBody {
    id: AuditEntryId,
    organisation: OrganisationId,
    at: Timestamp,
    #[serde(with = "word")]
    event: AuditEvent,
    by: AuthorBody,
    api_key: Option<String>,
    object: Option<String>,
    source: Option<String>,
    request_id: Option<String>,
    details: BTreeMap<String, String>,
    expires_at: i64,
}

impl Stored for AuditEntry {
    type Body = AuditBody;
    const MODEL: Option<&'static str> = None;

    #[rustfmt::skip]
    fn body(&self) -> AuditBody {
        let Self { id, tenant, at, event, by, api_key, object, source, request_id, details } = self.clone();
        AuditBody {
            id, organisation: tenant.organisation(), at, event, by: (&by).into(),
            api_key: api_key.map(|key| key.to_string()), object, source, request_id, details,
            expires_at: at.saturating_add(Self::KEPT_FOR).unwrap_or(Timestamp::MAX).as_second(),
        }
    }

    #[rustfmt::skip]
    fn restore(body: AuditBody) -> Result<Self, StoreError> {
        let AuditBody {
            id, organisation, at, event, by, api_key, object, source, request_id, details, expires_at: _,
        } = body;
        let api_key = api_key.map(|key| key.parse().map_err(StoreError::corrupt)).transpose()?;
        let (tenant, by) = (Tenant::trusted(organisation), Author::from(by));
        Ok(Self { id, tenant, at, event, by, api_key, object, source, request_id, details })
    }
}

fn item(entry: &AuditEntry) -> Result<Item, StoreError> {
    let pk = keys::audit(entry.tenant, Quarter::of(entry.at));
    encode(entry, &Key { pk, sk: entry.id.to_string() })
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`].
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// The same table, where each transaction also writes an entry of the audit log.
    pub fn recording(&self, entry: &AuditEntry) -> Result<Self, StoreError> {
        let table = Table { beside: Some(Arc::new(item(entry)?)), ..self.table.clone() };
        Ok(Self { table })
    }

    /// Writes an entry of the audit log by itself.
    pub async fn record(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        self.table.put(item(entry)?, Some("attribute_not_exists(pk)"), Item::new()).await
    }

    /// A page of the audit log, newest first: one round trip for each quarter that it reaches into, five at most.
    pub async fn audit_log(
        &self,
        tenant: Tenant,
        now: Timestamp,
        request: PageRequest,
    ) -> Result<Page<AuditEntry>, StoreError> {
        let PageRequest { limit, mut after } = request;
        let newest = after.as_deref().and_then(|id| time_of(id.parse().ok()?)).unwrap_or(now).min(now);
        let kept_since = now.saturating_sub(AuditEntry::KEPT_FOR).unwrap_or(Timestamp::MIN);
        let founded = time_of(tenant.organisation().uuid()).unwrap_or(kept_since);
        let oldest = Quarter::of(founded.max(kept_since));
        let mut quarter = Quarter::of(newest);
        let mut page = Page { rows: Vec::new(), next: None };
        loop {
            let pk = keys::audit(tenant, quarter);
            let start = after.take().map(|sk| Key { pk: pk.clone(), sk }.attributes());
            let query = Query { start, newest_first: true, ..of_partition(pk) };
            // An expired entry may still be there.
            let is_live = |entry: &AuditEntry| now < entry.at.saturating_add(AuditEntry::KEPT_FOR).unwrap_or(now);
            let found = self.page_of::<AuditEntry>(query, limit - page.rows.len(), None).await?;
            page.rows.extend(found.rows.into_iter().filter(is_live));
            if found.next.is_some() || quarter <= oldest {
                return Ok(Page { next: found.next, ..page });
            }
            if page.rows.len() == limit {
                let next = page.rows.last().map(|entry| entry.id.to_string());
                return Ok(Page { next, ..page });
            }
            quarter = quarter.before();
        }
    }
}

/// The time in a UUIDv7.
fn time_of(id: Uuid) -> Option<Timestamp> {
    let (seconds, nanoseconds) = id.get_timestamp()?.to_unix();
    Timestamp::new(i64::try_from(seconds).ok()?, i32::try_from(nanoseconds).ok()?).ok()
}
