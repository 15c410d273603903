//! Roles allow what their functions do, and nothing else. What a role does not allow is refused in every test of routes,
//! since the local cloud refuses it; here everything is done once, and what no use was made of is too much.

use std::collections::BTreeMap;

use app::ports::Clock;
use app::queue::{WorkQueue, WorkRef};
use app::session::Credential;
use app::sources::SourceAddress;
use contracts::crm::routes::{Method as RouteMethod, Route, routes};
use domain::Tenant;
use http::Method;
use serde_json::{Value, json};
use store::{Closure, Store, Work};
use tributary_local::permissions::{Access, Role};
use tributary_local::registry;

use crate::routes::books::{Books, ends_everything};
use crate::stripe::{Sale, Shop, eventually};
use crate::support::{BROWSER, Tributary, User, form};
use crate::webhooks::receiver::Receiver;

/// What functions do and no test here brings about: a key is given back when the answer is not to be kept, which is a
/// failure of ours where it is an upload's.
const NOT_SHOWN: [(&str, &str); 1] = [("FilesRole", "dynamodb:DeleteItem")];

#[tokio::test(flavor = "multi_thread")]
async fn no_role_allows_what_its_function_does_not_do() {
    let shop = Shop::open().await;
    call_every_route(&shop.tributary).await;
    call_by_key(&shop.tributary, &shop.user).await;
    use_other_contracts(&shop).await;
    use_documents(&shop).await;
    pay_by_link(&shop).await;
    fail_to_deliver(&shop.tributary, &shop.user).await;
    try_a_webhook(&shop).await;
    fan_out_twice(&shop).await;
    look_for_an_image(&shop.tributary).await;
    sweep(&shop).await;
    mail_too_much(&shop).await;
    end_organisation(&shop.tributary).await;

    let roles = &shop.tributary.cloud.template().roles;
    assert!(roles.len() > 15, "{roles:?}");
    let unused = || roles.values().flat_map(|role| role.unused().into_iter().map(move |access| (role, access)));
    let is_not_shown = |role: &Role, access: &Access| {
        NOT_SHOWN.iter().any(|(name, action)| *name == role.name() && access.to_string().starts_with(action))
    };
    let too_much: BTreeMap<_, Vec<_>> = unused().filter(|(role, access)| !is_not_shown(role, access)).fold(
        BTreeMap::new(),
        |mut found, (role, access)| {
            found.entry(role.name()).or_insert_with(Vec::new).push(access.to_string());
            found
        },
    );
    assert!(too_much.is_empty(), "{too_much:#?}");
    let excused = unused().filter(|(role, access)| is_not_shown(role, access)).count();
    assert_eq!(excused, NOT_SHOWN.len(), "what is shown after all needs no excuse");
}

/// Calls every route of the contract that has most of them, deletions last.
async fn call_every_route(tributary: &Tributary) {
    let books = Books::open(tributary, "books").await;
    let (deletions, others): (Vec<&Route>, Vec<&Route>) =
        routes().partition(|route| matches!(route.method, RouteMethod::Delete));
    for route in others.into_iter().chain(deletions.into_iter().rev()).filter(|route| !ends_everything(route)) {
        let answer = books.call(tributary, route).await;
        assert!(!answer.status.is_server_error(), "{}: {}", route.path, answer.text);
    }
}

/// An API key is counted, and an `Idempotency-Key` kept, in every function that takes them.
async fn call_by_key(tributary: &Tributary, user: &User) {
    let made = tributary.post(user, "/api/businesses", json!({"name": "Another", "currency": "USD"})).await.expect(201);
    let authorization = format!("Bearer {}", made["api_key"].as_str().unwrap());
    let collections =
        ["attributes/client", "businesses", "catalogue", "clients", "expenses", "invoices", "leads", "webhooks"];
    let nobodys = "0192f0c1-2345-7abc-8def-0123456789ab";
    let others =
        [format!("/api/clients/{nobodys}/files"), format!("/api/invoices/{nobodys}/send-mail"), link_path(nobodys)];
    for path in collections.map(|name| format!("/api/{name}")).into_iter().chain(others) {
        let headers = [("authorization", authorization.as_str()), ("idempotency-key", path.as_str())];
        let answer = tributary.raw(Method::POST, &path, &headers, "{}").await;
        assert!(answer.status.is_client_error() && answer.status != 401, "{path}: {} {}", answer.status, answer.text);
    }
    // An answer with a cookie is not kept for its key.
    let body = json!({"username": user.username, "password": user.password}).to_string();
    let headers = [("content-type", "application/json"), ("idempotency-key", "1")];
    tributary.raw(Method::POST, "/api/session", &headers, body).await.expect(204);
}

