//! The five actions, by GET and by POST.

use http::Method;
use serde_json::{Value, json};

use super::{NOWHERE, Skhokho, id, names};
use crate::support::Answer;

const METHODS: [Method; 2] = [Method::GET, Method::POST];

async fn act(skhokho: &Skhokho, method: &Method, invoice: &Value, query: &str) -> Answer {
    skhokho.call(method.clone(), &format!("{}/action/?{query}", id(invoice)), &[], "").await
}

async fn fresh(skhokho: &Skhokho, method: &Method, name: &str) -> Value {
    skhokho.invoice(json!({"invoice_number": format!("{method}-{name}")})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_sent_and_nothing_else_is() {
    let skhokho = Skhokho::start().await;
    for method in METHODS {
        let made = fresh(&skhokho, &method, "send").await;
        let sent = act(&skhokho, &method, &made, "action=send").await;
        assert_eq!((&sent.expect(200)["status"], &sent.json()["unique_id"]), (&json!("sent"), &made["unique_id"]));
        assert!(sent.header("etag").is_some());
        names(&act(&skhokho, &method, &made, "action=send").await, &["action"]);
        act(&skhokho, &method, &made, "action=cancel").await.expect(200);
        names(&act(&skhokho, &method, &made, "action=send").await, &["action"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn marking_as_paid_books_the_balance_once() {
    let skhokho = Skhokho::start().await;
    for method in METHODS {
        let made = fresh(&skhokho, &method, "paid").await;
        for _ in 0..2 {
            let paid = act(&skhokho, &method, &made, "action=mark_as_paid").await.expect(200);
            let shown = ["status", "paid_amount", "remaining_amount"].map(|field| paid[field].clone());
            assert_eq!(shown, ["paid", "115.00", "0.00"]);
        }
        names(&act(&skhokho, &method, &made, "action=cancel").await, &["status"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_invoice_stays_so_and_takes_no_payment() {
    let skhokho = Skhokho::start().await;
    for method in METHODS {
        let made = fresh(&skhokho, &method, "cancel").await;
        for _ in 0..2 {
            let cancelled = act(&skhokho, &method, &made, "action=cancel").await.expect(200);
            assert_eq!(
                (&cancelled["status"], &cancelled["status_display"]),
                (&json!("cancelled"), &json!("Cancelled"))
            );
        }
        act(&skhokho, &method, &made, "action=record_payment&amount=1").await.expect(400);
        act(&skhokho, &method, &made, "action=mark_as_paid").await.expect(400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_recorded_on_its_date() {
    let skhokho = Skhokho::start().await;
    for method in METHODS {
        let made = fresh(&skhokho, &method, "payment").await;
        let query = "action=record_payment&amount=15.50&payment_date=2026-02-03";
        let part = act(&skhokho, &method, &made, query).await.expect(200);
        let shown = ["status", "paid_amount", "remaining_amount"].map(|field| part[field].clone());
        assert_eq!(shown, ["partially_paid", "15.50", "99.50"]);
        // A generated client sends a double.
        let paid = act(&skhokho, &method, &made, "action=record_payment&amount=99.5").await.expect(200);
        assert_eq!((&paid["status"], &paid["remaining_amount"]), (&json!("paid"), &json!("0.00")));
        let at = format!("/api/invoices/{}/payments/", id(&made));
        let payments = skhokho.tributary.get(&skhokho.user, &at).await.expect(200);
        assert_eq!((&payments[0]["amount"], &payments[0]["method"]), (&json!("15.50"), &json!("other")));
        assert!(payments[0]["paid_at"].as_str().unwrap().starts_with("2026-02-03T00:00:00"), "{payments}");
        assert!(payments[1]["paid_at"].as_str() > Some("2026-02-04"), "{payments}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_is_a_draft_of_today_with_the_same_lines_and_as_long_to_pay() {
    let skhokho = Skhokho::start().await;
    let clock = skhokho.tributary.raw(Method::GET, "/_local/clock", &[], "").await.expect(200);
    let today: jiff::civil::Date = clock["now"].as_str().unwrap()[..10].parse().unwrap();
    for method in METHODS {
        let changes =
            json!({"invoice_number": method.as_str(), "invoice_date": "2026-01-31", "due_date": "2026-03-02"});
        let made = skhokho.invoice(changes).await;
        act(&skhokho, &method, &made, "action=record_payment&amount=5").await.expect(200);
        let copy = act(&skhokho, &method, &made, "action=duplicate").await.expect(200);
        assert_ne!(copy["unique_id"], made["unique_id"]);
        assert_ne!(copy["invoice_number"], made["invoice_number"]);
        assert_eq!((&copy["status"], &copy["paid_amount"]), (&json!("draft"), &json!("0.00")));
        for field in ["title", "description", "client", "currency", "total_amount"] {
            assert_eq!(copy[field], made[field], "{field}");
        }
        let without_id = |invoice: &Value| {
            let mut item = invoice["items"][0].clone();
            item.as_object_mut().unwrap().remove("unique_id");
            item
        };
        assert_eq!(without_id(&copy), without_id(&made));
        let dates = ["invoice_date", "due_date"].map(|field| copy[field].as_str().unwrap().parse().unwrap());
        let [issued, due]: [jiff::civil::Date; 2] = dates;
        assert!((today - issued).get_days().abs() <= 1, "{issued} is not today");
        assert_eq!((due - issued).get_days(), 30);
        assert_eq!(skhokho.get(id(&copy)).await.expect(200), copy);
        let unchanged = skhokho.get(id(&made)).await.expect(200);
        assert_eq!((&unchanged["status"], &unchanged["paid_amount"]), (&json!("partially_paid"), &json!("5.00")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_or_wrong_is_named_and_changes_nothing() {
    let skhokho = Skhokho::start().await;
    let made = skhokho.invoice(json!({})).await;
    for method in METHODS {
        for (query, fields) in [
            ("", &["action"][..]),
            ("action=", &["action"]),
            ("action=refund", &["action"]),
            ("action=record_payment", &["amount"]),
            ("action=record_payment&amount=", &["amount"]),
            ("action=record_payment&amount=0", &["amount"]),
            ("action=record_payment&amount=-5", &["amount"]),
            ("action=record_payment&amount=1e1", &["amount"]),
            ("action=record_payment&amount=0.001", &["amount"]),
            ("action=record_payment&amount=x&payment_date=2026-02-30", &["amount", "payment_date"]),
        ] {
            names(&act(&skhokho, &method, &made, query).await, fields);
        }
        let nobodys = json!({"unique_id": NOWHERE});
        act(&skhokho, &method, &nobodys, "action=send").await.expect(404);
    }
    assert_eq!(skhokho.get(id(&made)).await.expect(200), made);
}

#[tokio::test(flavor = "multi_thread")]
async fn by_post_the_parameters_may_stand_in_the_body_and_looking_at_the_headers_does_nothing() {
    let skhokho = Skhokho::start().await;
    let made = skhokho.invoice(json!({})).await;
    let path = format!("{}/action/", id(&made));
    let answer = skhokho.call(Method::HEAD, &format!("{path}?action=send"), &[], "").await;
    assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, Some("GET, POST")));
    assert_eq!(skhokho.get(id(&made)).await.expect(200)["status"], "draft");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let sent = skhokho.call(Method::POST, &path, &form, "action=send").await.expect(200);
    assert_eq!(sent["status"], "sent");
    let payment = json!({"action": "cancel", "amount": 15, "payment_date": "2026-02-03"});
    let paid = skhokho.json(Method::POST, &format!("{path}?action=record_payment"), payment).await.expect(200);
    assert_eq!(paid["paid_amount"], "15.00");
    let key = [("idempotency-key", "once")];
    for _ in 0..2 {
        let query = format!("{path}?action=record_payment&amount=10");
        skhokho.call(Method::POST, &query, &key, "").await.expect(200);
    }
    assert_eq!(skhokho.get(id(&made)).await.expect(200)["paid_amount"], "25.00");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_book_payments_books_none_by_an_action() {
    let skhokho = Skhokho::start().await;
    let member =
        json!({"username": "sales", "email": "sales@example.com", "password": "SecurePass123!", "groups": ["Sales"]});
    skhokho.tributary.post(&skhokho.user, "/api/users/", member).await.expect(201);
    let sales = crate::support::User { username: "sales".into(), ..skhokho.user.clone() };
    let basic = super::basic(&sales);
    let headers = [("authorization", basic.as_str())];
    let made = skhokho.invoice(json!({})).await;
    for (query, status) in [
        ("action=mark_as_paid", 403),
        ("action=record_payment&amount=5", 403),
        ("action=send", 200),
        ("action=duplicate", 200),
        ("action=cancel", 200),
    ] {
        let path = format!("{}/action/?{query}", id(&made));
        skhokho.send(Method::GET, &path, &headers, "").await.expect(status);
    }
}
