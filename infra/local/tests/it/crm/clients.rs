//! Clients (crm, section 2).

use futures::future::join_all;

use super::*;

fn wrong_values() -> Vec<(&'static str, Vec<Value>)> {
    vec![
        ("name", vec![json!(""), json!("   "), json!(null), json!(5), json!(["x"]), json!({}), json!("x".repeat(256))]),
        ("attributes", vec![json!("x"), json!([]), json!(5), json!(true)]),
        (
            "list_of_tasks",
            vec![
                json!({}),
                json!("x"),
                json!([5]),
                json!([{"date": "2026-01-01"}]),
                json!([{"task": ""}]),
                json!([{"task": 5}]),
                json!([{"task": "x", "completed": "yes"}]),
                json!([{"task": "x", "id": "7"}]),
                json!([{"task": "x", "date": 5}]),
                json!([{"task": "x", "id": NOWHERE}, {"task": "y", "id": NOWHERE}]),
            ],
        ),
        ("list_of_notes", vec![json!({}), json!([5]), json!([{"date": "2026-01-01"}]), json!([{"note": ["x"]}])]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_examples_are_served_as_printed() {
    let crm = Crm::start().await;
    let me = crm.get("/api/me/").await.expect(200);
    let body = json!({
        "name": "Acme Corp",
        "attributes": {"industry": "Tech", "custom_field": "value"},
        "list_of_tasks": [],
        "list_of_notes": [],
    });
    let made = crm.post("/api/clients/", body.clone()).await.expect(201);
    shows_whole(&made, merged(body, json!({"list_of_images": []})), &[]);
    assert_eq!(made["created_by"], me["id"]);
    instant(&made["created_at"]);
    let path = format!("/api/clients/{}/", id_of(&made));

    let mended = json!({"name": "Acme Inc", "attributes": {"industry": "Finance"}});
    let put = crm.put(&path, mended.clone()).await.expect(200);
    shows(&put, merged(mended, json!({"id": made["id"], "created_at": made["created_at"]})));

    let patched = crm.patch(&path, json!({"name": "Acme International"})).await.expect(200);
    shows(&patched, json!({"name": "Acme International", "attributes": {"industry": "Finance"}}));
    is_listed_retrieved_and_deleted(&crm, "/api/clients/", &patched).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_found_by_a_part_of_its_name_in_any_case() {
    let crm = Crm::start().await;
    for name in ["Acme Corp", "Globex", "The ACME Company", "Ácme"] {
        crm.make("/api/clients/", json!({"name": name})).await;
    }
    for (query, expected) in [
        ("Acme", vec!["Acme Corp", "The ACME Company"]),
        ("acme%20c", vec!["Acme Corp", "The ACME Company"]),
        ("%C3%A1CM", vec!["Ácme"]),
        ("LOB", vec!["Globex"]),
        ("none", vec![]),
    ] {
        let found = crm.get(&format!("/api/clients/?name={query}")).await.expect(200);
        let names: Vec<_> = found.as_array().unwrap().iter().map(|client| client["name"].as_str().unwrap()).collect();
        assert_eq!(names, expected, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_values_are_refused_all_at_once_and_nothing_is_written() {
    let crm = Crm::start().await;
    refused(&crm.post("/api/clients/", json!({})).await, &["name"]);
    refuses_each_and_all(&crm, "/api/clients/", &json!({"name": "Acme"}), &wrong_values()).await;
    let body = json!({"name": "Acme", "attributes": {"a": 1}, "list_of_tasks": [{"task": "Call"}]});
    let client = crm.make("/api/clients/", body).await;
    refuses_changes(&crm, &format!("/api/clients/{client}/"), &wrong_values()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_255_characters_of_any_script_is_kept() {
    let crm = Crm::start().await;
    let name = "名".repeat(255);
    let made = crm.post("/api/clients/", json!({"name": name})).await.expect(201);
    assert_eq!(made["name"].as_str(), Some(name.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_fields_and_those_of_the_server_are_not_taken() {
    let crm = Crm::start().await;
    let body = json!({
        "name": "Acme", "id": NOWHERE, "created_at": "2001-01-01T00:00:00Z", "created_by": 999, "nonsense": {"a": 1},
    });
    let made = crm.post("/api/clients/", body).await.expect(201);
    assert_ne!(made["id"], NOWHERE);
    assert_ne!(made["created_by"], 999);
    assert!(instant(&made["created_at"]) > "2020-01-01T00:00:00Z".parse().unwrap());
    assert!(made.get("nonsense").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_is_partial_but_replaces_attributes_and_lists() {
    let crm = Crm::start().await;
    let body = json!({
        "name": "Acme",
        "attributes": {"a": 1, "b": 2},
        "list_of_tasks": [{"task": "Call"}],
        "list_of_notes": [{"note": "Hello"}],
    });
    let path = format!("/api/clients/{}/", crm.make("/api/clients/", body).await);
    let before = crm.get(&path).await.expect(200);
    let put = crm.put(&path, json!({"attributes": {"b": 3}})).await.expect(200);
    shows(&put, json!({"name": "Acme", "attributes": {"b": 3}, "list_of_tasks": before["list_of_tasks"]}));
    let put = crm.put(&path, json!({"list_of_tasks": []})).await.expect(200);
    shows(&put, json!({"list_of_tasks": [], "list_of_notes": before["list_of_notes"], "attributes": {"b": 3}}));
    let patched = crm.patch(&path, json!({"attributes": {"c": [1, null], "b": null}})).await.expect(200);
    shows(&patched, json!({"attributes": {"c": [1, null]}}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_with_invoices_stays_and_one_with_contacts_may_go() {
    let crm = Crm::start().await;
    let client = crm.make_client().await;
    let path = format!("/api/clients/{client}/");
    crm.make("/api/contacts/", json!({"client": client, "first_name": "Maria", "last_name": "Lopez"})).await;
    let invoice = crm.make("/api/invoices/", json!({"client": client})).await;
    let refused = crm.delete(&path).await.expect(409);
    assert!(refused["detail"].is_string(), "{refused}");
    crm.get(&path).await.expect(200);
    crm.delete(&format!("/api/invoices/{invoice}/")).await.expect(204);
    crm.delete(&path).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_and_the_deletion_of_its_client_exclude_each_other() {
    let crm = Crm::start().await;
    for _ in 0..8 {
        let client = crm.make_client().await;
        let path = format!("/api/clients/{client}/");
        let (made, gone) = tokio::join!(crm.post("/api/invoices/", json!({"client": client})), crm.delete(&path));
        match (made.status.as_u16(), gone.status.as_u16()) {
            (201, 409) | (400, 204) => {}
            both => panic!("{both:?}: {} {}", made.text, gone.text),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_tasks_updated_at_once_lose_nothing() {
    let crm = Crm::start().await;
    let tasks: Vec<_> = (0..50).map(|n| json!({"task": format!("Task {n}")})).collect();
    let made = crm.post("/api/clients/", json!({"name": "Acme", "list_of_tasks": tasks})).await.expect(201);
    let path = format!("/api/clients/{}/", id_of(&made));
    let update = format!("{path}update-task/");
    let calls = ids(&made["list_of_tasks"]).into_iter().map(|id| {
        let body = json!({"task_id": id, "completed": true});
        crm.post(&update, body)
    });
    for answer in join_all(calls).await {
        answer.expect(200);
    }
    let after = crm.get(&path).await.expect(200);
    let tasks = after["list_of_tasks"].as_array().unwrap();
    assert_eq!(ids(&after["list_of_tasks"]), ids(&made["list_of_tasks"]));
    assert!(tasks.iter().all(|task| task["completed"] == true), "{after}");
}
