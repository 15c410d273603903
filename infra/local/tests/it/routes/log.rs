//! What the log says of every request, and so what every request costs.

use contracts::crm::routes::{Method, Route, routes};
use futures::{StreamExt, stream};
use http::Method as HttpMethod;
use serde_json::{Value, json};

use super::books::{Books, ends_everything};
use super::process::Process;
use crate::support::{Answer, Remote, User};

#[tokio::test(flavor = "multi_thread")]
async fn every_request_is_one_line_of_the_log() {
    let mut process = Process::start();
    let books = Books::open(&process.remote, "owner").await;
    let mut made: Vec<(String, Option<&str>, Answer)> = Vec::new();
    let deletions_last = |route: &&Route| matches!(route.method, Method::Delete);
    let (deletions, others): (Vec<_>, Vec<_>) = routes().partition(deletions_last);
    let mut all: Vec<&Route> = others.into_iter().chain(deletions.into_iter().rev()).collect();
    all.sort_by_key(|route| ends_everything(route));
    for route in all {
        let answer = books.call(&process.remote, route).await;
        made.push((route.method.as_str().to_owned(), Some(route.path), answer));
    }
    let (get, put) = (HttpMethod::GET, HttpMethod::PUT);
    for (method, route, user, path, body) in [
        (&get, Some("/api/clients"), None, "/api/clients/", ""),
        (&put, Some("/api/clients"), Some(&books.user), "/api/clients/?secret=1", ""),
        (&put, Some("/api/clients/{id}"), Some(&books.user), "/api/clients/x/", "{"),
        (&get, None, Some(&books.user), "/nowhere/", ""),
        (&get, Some("/docs"), None, "/docs/", ""),
        (&get, Some("/openapi/{file}"), None, "/openapi/crm.json", ""),
    ] {
        let authorization = user.map(|user| format!("Token {}", user.token));
        let headers: Vec<_> = authorization.iter().map(|value| ("authorization", value.as_str())).collect();
        made.push((method.to_string(), route, process.remote.raw(method.clone(), path, &headers, body).await));
    }
    for (method, route, answer) in &made {
        let line = process.line_of(answer);
        assert_eq!(line["method"], json!(method), "{line}");
        assert_eq!(line["route"], json!(route), "{line}");
        assert_eq!(line["status"], json!(answer.status.as_u16()), "{line}");
        check_types(&line);
        let is_known =
            ![401, 405].contains(&answer.status.as_u16()) && route.is_some_and(|route| is_private(method, route));
        let organisation = is_known.then_some(&books.organisation);
        assert_eq!(line["organisation"], json!(organisation), "{line}");
    }
    // Each request is there once, and nothing of what it carried.
    for (_, _, answer) in &made {
        let id = answer.header("x-request-id").unwrap();
        assert_eq!(process.log.iter().filter(|line| line["request_id"] == id).count(), 1, "{id}");
    }
    let all: String = process.log.iter().map(Value::to_string).collect();
    let secrets: [&str; 4] = [&books.user.token, &books.user.password, &books.user.email, books.id("clients")];
    assert!(!secrets.iter().any(|secret| all.contains(secret)) && !all.contains("secret=1"));
}

fn is_private(method: &str, path: &str) -> bool {
    routes().any(|route| route.path == path && route.method.as_str() == method && route.credential)
}

#[track_caller]
fn check_types(line: &Value) {
    assert!(line["timestamp"].as_str().is_some_and(|at| at.parse::<jiff::Timestamp>().is_ok()), "{line}");
    assert!(line["milliseconds"].as_f64().is_some_and(|took| took >= 0.0), "{line}");
    assert!(line["round_trips"].is_u64() && line["cold_start"].is_boolean(), "{line}");
    for units in ["read_units", "write_units"] {
        assert!(line[units].as_f64().is_some_and(|units| units >= 0.0), "{line}");
    }
    assert_eq!(line["level"], "INFO", "{line}");
}

