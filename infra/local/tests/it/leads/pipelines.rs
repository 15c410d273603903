//! Pipelines: the document's examples, the two final stages, and what is refused.

use super::*;

fn won_and_lost() -> [Value; 2] {
    [json!({"name": "Won", "color": "#28a745", "order": 99}), json!({"name": "Lost", "color": "#dc3545", "order": 100})]
}

fn with_final(stages: &Value) -> Value {
    stages.as_array().unwrap().iter().cloned().chain(won_and_lost()).collect()
}

/// Stages as they are shown, apart from their ids.
#[track_caller]
fn without_ids(stages: &Value) -> Value {
    let without = |stage: &Value| {
        let mut stage = stage.clone();
        assert!(stage.as_object_mut().unwrap().remove("id").is_some_and(|id| id.is_string()), "{stage}");
        stage
    };
    stages.as_array().unwrap().iter().map(without).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_pipeline_is_created_listed_and_retrieved_with_its_final_stages() {
    let scene = Scene::start().await;
    let made = scene.post("/api/pipelines/", b2b_sales()).await;
    assert!(made.header("etag").is_some());
    let made = made.expect(201);
    shows(
        &made,
        &json!({
            "name": "B2B Sales", "description": "Main sales process", "created_by": scene.owner_id().await
        }),
    );
    assert_eq!(without_ids(&made["stages"]), with_final(&b2b_sales()["stages"]));
    assert_eq!(made["created_at"], made["updated_at"]);
    let fields: Vec<_> = made.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["id", "name", "description", "stages", "created_at", "updated_at", "created_by"]);
    let path = format!("/api/pipelines/{}", id_of(&made));
    for path in [format!("{path}/"), path] {
        assert_eq!(scene.get(&path).await.expect(200), made);
    }
    assert_eq!(scene.get("/api/pipelines/").await.expect(200), json!([made]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_update_replaces_the_stages_and_leaves_what_it_leaves_out() {
    let scene = Scene::start().await;
    let path = format!("/api/pipelines/{}/", id_of(&scene.pipeline().await));
    let update = json!({
        "name": "B2B Sales V2",
        "stages": [
            {"name": "Qualification", "color": "#6c6f73", "order": 1},
            {"name": "Closed", "color": "#28a745", "order": 2}
        ]
    });
    let updated = scene.put(&path, update.clone()).await.expect(200);
    shows(&updated, &json!({"name": "B2B Sales V2", "description": "Main sales process"}));
    assert_eq!(without_ids(&updated["stages"]), with_final(&update["stages"]));
    let patched = scene.patch(&path, json!({"description": ""})).await.expect(200);
    shows(&patched, &json!({"name": "B2B Sales V2", "description": "", "stages": updated["stages"]}));
    let bare = scene.patch(&path, json!({"stages": []})).await.expect(200);
    assert_eq!(without_ids(&bare["stages"]), json!(won_and_lost()));
    assert_eq!(scene.get(&path).await.expect(200), bare);
    scene.delete(&path).await.expect(204);
    scene.get(&path).await.expect(404);
    assert_eq!(scene.get("/api/pipelines/").await.expect(200), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_all_that_a_pipeline_needs_and_stages_sort_by_order() {
    let scene = Scene::start().await;
    let bare = scene.make("/api/pipelines/", json!({"name": "Bare"})).await;
    assert_eq!((&bare["description"], without_ids(&bare["stages"])), (&json!(""), json!(won_and_lost())));
    let stages = json!([
        {"name": "c", "color": "#fff", "order": 98}, {"name": "a", "color": "#FFFFFF", "order": 0},
        {"name": "b", "color": "#abc", "order": 5}
    ]);
    let sorted = scene.make("/api/pipelines/", json!({"name": "Sorted", "stages": stages})).await;
    assert_eq!(column(&sorted["stages"], "name"), ["a", "b", "c", "Won", "Lost"]);
    assert_eq!(column(&sorted["stages"], "order"), [json!(0), json!(5), json!(98), json!(99), json!(100)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn won_lost_a_name_twice_and_too_many_stages_are_refused() {
    let scene = Scene::start().await;
    let path = format!("/api/pipelines/{}/", id_of(&scene.pipeline().await));
    let stage = |name: &str| json!({"name": name, "color": "#6c6f73", "order": 1});
    let many =
        |n: usize| Value::from_iter((0..n).map(|i| json!({"name": format!("s{i}"), "color": "#fff", "order": i})));
    let wrong = [
        json!([stage("Won")]),
        json!([stage("LOST")]),
        json!([stage("ok"), stage(" won ")]),
        json!([stage("Call"), stage("CALL")]),
        json!([{"name": "a", "color": "#fff", "order": 99}]),
        json!([{"name": "a", "color": "#fff", "order": -1}]),
        json!([{"name": "a", "color": "#fff", "order": "x"}]),
        json!([{"name": "a", "color": "red", "order": 1}]),
        json!([{"name": "", "color": "#fff", "order": 1}]),
        json!([{"name": "x".repeat(256), "color": "#fff", "order": 1}]),
        json!([{"color": "#fff", "order": 1}]),
        json!(["Prospecting"]),
        json!({"name": "a"}),
        Value::Null,
        many(99),
    ];
    for stages in wrong {
        refused(&scene.post("/api/pipelines/", json!({"name": "x", "stages": stages})).await, &["stages"]);
        refused(&scene.put(&path, json!({"stages": stages})).await, &["stages"]);
        refused(&scene.patch(&path, json!({"stages": stages})).await, &["stages"]);
    }
    let most = scene.make("/api/pipelines/", json!({"name": "x", "stages": many(98)})).await;
    assert_eq!(most["stages"].as_array().unwrap().len(), 100);
    refused(&scene.post("/api/pipelines/", json!({"stages": [stage("won")]})).await, &["name", "stages"]);
    refused(&scene.post("/api/pipelines/", json!({"name": "x".repeat(256)})).await, &["name"]);
    assert_eq!(without_ids(&scene.get(&path).await.expect(200)["stages"]), with_final(&b2b_sales()["stages"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_keeps_its_id_when_its_pipeline_is_saved_with_it_or_without_ids_under_its_name() {
    let scene = Scene::start().await;
    let made = scene.pipeline().await;
    let path = format!("/api/pipelines/{}/", id_of(&made));
    let ids = column(&made["stages"], "id");
    assert_eq!(ids.iter().map(Value::to_string).collect::<std::collections::BTreeSet<_>>().len(), 4);
    // As it was read, "Won" and "Lost" included.
    let saved = scene.put(&path, made.clone()).await.expect(200);
    assert_eq!(saved["stages"], made["stages"]);
    let by_name = json!({"stages": [{"name": "NEGOTIATION"}, {"name": "Call"}, {"name": "prospecting"}]});
    let saved = scene.put(&path, by_name).await.expect(200)["stages"].clone();
    assert_eq!((&saved[0]["id"], &saved[2]["id"]), (&ids[1], &ids[0]));
    assert!(!ids.contains(&saved[1]["id"]));
    assert_eq!(column(&saved, "id")[3..], ids[2..]);
    let by_id = json!({"stages": [{"id": ids[0], "name": "Negotiation"}, {"id": ids[1], "name": "Prospecting"}]});
    let saved = scene.patch(&path, by_id).await.expect(200)["stages"].clone();
    assert_eq!(column(&saved, "id"), ids);
    assert_eq!(column(&saved, "name"), ["Negotiation", "Prospecting", "Won", "Lost"]);
    for wrong in [
        json!([{"id": ids[0], "name": "a"}, {"id": ids[0], "name": "b"}]),
        json!([{"id": "1", "name": "a"}]),
        json!([{"id": ids[2], "name": "Closed"}]),
        json!([{"id": ids[3], "name": "Won"}]),
        json!([{"id": ids[0], "name": "Won"}]),
    ] {
        refused(&scene.put(&path, json!({ "stages": wrong })).await, &["stages"]);
    }
    let copy = json!({"name": "Copy", "stages": made["stages"]});
    refused(&scene.post("/api/pipelines/", copy).await, &["stages"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipeline_with_leads_is_not_deleted() {
    let scene = Scene::start().await;
    let (one, other) = (scene.pipeline().await, scene.pipeline().await);
    let path = |pipeline: &Value| format!("/api/pipelines/{}/", id_of(pipeline));
    let (_, first) = scene.lead(json!({"name": "a", "pipeline": one["id"]})).await;
    let (_, second) = scene.lead(json!({"name": "b", "pipeline": one["id"]})).await;
    assert!(scene.delete(&path(&one)).await.expect(409)["detail"].is_string());

    scene.patch(&first, json!({"pipeline": other["id"]})).await.expect(200);
    scene.delete(&path(&one)).await.expect(409);
    scene.delete(&path(&other)).await.expect(409);
    scene.delete(&second).await.expect(204);
    scene.delete(&path(&one)).await.expect(204);
    scene.patch(&first, json!({"pipeline": null})).await.expect(200);
    scene.delete(&path(&other)).await.expect(204);
    refused(&scene.patch(&first, json!({"pipeline": other["id"]})).await, &["pipeline"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_leads_and_a_deletion_at_once_either_the_pipeline_stays_or_no_lead_is_in_it() {
    let scene = Scene::start().await;
    for _ in 0..4 {
        let pipeline = scene.pipeline().await;
        let path = format!("/api/pipelines/{}/", id_of(&pipeline));
        let lead = || scene.post("/api/leads/", json!({"name": "racer", "pipeline": pipeline["id"]}));
        let (a, b, deleted, c) = futures::join!(lead(), lead(), scene.delete(&path), lead());
        let statuses: Vec<_> = [&a, &b, &c].iter().map(|answer| answer.status.as_u16()).collect();
        if deleted.status == 204 {
            assert_eq!(statuses, [400, 400, 400]);
        } else {
            deleted.expect(409);
            assert!(statuses.contains(&201), "{statuses:?}");
        }
        let leads = scene.get(&format!("/api/leads/?pipeline={}", id_of(&pipeline))).await.expect(200);
        assert_eq!(leads.as_array().unwrap().len(), statuses.iter().filter(|status| **status == 201).count());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_version_and_a_repeated_key_are_noticed() {
    let scene = Scene::start().await;
    let made = scene.with_header(Method::POST, "/api/pipelines/", ("idempotency-key", "one"), b2b_sales()).await;
    let again = scene.with_header(Method::POST, "/api/pipelines/", ("idempotency-key", "one"), b2b_sales()).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(201), made.expect(201));
    assert_eq!(scene.get("/api/pipelines/").await.expect(200).as_array().unwrap().len(), 1);

    let path = format!("/api/pipelines/{}/", id_of(&made.json()));
    let stale = made.header("etag").unwrap().to_owned();
    scene.patch(&path, json!({"name": "newer"})).await.expect(200);
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        scene.with_header(method, &path, ("if-match", &stale), json!({"name": "older"})).await.expect(412);
    }
    let fresh = scene.get(&path).await.header("etag").unwrap().to_owned();
    scene.with_header(Method::PUT, &path, ("if-match", &fresh), json!({"name": "newest"})).await.expect(200);
}
