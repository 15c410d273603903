//! Follow-ups of services.

use domain::attributes::EntityName;
use domain::follow_up::{FollowUp, FollowUpPatch, NewFollowUp};
use domain::id::{FollowUpId, ServiceId};
use domain::{Action, Actor, Creation, Edit, FieldErrors, Model};
use store::{Page, PageRequest, StoreError};

use crate::{App, Error, Expected, check_version, may};

/// All methods fail with [`domain::Error::Forbidden`] without the permission that their verb names,
/// and with [`domain::Error::NotFound`] for what is not the organisation's, or whose service was
/// deleted.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the follow-ups of a service.
    pub async fn list_follow_ups(
        &self,
        actor: &Actor,
        service: ServiceId,
        page: PageRequest,
    ) -> Result<Page<FollowUp>, Error> {
        may(actor, Action::View, Model::FollowUp)?;
        match self.store.follow_ups(actor.tenant(), service, page).await {
            // No follow-ups and no service look the same: only then the service is looked for.
            Ok(found) if found.rows.is_empty() => self.load_service(actor, service).await.map(|_| found),
            Ok(found) => Ok(found),
            Err(StoreError::Missing) => Err(domain::Error::NotFound.into()),
            Err(other) => Err(other.into()),
        }
    }

    /// A follow-up of a service.
    pub async fn get_follow_up(&self, actor: &Actor, service: ServiceId, id: FollowUpId) -> Result<FollowUp, Error> {
        may(actor, Action::View, Model::FollowUp)?;
        self.load_follow_up(actor, service, id).await
    }

    /// Makes a follow-up.
    pub async fn create_follow_up(
        &self,
        actor: &Actor,
        service: ServiceId,
        new: impl Into<Creation<NewFollowUp>>,
    ) -> Result<FollowUp, Error> {
        may(actor, Action::Add, Model::FollowUp)?;
        let new = new.into();
        self.load_service(actor, service).await?;
        let new = self.whole(actor, new).await?;
        let schema = self.schema(actor, EntityName::FollowUp).await?;
        let id = FollowUpId::new(self.new_id());
        let made = FollowUp::create(id, service, new, schema.of(), self.stamp(actor));
        let follow_up = self.decided(actor, None, FieldErrors::new(), made).await?;
        self.retrying(async || Ok(self.store.create_follow_up(actor.tenant(), &follow_up).await?)).await?;
        Ok(follow_up)
    }

    /// Changes a follow-up.
    pub async fn update_follow_up(
        &self,
        actor: &Actor,
        service: ServiceId,
        id: FollowUpId,
        edit: impl Into<Edit<FollowUpPatch>>,
        expected: Expected,
    ) -> Result<FollowUp, Error> {
        may(actor, Action::Change, Model::FollowUp)?;
        let Edit { patch, wrong } = edit.into();
        let schema = self.schema(actor, EntityName::FollowUp).await?;
        self.retrying(async || {
            let before = self.load_follow_up(actor, service, id).await?;
            check_version(expected, before.meta.version)?;
            let changed = before.clone().update(patch.clone(), schema.of(), self.stamp(actor));
            let follow_up = self.decided(actor, Some(&before), wrong.clone(), changed).await?;
            self.store.save_follow_up(actor.tenant(), &follow_up, before.meta.version).await?;
            Ok(follow_up)
        })
        .await
    }

    /// Removes a follow-up.
    pub async fn delete_follow_up(
        &self,
        actor: &Actor,
        service: ServiceId,
        id: FollowUpId,
        expected: Expected,
    ) -> Result<(), Error> {
        may(actor, Action::Delete, Model::FollowUp)?;
        self.retrying(async || {
            let follow_up = self.load_follow_up(actor, service, id).await?;
            check_version(expected, follow_up.meta.version)?;
            Ok(self.store.delete_follow_up(actor.tenant(), &follow_up).await?)
        })
        .await
    }

    async fn load_follow_up(&self, actor: &Actor, service: ServiceId, id: FollowUpId) -> Result<FollowUp, Error> {
        self.load_service(actor, service).await?;
        self.store.follow_up(actor.tenant(), service, id).await?.ok_or(domain::Error::NotFound.into())
    }
}
