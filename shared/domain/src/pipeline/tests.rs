use super::*;
use crate::actor::Author;
use crate::id::UserId;
use jiff::Timestamp;
use uuid::Uuid;

const PIPELINE: PipelineId = PipelineId::new(Uuid::from_u128(9));

fn sent(id: Option<u128>, name: &str, order: u32) -> SentStage {
    let id = id.map(|id| StageId::new(Uuid::from_u128(id)));
    let order = StageOrder::new(order).unwrap();
    SentStage { id, name: Name::parse(name).unwrap(), color: Color::default(), order }
}

fn parse(stages: Vec<SentStage>) -> Result<SentStages, StagesError> {
    SentStages::parse(stages, vec![])
}

/// Stages of the pipeline, whose new ids count from 100.
fn placed(stages: Vec<SentStage>, before: &Stages) -> Result<Stages, StagesError> {
    let mut ids = 99;
    parse(stages)?.in_pipeline(PIPELINE, before, &mut || {
        ids += 1;
        Uuid::from_u128(ids)
    })
}

fn shown(stages: &Stages) -> Vec<(u128, &str)> {
    stages.as_slice().iter().map(|stage| (stage.id.uuid().as_u128(), stage.name.as_str())).collect()
}

#[test]
fn stages_stand_in_their_order_and_equals_as_they_were_sent() {
    let all = [("c", 2), ("a", 0), ("d", 2), ("b", 1)].map(|(name, order)| sent(None, name, order));
    let stages = placed(all.to_vec(), &Stages::default()).unwrap();
    assert_eq!(shown(&stages), [(101, "a"), (103, "b"), (100, "c"), (102, "d")]);
}

#[test]
fn a_final_stage_and_a_name_twice_are_refused_in_any_case() {
    for name in ["Won", "won", "LOST", " Lost "] {
        assert!(matches!(parse(vec![sent(None, name, 1)]), Err(StagesError::Reserved(_))), "{name}");
    }
    let twice = parse(vec![sent(None, "Été", 1), sent(None, "ÉTÉ", 2)]);
    assert_eq!(twice, Err(StagesError::Twice("ÉTÉ".into())));
    assert!(parse(vec![sent(None, "Wonderful", 1), sent(None, "Lost & found", 2)]).is_ok());
}

#[test]
fn the_final_stages_leave_room_for_98_others() {
    let many = |n: u32| (0..n).map(|i| sent(None, &format!("s{i}"), i.min(98))).collect();
    assert!(parse(many(98)).is_ok());
    assert_eq!(parse(many(99)), Err(StagesError::TooMany(98)));
    assert_eq!((StageOrder::new(98).map(StageOrder::get), StageOrder::new(99)), (Ok(98), Err(InvalidOrder)));
    assert_eq!(StageOrder::new(355), Err(InvalidOrder));
}

#[test]
fn a_stage_keeps_its_id_by_the_id_that_is_sent_or_by_its_name() {
    let before = placed(vec![sent(Some(1), "Call", 1), sent(Some(2), "Offer", 2)], &Stages::default()).unwrap();
    let after = |stages| shown(&placed(stages, &before).unwrap()).into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    assert_eq!(after(vec![sent(None, "OFFER", 1), sent(None, "call", 2), sent(None, "New", 3)]), [2, 1, 100]);
    assert_eq!(after(vec![sent(Some(1), "First call", 1), sent(None, "Call", 2)]), [1, 100]);
    assert_eq!(after(vec![sent(Some(2), "Call", 1), sent(Some(1), "Offer", 2)]), [2, 1]);
    let twice = placed(vec![sent(Some(1), "a", 1), sent(Some(1), "b", 2)], &before);
    assert_eq!(twice, Err(StagesError::SameId(StageId::new(Uuid::from_u128(1)))));
}

#[test]
fn the_final_stages_may_be_sent_as_they_were_shown_and_not_otherwise() {
    let place = |own, shown| {
        let sent = SentStages::parse(own, shown).unwrap();
        sent.in_pipeline(PIPELINE, &Stages::default(), &mut || Uuid::nil()).map(|stages| stages.as_slice().len())
    };
    let both = [WON, LOST].map(|last| (last.id_in(PIPELINE), last)).to_vec();
    assert_eq!(place(vec![sent(None, "Call", 1)], both), Ok(1));
    let swapped = vec![(LOST.id_in(PIPELINE), WON)];
    assert_eq!(place(vec![], swapped), Err(StagesError::Reserved("Won".into())));
    let renamed = SentStage { id: Some(LOST.id_in(PIPELINE)), ..sent(None, "Gone", 1) };
    assert_eq!(place(vec![renamed], vec![]), Err(StagesError::Reserved("Lost".into())));
}

#[test]
fn a_derived_id_is_that_of_the_pipeline_and_the_name_in_any_case_for_good() {
    let id = StageId::derived(PIPELINE, "Prospecting");
    assert_eq!(id, StageId::derived(PIPELINE, "PROSPECTING"));
    assert_ne!(id, StageId::derived(PipelineId::new(Uuid::from_u128(8)), "Prospecting"));
    assert_ne!(id, StageId::derived(PIPELINE, "Negotiation"));
    assert_eq!(id.to_string(), "b315efb9-310d-86ee-92c5-4866e636156f");
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
fn a_stage_is_found_by_its_id_and_in_any_case_by_its_name() {
    let by = Author { id: UserId::new(Uuid::nil()), number: 1, name: "a".into() };
    let stamp = Stamp { at: Timestamp::UNIX_EPOCH, by: &by };
    let stages = parse(vec![sent(Some(1), "Prospecting", 1)]).unwrap();
    let new = NewPipeline { name: Name::parse("B2B").unwrap(), description: LongText::default(), stages };
    let pipeline = Pipeline::create(PIPELINE, new, stamp, &mut || Uuid::nil()).unwrap();
    let first = StageId::new(Uuid::from_u128(1));
    assert_eq!(pipeline.stage_named("prospecting"), Some((first, "Prospecting")));
    assert_eq!(pipeline.stage_named("WON"), Some((WON.id_in(PIPELINE), "Won")));
    assert_eq!(pipeline.stage_named("Closed"), None);
    assert_eq!(pipeline.stage_of(first), Some((first, "Prospecting")));
    assert_eq!(pipeline.stage_of(LOST.id_in(PIPELINE)), Some((LOST.id_in(PIPELINE), "Lost")));
    assert_eq!(pipeline.stage_of(StageId::new(Uuid::nil())), None);
}
