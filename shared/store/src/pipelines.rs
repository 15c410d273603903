//! Pipelines, with the count of the leads that refer to each.

use domain::Tenant;
use domain::id::{PipelineId, StageId};
use domain::pipeline::{Color, Pipeline, Stage, StageOrder, Stages};
use domain::text::{LongText, Name};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::clients::no_references;
use crate::codec::{MetaBody, Stored, decode, encode, encode_body};
use crate::error::StoreError;
use crate::keys::{self, Collection, Key};
use crate::lists::{Page, PageRequest};
use crate::table::n;
use crate::transaction::Transaction;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PipelineBody {
    id: PipelineId,
    name: Name,
    description: LongText,
    stages: Vec<StageBody>,
    #[serde(flatten)]
    meta: MetaBody,
}

#[derive(Debug, Serialize, Deserialize)]
struct StageBody {
    id: StageId,
    name: Name,
    color: Color,
    order: StageOrder,
}

impl Stored for Pipeline {
    type Body = PipelineBody;
    const MODEL: Option<&'static str> = None;

    fn body(&self) -> PipelineBody {
        let Self { id, name, description, stages, meta } = self.clone();
        let stages = stages.as_slice().iter().map(|stage| {
            let Stage { id, name, color, order } = stage.clone();
            StageBody { id, name, color, order }
        });
        PipelineBody { id, name, description, stages: stages.collect(), meta: (&meta).into() }
    }

    fn restore(body: PipelineBody) -> Result<Self, StoreError> {
        let PipelineBody { id, name, description, stages, meta } = body;
        let stages = stages.into_iter().map(|StageBody { id, name, color, order }| Stage { id, name, color, order });
        let stages = Stages::parse(stages.collect()).map_err(StoreError::corrupt)?;
        Ok(Self { id, name, description, stages, meta: meta.into() })
    }
}

fn key(tenant: Tenant, id: PipelineId) -> Key {
    keys::member(tenant, Collection::Pipeline, id)
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`], and the writes
/// with [`StoreError::Raced`] and [`StoreError::TooLarge`] too.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// A pipeline.
    pub async fn pipeline(&self, tenant: Tenant, id: PipelineId) -> Result<Option<Pipeline>, StoreError> {
        self.find(&key(tenant, id)).await
    }

    /// All pipelines of an organisation.
    pub async fn all_pipelines(&self, tenant: Tenant) -> Result<Vec<Pipeline>, StoreError> {
        self.all(tenant, Collection::Pipeline).await
    }

    /// The pipelines of some ids, of which there are at most 100. Those that are not there are left out.
    pub async fn pipelines_of(&self, tenant: Tenant, ids: &[PipelineId]) -> Result<Vec<Pipeline>, StoreError> {
        let keys: Vec<_> = ids.iter().map(|id| key(tenant, *id)).collect();
        self.table.get_all(&keys).await?.into_iter().map(decode).collect()
    }

    /// A page of the pipelines, oldest first.
    pub async fn pipelines(&self, tenant: Tenant, page: PageRequest) -> Result<Page<Pipeline>, StoreError> {
        self.page(tenant, Collection::Pipeline, page, None).await
    }

    /// Writes a new pipeline.
    pub async fn create_pipeline(&self, tenant: Tenant, pipeline: &Pipeline) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.create(encode(pipeline, &key(tenant, pipeline.id))?);
        commit.create(no_references(tenant, Collection::Pipeline, pipeline.id));
        commit.commit(&self.table).await
    }

    /// Writes a pipeline over the version `before`.
    pub async fn save_pipeline(&self, tenant: Tenant, pipeline: &Pipeline, before: u64) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(encode(pipeline, &key(tenant, pipeline.id))?, before);
        commit.commit(&self.table).await
    }

    /// Removes a pipeline that no lead refers to; one that a lead refers to loses the race.
    pub async fn delete_pipeline(&self, tenant: Tenant, pipeline: &Pipeline) -> Result<(), StoreError> {
        let key = key(tenant, pipeline.id);
        let mut commit = Transaction::new();
        commit.put(encode_body(&pipeline.body(), &keys::trash(tenant, &key))?);
        commit.remove(key, pipeline.meta.version);
        let none = [(":none".to_owned(), n(0))].into();
        commit.remove_if(keys::refs(tenant, Collection::Pipeline, pipeline.id), "refs = :none", none);
        commit.commit(&self.table).await
    }

    /// Whether leads refer to a pipeline.
    pub async fn pipeline_has_leads(&self, tenant: Tenant, id: PipelineId) -> Result<bool, StoreError> {
        self.is_referred_to(&keys::refs(tenant, Collection::Pipeline, id)).await
    }
}
