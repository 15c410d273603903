//! Images of services, clients, leads and catalogue items (crm, sections 7 and 11.2), as their users meet them.

mod cut_off;
mod refusals;
mod uploads;

use aws_sdk_s3::primitives::ByteStream;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::support::{Answer, Tributary, User};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\0\r\n--";

/// The collections whose objects have images.
const COLLECTIONS: [&str; 4] = ["services", "clients", "leads", "catalogue"];

/// A cloud and the owner of an organisation in it.
struct Scene {
    tributary: Tributary,
    owner: User,
}

impl Scene {
    async fn start() -> Self {
        let tributary = Tributary::start().await;
        let owner = tributary.sign_up("john_doe").await;
        Self { tributary, owner }
    }

    /// Makes an object and gives its path.
    async fn object(&self, collection: &str) -> String {
        let body = json!({"name": "Jane Doe", "base_price": "1.00"});
        let made = self.tributary.post(&self.owner, &format!("/api/{collection}/"), body).await.expect(201);
        format!("/api/{collection}/{}/", made["id"].as_str().unwrap())
    }

    async fn upload(&self, object: &str, file: &[u8]) -> Answer {
        self.tributary.upload(&self.owner, &format!("{object}files/"), &[], file).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.tributary.get(&self.owner, path).await
    }

    /// The path of an URL of this API.
    #[track_caller]
    fn path<'a>(&self, url: &'a Value) -> &'a str {
        url.as_str().unwrap().strip_prefix(self.tributary.base_url()).unwrap_or_else(|| panic!("{url}"))
    }

    /// Opens an image as a browser does: without a credential, and by the redirect.
    async fn open(&self, url: &Value) -> (StatusCode, HeaderMap, Vec<u8>) {
        let redirect = self.tributary.raw(http::Method::GET, self.path(url), &[], "").await;
        assert_eq!((redirect.status.as_u16(), redirect.text.as_str()), (302, ""));
        let link = redirect.header("location").unwrap().to_owned();
        let request = http::Request::get(link).body(http_body_util::Full::default()).unwrap();
        self.tributary.fetch(request).await
    }

    fn s3(&self) -> (aws_sdk_s3::Client, &str) {
        let environment = self.tributary.cloud.environment();
        let name = environment.variable("files", "BUCKET_NAME").unwrap();
        (environment.sdk.s3(&environment.s3_url), name)
    }

    /// Every key of the bucket.
    async fn keys(&self) -> Vec<String> {
        let (s3, bucket) = self.s3();
        let found = s3.list_objects_v2().bucket(bucket).send().await.unwrap();
        found.contents().iter().map(|object| object.key().unwrap().to_owned()).collect()
    }
}

/// The key of an image, as its URL tells.
#[track_caller]
fn key(url: &Value) -> String {
    url.as_str().unwrap().split_once("/files/").unwrap().1.to_owned()
}
