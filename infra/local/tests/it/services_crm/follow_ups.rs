//! Follow-ups: the document's examples under both paths, what is refused, pages, and what is out of reach.

use std::collections::BTreeSet;

use super::*;

impl Scene {
    /// Makes a service and gives the two paths of its follow-ups.
    async fn follow_up_lists(&self) -> (String, [String; 2]) {
        let id = self.make("/api/services/", json!({"name": "Jane Doe"})).await;
        let lists = [format!("/services/{id}/follow-ups/"), format!("/api/services/{id}/follow-ups/")];
        (id, lists)
    }
}

fn example() -> Value {
    json!({
        "attributes": {"channel": "email"},
        "follow_up_date": "2025-01-15T10:00:00Z",
        "comment": "Sent brochure.",
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_is_answered_with_and_without_api() {
    let scene = Scene::start().await;
    let user = scene.user_id().await;
    let (service, lists) = scene.follow_up_lists().await;
    for (list, other) in [(&lists[0], &lists[1]), (&lists[1], &lists[0])] {
        assert_eq!(scene.get(list).await.expect(200), json!([]));
        let answer = scene.post(list, example()).await;
        let made = answer.expect(201);
        shows(&made, &example());
        shows(&made, &json!({"service": service, "created_by": user, "updated_at": made["created_at"]}));
        let fields: BTreeSet<_> = made.as_object().unwrap().keys().map(String::as_str).collect();
        let expected =
            ["id", "service", "attributes", "follow_up_date", "comment", "created_at", "updated_at", "created_by"];
        assert_eq!(fields, expected.into());

        let path = format!("{list}{}/", id_of(&made));
        let read = scene.get(&path).await;
        assert_eq!((read.expect(200), read.header("etag")), (made.clone(), answer.header("etag")));
        for path in [list.as_str(), list.trim_end_matches('/'), other] {
            assert_eq!(scene.get(path).await.expect(200), json!([made]), "{path}");
        }

        let body = json!({"comment": "Sent updated brochure and pricing.", "follow_up_date": "2025-01-16T10:00:00Z"});
        let put = scene.put(&path, body.clone()).await.expect(200);
        shows(&put, &body);
        shows(&put, &json!({"id": made["id"], "attributes": {"channel": "email"}, "created_at": made["created_at"]}));
        assert_eq!(scene.get(&format!("{other}{}", id_of(&made))).await.expect(200), put);

        let patched = scene.patch(&path, json!({"attributes": {"result": "none"}})).await.expect(200);
        assert_eq!(patched["attributes"], json!({"channel": "email", "result": "none"}));
        let put = scene.put(&path, json!({"attributes": {"result": "sold"}, "comment": null})).await.expect(200);
        shows(
            &put,
            &json!({"attributes": {"result": "sold"}, "comment": "", "follow_up_date": "2025-01-16T10:00:00Z"}),
        );

        let gone = scene.delete(&path).await;
        assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));
        for answer in [scene.get(&path).await, scene.patch(&path, json!({})).await, scene.delete(&path).await] {
            assert_eq!(answer.expect(404), json!({"detail": "Not found."}));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_is_answered_in_utc() {
    let scene = Scene::start().await;
    let (_, [list, _]) = scene.follow_up_lists().await;
    for (sent, answered) in [
        ("2025-01-15T12:30:00+02:00", "2025-01-15T10:30:00Z"),
        ("2024-12-31T22:00:00-05:00", "2025-01-01T03:00:00Z"),
        ("2025-01-15T10:00:00.250Z", "2025-01-15T10:00:00.25Z"),
    ] {
        let made = scene.post(&list, json!({"follow_up_date": sent})).await.expect(201);
        shows(&made, &json!({"follow_up_date": answered, "comment": "", "attributes": {}}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_values_are_refused_all_at_once_and_nothing_is_written() {
    let scene = Scene::start().await;
    let (service, [list, _]) = scene.follow_up_lists().await;
    refused(&scene.post(&list, json!({})).await, &["follow_up_date"]);
    let wrong = json!({"service": NOWHERE, "follow_up_date": "tomorrow", "comment": 5, "attributes": []});
    let all = ["service", "follow_up_date", "comment", "attributes"];
    refused(&scene.post(&list, wrong.clone()).await, &all);
    let mut body = example();
    body["service"] = json!(service);
    let made = scene.post(&list, body).await.expect(201);
    let path = format!("{list}{}/", id_of(&made));
    refused(&scene.put(&path, wrong.clone()).await, &all);
    refused(&scene.patch(&path, wrong).await, &all);
    for date in [json!(null), json!(""), json!(5), json!("2025-02-30T10:00:00Z"), json!([])] {
        refused(&scene.post(&list, json!({"follow_up_date": date})).await, &["follow_up_date"]);
        refused(&scene.patch(&path, json!({"follow_up_date": date})).await, &["follow_up_date"]);
    }
    refused(&scene.patch(&path, json!({"comment": "x".repeat(10_001)})).await, &["comment"]);
    assert_eq!(scene.get(&list).await.expect(200), json!([made]));
}

#[tokio::test(flavor = "multi_thread")]
async fn attributes_of_follow_ups_rule_their_values() {
    let scene = Scene::start().await;
    let (_, [list, _]) = scene.follow_up_lists().await;
    let definition = json!({
        "name": "channel", "label": "Channel", "type": "list", "is_required": true, "list_values": ["email", "phone"],
    });
    scene.post("/api/attributes/followup/", definition).await.expect(201);
    let with = |attributes: Value| json!({"follow_up_date": "2025-01-15T10:00:00Z", "attributes": attributes});
    refused(&scene.post(&list, json!({"follow_up_date": "2025-01-15T10:00:00Z"})).await, &["attributes"]);
    refused(&scene.post(&list, with(json!({"channel": "pigeon"}))).await, &["attributes"]);
    let made = scene.post(&list, with(json!({"channel": "phone"}))).await.expect(201);
    refused(&scene.put(&format!("{list}{}/", id_of(&made)), json!({"attributes": {}})).await, &["attributes"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_comes_in_pages_that_lead_on_under_the_path_that_was_asked() {
    let scene = Scene::start().await;
    let (_, lists) = scene.follow_up_lists().await;
    let mut all = Vec::new();
    for _ in 0..5 {
        all.push(scene.make(&lists[0], example()).await);
    }
    for list in &lists {
        assert_eq!(pages(&scene, list).await, all.chunks(2).map(<[_]>::to_vec).collect::<Vec<_>>());
        scene.get(&format!("{list}?limit=0")).await.expect(400);
        scene.get(&format!("{list}?cursor=x")).await.expect(400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follow_up_belongs_to_the_service_in_its_path() {
    let scene = Scene::start().await;
    let (_, [list, _]) = scene.follow_up_lists().await;
    let (_, [elsewhere, _]) = scene.follow_up_lists().await;
    let id = scene.make(&list, example()).await;
    let path = format!("{elsewhere}{id}/");
    scene.get(&path).await.expect(404);
    scene.put(&path, example()).await.expect(404);
    scene.delete(&path).await.expect(404);
    assert_eq!(scene.get(&elsewhere).await.expect(200), json!([]));
    for nothing in [format!("/services/{NOWHERE}/follow-ups/"), "/services/7/follow-ups/".into()] {
        scene.get(&nothing).await.expect(404);
        scene.post(&nothing, example()).await.expect(404);
    }
    for unknown in ["/services/", "/services/x/", "/services/x/y/"] {
        assert_eq!(scene.get(unknown).await.expect(404), json!({"detail": "Not found."}), "{unknown}");
    }
    scene.get(&format!("{list}{id}/")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_follow_ups_of_a_deleted_service_are_out_of_reach() {
    let scene = Scene::start().await;
    let (service, lists) = scene.follow_up_lists().await;
    let id = scene.make(&lists[0], example()).await;
    scene.delete(&format!("/api/services/{service}/")).await.expect(204);
    for list in lists {
        let path = format!("{list}{id}/");
        for answer in [
            scene.get(&list).await,
            scene.post(&list, example()).await,
            scene.get(&path).await,
            scene.put(&path, example()).await,
            scene.patch(&path, json!({})).await,
            scene.delete(&path).await,
        ] {
            assert_eq!(answer.expect(404), json!({"detail": "Not found."}));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organisations_follow_ups_do_not_exist() {
    let scene = Scene::start().await;
    let (_, lists) = scene.follow_up_lists().await;
    let made = scene.post(&lists[0], example()).await.expect(201);
    let stranger = scene.tributary.sign_up("stranger").await;
    for list in &lists {
        let path = format!("{list}{}/", id_of(&made));
        for (method, path, body) in [
            (Method::GET, list, None),
            (Method::POST, list, Some(example())),
            (Method::GET, &path, None),
            (Method::PUT, &path, Some(example())),
            (Method::PATCH, &path, Some(example())),
            (Method::DELETE, &path, None),
        ] {
            let answer = scene.tributary.call(Some(&stranger), method.clone(), path, body).await;
            assert_eq!(answer.expect(404), json!({"detail": "Not found."}), "{method} {path}");
        }
        let nobody = scene.tributary.call(None, Method::GET, &path, None).await;
        assert_eq!(nobody.expect(401), json!({"detail": "Authentication credentials were not provided."}));
        assert_eq!(scene.get(list).await.expect(200), json!([made]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_change_is_refused_and_a_repeated_post_acts_once() {
    let scene = Scene::start().await;
    let (_, [list, _]) = scene.follow_up_lists().await;
    let first = scene.with_header(Method::POST, &list, ("idempotency-key", "one"), example()).await;
    let again = scene.with_header(Method::POST, &list, ("idempotency-key", "one"), example()).await;
    assert_eq!((again.header("idempotency-replayed"), again.expect(201)), (Some("true"), first.expect(201)));
    scene.with_header(Method::POST, &list, ("idempotency-key", "one"), json!({})).await.expect(422);
    let path = format!("{list}{}/", id_of(&first.json()));
    let tag = first.header("etag").unwrap();
    scene.with_header(Method::PUT, &path, ("if-match", tag), json!({"comment": "a"})).await.expect(200);
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        scene.with_header(method, &path, ("if-match", tag), json!({"comment": "b"})).await.expect(412);
    }
    assert_eq!(scene.get(&path).await.expect(200)["comment"], "a");
}
