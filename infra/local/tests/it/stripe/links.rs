//! Payment links: made, shown, and deactivated at Stripe when they are of no more use.

use http::Method;
use serde_json::{Value, json};

use super::{Sale, Shop, eventually};
use crate::support::{Answer, Remote};

impl Shop {
    async fn link(&self, method: Method, invoice: &str) -> Answer {
        let path = format!("/api/invoices/inv_{}/payment-link", invoice.replace('-', ""));
        self.tributary.call(Some(&self.user), method, &path, None).await
    }

    async fn make_link(&self, invoice: &str) -> Value {
        self.link(Method::POST, invoice).await.expect(201)
    }

    /// The link of an invoice as Stripe has it.
    pub async fn at_stripe(&self, stripe_id: &str) -> Value {
        let environment = self.tributary.cloud.environment();
        let base = environment.variable("payment-links", "STRIPE_API_BASE").unwrap();
        let stripe = Remote::at(base.trim_end_matches('/'));
        let authorization = format!("Bearer {}", environment.secret("payment-links", "STRIPE_SECRET_KEY").unwrap());
        let path = format!("/v1/payment_links/{stripe_id}");
        stripe.raw(Method::GET, &path, &[("authorization", &authorization)], "").await.expect(200)
    }

    /// Stripe's id of the invoice's link.
    async fn stripe_id(&self, invoice: &str) -> String {
        let link = self.header(invoice).await.payment_link.unwrap();
        link.made().unwrap().stripe_id.to_string()
    }

    /// The link is shown no longer, and nobody can pay by it.
    async fn is_retired(&self, invoice: &str, stripe_id: &str) {
        assert_eq!(self.link(Method::GET, invoice).await.status, 404);
        eventually("the link stays active", async || self.at_stripe(stripe_id).await["active"] == false).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_made_once_over_what_is_due_and_sends_a_draft() {
    let shop = Shop::open().await;
    let invoice = shop.invoice_with(json!({"total": "115.00", "subtotal": "115.00", "status": "draft"})).await;
    let path = format!("/api/invoices/{invoice}/payments/");
    shop.tributary.post(&shop.user, &path, json!({"amount": "15.00", "method": "cash"})).await.expect(201);
    assert_eq!(shop.link(Method::GET, &invoice).await.status, 404);
    let made = shop.make_link(&invoice).await;
    assert_eq!(made["stripe_invoice_id"], Value::Null);
    let expires_at: jiff::Timestamp = made["expires_at"].as_str().unwrap().parse().unwrap();
    assert!((expires_at.as_second() - shop.now() - 90 * 86_400).abs() < 60, "{made}");
    assert_eq!(shop.link(Method::GET, &invoice).await.expect(200), made);
    assert_eq!(shop.link(Method::POST, &invoice).await.status, 409);
    assert_eq!(shop.show(&invoice).await["stripe_hosted_url"], made["payment_link_url"]);

    let link = shop.at_stripe(&shop.stripe_id(&invoice).await).await;
    assert_eq!([&link["active"], &link["url"]], [&json!(true), &made["payment_link_url"]]);
    assert_eq!(link["metadata"], shop.metadata(&invoice));
    assert_eq!(link["payment_intent_data"]["metadata"], shop.metadata(&invoice));
    assert_eq!(link["restrictions"]["completed_sessions"]["limit"], 1);

    let draft = shop.invoice_with(json!({"total": "50.00", "subtotal": "50.00", "status": "draft"})).await;
    shop.make_link(&draft).await;
    assert_eq!(shop.status(&draft).await, "sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_that_cannot_be_paid_gets_no_link() {
    let shop = Shop::open().await;
    let nothing = shop.invoice("0.00").await;
    assert_eq!(shop.link(Method::POST, &nothing).await.status, 400);
    for status in ["paid", "void"] {
        let invoice = shop.invoice("10.00").await;
        let path = format!("/api/invoices/{invoice}/");
        shop.tributary.patch(&shop.user, &path, json!({"status": status})).await.expect(200);
        assert_eq!(shop.link(Method::POST, &invoice).await.status, 400, "{status}");
    }
    assert_eq!(shop.link(Method::POST, "00000000-0000-7000-8000-000000000000").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_deactivated_by_whatever_makes_it_useless_and_a_new_one_can_be_made() {
    let shop = Shop::open().await;
    let names = ["payment", "total", "void", "deleted", "stripe"];
    for name in names {
        let invoice = shop.invoice("100.00").await;
        shop.make_link(&invoice).await;
        let stripe_id = shop.stripe_id(&invoice).await;
        let path = format!("/api/invoices/{invoice}/");
        let (tributary, user) = (&shop.tributary, &shop.user);
        match name {
            "payment" => {
                let body = json!({"amount": "1.00", "method": "cash"});
                tributary.post(user, &format!("{path}payments/"), body).await.expect(201);
            }
            "total" => drop(tributary.patch(user, &path, json!({"total": "90.00"})).await.expect(200)),
            "void" => drop(tributary.patch(user, &path, json!({"status": "void"})).await.expect(200)),
            "deleted" => drop(tributary.delete(user, &path).await.expect(204)),
            _ => shop.tell(&Sale::of(&shop, &invoice, "a", 10_000).intent()).await,
        }
        shop.is_retired(&invoice, &stripe_id).await;
        if ["payment", "total"].contains(&name) {
            assert_eq!(shop.show(&invoice).await["stripe_hosted_url"], Value::Null, "{name}");
            shop.make_link(&invoice).await;
            assert_ne!(shop.stripe_id(&invoice).await, stripe_id);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_expired_is_not_shown_and_the_sweep_deactivates_it() {
    let shop = Shop::open().await;
    let invoice = shop.invoice("100.00").await;
    shop.make_link(&invoice).await;
    let stripe_id = shop.stripe_id(&invoice).await;
    shop.tributary.advance(90 * 86_400 - 60).await;
    shop.link(Method::GET, &invoice).await.expect(200);
    shop.tributary.advance(120).await;
    assert_eq!(shop.link(Method::GET, &invoice).await.status, 404);
    shop.tributary.raw(Method::POST, "/_local/sweep", &[], "").await.expect(200);
    shop.is_retired(&invoice, &stripe_id).await;
    shop.make_link(&invoice).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_callers_at_once_one_gets_the_link() {
    let shop = Shop::open().await;
    let invoice = shop.invoice("100.00").await;
    let answers = futures::future::join_all((0..6).map(|_| shop.link(Method::POST, &invoice))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409]);
}