/// What only other contracts, or lists with a filter, do.
async fn use_other_contracts(shop: &Shop) {
    let (tributary, user) = (&shop.tributary, &shop.user);
    let category = json!({"name": "Tools"});
    let category = tributary.post(user, "/api/product-categories", category).await.expect(201);
    let product = json!({"product_name": "Widget", "category": 1, "unit_price": "1.00", "quantity": 1});
    tributary.post(user, "/api/products", product).await.expect(201);
    let party = json!({"Category_type": "Customer", "name": "Acme", "phone": "1", "email": "acme@example.com"});
    tributary.post(user, "/api/parties", party).await.expect(201);
    let expense = json!({"amount": "12.50", "date": "2026-02-01", "category": "Rent"});
    tributary.post(user, "/api/expenses", expense).await.expect(201);
    for path in
        ["products", "parties", "parties?category_type=Customer", "parties?id=1", "expenses", "billing", "businesses"]
    {
        assert_eq!(tributary.get(user, &format!("/api/{path}")).await.status, 200, "{path}");
    }
    tributary.delete(user, "/api/expenses?id=1").await;
    let client = tributary.get(user, "/api/clients/").await.expect(200)[0]["id"].clone();
    let filters = ["status=draft".to_owned(), format!("client={}", client.as_str().unwrap())];
    for filter in filters {
        tributary.get(user, &format!("/api/invoices/?{filter}")).await.expect(200);
    }
    shop.invoice("1.00").await;
    let authorization = format!("Token {}", user.token);
    let headers = [("authorization", authorization.as_str()), ("x-api-contract", "clawprint")];
    let path = format!("/api/invoices?business_id=biz_{}", shop.organisation.replace('-', ""));
    tributary.raw(Method::GET, &path, &headers, "").await.expect(200);
    assert!(category.is_object(), "{category}");
}

/// An invoice whose attached file expired before it was moved is mailed, not mailed while SES is down, and printed with a
/// logo and without. Its recipient complains.
async fn use_documents(shop: &Shop) {
    let (tributary, user) = (&shop.tributary, &shop.user);
    let draft = shop.invoice_with(json!({"status": "draft", "total": "5.00", "subtotal": "5.00"})).await;
    cut_an_attachment_off(tributary, user, &draft).await;
    let (s3, bucket) = bucket(tributary);
    let waiting = s3.list_objects_v2().bucket(bucket).prefix("tmp/attachments/").send().await.unwrap();
    for object in waiting.contents() {
        s3.delete_object().bucket(bucket).key(object.key().unwrap()).send().await.unwrap();
    }
    let path = format!("/api/invoices/{draft}/");
    let comment = json!({"comment": "Sent by mail."});
    tributary.post(user, &format!("/api/invoices/comment/{draft}/"), comment).await.expect(201);
    let authorization = format!("Token {}", user.token);
    let (key, contract) = (("idempotency-key", "mail"), ("x-api-contract", "bottlecrm"));
    let headers = [("authorization", authorization.as_str()), key];
    let mail = json!({"recipients": ["complaint@simulator.amazonses.com"]}).to_string();
    for (is_down, status) in [(true, 502), (false, 200)] {
        tributary.cloud.ses().set_down(is_down);
        let answer = tributary.raw(Method::POST, &format!("{path}send-mail/"), &headers, mail.clone()).await;
        assert_eq!(answer.status, status, "{}", answer.text);
    }
    tributary.raw(Method::GET, &path, &[headers[0], contract], "").await.expect(200);
    put_logo(tributary, &shop.organisation).await;
    let download = http::Request::get(format!("{}{path}download/", tributary.base_url()));
    let download = download.header("authorization", &authorization).body(http_body_util::Full::default()).unwrap();
    assert_eq!(tributary.fetch(download).await.0, 200);
}

/// What age lets an organisation mail is used up, so its paid invoices are counted.
async fn mail_too_much(shop: &Shop) {
    let invoice = shop.invoice("1.00").await;
    shop.tributary.advance(24 * 3600).await;
    let recipients: Vec<String> = (0..50).map(|number| format!("guest{number}@example.com")).collect();
    for _ in 0..=20 {
        let path = format!("/api/invoices/{invoice}/send-mail/");
        if shop.tributary.post(&shop.user, &path, json!({"recipients": recipients})).await.status == 429 {
            return;
        }
    }
    panic!("an organisation mailed a thousand recipients in a day");
}

