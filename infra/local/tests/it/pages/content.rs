//! What the page shows, and what it keeps to itself.

use super::*;

/// The page's text as a reader sees it, runs of space as one.
fn seen(page: &str) -> String {
    let (_, body) = page.split_once("<body>").unwrap();
    let mut text = String::new();
    for part in body.split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, after)| after));
        text.push(' ');
    }
    text.replace('\u{a0}', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn shows(page: &Answer, parts: &[&str]) {
    assert_eq!(page.status, 200);
    let text = seen(&page.text);
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in {text:?}");
    }
}

#[track_caller]
fn hides(page: &Answer, parts: &[&str]) {
    for part in parts {
        assert!(!page.text.contains(part), "{part:?} is in {}", page.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_invoice_is_there_to_read() {
    let scene = Scene::start().await;
    let fields = json!({
        "status": "sent", "issue_date": "2026-03-05", "due_date": "2099-04-04", "notes": "Thank you.\nCome again.",
        "stripe_hosted_url": "https://pay.example.com/a?b=1&c=2",
    });
    let invoice = scene.invoice(fields).await;
    let lines = format!("{}line-items/", path(&invoice));
    for line in [
        json!({"description": "Web development", "quantity": "20", "unit_price": "1100.00", "tax_rate": "15"}),
        json!({"description": "Hosting", "quantity": "1.5", "unit_price": "0.33", "tax_rate": "0"}),
    ] {
        scene.tributary.post(&scene.owner, &lines, line).await.expect(201);
    }
    scene.pay(&invoice, "5000.00").await;
    let page = scene.open(&invoice).await;
    let number = text(&invoice, "invoice_number");
    shows(&page, &["owner", &number, "Acme Corp", "Partially paid", "5 March 2026", "4 April 2099"]);
    shows(&page, &["Web development", "20 × 1,100.00, tax 15 %", "22,000.00", "Hosting", "1.5", "0.33", "0.50"]);
    shows(&page, &["Subtotal USD 22,000.50", "Tax USD 3,300.00", "Total USD 25,300.50", "Paid USD \u{2212}5,000.00"]);
    shows(&page, &["Amount due USD 20,300.50", "Bank transfer USD 5,000.00", "Thank you. Come again."]);
    shows(&page, &["Pay USD 20,300.50"]);
    assert!(page.text.contains(r#"href="https://pay.example.com/a?b=1&amp;c=2""#), "{}", page.text);
    hides(&page, &["WIRE-77", "by phone"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_the_organisations_own_is_not_in_it() {
    let scene = Scene::start().await;
    let other = scene.tributary.post(&scene.owner, "/api/clients/", json!({"name": "Other Ltd"})).await.expect(201);
    let body = json!({"client": other["id"], "status": "sent", "notes": "for the other"});
    scene.tributary.post(&scene.owner, "/api/invoices/", body).await.expect(201);
    let fields = json!({
        "status": "sent", "subtotal": "1.00", "attributes": {"haggled": "ninety"},
        "list_of_tasks": [{"task": "Call them names"}], "list_of_notes": [{"note": "Pays late"}],
        "stripe_payment_intent_id": "pi_internal",
    });
    let invoice = scene.invoice(fields).await;
    let page = scene.open(&invoice).await;
    assert_eq!(page.status, 200);
    hides(&page, &["Other Ltd", "for the other", "ninety", "haggled", "Call them", "Pays late", "pi_internal"]);
    hides(&page, &[&scene.client, &scene.owner.email, &scene.owner.token, "<script", "<form", "<img", "<iframe"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_data_and_never_markup() {
    let scene = Scene::start().await;
    let hostile = r#"</style><script>alert("1")</script><img src=x onerror=alert(1)>"#;
    let name = json!({"name": format!("\"'><b>{hostile}")});
    scene.tributary.patch(&scene.owner, &format!("/api/clients/{}/", scene.client), name).await.expect(200);
    let url = "https://x.example/\"onmouseover=\"alert(1)";
    let invoice = scene.invoice(json!({"status": "sent", "notes": hostile, "stripe_hosted_url": url})).await;
    let line = json!({"description": hostile, "quantity": "1", "unit_price": "5.00"});
    scene.tributary.post(&scene.owner, &format!("{}line-items/", path(&invoice)), line).await.expect(201);
    let page = scene.open(&invoice).await;
    assert_eq!(page.status, 200);
    hides(&page, &["<script", "<img", "<b>", "\"onmouseover"]);
    assert_eq!(page.text.matches("</style>").count(), 1);
    assert_eq!(page.text.matches("&lt;script&gt;").count(), 3, "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_button_is_there_only_where_there_is_something_to_pay_and_a_place_to_pay_it() {
    let scene = Scene::start().await;
    let link = json!("https://pay.example.com/x");
    let with = async |status: &str| {
        scene.invoice(json!({"status": status, "subtotal": "100.00", "stripe_hosted_url": link})).await
    };
    let open = scene.open(&with("sent").await).await;
    shows(&open, &["Unpaid", "Amount due USD 100.00", "Pay USD 100.00"]);
    let overdue = scene.open(&with("overdue").await).await;
    shows(&overdue, &["Overdue", "Pay USD 100.00"]);

    let paid = scene.open(&with("paid").await).await;
    shows(&paid, &["Paid", "This invoice is paid."]);
    let void = scene.open(&with("void").await).await;
    shows(&void, &["Cancelled", "This invoice was cancelled."]);
    let refunded = with("paid").await;
    scene.patch(&refunded, json!({"status": "refunded"})).await;
    let refunded = scene.open(&refunded).await;
    shows(&refunded, &["Refunded", "This invoice was refunded.", "Refund USD \u{2212}100.00"]);
    let nowhere = scene.open(&scene.sent().await).await;
    shows(&nowhere, &["Amount due USD 100.00"]);
    for page in [paid, void, refunded, nowhere] {
        hides(&page, &["class=\"pay\"", "https://pay.example.com"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_due_date_that_has_passed_is_told_before_the_sweep_and_overpayment_after_it() {
    let scene = Scene::start().await;
    let late = json!({"status": "sent", "subtotal": "100.00", "issue_date": "2024-01-01", "due_date": "2024-02-01"});
    shows(&scene.open(&scene.invoice(late).await).await, &["Overdue", "by 1 February 2024"]);
    let over = scene.sent().await;
    scene.pay(&over, "130.00").await;
    shows(&scene.open(&over).await, &["Paid USD \u{2212}130.00", "Overpaid USD 30.00"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn amounts_have_the_digits_of_their_currency() {
    let scene = Scene::start().await;
    let yen = scene.invoice(json!({"status": "sent", "currency": "JPY", "subtotal": "1234567"})).await;
    let page = scene.open(&yen).await;
    shows(&page, &["Amount due JPY 1,234,567 "]);
    hides(&page, &["1,234,567.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_loads_nothing_and_is_kept_told_and_found_nowhere() {
    let scene = Scene::start().await;
    let invoice = scene.sent().await;
    let found = scene.open(&invoice).await;
    assert_eq!(found.status, 200);
    let missing = scene.at(Method::GET, "/i/nothing", &[]).await;
    not_found(&missing);
    for page in [found, missing] {
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(page.header("cache-control"), Some("private, no-store"));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(page.header("x-robots-tag"), Some("noindex, nofollow"));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert!(page.header("x-request-id").is_some());
        let policy = page.header("content-security-policy").unwrap();
        for part in ["default-src 'none'", "style-src 'sha256-", "base-uri 'none'", "frame-ancestors 'none'"] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
    }
    let post = scene.at(Method::POST, &page_of(&scene.tributary, &invoice), &[]).await;
    assert_eq!(post.expect(405), json!({"detail": "Method \"POST\" not allowed."}));
}
