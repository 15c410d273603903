//! Leads.

use std::collections::{BTreeMap, BTreeSet};

use domain::attributes::EntityName;
use domain::filter::LeadFilter;
use domain::id::{EntryId, LeadId, PipelineId};
use domain::lead::{Lead, LeadPatch, LeadSchemas, NewLead};
use domain::pipeline::Pipeline;
use domain::{Action, Actor, Creation, Edit, FieldErrors, Model, Patch, Tenant};
use store::{Page, PageRequest, StoreError};

use crate::attributes::LoadedSchema;
use crate::invoice_actions::READ_AT_ONCE;
use crate::references::{does_not_exist, no_such};
use crate::{App, Error, Expected, check_version, may};

/// The definitions that bind a lead, as they were loaded.
struct LoadedSchemas([LoadedSchema; 3]);

impl LoadedSchemas {
    fn of(&self) -> LeadSchemas<'_> {
        let [lead, client_info, service_info] = &self.0;
        LeadSchemas { lead: lead.of(), client_info: client_info.of(), service_info: service_info.of() }
    }
}

/// All methods fail with [`domain::Error::Forbidden`] without the permission that their verb names,
/// and with [`domain::Error::NotFound`] for what is not the organisation's.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the leads.
    pub async fn list_leads(&self, actor: &Actor, filter: &LeadFilter, page: PageRequest) -> Result<Page<Lead>, Error> {
        may(actor, Action::View, Model::Lead)?;
        let tenant = actor.tenant();
        // The name that a filter asks for is the stage's of today.
        let pipelines = match (&filter.stage, filter.pipeline) {
            (None, _) => Vec::new(),
            (Some(_), Some(id)) => self.store.pipelines_of(tenant, &[id]).await?,
            (Some(_), None) => self.store.all_pipelines(tenant).await?,
        };
        let page = self.store.leads(tenant, filter, &by_id(pipelines), page).await?;
        Ok(Page { rows: self.leads_as_shown(tenant, page.rows).await?, ..page })
    }

    /// A lead.
    pub async fn get_lead(&self, actor: &Actor, id: LeadId) -> Result<Lead, Error> {
        may(actor, Action::View, Model::Lead)?;
        Ok(self.load_lead(actor, id).await?.0)
    }

    /// Makes a lead.
    pub async fn create_lead(&self, actor: &Actor, new: impl Into<Creation<NewLead>>) -> Result<Lead, Error> {
        may(actor, Action::Add, Model::Lead)?;
        let new = self.whole(actor, new.into()).await?;
        let schemas = self.lead_schemas(actor).await?;
        let id = LeadId::new(self.new_id());
        self.retrying(async || {
            let mut wrong = FieldErrors::new();
            let pipeline = self.pipeline_to_enter(actor, new.pipeline, &mut wrong).await?;
            let stamp = self.stamp(actor);
            let made = Lead::create(id, new.clone(), pipeline.as_ref(), schemas.of(), stamp, &mut || self.new_id());
            let lead = self.decided(actor, None, wrong, made).await?;
            match self.store.create_lead(actor.tenant(), &lead).await {
                Err(StoreError::Missing) => Err(pipeline_missing(&lead)),
                other => Ok(other.map(|()| lead)?),
            }
        })
        .await
    }

    /// Changes a lead.
    pub async fn update_lead(
        &self,
        actor: &Actor,
        id: LeadId,
        edit: impl Into<Edit<LeadPatch>>,
        expected: Expected,
    ) -> Result<Lead, Error> {
        may(actor, Action::Change, Model::Lead)?;
        let Edit { patch: sent, wrong } = edit.into();
        let schemas = self.lead_schemas(actor).await?;
        self.retrying(async || {
            let kept = self.store.lead(actor.tenant(), id).await?.ok_or(domain::Error::NotFound)?;
            let kept_stage = kept.stage_id;
            let (before, pipeline) = self.with_pipeline(actor.tenant(), kept).await?;
            check_version(expected, before.meta.version)?;
            let (mut patch, mut wrong) = (sent.clone(), wrong.clone());
            let gone = kept_stage.filter(|id| before.stage_id != Some(*id));
            // The stage's id may come back as it was read, though the pipeline has the stage no longer.
            if gone.is_some() && patch.stage_id.as_set() == gone.as_ref() {
                patch.stage_id = Patch::Keep;
            }
            let entered = patch.pipeline.as_set().copied().filter(|id| before.pipeline != Some(*id));
            let entered = self.pipeline_to_enter(actor, entered, &mut wrong).await?;
            let stays = before.pipeline_after(&patch) == before.pipeline;
            let pipeline = if stays { pipeline } else { entered };
            let (lead, stamp) = (before.clone(), self.stamp(actor));
            let changed = lead.update(patch, pipeline.as_ref(), schemas.of(), stamp, &mut || self.new_id());
            let lead = self.decided(actor, Some(&before), wrong, changed).await?;
            let stays = lead.stage_id.is_none() && lead.stage == before.stage && lead.pipeline == before.pipeline;
            let saved = Lead { stage_id: lead.stage_id.or(gone.filter(|_| stays)), ..lead.clone() };
            match self.store.save_lead(actor.tenant(), &saved, &before).await {
                Err(StoreError::Missing) => Err(pipeline_missing(&lead)),
                other => Ok(other.map(|()| lead)?),
            }
        })
        .await
    }

    /// Removes a lead.
    pub async fn delete_lead(&self, actor: &Actor, id: LeadId, expected: Expected) -> Result<(), Error> {
        may(actor, Action::Delete, Model::Lead)?;
        self.retrying(async || {
            let (lead, _) = self.load_lead(actor, id).await?;
            check_version(expected, lead.meta.version)?;
            Ok(self.store.delete_lead(actor.tenant(), &lead).await?)
        })
        .await
    }

    /// Completes, or reopens, a task, in place.
    pub async fn update_lead_task(
        &self,
        actor: &Actor,
        id: LeadId,
        task: EntryId,
        completed: bool,
        expected: Expected,
    ) -> Result<Lead, Error> {
        may(actor, Action::Change, Model::Lead)?;
        let tenant = actor.tenant();
        self.retrying(async || {
            let changed = self.store.complete_lead_task(tenant, id, task, completed, expected, self.now()).await;
            let lead = self.in_place(changed, expected, async || self.lead_version(actor, id).await).await?;
            self.lead_as_shown(tenant, lead).await
        })
        .await
    }

    /// Removes a note, in place.
    pub async fn delete_lead_note(
        &self,
        actor: &Actor,
        id: LeadId,
        note: EntryId,
        expected: Expected,
    ) -> Result<Lead, Error> {
        may(actor, Action::Change, Model::Lead)?;
        let tenant = actor.tenant();
        self.retrying(async || {
            let changed = self.store.drop_lead_note(tenant, id, note, expected, self.now()).await;
            let lead = self.in_place(changed, expected, async || self.lead_version(actor, id).await).await?;
            self.lead_as_shown(tenant, lead).await
        })
        .await
    }

    /// A lead in its stage of today.
    pub(crate) async fn lead_as_shown(&self, tenant: Tenant, lead: Lead) -> Result<Lead, Error> {
        Ok(self.with_pipeline(tenant, lead).await?.0)
    }

    /// A lead in its stage of today, with its pipeline.
    async fn load_lead(&self, actor: &Actor, id: LeadId) -> Result<(Lead, Option<Pipeline>), Error> {
        let lead = self.store.lead(actor.tenant(), id).await?.ok_or(domain::Error::NotFound)?;
        self.with_pipeline(actor.tenant(), lead).await
    }

    async fn with_pipeline(&self, tenant: Tenant, lead: Lead) -> Result<(Lead, Option<Pipeline>), Error> {
        let Some(id) = lead.pipeline else { return Ok((lead, None)) };
        Ok(match self.store.pipeline(tenant, id).await? {
            Some(pipeline) => (lead.shown_in(&pipeline), Some(pipeline)),
            None => (lead, None),
        })
    }

    /// Leads in their stages of today: a round trip for each hundred pipelines that they are in.
    ///
    /// # Errors
    /// The store's.
    pub async fn leads_as_shown(&self, tenant: Tenant, leads: Vec<Lead>) -> Result<Vec<Lead>, Error> {
        let ids: BTreeSet<_> = leads.iter().filter_map(|lead| lead.pipeline).collect();
        let mut pipelines = Vec::new();
        for ids in Vec::from_iter(ids).chunks(READ_AT_ONCE) {
            pipelines.extend(self.store.pipelines_of(tenant, ids).await?);
        }
        let pipelines = by_id(pipelines);
        let shown = |lead: Lead| match lead.pipeline.and_then(|id| pipelines.get(&id)) {
            Some(pipeline) => lead.shown_in(pipeline),
            None => lead,
        };
        Ok(leads.into_iter().map(shown).collect())
    }

    async fn lead_version(&self, actor: &Actor, id: LeadId) -> Result<Option<u64>, Error> {
        Ok(self.store.lead(actor.tenant(), id).await?.map(|lead| lead.meta.version))
    }

    async fn lead_schemas(&self, actor: &Actor) -> Result<LoadedSchemas, Error> {
        let entities = [EntityName::Lead, EntityName::LeadClientInfo, EntityName::LeadServiceInfo];
        self.schemas(actor, entities).await.map(LoadedSchemas)
    }

    /// The pipeline that a lead is put into.
    async fn pipeline_to_enter(
        &self,
        actor: &Actor,
        id: Option<PipelineId>,
        wrong: &mut FieldErrors,
    ) -> Result<Option<Pipeline>, Error> {
        let Some(id) = id else { return Ok(None) };
        let pipeline = self.store.pipeline(actor.tenant(), id).await?;
        if pipeline.is_none() {
            wrong.add("pipeline", does_not_exist(id));
        }
        Ok(pipeline)
    }
}

fn by_id(pipelines: Vec<Pipeline>) -> BTreeMap<PipelineId, Pipeline> {
    pipelines.into_iter().map(|pipeline| (pipeline.id, pipeline)).collect()
}

fn pipeline_missing(lead: &Lead) -> Error {
    match lead.pipeline {
        Some(id) => no_such("pipeline", id),
        None => domain::Error::Contended.into(),
    }
}