async fn attach(tributary: &Tributary, user: &User, invoice: &str) {
    let authorization = format!("Token {}", user.token);
    let headers = [("authorization", authorization.as_str()), ("content-type", "multipart/form-data; boundary=xYzZY")];
    let path = format!("/api/invoices/attachment/{invoice}/");
    tributary.raw(Method::POST, &path, &headers, form("xYzZY", "attachment", b"abc")).await.expect(201);
}

/// Attaches a file that stays where uploads begin.
async fn cut_an_attachment_off(tributary: &Tributary, user: &User, invoice: &str) {
    let me = tributary.get(user, "/api/me/").await.expect(200);
    let obstacle = format!("attachments/{}/{invoice}", me["organization_id"].as_str().unwrap());
    let (s3, bucket) = bucket(tributary);
    // A key that is where the file's is to be below: it cannot be moved there.
    s3.put_object().bucket(bucket).key(&obstacle).send().await.unwrap();
    attach(tributary, user, invoice).await;
    s3.delete_object().bucket(bucket).key(&obstacle).send().await.unwrap();
}

async fn put_logo(tributary: &Tributary, organisation: &str) {
    let (s3, bucket) = bucket(tributary);
    s3.put_object().bucket(bucket).key(format!("logos/{organisation}")).send().await.unwrap();
}

fn bucket(tributary: &Tributary) -> (aws_sdk_s3::Client, &str) {
    let environment = tributary.cloud.environment();
    (environment.sdk.s3(&environment.s3_url), environment.variable("files", "BUCKET_NAME").unwrap())
}

/// A customer looks at an invoice and pays by its link, and gets the money back.
async fn pay_by_link(shop: &Shop) {
    let invoice = shop.invoice("100.00").await;
    let page = shop.show(&invoice).await["hosted_url"].as_str().unwrap().to_owned();
    let path = page.strip_prefix(shop.tributary.base_url()).unwrap();
    assert_eq!(shop.tributary.raw(Method::GET, path, &BROWSER, "").await.status, 200);
    make_link(shop, &invoice).await;
    make_another_link(shop, &invoice).await;
    shop.tributary.get(&shop.user, &link_path(&invoice)).await.expect(200);
    let sale = Sale::of(shop, &invoice, "one", 10_000);
    shop.tell(&sale.session("completed", "paid")).await;
    shop.tell(&sale.intent()).await;
    shop.tell(&sale.refund("created", "re_1", 10_000, "succeeded")).await;
    shop.tell(&sale.refund("failed", "re_1", 10_000, "failed")).await;
    // An object that does not say whose it is.
    let nobodys = Sale { name: "nobodys".to_owned(), cents: 100, metadata: json!({}) };
    let mut nobodys = nobodys.session("completed", "paid");
    nobodys["data"]["object"]["payment_link"] = json!("plink_nobodys");
    shop.tell(&nobodys).await;
    // Its own event is claimed by a key as well, if the sender gives one.
    let headers = [("idempotency-key", "1"), ("content-type", "application/json")];
    assert_eq!(shop.tributary.raw(Method::POST, "/api/stripe/webhook", &headers, "{}").await.status, 400);
    eventually("the link is not deactivated", async || shop.header(&invoice).await.payment_link.is_none()).await;
}

async fn make_link(shop: &Shop, invoice: &str) {
    shop.tributary.call(Some(&shop.user), Method::POST, &link_path(invoice), None).await.expect(201);
}

fn link_path(invoice: &str) -> String {
    format!("/api/invoices/inv_{}/payment-link", invoice.replace('-', ""))
}

/// A conflict is not kept for its `Idempotency-Key`.
async fn make_another_link(shop: &Shop, invoice: &str) {
    let authorization = format!("Token {}", shop.user.token);
    let headers = [("authorization", authorization.as_str()), ("idempotency-key", "another-link")];
    assert_eq!(shop.tributary.raw(Method::POST, &link_path(invoice), &headers, "").await.status, 409);
}

