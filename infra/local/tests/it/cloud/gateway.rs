use axum::Router;
use axum::extract::{Path, Request as AxumRequest};
use axum::http::HeaderMap;
use axum::response::{AppendHeaders, IntoResponse};
use axum::routing::{any, get as on_get};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tributary_local::HttpFunction;

use super::*;
use crate::support::Tributary;

/// A function that tells what reached it.
fn echo() -> Arc<dyn Function> {
    let thing = |path: Path<String>, request: AxumRequest| async move {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let header = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        axum::Json(json!({
            "method": parts.method.as_str(),
            "id": path.0,
            "query": parts.uri.query(),
            "x-test": header("x-test"),
            "cookie": header("cookie"),
            "body": String::from_utf8_lossy(&body),
            "bytes": body.len(),
        }))
    };
    let cookies = |_: HeaderMap| async {
        AppendHeaders([("set-cookie", "a=1"), ("set-cookie", "b=2"), ("access-control-allow-origin", "*")])
            .into_response()
    };
    let router = Router::new()
        .route("/things/{id}", any(thing))
        .route("/cookies", on_get(cookies))
        .route("/panic", on_get(|| async { panic!("at the disco") as &str }))
        .fallback(|| async { (http::StatusCode::NOT_FOUND, "the function's own 404") });
    Arc::new(HttpFunction::new(router))
}

