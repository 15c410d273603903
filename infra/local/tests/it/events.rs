//! The examples in `events/` are what the functions take.

use serde_json::{Value, json};
use tributary_local::Cloud;

use crate::support::Tributary;

/// The client that the example of an upload names, and the invoice of that of a document.
const EXAMPLE_ID: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

/// The token that the example of a page names.
const EXAMPLE_TOKEN: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v";

async fn invoke(cloud: &Cloud, function: &str, file: &str) -> Value {
    let path = format!("{}/../../events/{file}", env!("CARGO_MANIFEST_DIR"));
    let event = std::fs::read_to_string(path).unwrap();
    cloud.invoker().invoke(function, serde_json::from_str(&event).unwrap()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_of_a_request_is_answered() {
    let tributary = Tributary::start().await;
    let answers = [
        ("clients", "http-get-clients.json", 401),
        ("leads", "http-post-lead.json", 401),
        ("expenses", "http-post-expense.json", 401),
        ("auth", "http-post-signup.json", 201),
        // Nobody but the demo has its address.
        ("auth", "http-post-login.json", 404),
        ("docs", "http-unknown.json", 404),
        ("documents", "http-get-invoice-pdf.json", 401),
        ("files", "http-post-file.json", 401),
        ("stripe-webhook", "http-post-stripe-event.json", 400),
    ];
    for (function, file, status) in answers {
        let answer = invoke(&tributary.cloud, function, file).await;
        assert_eq!(answer["statusCode"], status, "{file}: {answer}");
        assert_eq!(answer["headers"]["content-type"], "application/json", "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_of_a_page_is_answered_as_one_and_shows_the_invoice_whose_token_it_is_given() {
    let tributary = Tributary::start().await;
    let missing = invoke(&tributary.cloud, "pages", "http-get-page.json").await;
    assert_eq!(missing["statusCode"], 404, "{missing}");
    assert_eq!(missing["headers"]["content-type"], "text/html; charset=utf-8");
    let user = tributary.sign_up("owner").await;
    let client = tributary.post(&user, "/api/clients/", json!({"name": "Acme"})).await.expect(201);
    let invoice = json!({"client": client["id"], "status": "sent", "total": "50.00"});
    let invoice = tributary.post(&user, "/api/invoices/", invoice).await.expect(201);
    let (_, token) = invoice["hosted_url"].as_str().unwrap().rsplit_once('/').unwrap();
    let path = format!("{}/../../events/http-get-page.json", env!("CARGO_MANIFEST_DIR"));
    let event = std::fs::read_to_string(path).unwrap().replace(EXAMPLE_TOKEN, token);
    let page = tributary.cloud.invoker().invoke("pages", serde_json::from_str(&event).unwrap()).await.unwrap();
    assert_eq!(page["statusCode"], 200, "{page}");
    assert!(page["body"].as_str().unwrap().contains(invoice["invoice_number"].as_str().unwrap()), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_of_an_upload_adds_its_image() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let client = tributary.post(&user, "/api/clients/", json!({"name": "Acme"})).await.expect(201);
    let client = client["id"].as_str().unwrap();
    let path = format!("{}/../../events/http-post-file.json", env!("CARGO_MANIFEST_DIR"));
    let event = std::fs::read_to_string(path).unwrap();
    let event = event.replace("replace-with-a-token", &user.token).replace(EXAMPLE_ID, client);
    let answer = tributary.cloud.invoker().invoke("files", serde_json::from_str(&event).unwrap()).await.unwrap();
    assert_eq!(answer["statusCode"], 201, "{answer}");
    let added: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    let url = added["url"].as_str().unwrap();
    let path = url.strip_prefix("https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com").expect(url);
    assert!(path.starts_with("/files/images/clients/") && path.ends_with(".png"), "{url}");
    // An address is that of the request; what is stored has none.
    let shown = tributary.get(&user, &format!("/api/clients/{client}/")).await.expect(200);
    assert_eq!(shown["list_of_images"], json!([format!("{}{path}", tributary.cloud.base_url())]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_of_a_document_is_the_pdf_of_the_invoice_whose_id_it_is_given() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let client = tributary.post(&user, "/api/clients/", json!({"name": "Acme"})).await.expect(201);
    let invoice = json!({"client": client["id"], "status": "sent", "total": "50.00"});
    let invoice = tributary.post(&user, "/api/invoices/", invoice).await.expect(201);
    let path = format!("{}/../../events/http-get-invoice-pdf.json", env!("CARGO_MANIFEST_DIR"));
    let event = std::fs::read_to_string(path).unwrap();
    let event = event.replace("replace-with-a-token", &user.token);
    let event = event.replace(EXAMPLE_ID, invoice["id"].as_str().unwrap());
    let answer = tributary.cloud.invoker().invoke("documents", serde_json::from_str(&event).unwrap()).await.unwrap();
    assert_eq!((&answer["statusCode"], &answer["isBase64Encoded"]), (&json!(200), &json!(true)), "{answer}");
    // %PDF- in base64.
    assert!(answer["body"].as_str().unwrap().starts_with("JVBERi"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_of_a_change_a_message_and_a_schedule_are_handled() {
    let tributary = Tributary::start().await;
    let none_failed = json!({"batchItemFailures": []});
    assert_eq!(invoke(&tributary.cloud, "webhook-fanout", "stream-invoice-paid.json").await, none_failed);
    assert_eq!(invoke(&tributary.cloud, "payment-links", "stream-payment-link-retired.json").await, none_failed);
    assert_eq!(invoke(&tributary.cloud, "webhook-dispatcher", "sqs-delivery.json").await, none_failed);
    assert_eq!(invoke(&tributary.cloud, "organisations", "sqs-work.json").await, none_failed);
    assert_eq!(invoke(&tributary.cloud, "organisations", "sqs-mail-report.json").await, none_failed);
    let swept = invoke(&tributary.cloud, "sweep", "schedule-sweep.json").await;
    let nothing = json!({"examined": 0, "marked_overdue": 0, "links_retired": 0, "failed": 0, "left": 0, "images_moved": 0, "images_failed": 0, "images_left": 0, "work_resumed": 0});
    assert_eq!(swept, nothing);
}
