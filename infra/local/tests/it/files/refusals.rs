//! What is refused, and that it leaves nothing.

use super::*;

const MAX_FILE: usize = 4 * 1024 * 1024;
/// An id that nothing has.
const NOWHERE: &str = "0190b5a1-7c5e-7000-8000-000000000001";

fn png(length: usize) -> Vec<u8> {
    let mut file = PNG.to_vec();
    file.resize(length, 7);
    file
}

impl Scene {
    /// Checks that a client has no images and the bucket no objects.
    async fn has_nothing(&self, object: &str) {
        assert_eq!(self.get(object).await.expect(200)["list_of_images"], json!([]));
        assert_eq!(self.keys().await, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_four_megabytes_is_taken_and_one_byte_more_is_a_413() {
    let scene = Scene::start().await;
    let client = scene.object("clients").await;
    let refused = scene.upload(&client, &png(MAX_FILE + 1)).await;
    assert_eq!(refused.expect(413), json!({"detail": "The request body is too large."}));
    scene.has_nothing(&client).await;
    let url = scene.upload(&client, &png(MAX_FILE)).await.expect(201)["url"].clone();
    assert_eq!(scene.open(&url).await.2.len(), MAX_FILE);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_image_is_a_400_under_file_whatever_it_is_called() {
    let scene = Scene::start().await;
    let client = scene.object("clients").await;
    for file in [b"just text, renamed .png".as_slice(), b"<svg xmlns='x'/>", b"%PDF-1.7", b"RIFF\0\0\0\0WAVE"] {
        let refused = scene.upload(&client, file).await.expect(400);
        assert_eq!(refused, json!({"file": ["Upload a PNG, JPEG, GIF or WebP image."]}));
    }
    let refused = scene.upload(&client, b"").await.expect(400);
    assert_eq!(refused, json!({"file": ["No file was submitted."]}));
    scene.has_nothing(&client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_form_with_a_file_is_refused() {
    let scene = Scene::start().await;
    let client = scene.object("clients").await;
    let authorization = format!("Token {}", scene.owner.token);
    let send = async |content_type: &str, body: Vec<u8>| {
        let headers = [("authorization", authorization.as_str()), ("content-type", content_type)];
        scene.tributary.raw(http::Method::POST, &format!("{client}files/"), &headers, body).await
    };
    let form = crate::support::form;
    let refused = send("multipart/form-data; boundary=x", form("x", "image", PNG)).await.expect(400);
    assert_eq!(refused, json!({"file": ["No file was submitted."]}));
    for (content_type, status) in [
        ("application/json", 415),
        ("image/png", 415),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=other", 400),
    ] {
        let refused = send(content_type, form("x", "file", PNG)).await.expect(status);
        assert!(refused["detail"].is_string(), "{content_type}: {refused}");
    }
    scene.has_nothing(&client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_of_another_organisation_is_a_404_and_a_stranger_a_401() {
    let scene = Scene::start().await;
    let other = scene.tributary.sign_up("other").await;
    for collection in COLLECTIONS {
        let object = scene.object(collection).await;
        let theirs = scene.tributary.upload(&other, &format!("{object}files/"), &[], PNG).await;
        assert_eq!(theirs.expect(404), json!({"detail": "Not found."}));
        for id in [NOWHERE, "x"] {
            scene.upload(&format!("/api/{collection}/{id}/"), PNG).await.expect(404);
        }
        let headers = [("content-type", "multipart/form-data; boundary=x")];
        let form = crate::support::form("x", "file", PNG);
        scene.tributary.raw(http::Method::POST, &format!("{object}files/"), &headers, form).await.expect(401);
        scene.has_nothing(&object).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_change_an_object_adds_no_image_to_it() {
    let scene = Scene::start().await;
    let service = scene.object("services").await;
    let (_, instructor) = crate::users::add(&scene.tributary, &scene.owner, "instructor", &["Instructors"]).await;
    let (_, operator) = crate::users::add(&scene.tributary, &scene.owner, "operator", &["Operations"]).await;
    let path = format!("{service}files/");
    scene.tributary.upload(&instructor, &path, &[], PNG).await.expect(403);
    scene.has_nothing(&service).await;
    scene.tributary.upload(&operator, &path, &[], PNG).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_that_lose_leave_no_entry_and_no_object() {
    let scene = Scene::start().await;
    let client = scene.object("clients").await;
    // All are based on the first version, so that all but one are stale: most only when they are to be committed.
    let (path, first) = (format!("{client}files/"), [("if-match", "\"v1\"")]);
    let uploads = (0..12).map(|_| scene.tributary.upload(&scene.owner, &path, &first, PNG));
    let answers = futures::future::join_all(uploads).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!(won.len(), 1);
    for answer in lost {
        answer.expect(412);
    }
    let shown = scene.get(&client).await.expect(200);
    assert_eq!(shown["list_of_images"], json!([won[0].json()["url"]]));
    assert_eq!(scene.keys().await, [key(&won[0].json()["url"])]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_has_a_hundred_images_at_most() {
    let scene = Scene::start().await;
    let item = scene.object("catalogue").await;
    let (mut made, mut refused) = (0, 0);
    for _ in 0..7 {
        for answer in futures::future::join_all((0..15).map(|_| scene.upload(&item, PNG))).await {
            match answer.status.as_u16() {
                201 => made += 1,
                _ => {
                    refused += 1;
                    let why = "Ensure this object has no more than 100 images.";
                    assert_eq!(answer.expect(400), json!({"file": [why]}));
                }
            }
        }
    }
    assert_eq!((made, refused), (100, 5));
    assert_eq!(scene.get(&item).await.expect(200)["list_of_images"].as_array().unwrap().len(), 100);
    assert_eq!(scene.keys().await.len(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_nobody_has_is_a_404() {
    let scene = Scene::start().await;
    let client = scene.object("clients").await;
    let path = scene.path(&scene.upload(&client, PNG).await.expect(201)["url"]).to_owned();
    let unknown = [
        path.replace(".png", ".gif"),
        path.replace("/clients/", "/leads/"),
        path.replace("/files/images/", "/files/tmp/images/"),
        path.to_uppercase().replace("/FILES/IMAGES/CLIENTS/", "/files/images/clients/"),
        format!("/files/images/clients/{NOWHERE}/{NOWHERE}.png"),
        "/files/images/clients/x/y".to_owned(),
        "/files/images/clients/%2e%2e/%2e%2e".to_owned(),
        "/files/".to_owned(),
    ];
    for path in unknown {
        let answer = scene.tributary.raw(http::Method::GET, &path, &[], "").await;
        assert_eq!(answer.expect(404), json!({"detail": "Not found."}), "{path}");
    }
    assert_eq!(scene.tributary.raw(http::Method::GET, &path, &[], "").await.status, 302);
}
