//! `ETag`, `If-Match` and `Idempotency-Key`.

use futures::future::join_all;

use super::*;

const CLIENTS: &str = "/api/clients/";
const ACME: &str = r#"{"name": "Acme"}"#;
const DAY: u64 = 24 * 60 * 60;

fn etag(answer: &Answer) -> String {
    answer.header("etag").expect("no ETag").to_owned()
}

fn replayed(answer: &Answer) -> bool {
    answer.header("idempotency-replayed") == Some("true")
}

/// One object of every kind, with a change that it takes.
async fn objects(crm: &Crm) -> Vec<(String, Value)> {
    let client = crm.make_client().await;
    let contact = crm.make("/api/contacts/", json!({"client": client, "first_name": "x", "last_name": "y"})).await;
    let category = crm.make("/api/categories/", json!({"name": "x"})).await;
    let item = crm.make_item("1.00", "0").await;
    let tiers = format!("/api/catalogue/{item}/price-tiers/");
    let tier = crm.make(&tiers, json!({"name": "x", "min_quantity": 2, "price": "1.00"})).await;
    let invoice = crm.make_invoice_of("100.00").await;
    let line = id_of(&crm.get(&format!("{invoice}line-items/")).await.expect(200)[0]);
    let payment = crm.pay(&invoice, "1.00").await;
    vec![
        (format!("/api/contacts/{contact}/"), json!({"job_title": "CEO"})),
        (format!("/api/clients/{client}/"), json!({"name": "New"})),
        (format!("/api/categories/{category}/"), json!({"name": "New"})),
        (format!("{tiers}{tier}/"), json!({"name": "New"})),
        (format!("/api/catalogue/{item}/"), json!({"name": "New"})),
        (format!("{invoice}payments/{payment}/"), json!({"notes": "New"})),
        (format!("{invoice}line-items/{line}/"), json!({"description": "New"})),
        (invoice, json!({"notes": "New"})),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_based_on_a_stale_version_is_refused() {
    let crm = Crm::start().await;
    for (path, change) in objects(&crm).await {
        let write =
            async |method: Method, tag: &str, body: &str| crm.raw(method, &path, &[("if-match", tag)], body).await;
        let change = change.to_string();
        let first = etag(&crm.get(&path).await);
        let changed = write(Method::PATCH, &first, &change).await;
        assert_eq!(changed.status, 200, "{path}: {}", changed.text);
        let second = etag(&changed);
        assert_ne!(first, second, "{path}");
        let after = crm.get(&path).await;
        assert_eq!((etag(&after), after.json()), (second.clone(), changed.json()), "{path}");
        for stale in [first.as_str(), "\"nonsense\""] {
            for method in [Method::PATCH, Method::PUT, Method::DELETE] {
                let refused = write(method, stale, &change).await.expect(412);
                assert!(refused["detail"].is_string(), "{refused}");
            }
        }
        let after = crm.get(&path).await;
        assert_eq!((etag(&after), after.json()), (second.clone(), changed.json()), "{path}");
        let put = write(Method::PUT, &second, &change).await;
        assert_eq!(put.status, 200, "{path}: {}", put.text);
        assert_eq!(write(Method::PATCH, "*", &change).await.status, 200);
        let current = etag(&crm.get(&path).await);
        write(Method::DELETE, &current, "").await.expect(204);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_carries_the_version_that_it_is_read_with() {
    let crm = Crm::start().await;
    let made = crm.post(CLIENTS, json!({"name": "Acme", "list_of_tasks": [{"task": "Call"}]})).await;
    let path = format!("{CLIENTS}{}/", id_of(&made.expect(201)));
    assert_eq!(etag(&made), etag(&crm.get(&path).await));
    let task = json!({"task_id": made.json()["list_of_tasks"][0]["id"], "completed": true});
    let update = format!("{path}update-task/");
    let updated = crm.raw(Method::POST, &update, &[("if-match", &etag(&made))], &task.to_string()).await;
    updated.expect(200);
    assert_ne!(etag(&updated), etag(&made));
    assert_eq!(etag(&updated), etag(&crm.get(&path).await));
    crm.raw(Method::POST, &update, &[("if-match", &etag(&made))], &task.to_string()).await.expect(412);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_writes_on_one_version_at_once_one_is_taken() {
    let crm = Crm::start().await;
    let path = format!("{CLIENTS}{}/", crm.make_client().await);
    let tag = etag(&crm.get(&path).await);
    let headers = [("if-match", tag.as_str())];
    let writes = (0..10).map(|_| crm.raw(Method::PATCH, &path, &headers, ACME));
    let mut statuses: Vec<_> = join_all(writes).await.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [[200].as_slice(), &[412; 9]].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_with_the_same_body_gives_the_first_answer_again() {
    let crm = Crm::start().await;
    let send = async |key: &str, body: &str| crm.raw(Method::POST, CLIENTS, &[("idempotency-key", key)], body).await;
    let first = send("key-1", ACME).await;
    first.expect(201);
    assert!(first.header("idempotency-replayed").is_none());
    let again = send("key-1", ACME).await;
    assert_eq!((again.status, &again.text, etag(&again)), (first.status, &first.text, etag(&first)));
    assert!(replayed(&again));
    assert!(send("key-1", r#"{"name": "Globex"}"#).await.expect(422)["detail"].is_string());
    assert_eq!(crm.count(CLIENTS).await, 1);
    let other = send("key-2", ACME).await;
    assert_ne!(id_of(&other.expect(201)), id_of(&first.json()));

    crm.tributary.advance(DAY - 60).await;
    assert!(replayed(&send("key-1", ACME).await));
    crm.tributary.advance(120).await;
    let later = send("key-1", ACME).await;
    assert!(!replayed(&later));
    assert_ne!(id_of(&later.expect(201)), id_of(&first.json()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_its_credentials_own() {
    let crm = Crm::start().await;
    let credentials = json!({"username": crm.user.username, "password": crm.user.password});
    let token = crm.tributary.call(None, Method::POST, "/api-token-auth/", Some(credentials)).await.expect(200);
    let second = User { token: token["token"].as_str().unwrap().to_owned(), ..crm.user.clone() };
    let stranger = crm.tributary.sign_up("other").await;
    let mut made = vec![];
    for user in [&crm.user, &second, &stranger] {
        let authorization = format!("Token {}", user.token);
        let headers = [("authorization", authorization.as_str()), ("idempotency-key", "key-1")];
        let answer = crm.tributary.raw(Method::POST, CLIENTS, &headers, ACME).await;
        assert!(!replayed(&answer));
        made.push(id_of(&answer.expect(201)));
    }
    made.dedup();
    assert_eq!(made.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_kept_under_its_key() {
    let crm = Crm::start().await;
    let item = r#"{"name": "x", "type": "product", "base_price": "1.00", "sku": "A"}"#;
    let first = crm.raw(Method::POST, "/api/catalogue/", &[], item).await.expect(201);
    let send = async || crm.raw(Method::POST, "/api/catalogue/", &[("idempotency-key", "key-1")], item).await;
    refused(&send().await, &["sku"]);
    crm.delete(&format!("/api/catalogue/{}/", id_of(&first))).await.expect(204);
    let again = send().await;
    refused(&again, &["sku"]);
    assert!(replayed(&again));
    crm.raw(Method::POST, "/api/catalogue/", &[], item).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_issues_or_proves_a_credential_happens_whatever_its_key() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("john").await;
    let authorization = format!("Token {}", user.token);
    let headers =
        [("idempotency-key", "key-1"), ("content-type", "application/json"), ("authorization", authorization.as_str())];
    let send = async |with: usize, path: &str, body: &Value| {
        let answer = tributary.raw(Method::POST, path, &headers[..with], body.to_string()).await;
        assert!(!replayed(&answer), "{path}");
        answer
    };
    let right = json!({"username": "john", "password": user.password});
    let wrong = json!({"username": "john", "password": "wrong"});
    // A guess is a guess: neither another answer for a second one, nor the live token for the right one.
    let mut tokens = vec![user.token.clone()];
    for path in ["/api-token-auth/", "/api/api-token-auth"] {
        tokens.push(send(2, path, &right).await.expect(200)["token"].as_str().unwrap().to_owned());
        for _ in 0..2 {
            send(2, path, &wrong).await.expect(400);
            tokens.push(send(2, path, &right).await.expect(200)["token"].as_str().unwrap().to_owned());
        }
    }
    let session = async |body| send(2, "/api/session/", body).await.status.as_u16();
    assert_eq!([session(&right).await, session(&wrong).await, session(&right).await], [204, 400, 204]);
    for _ in 0..6 {
        send(2, "/api-token-auth/", &wrong).await;
    }
    send(2, "/api-token-auth/", &right).await.expect(429);
    // What shows a key shows another one each time.
    let me = tributary.get(&user, "/api/me/").await.expect(200);
    let keys = format!("/api/businesses/{}/api-keys", me["business_id"].as_str().unwrap());
    for path in ["/api/businesses", &keys, "/api/businesses/"] {
        for _ in 0..2 {
            let answer = send(3, path, &json!({"name": "Second"})).await.expect(201);
            tokens.push(answer["api_key"].as_str().unwrap().to_owned());
        }
    }
    let made = tokens.len();
    tokens.sort_unstable();
    tokens.dedup();
    assert_eq!(tokens.len(), made);
    // A key that elsewhere would be refused has no effect either.
    let bad = [("idempotency-key", ""), ("content-type", "application/json")];
    let answer =
        tributary.raw(Method::POST, "/api/forget-password/", &bad, json!({"email": user.email}).to_string()).await;
    answer.expect(200);
    // The secret of a webhook lets nobody in: repeated by mistake, it is not replaced twice.
    let hook = json!({"name": "Notify", "model": "Client", "url": "https://example.com/hook"});
    let made = tributary.raw(Method::POST, "/api/webhooks/", &headers, hook.to_string()).await;
    let again = tributary.raw(Method::POST, "/api/webhooks/", &headers, hook.to_string()).await;
    assert_eq!((again.expect(201), replayed(&again)), (made.expect(201), true));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_requests_with_one_key_at_once_one_acts() {
    let crm = Crm::start().await;
    let send = || crm.raw(Method::POST, CLIENTS, &[("idempotency-key", "key-2")], ACME);
    for answer in join_all((0..10).map(|_| send())).await {
        assert!(matches!(answer.status.as_u16(), 201 | 409), "{}", answer.text);
    }
    assert_eq!(crm.count(CLIENTS).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_sent_twice_under_one_key_is_booked_once() {
    let crm = Crm::start().await;
    let invoice = crm.make_invoice_of("100.00").await;
    let body = r#"{"amount": "40.00", "method": "cash"}"#;
    for _ in 0..3 {
        let path = format!("{invoice}payments/");
        crm.raw(Method::POST, &path, &[("idempotency-key", "wire-1")], body).await.expect(201);
    }
    assert_eq!(crm.books(&invoice).await, ["sent", "100.00", "40.00", "60.00"]);
}
