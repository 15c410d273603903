//! Pipelines: the stages that a lead goes through. Every pipeline ends in the same two, Won and Lost.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::FieldErrors;
use crate::id::{PipelineId, StageId};
use crate::record::{Meta, NewId};
use crate::text::{LongText, Name, folded};
use crate::worklist::Stamp;

/// A pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipeline {
    /// The pipeline's id.
    pub id: PipelineId,
    /// The name.
    pub name: Name,
    /// What it is for.
    pub description: LongText,
    /// The stages before the final ones.
    pub stages: Stages,
    /// Authorship and version.
    pub meta: Meta,
}

/// A pipeline to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPipeline {
    /// The name.
    pub name: Name,
    /// What it is for.
    pub description: LongText,
    /// The stages before the final ones.
    pub stages: SentStages,
}

/// A change of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PipelinePatch {
    /// The name.
    pub name: Option<Name>,
    /// What it is for.
    pub description: Option<LongText>,
    /// The stages that replace those before the final ones.
    pub stages: Option<SentStages>,
}

/// A stage that the organisation defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// The stage's id, by which leads stay in it when it is renamed.
    pub id: StageId,
    /// The name.
    pub name: Name,
    /// The color that it is shown in.
    pub color: Color,
    /// Where it stands.
    pub order: StageOrder,
}

/// A stage as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentStage {
    /// The id: that of a stage of the pipeline, or of a new one. Without one, the stage keeps the id that the pipeline
    /// has under its name.
    pub id: Option<StageId>,
    /// The name.
    pub name: Name,
    /// The color that it is shown in.
    pub color: Color,
    /// Where it stands.
    pub order: StageOrder,
}

/// One of the two stages that every pipeline ends in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FinalStage {
    /// The name.
    pub name: &'static str,
    /// The color that it is shown in.
    pub color: &'static str,
    /// Where it stands.
    pub order: u8,
}

/// The stage of leads that became business.
pub const WON: FinalStage = FinalStage { name: "Won", color: "#28a745", order: 99 };
/// The stage of leads that came to nothing; it asks for a reason.
pub const LOST: FinalStage = FinalStage { name: "Lost", color: "#dc3545", order: 100 };

impl FinalStage {
    /// The final stage that a text names.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        [WON, LOST].into_iter().find(|stage| stage.is_named(text))
    }

    /// The stage's id in a pipeline.
    #[must_use]
    pub fn id_in(self, pipeline: PipelineId) -> StageId {
        StageId::derived(pipeline, self.name)
    }

    /// Whether a text names this stage; stages are named without regard to case.
    #[must_use]
    pub fn is_named(self, text: &str) -> bool {
        same_name(self.name, text)
    }
}

