//! What is not sent, and what is not followed.

use std::time::Duration;

use app::deliveries::AttemptResult;
use webhook_dispatcher::sender::{Outbound, Sender, SenderConfig};

use crate::receiver::{Receiver, local_sender, outbound, result_of};

/// Ways to write loopback.
const LOOPBACK: [&str; 8] =
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0177.0.0.1", "user@127.0.0.1"];

#[tokio::test]
async fn a_deployment_s_sender_reaches_loopback_in_no_spelling_and_by_no_scheme() {
    let receiver = Receiver::start().await;
    let sender = Sender::new(SenderConfig::default());
    for host in LOOPBACK {
        let error = async |scheme| {
            let attempt = sender.send(&outbound(format!("{scheme}://{host}:{}/", receiver.port()))).await;
            assert_eq!(attempt.response_status, None);
            attempt.error.unwrap()
        };
        assert_eq!(error("http").await, "the URL is not an https one", "{host}");
        // TLS has no name for a number, and says so first.
        let https = error("https").await;
        assert!(["the target's address is not a public one", "invalid dns name"].contains(&&*https), "{host}: {https}");
    }
    assert!(!receiver.is_connected_to().await);
}

#[tokio::test]
async fn a_url_that_is_no_web_address_is_refused() {
    let sender = local_sender(Duration::from_secs(5));
    for url in
        ["", "receiver.example/hook", "/hook", "ftp://127.0.0.1/", "file:///etc/passwd", "https://", "https://a b/"]
    {
        let attempt = sender.send(&outbound(url.to_owned())).await;
        assert!(attempt.error.is_some() && attempt.response_status.is_none(), "{url:?}: {attempt:?}");
    }
}

#[tokio::test]
async fn nothing_is_sent_unsigned() {
    let receiver = Receiver::start().await;
    let unsigned = Outbound { secrets: Vec::new(), ..outbound(receiver.url()) };
    let attempt = local_sender(Duration::from_secs(5)).send(&unsigned).await;
    assert_eq!(attempt.error.unwrap(), "the webhook has no usable signing secret");
    assert!(!receiver.is_connected_to().await);
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let receiver = Receiver::start().await;
    for status in [301, 302, 303, 307, 308] {
        let redirect =
            format!("HTTP/1.1 {status} Elsewhere\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", receiver.url());
        let sender = local_sender(Duration::from_secs(5));
        let (attempt, _) = receiver.exchange(&sender, &outbound(receiver.url()), &redirect).await;
        assert_eq!(attempt.response_status, Some(status));
        assert_eq!(result_of(&attempt), AttemptResult::Failed { retry_after: None });
    }
    assert!(!receiver.is_connected_to().await);
}

#[tokio::test]
async fn retry_after_is_handed_on() {
    let receiver = Receiver::start().await;
    let busy = "HTTP/1.1 503 Busy\r\nretry-after: 30\r\ncontent-length: 4\r\n\r\nbusy";
    let (attempt, _) = receiver.exchange(&local_sender(Duration::from_secs(5)), &outbound(receiver.url()), busy).await;
    assert_eq!(attempt.retry_after.as_deref(), Some("30"));
    assert_eq!(attempt.response_body, "busy");
    let retry_after = Some(Duration::from_secs(30));
    assert_eq!(result_of(&attempt), AttemptResult::Failed { retry_after });
}

#[tokio::test]
async fn a_target_that_does_not_listen_is_reported_at_once() {
    let receiver = Receiver::start().await;
    let url = receiver.url();
    drop(receiver);
    let attempt = local_sender(Duration::from_secs(5)).send(&outbound(url)).await;
    assert!(attempt.error.unwrap().starts_with("the connection failed: "));
    assert!(attempt.duration_ms < 1000);
}
