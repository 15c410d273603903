//! What Stripe reports, where the books say something else.

use serde_json::{Value, json};

use super::{Sale, Shop, event, object};

impl Shop {
    async fn book_by_hand(&self, invoice: &str, amount: &str, charge: &str) -> Value {
        let body = json!({"amount": amount, "method": "stripe", "stripe_charge_id": charge});
        self.tributary.post(&self.user, &format!("/api/invoices/{invoice}/payments/"), body).await.expect(201)
    }

    async fn delete(&self, invoice: &str) {
        self.tributary.delete(&self.user, &format!("/api/invoices/{invoice}/")).await.expect(204);
    }

    /// An invoice that Stripe made and that is paid.
    fn invoice_paid(&self, invoice: &str, name: &str, cents: i64, fields: Value) -> Value {
        let told = json!({"id": name, "amount_paid": cents, "amount_due": cents, "metadata": self.metadata(invoice)});
        let mut told = object("invoice", told);
        told.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        event("invoice.paid", told)
    }

    /// The amounts of the payments, in order.
    async fn amounts(&self, invoice: &str) -> Vec<String> {
        let payments = self.payments(invoice).await;
        let mut amounts: Vec<_> = payments.iter().map(|row| row["amount"].as_str().unwrap().to_owned()).collect();
        amounts.sort();
        amounts
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_that_was_booked_by_hand_is_counted_once_whenever_stripe_names_it() {
    let shop = Shop::open().await;
    for (name, before) in [("a", true), ("b", false)] {
        let invoice = shop.invoice("100.00").await;
        let sale = Sale::of(&shop, &invoice, name, 10_000);
        if before {
            shop.book_by_hand(&invoice, "100.00", &sale.charge_id()).await;
        }
        // This one does not name the charge.
        shop.tell(&sale.session("completed", "paid")).await;
        if !before {
            shop.book_by_hand(&invoice, "100.00", &sale.charge_id()).await;
        }
        for event in [sale.intent(), sale.session("completed", "paid"), sale.intent()] {
            shop.tell(&event).await;
            shop.expect(&invoice, "paid", "100.00", "0.00").await;
        }
        let payments = shop.payments(&invoice).await;
        assert_eq!((payments.len(), &payments[0]["stripe_charge_id"]), (1, &json!(sale.charge_id())));
        shop.tell(&sale.refund("created", &format!("re_{name}"), 10_000, "succeeded")).await;
        shop.expect(&invoice, "refunded", "0.00", "100.00").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_that_stands_on_another_invoice_pays_the_one_that_stripe_names_once() {
    let shop = Shop::open().await;
    let (named, other) = (shop.invoice("100.00").await, shop.invoice("100.00").await);
    let sale = Sale::of(&shop, &named, "a", 10_000);
    shop.book_by_hand(&other, "100.00", &sale.charge_id()).await;
    for event in [sale.session("completed", "paid"), sale.intent(), sale.intent()] {
        shop.tell(&event).await;
        shop.expect(&named, "paid", "100.00", "0.00").await;
    }
    assert_eq!(shop.amounts(&named).await, ["100.00"]);
    shop.tell(&sale.charge_refunded(1_000)).await;
    shop.expect(&named, "sent", "90.00", "10.00").await;
    shop.expect(&other, "paid", "100.00", "0.00").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_that_was_booked_by_hand_with_another_amount_gets_stripes() {
    let shop = Shop::open().await;
    let invoice = shop.invoice("100.00").await;
    let sale = Sale::of(&shop, &invoice, "a", 10_000);
    shop.book_by_hand(&invoice, "90.00", &sale.charge_id()).await;
    shop.expect(&invoice, "sent", "90.00", "10.00").await;
    shop.tell(&sale.intent()).await;
    shop.expect(&invoice, "paid", "100.00", "0.00").await;
    assert_eq!(shop.amounts(&invoice).await, ["100.00"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_charges_of_a_deleted_invoice_can_be_booked_again() {
    let shop = Shop::open().await;
    let (gone, live) = (shop.invoice("100.00").await, shop.invoice("100.00").await);
    shop.book_by_hand(&gone, "100.00", "ch_typed").await;
    let told = Sale::of(&shop, &gone, "told", 100);
    shop.tell(&told.intent()).await;
    let path = format!("/api/invoices/{live}/payments/");
    let body = json!({"amount": "1.00", "method": "stripe", "stripe_charge_id": told.charge_id()});
    shop.tributary.post(&shop.user, &path, body).await.expect(400);
    shop.delete(&gone).await;
    shop.book_by_hand(&live, "99.00", "ch_typed").await;
    shop.book_by_hand(&live, "1.00", &told.charge_id()).await;
    shop.expect(&live, "paid", "100.00", "0.00").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_currency_cannot_change_while_a_link_is_live() {
    let shop = Shop::open().await;
    let invoice = shop.invoice("100.00").await;
    let link = format!("/api/invoices/inv_{}/payment-link", invoice.replace('-', ""));
    shop.tributary.post(&shop.user, &link, json!({})).await.expect(201);
    let path = format!("/api/invoices/{invoice}/");
    let refused = shop.tributary.patch(&shop.user, &path, json!({"currency": "EUR"})).await.expect(400);
    assert!(refused["currency"].is_array(), "{refused}");
    shop.tributary.get(&shop.user, &link).await.expect(200);
    // Another balance retires the link.
    shop.tributary.patch(&shop.user, &path, json!({"total": "90.00"})).await.expect(200);
    shop.tributary.patch(&shop.user, &path, json!({"currency": "EUR"})).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_failure_leaves_the_link_that_was_made_since() {
    let shop = Shop::open().await;
    let invoice = shop.invoice("100.00").await;
    let link = format!("/api/invoices/inv_{}/payment-link", invoice.replace('-', ""));
    shop.tributary.post(&shop.user, &link, json!({})).await.expect(201);
    let stripe_id = shop.header(&invoice).await.payment_link.unwrap().made().unwrap().stripe_id.to_string();
    for (name, by, shown) in [("a", "plink_before", 200), ("b", stripe_id.as_str(), 404)] {
        let mut failed = Sale::of(&shop, &invoice, name, 10_000).session("async_payment_failed", "unpaid");
        failed["data"]["object"]["payment_link"] = by.into();
        shop.tell(&failed).await;
        assert_eq!(shop.tributary.get(&shop.user, &link).await.status, shown, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_of_stripes_is_not_taken_for_an_intent_that_paid_something_else() {
    let shop = Shop::open().await;
    // The intent's session was told to make no invoice, or the intent names another one.
    for (name, of_session) in [("a", true), ("b", false)] {
        let invoice = shop.invoice("200.00").await;
        let sale = Sale::of(&shop, &invoice, name, 10_000);
        let mut told = if of_session { sale.session("completed", "paid") } else { sale.intent() };
        match of_session {
            true => told["data"]["object"]["invoice_creation"] = json!({"enabled": false}),
            false => told["data"]["object"]["invoice"] = "in_1".into(),
        }
        shop.tell(&told).await;
        shop.expect(&invoice, "sent", "100.00", "100.00").await;
        shop.tell(&shop.invoice_paid(&invoice, &format!("in_2{name}"), 10_000, json!({}))).await;
        shop.expect(&invoice, "paid", "200.00", "0.00").await;
        assert_eq!(shop.amounts(&invoice).await, ["100.00", "100.00"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_of_stripes_that_several_intents_paid_books_each_with_its_own_amount() {
    let shop = Shop::open().await;
    for (name, intents_first) in [("a", true), ("b", false)] {
        let invoice = shop.invoice("100.00").await;
        let (first, second) = (format!("{name}1"), format!("{name}2"));
        let (first, second) = (Sale::of(&shop, &invoice, &first, 4_000), Sale::of(&shop, &invoice, &second, 5_000));
        let paid_by = |sale: &Sale, status: &str| {
            let payment = json!({"type": "payment_intent", "payment_intent": sale.intent_id()});
            json!({"object": "invoice_payment", "amount_paid": sale.cents, "status": status, "payment": payment})
        };
        let other = Sale::of(&shop, &invoice, "canceled", 10_000);
        let list = [paid_by(&first, "paid"), paid_by(&other, "canceled"), paid_by(&second, "paid")];
        // Ten came otherwise.
        let told = shop.invoice_paid(&invoice, &format!("in_{name}"), 10_000, json!({"payments": {"data": list}}));
        let mut events = vec![first.intent(), second.intent(), told];
        if !intents_first {
            events.reverse();
        }
        for event in events.iter().chain(&events) {
            shop.tell(event).await;
        }
        shop.expect(&invoice, "paid", "100.00", "0.00").await;
        assert_eq!(shop.amounts(&invoice).await, ["10.00", "40.00", "50.00"]);
    }
}
