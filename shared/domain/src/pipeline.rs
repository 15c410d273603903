//! Pipelines: the stages that a lead goes through. Every pipeline ends in the same two, Won and Lost.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::id::PipelineId;
use crate::record::Meta;
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
    pub stages: Stages,
}

/// A change of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PipelinePatch {
    /// The name.
    pub name: Option<Name>,
    /// What it is for.
    pub description: Option<LongText>,
    /// The stages that replace those before the final ones.
    pub stages: Option<Stages>,
}

/// A stage that the organisation defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
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
    /// Whether a text names this stage; stages are named without regard to case.
    #[must_use]
    pub fn is_named(self, text: &str) -> bool {
        same_name(self.name, text)
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
}

impl Stages {
    /// The most stages before the final ones.
    pub const MAX: usize = 98;

    /// Checks stages and puts them in their order.
    ///
    /// # Errors
    /// Too many, a final stage among them, or a name twice; case makes no difference.
    pub fn parse(mut stages: Vec<Stage>) -> Result<Self, StagesError> {
        if stages.len() > Self::MAX {
            return Err(StagesError::TooMany(Self::MAX));
        }
        let mut names = BTreeSet::new();
        for Stage { name, .. } in &stages {
            if WON.is_named(name.as_str()) || LOST.is_named(name.as_str()) {
                return Err(StagesError::Reserved(name.to_string()));
            }
            if !names.insert(folded(name.as_str())) {
                return Err(StagesError::Twice(name.to_string()));
            }
        }
        stages.sort_by_key(|stage| stage.order);
        Ok(Self(stages))
    }

    /// The stages, in their order.
    #[must_use]
    pub fn as_slice(&self) -> &[Stage] {
        &self.0
    }
}

impl Pipeline {
    /// Makes a pipeline.
    #[must_use]
    pub fn create(id: PipelineId, new: NewPipeline, stamp: Stamp<'_>) -> Self {
        let NewPipeline { name, description, stages } = new;
        Self { id, name, description, stages, meta: Meta::new(stamp) }
    }

    /// The pipeline after a change.
    #[must_use]
    pub fn update(mut self, patch: PipelinePatch, stamp: Stamp<'_>) -> Self {
        let PipelinePatch { name, description, stages } = patch;
        self.name = name.unwrap_or(self.name);
        self.description = description.unwrap_or(self.description);
        self.stages = stages.unwrap_or(self.stages);
        self.meta.touch(stamp.at);
        self
    }

    /// The stage that a text names, as the pipeline spells it.
    #[must_use]
    pub fn stage_named(&self, text: &str) -> Option<&str> {
        let own = self.stages.as_slice().iter().map(|stage| stage.name.as_str());
        own.chain([WON.name, LOST.name]).find(|name| same_name(name, text))
    }
}

fn same_name(one: &str, other: &str) -> bool {
    folded(one) == folded(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Author;
    use crate::id::UserId;
    use jiff::Timestamp;
    use uuid::Uuid;

    fn stage(name: &str, order: u32) -> Stage {
        Stage { name: Name::parse(name).unwrap(), color: Color::default(), order: StageOrder::new(order).unwrap() }
    }

    #[test]
    fn stages_stand_in_their_order_and_equals_as_they_were_sent() {
        let stages = Stages::parse(vec![stage("c", 2), stage("a", 0), stage("d", 2), stage("b", 1)]).unwrap();
        let names: Vec<_> = stages.as_slice().iter().map(|stage| stage.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c", "d"]);
    }

    #[test]
    fn a_final_stage_and_a_name_twice_are_refused_in_any_case() {
        for name in ["Won", "won", "LOST", " Lost "] {
            assert!(matches!(Stages::parse(vec![stage(name, 1)]), Err(StagesError::Reserved(_))), "{name}");
        }
        let twice = Stages::parse(vec![stage("Été", 1), stage("ÉTÉ", 2)]);
        assert_eq!(twice, Err(StagesError::Twice("ÉTÉ".into())));
        assert!(Stages::parse(vec![stage("Wonderful", 1), stage("Lost & found", 2)]).is_ok());
    }

    #[test]
    fn the_final_stages_leave_room_for_98_others() {
        let many = |n: u32| (0..n).map(|i| stage(&format!("s{i}"), i.min(98))).collect();
        assert!(Stages::parse(many(98)).is_ok());
        assert_eq!(Stages::parse(many(99)), Err(StagesError::TooMany(98)));
        assert_eq!((StageOrder::new(98).map(StageOrder::get), StageOrder::new(99)), (Ok(98), Err(InvalidOrder)));
        assert_eq!(StageOrder::new(355), Err(InvalidOrder));
    }

    #[test]
    fn a_color_is_three_or_six_hexadecimal_digits() {
        for good in ["#fff", "#6c6f73", "#DC3545"] {
            assert_eq!(Color::parse(good).map(|color| color.as_str().to_owned()), Ok(good.to_owned()));
        }
        for bad in ["", "#", "fff", "#ffff", "#12345g", "red", "##fff", "#ff é"] {
            assert_eq!(Color::parse(bad), Err(InvalidColor), "{bad}");
        }
    }

    #[test]
    fn a_stage_is_found_in_any_case_as_the_pipeline_spells_it() {
        let by = Author { id: UserId::new(Uuid::nil()), number: 1, name: "a".into() };
        let stamp = Stamp { at: Timestamp::UNIX_EPOCH, by: &by };
        let stages = Stages::parse(vec![stage("Prospecting", 1)]).unwrap();
        let new = NewPipeline { name: Name::parse("B2B").unwrap(), description: LongText::default(), stages };
        let pipeline = Pipeline::create(PipelineId::new(Uuid::nil()), new, stamp);
        assert_eq!(pipeline.stage_named("prospecting"), Some("Prospecting"));
        assert_eq!((pipeline.stage_named("WON"), pipeline.stage_named("lost")), (Some("Won"), Some("Lost")));
        assert_eq!(pipeline.stage_named("Closed"), None);
    }
}
