//! Pages of ten, and who may read and write them.

use std::collections::BTreeSet;

use contracts::namaste::routes::routes;
use futures::future::join_all;
use http::Method;
use serde_json::{Value, json};

use super::shop::{Shop, billing, customer, product, refused, supplier, with};

/// A body for the object of a place.
type Body = fn(usize) -> Value;

const LISTS: [&str; 6] = [
    "/api/products/",
    "/api/product-categories/",
    "/api/payment-methods/",
    "/api/parties/",
    "/api/expenses/",
    "/api/billing/",
];

fn expense(description: &str) -> Value {
    json!({"amount": "1.00", "date": "2026-02-01", "category": "Food", "description": description})
}

fn ids(page: &Value) -> Vec<u64> {
    page["results"].as_array().unwrap().iter().map(|row| row["id"].as_u64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_ten_link_to_each_other_by_absolute_urls() {
    let shop = Shop::open().await;
    for n in 1..=25 {
        shop.make("/api/expenses/", expense(&n.to_string())).await.expect(201);
    }
    let url = |rest: &str| json!(format!("{}/api/expenses/{rest}", shop.tributary.base_url()));
    let pages = [
        ("", (1..=10).collect::<Vec<u64>>(), url("?page=2"), Value::Null),
        ("?page=1", (1..=10).collect(), url("?page=2"), Value::Null),
        ("?page=2", (11..=20).collect(), url("?page=3"), url("")),
        ("?page=3", (21..=25).collect(), Value::Null, url("?page=2")),
    ];
    for (query, expected, next, previous) in pages {
        let page = shop.show(&format!("/api/expenses/{query}")).await.expect(200);
        assert_eq!((ids(&page), &page["count"]), (expected, &json!(25)), "{query}");
        assert_eq!((&page["next"], &page["previous"]), (&next, &previous), "{query}");
    }
    // Without its slash, the path is the same.
    assert_eq!(shop.show("/api/expenses?page=3").await.expect(200)["count"], 25);
    for id in [1, 5, 11, 24] {
        shop.remove(&format!("/api/expenses/?id={id}")).await.expect(200);
    }
    let mut seen = Vec::new();
    let mut next = json!(url(""));
    while let Some(link) = next.as_str() {
        let page = shop.show(link.strip_prefix(shop.tributary.base_url()).unwrap()).await.expect(200);
        assert_eq!(page["count"], 21);
        seen.extend(ids(&page));
        next = page["next"].clone();
    }
    assert_eq!(seen, (1..=25).filter(|id| ![1, 5, 11, 24].contains(id)).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_not_there_is_a_404_but_an_empty_first_one_is_there() {
    let shop = Shop::open().await;
    let invalid = json!({"detail": "Invalid page."});
    for list in LISTS {
        let first = shop.show(list).await.expect(200);
        assert_eq!(first["count"].as_u64(), Some(ids(&first).len() as u64), "{list}");
        assert_eq!((&first["next"], &first["previous"]), (&Value::Null, &Value::Null), "{list}");
        for page in ["2", "0", "-1", "1.5", "x", "", "last", "99999999999999999999"] {
            refused(&shop.show(&format!("{list}?page={page}")).await, 404, &invalid);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_is_kept_in_the_links() {
    let shop = Shop::open().await;
    for n in 0..12 {
        let body = json!({"Category_type": "Customer", "name": format!("Customer {n}")});
        shop.make("/api/parties/", body).await.expect(201);
        let body = json!({"Category_type": "Supplier", "name": format!("Supplier {n}"), "code": n.to_string()});
        shop.make("/api/parties/", body).await.expect(201);
    }
    let first = shop.show("/api/parties/?category_type=Supplier").await.expect(200);
    let base = format!("{}/api/parties/", shop.tributary.base_url());
    assert_eq!(
        (&first["count"], &first["next"]),
        (&json!(12), &json!(format!("{base}?category_type=Supplier&page=2")))
    );
    let second = shop.show("/api/parties/?category_type=Supplier&page=2").await.expect(200);
    assert_eq!((ids(&second), &second["previous"]), (vec![22, 24], &json!(format!("{base}?category_type=Supplier"))));
    assert_eq!(shop.show("/api/parties/?page=3").await.expect(200)["count"], 24);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_parallel_creates_of_each_kind_neither_fail_nor_miscount() {
    let shop = Shop::open().await;
    shop.billing().await;
    let bodies: [(&str, Body, u64); 7] = [
        ("/api/products/", |n| with(product(), json!({"product_name": format!("Widget {n}")})), 2),
        ("/api/parties/", |n| json!({"Category_type": "Customer", "name": format!("Customer {n}")}), 1),
        ("/api/expenses/", |n| expense(&n.to_string()), 0),
        ("/api/billing/", |n| with(billing(), json!({"invoice_number": format!("P-{n}")})), 1),
        ("/api/payment-methods/", |n| json!({"name": format!("Method {n}")}), 4),
        ("/api/product-categories/", |n| json!({"name": format!("Category {n}")}), 1),
        ("/api/parties/", |n| with(supplier(), json!({"code": format!("SUP-{n}")})), 21),
    ];
    for (path, body, before) in bodies {
        let made = join_all((0..20).map(|n| shop.make(path, body(n)))).await;
        let made: BTreeSet<u64> = made
            .iter()
            .map(|answer| {
                let body = answer.expect(201);
                let object = ["product", "party", "expense", "billing"].iter().find_map(|name| body.get(name));
                object.unwrap_or(&body)["id"].as_u64().unwrap()
            })
            .collect();
        assert_eq!(made, (before + 1..=before + 20).collect(), "{path}");
        assert_eq!(shop.show(path).await.expect(200)["count"], before + 20, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_asks_for_a_credential_in_this_contracts_words() {
    let shop = Shop::open().await;
    let missing = missing_credential();
    let wrong = json!({"detail": "Given token not valid for any token type", "code": "token_not_valid"});
    for route in routes().filter(|route| route.credential) {
        let method: Method = route.method.as_str().parse().unwrap();
        let json = [("content-type", "application/json")];
        refused(&shop.tributary.raw(method.clone(), route.path, &json, "{}").await, 401, &missing);
        let headers = [json[0], ("authorization", "Bearer a.b.c")];
        refused(&shop.tributary.raw(method, route.path, &headers, "{}").await, 401, &wrong);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_missing_is_told_before_a_body_that_is() {
    let shop = Shop::open().await;
    let nouns = ["Product", "Category", "Payment method", "Party", "Expense", "Billing"];
    let authorization = format!("Token {}", shop.owner.token);
    let json = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    let text = [json[0], ("content-type", "text/plain")];
    for (list, noun) in LISTS.into_iter().zip(nouns) {
        let required = json!({"error": format!("{noun} ID is required")});
        let wrong = json!({"error": format!("Invalid {noun} ID")});
        for (headers, body) in [(text, "{}"), (json, ""), (json, "{"), (json, "[]"), (json, "{}")] {
            refused(&shop.tributary.raw(Method::PUT, list, &headers, body).await, 400, &required);
            let path = format!("{list}?id=x");
            refused(&shop.tributary.raw(Method::PUT, &path, &headers, body).await, 400, &wrong);
        }
        shop.tributary.raw(Method::PUT, &format!("{list}?id=1"), &json, "{").await.expect(400);
        shop.tributary.raw(Method::PUT, &format!("{list}?id=1"), &text, "{}").await.expect(415);
        refused(&shop.tributary.raw(Method::PUT, list, &[], "").await, 401, &missing_credential());
    }
}

fn missing_credential() -> Value {
    json!({"detail": "Authentication credentials were not provided."})
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organisations_numbers_are_its_own() {
    let shop = Shop::open().await;
    shop.billing().await;
    shop.make("/api/expenses/", expense("ours")).await.expect(201);
    let other = shop.tributary.sign_up("neighbour").await;
    for list in ["/api/products/", "/api/parties/", "/api/expenses/", "/api/billing/"] {
        let page = shop.tributary.get(&other, list).await.expect(200);
        assert_eq!((&page["count"], &page["results"]), (&json!(0), &json!([])), "{list}");
        shop.tributary.get(&other, &format!("{list}?id=1")).await.expect(404);
        shop.tributary.put(&other, &format!("{list}?id=1"), json!({})).await.expect(404);
        shop.tributary.delete(&other, &format!("{list}?id=1")).await.expect(404);
    }
    let theirs = shop.tributary.post(&other, "/api/parties/", customer()).await.expect(201);
    assert_eq!(theirs["party"]["id"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_credential_and_an_idempotency_key_are_taken() {
    let shop = Shop::open().await;
    let token = format!("Token {}", shop.owner.token);
    let headers =
        [("authorization", token.as_str()), ("content-type", "application/json"), ("idempotency-key", "once-1")];
    let body = expense("once").to_string();
    let first = shop.tributary.raw(Method::POST, "/api/expenses/", &headers, body.clone()).await;
    let again = shop.tributary.raw(Method::POST, "/api/expenses/", &headers, body).await;
    assert_eq!((first.expect(201), again.header("idempotency-replayed")), (again.expect(201), Some("true")));
    let business = shop.tributary.post(&shop.owner, "/api/businesses", json!({"name": "Second"})).await.expect(201);
    let key = format!("Bearer {}", business["api_key"].as_str().unwrap());
    let page =
        shop.tributary.raw(Method::GET, "/api/product-categories/", &[("authorization", key.as_str())], "").await;
    assert_eq!(page.expect(200)["results"], json!([{"id": 1, "name": "General"}]));
}
