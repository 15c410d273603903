use super::*;

#[tokio::test]
async fn a_change_reaches_the_function_as_lambda_sends_it() {
    let changes = Script::default();
    let cloud = start([("changes", changes.function())]).await;
    put(&cloud, "1", Some("Client")).await;
    let event = changes.wait_for(1).await.remove(0);
    let record = &event["Records"][0];
    assert_eq!(record["eventName"], "INSERT");
    assert_eq!(record["eventSource"], "aws:dynamodb");
    assert_eq!(record["awsRegion"], "us-east-1");
    assert_eq!(record["dynamodb"]["StreamViewType"], "NEW_AND_OLD_IMAGES");
    assert_eq!(record["dynamodb"]["NewImage"]["model"], json!({"S": "Client"}));
    assert_eq!(record["dynamodb"].get("OldImage"), None);
    let arn = "arn:aws:dynamodb:us-east-1:000000000000:table/tributary-local-Table/stream/";
    assert!(record["eventSourceARN"].as_str().unwrap().starts_with(arn));
    let typed: aws_lambda_events::event::dynamodb::Event = serde_json::from_value(event).unwrap();
    assert_eq!(typed.records[0].change.sequence_number.as_ref().unwrap().len(), 21);
}

#[tokio::test]
async fn a_change_by_another_process_reaches_the_function() {
    let changes = Script::default();
    let cloud = start([("changes", changes.function())]).await;
    let environment = cloud.environment();
    // Clients of this SDK are not the cloud's own.
    let client = tributary_local::services::sdk::Sdk::new().dynamodb(&environment.dynamodb_url);
    let put = client.put_item().table_name(&environment.table_name).set_item(Some(item("1", Some("Client"))));
    put.send().await.unwrap();
    assert_eq!(keys(&changes.wait_for(1).await[0]), ["1"]);
}

#[tokio::test]
async fn changes_that_no_pattern_takes_do_not_wake_the_function() {
    let changes = Script::default();
    let cloud = start([("changes", changes.function())]).await;
    put(&cloud, "quiet", None).await;
    put(&cloud, "loud", Some("Client")).await;
    assert_eq!(keys(&changes.wait_for(1).await[0]), ["loud"]);
}

#[tokio::test]
async fn a_batch_is_sent_again_from_the_first_record_that_failed() {
    let changes = Script::default();
    let answering = Script::default();
    let cloud = {
        let (seen, failed) = (changes.clone(), answering.clone());
        let function = TypedFunction::new(move |event: LambdaEvent<Value>| {
            seen.calls.lock().unwrap().push(event.payload.clone());
            // The second record fails, once.
            let mut failures = failed.calls.lock().unwrap();
            let second = event.payload["Records"][1]["dynamodb"]["SequenceNumber"].as_str().map(str::to_owned);
            let answer = match second {
                Some(second) if failures.is_empty() => {
                    failures.push(Value::Null);
                    json!({"batchItemFailures": [{"itemIdentifier": second}]})
                }
                Some(_) | None => Value::Null,
            };
            async move { Ok::<_, String>(answer) }
        });
        Cloud::start(options(), registry([("changes", Arc::new(function) as Arc<dyn Function>)])).await.unwrap()
    };
    transact(&cloud, &["1", "2", "3"]).await;
    let calls = changes.wait_for(2).await;
    assert_eq!(calls.iter().map(keys).collect::<Vec<_>>(), [vec!["1", "2", "3"], vec!["2", "3"]]);
}

#[tokio::test]
async fn a_batch_that_fails_is_cut_in_half_until_it_succeeds() {
    let changes = Script::default().then(Err("no")).then(Err("panic"));
    let cloud = start([("changes", changes.function())]).await;
    transact(&cloud, &["1", "2", "3"]).await;
    let calls = changes.wait_for(4).await;
    let sent: Vec<_> = calls.iter().map(keys).collect();
    assert_eq!(sent, [vec!["1", "2", "3"], vec!["1"], vec!["1"], vec!["2", "3"]]);
}

