//! What was acknowledged is there after a restart, and after a kill.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use aws_sdk_dynamodbstreams::types::ShardIteratorType;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use tributary_local::LocalClock;
use tributary_local::services::Storage;
use tributary_local::services::dynamodb::{self, DynamoDb, create_table};
use tributary_local::services::sdk::Sdk;
use tributary_local::services::ses::{self, Ses};
use tributary_local::services::sqs::{self, Sqs};

use super::dynamodb::{NEVER, ids, properties, put};

/// Tells the process that is to be killed where it keeps its data.
const DIRECTORY: &str = "TRIBUTARY_TEST_DIRECTORY";

/// Rounds that must be acknowledged before the kill.
const ROUNDS: usize = 20;

/// The services on one directory's files.
struct Services {
    dynamodb: DynamoDb,
    sqs: Sqs,
    ses: Ses,
    sdk: Sdk,
}

impl Services {
    async fn start(directory: &Path) -> Self {
        let file = |name: &str| Storage::File(directory.join(name));
        let clock = || Arc::new(LocalClock::open(None).unwrap());
        let services = Self {
            dynamodb: dynamodb::start(&file("dynamodb.sqlite"), 0, clock()).await.unwrap(),
            sqs: sqs::start(&file("sqs.sqlite"), 0, clock()).await.unwrap(),
            ses: ses::start(&file("ses.sqlite"), 0, clock()).await.unwrap(),
            sdk: Sdk::new(),
        };
        create_table(&services.sdk.dynamodb(services.dynamodb.endpoint()), &properties()).await.unwrap();
        services.sdk.sqs(services.sqs.endpoint()).create_queue().queue_name("work").send().await.unwrap();
        services
    }

    /// Writes, sends and mails one thing.
    async fn work(&self, round: usize) {
        let name = format!("{round:06}");
        put(&self.sdk.dynamodb(self.dynamodb.endpoint()), &name, NEVER).await;
        let request = self.sdk.sqs(self.sqs.endpoint()).send_message().queue_url(self.sqs.queue_url("work"));
        request.message_body(&name).send().await.unwrap();
        let content = |data: &str| Content::builder().data(data).build().unwrap();
        let body = Body::builder().text(content("x")).build();
        let message = Message::builder().subject(content(&name)).body(body).build();
        let request = self.sdk.ses(self.ses.endpoint()).send_email().from_email_address("a@a.example");
        let request = request.destination(Destination::builder().to_addresses("b@b.example").build());
        request.content(EmailContent::builder().simple(message).build()).send().await.unwrap();
    }

    /// The ids in the table's stream after a sequence number, or all, with the last sequence number.
    async fn stream(&self, after: Option<String>) -> (Vec<String>, Option<String>) {
        let client = self.sdk.dynamodb_streams(self.dynamodb.endpoint());
        let streams = client.list_streams().table_name("main").send().await.unwrap();
        let arn = streams.streams()[0].stream_arn().unwrap();
        let described = client.describe_stream().stream_arn(arn).send().await.unwrap().stream_description.unwrap();
        let kind = match after {
            Some(_) => ShardIteratorType::AfterSequenceNumber,
            None => ShardIteratorType::TrimHorizon,
        };
        let request = client.get_shard_iterator().stream_arn(arn).shard_id(described.shards()[0].shard_id().unwrap());
        let iterator = request.shard_iterator_type(kind).set_sequence_number(after).send().await.unwrap();
        let records = client.get_records().shard_iterator(iterator.shard_iterator.unwrap()).send().await.unwrap();
        let changes: Vec<_> = records.records().iter().map(|record| record.dynamodb().unwrap()).collect();
        let ids = changes.iter().map(|change| change.keys().unwrap()["sk"].as_s().unwrap().clone()).collect();
        (ids, changes.last().and_then(|change| change.sequence_number()).map(str::to_owned))
    }
}

#[tokio::test]
async fn a_streams_reader_goes_on_where_it_was_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let services = Services::start(directory.path()).await;
    for round in 0..3 {
        services.work(round).await;
    }
    let (seen, position) = services.stream(None).await;
    assert_eq!(seen, ["000000", "000001", "000002"]);
    drop(services);

    let services = Services::start(directory.path()).await;
    assert_eq!(services.stream(position.clone()).await, (Vec::new(), None));
    services.work(3).await;
    assert_eq!(services.stream(position).await.0, ["000003"]);
    assert_eq!(services.stream(None).await.0, ["000000", "000001", "000002", "000003"]);
}

#[tokio::test]
async fn a_message_that_was_in_flight_is_seen_again_after_a_restart_and_a_postponed_one_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let services = Services::start(directory.path()).await;
    let (client, url) = (services.sdk.sqs(services.sqs.endpoint()), services.sqs.queue_url("work"));
    for body in ["left", "postponed", "deleted", "unseen"] {
        client.send_message().queue_url(&url).message_body(body).send().await.unwrap();
    }
    let received = client.receive_message().queue_url(&url).max_number_of_messages(3).send().await.unwrap();
    let handles: Vec<_> = received.messages().iter().map(|message| message.receipt_handle().unwrap()).collect();
    let postpone = client.change_message_visibility().queue_url(&url).receipt_handle(handles[1]);
    postpone.visibility_timeout(600).send().await.unwrap();
    client.delete_message().queue_url(&url).receipt_handle(handles[2]).send().await.unwrap();
    drop(services);

    let services = Services::start(directory.path()).await;
    let (client, url) = (services.sdk.sqs(services.sqs.endpoint()), services.sqs.queue_url("work"));
    let received = client.receive_message().queue_url(&url).max_number_of_messages(10).send().await.unwrap();
    let bodies: Vec<_> = received.messages().iter().map(|message| message.body().unwrap()).collect();
    assert_eq!(bodies, ["left", "unseen"]);
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "services::restart::the_process_that_is_killed", "--nocapture"])
        .env(DIRECTORY, directory.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let acknowledged: Vec<String> =
        lines.filter_map(|line| line.unwrap().strip_prefix("acknowledged ").map(str::to_owned)).take(ROUNDS).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(acknowledged.len(), ROUNDS);

    // The kill may have come after one more step than was acknowledged, so there may be more.
    let services = Services::start(directory.path()).await;
    let items = ids(&services.sdk.dynamodb(services.dynamodb.endpoint())).await;
    assert_eq!(items[..ROUNDS], acknowledged);
    let (events, _) = services.stream(None).await;
    assert_eq!(events, items, "the stream has an event for each item");
    let mails = services.ses.mailbox().list().await.unwrap();
    let mut subjects: Vec<_> = mails.into_iter().map(|mail| mail.subject).collect();
    subjects.reverse();
    assert_eq!(subjects[..ROUNDS], acknowledged);
    let client = services.sdk.sqs(services.sqs.endpoint());
    let mut messages = Vec::new();
    while messages.len() < ROUNDS {
        let request = client.receive_message().queue_url(services.sqs.queue_url("work")).max_number_of_messages(10);
        let received = request.send().await.unwrap().messages.expect("every acknowledged message is there");
        messages.extend(received.into_iter().map(|message| message.body.unwrap()));
    }
    assert_eq!(messages[..ROUNDS], acknowledged);
}

#[test]
#[ignore = "a process of its own for the test that kills it"]
fn the_process_that_is_killed() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let services = Services::start(Path::new(&directory)).await;
        for round in 0.. {
            services.work(round).await;
            // Straight to the pipe, which the harness does not capture; it closes with the parent.
            writeln!(std::io::stdout(), "acknowledged {round:06}").unwrap();
        }
    });
}
