//! Sending an invoice by mail.

use super::*;

/// The document's example.
fn example() -> Value {
    json!({
        "recipients": ["customer@example.com"],
        "subject": "Invoice INV-001",
        "message": "Please find attached invoice"
    })
}

fn from_draft_to_sent() -> Vec<(String, String)> {
    vec![("Draft".to_owned(), "Sent".to_owned())]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_is_mailed_with_its_document_and_a_draft_is_sent() {
    let office = Office::open().await;
    let invoice = office.numbered("INV-001").await;
    let answer = office.send(&invoice, &[], &example()).await.expect(200);
    assert_eq!(answer["error"], false);
    assert!(answer["message"].is_string() && !answer["message_id"].as_str().unwrap().is_empty(), "{answer}");

    let [mail] = &office.mails("customer@example.com").await[..] else { panic!("not one mail") };
    assert_eq!(mail["subject"], "Invoice INV-001");
    // The sender's text stands between who that is and why the mail came.
    let text = mail["text"].as_str().unwrap();
    let (before, after) = text.split_once("\n\nPlease find attached invoice\n\n").expect(text);
    assert_eq!(before, "owner sends you invoice INV-001 and writes:");
    assert!(after.starts_with("-- \nYou get this mail because owner gave your address for invoice INV-001."), "{text}");
    // What is attached is the invoice as it is from now on, and no draft.
    let size = office.document(&invoice).await.len();
    let attachment = json!({"filename": "INV-001.pdf", "content_type": "application/pdf", "size": size});
    assert_eq!(mail["attachments"], json!([attachment]));
    assert_eq!(office.show(&invoice).await["status"], "Sent");
    assert_eq!(office.history(&invoice).await, from_draft_to_sent());

    office.send(&invoice, &[], &example()).await.expect(200);
    assert_eq!(office.mails("customer@example.com").await.len(), 2);
    assert_eq!(office.history(&invoice).await, from_draft_to_sent());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_says_nothing_says_what_the_invoice_says() {
    let office = Office::open().await;
    let invoice = office.numbered("INV\r\nBcc: thief@example.com").await;
    for body in [json!({"recipients": ["a@example.com"]}), json!({"recipients": ["a@example.com"], "subject": ""})] {
        office.send(&invoice, &[], &body).await.expect(200);
        let mail = office.mails("a@example.com").await.remove(0);
        let subject = mail["subject"].as_str().unwrap();
        assert!(subject.starts_with("Invoice INV  Bcc: thief") && subject.ends_with("from owner"), "{subject}");
        assert!(!subject.contains(['\r', '\n']), "{subject:?}");
        let text = mail["text"].as_str().unwrap();
        for part in ["100.00 USD", "2027-01-31", "owner"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let page = text.split_whitespace().find(|word| word.contains("/i/")).expect("no address of the invoice's page");
        let page = page.strip_prefix(office.tributary.base_url()).expect("another address than the API's");
        assert_eq!(office.tributary.raw(Method::GET, page, &[], "").await.status, 200);
    }
    assert!(office.mails("thief@example.com").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_recipients_get_one_mail_and_each_of_them_once() {
    let office = Office::open().await;
    let invoice = office.invoice(json!({})).await;
    let mut recipients: Vec<String> = (0..49).map(|number| format!("guest{number}@example.com")).collect();
    recipients.push("GUEST7@example.com".to_owned());
    office.send(&invoice, &[], &json!({"recipients": recipients})).await.expect(200);
    let [mail] = &office.mails("guest7@example.com").await[..] else { panic!("not one mail") };
    assert_eq!(mail["to"], json!(recipients[..49]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_is_one_mail() {
    let office = Office::open().await;
    let invoice = office.invoice(json!({})).await;
    let key = [("idempotency-key", "mail-1")];
    let first = office.send(&invoice, &key, &example()).await;
    first.expect(200);
    let second = office.send(&invoice, &key, &example()).await;
    assert_eq!(second.expect(200), first.json());
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    assert_eq!(office.mails("customer@example.com").await.len(), 1);
    let other = office.send(&invoice, &key, &json!({"recipients": ["other@example.com"]})).await;
    other.expect(422);
    assert!(office.mails("other@example.com").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ses_does_not_take_is_a_502_and_the_invoice_is_not_sent() {
    let office = Office::open().await;
    let invoice = office.invoice(json!({})).await;
    let before = office.show(&invoice).await;
    let key = [("idempotency-key", "mail-1")];
    office.tributary.cloud.ses().set_down(true);
    let answer = office.send(&invoice, &key, &example()).await;
    refused(&answer, 502, "detail");
    assert_eq!(office.show(&invoice).await, before);
    assert!(office.mails("customer@example.com").await.is_empty());

    office.tributary.cloud.ses().set_down(false);
    office.send(&invoice, &key, &example()).await.expect(200);
    assert_eq!(office.mails("customer@example.com").await.len(), 1);
    assert_eq!(office.history(&invoice).await, from_draft_to_sent());
}

/// SES cannot tell a repeated request from a second mail, so it is the client who asks again.
#[tokio::test(flavor = "multi_thread")]
async fn ses_is_asked_once_for_each_request() {
    let office = Office::open().await;
    let invoice = office.invoice(json!({})).await;
    office.tributary.cloud.ses().fail_next(1);
    office.send(&invoice, &[], &example()).await.expect(502);
    assert!(office.mails("customer@example.com").await.is_empty());
    office.send(&invoice, &[], &example()).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_leaves_every_status_but_draft_as_it_is() {
    let office = Office::open().await;
    for status in ["paid", "void"] {
        let invoice = office.invoice(json!({})).await;
        let path = format!("/api/invoices/{invoice}/");
        office.tributary.patch(&office.owner, &path, json!({"status": status})).await.expect(200);
        let before = office.show(&invoice).await;
        office.send(&invoice, &[], &example()).await.expect(200);
        assert_eq!(office.show(&invoice).await, before, "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_that_was_changed_since_it_was_read_is_not_sent() {
    let office = Office::open().await;
    let invoice = office.invoice(json!({})).await;
    let path = format!("/api/invoices/{invoice}/");
    let read = office.tributary.get(&office.owner, &path).await.header("etag").unwrap().to_owned();
    office.tributary.patch(&office.owner, &path, json!({"notes": "new"})).await.expect(200);
    let answer = office.send(&invoice, &[("if-match", &read)], &example()).await;
    refused(&answer, 412, "detail");
    assert!(office.mails("customer@example.com").await.is_empty());
    assert_eq!(office.show(&invoice).await["status"], "Draft");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_names_the_apis_address_whatever_host_the_request_names() {
    let office = Office::open().await;
    let invoice = office.invoice(json!({})).await;
    for host in ["localhost:1", "[::1]:1"] {
        let body = json!({"recipients": ["a@example.com"]});
        office.send(&invoice, &[("host", host), ("x-forwarded-host", "evil.example")], &body).await.expect(200);
        let mail = office.mails("a@example.com").await.remove(0);
        let text = mail["text"].as_str().unwrap();
        assert!(text.contains(&format!("{}/i/", office.tributary.base_url())) && !text.contains(host), "{text}");
    }
}
