//! Failures that the embedded DynamoDB never gives, as AWS words them: conflicts, throttling, sizes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::otp::OtpPurpose;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tokio::time::Instant;
use tributary_store::idempotency::IdempotencyRecord;
use tributary_store::meter::Meter;
use tributary_store::{Store, StoreError, Unique, deadline};

use crate::support::{Books, aws_client, client, id, item, now, otp, ours, owner};

/// A DynamoDB that gives one answer after the other, and the last one from then on.
struct Stub {
    store: Store,
    asked: Arc<AtomicUsize>,
    server: AbortHandle,
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Stub {
    async fn answering(answers: Vec<(u16, Value)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = asked.clone();
        let serving = async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let turn = counter.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
                let (status, body) = &answers[turn];
                answer(stream, *status, &body.to_string()).await;
            }
        };
        let client = aws_client(&endpoint, aws_smithy_http_client::Builder::new().build_http());
        Self { store: Store::new(client, "books"), asked, server: tokio::spawn(serving).abort_handle() }
    }

    async fn failing(code: &str, message: &str) -> Self {
        Self::answering(vec![failure(code, message)]).await
    }

    /// A transaction that is cancelled for these reasons, one for each of its operations.
    async fn cancelling(reasons: &[(&str, &str)]) -> Self {
        Self::answering(vec![cancellation(reasons)]).await
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn cancellation(reasons: &[(&str, &str)]) -> (u16, Value) {
    let reasons: Vec<Value> = reasons
        .iter()
        .map(|(code, message)| match *code {
            "None" => json!({"Code": "None"}),
            code => json!({"Code": code, "Message": message}),
        })
        .collect();
    let (status, mut body) = failure("TransactionCanceledException", "Transaction cancelled, see the reasons");
    body["CancellationReasons"] = json!(reasons);
    (status, body)
}

fn failure(code: &str, message: &str) -> (u16, Value) {
    (400, json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": message}))
}

/// Reads one request, answers it, and closes the connection.
async fn answer(mut stream: TcpStream, status: u16, body: &str) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    let length = loop {
        let read = stream.read(&mut buffer).await.unwrap();
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&request).to_lowercase();
        if let Some((head, _)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            break head.len() + 4 + length.map_or(0, |length| length.parse().unwrap());
        }
    };
    while request.len() < length {
        let read = stream.read(&mut buffer).await.unwrap();
        request.extend_from_slice(&buffer[..read]);
    }
    let head = format!(
        "HTTP/1.1 {status} Answer\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
}

fn is_unavailable<T>(result: Result<T, StoreError>, what: &str) -> bool {
    matches!(result, Err(StoreError::Unavailable(why)) if why.contains(what))
}

const CONFLICT: (&str, &str) = ("TransactionConflict", "Transaction is ongoing for the item");
const FAILED: (&str, &str) = ("ConditionalCheckFailed", "The conditional request failed");
const NONE: (&str, &str) = ("None", "");
const THROTTLED: (&str, &str) = ("ThrottlingError", "Throughput exceeds the current capacity of your table");

fn is_throttled<T>(result: Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Throttled(_)))
}

/// Work that has so little time.
async fn for_a_second<T>(work: impl Future<Output = T>) -> T {
    deadline::scope(Instant::now() + Duration::from_secs(1), work).await
}

#[tokio::test]
async fn a_transaction_in_the_way_is_a_lost_race_and_not_a_missing_object() {
    let stub = Stub::failing("TransactionConflictException", "Transaction is ongoing for the item").await;
    let entry = domain::id::EntryId::new(id(1));
    assert_eq!(stub.store.save_client(ours(), &client(5), &client(5)).await, Err(StoreError::Raced));
    let task = stub.store.complete_client_task(ours(), client(5).id, entry, true, None, now()).await;
    assert_eq!(task, Err(StoreError::Raced));
    let note = stub.store.drop_client_note(ours(), client(5).id, entry, None, now()).await;
    assert_eq!(note, Err(StoreError::Raced));
}

