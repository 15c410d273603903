//! Lists, page by page, for those who may see them.

use axum::Router;
use axum::routing::get;
use http::StatusCode;
use serde_json::json;
use store::Page;
use tributary_edge::{Caller, Listing};

use crate::support::{Answer, ask_of};
use crate::table::Table;

/// Five rows, whose keys are their numbers.
async fn rows(listing: Listing) -> axum::response::Response {
    let page = listing.page();
    let after = page.after.map_or(0, |key| key.parse().unwrap());
    let rows: Vec<usize> = (after + 1..=5).take(page.limit).collect();
    let next = rows.last().filter(|last| **last < 5).map(usize::to_string);
    listing.answer(Page { rows, next }, |row| json!({ "n": row }))
}

async fn who(caller: Caller) -> (StatusCode, String) {
    (StatusCode::OK, caller.actor().tenant().organisation().to_string())
}

async fn get_as(table: &Table, headers: &[(&str, &str)], target: &str) -> Answer {
    let routes = Router::new().route("/rows", get(rows)).route("/other", get(rows)).route("/who", get(who));
    ask_of(tributary_edge::service(table.app.clone(), routes), &format!("GET {target}"), headers, "").await
}

/// The path and query of the next page. Without a gateway nobody knows the API's address, whatever a client calls it.
fn next(answer: &Answer) -> Option<&str> {
    let link = answer.header("link").strip_prefix('<')?;
    link.strip_suffix(">; rel=\"next\"")
}

#[tokio::test]
async fn links_lead_from_the_first_page_to_the_last() {
    let table = Table::start().await;
    let token = table.owner("ada").await;
    let headers = [("authorization", token.as_str()), ("host", "evil.example")];
    let mut target = "/rows/?limit=2&name=%C3%A9+x".to_owned();
    let mut pages = Vec::new();
    loop {
        let answer = get_as(&table, &headers, &target).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        pages.push(answer.json());
        match next(&answer) {
            Some(next) => target = next.to_owned(),
            None => break,
        }
        assert!(target.starts_with("/rows/?name=%C3%A9%20x&limit=2&cursor="), "{target}");
    }
    assert_eq!(pages, [json!([{"n": 1}, {"n": 2}]), json!([{"n": 3}, {"n": 4}]), json!([{"n": 5}])]);
}

#[tokio::test]
async fn a_cursor_is_refused_elsewhere() {
    let table = Table::start().await;
    let (ada, eve) = (table.owner("ada").await, table.owner("eve").await);
    let headers = [("authorization", ada.as_str()), ("host", "evil.example")];
    let first = get_as(&table, &headers, "/rows?limit=1").await;
    let next = next(&first).unwrap();
    let refused = (400, json!({"cursor": ["Invalid cursor."]}));
    for (token, target) in [
        (&eve, next.to_owned()),
        (&ada, next.replace("/rows", "/other")),
        (&ada, format!("{next}&name=x")),
        (&ada, format!("{next}A")),
    ] {
        let answer = get_as(&table, &[("authorization", token)], &target).await;
        assert_eq!((answer.status, answer.json()), refused, "{target}");
    }
    assert_eq!(get_as(&table, &headers, &next.replace("limit=1", "limit=4")).await.json().as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_caller_acts_for_an_organisation_of_theirs_alone() {
    let table = Table::start().await;
    let (ada, eve) = (table.owner("ada").await, table.owner("eve").await);
    let home = get_as(&table, &[("authorization", &ada)], "/who").await.text;
    let named = get_as(&table, &[("authorization", &ada), ("organization-id", &home)], "/who").await;
    assert_eq!((named.status, named.text.as_str()), (200, home.as_str()));
    let foreign = get_as(&table, &[("authorization", &eve), ("organization-id", &home)], "/who").await;
    assert_eq!(foreign.status, 403);
}