/// Round trips and read units of a GET.
async fn cost(process: &mut Process, user: &User, path: &str) -> (u64, f64) {
    let answer = process.remote.get(user, path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    let line = process.line_of(&answer);
    assert_eq!(line["write_units"], json!(0.0), "{path}");
    (line["round_trips"].as_u64().unwrap(), line["read_units"].as_f64().unwrap())
}

/// What a GET needs beside its credential. What /api/me/ shows is the credential's own item; a part that is kept apart
/// from its whole is out of reach once that is gone, so the whole is looked at first.
fn round_trips(path: &str) -> u32 {
    match path {
        "/api/me" => 0,
        path if ["/follow-ups/", "/price-tiers/", "/leads"].iter().any(|part| path.contains(part)) => 2,
        _ => 1,
    }
}

async fn new_token(remote: &Remote, user: &User) -> User {
    let body = json!({"username": user.username, "password": user.password});
    let token = remote.call(None, HttpMethod::POST, "/api-token-auth/", Some(body)).await.expect(200);
    User { token: token["token"].as_str().unwrap().to_owned(), ..user.clone() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_is_one_round_trip_and_one_more_for_its_whole_and_for_a_credential_that_is_not_known_yet() {
    let mut process = Process::start();
    let books = Books::open(&process.remote, "owner").await;
    let reads = routes().filter(|route| matches!(route.method, Method::Get) && route.credential);
    let mut count = 0;
    for route in reads {
        let path = format!("{}/", books.path(route));
        let own = round_trips(route.path);
        let stranger = new_token(&process.remote, &books.user).await;
        let (cold, _) = cost(&mut process, &stranger, &path).await;
        let (warm, units) = cost(&mut process, &stranger, &path).await;
        assert_eq!((cold, warm), ((own + 1).into(), own.into()), "{path}");
        // Each reads one item, or a page of items that are smaller than 4 KB together.
        assert!(units <= f64::from(own), "{path}: {units}");
        count += 1;
    }
    assert!(count > 15, "only {count} reads");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_its_lines_and_its_payments_are_one_round_trip_however_many_there_are() {
    let mut process = Process::start();
    let books = Books::open(&process.remote, "owner").await;
    let invoice = format!("/api/invoices/{}/", books.id("invoices"));
    let line = |n: usize| {
        (format!("{invoice}line-items/"), json!({"description": n.to_string(), "quantity": 1, "unit_price": 1}))
    };
    let payment = |_| (format!("{invoice}payments/"), json!({"amount": "0.01", "method": "cash"}));
    for (path, body) in (0..12).map(line).chain((0..12).map(payment)) {
        process.remote.post(&books.user, &path, body).await.expect(201);
    }
    let line = format!("{invoice}line-items/{}/", books.id("line-items"));
    let payment = format!("{invoice}payments/{}/", books.id("payments"));
    for path in [&invoice, &format!("{invoice}line-items/"), &format!("{invoice}payments/"), &line, &payment] {
        let (round_trips, _) = cost(&mut process, &books.user, path).await;
        assert_eq!(round_trips, 1, "{path}");
    }
    // The electronic invoice depends on the lines, so it is read whole.
    let (_, units) = cost(&mut process, &books.user, &invoice).await;
    assert!(units <= 4.0, "{units}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_costs_its_page_and_not_its_collection() {
    let mut process = Process::start();
    let books = Books::open(&process.remote, "owner").await;
    let tiers = format!("/api/catalogue/{}/price-tiers/", books.id("catalogue"));
    let client = json!(books.id("clients"));
    let lists: [(&str, &dyn Fn(usize) -> Value); 6] = [
        ("/api/clients/", &|n| json!({"name": format!("Client {n:04}")})),
        ("/api/invoices/", &|n| json!({"client": client, "notes": format!("{n:04}")})),
        ("/api/contacts/", &|n| json!({"client": client, "first_name": format!("Contact {n:04}")})),
        ("/api/categories/", &|n| json!({"name": format!("Category {n:04}")})),
        ("/api/catalogue/", &|n| json!({"name": format!("Item {n:04}"), "base_price": 1})),
        (&tiers, &|n| json!({"name": format!("Tier {n:04}"), "min_quantity": 1000 + n, "price": 1})),
    ];
    for (index, (path, body)) in lists.into_iter().enumerate() {
        let page = format!("{path}?limit=10");
        grow(&process.remote, &books.user, path, 0..12, body).await;
        let small = cost(&mut process, &books.user, &page).await;
        // Two of them far, the others far enough.
        let size = if index < 2 { 300 } else { 60 };
        grow(&process.remote, &books.user, path, 12..size, body).await;
        let large = cost(&mut process, &books.user, &page).await;
        assert_eq!(large, small, "{path}");
        let round_trips: u64 = round_trips(path.trim_end_matches('/')).into();
        assert_eq!(large.0, round_trips, "{path}");
        let all = cost(&mut process, &books.user, path).await;
        assert_eq!(all.0, round_trips, "{path}");
        assert!(all.1 > large.1, "{path}: {all:?} for all, {large:?} for a page");
        let next = process.remote.get(&books.user, &page).await;
        let (_, query) = next.header("link").unwrap().split_once('?').unwrap();
        let second = cost(&mut process, &books.user, &format!("{path}?{}", query.split_once('>').unwrap().0)).await;
        assert_eq!(second.0, round_trips, "{path}");
    }
}

async fn grow(remote: &Remote, user: &User, path: &str, rows: std::ops::Range<usize>, body: &dyn Fn(usize) -> Value) {
    let bodies: Vec<Value> = rows.map(body).collect();
    let posts = bodies.into_iter().map(|body| async move { remote.post(user, path, body).await.expect(201) });
    stream::iter(posts).buffer_unordered(4).for_each(async |_| ()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_is_a_line_of_the_log_with_what_it_did_and_cost() {
    let mut process = Process::start();
    process.remote.raw(HttpMethod::POST, "/_local/sweep", &[], "").await.expect(200);
    let line = process.line(|line| line["function"] == "sweep");
    assert!(line["request_id"].is_string() && line["round_trips"].is_u64(), "{line}");
    assert!(line["read_units"].is_number() && line["write_units"].is_number(), "{line}");
    assert!(line["report"].is_object() && line["error"].is_null(), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_that_are_not_there_are_ignored() {
    let process = Process::start_with(&[("SSL_CERT_FILE", "/nowhere/bundle.crt")]);
    assert!(!process.environment().split('\0').any(|variable| variable.starts_with("SSL_CERT_FILE=")));
}