#[tokio::test]
async fn a_cancelled_transaction_names_its_most_telling_reason() {
    let (organisation, user) = owner(10, "ada", "ada@example.com");
    let outcome = async |reasons: &[(&str, &str)]| {
        let stub = Stub::cancelling(reasons).await;
        let outcome = stub.store.create_account(&organisation, &user, None).await;
        assert_eq!(stub.asked(), 1, "a cancelled transaction is not sent again as it is");
        outcome
    };
    let taken = StoreError::Taken(Unique::Username);
    assert_eq!(outcome(&[NONE, CONFLICT, NONE, NONE, NONE]).await, Err(StoreError::Raced));
    assert_eq!(outcome(&[NONE, NONE, FAILED, NONE, NONE]).await, Err(taken));
    assert_eq!(outcome(&[NONE, NONE, FAILED, FAILED, NONE]).await, Err(StoreError::Taken(Unique::Username)));
    assert_eq!(outcome(&[NONE, NONE, FAILED, CONFLICT, NONE]).await, Err(StoreError::Raced));
    assert_eq!(outcome(&[FAILED, NONE, FAILED, NONE, NONE]).await, Err(StoreError::Raced));
    let large = ("ValidationError", "Item size has exceeded the maximum allowed size");
    assert_eq!(outcome(&[NONE, large, NONE, NONE, NONE]).await, Err(StoreError::TooLarge));
    let full = ("ItemCollectionSizeLimitExceeded", "Collection size exceeded.");
    assert!(matches!(outcome(&[NONE, full, NONE, NONE, NONE]).await, Err(StoreError::CollectionFull(_))));
    // Nobody knows yet whether the value is taken: what is throttled is decided anew.
    assert_eq!(outcome(&[CONFLICT, THROTTLED, NONE, NONE, NONE]).await, Err(StoreError::Raced));
    assert_eq!(outcome(&[NONE, THROTTLED, FAILED, NONE, NONE]).await, Err(StoreError::Taken(Unique::Username)));
    let invalid = ("ValidationError", "The provided expression refers to an attribute that does not exist");
    assert!(is_unavailable(outcome(&[NONE, invalid, NONE, NONE, NONE]).await, "ValidationError"));
}

#[tokio::test]
async fn a_reference_that_is_gone_is_missing_and_a_conflict_over_it_a_lost_race() {
    let invoice = Books::new(1000).plain(10, Some(5), domain::invoice::Status::Draft);
    // The header, the number, the client's references, then the parts.
    let outcome = async |reason| {
        let stub = Stub::cancelling(&[NONE, NONE, reason, NONE, NONE]).await;
        stub.store.create_invoice(ours(), &invoice).await
    };
    assert_eq!(outcome(FAILED).await, Err(StoreError::Missing));
    assert_eq!(outcome(CONFLICT).await, Err(StoreError::Raced));
    let number = Stub::cancelling(&[NONE, FAILED, FAILED, NONE, NONE]).await;
    let taken = number.store.create_invoice(ours(), &invoice).await;
    assert_eq!(taken, Err(StoreError::Taken(Unique::InvoiceNumber)));
}

#[tokio::test]
async fn a_transaction_under_way_with_the_same_token_is_a_lost_race() {
    let stub = Stub::failing("TransactionInProgressException", "The transaction is in progress").await;
    assert_eq!(stub.store.create_item(ours(), &item(4, Some("A"))).await, Err(StoreError::Raced));
}

#[tokio::test]
async fn throttling_is_tried_again_until_it_ends() {
    let done = || (200, json!({}));
    let (organisation, user) = owner(10, "ada", "ada@example.com");
    for code in ["ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded"] {
        // The SDK gives up after three attempts.
        let slow = |times| std::iter::repeat_n(failure(code, "Rate exceeded"), times).chain([done()]).collect();
        let stub = Stub::answering(slow(4)).await;
        assert_eq!(stub.store.client(ours(), client(5).id).await, Ok(None), "{code}");
        assert_eq!(stub.asked(), 5, "{code}");
        let stub = Stub::answering(slow(4)).await;
        assert_eq!(stub.store.create_account(&organisation, &user, None).await, Ok(()), "{code}");
    }
    for code in ["ThrottlingError", "ProvisionedThroughputExceeded"] {
        let cancelled = || cancellation(&[NONE, (code, "slow"), NONE, NONE, NONE]);
        let stub = Stub::answering(vec![cancelled(), cancelled(), done()]).await;
        assert_eq!(stub.store.create_account(&organisation, &user, None).await, Ok(()), "{code}");
        assert_eq!(stub.asked(), 3, "{code}");
    }
}

