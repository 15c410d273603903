//! Leads. Each is counted at its pipeline, in the transaction that writes it.

use std::collections::BTreeMap;

use domain::Tenant;
use domain::attributes::Attributes;
use domain::filter::LeadFilter;
use domain::id::{ClientId, EntryId, LeadId, PipelineId, StageId};
use domain::lead::{Lead, LeadServices};
use domain::pipeline::Pipeline;
use domain::text::{LongText, Name, ShortText};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::clients::count_reference;
use crate::codec::{ExtrasBody, MetaBody, Stored, encode, encode_body, json_text};
use crate::error::StoreError;
use crate::keys::{self, Collection, Key};
use crate::lists::{Page, PageRequest};
use crate::transaction::Transaction;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LeadBody {
    id: LeadId,
    name: Name,
    responsible: Option<u64>,
    pipeline: Option<PipelineId>,
    possible_client: Option<ClientId>,
    moodle_course_id: Option<ShortText>,
    stage: ShortText,
    stage_id: Option<StageId>,
    lost_reason: LongText,
    #[serde(with = "json_text")]
    client_attributes: Attributes,
    #[serde(with = "json_text")]
    services: LeadServices,
    images: Vec<String>,
    #[serde(flatten)]
    extras: ExtrasBody,
    #[serde(flatten)]
    meta: MetaBody,
}

impl Stored for Lead {
    type Body = LeadBody;
    const MODEL: Option<&'static str> = Some("Lead");

    #[rustfmt::skip]
    fn body(&self) -> LeadBody {
        let Self {
            id, name, responsible, pipeline, possible_client, moodle_course_id, stage, stage_id, lost_reason,
            client_attributes, services, images, extras, meta,
        } = self.clone();
        LeadBody {
            id, name, responsible, pipeline, possible_client, moodle_course_id, stage, stage_id, lost_reason,
            client_attributes, services, images, extras: (&extras).into(), meta: (&meta).into(),
        }
    }

    #[rustfmt::skip]
    fn restore(body: LeadBody) -> Result<Self, StoreError> {
        let LeadBody {
            id, name, responsible, pipeline, possible_client, moodle_course_id, stage, stage_id, lost_reason,
            client_attributes, services, images, extras, meta,
        } = body;
        Ok(Self {
            id, name, responsible, pipeline, possible_client, moodle_course_id, stage, stage_id, lost_reason,
            client_attributes, services, images, extras: extras.into(), meta: meta.into(),
        })
    }
}

fn key(tenant: Tenant, id: LeadId) -> Key {
    keys::member(tenant, Collection::Lead, id)
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`], and the writes
/// with [`StoreError::Raced`] and [`StoreError::TooLarge`] too.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// A lead.
    pub async fn lead(&self, tenant: Tenant, id: LeadId) -> Result<Option<Lead>, StoreError> {
        self.find(&key(tenant, id)).await
    }

    /// A page of the leads, oldest first. A filter by stage takes the stages' names from the pipelines that are given.
    pub async fn leads(
        &self,
        tenant: Tenant,
        filter: &LeadFilter,
        pipelines: &BTreeMap<PipelineId, Pipeline>,
        page: PageRequest,
    ) -> Result<Page<Lead>, StoreError> {
        let matches = |lead: &Lead| filter.matches(lead, lead.pipeline.and_then(|id| pipelines.get(&id)));
        let filtered = *filter != LeadFilter::default();
        self.page(tenant, Collection::Lead, page, filtered.then_some(&matches as _)).await
    }

    /// Writes a new lead; [`StoreError::Missing`] when its pipeline is gone.
    pub async fn create_lead(&self, tenant: Tenant, lead: &Lead) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.create(encode(lead, &key(tenant, lead.id))?);
        count_move(&mut commit, tenant, None, lead.pipeline);
        commit.commit(&self.table).await
    }

    /// Writes a lead over the one that was read; [`StoreError::Missing`] when its new pipeline is
    /// gone.
    pub async fn save_lead(&self, tenant: Tenant, lead: &Lead, before: &Lead) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(encode(lead, &key(tenant, lead.id))?, before.meta.version);
        count_move(&mut commit, tenant, before.pipeline, lead.pipeline);
        commit.commit(&self.table).await
    }

    /// Removes a lead.
    pub async fn delete_lead(&self, tenant: Tenant, lead: &Lead) -> Result<(), StoreError> {
        let key = key(tenant, lead.id);
        let mut commit = Transaction::new();
        commit.put(encode_body(&lead.body(), &keys::trash(tenant, &key))?);
        commit.remove(key, lead.meta.version);
        count_move(&mut commit, tenant, lead.pipeline, None);
        commit.commit(&self.table).await
    }

    /// Completes, or reopens, a task of a lead in place. [`StoreError::Missing`] when the lead, the
    /// task, or the expected version is not there.
    pub async fn complete_lead_task(
        &self,
        tenant: Tenant,
        id: LeadId,
        task: EntryId,
        completed: bool,
        expected: Option<u64>,
        now: Timestamp,
    ) -> Result<Lead, StoreError> {
        self.complete_task(key(tenant, id), task, completed, expected, now).await
    }

    /// Removes a note of a lead in place; as [`Store::complete_lead_task`].
    pub async fn drop_lead_note(
        &self,
        tenant: Tenant,
        id: LeadId,
        note: EntryId,
        expected: Option<u64>,
        now: Timestamp,
    ) -> Result<Lead, StoreError> {
        self.drop_note(key(tenant, id), note, expected, now).await
    }
}

/// Counts a lead at the pipeline that it goes to, and no longer at the one that it leaves.
fn count_move(commit: &mut Transaction, tenant: Tenant, from: Option<PipelineId>, to: Option<PipelineId>) {
    if from == to {
        return;
    }
    if let Some(pipeline) = from {
        commit.change_or_race(count_reference(tenant, Collection::Pipeline, pipeline, -1));
    }
    if let Some(pipeline) = to {
        commit.change(count_reference(tenant, Collection::Pipeline, pipeline, 1));
    }
}
