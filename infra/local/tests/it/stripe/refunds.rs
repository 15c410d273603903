//! Money that goes back.

use super::{Sale, Shop};

/// An invoice of 100.00 that is paid.
async fn paid(shop: &Shop, name: &str) -> (String, Sale) {
    let invoice = shop.invoice("100.00").await;
    let sale = Sale::of(shop, &invoice, name, 10_000);
    shop.tell(&sale.intent()).await;
    (invoice, sale)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_refund_is_told_by_several_events_and_booked_once() {
    let shop = Shop::open().await;
    let (invoice, sale) = paid(&shop, "a").await;
    for event in [
        sale.charge_refunded(10_000),
        sale.refund("created", "re_1", 10_000, "succeeded"),
        sale.refund("updated", "re_1", 10_000, "succeeded"),
        sale.charge_refunded(10_000),
    ] {
        shop.tell(&event).await;
        shop.expect(&invoice, "refunded", "0.00", "100.00").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_in_part_add_up() {
    let shop = Shop::open().await;
    let (invoice, sale) = paid(&shop, "a").await;
    shop.tell(&sale.refund("created", "re_1", 2_500, "pending")).await;
    shop.tell(&sale.charge_refunded(2_500)).await;
    shop.expect(&invoice, "sent", "75.00", "25.00").await;
    assert_eq!(shop.status(&invoice).await, "partially_paid");
    shop.tell(&sale.charge_refunded(4_000)).await;
    shop.expect(&invoice, "sent", "60.00", "40.00").await;
    shop.tell(&sale.refund("created", "re_2", 1_500, "succeeded")).await;
    shop.expect(&invoice, "sent", "60.00", "40.00").await;
    shop.tell(&sale.refund("created", "re_3", 6_000, "succeeded")).await;
    shop.expect(&invoice, "refunded", "0.00", "100.00").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_comes_before_its_payment_waits_for_it() {
    let shop = Shop::open().await;
    let invoice = shop.invoice("100.00").await;
    let sale = Sale::of(&shop, &invoice, "a", 10_000);
    shop.tell(&sale.refund("created", "re_1", 3_000, "succeeded")).await;
    shop.tell(&sale.charge_refunded(3_000)).await;
    shop.expect(&invoice, "sent", "0.00", "100.00").await;
    assert_eq!(shop.status(&invoice).await, "sent");
    shop.tell(&sale.session("completed", "paid")).await;
    shop.expect(&invoice, "sent", "70.00", "30.00").await;
    assert_eq!(shop.status(&invoice).await, "partially_paid");
    assert_eq!(shop.payments(&invoice).await[0]["stripe_charge_id"], sale.charge_id());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_fails_ends_refunded() {
    let shop = Shop::open().await;
    for (name, kind, status) in [("a", "failed", "failed"), ("b", "updated", "failed"), ("c", "updated", "canceled")] {
        let (invoice, sale) = paid(&shop, name).await;
        let refund = format!("re_{name}");
        shop.tell(&sale.refund("created", &refund, 10_000, "pending")).await;
        shop.expect(&invoice, "refunded", "0.00", "100.00").await;
        shop.tell(&sale.refund(kind, &refund, 10_000, status)).await;
        shop.expect(&invoice, "paid", "100.00", "0.00").await;
        // What was true before comes late.
        shop.tell(&sale.refund("updated", &refund, 10_000, "pending")).await;
        shop.tell(&sale.charge_refunded(10_000)).await;
        shop.expect(&invoice, "paid", "100.00", "0.00").await;
    }
}
