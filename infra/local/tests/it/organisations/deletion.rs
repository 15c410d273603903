//! What was an organisation's is gone with it, and nothing else is.

use std::collections::BTreeMap;

use dynoxide::types::Item;
use http::Method;
use serde_json::{Value, json};
use store::Store;

use super::{eventually, export, organisation, table};
use crate::routes::books::Books;
use crate::stripe::Shop;
use crate::support::{Remote, Tributary, User, form};

/// The items in which a text stands anywhere, by their keys.
fn naming(tributary: &Tributary, word: &str) -> BTreeMap<String, Item> {
    let key = |item: &Item| format!("{:?} {:?}", item["pk"], item["sk"]);
    let all = table(tributary).into_iter();
    all.filter(|item| serde_json::to_string(item).unwrap().contains(word)).map(|item| (key(&item), item)).collect()
}

/// The keys of all files.
async fn files(tributary: &Tributary) -> Vec<String> {
    let environment = tributary.cloud.environment();
    let s3 = environment.sdk.s3(&environment.s3_url);
    let bucket = environment.variable("files", "BUCKET_NAME").unwrap();
    let page = s3.list_objects_v2().bucket(bucket).send().await.unwrap();
    page.contents().iter().map(|object| object.key().unwrap().to_owned()).collect()
}

async fn delete(tributary: &Remote, user: &User, organisation: &str) -> Value {
    tributary.delete(user, &format!("/api/organisations/{organisation}/")).await.expect(202)
}

/// Lets time pass until the work on an organisation is done.
async fn gone(tributary: &Tributary, organisation: &str) {
    let environment = tributary.cloud.environment();
    let store = Store::new(environment.sdk.dynamodb(&environment.dynamodb_url), &environment.table_name);
    let tenant = domain::Tenant::trusted(organisation.parse().unwrap());
    eventually("the organisation is still there", async || {
        tributary.advance(60).await;
        store.organisation(tenant.organisation()).await.unwrap().is_none()
            && store.closure(tenant).await.unwrap().is_none()
    })
    .await;
}