#[tokio::test]
async fn throttling_that_does_not_end_fails_when_the_deadline_comes() {
    let stub = Stub::failing("ThrottlingException", "Rate exceeded").await;
    assert!(is_throttled(for_a_second(stub.store.client(ours(), client(5).id)).await));
    assert!(is_throttled(for_a_second(stub.store.save_client(ours(), &client(5), &client(5))).await));
    let (organisation, user) = owner(10, "ada", "ada@example.com");
    let stub = Stub::cancelling(&[NONE, THROTTLED, NONE, NONE, NONE]).await;
    assert!(is_throttled(for_a_second(stub.store.create_account(&organisation, &user, None)).await));
    assert!(stub.asked() > 3, "tried {} times", stub.asked());
}

#[tokio::test]
async fn keys_that_are_left_unprocessed_are_asked_for_again_after_a_pause() {
    let key = json!({"pk": {"S": "USER#1"}, "sk": {"S": "USER"}});
    let left =
        || (200, json!({"Responses": {}, "UnprocessedKeys": {"books": {"Keys": [key], "ConsistentRead": true}}}));
    let ids = [domain::id::UserId::new(id(1))];
    let stub = Stub::answering(vec![left(), left(), (200, json!({"Responses": {"books": []}}))]).await;
    assert_eq!(stub.store.users_of(&ids).await, Ok(vec![]));
    assert_eq!(stub.asked(), 3);
    let stub = Stub::answering(vec![left()]).await;
    assert!(is_throttled(for_a_second(stub.store.users_of(&ids)).await));
    // Without pauses these would be hundreds.
    assert!((4..60).contains(&stub.asked()), "asked {} times", stub.asked());
}

#[tokio::test]
async fn sizes_are_recognised_in_aws_words() {
    for message in
        ["Item size has exceeded the maximum allowed size", "Item size to update has exceeded the maximum allowed size"]
    {
        let stub = Stub::failing("ValidationException", message).await;
        assert_eq!(
            stub.store.save_client(ours(), &client(5), &client(5)).await,
            Err(StoreError::TooLarge),
            "{message}"
        );
        let record = IdempotencyRecord { fingerprint: "one".into(), answer: None };
        assert_eq!(stub.store.finish_idempotency_key("key", &record, 1).await, Err(StoreError::TooLarge));
    }
    let full = Stub::failing("ItemCollectionSizeLimitExceededException", "Collection size exceeded").await;
    let refused = full.store.save_client(ours(), &client(5), &client(5)).await;
    assert!(matches!(refused, Err(StoreError::CollectionFull(_))));
    let other = Stub::failing("ValidationException", "Invalid KeyConditionExpression").await;
    assert!(is_unavailable(other.store.attributes(ours()).await, "ValidationException"));
    let gone = Stub::failing("ResourceNotFoundException", "Requested resource not found").await;
    assert!(is_unavailable(gone.store.attributes(ours()).await, "ResourceNotFoundException"));
}

#[tokio::test]
async fn what_cannot_be_read_is_corrupt() {
    let body = json!({"Item": {"pk": {"S": "ORG"}, "sk": {"S": "x"}, "model": {"S": "Client"}}});
    let stub = Stub::answering(vec![(200, body)]).await;
    assert!(matches!(stub.store.client(ours(), client(5).id).await, Err(StoreError::Corrupt(_))));
}

#[tokio::test]
async fn calls_that_fail_count_as_round_trips() {
    let stub = Stub::cancelling(&[CONFLICT, NONE, NONE]).await;
    let meter = Meter::default();
    let (_, user) = owner(10, "ada", "ada@example.com");
    let raced = meter.scope(stub.store.accept_otp(OtpPurpose::Reset, &otp(1), &user)).await;
    assert_eq!((raced, meter.reading().round_trips), (Err(StoreError::Raced), 1));
}
