use jiff::{SignedDuration, Timestamp};

use super::*;

fn now(response: &Response<Bytes>) -> Timestamp {
    json_of(response)["now"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn the_clock_moves_ahead_and_only_ahead() {
    let cloud = start([]).await;
    let before = now(&get(&cloud, "/_local/clock").await);
    let after = now(&post(&cloud, "/_local/clock", r#"{"advance_seconds": 3600}"#).await);
    assert!(after.duration_since(before) >= SignedDuration::from_hours(1));
    assert!(now(&get(&cloud, "/_local/clock").await) >= after);
    for body in ["", "{}", r#"{"advance_seconds": -1}"#, r#"{"advance_seconds": 1.5}"#, r#"{"advance_seconds": "1"}"#] {
        assert_eq!(post(&cloud, "/_local/clock", body).await.status(), 400, "{body}");
    }
    assert_eq!(post(&cloud, "/_local/clock", r#"{"advance_seconds": 999999999999}"#).await.status(), 400);
    let end = now(&get(&cloud, "/_local/clock").await);
    assert!(end.duration_since(after) < SignedDuration::from_mins(5));
}

#[tokio::test]
async fn credentials_are_shown_once_they_are_set() {
    let cloud = start([]).await;
    assert_eq!(get(&cloud, "/_local/credentials").await.status(), 404);
    cloud.handle().set_credentials(json!({"username": "demo"}));
    assert_eq!(json_of(&get(&cloud, "/_local/credentials").await), json!({"username": "demo"}));
}

#[tokio::test]
async fn mail_is_shown_in_the_mailbox() {
    let cloud = start([]).await;
    assert_eq!(json_of(&get(&cloud, "/_local/mailbox").await), json!([]));
    let environment = cloud.environment();
    let text = |text: &str| aws_sdk_sesv2::types::Content::builder().data(text).build().unwrap();
    let body = aws_sdk_sesv2::types::Body::builder().text(text("123456")).build();
    let message = aws_sdk_sesv2::types::Message::builder().subject(text("Your code")).body(body).build();
    let send = environment.sdk.ses(&environment.ses_url).send_email().from_email_address("post@example.test");
    send.destination(aws_sdk_sesv2::types::Destination::builder().to_addresses("me@example.test").build())
        .content(aws_sdk_sesv2::types::EmailContent::builder().simple(message).build())
        .send()
        .await
        .unwrap();
    let mails = json_of(&get(&cloud, "/_local/mailbox").await);
    assert_eq!(mails[0]["to"], json!(["me@example.test"]));
    assert_eq!(mails[0]["text"], "123456");
}

#[tokio::test]
async fn the_sweep_answers_after_it_ran() {
    let sweep = Script::default().then(Ok(json!({"swept": 3}))).then(Err("out of order"));
    let cloud = start([("sweep", sweep.function())]).await;
    let response = post(&cloud, "/_local/sweep", "").await;
    assert_eq!((response.status().as_u16(), json_of(&response)), (200, json!({"swept": 3})));
    assert_eq!(sweep.calls()[0]["detail-type"], "Scheduled Event");
    assert_eq!(post(&cloud, "/_local/sweep", "").await.status(), 500);
}

#[tokio::test]
async fn moving_the_clock_past_a_schedule_calls_once_for_all_that_was_missed() {
    let sweep = Script::default();
    let cloud = start([("sweep", sweep.function())]).await;
    cloud.clock().advance(3 * 86_400).unwrap();
    let calls = sweep.wait_for(1).await;
    assert_eq!(calls[0]["source"], "aws.scheduler");
    assert!(calls[0]["time"].as_str().unwrap().ends_with("T00:05:00Z"));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(sweep.calls().len(), 1);
    cloud.clock().advance(86_400).unwrap();
    sweep.wait_for(2).await;
}

#[tokio::test]
async fn a_scheduled_call_that_keeps_failing_is_reported_to_its_queue() {
    let sweep = Script::default().then(Err("first")).then(Err("second"));
    let cloud = start([("sweep", sweep.function())]).await;
    cloud.clock().advance(86_400).unwrap();
    sweep.wait_for(2).await;
    let environment = cloud.environment();
    let sqs = environment.sdk.sqs(&environment.sqs_url);
    let url = &environment.queue_urls["Failures"];
    let received = sqs.receive_message().queue_url(url).wait_time_seconds(10).send().await.unwrap();
    let report: Value = serde_json::from_str(received.messages()[0].body().unwrap()).unwrap();
    assert_eq!(report["requestContext"]["approximateInvokeCount"], 2);
    assert_eq!(report["responsePayload"]["errorMessage"], "second");
    assert_eq!(report["requestPayload"], sweep.calls()[0]);
}

#[tokio::test]
async fn other_hosts_and_other_sites_are_refused() {
    let cloud = start([]).await;
    cloud.handle().set_credentials(json!({"password": "secret"}));
    for (name, value) in [("host", "rebound.example"), ("origin", "https://evil.example")] {
        let request = Request::get(format!("{}/_local/credentials", cloud.base_url())).header(name, value);
        let response = send(request.body("").unwrap()).await;
        assert_eq!(response.status(), 403, "{name}");
        assert!(!String::from_utf8_lossy(response.body()).contains("secret"));
    }
}

#[tokio::test]
async fn unknown_local_routes_are_404_and_wrong_methods_405() {
    let cloud = start([]).await;
    assert_eq!(get(&cloud, "/_local/other").await.status(), 404);
    assert_eq!(get(&cloud, "/_local/sweep").await.status(), 405);
}
