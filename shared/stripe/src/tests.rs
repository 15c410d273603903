//! What is sent to Stripe, and what is made of its answers.

use std::sync::Mutex;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use domain::id::{InvoiceId, OrganisationId};
use domain::invoice::StripeAmount;
use domain::money::Currency;
use http::StatusCode;
use uuid::Uuid;

use super::*;

type Seen = Arc<Mutex<Vec<(String, String, String)>>>;

/// A server that answers every request alike, and keeps what was asked.
async fn stripe(status: u16, answer: &'static str) -> (Stripe, Seen) {
    let seen = Seen::default();
    let handle = async move |State(seen): State<Seen>, request: Request| -> Response {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 100_000).await.unwrap();
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let head = format!("{} {} {}", parts.method, parts.uri, header("authorization"));
        let told = (head, header("idempotency-key").to_owned(), String::from_utf8(body.to_vec()).unwrap());
        seen.lock().unwrap().push(told);
        (StatusCode::from_u16(status).unwrap(), answer).into_response()
    };
    let router = Router::new().fallback(handle).with_state(Arc::clone(&seen));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (Stripe::new(Secret::given("sk_test_1"), Some(&base)), seen)
}

fn request() -> LinkRequest {
    LinkRequest {
        key: "key-1".into(),
        amount: StripeAmount { units: 11_550, currency: Currency::USD },
        label: "Invoice INV-1".into(),
        organisation: OrganisationId::new(Uuid::from_u128(1)),
        invoice: InvoiceId::new(Uuid::from_u128(2)),
    }
}

#[tokio::test]
async fn a_link_is_asked_for_under_its_key_and_the_same_way_each_time() {
    let (stripe, seen) = stripe(200, r#"{"id": "plink_1", "url": "https://buy.stripe.com/1", "active": true}"#).await;
    for _ in 0..3 {
        let answer = stripe.create(&request()).await.unwrap();
        assert_eq!(answer, LinkAnswer { stripe_id: "plink_1".into(), url: "https://buy.stripe.com/1".into() });
    }
    let seen = seen.lock().unwrap();
    assert_eq!(seen[0].0, "POST /v1/payment_links Bearer sk_test_1");
    assert_eq!(seen[0].1, "key-1");
    assert_eq!(
        seen[0].2,
        "line_items[0][price_data][currency]=usd&line_items[0][price_data][product_data][name]=Invoice+INV-1\
         &line_items[0][price_data][unit_amount]=11550&line_items[0][quantity]=1\
         &metadata[organisation]=00000000-0000-0000-0000-000000000001\
         &metadata[invoice]=00000000-0000-0000-0000-000000000002\
         &payment_intent_data[metadata][organisation]=00000000-0000-0000-0000-000000000001\
         &payment_intent_data[metadata][invoice]=00000000-0000-0000-0000-000000000002\
         &restrictions[completed_sessions][limit]=1"
    );
    assert!(seen.iter().all(|told| *told == seen[0]));
}

#[tokio::test]
async fn a_link_is_deactivated_by_its_id_and_one_that_is_gone_counts_as_deactivated() {
    let answer = r#"{"id": "x", "url": "https://buy.stripe.com/1", "data": [{"id": "cs_1"}, {"id": "cs_2"}]}"#;
    let (known, seen) = stripe(200, answer).await;
    known.deactivate("plink_1").await.unwrap();
    let seen = seen.lock().unwrap().clone();
    let told = seen.iter().map(|(head, _, body)| (head.trim_end_matches(" Bearer sk_test_1"), body.as_str()));
    // Who has the page open cannot pay there any more either.
    let expected = [
        ("POST /v1/payment_links/plink_1", "active=false"),
        ("GET /v1/checkout/sessions?limit=100&payment_link=plink_1&status=open", ""),
        ("POST /v1/checkout/sessions/cs_1/expire", ""),
        ("POST /v1/checkout/sessions/cs_2/expire", ""),
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    let (unknown, _) = stripe(404, r#"{"error": {"type": "invalid_request_error", "message": "No such link"}}"#).await;
    assert_eq!(unknown.deactivate("plink_1").await, Ok(()));
}

#[tokio::test]
async fn a_failure_says_whether_something_may_have_been_made() {
    let error = r#"{"error": {"type": "invalid_request_error", "message": "told"}}"#;
    for (status, expected) in [
        (400, ProviderError::Refused("400 told".into())),
        (401, ProviderError::Unanswered("401 told".into())),
        (403, ProviderError::Unanswered("403 told".into())),
        (409, ProviderError::Busy("409 told".into())),
        (429, ProviderError::Unanswered("429 told".into())),
        (500, ProviderError::Failed("500 told".into())),
        (503, ProviderError::Failed("503 told".into())),
    ] {
        let (stripe, _) = stripe(status, error).await;
        assert_eq!(stripe.create(&request()).await, Err(expected), "{status}");
    }
    let (reused, _) = stripe(400, r#"{"error": {"type": "idempotency_error", "message": "told"}}"#).await;
    assert_eq!(reused.create(&request()).await, Err(ProviderError::Unanswered("400 told".into())));
    let (garbled, _) = stripe(200, "<html>").await;
    assert!(matches!(garbled.create(&request()).await, Err(ProviderError::Unanswered(_))));
    let nobody = Stripe::new(Secret::given("sk_test_1"), Some("http://127.0.0.1:1"));
    assert!(matches!(nobody.create(&request()).await, Err(ProviderError::Unanswered(_))));
    let keyless = Stripe::new(Secret::given(""), None);
    assert!(matches!(keyless.create(&request()).await, Err(ProviderError::Unanswered(_))));
}
