//! Tasks and notes, wherever an object carries them.

use crate::support::without_lines;
use futures::future::join_all;

use super::*;

/// One object of every kind that carries tasks and notes, by its path.
async fn carriers(crm: &Crm) -> [String; 3] {
    let client = crm.make_client().await;
    let contact = json!({"client": client, "first_name": "Maria", "last_name": "Lopez"});
    let contact = crm.make("/api/contacts/", contact).await;
    let invoice = crm.make("/api/invoices/", json!({"client": client})).await;
    [format!("/api/clients/{client}/"), format!("/api/contacts/{contact}/"), format!("/api/invoices/{invoice}/")]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_examples_are_served_as_printed() {
    let crm = Crm::start().await;
    let me = crm.get("/api/me/").await.expect(200);
    for path in carriers(&crm).await {
        let body = json!({
            "list_of_tasks": [{"task": "New Task", "date": "2026-01-01", "completed": false}],
            "list_of_notes": [{"note": "Spoke with CEO", "user_id": 1}],
        });
        let patched = crm.patch(&path, body).await.expect(200);
        let (task, note) = (&patched["list_of_tasks"][0], &patched["list_of_notes"][0]);
        let by = json!({"user_id": me["id"], "user_name": "john_doe"});
        shows(task, merged(json!({"task": "New Task", "date": "2026-01-01", "completed": false}), by.clone()));
        shows(note, merged(json!({"note": "Spoke with CEO"}), by));
        is_uuid(&task["id"]);
        is_uuid(&note["id"]);
        assert_eq!(instant(&task["date_created"]), instant(&patched["updated_at"]));

        let update = crm.post(&format!("{path}update-task/"), json!({"task_id": task["id"], "completed": true})).await;
        let update = update.expect(200);
        shows(&update["list_of_tasks"][0], json!({"id": task["id"], "task": "New Task", "completed": true}));
        assert_eq!(update["list_of_notes"], patched["list_of_notes"]);
        assert_eq!(without_lines(crm.get(&path).await.expect(200)), update);

        let deleted = crm.post(&format!("{path}delete-note/"), json!({"id": note["id"]})).await.expect(200);
        shows(&deleted, json!({"list_of_notes": [], "list_of_tasks": update["list_of_tasks"]}));
        assert_eq!(without_lines(crm.get(&path).await.expect(200)), deleted);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_sets_is_never_taken_from_the_client() {
    let crm = Crm::start().await;
    let me = crm.get("/api/me/").await.expect(200);
    let forged = json!({"user_id": 999, "user_name": "Somebody Else", "date_created": "2001-01-01T00:00:00Z"});
    let body = json!({
        "name": "Acme",
        "list_of_tasks": [merged(json!({"task": "Call"}), forged.clone())],
        "list_of_notes": [merged(json!({"note": "Hello"}), forged)],
    });
    let made = crm.post("/api/clients/", body).await.expect(201);
    for list in ["list_of_tasks", "list_of_notes"] {
        shows(&made[list][0], json!({"user_id": me["id"], "user_name": "john_doe"}));
    }
    assert_eq!(instant(&made["list_of_tasks"][0]["date_created"]), instant(&made["created_at"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_with_a_known_id_keep_what_the_server_set_and_the_list_replaces_the_list() {
    let crm = Crm::start().await;
    for path in carriers(&crm).await {
        let body = json!({
            "list_of_tasks": [{"task": "First"}, {"task": "Second"}],
            "list_of_notes": [{"note": "First"}, {"note": "Second"}],
        });
        let before = crm.patch(&path, body).await.expect(200);
        crm.tributary.advance(100).await;
        let (task, note) = (&before["list_of_tasks"][1], &before["list_of_notes"][1]);
        let forged = json!({"user_id": 999, "user_name": "X", "date_created": "2001-01-01T00:00:00Z"});
        let body = json!({
            "list_of_tasks": [
                {"task": "New"},
                merged(json!({"id": task["id"], "task": "Second, changed", "completed": true}), forged.clone()),
            ],
            "list_of_notes": [{"note": "New"}, merged(json!({"id": note["id"], "note": "Changed"}), forged)],
        });
        let after = crm.patch(&path, body).await.expect(200);
        let texts = |list: &str, field: &str| -> Vec<_> {
            let entries = after[list].as_array().unwrap();
            entries.iter().map(|entry| entry[field].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(texts("list_of_tasks", "task"), ["New", "Second, changed"]);
        assert_eq!(texts("list_of_notes", "note"), ["New", "Changed"]);
        let kept = ["id", "user_id", "user_name", "date_created"];
        for field in kept {
            assert_eq!(after["list_of_tasks"][1][field], task[field], "{field}");
            assert_eq!(after["list_of_notes"][1].get(field), note.get(field), "{field}");
        }
        assert!(instant(&after["list_of_tasks"][0]["date_created"]) > instant(&task["date_created"]));
        let emptied = crm.put(&path, json!({"list_of_tasks": [], "list_of_notes": []})).await.expect(200);
        shows(&emptied, json!({"list_of_tasks": [], "list_of_notes": []}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notes_date_is_the_one_sent_or_now() {
    let crm = Crm::start().await;
    let body = json!({"name": "Acme", "list_of_notes": [{"note": "a"}, {"note": "b", "date": "2026-03-04"}]});
    let made = crm.post("/api/clients/", body).await.expect(201);
    assert_eq!(instant(&made["list_of_notes"][0]["date"]), instant(&made["created_at"]));
    assert_eq!(made["list_of_notes"][1]["date"], "2026-03-04");
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_entries_are_not_found_and_malformed_ones_are_refused() {
    let crm = Crm::start().await;
    for path in carriers(&crm).await {
        let lists = json!({"list_of_tasks": [{"task": "Call"}], "list_of_notes": [{"note": "Hello"}]});
        let before = crm.patch(&path, lists).await.expect(200);
        let (update, delete) = (format!("{path}update-task/"), format!("{path}delete-note/"));
        let not_found = json!({"detail": "Not found."});
        let unknown = [NOWHERE.into(), before["list_of_notes"][0]["id"].clone()];
        for id in unknown {
            assert_eq!(crm.post(&update, json!({"task_id": id, "completed": true})).await.expect(404), not_found);
        }
        for id in [NOWHERE.into(), before["list_of_tasks"][0]["id"].clone()] {
            assert_eq!(crm.post(&delete, json!({"id": id})).await.expect(404), not_found);
        }
        refused(&crm.post(&update, json!({})).await, &["task_id", "completed"]);
        refused(&crm.post(&update, json!({"task_id": 5, "completed": "yes"})).await, &["task_id", "completed"]);
        refused(&crm.post(&update, json!({"task_id": null, "completed": null})).await, &["task_id", "completed"]);
        refused(&crm.post(&delete, json!({})).await, &["id"]);
        refused(&crm.post(&delete, json!({"id": "uuid-of-note"})).await, &["id"]);
        assert_eq!(crm.get(&path).await.expect(200), before);
    }
    for kind in ["clients", "contacts", "invoices"] {
        let body = json!({"task_id": NOWHERE, "completed": true});
        crm.post(&format!("/api/{kind}/{NOWHERE}/update-task/"), body).await.expect(404);
        crm.post(&format!("/api/{kind}/{NOWHERE}/delete-note/"), json!({"id": NOWHERE})).await.expect(404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_deleted_and_tasks_updated_at_once_lose_nothing() {
    let crm = Crm::start().await;
    for path in carriers(&crm).await {
        let tasks: Vec<_> = (0..10).map(|n| json!({"task": format!("Task {n}")})).collect();
        let notes: Vec<_> = (0..10).map(|n| json!({"note": format!("Note {n}")})).collect();
        let before = crm.patch(&path, json!({"list_of_tasks": tasks, "list_of_notes": notes})).await.expect(200);
        let (update, delete) = (format!("{path}update-task/"), format!("{path}delete-note/"));
        let updates = ids(&before["list_of_tasks"]).into_iter();
        let updates = updates.map(|id| crm.post(&update, json!({"task_id": id, "completed": true})));
        let deletes = ids(&before["list_of_notes"]).into_iter().skip(1);
        let deletes = deletes.map(|id| crm.post(&delete, json!({"id": id})));
        let (updated, deleted) = tokio::join!(join_all(updates), join_all(deletes));
        for answer in updated.into_iter().chain(deleted) {
            answer.expect(200);
        }
        let after = crm.get(&path).await.expect(200);
        let tasks = after["list_of_tasks"].as_array().unwrap();
        assert!(tasks.len() == 10 && tasks.iter().all(|task| task["completed"] == true), "{after}");
        assert_eq!(ids(&after["list_of_notes"]), ids(&before["list_of_notes"])[..1]);
    }
}
