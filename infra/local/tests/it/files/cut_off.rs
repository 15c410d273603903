//! Uploads that end before their image is where it stays.

use super::*;

impl Scene {
    async fn sweep(&self) -> Value {
        self.tributary.raw(http::Method::POST, "/_local/sweep", &[], "").await.expect(200)
    }
}

fn count(report: &Value) -> [u64; 2] {
    ["images_moved", "images_failed"].map(|field| report[field].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_could_not_be_moved_is_moved_by_the_next_sweep_that_can() {
    let scene = Scene::start().await;
    let (s3, bucket) = scene.s3();
    let mut kept = Vec::new();
    for collection in COLLECTIONS {
        let object = scene.object(collection).await;
        // A key that is where others are to be below: nothing can be copied there.
        let obstacle = object.trim_end_matches('/').replace("/api/", "images/");
        s3.put_object().bucket(bucket).key(&obstacle).body(ByteStream::from_static(b"x")).send().await.unwrap();
        let added = scene.upload(&object, PNG).await.expect(201);
        let (image, waits) = (key(&added["url"]), format!("tmp/{}", key(&added["url"])));
        assert_eq!(scene.get(&object).await.expect(200)["list_of_images"], json!([added["url"]]));
        let mut keys = scene.keys().await;
        keys.sort_unstable();
        assert!(keys.contains(&waits) && !keys.contains(&image), "{keys:?}");

        assert_eq!(count(&scene.sweep().await), [0, 1], "{collection}");
        s3.delete_object().bucket(bucket).key(&obstacle).send().await.unwrap();
        assert_eq!(count(&scene.sweep().await), [1, 0], "{collection}");
        kept.push(image);
        assert_eq!(scene.keys().await.len(), kept.len());
        let (status, headers, body) = scene.open(&added["url"]).await;
        assert_eq!((status.as_u16(), body.as_slice()), (200, PNG));
        assert_eq!(headers["content-type"], "image/png");
        assert_eq!(count(&scene.sweep().await), [0, 0], "{collection}");
    }
    kept.sort_unstable();
    let mut keys = scene.keys().await;
    keys.sort_unstable();
    assert_eq!(keys, kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_leaves_what_no_object_names_to_the_lifecycle_rule() {
    let scene = Scene::start().await;
    let client = scene.object("clients").await;
    let named = key(&scene.upload(&client, PNG).await.expect(201)["url"]);
    let (s3, bucket) = scene.s3();
    // As an upload leaves it that ended before its commit; and what no upload can have left.
    let of = client.replace("/api/", "tmp/images/");
    let mut waiting = vec![
        format!("{of}0b3ad1ab-9c2e-4c55-9d5e-1f1b2f6a7c80.png"),
        format!("{of}x.png"),
        "tmp/images/x".to_owned(),
        "tmp/x".to_owned(),
    ];
    let me = scene.get("/api/me/").await.expect(200);
    for key in &waiting {
        let put =
            s3.put_object().bucket(bucket).key(key).metadata("organisation", me["organization_id"].as_str().unwrap());
        put.body(ByteStream::from_static(PNG)).send().await.unwrap();
    }
    assert_eq!(count(&scene.sweep().await), [0, 0]);
    waiting.push(named);
    waiting.sort_unstable();
    let mut keys = scene.keys().await;
    keys.sort_unstable();
    assert_eq!(keys, waiting);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_was_not_moved_is_moved_when_it_is_opened() {
    let scene = Scene::start().await;
    let client = scene.object("clients").await;
    let url = scene.upload(&client, PNG).await.expect(201)["url"].clone();
    // As an upload leaves it that ended between its commit and the move.
    let (s3, bucket) = scene.s3();
    let put = s3.put_object().bucket(bucket).key(format!("tmp/{}", key(&url))).content_type("image/png");
    put.body(ByteStream::from_static(PNG)).send().await.unwrap();
    s3.delete_object().bucket(bucket).key(key(&url)).send().await.unwrap();

    let (status, headers, body) = scene.open(&url).await;
    assert_eq!((status.as_u16(), &headers["content-type"], body.as_slice()), (200, &"image/png".parse().unwrap(), PNG));
    assert_eq!(scene.keys().await, [key(&url)]);
}