/// A receiver that is not there is tried again, one that is gone is switched off, and a message that names no delivery is
/// a dead letter.
async fn fail_to_deliver(tributary: &Tributary, user: &User) {
    let hook = json!({"name": "Gone", "model": "Client", "event": "CREATE", "url": "http://127.0.0.1:9/"});
    let hook = tributary.post(user, "/api/webhooks/", hook).await.expect(201);
    tributary.post(user, "/api/clients/", json!({"name": "Acme"})).await.expect(201);
    let deliveries = format!("/api/webhooks/{}/deliveries/", hook["id"].as_str().unwrap());
    eventually("nothing was tried", async || {
        tributary.get(user, &deliveries).await.expect(200)[0]["status"] == "failed"
    })
    .await;
    let receiver = Receiver::start().await;
    receiver.always(410);
    let hook = json!({"name": "Off", "model": "Category", "event": "CREATE", "url": receiver.base});
    let hook = tributary.post(user, "/api/webhooks/", hook).await.expect(201);
    tributary.post(user, "/api/categories/", json!({"name": "Acme"})).await.expect(201);
    let hook = format!("/api/webhooks/{}/", hook["id"].as_str().unwrap());
    eventually("the webhook is still on", async || tributary.get(user, &hook).await.expect(200)["is_active"] == false)
        .await;
    let event =
        json!({"Records": [{"messageId": "1", "body": "no delivery", "attributes": {}, "messageAttributes": {}}]});
    let answer = tributary.cloud.invoker().invoke("webhook-dispatcher", event).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": []}));
}

/// A webhook is tried on what is found by its own id alone.
async fn try_a_webhook(shop: &Shop) {
    let (tributary, user) = (&shop.tributary, &shop.user);
    let invoice = shop.invoice("1.00").await;
    let line = json!({"description": "Work", "quantity": 1, "unit_price": "1.00"});
    let line = tributary.post(user, &format!("/api/invoices/{invoice}/line-items/"), line).await.expect(201);
    let hook = json!({"name": "Lines", "model": "InvoiceLineItem", "event": "DELETE", "url": "http://127.0.0.1:9/"});
    let hook = tributary.post(user, "/api/webhooks/", hook).await.expect(201);
    let trial = format!("/api/webhooks/{}/test/", hook["id"].as_str().unwrap());
    tributary.post(user, &trial, json!({"object_id": line["id"]})).await.expect(200);
}

