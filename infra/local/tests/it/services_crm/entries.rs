//! Tasks and notes of services.

use futures::future::join_all;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn patch_with_a_task_and_a_note_answers_the_example() {
    let scene = Scene::start().await;
    let path = scene.service().await;
    let body = json!({
        "list_of_tasks": [{"task": "Prepare Materials", "date": "2026-02-01", "completed": false}],
        "list_of_notes": [{"note": "Student requested delay", "user_id": 999}],
    });
    let patched = scene.patch(&path, body).await.expect(200);
    let (task, note) = (&patched["list_of_tasks"][0], &patched["list_of_notes"][0]);
    let by = json!({"user_id": scene.user_id().await, "user_name": "john_doe", "date_created": patched["updated_at"]});
    shows(task, &json!({"task": "Prepare Materials", "date": "2026-02-01", "completed": false}));
    shows(note, &json!({"note": "Student requested delay", "date": patched["updated_at"]}));
    for entry in [task, note] {
        shows(entry, &by);
        assert_eq!(id_of(entry).len(), 36);
    }

    let body = json!({"task_id": task["id"], "completed": true});
    let updated = scene.post(&format!("{path}update-task/"), body).await.expect(200);
    shows(&updated["list_of_tasks"][0], &json!({"id": task["id"], "task": "Prepare Materials", "completed": true}));
    assert_eq!(updated["list_of_notes"], patched["list_of_notes"]);
    assert_eq!(scene.get(&path).await.expect(200), updated);

    let deleted = scene.post(&format!("{path}delete-note/"), json!({"id": note["id"]})).await.expect(200);
    shows(&deleted, &json!({"list_of_notes": [], "list_of_tasks": updated["list_of_tasks"], "name": "Jane Doe"}));
    assert_eq!(scene.get(&path).await.expect(200), deleted);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_that_is_sent_replaces_the_list_and_known_entries_keep_their_author() {
    let scene = Scene::start().await;
    let body = json!({"name": "Jane", "list_of_tasks": [{"task": "First"}, {"task": "Second"}]});
    let made = scene.post("/api/services/", body).await.expect(201);
    let path = format!("/api/services/{}/", id_of(&made));
    scene.tributary.advance(100).await;
    let second = &made["list_of_tasks"][1];
    let body = json!({"list_of_tasks": [{"task": "New"}, {"id": second["id"], "task": "Changed", "user_id": 999}]});
    let put = scene.put(&path, body).await.expect(200);
    let tasks = put["list_of_tasks"].as_array().unwrap();
    assert_eq!(tasks.len(), 2);
    shows(&tasks[0], &json!({"task": "New", "date_created": put["updated_at"]}));
    let kept = json!({"id": second["id"], "task": "Changed", "date_created": second["date_created"]});
    shows(&tasks[1], &kept);
    assert_eq!(tasks[1]["user_id"], second["user_id"]);
    let emptied = scene.patch(&path, json!({"list_of_tasks": []})).await.expect(200);
    assert_eq!(emptied["list_of_tasks"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_task_or_note_is_not_found_and_a_wrong_body_is_refused() {
    let scene = Scene::start().await;
    let path = scene.service().await;
    let (task, note) = (format!("{path}update-task/"), format!("{path}delete-note/"));
    let not_found = json!({"detail": "Not found."});
    assert_eq!(scene.post(&task, json!({"task_id": NOWHERE, "completed": true})).await.expect(404), not_found);
    assert_eq!(scene.post(&note, json!({"id": NOWHERE})).await.expect(404), not_found);
    refused(&scene.post(&task, json!({})).await, &["task_id", "completed"]);
    refused(&scene.post(&task, json!({"task_id": "x", "completed": 1})).await, &["task_id", "completed"]);
    refused(&scene.post(&note, json!({})).await, &["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_entries_at_the_same_time_all_happen() {
    const COUNT: usize = 12;
    let scene = Scene::start().await;
    let tasks: Vec<_> = (0..COUNT).map(|n| json!({"task": format!("Task {n}")})).collect();
    let notes: Vec<_> = (0..COUNT).map(|n| json!({"note": format!("Note {n}")})).collect();
    let body = json!({"name": "Jane", "list_of_tasks": tasks, "list_of_notes": notes});
    let made = scene.post("/api/services/", body).await.expect(201);
    let path = format!("/api/services/{}", id_of(&made));
    let of = |list: &str, at: usize| made[list][at]["id"].clone();
    let complete = (0..COUNT)
        .map(|at| (format!("{path}/update-task"), json!({"task_id": of("list_of_tasks", at), "completed": true})));
    let drop = (0..COUNT - 1).map(|at| (format!("{path}/delete-note"), json!({"id": of("list_of_notes", at)})));
    let calls = complete.chain(drop).map(|(path, body)| {
        let scene = &scene;
        async move { scene.post(&path, body).await.expect(200) }
    });
    join_all(calls).await;
    let after = scene.get(&path).await.expect(200);
    let tasks = after["list_of_tasks"].as_array().unwrap();
    assert_eq!(tasks.len(), COUNT);
    assert!(tasks.iter().all(|task| task["completed"] == true), "{tasks:?}");
    assert_eq!(after["list_of_notes"], json!([made["list_of_notes"][COUNT - 1]]));
}
