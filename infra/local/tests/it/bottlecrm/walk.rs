//! What holds for every route of this contract: it is served with and without a trailing slash, lets nobody in without
//! a credential, shows nobody else's objects, and asks for its permission.

use contracts::bottlecrm::routes::routes;
use contracts::routes::{Method as RouteMethod, Route};
use http::Method;
use serde_json::{Value, json};

use super::{Member, example, failed, id, start};
use crate::support::{Answer, Tributary, form};

/// What each route needs.
const NEEDS: [(&str, &str, &str); 9] = [
    ("GET", "/api/invoices", "view"),
    ("POST", "/api/invoices", "add"),
    ("GET", "/api/invoices/{id}", "view"),
    ("PUT", "/api/invoices/{id}", "change"),
    ("PATCH", "/api/invoices/{id}", "change"),
    ("DELETE", "/api/invoices/{id}", "delete"),
    ("POST", "/api/invoices/{id}/status", "change"),
    ("POST", "/api/invoices/comment/{id}", "change"),
    ("POST", "/api/invoices/attachment/{id}", "change"),
];

/// The routes whose answers are JSON of the books; PDF and mail have tests of their own.
fn of_books() -> impl Iterator<Item = &'static Route> {
    routes().filter(|route| route.tag != "documents")
}

fn filled(route: &Route, invoice: &Value, slash: &str) -> String {
    format!("{}{slash}", route.path.replace("{id}", id(invoice)))
}

async fn ask(tributary: &Tributary, route: &Route, at: &str, headers: &[(&str, &str)]) -> Answer {
    let (content_type, body) = match (route.form.is_some(), route.path, route.method) {
        (true, _, _) => ("multipart/form-data; boundary=xYzZY", form("xYzZY", "attachment", b"abc")),
        (false, "/api/invoices", RouteMethod::Post) => ("application/json", example().to_string().into_bytes()),
        (false, _, RouteMethod::Get | RouteMethod::Delete) => ("application/json", Vec::new()),
        (false, _, RouteMethod::Post | RouteMethod::Put | RouteMethod::Patch) => {
            let body = json!({"status": "Sent", "comment": "Seen", "recipients": ["a@example.com"]});
            ("application/json", body.to_string().into_bytes())
        }
    };
    let headers = [headers, &[("content-type", content_type)]].concat();
    tributary.raw(route.method.as_str().parse::<Method>().unwrap(), at, &headers, body).await
}

async fn ask_as(tributary: &Tributary, member: &Member, route: &Route, at: &str) -> Answer {
    let authorization = format!("Bearer {}", member.access);
    ask(tributary, route, at, &[("authorization", &authorization)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_its_good_request_as_the_table_says_with_and_without_a_trailing_slash() {
    for slash in ["", "/"] {
        let (tributary, owner) = start().await;
        let invoice = owner.invoice(&tributary, json!({})).await;
        let (last, first): (Vec<&Route>, Vec<&Route>) =
            of_books().partition(|route| route.method == RouteMethod::Delete);
        for route in first.into_iter().chain(last) {
            let at = filled(route, &invoice, slash);
            let answer = ask_as(&tributary, &owner, route, &at).await;
            let name = format!("{} {at}: {}", route.method.as_str(), answer.text);
            assert_eq!(answer.status.as_u16(), route.status, "{name}");
            assert!(answer.json().is_object(), "{name}");
            let shows_version = route.versioned && route.method != RouteMethod::Delete;
            assert_eq!(answer.headers.contains_key("etag"), shows_version, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_a_401_without_a_credential_and_a_404_for_what_is_another_organisations() {
    let (tributary, owner) = start().await;
    let stranger = Member::sign_up(&tributary, "stranger").await;
    let invoice = owner.invoice(&tributary, json!({})).await;
    let mut strange = 0;
    for route in routes() {
        let at = filled(route, &invoice, "/");
        let answer = ask(&tributary, route, &at, &[("x-api-contract", "bottlecrm")]).await;
        failed(&answer, 401, &["detail"]);
        if route.path.contains('{') {
            failed(&ask_as(&tributary, &stranger, route, &at).await, 404, &["detail"]);
            strange += 1;
        }
    }
    assert!(strange >= 7, "only {strange} routes were called");
    assert_eq!(owner.shown(&tributary, &invoice).await, invoice);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_group_may_do_what_it_is_granted_and_no_more() {
    let (tributary, owner) = start().await;
    for (username, groups, granted) in [
        ("sales", &["Sales"][..], "view add change"),
        ("operations", &["Operations"], "view add change delete"),
        ("instructor", &["Instructors"], ""),
        ("assistant", &["Teacher Assistant"], ""),
        ("nobody", &[], ""),
    ] {
        let member = Member::added(&tributary, &owner, username, groups).await;
        let invoice = owner.invoice(&tributary, json!({})).await;
        let (last, first): (Vec<&Route>, Vec<&Route>) =
            of_books().partition(|route| route.method == RouteMethod::Delete);
        for route in first.into_iter().chain(last) {
            let row = NEEDS.iter().find(|(method, path, _)| (*method, *path) == (route.method.as_str(), route.path));
            let (_, _, need) = row.unwrap_or_else(|| panic!("{} {} has no row", route.method.as_str(), route.path));
            let answer = ask_as(&tributary, &member, route, &filled(route, &invoice, "/")).await;
            let expected = if granted.split(' ').any(|word| word == *need) { route.status } else { 403 };
            assert_eq!(answer.status.as_u16(), expected, "{username} {} {}", route.method.as_str(), route.path);
            if expected == 403 {
                failed(&answer, 403, &["detail"]);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_add_payments_cannot_book_one_by_a_word() {
    let (tributary, owner) = start().await;
    let sales = Member::added(&tributary, &owner, "sales", &["Sales"]).await;
    let invoice = sales.invoice(&tributary, json!({})).await;
    let paid = || Some(json!({"status": "Paid"}));
    let at = super::path(&invoice);
    failed(&sales.call(&tributary, Method::POST, &format!("{at}status/"), paid()).await, 403, &["detail"]);
    failed(&sales.call(&tributary, Method::PUT, &at, paid()).await, 403, &["detail"]);
    let body = super::with(example(), json!({"status": "Paid"}));
    failed(&sales.call(&tributary, Method::POST, "/api/invoices/", Some(body)).await, 403, &["detail"]);
    assert_eq!(
        owner.call(&tributary, Method::POST, &format!("{at}status/"), paid()).await.expect(200)["status"],
        "Paid"
    );
}
