//! Services.

use domain::attributes::EntityName;
use domain::filter::ServiceFilter;
use domain::id::{EntryId, ServiceId};
use domain::service::{NewService, Service, ServicePatch};
use domain::{Action, Actor, Creation, Edit, FieldErrors, Model};
use store::{Page, PageRequest};

use crate::{App, Error, Expected, check_version, may};

/// All methods fail with [`domain::Error::Forbidden`] without the permission that their verb names,
/// and with [`domain::Error::NotFound`] for what is not the organisation's.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the services.
    pub async fn list_services(
        &self,
        actor: &Actor,
        filter: &ServiceFilter,
        page: PageRequest,
    ) -> Result<Page<Service>, Error> {
        may(actor, Action::View, Model::Service)?;
        Ok(self.store.services(actor.tenant(), filter, page).await?)
    }

    /// A service.
    pub async fn get_service(&self, actor: &Actor, id: ServiceId) -> Result<Service, Error> {
        may(actor, Action::View, Model::Service)?;
        self.load_service(actor, id).await
    }

    /// Makes a service.
    pub async fn create_service(&self, actor: &Actor, new: impl Into<Creation<NewService>>) -> Result<Service, Error> {
        may(actor, Action::Add, Model::Service)?;
        let new = self.whole(actor, new.into()).await?;
        let schema = self.schema(actor, EntityName::Service).await?;
        let id = ServiceId::new(self.new_id());
        let made = Service::create(id, new, schema.of(), self.stamp(actor), &mut || self.new_id());
        let service = self.decided(actor, None, FieldErrors::new(), made).await?;
        self.store.create_service(actor.tenant(), &service).await?;
        Ok(service)
    }

    /// Changes a service.
    pub async fn update_service(
        &self,
        actor: &Actor,
        id: ServiceId,
        edit: impl Into<Edit<ServicePatch>>,
        expected: Expected,
    ) -> Result<Service, Error> {
        may(actor, Action::Change, Model::Service)?;
        let Edit { patch, wrong } = edit.into();
        let schema = self.schema(actor, EntityName::Service).await?;
        self.retrying(async || {
            let before = self.load_service(actor, id).await?;
            check_version(expected, before.meta.version)?;
            let stamp = self.stamp(actor);
            let changed = before.clone().update(patch.clone(), schema.of(), stamp, &mut || self.new_id());
            let service = self.decided(actor, Some(&before), wrong.clone(), changed).await?;
            self.store.save_service(actor.tenant(), &service, before.meta.version).await?;
            Ok(service)
        })
        .await
    }

    /// Removes a service; its follow-ups are out of reach with it.
    pub async fn delete_service(&self, actor: &Actor, id: ServiceId, expected: Expected) -> Result<(), Error> {
        may(actor, Action::Delete, Model::Service)?;
        self.retrying(async || {
            let service = self.load_service(actor, id).await?;
            check_version(expected, service.meta.version)?;
            Ok(self.store.delete_service(actor.tenant(), &service).await?)
        })
        .await
    }

    /// Completes, or reopens, a task, in place.
    pub async fn update_service_task(
        &self,
        actor: &Actor,
        id: ServiceId,
        task: EntryId,
        completed: bool,
        expected: Expected,
    ) -> Result<Service, Error> {
        may(actor, Action::Change, Model::Service)?;
        let tenant = actor.tenant();
        self.retrying(async || {
            let changed = self.store.complete_service_task(tenant, id, task, completed, expected, self.now()).await;
            self.in_place(changed, expected, async || Ok(self.store.service(tenant, id).await?.map(|s| s.meta.version)))
                .await
        })
        .await
    }

    /// Removes a note, in place.
    pub async fn delete_service_note(
        &self,
        actor: &Actor,
        id: ServiceId,
        note: EntryId,
        expected: Expected,
    ) -> Result<Service, Error> {
        may(actor, Action::Change, Model::Service)?;
        let tenant = actor.tenant();
        self.retrying(async || {
            let changed = self.store.drop_service_note(tenant, id, note, expected, self.now()).await;
            self.in_place(changed, expected, async || Ok(self.store.service(tenant, id).await?.map(|s| s.meta.version)))
                .await
        })
        .await
    }

    pub(crate) async fn load_service(&self, actor: &Actor, id: ServiceId) -> Result<Service, Error> {
        self.store.service(actor.tenant(), id).await?.ok_or(domain::Error::NotFound.into())
    }
}
