//! The status of an invoice, in this contract's words.

use super::*;

const WORDS: [&str; 6] = ["draft", "sent", "paid", "overdue", "void", "refunded"];

/// A status as this contract can bring it about: an invoice of 100.00 that has it.
async fn invoice_that_is(crm: &Crm, status: &str) -> String {
    let invoice = crm.make_invoice_of("100.00").await;
    let write = async |word: &str| crm.patch(&invoice, json!({"status": word})).await.expect(200);
    match status {
        "draft" => {}
        "partially_paid" => drop(crm.pay(&invoice, "40.00").await),
        "refunded" => {
            write("paid").await;
            write("refunded").await;
        }
        word => drop(write(word).await),
    }
    invoice
}

#[tokio::test(flavor = "multi_thread")]
async fn every_word_over_every_status_does_what_the_table_says() {
    let crm = Crm::start().await;
    let open = ["draft", "sent", "paid", "overdue", "void"];
    let table: [(&str, &str, &[&str]); 7] = [
        ("draft", "draft", &open),
        ("sent", "sent", &open),
        ("overdue", "overdue", &open),
        ("partially_paid", "sent", &["paid", "void"]),
        ("paid", "paid", &["refunded"]),
        ("void", "void", &[]),
        ("refunded", "refunded", &[]),
    ];
    for (status, shown, allowed) in table {
        let mut invoice = invoice_that_is(&crm, status).await;
        for word in WORDS {
            let before = crm.get(&invoice).await;
            assert_eq!(before.json()["status"], shown, "{status}");
            let answer = crm.patch(&invoice, json!({"status": word})).await;
            let after = crm.get(&invoice).await;
            if word == shown {
                assert_eq!(answer.expect(200), before.json(), "{word} over {status} has an effect");
                assert_eq!(answer.header("etag"), before.header("etag"), "{word} over {status}");
                assert_eq!((after.json(), after.header("etag")), (before.json(), before.header("etag")));
            } else if allowed.contains(&word) {
                assert_eq!(answer.expect(200)["status"], word, "{word} over {status}");
                assert_eq!(after.json(), answer.json());
                assert_ne!(after.header("etag"), before.header("etag"));
                invoice = invoice_that_is(&crm, status).await;
            } else {
                assert_eq!(answer.status, 400, "{word} over {status}: {}", answer.text);
                refused(&answer, &["status"]);
                assert_eq!((after.json(), after.header("etag")), (before.json(), before.header("etag")));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn writing_paid_books_the_balance() {
    let crm = Crm::start().await;
    for (status, part) in [("draft", None), ("overdue", None), ("partially_paid", Some("40.00"))] {
        let invoice = invoice_that_is(&crm, status).await;
        let paid = crm.patch(&invoice, json!({"status": "paid"})).await.expect(200);
        shows(&paid, json!({"status": "paid", "amount_paid": "100.00", "balance_due": "0.00"}));
        let payments = crm.get(&format!("{invoice}payments/")).await.expect(200);
        let payments = payments.as_array().unwrap();
        assert_eq!(payments.len(), 1 + usize::from(part.is_some()));
        let balance = if part.is_some() { "60.00" } else { "100.00" };
        shows(payments.last().unwrap(), json!({"amount": balance, "method": "other"}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_may_be_made_in_any_status_that_a_draft_can_take() {
    let crm = Crm::start().await;
    let client = crm.make_client().await;
    let body = |word: &str| json!({"client": client, "status": word, "subtotal": "50.00", "total": "50.00"});
    for word in ["draft", "sent", "overdue", "void"] {
        let made = crm.post("/api/invoices/", body(word)).await.expect(201);
        shows(&made, json!({"status": word, "amount_paid": "0.00", "balance_due": "50.00"}));
    }
    let made = crm.post("/api/invoices/", body("paid")).await.expect(201);
    shows(&made, json!({"status": "paid", "amount_paid": "50.00", "balance_due": "0.00"}));
    let payments = crm.get(&format!("/api/invoices/{}/payments/", id_of(&made))).await.expect(200);
    shows(&payments[0], json!({"amount": "50.00", "method": "other"}));
    refused(&crm.post("/api/invoices/", body("refunded")).await, &["status"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn refunded_by_the_word_gives_all_back() {
    let crm = Crm::start().await;
    let invoice = crm.make_invoice_of("100.00").await;
    crm.pay(&invoice, "120.00").await;
    let refunded = crm.patch(&invoice, json!({"status": "refunded"})).await.expect(200);
    shows(&refunded, json!({"status": "refunded", "amount_paid": "0.00", "balance_due": "100.00"}));
    assert_eq!(crm.count(&format!("{invoice}payments/")).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_is_refused_changes_nothing_else_either() {
    let crm = Crm::start().await;
    let invoice = invoice_that_is(&crm, "void").await;
    let before = crm.get(&invoice).await.expect(200);
    let change = json!({"notes": "changed", "attributes": {"a": 1}, "status": "sent"});
    refused(&crm.patch(&invoice, change).await, &["status"]);
    assert_eq!(crm.get(&invoice).await.expect(200), before);
    let change = json!({"notes": "changed", "status": "void"});
    shows(&crm.patch(&invoice, change).await.expect(200), json!({"notes": "changed", "status": "void"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn paid_written_by_many_at_once_books_the_balance_once() {
    let crm = Crm::start().await;
    let invoice = crm.make_invoice_of("100.00").await;
    let calls = (0..10).map(|_| crm.patch(&invoice, json!({"status": "paid"})));
    for answer in futures::future::join_all(calls).await {
        assert_eq!(answer.expect(200)["status"], "paid");
    }
    assert_eq!(crm.books(&invoice).await, ["paid", "100.00", "100.00", "0.00"]);
    assert_eq!(crm.count(&format!("{invoice}payments/")).await, 1);
}