impl StageId {
    /// The id that follows from a pipeline and a stage's name: that of a final stage, and of a stage that was kept
    /// before stages had ids.
    #[must_use]
    pub fn derived(pipeline: PipelineId, name: &str) -> Self {
        let digest = Sha256::digest(format!("stage\0{pipeline}\0{}", name.to_lowercase()));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self::new(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

/// A color as CSS writes it: `#rgb` or `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color(String);

/// The text is not a color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Enter a valid color: #rgb or #rrggbb.")]
pub struct InvalidColor;

impl Color {
    /// Checks a color; its case is kept.
    ///
    /// # Errors
    /// Anything but a number sign and three or six hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, InvalidColor> {
        let digits = text.trim().strip_prefix('#').ok_or(InvalidColor)?;
        let good = matches!(digits.len(), 3 | 6) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if good { Ok(Self(format!("#{digits}"))) } else { Err(InvalidColor) }
    }

    /// The color's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Color {
    /// The gray of a stage that nobody gave a color.
    fn default() -> Self {
        Self("#6c6f73".to_owned())
    }
}

impl TryFrom<String> for Color {
    type Error = InvalidColor;

    fn try_from(text: String) -> Result<Self, InvalidColor> {
        Self::parse(&text)
    }
}

impl From<Color> for String {
    fn from(color: Color) -> Self {
        color.0
    }
}

/// Where a stage stands: before the final ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct StageOrder(u8);

/// The number is one of the final stages', or beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Ensure this value is less than or equal to {}.", StageOrder::MAX)]
pub struct InvalidOrder;

impl StageOrder {
    /// The last place before the final stages.
    pub const MAX: u8 = WON.order - 1;

    /// Checks a place.
    ///
    /// # Errors
    /// More than [`StageOrder::MAX`].
    pub fn new(order: u32) -> Result<Self, InvalidOrder> {
        u8::try_from(order).ok().filter(|order| *order <= Self::MAX).map(Self).ok_or(InvalidOrder)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u32> for StageOrder {
    type Error = InvalidOrder;

    fn try_from(order: u32) -> Result<Self, InvalidOrder> {
        Self::new(order)
    }
}

impl From<StageOrder> for u32 {
    fn from(order: StageOrder) -> Self {
        Self::from(order.0)
    }
}

/// The stages that an organisation defined for a pipeline, in their order; of two with one order, the
/// one that was sent first comes first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stages(Vec<Stage>);

/// The stages of a pipeline as they are sent. The final ones may be among them as they were shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SentStages {
    own: Vec<SentStage>,
    shown: Vec<(StageId, FinalStage)>,
}

/// Why stages were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StagesError {
    /// More than leave room for the final stages.
    #[error("Ensure this list has no more than {0} stages.")]
    TooMany(usize),
    /// A final stage.
    #[error("The stage \"{0}\" is added to every pipeline and cannot be sent.")]
    Reserved(String),
    /// Two stages of one name.
    #[error("The stage \"{0}\" is there twice.")]
    Twice(String),
    /// Two stages of one id.
    #[error("The id {0} is used twice.")]
    SameId(StageId),
}

impl Stages {
    /// The most stages before the final ones.
    pub const MAX: usize = 98;

    /// Checks stages and puts them in their order.
    ///
    /// # Errors
    /// Too many, a final stage among them, or a name or an id twice; case makes no difference.
    pub fn parse(mut stages: Vec<Stage>) -> Result<Self, StagesError> {
        check(stages.iter().map(|stage| (Some(stage.id), &stage.name)))?;
        stages.sort_by_key(|stage| stage.order);
        Ok(Self(stages))
    }

    /// The stages, in their order.
    #[must_use]
    pub fn as_slice(&self) -> &[Stage] {
        &self.0
    }
}

impl SentStages {
    /// Checks stages, and the final ones that were sent as they were shown, with their ids.
    ///
    /// # Errors
    /// As [`Stages::parse`].
    pub fn parse(own: Vec<SentStage>, shown: Vec<(StageId, FinalStage)>) -> Result<Self, StagesError> {
        check(own.iter().map(|stage| (stage.id, &stage.name)))?;
        Ok(Self { own, shown })
    }

    /// The stages of a pipeline that had others before.
    ///
    /// # Errors
    /// A final stage under an id that is not its own, or another stage under a final one's.
    pub fn in_pipeline(self, pipeline: PipelineId, before: &Stages, new_id: NewId<'_>) -> Result<Stages, StagesError> {
        let Self { own, shown } = self;
        let ids: BTreeSet<_> = own.iter().filter_map(|stage| stage.id).collect();
        let taken = [WON, LOST].into_iter().find(|last| ids.contains(&last.id_in(pipeline)));
        let other = shown.into_iter().find(|(id, last)| *id != last.id_in(pipeline)).map(|(_, last)| last);
        if let Some(last) = taken.or(other) {
            return Err(StagesError::Reserved(last.name.to_owned()));
        }
        let of_name =
            |name: &Name| before.as_slice().iter().find(|stage| same_name(stage.name.as_str(), name.as_str()));
        let stages = own.into_iter().map(|SentStage { id, name, color, order }| {
            let kept = || of_name(&name).map(|stage| stage.id).filter(|id| !ids.contains(id));
            let id = id.or_else(kept).unwrap_or_else(|| StageId::new(new_id()));
            Stage { id, name, color, order }
        });
        Stages::parse(stages.collect())
    }
}

fn check<'a>(stages: impl ExactSizeIterator<Item = (Option<StageId>, &'a Name)>) -> Result<(), StagesError> {
    if stages.len() > Stages::MAX {
        return Err(StagesError::TooMany(Stages::MAX));
    }
    let (mut names, mut ids) = (BTreeSet::new(), BTreeSet::new());
    for (id, name) in stages {
        if FinalStage::named(name.as_str()).is_some() {
            return Err(StagesError::Reserved(name.to_string()));
        }
        if !names.insert(folded(name.as_str())) {
            return Err(StagesError::Twice(name.to_string()));
        }
        if let Some(id) = id.filter(|id| !ids.insert(*id)) {
            return Err(StagesError::SameId(id));
        }
    }
    Ok(())
}

impl Pipeline {
    /// Makes a pipeline.
    ///
    /// # Errors
    /// Stages that it cannot have, under `stages`.
    pub fn create(id: PipelineId, new: NewPipeline, stamp: Stamp<'_>, new_id: NewId<'_>) -> Result<Self, FieldErrors> {
        let NewPipeline { name, description, stages } = new;
        let stages = stages.in_pipeline(id, &Stages::default(), new_id).map_err(under_stages)?;
        Ok(Self { id, name, description, stages, meta: Meta::new(stamp) })
    }

    /// The pipeline after a change.
    ///
    /// # Errors
    /// As [`Pipeline::create`].
    pub fn update(mut self, patch: PipelinePatch, stamp: Stamp<'_>, new_id: NewId<'_>) -> Result<Self, FieldErrors> {
        let PipelinePatch { name, description, stages } = patch;
        if let Some(stages) = stages {
            self.stages = stages.in_pipeline(self.id, &self.stages, new_id).map_err(under_stages)?;
        }
        self.name = name.unwrap_or(self.name);
        self.description = description.unwrap_or(self.description);
        self.meta.touch(stamp.at);
        Ok(self)
    }

    /// The stage that a text names, as the pipeline spells it.
    #[must_use]
    pub fn stage_named(&self, text: &str) -> Option<(StageId, &str)> {
        self.all_stages().find(|(_, name)| same_name(name, text))
    }

    /// The stage of an id.
    #[must_use]
    pub fn stage_of(&self, id: StageId) -> Option<(StageId, &str)> {
        self.all_stages().find(|(own, _)| *own == id)
    }

    fn all_stages(&self) -> impl Iterator<Item = (StageId, &str)> {
        let own = self.stages.as_slice().iter().map(|stage| (stage.id, stage.name.as_str()));
        own.chain([WON, LOST].map(|last| (last.id_in(self.id), last.name)))
    }
}

fn under_stages(error: StagesError) -> FieldErrors {
    FieldErrors::one("stages", error.to_string())
}

/// Whether two texts name one stage.
pub(crate) fn same_name(one: &str, other: &str) -> bool {
    folded(one) == folded(other)
}

#[cfg(test)]
mod tests;
