//! What holds for every route of this contract: it is served with and without a trailing slash, lets nobody in without
//! a credential, and shows nobody else's objects.

use contracts::clawprint::routes::routes;
use contracts::routes::{Method as RouteMethod, Route};
use http::Method;
use serde_json::{Value, json};

use super::{Business, failed, with};
use crate::support::Tributary;

fn method(route: &Route) -> Method {
    route.method.as_str().parse().unwrap()
}

/// A route's path for an object of a business, with what is to follow it.
fn filled(route: &Route, business: &Business, invoice: &Value, slash: &str) -> String {
    let (public, _) = business.api_key.split_once(':').unwrap();
    let id = if route.path.starts_with("/api/businesses") { json!(business.id) } else { invoice["invoice_id"].clone() };
    let path = route.path.replace("{id}", id.as_str().unwrap()).replace("{public_key}", public);
    let query = if route.query.is_empty() { String::new() } else { format!("?business_id={}", business.id) };
    format!("{path}{slash}{query}")
}

fn body(route: &Route, business: &Business) -> Option<Value> {
    route.body?;
    Some(match (route.method, route.path) {
        (RouteMethod::Post, "/api/invoices") => with(business.example(), json!({"invoice_number": null})),
        (RouteMethod::Post, "/api/businesses") => json!({"name": "Another", "currency": "EUR"}),
        _ => json!({"notes": "Updated notes"}),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_its_good_request_as_the_table_says_with_and_without_a_trailing_slash() {
    for slash in ["", "/"] {
        let tributary = Tributary::start().await;
        let business = Business::open(&tributary, "owner").await;
        let invoice = business.invoice(&tributary, json!({})).await;
        // A link is read once it is made; deletions come last, that of the key after all that is done with it.
        let mut all: Vec<_> = routes().collect();
        all.sort_by_key(|route| match route.method {
            RouteMethod::Post | RouteMethod::Put => 0,
            RouteMethod::Get | RouteMethod::Patch => 1,
            RouteMethod::Delete => 2,
        });
        for route in all {
            let (path, body) = (filled(route, &business, &invoice, slash), body(route, &business));
            let by_user = route.path == "/api/businesses" && route.method == RouteMethod::Post;
            let answer = match by_user {
                true => tributary.post(&business.owner, &path, body.unwrap()).await,
                false => business.call(&tributary, method(route), &path, body).await,
            };
            let name = format!("{} {path}: {}", route.method.as_str(), answer.text);
            assert_eq!(answer.status.as_u16(), route.status, "{name}");
            assert_eq!(answer.text.is_empty(), route.answer.is_none(), "{name}");
            assert_eq!(answer.headers.contains_key("etag"), route.versioned && route.answer.is_some(), "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_a_401_without_a_credential_and_with_a_bad_one() {
    let tributary = Tributary::start().await;
    let business = Business::open(&tributary, "owner").await;
    let invoice = business.invoice(&tributary, json!({})).await;
    let nobodys = format!("Bearer pk_{}:sk_{}", "0".repeat(24), "0".repeat(48));
    for route in routes() {
        let path = filled(route, &business, &invoice, "");
        let content = body(route, &business).map(|body| body.to_string()).unwrap_or_default();
        let spoken = ("x-api-contract", "clawprint");
        for headers in [&[spoken][..], &[spoken, ("authorization", nobodys.as_str())]] {
            let answer = tributary.raw(method(route), &path, headers, content.clone()).await;
            failed(&answer, 401, "Invalid authentication", &[]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_a_404_for_what_is_of_another_business() {
    let tributary = Tributary::start().await;
    let (ours, theirs) = (Business::open(&tributary, "ours").await, Business::open(&tributary, "theirs").await);
    let invoice = theirs.invoice(&tributary, json!({})).await;
    let mut called = 0;
    for route in routes().filter(|route| route.path.contains('{') || !route.query.is_empty()) {
        called += 1;
        let path = filled(route, &theirs, &invoice, "");
        let answer = ours.call(&tributary, method(route), &path, body(route, &ours)).await;
        failed(&answer, 404, "Not found", &[]);
    }
    assert!(called >= 8, "only {called} routes were called");
    let path = super::path(&invoice);
    assert_eq!(theirs.call(&tributary, Method::GET, &path, None).await.expect(200), invoice);
}
