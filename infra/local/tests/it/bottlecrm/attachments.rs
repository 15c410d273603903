//! Files that are attached to invoices.

use aws_sdk_s3::primitives::ByteStream;
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use super::{Member, failed, id, path, start};
use crate::support::{Answer, Tributary};

const MEGABYTES: usize = 1024 * 1024;

/// A form with a file, as a browser sends it.
fn form(boundary: &str, field: &str, file_name: &str, content_type: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{file_name}\"\r\n\
         Content-Type: {content_type}\r\n\r\n"
    );
    [head.as_bytes(), content, format!("\r\n--{boundary}--\r\n").as_bytes()].concat()
}

async fn send(
    tributary: &Tributary,
    member: &Member,
    invoice: &Value,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> Answer {
    let authorization = format!("Bearer {}", member.access);
    let own = [("authorization", authorization.as_str()), ("content-type", "multipart/form-data; boundary=xYzZY")];
    let at = format!("/api/invoices/attachment/{}/", id(invoice));
    tributary.raw(Method::POST, &at, &[&own[..], headers].concat(), body).await
}

async fn attach(tributary: &Tributary, member: &Member, invoice: &Value, name: &str, content: &[u8]) -> Answer {
    send(tributary, member, invoice, &[], form("xYzZY", "attachment", name, "application/pdf", content)).await
}

/// Follows a link without a credential.
async fn open(tributary: &Tributary, link: &Value) -> (StatusCode, HeaderMap, Vec<u8>) {
    let request = http::Request::get(link.as_str().unwrap()).body(http_body_util::Full::default()).unwrap();
    tributary.fetch(request).await
}

fn s3(tributary: &Tributary) -> (aws_sdk_s3::Client, &str) {
    let environment = tributary.cloud.environment();
    (environment.sdk.s3(&environment.s3_url), environment.variable("invoices", "BUCKET_NAME").unwrap())
}

async fn keys(tributary: &Tributary) -> Vec<String> {
    let (s3, bucket) = s3(tributary);
    let found = s3.list_objects_v2().bucket(bucket).send().await.unwrap();
    found.contents().iter().map(|object| object.key().unwrap().to_owned()).collect()
}

async fn sweep(tributary: &Tributary) -> [u64; 2] {
    let report = tributary.raw(Method::POST, "/_local/sweep", &[], "").await.expect(200);
    ["images_moved", "images_failed"].map(|field| report[field].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attachment_is_told_with_its_name_type_and_size_and_a_link_to_it() {
    let (tributary, owner) = start().await;
    let invoice = owner.invoice(&tributary, json!({})).await;
    let content = b"\x00\xff<script>alert(1)</script>\r\n--";
    let answer = send(
        &tributary,
        &owner,
        &invoice,
        &[],
        form("xYzZY", "attachment", "../Vertrag März.html", "Text/HTML; charset=utf-8", content),
    )
    .await;
    let attached = answer.expect(201);
    let names: Vec<&str> = attached.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["id", "file_name", "content_type", "size", "url", "created_on"]);
    assert_eq!((&attached["file_name"], &attached["content_type"]), (&json!("Vertrag März.html"), &json!("text/html")));
    assert_eq!(attached["size"], json!(content.len()));
    let shown = owner.shown(&tributary, &invoice).await;
    let [row] = &shown["attachments"].as_array().unwrap()[..] else { panic!("{shown}") };
    for field in ["id", "file_name", "content_type", "size", "created_on"] {
        assert_eq!(row[field], attached[field], "{field}");
    }
    for link in [&attached["url"], &row["url"]] {
        let (status, headers, body) = open(&tributary, link).await;
        assert_eq!((status.as_u16(), body.as_slice()), (200, &content[..]));
        // A browser saves it: what it holds must not run where it is kept.
        let saved = "attachment; filename=\"Vertrag_M_rz.html\"; filename*=UTF-8''Vertrag%20M%C3%A4rz.html";
        assert_eq!(headers["content-disposition"], saved);
        assert_eq!(headers["content-type"], "text/html");
    }
    let key = format!("attachments/{}/{}/{}", owner.organisation, id(&invoice), attached["id"].as_str().unwrap());
    assert_eq!(keys(&tributary).await, [key]);
    // A change of the invoice shows it too.
    let body = Some(json!({"name": "Renamed"}));
    let changed = owner.call(&tributary, Method::PATCH, &path(&invoice), body).await.expect(200);
    assert_eq!(changed["attachments"][0]["id"], attached["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_cannot_be_had_without_its_link_and_the_link_ends() {
    let (tributary, owner) = start().await;
    let invoice = owner.invoice(&tributary, json!({})).await;
    let attached = attach(&tributary, &owner, &invoice, "a.pdf", b"abc").await.expect(201);
    let link = attached["url"].as_str().unwrap();
    let (bare, signature) = link.split_once('?').unwrap();
    assert!(signature.contains("X-Amz-Expires=900"), "{link}");
    assert_eq!(open(&tributary, &json!(bare)).await.0.as_u16(), 403);
    let key = bare.rsplit_once("attachments/").unwrap().1;
    let public = tributary.raw(Method::GET, &format!("/files/attachments/{key}"), &[], "").await;
    assert_eq!(public.status.as_u16(), 404, "{}", public.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_up_to_four_megabytes_are_taken_and_what_is_none_is_refused() {
    let (tributary, owner) = start().await;
    let invoice = owner.invoice(&tributary, json!({})).await;
    let largest = vec![b'x'; 4 * MEGABYTES];
    let attached = attach(&tributary, &owner, &invoice, "a.bin", &largest).await.expect(201);
    assert_eq!(attached["size"], json!(4 * MEGABYTES));
    assert_eq!(open(&tributary, &attached["url"]).await.2.len(), 4 * MEGABYTES);
    let larger = vec![b'x'; 4 * MEGABYTES + 1];
    failed(&attach(&tributary, &owner, &invoice, "a.bin", &larger).await, 413, &["detail"]);
    failed(&attach(&tributary, &owner, &invoice, "a.bin", b"").await, 422, &["attachment"]);
    let other = form("xYzZY", "file", "a.pdf", "application/pdf", b"abc");
    failed(&send(&tributary, &owner, &invoice, &[], other).await, 400, &["attachment"]);
    failed(&send(&tributary, &owner, &invoice, &[], b"no form".to_vec()).await, 400, &["detail"]);
    let at = format!("/api/invoices/attachment/{}/", id(&invoice));
    failed(&owner.call(&tributary, Method::POST, &at, Some(json!({"attachment": "x"}))).await, 400, &["detail"]);
    assert_eq!(keys(&tributary).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn to_attach_is_to_change_the_invoice() {
    let (tributary, owner) = start().await;
    let invoice = owner.invoice(&tributary, json!({})).await;
    for (username, groups, status) in
        [("sales", &["Sales"][..], 201), ("instructor", &["Instructors"], 403), ("nobody", &[], 403)]
    {
        let member = Member::added(&tributary, &owner, username, groups).await;
        assert_eq!(attach(&tributary, &member, &invoice, "a.pdf", b"abc").await.status.as_u16(), status, "{username}");
    }
    let stranger = Member::sign_up(&tributary, "stranger").await;
    failed(&attach(&tributary, &stranger, &invoice, "a.pdf", b"abc").await, 404, &["detail"]);
    assert_eq!(owner.shown(&tributary, &invoice).await["attachments"].as_array().unwrap().len(), 1);
    assert_eq!(keys(&tributary).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_with_a_key_happens_once_whatever_boundary_its_form_has() {
    let (tributary, owner) = start().await;
    let invoice = owner.invoice(&tributary, json!({})).await;
    let authorization = format!("Bearer {}", owner.access);
    let at = format!("/api/invoices/attachment/{}/", id(&invoice));
    let send = async |boundary: &str, content: &[u8]| {
        let content_type = format!("multipart/form-data; boundary={boundary}");
        let headers =
            [("authorization", authorization.as_str()), ("content-type", &content_type), ("idempotency-key", "k")];
        let body = form(boundary, "attachment", "a.pdf", "application/pdf", content);
        tributary.raw(Method::POST, &at, &headers, body).await
    };
    let first = send("one", b"abc").await.expect(201);
    assert_eq!(send("two", b"abc").await.expect(201), first);
    failed(&send("one", b"abcd").await, 422, &["detail"]);
    assert_eq!(owner.shown(&tributary, &invoice).await["attachments"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_could_not_be_moved_is_moved_by_the_next_sweep_or_reader_that_can() {
    let (tributary, owner) = start().await;
    let (s3, bucket) = s3(&tributary);
    for by_sweep in [true, false] {
        let invoice = owner.invoice(&tributary, json!({})).await;
        // A key that is where others are to be below: nothing can be copied there.
        let obstacle = format!("attachments/{}/{}", owner.organisation, id(&invoice));
        s3.put_object().bucket(bucket).key(&obstacle).body(ByteStream::from_static(b"x")).send().await.unwrap();
        let attached = attach(&tributary, &owner, &invoice, "a.pdf", b"abc").await.expect(201);
        let key = format!("{obstacle}/{}", attached["id"].as_str().unwrap());
        assert!(keys(&tributary).await.contains(&format!("tmp/{key}")));
        assert_eq!(owner.shown(&tributary, &invoice).await["attachments"][0]["id"], attached["id"]);
        assert_eq!(sweep(&tributary).await, [0, 1]);
        s3.delete_object().bucket(bucket).key(&obstacle).send().await.unwrap();
        if by_sweep {
            assert_eq!(sweep(&tributary).await, [1, 0]);
        }
        let link = owner.shown(&tributary, &invoice).await["attachments"][0]["url"].clone();
        let (status, _, body) = open(&tributary, &link).await;
        assert_eq!((status.as_u16(), body.as_slice()), (200, &b"abc"[..]));
        let keys = keys(&tributary).await;
        assert!(keys.contains(&key) && !keys.iter().any(|key| key.starts_with("tmp/")), "{keys:?}");
        assert_eq!(sweep(&tributary).await, [0, 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_leaves_what_no_invoice_names_to_the_lifecycle_rule() {
    let (tributary, owner) = start().await;
    let invoice = owner.invoice(&tributary, json!({})).await;
    let (s3, bucket) = s3(&tributary);
    let of = format!("tmp/attachments/{}/{}", owner.organisation, id(&invoice));
    let mut waiting =
        vec![format!("{of}/0192f0c1-2345-7abc-8def-0123456789ab"), format!("{of}/x"), "tmp/attachments/x".to_owned()];
    for key in &waiting {
        s3.put_object().bucket(bucket).key(key).body(ByteStream::from_static(b"x")).send().await.unwrap();
    }
    assert_eq!(sweep(&tributary).await, [0, 0]);
    let mut kept = keys(&tributary).await;
    kept.sort_unstable();
    waiting.sort_unstable();
    assert_eq!(kept, waiting);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_has_a_hundred_attachments_at_most() {
    let (tributary, owner) = start().await;
    let invoice = owner.invoice(&tributary, json!({})).await;
    for _ in 0..100 {
        attach(&tributary, &owner, &invoice, "a.pdf", b"abc").await.expect(201);
    }
    failed(&attach(&tributary, &owner, &invoice, "a.pdf", b"abc").await, 422, &["attachment"]);
    assert_eq!(keys(&tributary).await.len(), 100);
}
