//! Where a lead stands: its stage is one of its pipeline, and a loss has a reason.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_must_be_in_the_pipeline_if_one_is_set() {
    let scene = Scene::start().await;
    let pipeline = scene.pipeline().await;
    let unknown = json!({"name": "a", "pipeline": pipeline["id"], "stage": "Moodle"});
    refused(&scene.post("/api/leads/", unknown).await, &["stage"]);
    let (_, path) = scene.lead(json!({"name": "a", "pipeline": pipeline["id"], "stage": "Prospecting"})).await;
    refused(&scene.put(&path, json!({"stage": "Moodle"})).await, &["stage"]);
    refused(&scene.patch(&path, json!({"stage": "Moodle"})).await, &["stage"]);
    for stage in ["Negotiation", "Won", "Prospecting"] {
        assert_eq!(scene.patch(&path, json!({"stage": stage})).await.expect(200)["stage"], stage);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_in_another_case_is_the_pipelines_own() {
    let scene = Scene::start().await;
    let pipeline = scene.pipeline().await;
    let (lead, path) = scene.lead(json!({"name": "a", "pipeline": pipeline["id"], "stage": "prospecting"})).await;
    assert_eq!(lead["stage"], "Prospecting");
    assert_eq!(scene.patch(&path, json!({"stage": "WON"})).await.expect(200)["stage"], "Won");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_is_put_into_a_pipeline_stands_in_one_of_its_stages() {
    let scene = Scene::start().await;
    let pipeline = scene.pipeline().await;
    let (lead, path) = scene.lead(json!({"name": "a", "stage": "Moodle"})).await;
    assert_eq!((&lead["stage"], &lead["pipeline"]), (&json!("Moodle"), &Value::Null));
    let enter = json!({"pipeline": pipeline["id"]});
    refused(&scene.put(&path, enter.clone()).await, &["stage"]);
    refused(&scene.patch(&path, enter.clone()).await, &["stage"]);
    assert_eq!(scene.get(&path).await.expect(200), lead);
    let both = json!({"pipeline": pipeline["id"], "stage": "Negotiation"});
    shows(&scene.patch(&path, both.clone()).await.expect(200), &both);

    let other = scene.make("/api/pipelines/", json!({"name": "Other", "stages": [{"name": "Negotiation"}]})).await;
    let moved = scene.put(&path, json!({"pipeline": other["id"]})).await.expect(200);
    shows(&moved, &json!({"pipeline": other["id"], "stage": "Negotiation"}));
    let left = scene.put(&path, json!({"pipeline": null, "stage": "Anything"})).await.expect(200);
    shows(&left, &json!({"pipeline": null, "stage": "Anything"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_that_its_pipeline_loses_stays_until_the_lead_is_moved() {
    let scene = Scene::start().await;
    let pipeline = scene.pipeline().await;
    let (_, path) = scene.lead(json!({"name": "a", "pipeline": pipeline["id"], "stage": "Prospecting"})).await;
    let stages = json!({"stages": [{"name": "Qualification", "color": "#6c6f73", "order": 1}]});
    scene.put(&format!("/api/pipelines/{}/", id_of(&pipeline)), stages).await.expect(200);
    assert_eq!(scene.get(&path).await.expect(200)["stage"], "Prospecting");
    let renamed = scene.patch(&path, json!({"name": "b"})).await.expect(200);
    shows(&renamed, &json!({"name": "b", "stage": "Prospecting"}));
    assert_eq!(renamed["stage_id"], Value::Null);
    let saved = scene.put(&path, renamed.clone()).await.expect(200);
    shows(&saved, &json!({"name": "b", "stage": "Prospecting", "pipeline": pipeline["id"]}));
    assert_eq!(scene.patch(&path, json!({"stage": "Qualification"})).await.expect(200)["stage"], "Qualification");
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_follow_their_stage_when_it_is_renamed_by_its_id() {
    let scene = Scene::start().await;
    let pipeline = scene.pipeline().await;
    let (first, second) = (&pipeline["stages"][0]["id"], &pipeline["stages"][1]["id"]);
    let task = json!([{"task": "x"}]);
    let body = json!({"name": "a", "pipeline": pipeline["id"], "stage": "Prospecting", "list_of_tasks": task});
    let (lead, path) = scene.lead(body).await;
    assert_eq!(&lead["stage_id"], first);
    // The other stage takes the name that the lead's had.
    let stages = json!({"stages": [{"id": first, "name": "First call"}, {"id": second, "name": "Prospecting"}]});
    scene.put(&format!("/api/pipelines/{}/", id_of(&pipeline)), stages).await.expect(200);
    let there = json!({"stage": "First call", "stage_id": first});
    shows(&scene.get(&path).await.expect(200), &there);
    for (query, count) in [
        ("?stage=First%20call".to_owned(), 1),
        ("?stage=Prospecting".to_owned(), 0),
        (format!("?stage=First%20call&pipeline_id={}", id_of(&pipeline)), 1),
        (String::new(), 1),
    ] {
        let list = scene.get(&format!("/api/leads/{query}")).await.expect(200);
        assert_eq!(list.as_array().unwrap().len(), count, "{query}");
        list.as_array().unwrap().iter().for_each(|lead| shows(lead, &there));
    }
    let done = json!({"task_id": lead["list_of_tasks"][0]["id"], "completed": true});
    shows(&scene.post(&format!("{path}update-task/"), done).await.expect(200), &there);
    let renamed = scene.patch(&path, json!({"name": "b"})).await.expect(200);
    shows(&renamed, &there);
    shows(&scene.put(&path, renamed).await.expect(200), &there);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_is_moved_by_the_id_of_a_stage_or_by_its_name() {
    let scene = Scene::start().await;
    let pipeline = scene.pipeline().await;
    let ids = column(&pipeline["stages"], "id");
    let new = json!({"name": "a", "pipeline": pipeline["id"], "stage_id": ids[1]});
    let (lead, path) = scene.lead(new).await;
    shows(&lead, &json!({"stage": "Negotiation", "stage_id": ids[1]}));
    for (change, stage, id) in [
        (json!({"stage_id": ids[2]}), "Won", &ids[2]),
        (json!({"stage": "Won", "stage_id": ids[0]}), "Prospecting", &ids[0]),
        (json!({"stage": "Negotiation", "stage_id": ids[0]}), "Negotiation", &ids[1]),
        (json!({"stage_id": null}), "", &Value::Null),
        (json!({"stage": "prospecting", "stage_id": null}), "Prospecting", &ids[0]),
    ] {
        let moved = scene.patch(&path, change.clone()).await.expect(200);
        assert_eq!((&moved["stage"], &moved["stage_id"]), (&json!(stage), id), "{change}");
    }
    refused(&scene.patch(&path, json!({"stage_id": ids[3]})).await, &["lost_reason"]);
    for wrong in [json!({"stage": "Won", "stage_id": ids[1]}), json!({"stage_id": NOWHERE}), json!({"stage_id": "1"})] {
        refused(&scene.patch(&path, wrong).await, &["stage_id"]);
    }
    let (outside, path) = scene.lead(json!({"name": "b", "stage": "Anything"})).await;
    assert_eq!(outside["stage_id"], Value::Null);
    refused(&scene.patch(&path, json!({"stage_id": ids[0]})).await, &["stage_id"]);
    let entered = json!({"pipeline": pipeline["id"], "stage_id": ids[0]});
    shows(&scene.patch(&path, entered).await.expect(200), &json!({"stage": "Prospecting", "stage_id": ids[0]}));
    let left = scene.patch(&path, json!({"pipeline": null})).await.expect(200);
    shows(&left, &json!({"stage": "Prospecting", "stage_id": null}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loss_needs_a_reason_with_a_pipeline_and_without() {
    let scene = Scene::start().await;
    let pipeline = scene.pipeline().await;
    for pipeline in [pipeline["id"].clone(), Value::Null] {
        for stage in ["Lost", "lost", "LOST"] {
            let lost = json!({"name": "a", "pipeline": pipeline, "stage": stage});
            refused(&scene.post("/api/leads/", lost).await, &["lost_reason"]);
        }
        let lost = json!({"name": "a", "pipeline": pipeline, "stage": "Lost", "lost_reason": "Too expensive"});
        let (lead, _) = scene.lead(lost.clone()).await;
        shows(&lead, &lost);

        let (_, path) = scene.lead(json!({"name": "b", "pipeline": pipeline, "stage": "Prospecting"})).await;
        for reason in [json!({}), json!({"lost_reason": ""}), json!({"lost_reason": null}), json!({"lost_reason": " "})]
        {
            let mut body = reason;
            body["stage"] = json!("Lost");
            refused(&scene.put(&path, body.clone()).await, &["lost_reason"]);
            refused(&scene.patch(&path, body).await, &["lost_reason"]);
        }
        let lost = json!({"stage": "Lost", "lost_reason": "Budget constraints"});
        shows(&scene.patch(&path, lost.clone()).await.expect(200), &lost);
        refused(&scene.patch(&path, json!({"lost_reason": ""})).await, &["lost_reason"]);
        shows(&scene.put(&path, json!({"stage": "Lost", "name": "c"})).await.expect(200), &lost);
    }
}
