//! Whatever stands in a path, a query or a header, the answer is a success or a 4xx in the contract's form.

use contracts::crm::routes::{Method, Route, routes};
use http::{HeaderValue, Method as HttpMethod, Request};
use http_body_util::Full;
use serde_json::json;

use super::books::{Books, exports, fill, needs_second_factor};
use super::is_shared;
use super::sound::{sound, sound_with};
use crate::support::{Answer, Tributary};

const NOBODYS: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

async fn start() -> (Tributary, Books) {
    let tributary = Tributary::start().await;
    let books = Books::open(&tributary, "owner").await;
    (tributary, books)
}

fn name(route: &Route) -> String {
    format!("{} {}", route.method.as_str(), route.path)
}

/// Sends a route's good request with more headers, of any bytes.
async fn send(tributary: &Tributary, books: &Books, route: &Route, headers: &[(&str, &[u8])]) -> Answer {
    let url = format!("{}{}", tributary.base_url(), books.path(route));
    let mut request = Request::builder().method(route.method.as_str()).uri(url);
    if !headers.iter().any(|(name, _)| *name == "authorization") && route.credential {
        request = request.header("authorization", format!("Token {}", books.user.token));
    }
    let (media_type, content) = books.content(route);
    request = request.header("content-type", media_type);
    for (name, value) in headers {
        request = request.header(*name, HeaderValue::from_bytes(value).unwrap());
    }
    tributary.send(request.body(Full::from(content)).unwrap()).await
}

