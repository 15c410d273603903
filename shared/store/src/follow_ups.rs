//! Follow-ups of services.

use domain::Tenant;
use domain::attributes::Attributes;
use domain::follow_up::FollowUp;
use domain::id::{FollowUpId, ServiceId};
use domain::text::LongText;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::codec::{MetaBody, Stored, encode, encode_body, json_text};
use crate::error::{StoreError, Unique};
use crate::keys::{self, Collection, Key};
use crate::lists::{Page, PageRequest};
use crate::transaction::Transaction;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FollowUpBody {
    id: FollowUpId,
    service: ServiceId,
    follow_up_date: Timestamp,
    comment: LongText,
    #[serde(with = "json_text")]
    attributes: Attributes,
    #[serde(flatten)]
    meta: MetaBody,
}

impl Stored for FollowUp {
    type Body = FollowUpBody;
    const MODEL: Option<&'static str> = Some("FollowUp");

    fn body(&self) -> FollowUpBody {
        let Self { id, service, follow_up_date, comment, attributes, meta } = self.clone();
        FollowUpBody { id, service, follow_up_date, comment, attributes, meta: (&meta).into() }
    }

    fn restore(body: FollowUpBody) -> Result<Self, StoreError> {
        let FollowUpBody { id, service, follow_up_date, comment, attributes, meta } = body;
        Ok(Self { id, service, follow_up_date, comment, attributes, meta: meta.into() })
    }
}

fn key(tenant: Tenant, follow_up: &FollowUp) -> Key {
    keys::member(tenant, Collection::FollowUp(follow_up.service), follow_up.id)
}

/// Says which service a follow-up belongs to, for who knows the follow-up's id alone.
fn service_key(tenant: Tenant, id: FollowUpId) -> Key {
    keys::unique_in(tenant, "FOLLOWUP-ID", &id.to_string())
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`], and the writes with
/// [`StoreError::Raced`] and [`StoreError::TooLarge`] too.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// A follow-up of a service.
    pub async fn follow_up(
        &self,
        tenant: Tenant,
        service: ServiceId,
        id: FollowUpId,
    ) -> Result<Option<FollowUp>, StoreError> {
        self.find(&keys::member(tenant, Collection::FollowUp(service), id)).await
    }

    /// A follow-up, by its id alone; none when its service was deleted.
    pub async fn follow_up_by_id(&self, tenant: Tenant, id: FollowUpId) -> Result<Option<FollowUp>, StoreError> {
        let Some(service) = self.holder(&service_key(tenant, id)).await?.map(ServiceId::new) else { return Ok(None) };
        if self.service(tenant, service).await?.is_none() {
            return Ok(None);
        }
        self.follow_up(tenant, service, id).await
    }

    /// A page of the follow-ups of a service, oldest first.
    pub async fn follow_ups(
        &self,
        tenant: Tenant,
        service: ServiceId,
        page: PageRequest,
    ) -> Result<Page<FollowUp>, StoreError> {
        self.page(tenant, Collection::FollowUp(service), page, None).await
    }

    /// Writes a new follow-up.
    pub async fn create_follow_up(&self, tenant: Tenant, follow_up: &FollowUp) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.create(encode(follow_up, &key(tenant, follow_up))?);
        commit.claim(Unique::FollowUpId, service_key(tenant, follow_up.id), follow_up.service.uuid());
        commit.commit(&self.table).await
    }

    /// Writes a follow-up over the version `before`.
    pub async fn save_follow_up(&self, tenant: Tenant, follow_up: &FollowUp, before: u64) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(encode(follow_up, &key(tenant, follow_up))?, before);
        commit.commit(&self.table).await
    }

    /// Removes a follow-up.
    pub async fn delete_follow_up(&self, tenant: Tenant, follow_up: &FollowUp) -> Result<(), StoreError> {
        let key = key(tenant, follow_up);
        let mut commit = Transaction::new();
        commit.put(encode_body(&follow_up.body(), &keys::trash(tenant, &key))?);
        commit.remove(key, follow_up.meta.version);
        commit.release(service_key(tenant, follow_up.id), follow_up.service.uuid());
        commit.commit(&self.table).await
    }
}
