//! Tasks and notes of a lead, and the two changes in place.

use futures::future::join_all;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_list_of_tasks_replaces_the_list_and_known_tasks_keep_what_the_server_set() {
    let scene = Scene::start().await;
    let (lead, path) = scene.lead(json!({"name": "a", "list_of_tasks": [{"task": "Previous task"}]})).await;
    let known = &lead["list_of_tasks"][0];
    scene.tributary.advance(60).await;
    let sent = json!({
        "list_of_tasks": [
            {
                "id": known["id"], "task": "Previous task", "date": "2025-01-01", "completed": true,
                "date_created": "2001-01-01T00:00:00Z", "user_id": 77
            },
            {"task": "New Follow-up", "date": "2025-02-01", "completed": false, "user_name": "Nobody"}
        ]
    });
    let tasks = scene.patch(&path, sent).await.expect(200)["list_of_tasks"].clone();
    shows(&tasks[0], &json!({"id": known["id"], "completed": true, "date": "2025-01-01"}));
    assert_eq!((&tasks[0]["date_created"], &tasks[0]["user_id"]), (&known["date_created"], &known["user_id"]));
    shows(&tasks[1], &json!({"task": "New Follow-up", "date": "2025-02-01", "user_name": "john_doe"}));
    assert_ne!(tasks[1]["date_created"], known["date_created"]);
    assert_eq!(tasks.as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn update_task_and_delete_note_answer_the_whole_lead() {
    let scene = Scene::start().await;
    let body =
        json!({"name": "a", "list_of_tasks": [{"task": "Call"}], "list_of_notes": [{"note": "x"}, {"note": "y"}]});
    let (lead, path) = scene.lead(body).await;
    let task = json!({"task_id": lead["list_of_tasks"][0]["id"], "completed": true});
    let answer = scene.post(&format!("{path}update-task/"), task.clone()).await;
    assert!(answer.header("etag").is_some());
    let updated = answer.expect(200);
    assert_eq!(updated["list_of_tasks"][0]["completed"], true);
    assert_eq!(updated["list_of_notes"], lead["list_of_notes"]);

    let note = json!({"id": lead["list_of_notes"][0]["id"]});
    let updated = scene.post(&format!("{path}delete-note/"), note.clone()).await.expect(200);
    assert_eq!(column(&updated["list_of_notes"], "note"), ["y"]);
    assert_eq!(scene.get(&path).await.expect(200), updated);
    scene.post(&format!("{path}delete-note/"), note.clone()).await.expect(404);
    scene.post(&format!("{path}update-task/"), json!({"task_id": NOWHERE, "completed": true})).await.expect(404);
    refused(&scene.post(&format!("{path}update-task/"), json!({})).await, &["task_id", "completed"]);
    refused(&scene.post(&format!("{path}delete-note/"), json!({"id": 7})).await, &["id"]);
    let nowhere = format!("/api/leads/{NOWHERE}/");
    scene.post(&format!("{nowhere}update-task/"), task.clone()).await.expect(404);
    scene.post(&format!("{nowhere}delete-note/"), note).await.expect(404);
    let stale = ("if-match", "\"1\"");
    scene.with_header(Method::POST, &format!("{path}update-task/"), stale, task).await.expect(412);
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_that_are_completed_at_once_while_the_lead_changes_are_all_completed() {
    let scene = Scene::start().await;
    let pipeline = scene.pipeline().await;
    let tasks: Vec<_> = (0..20).map(|n| json!({"task": n.to_string()})).collect();
    let notes: Vec<_> = (0..10).map(|n| json!({"note": n.to_string()})).collect();
    let body = json!({
        "name": "a", "pipeline": pipeline["id"], "stage": "Prospecting", "list_of_tasks": tasks, "list_of_notes": notes
    });
    let (lead, path) = scene.lead(body).await;
    let completions = lead["list_of_tasks"].as_array().unwrap().iter().map(|task| {
        let (scene, path) = (&scene, format!("{path}update-task/"));
        let body = json!({"task_id": task["id"], "completed": true});
        async move { scene.post(&path, body).await.expect(200) }
    });
    let deletions = lead["list_of_notes"].as_array().unwrap()[..5].iter().map(|note| {
        let (scene, path) = (&scene, format!("{path}delete-note/"));
        let body = json!({"id": note["id"]});
        async move { scene.post(&path, body).await.expect(200) }
    });
    let changes = (0..5).map(|n| {
        let (scene, path) = (&scene, path.clone());
        async move { scene.patch(&path, json!({"attributes": {format!("k{n}"): n}, "stage": "Won"})).await.expect(200) }
    });
    futures::join!(join_all(completions), join_all(deletions), join_all(changes));
    let lead = scene.get(&path).await.expect(200);
    assert!(column(&lead["list_of_tasks"], "completed").iter().all(|completed| completed == true));
    assert_eq!(column(&lead["list_of_notes"], "note"), ["5", "6", "7", "8", "9"]);
    assert_eq!(lead["attributes"].as_object().unwrap().len(), 5);
    assert_eq!(lead["stage"], "Won");
}