/// Routes that change nothing that other routes of the list need.
fn harmless() -> impl Iterator<Item = &'static Route> {
    let spends =
        |route: &Route| route.path.ends_with("delete-note") || matches!(route.method, Method::Delete) || exports(route);
    routes().filter(move |route| !spends(route) && !needs_second_factor(route))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_of_another_shape_is_a_404_in_every_place_of_every_path() {
    let (tributary, books) = start().await;
    let long = "a".repeat(2_000);
    let shapes = [
        "x",
        "0",
        "-1",
        "%00",
        "%20",
        "%ff",
        "%F0%9F%92%A9",
        "%zz",
        "%2F",
        "%2e%2e",
        "..",
        "%7Bid%7D",
        "%22;%5C'",
        "0192f0c1-2345-7abc-8def-0123456789a",
        NOBODYS,
        &long,
    ];
    for route in routes() {
        let mut places = 0;
        fill(route, |_, _| {
            places += 1;
            String::new()
        });
        for place in 0..places {
            for shape in shapes {
                let path =
                    fill(route, |at, word| if at == place { shape.to_owned() } else { books.id(word).to_owned() });
                let answer = books.call_at(&tributary, route, &path).await;
                let what = format!("{}: {path:.200}", name(route));
                sound_with(&answer, &[404], &what);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_entity_has_no_attributes() {
    let (tributary, books) = start().await;
    for entity in ["unknown", "Client", "clients", "client%20", "", NOBODYS] {
        let path = format!("/api/attributes/{entity}");
        let answer = tributary.get(&books.user, &path).await;
        sound_with(&answer, &[404], &path);
        let answer = tributary.post(&books.user, &path, json!({"name": "a", "type": "text"})).await;
        sound_with(&answer, &[404], &path);
        for method in [HttpMethod::PATCH, HttpMethod::DELETE] {
            let answer = tributary.call(Some(&books.user), method, "/api/attributes/client/", Some(json!({}))).await;
            sound_with(&answer, &[404], "an entity's name is no attribute's id");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_answers_whatever_its_query_says() {
    let (tributary, books) = start().await;
    let long = format!("name={}&client={}&sku={}", "x".repeat(2_000), "y".repeat(2_000), "z".repeat(2_000));
    let refused = [
        "limit=0",
        "limit=1001",
        "limit=-1",
        "limit=1.5",
        "limit=ten",
        "limit=",
        "limit=99999999999999999999",
        "limit=%31%00",
        "cursor=",
        "cursor=x",
        "cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "cursor=%ff",
        "cursor=..%2F..",
        "limit=1&limit=0",
    ];
    let taken = [
        "limit=1",
        "limit=1000",
        "limit=0&limit=5",
        "unknown=1",
        "unknown",
        "=",
        "&&&",
        "a=b=c",
        "%zz=%zz",
        "%00=%00",
        "?",
        "limit=%31",
    ];
    let either = [
        "name=%ff",
        "name=%F0%9F%92%A9",
        "name=%00",
        "client=x",
        "client=",
        "client=%00",
        "is_primary=maybe",
        "parent=x",
        "category=x",
        "type=thing",
        "is_active=2",
        "sku=%00",
        "sku=+",
        "status=unknown",
        "currency=usd",
        "invoice_number=%00",
        "invoice_number=INV-1",
        "first_name=%ff",
        "name[]=1",
        "name=a&name=b",
        "client[id]=1",
        &long,
    ];
    let lists =
        routes().filter(|route| matches!(route.method, Method::Get) && route.query.iter().any(|p| p.name == "limit"));
    let mut count = 0;
    for route in lists {
        count += 1;
        let path = books.path(route);
        for (queries, statuses) in
            [(&refused[..], &[400][..]), (&taken[..], &[200][..]), (&either[..], &[200, 400][..])]
        {
            for query in queries {
                let answer = tributary.get(&books.user, &format!("{path}/?{query}")).await;
                sound_with(&answer, statuses, &format!("{path}/?{query:.80}"));
            }
        }
    }
    assert!(count >= 10, "only {count} lists");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_does_not_matter_where_none_is_read() {
    let (tributary, books) = start().await;
    for route in harmless().filter(|route| route.query.is_empty() && route.credential) {
        for query in ["%zz=%ff", "limit=0&cursor=x", "=&=&?"] {
            let path = format!("{}/?{query}", books.path(route));
            let answer = books.call_at(&tributary, route, &path).await;
            sound(&answer, &path);
            assert!(answer.status.is_success() || route.status == 201, "{path}: {} {}", answer.status, answer.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_absurd_if_match_is_a_412_on_a_write_and_nothing_on_a_read() {
    let (tributary, books) = start().await;
    let many = vec!["\"v1000\""; 200].join(", ");
    let absurd: [&[u8]; 6] =
        [b"", b"\"v0\"", b"\"v99999999999999999999\"", b"W/\"v1\"", b"\xff\xfe\"v1\"", many.as_bytes()];
    for route in harmless().filter(|route| route.credential) {
        for value in absurd {
            let answer = send(&tributary, &books, route, &[("if-match", value)]).await;
            let what = format!("{}: If-Match {:.40}", name(route), String::from_utf8_lossy(value));
            sound(&answer, &what);
            let guards = route.versioned && !matches!(route.method, Method::Get) && route.status != 201;
            if guards {
                assert_eq!(answer.status, 412, "{what}: {}", answer.text);
            }
            if matches!(route.method, Method::Get) {
                assert_eq!(answer.status, 200, "{what}: {}", answer.text);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idempotency_key_that_is_none_is_a_400_on_every_post_and_nothing_elsewhere() {
    let (tributary, books) = start().await;
    let long = [b'k'; 256];
    let absurd: [&[u8]; 4] = [b"", b" ", b"a b", &long];
    // Where credentials are issued or proven, a key has no effect.
    for route in harmless().filter(|route| !matches!(route.method, Method::Post) || route.is_repeatable()) {
        for value in absurd {
            let answer = send(&tributary, &books, route, &[("idempotency-key", value)]).await;
            let what = format!("{}: {:.40}", name(route), String::from_utf8_lossy(value));
            sound(&answer, &what);
            if matches!(route.method, Method::Post) {
                assert_eq!(answer.status, 400, "{what}: {}", answer.text);
                assert!(answer.json()["idempotency-key"].is_array(), "{what}: {}", answer.text);
            } else {
                assert_eq!(answer.status.as_u16(), route.status, "{what}: {}", answer.text);
            }
        }
        // The gateway hands on visible ASCII alone.
        let answer = send(&tributary, &books, route, &[("idempotency-key", b"cl\xc3\xa9\xff")]).await;
        sound(&answer, &name(route));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_id_is_an_uuid_of_an_organisation_of_the_caller() {
    let (tributary, books) = start().await;
    let own = books.organisation.as_bytes();
    for route in harmless().filter(|route| route.credential && route.status != 201) {
        for value in [&b""[..], b"7", b"x", b"\xff", b"0192f0c123457abc8def0123456789ab", b"null"] {
            let answer = send(&tributary, &books, route, &[("organization-id", value)]).await;
            sound_with(&answer, &[400], &format!("{}: {}", name(route), String::from_utf8_lossy(value)));
        }
        let answer = send(&tributary, &books, route, &[("organization-id", NOBODYS.as_bytes())]).await;
        sound_with(&answer, &[403], &name(route));
        let answer = send(&tributary, &books, route, &[("organization-id", own)]).await;
        sound_with(&answer, &[route.status], &name(route));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_is_chosen_on_shared_paths_alone() {
    let (tributary, books) = start().await;
    for route in harmless().filter(|route| route.credential && route.status != 201) {
        let shared = is_shared(route);
        for value in [&b"crm"[..], b"clawprint", b"bottlecrm", b"namaste", b"CRM", b"", b"\xff"] {
            let answer = send(&tributary, &books, route, &[("x-api-contract", value)]).await;
            let what = format!("{}: {}: {}", name(route), String::from_utf8_lossy(value), answer.text);
            match value {
                b"clawprint" if shared => {
                    // Its ids and parameters are others: refused in its own form.
                    assert!([400, 404, 405].contains(&answer.status.as_u16()), "{what}");
                    assert!(answer.json()["error"].is_string() && answer.json()["message"].is_string(), "{what}");
                }
                b"bottlecrm" if shared => {
                    // Its ids are crm's: what it does not refuse, it answers with its own fields.
                    assert!([200, 400, 422].contains(&answer.status.as_u16()), "{what}");
                    let own = if answer.status == 200 { ["results", "invoice_title"] } else { ["error", "errors"] };
                    assert!(own.iter().any(|field| !answer.json()[field].is_null()), "{what}");
                }
                b"crm" => sound_with(&answer, &[route.status], &what),
                _ if shared => {
                    sound_with(&answer, &[400], &what);
                    assert!(answer.json()["detail"].as_str().unwrap().contains("X-Api-Contract"), "{what}");
                }
                _ => sound_with(&answer, &[route.status], &what),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_absurd_headers_harm_nothing() {
    let (tributary, books) = start().await;
    let long = vec![b'a'; 4_000];
    let headers: [(&str, &[u8]); 6] = [
        ("authorization", b"Token \xff\xfe"),
        ("authorization", &long),
        ("accept", b"application/nonsense;q=9"),
        ("x-forwarded-proto", b"gopher\xff"),
        ("x-request-id", b"mine"),
        ("cookie", b"sessionid=\xff; ;;=; a"),
    ];
    for route in harmless().filter(|route| route.credential && route.status != 201) {
        for (header, value) in headers {
            let answer = send(&tributary, &books, route, &[(header, value)]).await;
            let what = format!("{}: {header}: {:.20}", name(route), String::from_utf8_lossy(value));
            sound_with(&answer, &[if header == "authorization" { 401 } else { route.status }], &what);
            assert_ne!(answer.header("x-request-id"), Some("mine"), "{what}");
        }
    }
}
