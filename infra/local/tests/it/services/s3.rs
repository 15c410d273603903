//! Objects in buckets.

use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::rt::TokioExecutor;
use tempfile::TempDir;
use tributary_local::services::s3::{self, S3};
use tributary_local::services::sdk::Sdk;

use super::refusal;

async fn bucket() -> (TempDir, S3, aws_sdk_s3::Client) {
    let directory = tempfile::tempdir().unwrap();
    let s3 = s3::start(directory.path(), 0).await.unwrap();
    s3.create_bucket("files").unwrap();
    s3.create_bucket("files").unwrap();
    let client = Sdk::new().s3(s3.endpoint());
    let request = client.put_object().bucket("files").key("org/invoice 1.pdf").content_type("application/pdf");
    request.body(ByteStream::from_static(b"%PDF")).send().await.unwrap();
    (directory, s3, client)
}

#[tokio::test]
async fn an_object_comes_back_with_its_content_type() {
    let (_directory, _s3, client) = bucket().await;
    let object = client.get_object().bucket("files").key("org/invoice 1.pdf").send().await.unwrap();
    assert_eq!(object.content_type(), Some("application/pdf"));
    assert_eq!(object.body.collect().await.unwrap().to_vec(), b"%PDF");
}

#[tokio::test]
async fn a_deleted_object_is_gone_and_deleting_it_again_is_no_error() {
    let (_directory, _s3, client) = bucket().await;
    for _ in 0..2 {
        client.delete_object().bucket("files").key("org/invoice 1.pdf").send().await.unwrap();
    }
    let missing = client.get_object().bucket("files").key("org/invoice 1.pdf").send().await;
    assert!(refusal(missing).is_no_such_key());
}

#[tokio::test]
async fn objects_survive_a_restart_on_another_port() {
    let (directory, s3, _client) = bucket().await;
    drop(s3);
    let s3 = s3::start(directory.path(), 0).await.unwrap();
    let client = Sdk::new().s3(s3.endpoint());
    let object = client.get_object().bucket("files").key("org/invoice 1.pdf").send().await.unwrap();
    assert_eq!(object.content_type(), Some("application/pdf"));
}

#[tokio::test]
async fn a_presigned_link_downloads_and_an_altered_one_does_not() {
    let (_directory, _s3, client) = bucket().await;
    let request = client.get_object().bucket("files").key("org/invoice 1.pdf");
    let config = PresigningConfig::expires_in(Duration::from_secs(60)).unwrap();
    let link = request.presigned(config).await.unwrap().uri().to_owned();

    let http = HttpClient::builder(TokioExecutor::new()).build_http::<Empty<bytes::Bytes>>();
    let answer = http.get(link.parse().unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "%PDF");
    let altered = link.replace("X-Amz-Expires=60", "X-Amz-Expires=6000");
    assert_eq!(http.get(altered.parse().unwrap()).await.unwrap().status(), 403);
}
