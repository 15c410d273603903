use aws_sdk_dynamodb::types::AttributeValue;

use super::*;

#[tokio::test]
async fn data_clock_and_resources_outlive_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let cloud = Cloud::start(kept_options(directory.path()), registry([])).await.unwrap();
    put(&cloud, "1", Some("Client")).await;
    let moved = cloud.clock().advance(86_400).unwrap();
    cloud.shutdown().await;

    let cloud = Cloud::start(kept_options(directory.path()), registry([])).await.unwrap();
    assert!(app::ports::Clock::now(&**cloud.clock()) >= moved);
    let environment = cloud.environment();
    let get = environment.sdk.dynamodb(&environment.dynamodb_url).get_item().table_name(&environment.table_name);
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let item = get.key("pk", text("p")).key("sk", text("1")).send().await.unwrap().item;
    assert_eq!(item.unwrap()["model"], text("Client"));
}

#[tokio::test]
async fn a_change_that_was_not_handled_is_handled_after_a_restart_and_no_other_is() {
    let directory = tempfile::tempdir().unwrap();
    let before = Script::default();
    let cloud = Cloud::start(kept_options(directory.path()), registry([("changes", before.function())])).await.unwrap();
    put(&cloud, "1", Some("Client")).await;
    before.wait_for(1).await;
    // The batch is handled when its checkpoint is kept, which follows its answer at once.
    tokio::time::sleep(Duration::from_millis(200)).await;
    drop(cloud);
    let cloud = Cloud::start(kept_options(directory.path()), registry([])).await.unwrap();
    put(&cloud, "2", Some("Client")).await;
    drop(cloud);

    let after = Script::default();
    let cloud = Cloud::start(kept_options(directory.path()), registry([("changes", after.function())])).await.unwrap();
    let calls = after.wait_for(1).await;
    assert_eq!(calls.iter().flat_map(keys).collect::<Vec<_>>(), ["2"]);
    drop(cloud);
}

#[tokio::test]
async fn a_message_whose_function_died_with_the_process_comes_back_at_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let begun = Script::default();
    let recorded = begun.clone();
    let function = TypedFunction::new(move |event: LambdaEvent<Value>| {
        recorded.calls.lock().unwrap().push(event.payload);
        std::future::pending::<Result<Value, String>>()
    });
    let function = Arc::new(function) as Arc<dyn Function>;
    let cloud = Cloud::start(kept_options(directory.path()), registry([("messages", function)])).await.unwrap();
    let environment = cloud.environment();
    let sqs = environment.sdk.sqs(&environment.sqs_url);
    sqs.send_message().queue_url(&environment.queue_urls["Queue"]).message_body("hello").send().await.unwrap();
    begun.wait_for(1).await;
    drop(cloud);

    let after = Script::default();
    let cloud = Cloud::start(kept_options(directory.path()), registry([("messages", after.function())])).await.unwrap();
    assert_eq!(after.wait_for(1).await[0]["Records"][0]["body"], "hello");
    drop(cloud);
}

#[tokio::test]
async fn a_second_cloud_on_the_same_data_or_port_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let cloud = Cloud::start(kept_options(directory.path()), registry([])).await.unwrap();
    let error = Cloud::start(kept_options(directory.path()), registry([])).await.unwrap_err().to_string();
    assert!(error.contains("is in use by another local cloud"), "{error}");

    let port = cloud.base_url().rsplit(':').next().unwrap().parse().unwrap();
    let error = Cloud::start(Options { port, ..options() }, registry([])).await.unwrap_err().to_string();
    assert!(error.contains(&format!("port {port} on 127.0.0.1 is not free")), "{error}");
}
