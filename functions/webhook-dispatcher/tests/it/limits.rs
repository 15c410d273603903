//! Receivers that are slow, endless, or break off.

use std::time::Duration;

use app::deliveries::AttemptResult;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use webhook_dispatcher::sender::Attempt;

use crate::receiver::{Receiver, local_sender, outbound, result_of};

const TIMEOUT: Duration = Duration::from_millis(300);
const ENDLESS: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n";

/// Sends to a receiver that answers as `answer` does, and returns when both are done.
async fn deliver(timeout: Duration, answer: impl AsyncFnOnce(TcpStream)) -> Attempt {
    let receiver = Receiver::start().await;
    let sender = local_sender(timeout);
    let outbound = outbound(receiver.url());
    let (attempt, ()) = tokio::join!(sender.send(&outbound), async {
        let (_, stream) = receiver.accept().await;
        answer(stream).await;
    });
    attempt
}

/// Writes until the sender hangs up: a test that uses it ends only if the sender does.
async fn write_until_closed(mut stream: TcpStream, chunk: &[u8], pause: Duration) {
    while stream.write_all(chunk).await.is_ok() {
        tokio::time::sleep(pause).await;
    }
}

fn was_cut_off(attempt: &Attempt) -> bool {
    let timeout = u64::try_from(TIMEOUT.as_millis()).unwrap();
    (timeout..timeout + 500).contains(&attempt.duration_ms)
}

#[tokio::test]
async fn a_receiver_that_never_answers_is_given_up_and_hung_up_on() {
    let attempt = deliver(TIMEOUT, async |mut stream| {
        assert_eq!(stream.read(&mut [0; 16]).await.unwrap(), 0, "the sender closes");
    })
    .await;
    assert_eq!(attempt.error.as_deref(), Some("no answer within 300ms"));
    assert_eq!(result_of(&attempt), AttemptResult::Failed { retry_after: None });
    assert!(was_cut_off(&attempt), "{attempt:?}");
}

#[tokio::test]
async fn a_head_that_drips_is_cut_off() {
    let attempt = deliver(TIMEOUT, async |mut stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\n").await.unwrap();
        write_until_closed(stream, b"x: y\r\n", Duration::from_millis(20)).await;
    })
    .await;
    assert_eq!((attempt.response_status, attempt.error.as_deref()), (None, Some("no answer within 300ms")));
    assert!(was_cut_off(&attempt), "{attempt:?}");
}

#[tokio::test]
async fn a_body_that_drips_is_cut_off_and_the_status_stands() {
    let attempt = deliver(TIMEOUT, async |mut stream| {
        stream.write_all(ENDLESS).await.unwrap();
        write_until_closed(stream, b".", Duration::from_millis(20)).await;
    })
    .await;
    assert_eq!((attempt.response_status, &attempt.error), (Some(200), &None));
    assert_eq!(result_of(&attempt), AttemptResult::Delivered);
    assert!(attempt.response_body.len() > 1 && attempt.response_body.bytes().all(|byte| byte == b'.'));
    assert!(was_cut_off(&attempt), "{attempt:?}");
}

#[tokio::test]
async fn of_an_endless_body_4_kb_are_read_and_the_connection_is_closed() {
    let attempt = deliver(Duration::from_secs(10), async |mut stream| {
        stream.write_all(ENDLESS).await.unwrap();
        write_until_closed(stream, &[b'z'; 1024], Duration::ZERO).await;
    })
    .await;
    assert_eq!(attempt.response_body, "z".repeat(4096));
    assert!(attempt.duration_ms < 5000, "it did not wait for the timeout");
}

#[tokio::test]
async fn an_endless_head_is_an_error() {
    let attempt = deliver(Duration::from_secs(10), async |mut stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nx: ").await.unwrap();
        write_until_closed(stream, &[b'z'; 8192], Duration::ZERO).await;
    })
    .await;
    assert!(attempt.error.is_some() && attempt.response_status.is_none(), "{attempt:?}");
    assert!(attempt.duration_ms < 5000, "it did not wait for the timeout");
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_the_status_and_what_came() {
    let attempt = deliver(Duration::from_secs(5), async |mut stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf").await.unwrap();
    })
    .await;
    assert_eq!((attempt.response_status, attempt.response_body.as_str()), (Some(200), "half"));
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_an_error() {
    let attempt = deliver(Duration::from_secs(5), async |mut stream| {
        stream.write_all(b"220 mail.example ESMTP\r\n").await.unwrap();
    })
    .await;
    assert!(attempt.error.is_some() && attempt.response_status.is_none(), "{attempt:?}");
}

#[tokio::test]
async fn a_receiver_that_closes_without_a_word_is_an_error_and_is_not_tried_again() {
    let receiver = Receiver::start().await;
    let sender = local_sender(Duration::from_secs(5));
    let (attempt, _) = receiver.exchange(&sender, &outbound(receiver.url()), "").await;
    assert!(attempt.error.is_some() && attempt.response_status.is_none(), "{attempt:?}");
    assert!(!receiver.is_connected_to().await);
}
