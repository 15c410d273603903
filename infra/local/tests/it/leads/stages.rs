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
    refused(&scene.patch(&path, json!({"stage": "Prospecting"})).await, &["stage"]);
    refused(&scene.patch(&path, json!({"pipeline": pipeline["id"]})).await, &["stage"]);
    assert_eq!(scene.patch(&path, json!({"stage": "Qualification"})).await.expect(200)["stage"], "Qualification");
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
