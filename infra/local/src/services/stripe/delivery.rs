//! Brings events to the product, and payments that take their time to an end.

use std::time::Duration;

use axum::http::{Request, header};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use sha2::Sha256;

use app::ports::Clock;

use super::error::StripeError;
use super::store::{self, Delivery};
use super::{Context, Service, Webhook, payment, refund};

/// How long the product may take to answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How many seconds after a failed attempt the next one comes; after these, hourly.
const FIRST_WAITS: [i64; 3] = [5, 60, 5 * 60];
const HOUR: i64 = 60 * 60;

/// How many attempts are made: the first ones, and three days of hourly ones.
const ATTEMPTS: usize = 1 + FIRST_WAITS.len() + 3 * 24;

/// How long to wait after the storage failed.
const PAUSE: Duration = Duration::from_secs(1);

type Http = Client<HttpConnector, Full<Bytes>>;

/// Works until it is aborted.
pub(super) async fn run(service: Service, webhook: Webhook) {
    let http = Client::builder(TokioExecutor::new()).build_http();
    loop {
        if let Err(error) = step(&service, &webhook, &http).await {
            tracing::error!(%error, "the Stripe stand-in could not deliver");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Delivers what is due, or waits until something is.
async fn step(service: &Service, webhook: &Webhook, http: &Http) -> Result<(), StripeError> {
    let now = service.clock.now().as_second();
    let base_url = service.base_url.clone();
    let (delivery, next) = service
        .sqlite
        .transaction(move |tx| {
            let cx = Context { tx, now, base_url: &base_url, request_id: None, idempotency_key: None };
            settle(&cx)?;
            Ok::<_, StripeError>((store::next_delivery(tx, now)?, store::next_due(tx)?))
        })
        .await?;
    match (delivery, next) {
        (Some(delivery), _) => attempt(service, webhook, http, delivery).await,
        (None, Some(next)) => {
            let next = Timestamp::from_second(next).unwrap_or(Timestamp::MAX);
            tokio::select! {
                () = service.clock.reached(next) => {}
                () = service.due.notified() => {}
            }
            Ok(())
        }
        (None, None) => {
            service.due.notified().await;
            Ok(())
        }
    }
}

/// Ends the payments and refunds whose banks have answered.
fn settle(cx: &Context) -> Result<(), StripeError> {
    for (object, outcome) in store::take_due_outcomes(cx.tx, cx.now)? {
        match outcome.as_str() {
            "debit_succeeds" => payment::settle(cx, &object, true)?,
            "debit_fails" => payment::settle(cx, &object, false)?,
            "refund_fails" => refund::fail(cx, &object)?,
            other => tracing::error!(object, other, "the Stripe stand-in keeps an outcome that it does not know"),
        }
    }
    Ok(())
}

async fn attempt(service: &Service, webhook: &Webhook, http: &Http, delivery: Delivery) -> Result<(), StripeError> {
    let Delivery { position, body, attempts } = delivery;
    let is_delivered = send(webhook, http, body, service.clock.now().as_second()).await;
    let due_at =
        if is_delivered { None } else { wait_after(attempts).map(|wait| service.clock.now().as_second() + wait) };
    if !is_delivered && due_at.is_none() {
        tracing::warn!(url = webhook.url, "an event of the Stripe stand-in was given up");
    }
    service.sqlite.transaction(move |tx| store::attempted(tx, position, due_at)).await
}

/// Whether the product took the event.
async fn send(webhook: &Webhook, http: &Http, body: String, now: i64) -> bool {
    let request = Request::post(&webhook.url)
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .header(header::USER_AGENT, "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
        .header("stripe-signature", signature(&webhook.secret, now, &body))
        .body(Full::new(Bytes::from(body)));
    let Ok(request) = request else { return false };
    match tokio::time::timeout(TIMEOUT, http.request(request)).await {
        Ok(Ok(response)) => response.status().is_success(),
        Ok(Err(_)) | Err(_) => false,
    }
}

/// The value of `Stripe-Signature`: the time, and the HMAC of time and body.
fn signature(secret: &str, now: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(format!("{now}.{body}").as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={now},v1={hex}")
}

/// How long to wait once an attempt failed after `attempts` others; the last one has no successor.
fn wait_after(attempts: usize) -> Option<i64> {
    (attempts + 1 < ATTEMPTS).then(|| FIRST_WAITS.get(attempts).copied().unwrap_or(HOUR))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_that_stripe_would_make() {
        // Computed with OpenSSL: printf '1492774577.{"id": "evt"}' | openssl dgst -sha256 -hmac whsec_test
        let expected = "t=1492774577,v1=b62bde78d1d644c95e4ea746fa5f65654b52269a82b5deda4f49bbe352891ffc";
        assert_eq!(signature("whsec_test", 1_492_774_577, r#"{"id": "evt"}"#), expected);
    }

    #[test]
    fn attempts_end_after_three_days() {
        let waits: Vec<_> = (0..ATTEMPTS).map_while(wait_after).collect();
        assert_eq!(waits[..4], [5, 60, 300, HOUR]);
        assert_eq!(waits.len(), ATTEMPTS - 1);
        assert_eq!(waits.iter().filter(|wait| **wait == HOUR).count(), 72);
    }
}
