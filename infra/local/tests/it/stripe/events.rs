//! What each event does to an invoice.

use serde_json::json;

use super::{Sale, Shop, event, object};

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_booked_once_with_its_charge_whichever_event_comes_first() {
    let shop = Shop::open().await;
    for session_first in [true, false] {
        let invoice = shop.invoice("115.50").await;
        let sale = Sale::of(&shop, &invoice, if session_first { "a" } else { "b" }, 11_550);
        let mut events = [sale.session("completed", "paid"), sale.intent()];
        if !session_first {
            events.reverse();
        }
        for event in &events {
            for _ in 0..2 {
                shop.tell(event).await;
                shop.expect(&invoice, "paid", "115.50", "0.00").await;
            }
        }
        // The same report under another event's id books nothing either.
        shop.tell(&sale.intent()).await;
        let payments = shop.payments(&invoice).await;
        assert_eq!(payments.len(), 1);
        assert_eq!([&payments[0]["amount"], &payments[0]["method"]], ["115.50", "stripe"]);
        assert_eq!(payments[0]["stripe_charge_id"], sale.charge_id());
        assert_eq!(shop.show(&invoice).await["stripe_payment_intent_id"], sale.intent_id());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_whose_money_comes_later_is_pending_until_it_does_or_does_not() {
    let shop = Shop::open().await;
    let invoice = shop.invoice("100.00").await;
    let sale = Sale::of(&shop, &invoice, "a", 10_000);
    shop.tell(&sale.session("completed", "unpaid")).await;
    assert_eq!(shop.status(&invoice).await, "pending");
    shop.tell(&sale.session("async_payment_succeeded", "paid")).await;
    shop.tell(&sale.session("completed", "unpaid")).await;
    shop.expect(&invoice, "paid", "100.00", "0.00").await;

    // It failed, and the first event comes last.
    let failed = shop.invoice("100.00").await;
    let sale = Sale::of(&shop, &failed, "b", 10_000);
    shop.tell(&sale.session("completed", "unpaid")).await;
    shop.tell(&sale.session("async_payment_failed", "unpaid")).await;
    assert_eq!(shop.status(&failed).await, "sent");
    shop.tell(&sale.session("completed", "unpaid")).await;
    assert_eq!(shop.status(&failed).await, "sent");
    shop.expect(&failed, "sent", "0.00", "100.00").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_and_less_than_is_owed_is_booked_to_the_cent() {
    let shop = Shop::open().await;
    let (more, less) = (shop.invoice("100.00").await, shop.invoice("100.00").await);
    shop.tell(&Sale::of(&shop, &more, "a", 10_001).intent()).await;
    shop.expect(&more, "paid", "100.01", "-0.01").await;
    shop.tell(&Sale::of(&shop, &less, "b", 9_999).intent()).await;
    shop.expect(&less, "sent", "99.99", "0.01").await;
    assert_eq!(shop.status(&less).await, "partially_paid");
    shop.tell(&Sale::of(&shop, &less, "c", 1).intent()).await;
    shop.expect(&less, "paid", "100.00", "0.00").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stripes_own_invoices_pay_and_fail() {
    let shop = Shop::open().await;
    let invoice = shop.invoice("100.00").await;
    let told = |kind: &str, name: &str, paid: i64, invoice: &str| {
        let fields = json!({"id": name, "amount_paid": paid, "amount_due": 10_000, "metadata": shop.metadata(invoice)});
        event(kind, object("invoice", fields))
    };
    shop.tell(&told("invoice.payment_failed", "in_1", 0, &invoice)).await;
    shop.expect(&invoice, "overdue", "0.00", "100.00").await;
    shop.tell(&told("invoice.paid", "in_1", 10_000, &invoice)).await;
    shop.tell(&Sale::of(&shop, &invoice, "a", 10_000).intent()).await;
    shop.tell(&told("invoice.payment_failed", "in_1", 0, &invoice)).await;
    shop.expect(&invoice, "paid", "100.00", "0.00").await;
    assert_eq!(shop.payments(&invoice).await.len(), 1);
    assert_eq!(shop.show(&invoice).await["stripe_invoice_id"], "in_1");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_ours_is_taken_and_changes_nothing() {
    let shop = Shop::open().await;
    let invoice = shop.invoice("100.00").await;
    let mut foreign = Sale::of(&shop, &invoice, "a", 10_000);
    for metadata in [
        json!({}),
        json!({"order": "7"}),
        json!({"organisation": "x", "invoice": "y"}),
        json!({"organisation": shop.organisation, "invoice": "00000000-0000-7000-8000-000000000000"}),
        json!({"organisation": "00000000-0000-7000-8000-000000000000", "invoice": invoice}),
    ] {
        foreign.metadata = metadata;
        for event in [
            foreign.session("completed", "paid"),
            foreign.session("completed", "unpaid"),
            foreign.session("async_payment_failed", "unpaid"),
            foreign.intent(),
            event("invoice.paid", object("invoice", json!({"amount_paid": 10_000, "metadata": foreign.metadata}))),
            event("invoice.payment_failed", object("invoice", json!({"metadata": foreign.metadata}))),
        ] {
            shop.tell(&event).await;
        }
    }
    // Of our invoice, in another currency.
    let euros = Sale::of(&shop, &invoice, "b", 10_000);
    let mut told = euros.intent();
    told["data"]["object"]["currency"] = "eur".into();
    shop.tell(&told).await;
    shop.expect(&invoice, "sent", "0.00", "100.00").await;
    assert_eq!(shop.payments(&invoice).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn money_for_a_void_invoice_is_booked_and_for_a_deleted_one_is_taken() {
    let shop = Shop::open().await;
    let invoice = shop.invoice("100.00").await;
    let path = format!("/api/invoices/{invoice}/");
    shop.tributary.patch(&shop.user, &path, json!({"status": "void"})).await.expect(200);
    shop.tell(&Sale::of(&shop, &invoice, "a", 10_000).intent()).await;
    shop.expect(&invoice, "void", "100.00", "0.00").await;
    let gone = shop.invoice("100.00").await;
    shop.tributary.delete(&shop.user, &format!("/api/invoices/{gone}/")).await.expect(204);
    shop.tell(&Sale::of(&shop, &gone, "b", 10_000).intent()).await;
}
