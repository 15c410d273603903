//! Who may not, and what is not sent.

use super::*;

const NOBODYS: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

/// A good letter.
fn letter() -> Value {
    json!({"recipients": ["customer@example.com"]})
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_that_cannot_be_sent_are_refused_with_the_field_that_is_wrong() {
    let office = Office::open().await;
    let invoice = office.invoice(json!({})).await;
    let before = office.show(&invoice).await;
    let many: Vec<String> = (0..51).map(|number| format!("guest{number}@example.com")).collect();
    let with = |field: &str, value: Value| {
        let mut body = letter();
        body[field] = value;
        body
    };
    let recipients = |value: Value| (with("recipients", value), 422, "recipients");
    let cases = [
        recipients(json!([])),
        recipients(json!(many)),
        recipients(json!("customer@example.com")),
        recipients(json!({"to": "customer@example.com"})),
        recipients(json!([1])),
        recipients(json!([null])),
        recipients(json!([""])),
        recipients(json!(["customer"])),
        recipients(json!(["customer@example.com, thief@example.com"])),
        recipients(json!(["customer@example.com\r\nBcc: thief@example.com"])),
        recipients(json!(["customer@example.com\n"])),
        recipients(json!(["Customer <customer@example.com>"])),
        recipients(json!(["customer@example.com", "a b@example.com"])),
        (with("subject", json!("Hello\r\nBcc: thief@example.com")), 422, "subject"),
        (with("subject", json!("Hello\nWorld")), 422, "subject"),
        (with("subject", json!("x".repeat(256))), 422, "subject"),
        (with("subject", json!(7)), 422, "subject"),
        (with("message", json!("x".repeat(10_001))), 422, "message"),
        (with("message", json!("a\u{0}")), 422, "message"),
        (with("message", json!(["a"])), 422, "message"),
        (with("recipients", Value::Null), 400, "recipients"),
        (json!({"subject": "Hello"}), 400, "recipients"),
    ];
    for (body, status, field) in cases {
        let answer = office.send(&invoice, &[], &body).await;
        assert_eq!(answer.status, status, "{body:.200}: {}", answer.text);
        refused(&answer, status, field);
    }
    for body in ["", "{", "[]", "7"] {
        let authorization = format!("Token {}", office.owner.token);
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        let answer = office.tributary.raw(Method::POST, &send_mail(&invoice), &headers, body).await;
        assert_eq!((answer.status.as_u16(), answer.json()["error"].clone()), (400, json!(true)), "{body}");
    }
    assert_eq!(office.show(&invoice).await, before);
    assert!(office.mails("customer@example.com").await.is_empty());
    assert!(office.mails("thief@example.com").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_credential_there_is_no_document() {
    let office = Office::open().await;
    let invoice = office.invoice(json!({})).await;
    for (method, path) in
        [(Method::GET, download(&invoice)), (Method::POST, download(&invoice)), (Method::POST, send_mail(&invoice))]
    {
        let answer = office.tributary.call(None, method, &path, Some(letter())).await;
        refused(&answer, 401, "detail");
    }
    assert!(office.mails("customer@example.com").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_look_downloads_and_who_may_not_look_does_neither() {
    let office = Office::open().await;
    let invoice = office.invoice(json!({})).await;
    let add = async |username: &str, groups: Value| {
        let (email, password) = (format!("{username}@example.com"), "SecurePass123!");
        let body = json!({"username": username, "email": email, "password": password, "groups": groups});
        office.tributary.post(&office.owner, "/api/users/", body).await.expect(201);
        let body = json!({"username": username, "password": password});
        let token = office.tributary.call(None, Method::POST, "/api-token-auth/", Some(body)).await.expect(200);
        User { token: token["token"].as_str().unwrap().to_owned(), ..office.owner.clone() }
    };
    let instructor = add("instructor", json!(["Instructors"])).await;
    for (method, path) in
        [(Method::GET, download(&invoice)), (Method::POST, download(&invoice)), (Method::POST, send_mail(&invoice))]
    {
        let answer = office.tributary.call(Some(&instructor), method, &path, Some(letter())).await;
        refused(&answer, 403, "detail");
    }
    assert!(office.mails("customer@example.com").await.is_empty());
    let sales = add("sales", json!(["Sales"])).await;
    assert_eq!(office.fetch(Method::GET, &download(&invoice), &sales).await.0, 200);
    office.tributary.post(&sales, &send_mail(&invoice), letter()).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_the_organisations_is_not_there() {
    let office = Office::open().await;
    let invoice = office.invoice(json!({})).await;
    let stranger = office.tributary.sign_up("stranger").await;
    let deleted = office.invoice(json!({})).await;
    office.tributary.delete(&office.owner, &format!("/api/invoices/{deleted}/")).await.expect(204);
    for (user, id) in [
        (&stranger, invoice.as_str()),
        (&office.owner, deleted.as_str()),
        (&office.owner, NOBODYS),
        (&office.owner, "7"),
        (&office.owner, "inv_0192f0c123457abc8def0123456789ab"),
    ] {
        for (method, path) in [(Method::GET, download(id)), (Method::POST, download(id)), (Method::POST, send_mail(id))]
        {
            let answer = office.tributary.call(Some(user), method, &path, Some(letter())).await;
            refused(&answer, 404, "detail");
        }
    }
    assert!(office.mails("customer@example.com").await.is_empty());
    assert_eq!(office.show(&invoice).await["status"], "Draft");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_is_not_there_is_a_405_that_names_those_that_are() {
    let office = Office::open().await;
    let invoice = office.invoice(json!({})).await;
    for (method, path, allowed) in [
        (Method::PUT, download(&invoice), "GET, HEAD, POST"),
        (Method::DELETE, download(&invoice), "GET, HEAD, POST"),
        (Method::GET, send_mail(&invoice), "POST"),
    ] {
        let answer = office.tributary.call(Some(&office.owner), method, &path, None).await;
        refused(&answer, 405, "detail");
        let mut methods: Vec<&str> = answer.header("allow").unwrap().split(", ").collect();
        methods.sort_unstable();
        assert_eq!(methods.join(", "), allowed, "{path}");
    }
}