/// The stream tells of a change again.
async fn fan_out_twice(shop: &Shop) {
    let hook = json!({"name": "Paid", "model": "Invoice", "event": "UPDATE", "url": "http://127.0.0.1:9/"});
    shop.tributary.post(&shop.user, "/api/webhooks/", hook).await.expect(201);
    let path = format!("{}/../../events/stream-invoice-paid.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let event: Value = serde_json::from_str(&text).unwrap();
    let key = event["Records"][0]["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap();
    let organisation = key.split('#').nth(1).unwrap();
    let event: Value = serde_json::from_str(&text.replace(organisation, &shop.organisation)).unwrap();
    for _ in 0..2 {
        let answer = shop.tributary.cloud.invoker().invoke("webhook-fanout", event.clone()).await.unwrap();
        assert_eq!(answer, json!({"batchItemFailures": []}));
    }
}

async fn look_for_an_image(tributary: &Tributary) {
    let path = "/files/images/clients/0192f0c1-2345-7abc-8def-0123456789ab/0b3ad1ab-9c2e-4c55-9d5e-1f1b2f6a7c80.png";
    assert_eq!(tributary.raw(Method::GET, path, &[], "").await.status, 404);
}

/// There are an invoice that is overdue, a link that has run out, one that Stripe was not told of, an upload that was
/// cut off, and an organisation to remove.
async fn sweep(shop: &Shop) {
    let tributary = &shop.tributary;
    let overdue = json!({"total": "1.00", "subtotal": "1.00", "due_date": "2026-01-02"});
    let overdue = shop.invoice_with(overdue).await;
    make_link(shop, &shop.invoice("2.00").await).await;
    cut_an_upload_off(tributary, &shop.user).await;
    cut_an_attachment_off(tributary, &shop.user, &overdue).await;
    lose_work(shop).await;
    // Work that has not gone on for an hour is queued again; the export itself expires after a week.
    tributary.advance(2 * 3_600).await;
    tributary.raw(Method::POST, "/_local/sweep", &[], "").await.expect(200);

    tributary.cloud.stripe().unwrap().set_down(true);
    tributary.advance(91 * 86_400).await;
    let report = tributary.raw(Method::POST, "/_local/sweep", &[], "").await.expect(200);
    assert!(report["failed"] == 0 && report["images_failed"] == 0, "{report}");
    shop.expect(&overdue, "overdue", "0.00", "1.00").await;
    // An hour later the link is told of anew.
    tributary.advance(2 * 3_600).await;
    let report = tributary.raw(Method::POST, "/_local/sweep", &[], "").await.expect(200);
    assert_eq!(report["failed"], 0, "{report}");
    tributary.cloud.stripe().unwrap().set_down(false);
}

/// Uploads an image that stays where uploads begin.
async fn cut_an_upload_off(tributary: &Tributary, user: &User) {
    let client = tributary.post(user, "/api/clients/", json!({"name": "Pictured"})).await.expect(201);
    let client = client["id"].as_str().unwrap();
    let (s3, bucket) = bucket(tributary);
    // A key that is where the image's is to be below: it cannot be moved there.
    let obstacle = format!("images/clients/{client}");
    s3.put_object().bucket(bucket).key(&obstacle).send().await.unwrap();
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\0\r\n--";
    tributary.upload(user, &format!("/api/clients/{client}/files/"), &[], png).await.expect(201);
    s3.delete_object().bucket(bucket).key(&obstacle).send().await.unwrap();
}

/// An export is asked for, and its message goes nowhere.
async fn lose_work(shop: &Shop) {
    let environment = shop.tributary.cloud.environment();
    let app = registry::app(environment);
    let token = Credential::Token(shop.user.token.clone());
    let session = app.authenticate(&token, None, &SourceAddress::unknown()).await.unwrap();
    let nowhere = WorkQueue::new(environment.sdk.sqs("http://127.0.0.1:9"), "http://127.0.0.1:9/nowhere");
    app.request_export(&nowhere, &session, shop.organisation.parse().unwrap()).await.unwrap_err();
}

/// An organisation is exported and removed, with its API keys and what an upload left.
async fn end_organisation(tributary: &Tributary) {
    let books = Books::open(tributary, "leaver").await;
    let keys = format!("/api/businesses/biz_{}/api-keys", books.organisation.replace('-', ""));
    tributary.post(&books.user, &keys, json!({})).await.expect(201);
    cut_an_upload_off(tributary, &books.user).await;
    put_logo(tributary, &books.organisation).await;
    let invoices = tributary.get(&books.user, "/api/invoices/").await.expect(200);
    let invoice = invoices[0]["id"].as_str().unwrap();
    cut_an_attachment_off(tributary, &books.user, invoice).await;
    attach(tributary, &books.user, invoice).await;
    let (_, token) = invoices[0]["hosted_url"].as_str().unwrap().split_once("/i/").unwrap();
    assert_eq!(tributary.download(&format!("/i/{token}/pdf")).await.0, 200);
    let exports = format!("/api/organisations/{}/export/", books.organisation);
    let path = format!("{exports}{}/", books.id("export"));
    eventually("the export is not done", async || {
        tributary.get(&books.user, &path).await.expect(200)["state"] == "done"
    })
    .await;
    let path = format!("/api/organisations/{}/", books.organisation);
    tributary.delete(&books.user, &path).await.expect(202);
    let environment = tributary.cloud.environment();
    let store = Store::new(environment.sdk.dynamodb(&environment.dynamodb_url), &environment.table_name);
    let cut_off = close_but_for_credentials(tributary, &store).await;
    for tenant in [Tenant::trusted(books.organisation.parse().unwrap()), cut_off] {
        eventually("the organisation is still there", async || {
            tributary.advance(60).await;
            store.organisation(tenant.organisation()).await.unwrap().is_none()
                && store.closure(tenant).await.unwrap().is_none()
        })
        .await;
    }
}

/// A deletion that is noted and was cut off before it ended the credentials: the queue's function does.
async fn close_but_for_credentials(tributary: &Tributary, store: &Store) -> Tenant {
    let user = tributary.sign_up("latecomer").await;
    let me = tributary.get(&user, "/api/me/").await.expect(200);
    let tenant = Tenant::trusted(me["organization_id"].as_str().unwrap().parse().unwrap());
    let now = Clock::now(tributary.cloud.clock().as_ref());
    store.create_closure(tenant, &Closure::requested(now), now).await.unwrap();
    let environment = tributary.cloud.environment();
    let queue = &environment.functions["auth"]["WORK_QUEUE_URL"];
    let queue = WorkQueue::new(environment.sdk.sqs(&environment.sqs_url), queue);
    queue.send(WorkRef::new(tenant, Work::Closure)).await.unwrap();
    tenant
}
