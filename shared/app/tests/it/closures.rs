//! The closure of an organisation, call by call.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use jiff::{SignedDuration, Timestamp};
use store::Closure;
use tributary_app::App;
use tributary_app::bucket::Bucket;
use tributary_app::exports::Progress;
use tributary_app::ports::{Clock, SystemEntropy};
use tributary_app::secrets::SecretKey;

use crate::support::{Office, owner};

/// A clock that is an hour on at each look: whatever is to end at a time has ended.
#[derive(Debug, Default)]
struct Leaping(AtomicI64);

impl Clock for Leaping {
    fn now(&self) -> Timestamp {
        Timestamp::now() + SignedDuration::from_hours(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// A bucket that nobody serves.
fn no_bucket() -> Bucket {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .endpoint_url("http://127.0.0.1:9")
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Bucket::new(aws_sdk_s3::Client::from_conf(config), "files")
}

#[tokio::test]
async fn a_call_whose_time_is_up_removes_no_member_whose_credentials_it_has_not_ended() {
    let office = Office::open().await;
    office.founded().await;
    let (tenant, user) = (owner().tenant(), owner().author().id);
    let now = Timestamp::now();
    office.store.create_closure(tenant, &Closure::requested(now), now).await.unwrap();

    let secret = SecretKey::new("a secret of tests");
    let late = App::new(office.store.clone(), Arc::new(Leaping::default()), Arc::new(SystemEntropy), secret);
    let progress = late.work_on_closure(&no_bucket(), tenant).await;
    assert_eq!(progress, Ok(Progress::After(Duration::ZERO)));
    assert!(office.store.user(user).await.unwrap().is_some());
    assert!(office.store.member_exists(tenant, 1).await.unwrap());

    // It goes as far as the files, which are out of reach.
    office.app.work_on_closure(&no_bucket(), tenant).await.unwrap_err();
    assert_eq!(office.store.user(user).await, Ok(None));
    assert!(!office.store.member_exists(tenant, 1).await.unwrap());
}
