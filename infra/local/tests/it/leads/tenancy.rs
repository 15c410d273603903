//! What belongs to another organisation does not exist, and nothing is there without a credential.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_leads_and_pipelines_of_another_organisation_do_not_exist() {
    let scene = Scene::start().await;
    let pipeline = scene.pipeline().await;
    let client = scene.make("/api/clients/", json!({"name": "Acme"})).await;
    let body = json!({"name": "a", "pipeline": pipeline["id"], "list_of_tasks": [{"task": "x"}], "list_of_notes": [{"note": "x"}]});
    let (lead, path) = scene.lead(body).await;
    let (t, stranger) = (&scene.tributary, scene.tributary.sign_up("stranger").await);

    for path in [path.clone(), format!("/api/pipelines/{}/", id_of(&pipeline))] {
        t.get(&stranger, &path).await.expect(404);
        t.put(&stranger, &path, json!({"name": "mine"})).await.expect(404);
        t.patch(&stranger, &path, json!({"name": "mine"})).await.expect(404);
        t.delete(&stranger, &path).await.expect(404);
    }
    let task = json!({"task_id": lead["list_of_tasks"][0]["id"], "completed": true});
    t.post(&stranger, &format!("{path}update-task/"), task).await.expect(404);
    let note = json!({"id": lead["list_of_notes"][0]["id"]});
    t.post(&stranger, &format!("{path}delete-note/"), note).await.expect(404);
    for list in
        ["/api/leads/".to_owned(), "/api/pipelines/".to_owned(), format!("/api/leads/?pipeline={}", id_of(&pipeline))]
    {
        assert_eq!(t.get(&stranger, &list).await.expect(200), json!([]), "{list}");
    }
    let theirs = json!({
        "name": "b", "pipeline": pipeline["id"], "possible_client": client["id"], "responsible": scene.owner_id().await
    });
    let answer = t.post(&stranger, "/api/leads/", theirs).await;
    refused(&answer, &["pipeline", "possible_client", "responsible"]);
    assert_eq!(scene.get(&path).await.expect(200), lead);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_credential_there_is_a_401_and_an_unknown_method_is_a_405() {
    let scene = Scene::start().await;
    let (_, lead) = scene.lead(json!({"name": "a"})).await;
    let detail = json!({"detail": "Authentication credentials were not provided."});
    for (method, path) in [
        (Method::GET, "/api/leads/"),
        (Method::POST, "/api/leads/"),
        (Method::GET, "/api/pipelines/"),
        (Method::DELETE, lead.as_str()),
    ] {
        assert_eq!(scene.tributary.call(None, method, path, None).await.expect(401), detail, "{path}");
    }
    let answer = scene.tributary.call(Some(&scene.owner), Method::DELETE, "/api/leads/", None).await;
    assert!(answer.expect(405)["detail"].is_string());
    scene.get("/api/leads/not-an-id/").await.expect(404);
    scene.get("/api/pipelines/7/").await.expect(404);
}
