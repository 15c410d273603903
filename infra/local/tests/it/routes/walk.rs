//! The deployment's template and the contracts' route tables are the same routes.

use std::collections::{BTreeMap, BTreeSet};

use contracts::REFERENCES;
use contracts::crm::routes::{Method, Route, routes};
use http::Method as HttpMethod;
use serde_json::json;
use tributary_local::template::{EventKind, Route as TemplateRoute};

use super::books::{Books, ends_everything, id_of, needs_second_factor, signs_out};
use crate::support::{Answer, Tributary};

/// What is served beside the contract, and by which function: the documentation, an invoice's page for its
/// customer with its document, and Stripe's events.
const BESIDE: [(&str, &str); 5] = [
    ("/docs", "docs"),
    ("/openapi/{file}", "docs"),
    ("/i/{token}", "pages"),
    ("/i/{token}/pdf", "documents"),
    ("/api/stripe/webhook", "stripe-webhook"),
];

/// Which function serves a path of a contract.
fn function_of(path: &str) -> &'static str {
    let words: Vec<&str> = path.split('/').filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        ["files", ..] | [.., "files"] => "files",
        ["api", "attributes", ..] => "attributes",
        ["api", "clients" | "contacts", ..] => "clients",
        ["api", "services", ..] | ["services", _, "follow-ups", ..] => "clients",
        ["api", "pipelines" | "leads", ..] => "leads",
        ["api", "users", ..] | ["api", "instructors" | "tas" | "sales" | "operations"] => "auth",
        ["api", "categories" | "catalogue", ..] => "catalogue",
        ["api", "products" | "product-categories" | "payment-methods"] => "catalogue",
        ["api", "parties"] => "clients",
        ["api", "expenses"] => "expenses",
        ["api", "billing"] => "invoices",
        ["api", "invoices", _, "download" | "send-mail"] => "documents",
        ["api", "invoices", _, "payment-link"] => "checkout",
        ["api", "invoices", ..] | ["api", "v1.0", ..] => "invoices",
        ["api", "webhooks", ..] => "webhooks",
        ["api", "businesses" | "organisations", ..] => "auth",
        ["api-token-auth"] | ["api", "signup" | "verify-signup-otp" | "api-token-auth" | "me" | "session"] => "auth",
        ["api", "change-password" | "audit"] | ["api", "tokens" | "second-factor", ..] => "auth",
        ["api", "login" | "verify-login-otp" | "forget-password" | "verify-forget-password-otp"] => "auth",
        ["api", "reset-password"] | ["api", "token", ..] => "auth",
        _ => panic!("no function is known to serve {path}"),
    }
}

/// The exact paths of the template, and the prefixes under which it hands on everything, each with its function.
fn template(tributary: &Tributary) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let (mut exact, mut greedy) = (BTreeMap::new(), BTreeMap::new());
    for function in &tributary.cloud.template().functions {
        for event in &function.events {
            let EventKind::Http(TemplateRoute::Path { method, path }) = &event.kind else { continue };
            assert_eq!(method.as_deref(), None, "{path}: a method that is not served must be a 405 of the contract's");
            let (routes, path) = match path.strip_suffix("/{proxy+}") {
                Some(prefix) => (&mut greedy, prefix),
                None => (&mut exact, path.as_str()),
            };
            assert_eq!(routes.insert(path.to_owned(), function.group.clone()), None, "{path} is there twice");
        }
    }
    (exact, greedy)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_path_of_the_contracts_reaches_its_function_and_no_route_is_superfluous() {
    let tributary = Tributary::start().await;
    let (exact, greedy) = template(&tributary);
    let below = |path: &str, prefix: &str| path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
    let handed_on = |path: &str| {
        let prefixes = greedy.iter().filter(|(prefix, _)| below(path, prefix));
        prefixes.max_by_key(|(prefix, _)| prefix.len()).map(|(_, group)| group.as_str())
    };
    let contracts = REFERENCES.iter().flat_map(|reference| reference.routes());
    let contracts = contracts.map(|route| (route.path, function_of(route.path)));
    let served: BTreeMap<&str, &str> = contracts.chain(BESIDE).collect();
    for (path, function) in &served {
        let routed = exact.get(*path).map(String::as_str).or_else(|| handed_on(path));
        assert_eq!(routed, Some(*function), "{path}");
        assert_eq!(handed_on(&format!("{path}/")), Some(*function), "{path}/");
    }
    for (path, function) in &exact {
        assert!(served.contains_key(path.as_str()), "{path} is no path of a contract");
        assert_ne!(handed_on(path), Some(function.as_str()), "{path} would reach its function without this route");
    }
    for (prefix, function) in &greedy {
        let leads_on = |path: &str| path == prefix || below(path, prefix);
        assert!(served.iter().any(|(path, group)| leads_on(path) && group == function), "{prefix}/ leads to nothing");
    }
    let defaults = tributary.cloud.template().functions.iter().filter(|function| {
        function.events.iter().any(|event| matches!(&event.kind, EventKind::Http(TemplateRoute::Default)))
    });
    assert_eq!(defaults.map(|function| function.group.as_str()).collect::<Vec<_>>(), ["docs"]);
}

