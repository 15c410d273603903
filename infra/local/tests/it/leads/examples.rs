//! Leads: the document's examples, field by field, and what is refused.

use super::*;

fn documented(responsible: &Value, pipeline: &Value) -> Value {
    json!({
        "name": "Potential Student",
        "responsible": responsible,
        "pipeline": pipeline,
        "stage": "Prospecting",
        "attributes": {"source": "LinkedIn"},
        "client_attributes": {"age": 25, "location": "New York"},
        "service_attributes": [{"name": "Full Stack Course", "cost": 5000, "quantity": 1}],
        "list_of_tasks": [{"task": "Initial call", "date": "2025-01-20", "completed": false}]
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_lead_is_created_and_retrieved_field_by_field() {
    let scene = Scene::start().await;
    let (owner, pipeline) = (scene.owner_id().await, scene.pipeline().await);
    let answer = scene.post("/api/leads/", documented(&owner, &pipeline["id"])).await;
    assert!(answer.header("etag").is_some());
    let lead = answer.expect(201);
    shows(
        &lead,
        &json!({
            "name": "Potential Student", "responsible": owner, "pipeline": pipeline["id"], "possible_client": null,
            "moodle_course_id": null, "stage": "Prospecting", "lost_reason": "",
            "attributes": {"source": "LinkedIn"}, "client_attributes": {"age": 25, "location": "New York"},
            "list_of_notes": [], "list_of_images": [], "created_by": owner
        }),
    );
    let service = &lead["service_attributes"][0];
    assert_eq!(id_of(service).len(), 36);
    assert_eq!(service, &json!({"id": service["id"], "name": "Full Stack Course", "cost": 5000, "quantity": 1}));
    let task = &lead["list_of_tasks"][0];
    assert_eq!(id_of(task).len(), 36);
    assert_eq!(task["date_created"], lead["created_at"]);
    shows(
        task,
        &json!({
            "task": "Initial call", "date": "2025-01-20", "completed": false,
            "user_id": owner, "user_name": "john_doe"
        }),
    );
    assert_eq!(lead.as_object().unwrap().len(), 18, "{lead}");
    let path = format!("/api/leads/{}", id_of(&lead));
    for path in [format!("{path}/"), path] {
        assert_eq!(scene.get(&path).await.expect(200), lead);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_updates_leave_what_they_leave_out() {
    let scene = Scene::start().await;
    let (owner, pipeline) = (scene.owner_id().await, scene.pipeline().await);
    let colleague = scene.member("colleague").await;
    let (lead, path) = scene.lead(documented(&owner, &pipeline["id"])).await;
    let update = json!({"name": "Interested Student", "stage": "Negotiation", "responsible": colleague});
    let updated = scene.put(&path, update.clone()).await.expect(200);
    shows(&updated, &update);
    for kept in ["id", "pipeline", "attributes", "client_attributes", "service_attributes", "list_of_tasks"] {
        assert_eq!(updated[kept], lead[kept], "{kept}");
    }
    let lost = json!({"stage": "Lost", "lost_reason": "Budget constraints"});
    let updated = scene.put(&path, lost.clone()).await.expect(200);
    shows(&updated, &lost);
    assert_eq!(updated["name"], "Interested Student");
    assert_eq!(scene.get(&path).await.expect(200), updated);
    scene.delete(&path).await.expect(204);
    scene.get(&path).await.expect(404);
    scene.delete(&path).await.expect(404);
    scene.put(&path, json!({"name": "x"})).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_all_that_a_lead_needs() {
    let scene = Scene::start().await;
    let (lead, _) = scene.lead(json!({"name": "Bare"})).await;
    shows(
        &lead,
        &json!({
            "responsible": null, "pipeline": null, "possible_client": null, "moodle_course_id": null, "stage": "",
            "attributes": {}, "client_attributes": {}, "service_attributes": [], "list_of_tasks": []
        }),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_that_is_won_stays_a_lead_and_names_its_client() {
    let scene = Scene::start().await;
    let (pipeline, client) = (scene.pipeline().await, scene.make("/api/clients/", json!({"name": "Acme Corp"})).await);
    let (_, path) = scene.lead(json!({"name": "a", "pipeline": pipeline["id"], "stage": "Negotiation"})).await;
    let won = json!({"stage": "Won", "possible_client": client["id"], "moodle_course_id": "CS-101"});
    let updated = scene.patch(&path, won.clone()).await.expect(200);
    shows(&updated, &won);
    assert_eq!(scene.get("/api/leads/?stage=Won").await.expect(200), json!([updated]));
    let clients = scene.get("/api/clients/").await.expect(200);
    assert_eq!(column(&clients, "id"), [client["id"].clone()]);

    // A client that leads name may go; the lead keeps the name of it, and need not be asked again.
    scene.delete(&format!("/api/clients/{}/", id_of(&client))).await.expect(204);
    let kept = scene.patch(&path, json!({"possible_client": client["id"]})).await.expect(200);
    assert_eq!(kept["possible_client"], client["id"]);
    let emptied = json!({"possible_client": null, "moodle_course_id": null, "responsible": null});
    shows(&scene.patch(&path, emptied.clone()).await.expect(200), &emptied);
    refused(&scene.patch(&path, json!({"possible_client": client["id"]})).await, &["possible_client"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_reference_must_exist_and_all_that_do_not_are_named_at_once() {
    let scene = Scene::start().await;
    let nobody = json!({"name": "a", "responsible": 999_999, "pipeline": NOWHERE, "possible_client": NOWHERE});
    let fields = ["responsible", "pipeline", "possible_client"];
    refused(&scene.post("/api/leads/", nobody.clone()).await, &fields);
    let (lead, path) = scene.lead(json!({"name": "a"})).await;
    refused(&scene.put(&path, nobody.clone()).await, &fields);
    refused(&scene.patch(&path, nobody).await, &fields);
    for responsible in [json!("1.5"), json!(1.5), json!(-1), json!(0), json!(true), json!([1]), json!(u64::MAX)] {
        refused(&scene.patch(&path, json!({"responsible": responsible})).await, &["responsible"]);
    }
    for reference in [json!("x"), json!(1), json!({})] {
        let body = json!({"pipeline": reference, "possible_client": reference});
        refused(&scene.patch(&path, body).await, &["pipeline", "possible_client"]);
    }
    let wrong = json!({
        "responsible": 999_999, "stage": "Lost", "service_attributes": [{"id": NOWHERE}, {"id": NOWHERE}],
        "possible_client": NOWHERE, "name": "kept out"
    });
    let named = ["responsible", "lost_reason", "service_attributes", "possible_client"];
    refused(&scene.patch(&path, wrong).await, &named);
    assert_eq!(scene.get(&path).await.expect(200), lead);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_field_is_named() {
    let scene = Scene::start().await;
    let (_, path) = scene.lead(json!({"name": "a"})).await;
    let wrong = json!({
        "name": "", "stage": "x".repeat(256), "lost_reason": 5, "moodle_course_id": {}, "attributes": [],
        "client_attributes": "x", "service_attributes": [7], "list_of_tasks": [{}], "list_of_notes": {}
    });
    let fields: Vec<_> = wrong.as_object().unwrap().keys().map(String::as_str).collect();
    refused(&scene.post("/api/leads/", wrong.clone()).await, &fields);
    refused(&scene.put(&path, wrong.clone()).await, &fields);
    refused(&scene.patch(&path, wrong.clone()).await, &fields);
    refused(&scene.post("/api/leads/", json!({})).await, &["name"]);
    refused(&scene.patch(&path, json!([])).await, &["non_field_errors"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_owns_is_not_taken_from_the_client() {
    let scene = Scene::start().await;
    let (lead, path) = scene.lead(json!({"name": "a", "id": NOWHERE, "created_by": 7})).await;
    assert_ne!(lead["id"], NOWHERE);
    let owned = json!({"id": NOWHERE, "created_at": "2020-01-01T00:00:00Z", "list_of_images": ["x"], "created_by": 7});
    let updated = scene.put(&path, owned).await.expect(200);
    for field in ["id", "created_at", "list_of_images", "created_by"] {
        assert_eq!(updated[field], lead[field], "{field}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_version_and_a_repeated_key_are_noticed() {
    let scene = Scene::start().await;
    let send = |name: &str| {
        let body = json!({"name": name});
        scene.with_header(Method::POST, "/api/leads/", ("idempotency-key", "one"), body)
    };
    let (made, again) = (send("a").await, send("a").await);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(201), made.expect(201));
    send("b").await.expect(422);
    assert_eq!(scene.get("/api/leads/").await.expect(200).as_array().unwrap().len(), 1);

    let path = format!("/api/leads/{}/", id_of(&made.json()));
    let stale = made.header("etag").unwrap().to_owned();
    scene.patch(&path, json!({"name": "newer"})).await.expect(200);
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        scene.with_header(method, &path, ("if-match", &stale), json!({"name": "older"})).await.expect(412);
    }
    assert_eq!(scene.get(&path).await.expect(200)["name"], "newer");
}