/// Sends bytes as they are, and returns the status line.
async fn raw(cloud: &Cloud, request: &str) -> String {
    let address = cloud.base_url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_router_sees_what_the_client_sent() {
    let cloud = start([("web", echo())]).await;
    let url = format!("{}/things/caf%C3%A9%2F1?a=1&a=2&b=x%20y+z", cloud.base_url());
    let request = Request::patch(url)
        .header("content-type", "application/json")
        .header("x-test", "one")
        .header("cookie", "s=1; t=2")
        .body(r#"{"name":"é"}"#)
        .unwrap();
    let response = send(request).await;
    assert_eq!(response.headers()["content-type"], "application/json");
    assert!(response.headers().contains_key("apigw-requestid"));
    let wanted = json!({
        "method": "PATCH", "id": "café/1", "query": "a=1&a=2&b=x%20y+z", "x-test": "one", "cookie": "s=1; t=2",
        "body": "{\"name\":\"é\"}", "bytes": 13,
    });
    assert_eq!(json_of(&response), wanted);
}

#[tokio::test]
async fn bytes_survive_the_event() {
    let cloud = start([("web", echo())]).await;
    let body: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let request = Request::post(format!("{}/things/1", cloud.base_url())).header("content-type", "image/png");
    assert_eq!(json_of(&send(request.body(body).unwrap()).await)["bytes"], 100_000);
}

#[tokio::test]
async fn a_body_that_lambda_would_not_take_is_413() {
    let cloud = start([("web", echo())]).await;
    let status = async |size: usize, kind: &str| {
        let request = Request::post(format!("{}/things/1", cloud.base_url())).header("content-type", kind);
        let response = send(request.body("x".repeat(size)).unwrap()).await;
        (response.status().as_u16(), json_of(&response)["message"].clone())
    };
    let too_large = (413, json!("Request Entity Too Large"));
    assert_eq!(status(5_900_000, "text/plain").await.0, 200);
    assert_eq!(status(5_900_000, "image/png").await, too_large);
    assert_eq!(status(6_300_000, "text/plain").await, too_large);
    assert_eq!(status(11_000_000, "text/plain").await, too_large);
}

#[tokio::test]
async fn functions_that_fail_answer_500_and_the_next_request_is_served() {
    let cloud = start([("web", echo())]).await;
    for path in ["/panic", "/missing"] {
        let response = get(&cloud, path).await;
        let answer = (response.status().as_u16(), json_of(&response));
        assert_eq!(answer, (500, json!({"message": "Internal Server Error"})), "{path}");
    }
    assert_eq!(get(&cloud, "/things/1").await.status(), 200);
}

#[tokio::test]
async fn unknown_paths_go_to_the_default_route() {
    let cloud = start([("web", echo())]).await;
    let response = get(&cloud, "/nowhere/").await;
    assert_eq!((response.status().as_u16(), response.body().as_ref()), (404, b"the function's own 404".as_slice()));
}

#[tokio::test]
async fn cookies_are_set_one_by_one() {
    let cloud = start([("web", echo())]).await;
    let response = get(&cloud, "/cookies").await;
    let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
}

#[tokio::test]
async fn the_gateway_rules_over_cross_origin_headers() {
    // Both may call; the template lets one of them read.
    let allowed_origins = ["https://app.example", "https://other.example"].map(str::to_owned).into();
    let options = Options { allowed_origins, ..options() };
    let cloud = Cloud::start(options, registry([("web", echo())])).await.unwrap();
    let options = |origin: &str| {
        let request = Request::options(format!("{}/things/1", cloud.base_url())).header("origin", origin);
        send(request.header("access-control-request-method", "POST").body("").unwrap())
    };
    let allowed = options("https://app.example").await;
    assert_eq!((allowed.status().as_u16(), allowed.body().len()), (204, 0));
    assert_eq!(allowed.headers()["access-control-allow-origin"], "https://app.example");
    assert_eq!(allowed.headers()["access-control-allow-methods"], "GET,POST");
    assert_eq!(allowed.headers()["access-control-max-age"], "60");
    assert!(!options("https://other.example").await.headers().contains_key("access-control-allow-origin"));

    let plain = Request::options(format!("{}/things/1", cloud.base_url())).body("").unwrap();
    assert_eq!(json_of(&send(plain).await)["method"], "OPTIONS");
    let function = get(&cloud, "/cookies").await;
    assert!(!function.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn pages_of_other_origins_reach_no_function() {
    let web = Script::default();
    let cloud = start([("web", web.function())]).await;
    for (name, value) in [("host", "rebound.example"), ("origin", "https://app.example"), ("origin", "null")] {
        for path in ["/things/1", "/_local/credentials", "/nowhere"] {
            for method in ["GET", "POST", "OPTIONS"] {
                let request = Request::builder().method(method).uri(format!("{}{path}", cloud.base_url()));
                let request = request.header(name, value).header("access-control-request-method", "POST");
                let response = send(request.body("").unwrap()).await;
                assert_eq!(response.status(), 403, "{method} {path} {name}: {value}");
                assert!(!response.headers().contains_key("access-control-allow-origin"));
            }
        }
    }
    let refused = send(Request::get(cloud.base_url()).header("origin", "https://a.example").body("").unwrap()).await;
    assert!(json_of(&refused)["message"].as_str().unwrap().contains("--allow-origin"));
    assert!(web.calls().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_listener_answers_another_host_or_another_origins_page() {
    let cloud = Tributary::start().await.cloud;
    let environment = cloud.environment();
    let urls = [
        &environment.base_url,
        &environment.dynamodb_url,
        &environment.sqs_url,
        &environment.ses_url,
        &environment.s3_url,
        &environment.secrets_url,
        environment.stripe_url.as_ref().unwrap(),
    ];
    for url in urls {
        let ask = async |method: &str, headers: &[(&str, &str)]| {
            let mut request = Request::builder().method(method).uri(format!("{url}/"));
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            send(request.body("{}").unwrap()).await
        };
        let list = ("x-amz-target", "DynamoDB_20120810.ListTables");
        for foreign in [("host", "rebound.example"), ("origin", "https://evil.example"), ("origin", "null")] {
            for method in ["GET", "POST", "OPTIONS", "PUT"] {
                let response = ask(method, &[foreign, list, ("access-control-request-method", "POST")]).await;
                assert_eq!(response.status(), 403, "{method} {url} {foreign:?}");
                assert!(!response.headers().contains_key("access-control-allow-origin"), "{method} {url} {foreign:?}");
            }
        }
        for own in [("host", "localhost:1"), ("origin", "http://localhost:5173")] {
            let response = ask("POST", &[own, list]).await;
            assert!(!String::from_utf8_lossy(response.body()).contains("The local cloud answers"), "{url} {own:?}");
        }
    }
}

#[tokio::test]
async fn a_head_request_has_no_body() {
    let cloud = start([("web", echo())]).await;
    let response = send(Request::head(format!("{}/things/1", cloud.base_url())).body("").unwrap()).await;
    assert_eq!((response.status().as_u16(), response.body().len()), (200, 0));
}

#[tokio::test]
async fn requests_without_a_sound_target_are_400() {
    let cloud = start([("web", echo())]).await;
    for host in ["", "a b", "x/y", "user@host", "1.2.3.999", "[::1"] {
        let request = format!("GET /things/1 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        assert!(raw(&cloud, &request).await.contains(" 400 "), "{host}");
    }
    assert!(raw(&cloud, "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.contains(" 400 "));
    let absolute = "GET http://localhost/things/1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert!(raw(&cloud, absolute).await.contains(" 200 "));
}