/// What a contract of another's makes, with an API key; the key.
async fn fill(tributary: &Tributary, books: &Books) -> String {
    let user = &books.user;
    let keys = format!("/api/businesses/biz_{}/api-keys", books.organisation.replace('-', ""));
    let key = tributary.post(user, &keys, json!({})).await.expect(201)["api_key"].as_str().unwrap().to_owned();
    let authorization = format!("Bearer {key}");
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    let line = json!({"description": "Hours", "quantity": 1, "unit_price": 5000});
    let business = format!("biz_{}", books.organisation.replace('-', ""));
    let invoice = json!({"business_id": business, "customer_name": "Jane", "customer_email": format!("jane@{}.example", user.username),
                         "currency": "USD", "line_items": [line]});
    tributary.raw(Method::POST, "/api/invoices", &headers, invoice.to_string()).await.expect(201);
    let party = json!({"Category_type": "Supplier", "name": "XYZ Suppliers", "code": "S-1"});
    tributary.post(user, "/api/parties/", party).await.expect(201);
    let product = json!({"product_name": "Widget", "category": 1, "unit_price": "1.00", "quantity": 1});
    tributary.post(user, "/api/products/", product).await.expect(201);
    let expense = json!({"amount": "12.50", "date": "2026-02-01", "category": "Rent"});
    tributary.post(user, "/api/expenses/", expense).await.expect(201);
    let beside = |what: &str| format!("/api/invoices/{what}/{}/", books.id("invoices"));
    tributary.post(user, &beside("comment"), json!({"comment": "Mailed."})).await.expect(201);
    let token = format!("Token {}", user.token);
    let headers = [("authorization", token.as_str()), ("content-type", "multipart/form-data; boundary=xYzZY")];
    let file = form("xYzZY", "attachment", b"abc");
    tributary.raw(Method::POST, &beside("attachment"), &headers, file).await.expect(201);
    // Deleted objects are kept, and so is what stands below them.
    for path in ["services", "catalogue", "invoices"].map(|word| format!("/api/{word}/{}/", books.id(word))) {
        tributary.delete(user, &path).await.expect(204);
    }
    export(tributary, user, &books.organisation).await;
    key
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_deleted_organisation_is_left_and_nothing_of_another_is_touched() {
    let tributary = Tributary::start().await;
    let (ours, theirs) = (Books::open(&tributary, "ours").await, Books::open(&tributary, "theirs").await);
    let key = fill(&tributary, &ours).await;
    fill(&tributary, &theirs).await;
    let login = json!({"username": "ours-first", "password": "SecurePass123!"});
    let member = tributary.call(None, Method::POST, "/api-token-auth/", Some(login.clone())).await.expect(200);
    let lives = |items: BTreeMap<String, Item>| -> Vec<String> {
        items.into_keys().filter(|key| !key.contains("#DELIVERY#")).collect()
    };
    let before = lives(naming(&tributary, &theirs.organisation));
    let files_before = files(&tributary).await;
    for what in ["clients", "invoices"] {
        assert!(files_before.iter().any(|key| key.contains(ours.id(what))), "{what}: {files_before:?}");
    }

    let accepted = delete(&tributary, &ours.user, &ours.organisation).await;
    assert_eq!(accepted["organization_id"], json!(ours.organisation));
    // From here on, nothing lets anybody in.
    let member = format!("Token {}", member["token"].as_str().unwrap());
    let basic = "Basic b3VyczpTZWN1cmVQYXNzMTIzIQ==";
    for authorization in [format!("Token {}", ours.user.token), member, format!("Bearer {key}"), basic.to_owned()] {
        let headers = [("authorization", authorization.as_str()), ("x-api-contract", "crm")];
        let answer = tributary.raw(Method::GET, "/api/invoices/", &headers, "").await;
        assert_eq!(answer.status, 401, "{authorization}: {}", answer.text);
    }
    tributary.call(None, Method::POST, "/api-token-auth/", Some(login)).await.expect(400);

    gone(&tributary, &ours.organisation).await;
    for word in [&ours.organisation, ours.id("clients"), ours.id("webhooks")] {
        let left: Vec<String> = naming(&tributary, word).into_keys().collect();
        assert_eq!(left, [] as [&str; 0], "{word}");
    }
    // What is kept of one-time passwords ends a day after they do.
    tributary.advance(26 * 3600).await;
    tributary.cloud.dynamodb().sweep_ttl().await.unwrap();
    for word in ["ours@example.com", "ours-first"] {
        let left: Vec<String> = naming(&tributary, word).into_keys().collect();
        assert_eq!(left, [] as [&str; 0], "{word}");
    }
    let left = files(&tributary).await;
    assert!(!left.iter().any(|key| key.contains(ours.id("clients")) || key.contains(&ours.organisation)), "{left:?}");

    assert_eq!(lives(naming(&tributary, &theirs.organisation)), before);
    let of_theirs = |key: &&String| key.contains(theirs.id("clients")) || key.contains(&theirs.organisation);
    assert_eq!(left.iter().filter(of_theirs).count(), files_before.iter().filter(of_theirs).count());
    let client = format!("/api/clients/{}/", theirs.id("clients"));
    assert_eq!(tributary.get(&theirs.user, &client).await.expect(200)["name"], "Acme");

    // The names are free.
    let again = tributary.sign_up("ours").await;
    assert_ne!(organisation(&tributary, &again).await, ours.organisation);
    assert_eq!(tributary.get(&again, "/api/clients/").await.expect(200), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_in_another_organisation_stays_there_and_signs_in_anew() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let first = organisation(&tributary, &owner).await;
    let second = tributary.post(&owner, "/api/businesses", json!({"name": "Second"})).await.expect(201);
    let second = second["business_id"].as_str().unwrap().trim_start_matches("biz_").parse::<uuid::Uuid>().unwrap();
    delete(&tributary, &owner, &first).await;
    assert_eq!(tributary.get(&owner, "/api/me/").await.status, 401);
    let login = json!({"username": "owner", "password": owner.password});
    let token = tributary.call(None, Method::POST, "/api-token-auth/", Some(login)).await.expect(200);
    let owner = User { token: token["token"].as_str().unwrap().to_owned(), ..owner };
    assert_eq!(organisation(&tributary, &owner).await, second.to_string());
    gone(&tributary, &first).await;
    assert!(naming(&tributary, &first).is_empty());
    assert_eq!(tributary.delete(&owner, &format!("/api/organisations/{first}/")).await.status, 404);
    tributary.get(&owner, "/api/clients/").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_can_be_asked_for_twice_at_once() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let ours = organisation(&tributary, &owner).await;
    let path = format!("/api/organisations/{ours}/");
    let answers = futures::join!(tributary.delete(&owner, &path), tributary.delete(&owner, &path));
    let mut statuses = [answers.0.status.as_u16(), answers.1.status.as_u16()];
    statuses.sort_unstable();
    // The second may come when the owner's credential has ended.
    assert!(statuses[0] == 202 && [202, 401].contains(&statuses[1]), "{statuses:?}");
    gone(&tributary, &ours).await;
    assert!(naming(&tributary, &ours).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn open_payment_links_are_deactivated_at_stripe_before_their_invoices_go() {
    let shop = Shop::open().await;
    let invoice = shop.invoice("50.00").await;
    let path = format!("/api/invoices/inv_{}/payment-link", invoice.replace('-', ""));
    shop.tributary.call(Some(&shop.user), Method::POST, &path, None).await.expect(201);
    let header = shop.header(&invoice).await;
    let stripe_id = header.payment_link.unwrap().made().unwrap().stripe_id.to_string();
    assert_eq!(shop.at_stripe(&stripe_id).await["active"], true);
    delete(&shop.tributary, &shop.user, &shop.organisation).await;
    gone(&shop.tributary, &shop.organisation).await;
    assert_eq!(shop.at_stripe(&stripe_id).await["active"], false);
    assert!(naming(&shop.tributary, &shop.organisation).is_empty(), "the link's owner is kept elsewhere, and went too");
    assert!(naming(&shop.tributary, &stripe_id).is_empty());
}
