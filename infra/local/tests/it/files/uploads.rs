//! What an upload does.

use std::time::Duration;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_kept_with_its_type_and_shown_by_its_object() {
    let scene = Scene::start().await;
    for collection in COLLECTIONS {
        let object = scene.object(collection).await;
        let first = scene.upload(&object, PNG).await;
        assert_eq!(first.header("etag"), Some("\"v2\""), "{collection}");
        let first = first.expect(201);
        assert_eq!(first, json!({"url": first["url"], "list_of_images": [first["url"]]}));
        let second = scene.upload(&object, b"\xff\xd8\xff\xe0 jpeg").await.expect(201);
        assert_eq!(second, json!({"url": second["url"], "list_of_images": [first["url"], second["url"]]}));
        let shown = scene.get(&object).await.expect(200);
        assert_eq!(shown["list_of_images"], second["list_of_images"], "{collection}");

        for (url, content, media_type) in
            [(&first["url"], PNG, "image/png"), (&second["url"], b"\xff\xd8\xff\xe0 jpeg", "image/jpeg")]
        {
            let (status, headers, body) = scene.open(url).await;
            assert_eq!(
                (status.as_u16(), &headers["content-type"], body.as_slice()),
                (200, &media_type.parse().unwrap(), content)
            );
            assert!(key(url).starts_with(&object.replace("/api/", "images/")), "{url}");
            assert!(!key(url).contains("image.jpg"), "the client's name is not used: {url}");
        }
    }
    let keys = scene.keys().await;
    assert_eq!(keys.len(), 2 * COLLECTIONS.len());
    assert!(keys.iter().all(|key| key.starts_with("images/")), "{keys:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_served_with_and_without_a_trailing_slash() {
    let scene = Scene::start().await;
    for collection in COLLECTIONS {
        let object = scene.object(collection).await;
        for slash in ["", "/"] {
            let path = format!("{object}files{slash}");
            let url = scene.tributary.upload(&scene.owner, &path, &[], PNG).await.expect(201)["url"].clone();
            let path = format!("{}{slash}", scene.path(&url));
            assert_eq!(scene.tributary.raw(http::Method::GET, &path, &[], "").await.status, 302, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn images_that_are_added_at_the_same_time_are_all_there() {
    let scene = Scene::start().await;
    let client = scene.object("clients").await;
    let answers = futures::future::join_all((0..20).map(|_| scene.upload(&client, PNG))).await;
    let mut urls: Vec<_> = answers.iter().map(|answer| answer.expect(201)["url"].to_string()).collect();
    let shown = scene.get(&client).await.expect(200)["list_of_images"].clone();
    let mut listed: Vec<_> = shown.as_array().unwrap().iter().map(Value::to_string).collect();
    urls.sort_unstable();
    listed.sort_unstable();
    assert_eq!((listed.len(), &listed), (20, &urls));
    let mut kept = scene.keys().await;
    let mut named: Vec<_> = shown.as_array().unwrap().iter().map(key).collect();
    kept.sort_unstable();
    named.sort_unstable();
    assert_eq!(kept, named);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_a_client_keeps_the_images() {
    let scene = Scene::start().await;
    let client = scene.object("clients").await;
    let added = scene.upload(&client, PNG).await.expect(201);
    let body = json!({"name": "Acme", "list_of_images": []});
    let put = scene.tributary.put(&scene.owner, &client, body).await.expect(200);
    assert_eq!((&put["name"], &put["list_of_images"]), (&json!("Acme"), &added["list_of_images"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_upload_with_an_idempotency_key_adds_one_image() {
    let scene = Scene::start().await;
    let client = scene.object("clients").await;
    let (path, again) = (format!("{client}files/"), [("idempotency-key", "k-1")]);
    let upload = async |file: &[u8]| scene.tributary.upload(&scene.owner, &path, &again, file).await;
    let first = upload(PNG).await.expect(201);
    // Another boundary makes no other form.
    let authorization = format!("Token {}", scene.owner.token);
    let content_type = "multipart/form-data; boundary=other";
    let headers = [("authorization", authorization.as_str()), again[0], ("content-type", content_type)];
    let form = crate::support::form("other", "file", PNG);
    let second = scene.tributary.raw(http::Method::POST, &path, &headers, form).await;
    assert_eq!((second.expect(201), second.header("idempotency-replayed")), (first.clone(), Some("true")));
    upload(b"GIF89a").await.expect(422);
    assert_eq!(scene.get(&client).await.expect(200)["list_of_images"], first["list_of_images"]);
    assert_eq!(scene.keys().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_an_update_for_webhooks() {
    let scene = Scene::start().await;
    let client = scene.object("clients").await;
    let url = "http://127.0.0.1:9/{self.list_of_images.0}";
    let hook = json!({"name": "x", "model": "Client", "event": "UPDATE", "url": url});
    let hook = scene.tributary.post(&scene.owner, "/api/webhooks/", hook).await.expect(201);
    let added = scene.upload(&client, PNG).await.expect(201);
    let deliveries = format!("/api/webhooks/{}/deliveries/", hook["id"].as_str().unwrap());
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    loop {
        let rows = scene.get(&deliveries).await.expect(200);
        if let Some(sent) = rows[0]["url"].as_str() {
            let image = key(&added["url"]);
            let name = image.rsplit('/').next().unwrap();
            assert!(sent.contains(name), "{sent} does not name {name}");
            return;
        }
        assert!(tokio::time::Instant::now() < deadline, "no delivery came");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
