//! A path whose trailing slash keeps the gateway from its route.

use std::sync::Arc;

use contracts::REFERENCES;
use http::Method;
use tributary_local::{Cloud, HttpFunction, Options, registry};

use crate::support::{Answer, Tributary};

const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

/// The product, as if the gateway found no route for any path.
async fn without_routes() -> Tributary {
    let cloud = Cloud::start(Options::ephemeral(), |environment| {
        let mut functions = registry::build(environment);
        for name in ["attributes", "auth", "catalogue", "checkout", "clients", "documents", "expenses", "files"]
            .into_iter()
            .chain(["invoices", "leads", "pages", "stripe-webhook", "webhooks"])
        {
            let docs = fn_docs::router(registry::app(environment));
            functions.insert(name.to_owned(), Arc::new(HttpFunction::new(docs)));
        }
        functions
    });
    Tributary::over(cloud.await.unwrap())
}

fn location(answer: &Answer) -> Option<&str> {
    (answer.status == 308).then(|| answer.header("location")).flatten()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_path_is_redirected_to_itself_without_its_slash() {
    let tributary = without_routes().await;
    let groups = REFERENCES.iter().flat_map(|reference| reference.groups);
    let paths = groups.flat_map(|group| group.iter()).map(|route| route.path.replace(['{', '}'], ""));
    for path in paths {
        for method in METHODS {
            let sent = format!("{path}/?name=a%2Fb&limit=1");
            let answer = tributary.raw(method.clone(), &sent, &[("idempotency-key", "k")], "{}").await;
            assert_eq!(location(&answer), Some(&*format!("{path}?name=a%2Fb&limit=1")), "{method} {sent}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_path_is_not_found_with_its_slash_either() {
    let tributary = without_routes().await;
    for path in [
        "/",
        "//",
        "/api/",
        "/api/nothing/",
        "/api/clients//",
        "/api/clients/1/2/3/",
        "//evil.example/",
        "/x/../api/clients/",
    ] {
        for method in METHODS {
            let answer = tributary.raw(method, path, &[], "").await;
            assert_eq!(answer.status, 404, "{path}: {}", answer.text);
        }
    }
}
