//! Services: the document's examples, what is refused, filters, pages, and other organisations.

use std::collections::BTreeSet;

use super::*;

const LIST: &str = "/api/services/";
const COHORT: &str = "0190b5a1-7c5e-7000-8000-00000000000a";

fn example(client: &str) -> Value {
    json!({
        "name": "Jane Doe",
        "client": client,
        "attributes": {"program": "Full Stack"},
        "list_of_tasks": [],
        "list_of_notes": [],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn post_of_a_service_answers_the_example_with_all_its_fields() {
    let scene = Scene::start().await;
    let client = scene.client().await;
    let answer = scene.post(LIST, example(&client)).await;
    let made = answer.expect(201);
    shows(&made, &example(&client));
    let beside = json!({
        "actual_cohort": null, "origin_cohort": null, "list_of_images": [], "created_by": scene.user_id().await,
        "updated_at": made["created_at"],
    });
    shows(&made, &beside);
    assert!(made["created_at"].as_str().unwrap().ends_with('Z'), "{made}");
    let fields: BTreeSet<_> = made.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "id",
        "name",
        "client",
        "actual_cohort",
        "origin_cohort",
        "attributes",
        "list_of_tasks",
        "list_of_notes",
        "list_of_images",
        "created_at",
        "updated_at",
        "created_by",
    ];
    assert_eq!(fields, expected.into());
    let path = format!("{LIST}{}/", id_of(&made));
    let read = scene.get(&path).await;
    assert_eq!((read.expect(200), read.header("etag")), (made.clone(), answer.header("etag")));
    assert_eq!(scene.get(LIST).await.expect(200), json!([made]));
    assert_eq!(scene.get("/api/services").await.expect(200), json!([made]));
}

#[tokio::test(flavor = "multi_thread")]
async fn put_of_a_service_answers_the_example_and_keeps_what_it_leaves_out() {
    let scene = Scene::start().await;
    let client = scene.client().await;
    let body = json!({"name": "Jane Doe", "actual_cohort": COHORT, "attributes": {"program": "Full Stack", "year": 1}});
    let made = scene.post(LIST, body).await.expect(201);
    let path = format!("{LIST}{}/", id_of(&made));
    let body = json!({"name": "Jane Doe Smith", "client": client, "attributes": {"program": "Data Science"}});
    let put = scene.put(&path, body.clone()).await.expect(200);
    shows(&put, &body);
    shows(&put, &json!({"id": made["id"], "actual_cohort": COHORT, "created_at": made["created_at"]}));
    assert_eq!(scene.get(&path).await.expect(200), put);
}

#[tokio::test(flavor = "multi_thread")]
async fn patch_merges_attributes_and_null_takes_references_away() {
    let scene = Scene::start().await;
    let client = scene.client().await;
    let mut body = example(&client);
    body["actual_cohort"] = json!(COHORT);
    body["origin_cohort"] = json!(COHORT);
    let made = scene.post(LIST, body.clone()).await.expect(201);
    shows(&made, &body);
    let path = format!("{LIST}{}/", id_of(&made));
    let patched = scene.patch(&path, json!({"attributes": {"year": 2}, "origin_cohort": null})).await.expect(200);
    let expected = json!({"attributes": {"program": "Full Stack", "year": 2}, "origin_cohort": null, "client": client});
    shows(&patched, &expected);
    let patched = scene.patch(&path, json!({"client": null, "attributes": {"year": null}})).await.expect(200);
    shows(&patched, &json!({"client": null, "attributes": {"program": "Full Stack"}, "actual_cohort": COHORT}));
    shows(
        &scene.patch(&path, json!({"list_of_images": ["x"], "id": NOWHERE})).await.expect(200),
        &json!({
            "list_of_images": [], "id": made["id"],
        }),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn delete_of_a_service_ends_it() {
    let scene = Scene::start().await;
    let path = scene.service().await;
    let answer = scene.delete(&path).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""));
    let not_found = json!({"detail": "Not found."});
    assert_eq!(scene.get(&path).await.expect(404), not_found);
    assert_eq!(scene.patch(&path, json!({"name": "x"})).await.expect(404), not_found);
    assert_eq!(scene.delete(&path).await.expect(404), not_found);
    assert_eq!(scene.get(LIST).await.expect(200), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_values_are_refused_all_at_once_and_nothing_is_written() {
    let scene = Scene::start().await;
    refused(&scene.post(LIST, json!({})).await, &["name"]);
    let wrong = json!({
        "name": "", "client": 5, "actual_cohort": "spring", "origin_cohort": [], "attributes": "x",
        "list_of_tasks": {}, "list_of_notes": [{"note": 1}],
    });
    let all = ["name", "client", "actual_cohort", "origin_cohort", "attributes", "list_of_tasks", "list_of_notes"];
    refused(&scene.post(LIST, wrong.clone()).await, &all);
    let path = scene.service().await;
    let before = scene.get(&path).await.expect(200);
    refused(&scene.put(&path, wrong.clone()).await, &all);
    refused(&scene.patch(&path, wrong).await, &all);
    for (field, values) in [
        ("name", vec![json!(null), json!(5), json!("  "), json!("x".repeat(256))]),
        ("client", vec![json!("x"), json!(NOWHERE), json!({})]),
        ("actual_cohort", vec![json!(1), json!("x")]),
        ("attributes", vec![json!(null), json!([])]),
        ("list_of_tasks", vec![json!(null), json!([{}]), json!([{"task": "a", "completed": "yes"}])]),
        ("list_of_notes", vec![json!("x"), json!([{"id": "x", "note": "a"}])]),
    ] {
        for value in values {
            let mut body = json!({"name": "Jane Doe"});
            body[field] = value.clone();
            refused(&scene.post(LIST, body).await, &[field]);
            refused(&scene.patch(&path, json!({field: value})).await, &[field]);
        }
    }
    assert_eq!(scene.get(&path).await.expect(200), before);
    assert_eq!(scene.get(LIST).await.expect(200), json!([before]));
    let longest = scene.post(LIST, json!({"name": "é".repeat(255), "client": "", "actual_cohort": ""})).await;
    shows(&longest.expect(201), &json!({"name": "é".repeat(255), "client": null, "actual_cohort": null}));
}

#[tokio::test(flavor = "multi_thread")]
async fn attributes_of_services_rule_their_values() {
    let scene = Scene::start().await;
    let definition = json!({"name": "program", "label": "Program", "type": "text", "is_required": true});
    scene.post("/api/attributes/service/", definition).await.expect(201);
    refused(&scene.post(LIST, json!({"name": "Jane"})).await, &["attributes"]);
    refused(&scene.post(LIST, json!({"name": "Jane", "attributes": {"program": 5}})).await, &["attributes"]);
    refused(&scene.post(LIST, json!({"name": "Jane", "client": NOWHERE})).await, &["attributes", "client"]);
    let made =
        scene.post(LIST, json!({"name": "Jane", "attributes": {"program": "A", "other": [1]}})).await.expect(201);
    let path = format!("{LIST}{}/", id_of(&made));
    refused(&scene.put(&path, json!({"attributes": {"other": 1}})).await, &["attributes"]);
    let wrong = json!({"attributes": {"program": null}, "client": NOWHERE});
    refused(&scene.patch(&path, wrong).await, &["attributes", "client"]);
    let patched = scene.patch(&path, json!({"attributes": {"other": null}})).await.expect(200);
    assert_eq!(patched["attributes"], json!({"program": "A"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_filtered_by_client_and_comes_in_pages() {
    let scene = Scene::start().await;
    let (client, other) = (scene.client().await, scene.client().await);
    let mut of_client = Vec::new();
    let mut all = Vec::new();
    for number in 0..7 {
        let client = match number % 3 {
            0 => json!(client),
            1 => json!(other),
            _ => json!(null),
        };
        let id = scene.make(LIST, json!({"name": format!("Student {number}"), "client": client})).await;
        if number % 3 == 0 {
            of_client.push(id.clone());
        }
        all.push(id);
    }
    assert_eq!(ids_of(&scene.get(LIST).await.expect(200)), all);
    let filtered = format!("{LIST}?client={client}");
    assert_eq!(ids_of(&scene.get(&filtered).await.expect(200)), of_client);
    assert_eq!(scene.get(&format!("{LIST}?client={NOWHERE}")).await.expect(200), json!([]));
    assert_eq!(pages(&scene, LIST).await, all.chunks(2).map(<[_]>::to_vec).collect::<Vec<_>>());
    assert_eq!(pages(&scene, &filtered).await, of_client.chunks(2).map(<[_]>::to_vec).collect::<Vec<_>>());
    refused(&scene.get(&format!("{LIST}?client=acme")).await, &["client"]);
    for bad in ["limit=0", "limit=1001", "limit=x", "cursor=x"] {
        scene.get(&format!("{LIST}?{bad}")).await.expect(400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organisations_services_do_not_exist() {
    let scene = Scene::start().await;
    let path = scene.service().await;
    let before = scene.get(&path).await.expect(200);
    let client = scene.client().await;
    let stranger = scene.tributary.sign_up("stranger").await;
    let strange = |method, path: String, body| {
        let (tributary, stranger) = (&scene.tributary, &stranger);
        async move { tributary.call(Some(stranger), method, &path, body).await }
    };
    for (method, rest, body) in [
        (Method::GET, "", None),
        (Method::PUT, "", Some(json!({"name": "x"}))),
        (Method::PATCH, "", Some(json!({"name": "x"}))),
        (Method::DELETE, "", None),
        (Method::POST, "update-task/", Some(json!({"task_id": NOWHERE, "completed": true}))),
        (Method::POST, "delete-note/", Some(json!({"id": NOWHERE}))),
    ] {
        let answer = strange(method.clone(), format!("{path}{rest}"), body).await;
        assert_eq!(answer.expect(404), json!({"detail": "Not found."}), "{method} {rest}");
    }
    assert_eq!(strange(Method::GET, LIST.into(), None).await.expect(200), json!([]));
    refused(&strange(Method::POST, LIST.into(), Some(json!({"name": "x", "client": client}))).await, &["client"]);
    let nobody = scene.tributary.call(None, Method::GET, &path, None).await;
    assert_eq!(nobody.expect(401), json!({"detail": "Authentication credentials were not provided."}));
    assert_eq!(scene.get(&path).await.expect(200), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_change_is_refused_and_a_repeated_post_acts_once() {
    let scene = Scene::start().await;
    let body = json!({"name": "Jane Doe"});
    let first = scene.with_header(Method::POST, LIST, ("idempotency-key", "one"), body.clone()).await;
    let again = scene.with_header(Method::POST, LIST, ("idempotency-key", "one"), body).await;
    assert_eq!((again.header("idempotency-replayed"), again.expect(201)), (Some("true"), first.expect(201)));
    assert_eq!(ids_of(&scene.get(LIST).await.expect(200)).len(), 1);
    let path = format!("{LIST}{}/", id_of(&first.json()));
    let tag = first.header("etag").unwrap().to_owned();
    let change = json!({"name": "Jane Smith"});
    let fresh = scene.with_header(Method::PATCH, &path, ("if-match", &tag), change.clone()).await;
    fresh.expect(200);
    assert_ne!(fresh.header("etag"), Some(tag.as_str()));
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        scene.with_header(method, &path, ("if-match", &tag), change.clone()).await.expect(412);
    }
    scene.with_header(Method::DELETE, &path, ("if-match", fresh.header("etag").unwrap()), json!({})).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_outlives_its_client() {
    let scene = Scene::start().await;
    let client = scene.client().await;
    let path = format!("{LIST}{}/", scene.make(LIST, example(&client)).await);
    scene.delete(&format!("/api/clients/{client}/")).await.expect(204);
    let renamed = scene.patch(&path, json!({"name": "Jane Smith", "client": client})).await.expect(200);
    shows(&renamed, &json!({"name": "Jane Smith", "client": client}));
    refused(&scene.post(LIST, example(&client)).await, &["client"]);
}
