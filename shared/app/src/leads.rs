//! Leads.

use std::collections::{BTreeMap, BTreeSet};

use domain::attributes::EntityName;
use domain::filter::LeadFilter;
use domain::id::{ClientId, EntryId, LeadId, PipelineId};
use domain::lead::{Lead, LeadPatch, LeadSchemas, NewLead};
use domain::pipeline::Pipeline;
use domain::{Action, Actor, FieldErrors, Model, Patch, Tenant};
use store::{Page, PageRequest, StoreError};

use crate::attributes::LoadedSchema;
use crate::contacts::{does_not_exist, no_such};
use crate::invoice_actions::READ_AT_ONCE;
use crate::{App, Error, Expected, check_version, may};

/// The definitions that bind a lead, as they were loaded.
struct LoadedSchemas([LoadedSchema; 3]);

impl LoadedSchemas {
    fn of(&self) -> LeadSchemas<'_> {
        let [lead, client_info, service_info] = &self.0;
        LeadSchemas { lead: lead.of(), client_info: client_info.of(), service_info: service_info.of() }
    }
}

/// What a write refers to anew, and must be the organisation's.
#[derive(Clone, Copy)]
struct References {
    responsible: Option<u64>,
    pipeline: Option<PipelineId>,
    possible_client: Option<ClientId>,
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
    pub async fn create_lead(&self, actor: &Actor, new: NewLead) -> Result<Lead, Error> {
        may(actor, Action::Add, Model::Lead)?;
        let schemas = self.lead_schemas(actor).await?;
        let id = LeadId::new(self.new_id());
        let references =
            References { responsible: new.responsible, pipeline: new.pipeline, possible_client: new.possible_client };
        self.retrying(async || {
            let (pipeline, errors) = self.look_up(actor, references).await?;
            let stamp = self.stamp(actor);
            let lead = Lead::create(id, new.clone(), pipeline.as_ref(), schemas.of(), stamp, &mut || self.new_id());
            let lead = together(errors, lead)?;
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
        patch: LeadPatch,
        expected: Expected,
    ) -> Result<Lead, Error> {
        may(actor, Action::Change, Model::Lead)?;
        let schemas = self.lead_schemas(actor).await?;
        self.retrying(async || {
            let (before, pipeline) = self.load_lead(actor, id).await?;
            check_version(expected, before.meta.version)?;
            let references = References {
                responsible: changed(patch.responsible, before.responsible),
                pipeline: changed(patch.pipeline, before.pipeline),
                possible_client: changed(patch.possible_client, before.possible_client),
            };
            let (entered, errors) = self.look_up(actor, references).await?;
            let stays = before.pipeline_after(&patch) == before.pipeline;
            let pipeline = if stays { pipeline } else { entered };
            let (lead, stamp) = (before.clone(), self.stamp(actor));
            let lead = lead.update(patch.clone(), pipeline.as_ref(), schemas.of(), stamp, &mut || self.new_id());
            let lead = together(errors, lead)?;
            match self.store.save_lead(actor.tenant(), &lead, &before).await {
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

    /// The pipeline among the references, and what is wrong with all of them.
    async fn look_up(&self, actor: &Actor, references: References) -> Result<(Option<Pipeline>, FieldErrors), Error> {
        let (tenant, mut errors) = (actor.tenant(), FieldErrors::new());
        if let Some(number) = references.responsible
            && !self.store.member_exists(tenant, number).await?
        {
            errors.add("responsible", does_not_exist(number));
        }
        if let Some(client) = references.possible_client
            && self.store.client(tenant, client).await?.is_none()
        {
            errors.add("possible_client", does_not_exist(client));
        }
        let mut pipeline = None;
        if let Some(id) = references.pipeline {
            pipeline = self.store.pipeline(tenant, id).await?;
            if pipeline.is_none() {
                errors.add("pipeline", does_not_exist(id));
            }
        }
        Ok((pipeline, errors))
    }
}

fn by_id(pipelines: Vec<Pipeline>) -> BTreeMap<PipelineId, Pipeline> {
    pipelines.into_iter().map(|pipeline| (pipeline.id, pipeline)).collect()
}

/// What a change refers to, if that is not what the object refers to already.
fn changed<T: Copy + PartialEq>(patch: Patch<T>, current: Option<T>) -> Option<T> {
    patch.into_option().filter(|new| current != Some(*new))
}

/// A decision, with what was wrong before it: everything is named at once.
pub(crate) fn together<T>(mut errors: FieldErrors, decided: Result<T, FieldErrors>) -> Result<T, FieldErrors> {
    match decided {
        Ok(value) => errors.into_result().map(|()| value),
        Err(wrong) => {
            errors.merge(wrong);
            Err(errors)
        }
    }
}

fn pipeline_missing(lead: &Lead) -> Error {
    match lead.pipeline {
        Some(id) => no_such("pipeline", id),
        None => domain::Error::Contended.into(),
    }
}
