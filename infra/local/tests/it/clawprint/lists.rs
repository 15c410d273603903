//! Lists: newest first, by status, up to a limit.

use http::Method;
use serde_json::{Value, json};

use super::{Business, failed, path, start};
use crate::support::{Answer, Tributary};

async fn list(tributary: &Tributary, business: &Business, query: &str) -> Answer {
    let path = format!("/api/invoices?business_id={}{query}", business.id);
    business.call(tributary, Method::GET, &path, None).await
}

fn numbers(list: &Value) -> Vec<&str> {
    list["invoices"].as_array().unwrap().iter().map(|row| row["invoice_number"].as_str().unwrap()).collect()
}

async fn make(tributary: &Tributary, business: &Business, number: &str, status: &str) -> Value {
    let invoice = business.invoice(tributary, json!({"invoice_number": number})).await;
    if status != "draft" {
        let body = Some(json!({"status": status}));
        business.call(tributary, Method::PATCH, &path(&invoice), body).await.expect(200);
    }
    invoice
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_come_first_and_count_is_of_all_that_match() {
    let (tributary, business) = start().await;
    for number in ["A", "B", "C", "D", "E"] {
        make(&tributary, &business, number, if number == "C" { "sent" } else { "draft" }).await;
    }
    let all = list(&tributary, &business, "").await.expect(200);
    assert_eq!(numbers(&all), ["E", "D", "C", "B", "A"]);
    assert_eq!((&all["count"], &all["filter"]), (&json!(5), &json!({"limit": 50})));
    let two = list(&tributary, &business, "&limit=2").await.expect(200);
    assert_eq!((numbers(&two), &two["count"]), (vec!["E", "D"], &json!(5)));
    let drafts = list(&tributary, &business, "&limit=3&status=draft").await.expect(200);
    assert_eq!((numbers(&drafts), &drafts["count"]), (vec!["E", "D", "B"], &json!(4)));
    assert_eq!(drafts["filter"], json!({"status": "draft", "limit": 3}));
    let sent = list(&tributary, &business, "&status=sent").await.expect(200);
    assert_eq!((numbers(&sent), &sent["count"]), (vec!["C"], &json!(1)));
    let none = list(&tributary, &business, "&status=overdue").await.expect(200);
    assert_eq!((&none["invoices"], &none["count"]), (&json!([]), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_status_word_finds_the_invoices_that_are_shown_with_it() {
    let (tributary, business) = start().await;
    let words = ["draft", "sent", "viewed", "paid", "overdue", "cancelled", "refunded"];
    for word in words {
        let invoice = make(&tributary, &business, word, if word == "refunded" { "paid" } else { word }).await;
        if word == "refunded" {
            let body = Some(json!({"status": word}));
            business.call(&tributary, Method::PATCH, &path(&invoice), body).await.expect(200);
        }
    }
    let part = make(&tributary, &business, "partly paid", "draft").await;
    let payments = format!("/api/invoices/{}/payments/", super::crm_id(&part["invoice_id"]));
    let payment = json!({"amount": "1.00", "method": "cash", "paid_at": "2024-03-01T10:00:00Z"});
    business.crm(&tributary, Method::POST, &payments, Some(payment)).await.expect(201);
    for word in words {
        let found = list(&tributary, &business, &format!("&status={word}")).await.expect(200);
        let expected = if word == "sent" { vec!["partly paid", "sent"] } else { vec![word] };
        assert_eq!((numbers(&found), &found["count"]), (expected.clone(), &json!(expected.len())), "{word}");
        assert!(found["invoices"].as_array().unwrap().iter().all(|row| row["status"] == word), "{found}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_goes_from_1_to_100_and_a_status_is_a_word_of_the_contract() {
    let (tributary, business) = start().await;
    for good in ["1", "50", "100"] {
        let found = list(&tributary, &business, &format!("&limit={good}")).await.expect(200);
        assert_eq!(found["filter"]["limit"].to_string(), good);
    }
    for wrong in ["0", "101", "-1", "1.5", "ten", "", "1e1", "99999999999999999999"] {
        let answer = list(&tributary, &business, &format!("&limit={wrong}")).await;
        failed(&answer, 400, "Invalid request", &["limit"]);
    }
    for wrong in ["void", "Sent", "partially_paid", "%00"] {
        let answer = list(&tributary, &business, &format!("&status={wrong}")).await;
        failed(&answer, 400, "Invalid request", &["status"]);
    }
    let both = list(&tributary, &business, "&status=void&limit=0").await;
    failed(&both, 400, "Invalid request", &["status", "limit"]);
}