/// Deletions come last, parts before what they are part of, and everything at the very end. What ends the caller's own
/// token would end the walk.
fn in_order() -> Vec<&'static Route> {
    let all = routes().filter(|route| !signs_out(route) && !needs_second_factor(route));
    let (deletions, others): (Vec<_>, Vec<_>) = all.partition(|route| matches!(route.method, Method::Delete));
    let mut all: Vec<&Route> =
        others.into_iter().filter(|route: &&Route| route.credential).chain(deletions.into_iter().rev()).collect();
    all.sort_by_key(|route| ends_everything(route));
    all
}

/// Calls every route with its good request, and throws away again what that makes: a client that has invoices, for
/// example, cannot be deleted.
async fn call_all(slash: &str) {
    let tributary = Tributary::start().await;
    let books = Books::open(&tributary, "owner").await;
    for route in in_order() {
        let path = format!("{}{slash}", books.path(route));
        let answer = books.call_at(&tributary, route, &path).await;
        check(route, &answer);
        if route.status == 201 && route.form.is_none() && route.path != "/api/second-factor" {
            let collection = path.trim_end_matches('/').trim_end_matches("/client");
            let made = format!("{collection}/{}{slash}", id_of(&answer.json()));
            tributary.delete(&books.user, &made).await.expect(204);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_its_good_request_as_the_table_says() {
    call_all("").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_with_a_trailing_slash_as_without() {
    call_all("/").await;
}

#[track_caller]
fn check(route: &Route, answer: &Answer) {
    let name = format!("{} {}: {}", route.method.as_str(), route.path, answer.text);
    assert_eq!(answer.status.as_u16(), route.status, "{name}");
    assert_eq!(answer.text.is_empty(), route.answer.is_none(), "{name}");
    let shows_its_version = route.versioned && route.answer.is_some();
    assert_eq!(answer.headers.contains_key("etag"), shows_its_version, "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_served_with_and_without_a_trailing_slash() {
    let tributary = Tributary::start().await;
    for slash in ["", "/"] {
        let (username, password) = (format!("user{}", slash.len()), "SecurePass123!");
        let email = format!("{username}@example.com");
        let post = async |path: &str, body| {
            tributary.call(None, HttpMethod::POST, &format!("{path}{slash}"), Some(body)).await
        };
        let body = json!({"username": username, "email": email, "password": password});
        post("/api/signup", body).await.expect(201);
        let body = json!({"email": email, "otp": tributary.otp(&email).await});
        post("/api/verify-signup-otp", body).await.expect(200);
        for path in ["/api-token-auth", "/api/api-token-auth"] {
            let token = post(path, json!({"username": username, "password": password})).await.expect(200);
            let authorization = format!("Token {}", token["token"].as_str().unwrap());
            let headers = [("authorization", authorization.as_str())];
            let me = tributary.raw(HttpMethod::GET, &format!("/api/me{slash}"), &headers, "").await.expect(200);
            assert_eq!(me["username"], json!(username));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_a_path_does_not_have_is_a_405_that_names_those_it_has() {
    let tributary = Tributary::start().await;
    let books = Books::open(&tributary, "owner").await;
    let mut methods: BTreeMap<&str, (String, BTreeSet<&str>)> = BTreeMap::new();
    for route in routes() {
        let path = books.path(route);
        methods.entry(route.path).or_insert((path, BTreeSet::new())).1.insert(route.method.as_str());
    }
    for (route, (path, served)) in methods {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE"] {
            if served.contains(method) {
                continue;
            }
            let answer = tributary.call(Some(&books.user), method.parse().unwrap(), &path, None).await;
            let body = answer.expect(405);
            assert_eq!(body, json!({"detail": format!("Method \"{method}\" not allowed.")}), "{method} {route}");
            let allowed: BTreeSet<&str> = answer.header("allow").unwrap().split(", ").collect();
            // HEAD is the GET that shows no body.
            assert_eq!(allowed.into_iter().filter(|name| *name != "HEAD").collect::<BTreeSet<_>>(), served, "{route}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_path_is_a_404_in_the_contracts_form_with_and_without_a_credential() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let id = "0192f0c1-2345-7abc-8def-0123456789ab";
    let paths = ["/", "/api", "/api/", "/nowhere/", "/api/clientsx/", "/api/unknown/", "/api/me/x/", "/openapi/x/y"];
    let below = ["/api/clients/{id}/unknown/", "/api/invoices/{id}/line-items/{id}/x/", "/api/catalogue/{id}/tiers/"];
    for path in paths.into_iter().chain(below) {
        let path = path.replace("{id}", id);
        for (method, user) in [(HttpMethod::GET, None), (HttpMethod::GET, Some(&user)), (HttpMethod::POST, Some(&user))]
        {
            let answer = tributary.call(user, method, &path, None).await;
            assert_eq!(answer.expect(404), json!({"detail": "Not found."}), "{path}");
            assert!(answer.header("x-request-id").is_some(), "{path}");
        }
    }
}
