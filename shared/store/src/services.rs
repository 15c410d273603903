//! Services.

use domain::Tenant;
use domain::filter::ServiceFilter;
use domain::id::{ClientId, CohortId, EntryId, ServiceId};
use domain::service::Service;
use domain::text::Name;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::codec::{ExtrasBody, MetaBody, Stored, encode, encode_body};
use crate::error::StoreError;
use crate::keys::{self, Collection, Key};
use crate::lists::{self, Order, Page, PageRequest};
use crate::transaction::Transaction;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ServiceBody {
    id: ServiceId,
    name: Name,
    client: Option<ClientId>,
    actual_cohort: Option<CohortId>,
    origin_cohort: Option<CohortId>,
    images: Vec<String>,
    #[serde(flatten)]
    extras: ExtrasBody,
    #[serde(flatten)]
    meta: MetaBody,
}

impl Stored for Service {
    type Body = ServiceBody;
    const MODEL: Option<&'static str> = Some("Service");

    fn body(&self) -> ServiceBody {
        let Self { id, name, client, actual_cohort, origin_cohort, images, extras, meta } = self.clone();
        let (extras, meta) = ((&extras).into(), (&meta).into());
        ServiceBody { id, name, client, actual_cohort, origin_cohort, images, extras, meta }
    }

    fn restore(body: ServiceBody) -> Result<Self, StoreError> {
        let ServiceBody { id, name, client, actual_cohort, origin_cohort, images, extras, meta } = body;
        let (extras, meta) = (extras.into(), meta.into());
        Ok(Self { id, name, client, actual_cohort, origin_cohort, images, extras, meta })
    }
}

fn key(tenant: Tenant, id: ServiceId) -> Key {
    keys::member(tenant, Collection::Service, id)
}

impl Store {
    /// A service.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn service(&self, tenant: Tenant, id: ServiceId) -> Result<Option<Service>, StoreError> {
        self.find(&key(tenant, id)).await
    }

    /// A page of the services, oldest first.
    ///
    /// # Errors
    /// As [`Store::service`].
    pub async fn services(
        &self,
        tenant: Tenant,
        filter: &ServiceFilter,
        page: PageRequest,
    ) -> Result<Page<Service>, StoreError> {
        let matches = |service: &Service| filter.matches(service);
        let filtered = *filter != ServiceFilter::default();
        self.page(tenant, Collection::Service, page, filtered.then_some(&matches as _)).await
    }

    /// Writes a new service.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] and as [`Store::service`].
    pub async fn create_service(&self, tenant: Tenant, service: &Service) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.create(encode(service, &key(tenant, service.id))?);
        commit.commit(&self.table).await
    }

    /// Writes a service over the version `before`.
    ///
    /// # Errors
    /// [`StoreError::Raced`], and as [`Store::create_service`].
    pub async fn save_service(&self, tenant: Tenant, service: &Service, before: u64) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(encode(service, &key(tenant, service.id))?, before);
        commit.commit(&self.table).await
    }

    /// Removes a service. Its follow-ups stay in the table and are out of reach with it.
    ///
    /// # Errors
    /// As [`Store::save_service`].
    pub async fn delete_service(&self, tenant: Tenant, service: &Service) -> Result<(), StoreError> {
        let key = key(tenant, service.id);
        let mut commit = Transaction::new();
        commit.put(encode_body(&service.body(), &keys::trash(tenant, &key))?);
        commit.remove(key, service.meta.version);
        let follow_ups = keys::partition(tenant, Collection::FollowUp(service.id));
        commit.put(lists::parent_deleted(follow_ups, Order::OldestFirst));
        commit.commit(&self.table).await
    }

    /// Completes, or reopens, a task of a service in place.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the service, the task, or the expected version is not there.
    pub async fn complete_service_task(
        &self,
        tenant: Tenant,
        id: ServiceId,
        task: EntryId,
        completed: bool,
        expected: Option<u64>,
        now: Timestamp,
    ) -> Result<Service, StoreError> {
        self.complete_task(key(tenant, id), task, completed, expected, now).await
    }

    /// Removes a note of a service in place.
    ///
    /// # Errors
    /// As [`Store::complete_service_task`].
    pub async fn drop_service_note(
        &self,
        tenant: Tenant,
        id: ServiceId,
        note: EntryId,
        expected: Option<u64>,
        now: Timestamp,
    ) -> Result<Service, StoreError> {
        self.drop_note(key(tenant, id), note, expected, now).await
    }
}
