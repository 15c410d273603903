//! Pipelines of leads.

use domain::id::PipelineId;
use domain::pipeline::{NewPipeline, Pipeline, PipelinePatch};
use domain::{Action, Actor, Model};
use store::{Page, PageRequest};

use crate::{App, Error, Expected, check_version, may};

/// All methods fail with [`domain::Error::Forbidden`] without the permission that their verb names,
/// and with [`domain::Error::NotFound`] for what is not the organisation's.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the pipelines.
    pub async fn list_pipelines(&self, actor: &Actor, page: PageRequest) -> Result<Page<Pipeline>, Error> {
        may(actor, Action::View, Model::Pipeline)?;
        Ok(self.store.pipelines(actor.tenant(), page).await?)
    }

    /// A pipeline.
    pub async fn get_pipeline(&self, actor: &Actor, id: PipelineId) -> Result<Pipeline, Error> {
        may(actor, Action::View, Model::Pipeline)?;
        self.load_pipeline(actor, id).await
    }

    /// Makes a pipeline.
    pub async fn create_pipeline(&self, actor: &Actor, new: NewPipeline) -> Result<Pipeline, Error> {
        may(actor, Action::Add, Model::Pipeline)?;
        let id = PipelineId::new(self.new_id());
        let pipeline = Pipeline::create(id, new, self.stamp(actor), &mut || self.new_id())?;
        self.store.create_pipeline(actor.tenant(), &pipeline).await?;
        Ok(pipeline)
    }

    /// Changes a pipeline. Leads stay in a stage that is renamed; those in one that goes away keep its name until they
    /// are moved.
    pub async fn update_pipeline(
        &self,
        actor: &Actor,
        id: PipelineId,
        patch: PipelinePatch,
        expected: Expected,
    ) -> Result<Pipeline, Error> {
        may(actor, Action::Change, Model::Pipeline)?;
        self.retrying(async || {
            let pipeline = self.load_pipeline(actor, id).await?;
            let before = pipeline.meta.version;
            check_version(expected, before)?;
            let pipeline = pipeline.update(patch.clone(), self.stamp(actor), &mut || self.new_id())?;
            self.store.save_pipeline(actor.tenant(), &pipeline, before).await?;
            Ok(pipeline)
        })
        .await
    }

    /// Removes a pipeline; a conflict while leads refer to it.
    pub async fn delete_pipeline(&self, actor: &Actor, id: PipelineId, expected: Expected) -> Result<(), Error> {
        may(actor, Action::Delete, Model::Pipeline)?;
        self.retrying(async || {
            let pipeline = self.load_pipeline(actor, id).await?;
            check_version(expected, pipeline.meta.version)?;
            if self.store.pipeline_has_leads(actor.tenant(), id).await? {
                return Err(domain::Error::Conflict("A pipeline with leads cannot be deleted.".into()).into());
            }
            Ok(self.store.delete_pipeline(actor.tenant(), &pipeline).await?)
        })
        .await
    }

    async fn load_pipeline(&self, actor: &Actor, id: PipelineId) -> Result<Pipeline, Error> {
        self.store.pipeline(actor.tenant(), id).await?.ok_or(domain::Error::NotFound.into())
    }
}