#[tokio::test]
async fn a_message_reaches_the_function_and_is_deleted_when_it_succeeded() {
    let messages = Script::default();
    let cloud = start([("messages", messages.function())]).await;
    send_message(&cloud, "hello").await;
    let event = messages.wait_for(1).await.remove(0);
    let record = &event["Records"][0];
    assert_eq!(record["body"], "hello");
    assert_eq!(record["eventSource"], "aws:sqs");
    assert_eq!(record["eventSourceARN"], "arn:aws:sqs:us-east-1:000000000000:tributary-local-Queue");
    assert_eq!(record["attributes"]["ApproximateReceiveCount"], "1");
    assert_eq!(record["messageAttributes"]["kind"]["stringValue"], "test");
    assert_eq!(record["md5OfBody"], "5d41402abc4b2a76b9719d911017c592");
    let typed: aws_lambda_events::event::sqs::SqsEvent = serde_json::from_value(event).unwrap();
    assert_eq!(typed.records.len(), 1);
    // The poller deletes the message once the function has answered.
    tokio::time::sleep(Duration::from_millis(300)).await;
    cloud.clock().advance(3600).unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(messages.calls().len(), 1);
}

#[tokio::test]
async fn a_message_that_failed_comes_back_after_its_visibility_timeout() {
    for answer in [Err("no"), Err("panic"), Ok(json!({"batchItemFailures": "malformed"}))] {
        let messages = Script::default().then(answer.clone());
        let cloud = start([("messages", messages.function())]).await;
        send_message(&cloud, "hello").await;
        messages.wait_for(1).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(messages.calls().len(), 1, "{answer:?}");
        cloud.clock().advance(60).unwrap();
        let again = messages.wait_for(2).await.remove(1);
        assert_eq!(again["Records"][0]["attributes"]["ApproximateReceiveCount"], "2");
    }
}

#[tokio::test]
async fn only_the_messages_reported_as_failed_come_back() {
    let seen = Script::default();
    let recorded = seen.clone();
    let function = TypedFunction::new(move |event: LambdaEvent<Value>| {
        recorded.calls.lock().unwrap().push(event.payload.clone());
        let records = event.payload["Records"].as_array().cloned().unwrap_or_default();
        let bad =
            records.iter().filter(|one| one["body"] == "bad" && one["attributes"]["ApproximateReceiveCount"] == "1");
        let bad = bad.map(|one| json!({"itemIdentifier": one["messageId"]})).collect::<Vec<_>>();
        async move { Ok::<_, String>(json!({ "batchItemFailures": bad })) }
    });
    let cloud = start([("messages", Arc::new(function) as Arc<dyn Function>)]).await;
    send_message(&cloud, "good").await;
    send_message(&cloud, "bad").await;
    let bodies = || {
        let calls = seen.calls();
        let records = calls.iter().flat_map(|event| event["Records"].as_array().cloned().unwrap_or_default());
        let mut bodies: Vec<String> = records.map(|one| one["body"].as_str().unwrap().to_owned()).collect();
        bodies.sort();
        bodies
    };
    wait_until(|| bodies().len() == 2).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    cloud.clock().advance(60).unwrap();
    wait_until(|| bodies().len() == 3).await;
    assert_eq!(bodies(), ["bad", "bad", "good"]);
}

async fn wait_until(holds: impl Fn() -> bool) {
    for _ in 0..500 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("waited in vain");
}

async fn send_message(cloud: &Cloud, body: &str) {
    let environment = cloud.environment();
    let sqs = environment.sdk.sqs(&environment.sqs_url);
    let attribute = aws_sdk_sqs::types::MessageAttributeValue::builder().data_type("String").string_value("test");
    let send = sqs.send_message().queue_url(&environment.queue_urls["Queue"]).message_body(body);
    send.message_attributes("kind", attribute.build().unwrap()).send().await.unwrap();
}

/// Puts items of a model in one transaction, so that one read of the stream sees them all.
async fn transact(cloud: &Cloud, keys: &[&str]) {
    let environment = cloud.environment();
    let client = environment.sdk.dynamodb(&environment.dynamodb_url);
    let mut transaction = client.transact_write_items();
    for sk in keys {
        let put = aws_sdk_dynamodb::types::Put::builder()
            .table_name(&environment.table_name)
            .set_item(Some(item(sk, Some("Client"))))
            .build()
            .unwrap();
        transaction =
            transaction.transact_items(aws_sdk_dynamodb::types::TransactWriteItem::builder().put(put).build());
    }
    transaction.send().await.unwrap();
}
