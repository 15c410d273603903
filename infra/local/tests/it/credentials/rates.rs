//! How often an API key may be used.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use app::App;
use app::ports::{Clock, SystemEntropy};
use app::rate::RateLimit;
use app::secrets::SecretKey;
use app::session::Credential;
use app::sources::SourceAddress;
use domain::api_key::PublicKey;
use futures::future::join_all;
use http::Method;
use jiff::Timestamp;
use store::meter::Meter;

use super::{ask, get, home_key, store};
use crate::support::{Answer, Tributary};

/// A clock that stands where it is put.
#[derive(Debug)]
struct Standing(AtomicI64);

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

fn standing(tributary: &Tributary, second: i64) -> (App, Arc<Standing>) {
    let clock = Arc::new(Standing(AtomicI64::new(second)));
    let app = App::new(store(tributary), clock.clone(), Arc::new(SystemEntropy), SecretKey::new("secret"));
    (app, clock)
}

async fn burst(app: &App, key: &PublicKey, size: usize) -> (Vec<RateLimit>, Vec<RateLimit>) {
    let taken = join_all((0..size).map(|_| app.take_rate(key))).await;
    taken.into_iter().map(Result::unwrap).partition(|taken| taken.retry_after.is_none())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_requests_at_once_ten_pass_in_a_second_and_a_hundred_in_a_minute() {
    let tributary = Tributary::start().await;
    let minute = 1_800_000_000 / 60 * 60;
    let (app, clock) = standing(&tributary, minute + 20);
    let (key, other) = (PublicKey::from_random([1; 16]), PublicKey::from_random([2; 16]));
    let mut left = BTreeSet::new();
    for second in 0..10 {
        clock.0.store(minute + 20 + second, Ordering::SeqCst);
        let (passed, refused) = burst(&app, &key, 200).await;
        assert_eq!((passed.len(), refused.len()), (10, 190));
        left.extend(passed.iter().map(|taken| taken.remaining));
        // The minute has room until the tenth of these seconds.
        let wait = if second < 9 { 1 } else { 31 };
        assert!(refused.iter().all(|taken| taken.retry_after == Some(wait)), "{second}");
        assert!(passed.iter().chain(&refused).all(|taken| taken.limit == 100 && taken.reset_at == minute + 60));
    }
    // Each was counted once: no two were told the same.
    assert_eq!(left, (0..100).collect());
    clock.0.store(minute + 59, Ordering::SeqCst);
    let (passed, refused) = burst(&app, &key, 20).await;
    assert_eq!((passed.len(), refused[0].remaining, refused[0].retry_after), (0, 0, Some(1)));
    assert_eq!(burst(&app, &other, 1).await.0.len(), 1);
    clock.0.store(minute + 60, Ordering::SeqCst);
    let (passed, _) = burst(&app, &key, 20).await;
    assert_eq!((passed.len(), passed[0].reset_at), (10, minute + 120));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_by_an_api_key_costs_one_write_and_one_read_a_minute() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let key = home_key(&tributary, &user).await;
    let (public, secret) = key.split_once(':').unwrap();
    let (app, clock) = standing(&tributary, 1_800_000_000);
    let credential = Credential::ApiKey { public: public.to_owned(), secret: secret.to_owned() };
    let cost = async |app: &App| {
        let meter = Meter::default();
        let from = SourceAddress::unknown();
        meter.scope(app.authenticate(&credential, None, &from)).await.unwrap();
        let reads = meter.reading().round_trips;
        meter.scope(app.take_rate(&public.parse().unwrap())).await.unwrap();
        (reads, meter.reading().round_trips - reads, meter.reading().write_units)
    };
    // The first use in an hour is noted, by one write more.
    assert_eq!(cost(&app).await, (2, 1, 2.0));
    for _ in 0..9 {
        assert_eq!(cost(&app).await, (0, 1, 1.0));
    }
    // A refused one is one call too.
    let (reads, writes, _) = cost(&app).await;
    assert_eq!((reads, writes), (0, 1));
    clock.0.fetch_add(60, Ordering::SeqCst);
    assert_eq!(cost(&app).await, (1, 1, 1.0));
}

fn told(answer: &Answer) -> Option<(u32, u32, i64)> {
    let number = |name: &str| answer.header(name).map(|text| text.parse::<i64>().unwrap());
    let limit = number("x-ratelimit-limit")?;
    let remaining = number("x-ratelimit-remaining").unwrap();
    Some((u32::try_from(limit).unwrap(), u32::try_from(remaining).unwrap(), number("x-ratelimit-reset").unwrap()))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_to_an_api_key_says_what_is_left_and_no_other_does() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let key = format!("Bearer {}", home_key(&tributary, &user).await);
    let mut left = vec![];
    for (method, path, status) in [
        (Method::GET, "/api/clients/", 200),
        (Method::POST, "/api/clients/", 400),
        (Method::GET, "/api/clients/0190b5a1-7c5e-7000-8000-000000000002/", 404),
        (Method::GET, "/api/invoices", 400),
        (Method::PUT, "/api/clients/", 405),
        (Method::DELETE, "/api/businesses", 405),
    ] {
        let body = (method == Method::POST).then(|| serde_json::json!({}));
        let answer = ask(&tributary, method, path, &key, body).await;
        answer.expect(status);
        let (limit, remaining, reset) = told(&answer).unwrap_or_else(|| panic!("{path} {status}"));
        assert_eq!(limit, 100, "{path}");
        left.push((reset, remaining));
    }
    // One less each time, as long as it is the same minute.
    assert!(left.windows(2).all(|two| two[0].0 != two[1].0 || two[0].1 == two[1].1 + 1), "{left:?}");
    let token = tributary.get(&user, "/api/clients/").await;
    let bad = get(&tributary, "/api/clients/", &format!("{key}0")).await;
    bad.expect(401);
    assert_eq!((told(&token), told(&bad)), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_over_the_limit_are_a_429_in_the_contracts_form() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let key = format!("Bearer {}", home_key(&tributary, &user).await);
    let answers = join_all((0..200).map(|_| get(&tributary, "/api/businesses", &key))).await;
    let mut passed = BTreeSet::new();
    for answer in &answers {
        let (_, remaining, reset) = told(answer).unwrap();
        if answer.status == 200 {
            assert!(passed.insert((reset, remaining)), "two were counted as one");
        } else {
            let refused = answer.expect(429);
            assert_eq!(refused["error"], "Too many requests");
            assert!(answer.header("retry-after").unwrap().parse::<u32>().unwrap() >= 1);
        }
    }
    // Two hundred at once are more than fit in the seconds that they take.
    assert!((10..200).contains(&passed.len()), "{}", passed.len());
    tributary.advance(60).await;
    get(&tributary, "/api/businesses", &key).await.expect(200);
    assert_eq!(tributary.get(&user, "/api/businesses").await.status, 200);
}
