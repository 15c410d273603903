//! How much mail an organisation sends, and what stops it.

use futures::future::join_all;

use super::*;

const DAY: u64 = 24 * 3600;

/// A letter to so many addresses that no other letter goes to.
fn letter(name: &str, recipients: usize) -> Value {
    let recipients: Vec<String> = (0..recipients).map(|number| format!("{name}{number}@example.com")).collect();
    json!({"recipients": recipients, "subject": "Read this", "message": "Free text"})
}

impl Office {
    /// How many mails of one recipient each are sent until the day has no room.
    async fn room(&self, invoice: &str) -> usize {
        let mut sent = 0;
        loop {
            let answer = self.send(invoice, &[], &letter("room", 1)).await;
            match answer.status.as_u16() {
                200 => sent += 1,
                429 => return sent,
                _ => panic!("{answer:?}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_organisation_mails_fifty_recipients_a_day_however_many_it_asks_at_once() {
    let office = Office::open().await;
    let invoice = office.invoice(json!({})).await;
    let letters: Vec<Value> = (0..24).map(|number| letter(&format!("to{number}-"), 10)).collect();
    let answers = join_all(letters.iter().map(|letter| office.send(&invoice, &[], letter))).await;
    let sent = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(sent, 5);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        refused(answer, 429, "detail");
        let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=DAY).contains(&wait), "{wait}");
    }
    let mails = office.tributary.raw(Method::GET, "/_local/mailbox", &[], "").await.expect(200);
    assert_eq!(mails.as_array().unwrap().iter().filter(|mail| mail["subject"] == "Read this").count(), 5);
    // Marking invoices as paid gains nothing on the first day, and neither does another member.
    for _ in 0..3 {
        office.invoice(json!({"status": "paid"})).await;
    }
    office.send(&invoice, &[], &letter("more", 1)).await.expect(429);
    // Another organisation has its own room, and one-time passwords are none of it.
    let other = office.tributary.sign_up("other").await;
    let client = office.tributary.post(&other, "/api/clients/", json!({"name": "Acme"})).await.expect(201);
    let theirs = json!({"client": client["id"], "total": "1.00"});
    let theirs = office.tributary.post(&other, "/api/invoices/", theirs).await.expect(201);
    let path = send_mail(theirs["id"].as_str().unwrap());
    office.tributary.post(&other, &path, letter("theirs", 50)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_sent_grows_with_age_and_with_paid_invoices() {
    let office = Office::open().await;
    let invoice = office.invoice(json!({})).await;
    office.send(&invoice, &[], &letter("first", 50)).await.expect(200);
    office.send(&invoice, &[], &letter("first", 1)).await.expect(429);
    office.tributary.advance(DAY).await;
    for _ in 0..2 {
        office.send(&invoice, &[], &letter("second", 50)).await.expect(200);
    }
    office.send(&invoice, &[], &letter("second", 1)).await.expect(429);
    // Of three paid invoices two count for a day of age, each for 25.
    for _ in 0..3 {
        office.invoice(json!({"status": "paid"})).await;
    }
    assert_eq!(office.room(&invoice).await, 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn complaints_stop_an_organisations_mail_and_no_other() {
    let office = Office::open().await;
    let invoice = office.invoice(json!({})).await;
    let to = |address: &str| json!({"recipients": [address]});
    // A report counts once, and two complaints and nine lost addresses stop nothing.
    for label in ["a", "b"] {
        office.send(&invoice, &[], &to(&format!("complaint+{label}@simulator.amazonses.com"))).await.expect(200);
    }
    let bounces: Vec<String> = (0..9).map(|n| format!("bounce+{n}@simulator.amazonses.com")).collect();
    office.send(&invoice, &[], &json!({"recipients": bounces})).await.expect(200);
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    office.send(&invoice, &[], &to("success@simulator.amazonses.com")).await.expect(200);
    office.send(&invoice, &[], &to("complaint@simulator.amazonses.com")).await.expect(200);
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    let answer = loop {
        let answer = office.send(&invoice, &[], &to("customer@example.com")).await;
        if answer.status != 200 {
            break answer;
        }
        assert!(tokio::time::Instant::now() < deadline, "the mail goes on");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    };
    refused(&answer, 409, "detail");
    let other = office.tributary.sign_up("other").await;
    let client = office.tributary.post(&other, "/api/clients/", json!({"name": "Acme"})).await.expect(201);
    let theirs = json!({"client": client["id"], "total": "1.00"});
    let theirs = office.tributary.post(&other, "/api/invoices/", theirs).await.expect(201);
    let path = send_mail(theirs["id"].as_str().unwrap());
    office.tributary.post(&other, &path, to("customer@example.com")).await.expect(200);
    // The next window begins anew.
    office.tributary.advance(31 * DAY).await;
    office.send(&invoice, &[], &to("customer@example.com")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_do_not_exist_stop_it_too() {
    let office = Office::open().await;
    let invoice = office.invoice(json!({})).await;
    let bounces: Vec<String> = (0..10).map(|n| format!("bounce+{n}@simulator.amazonses.com")).collect();
    office.send(&invoice, &[], &json!({"recipients": bounces})).await.expect(200);
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    while office.send(&invoice, &[], &json!({"recipients": ["customer@example.com"]})).await.status == 200 {
        assert!(tokio::time::Instant::now() < deadline, "the mail goes on");
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
}
