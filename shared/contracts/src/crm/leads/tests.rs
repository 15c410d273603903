use domain::Patch;
use domain::record::AttributesChange;
use serde_json::{Value, json};

use super::*;
use crate::wire::parse_object;

const ID: &str = "0190b5a1-7c5e-7000-8000-000000000001";

fn body(json: Value) -> LeadBody {
    parse_object(json.to_string().as_bytes()).unwrap()
}

#[test]
fn the_documents_lead_is_read_field_by_field() {
    let NewLead {
        name,
        responsible,
        pipeline,
        possible_client,
        moodle_course_id,
        stage,
        stage_id,
        lost_reason,
        client_attributes,
        services,
        extras,
    } = body(json!({
        "name": "Potential Student", "responsible": 1, "pipeline": ID, "stage": "Prospecting",
        "attributes": {"source": "LinkedIn"},
        "client_attributes": {"age": 25, "location": "New York"},
        "service_attributes": [{"name": "Full Stack Course", "cost": 5000, "quantity": 1}],
        "list_of_tasks": [{"task": "Initial call", "date": "2025-01-20", "completed": false}]
    }))
    .into_new()
    .unwrap();
    assert_eq!((name.as_str(), responsible), ("Potential Student", Some(1)));
    assert_eq!((pipeline, possible_client), (Some(ID.parse().unwrap()), None));
    assert_eq!((moodle_course_id, stage.as_str(), lost_reason.as_str()), (None, "Prospecting", ""));
    assert_eq!(json!(client_attributes), json!({"age": 25, "location": "New York"}));
    assert_eq!((stage_id, services.len()), (None, 1));
    assert_eq!(services[0].id, None);
    assert_eq!(json!(services[0].values), json!({"name": "Full Stack Course", "cost": 5000, "quantity": 1}));
    assert_eq!(json!(extras.attributes), json!({"source": "LinkedIn"}));
    assert_eq!((extras.tasks.len(), extras.notes.len()), (1, 0));
}

#[test]
fn a_service_may_bring_its_id_and_a_wrong_one_is_named_by_its_place() {
    let services = |sent: Value| body(json!({"service_attributes": sent})).into_patch(Update::Patch);
    let kept = services(json!([{"id": ID, "cost": 1}, {"id": null}, {"id": ""}])).unwrap().services.unwrap();
    assert_eq!(kept.iter().map(|service| service.id).collect::<Vec<_>>(), [Some(ID.parse().unwrap()), None, None]);
    assert_eq!(json!(kept[0].values), json!({"cost": 1}));
    let wrong = services(json!([{"cost": 1}, {"id": "x"}, {"id": 7}, []])).unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "service_attributes: Entry 2: id: Must be a valid UUID. Entry 3: id: Must be a valid UUID. \
         Entry 4: Expected a dictionary of items but got type \"list\"."
    );
}

#[test]
fn every_wrong_field_of_a_lead_is_named() {
    let wrong = body(json!({
        "responsible": "x", "pipeline": 5, "possible_client": "x", "moodle_course_id": 5, "stage": [], "stage_id": 5,
        "lost_reason": {},
        "attributes": 1, "client_attributes": [], "service_attributes": {}, "list_of_tasks": [{}], "list_of_notes": null
    }))
    .into_new()
    .unwrap_err();
    let fields: Vec<_> = wrong.wrong.iter().map(|(field, _)| field).collect();
    assert_eq!(
        fields,
        [
            "name",
            "responsible",
            "pipeline",
            "possible_client",
            "moodle_course_id",
            "stage",
            "stage_id",
            "lost_reason",
            "client_attributes",
            "service_attributes",
            "attributes",
            "list_of_tasks",
            "list_of_notes"
        ]
    );
}

#[test]
fn null_empties_a_reference_and_put_replaces_what_patch_merges() {
    let sent = || body(json!({"responsible": null, "pipeline": null, "stage": null, "client_attributes": {"a": 1}}));
    let change = sent().into_patch(Update::Put).unwrap();
    assert_eq!((change.responsible, change.pipeline), (Patch::Clear, Patch::Clear));
    assert_eq!((change.possible_client, change.stage), (Patch::Keep, Some(ShortText::default())));
    assert!(matches!(change.client_attributes, Some(AttributesChange::Replace(_))));
    let change = sent().into_patch(Update::Patch).unwrap();
    assert!(matches!(change.client_attributes, Some(AttributesChange::Merge(_))));
    assert_eq!(body(json!({"id": 1, "list_of_images": 1})).into_patch(Update::Put), Ok(LeadPatch::default()));
}
