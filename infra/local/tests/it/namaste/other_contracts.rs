//! What is made, changed and deleted here is seen in the other contracts, and the reverse. crm's half of it stands with
//! each kind of object.

use http::Method;
use serde_json::{Value, json};

use super::shop::{Shop, billing, customer, product, refused, with};
use crate::support::Answer;
use crate::webhooks::receiver::Receiver;

/// Speaks a contract about invoices, as the owner.
async fn speak(shop: &Shop, contract: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
    let authorization = format!("Token {}", shop.owner.token);
    let headers =
        [("authorization", authorization.as_str()), ("x-api-contract", contract), ("content-type", "application/json")];
    shop.tributary.raw(method, path, &headers, body.map(|body| body.to_string()).unwrap_or_default()).await
}

/// The paths of the organisation's only invoice in clawprint and in skhokho.
async fn paths(shop: &Shop) -> (String, String) {
    let invoice = shop.only("/api/invoices/").await;
    let id = invoice["id"].as_str().unwrap();
    let me = shop.tributary.get(&shop.owner, "/api/me/").await.expect(200);
    let organisation = me["organization_id"].as_str().unwrap().to_owned();
    let skhokho = format!("/api/v1.0/organisation/{organisation}/invoices/{id}");
    (format!("/api/invoices/inv_{}", id.replace('-', "")), skhokho)
}

async fn clawprint_invoice(shop: &Shop, changes: Value) -> Value {
    let me = shop.tributary.get(&shop.owner, "/api/me/").await.expect(200);
    let body = json!({
        "business_id": me["business_id"],
        "customer_email": "Contact@ABC.com",
        "customer_name": "ABC",
        "invoice_number": "CLAW-1",
        "line_items": [{"description": "Work", "quantity": 10, "unit_price": 500, "type": "service", "tax_rate": 10}]
    });
    speak(shop, "clawprint", Method::POST, "/api/invoices", Some(with(body, changes))).await.expect(201)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_billing_is_an_invoice_of_clawprint_and_of_skhokho() {
    let shop = Shop::open().await;
    shop.billing().await;
    let (clawprint, skhokho) = paths(&shop).await;
    let shown = speak(&shop, "clawprint", Method::GET, &clawprint, None).await.expect(200);
    let expected = json!({
        "invoice_number": "INV-2026-001",
        "status": "sent",
        "customer_email": "contact@abc.com",
        "amount": 1_280_000,
        "tax_amount": 270_000,
        "total_amount": 1_500_000
    });
    assert_eq!(with(shown.clone(), expected), shown);
    assert_eq!(
        (&shown["line_items"][0]["unit_price"], &shown["line_items"][0]["quantity"]),
        (&json!(9999), &json!(10))
    );
    let shown = speak(&shop, "skhokho", Method::GET, &skhokho, None).await.expect(200);
    assert_eq!((&shown["total_amount"], &shown["invoice_number"]), (&json!("15000.00"), &json!("INV-2026-001")));
    shop.change("/api/billing/?id=1", json!({"notes": "Changed here"})).await.expect(200);
    let shown = speak(&shop, "clawprint", Method::GET, &clawprint, None).await.expect(200);
    assert_eq!(shown["notes"], "Changed here");
    shop.remove("/api/billing/?id=1").await.expect(200);
    speak(&shop, "clawprint", Method::GET, &clawprint, None).await.expect(404);
    speak(&shop, "skhokho", Method::GET, &skhokho, None).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_of_clawprint_is_a_billing_of_the_party_with_its_address_and_keeps_what_this_contract_lacks() {
    let shop = Shop::open().await;
    shop.customer().await;
    clawprint_invoice(&shop, json!({})).await;
    let shown = shop.show("/api/billing/?id=1").await.expect(200);
    let expected = json!({
        "invoice_number": "CLAW-1",
        "invoice_status": "Draft",
        "party": 1,
        "sub_total": "50.00",
        "tax": "5.00",
        "total_amount": "55.00",
        "due_amount": "55.00"
    });
    assert_eq!(with(shown.clone(), expected), shown);
    assert_eq!(shown["items"], json!([{"id": 1, "billing": 1, "item": null, "quantity": 10, "rate": "5.00"}]));

    let (clawprint, skhokho) = paths(&shop).await;
    let titled = json!({"title": "Spring", "description": "By hand"});
    speak(&shop, "skhokho", Method::PATCH, &format!("{skhokho}/update"), Some(titled)).await.expect(200);
    let read = async || {
        let clawprint = speak(&shop, "clawprint", Method::GET, &clawprint, None).await.expect(200);
        (clawprint, speak(&shop, "skhokho", Method::GET, &skhokho, None).await.expect(200))
    };
    let (before, titled) = read().await;
    let body = json!({"notes": "Thanks", "phone": "+1", "address": "2 Side Street", "VAt_number": "V"});
    shop.change("/api/billing/?id=1", body).await.expect(200);
    let (after, still) = read().await;
    for name in ["customer_email", "customer_name", "line_items", "total_amount", "currency", "status", "hosted_url"] {
        assert_eq!(after[name], before[name], "{name}");
    }
    assert_eq!(after["notes"], "Thanks");
    for name in ["title", "description", "items", "client", "total_amount", "due_date"] {
        assert_eq!(still[name], titled[name], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_clawprint_changes_cancels_and_deletes_is_seen_here_and_counted() {
    let shop = Shop::open().await;
    clawprint_invoice(&shop, json!({})).await;
    let (first, _) = paths(&shop).await;
    let body = json!({"status": "sent", "notes": "From clawprint"});
    speak(&shop, "clawprint", Method::PATCH, &first, Some(body)).await.expect(200);
    let shown = shop.show("/api/billing/?id=1").await.expect(200);
    assert_eq!((&shown["invoice_status"], &shown["notes"]), (&json!("Unpaid"), &json!("From clawprint")));
    let second = clawprint_invoice(&shop, json!({"invoice_number": "CLAW-2"})).await;
    clawprint_invoice(&shop, json!({"invoice_number": "CLAW-3"})).await;
    assert_eq!(shop.show("/api/billing/").await.expect(200)["count"], 3);
    speak(&shop, "clawprint", Method::DELETE, &first, None).await.expect(200);
    let second = format!("/api/invoices/{}", second["invoice_id"].as_str().unwrap());
    speak(&shop, "clawprint", Method::PATCH, &second, Some(json!({"status": "cancelled"}))).await.expect(200);
    let left = shop.show("/api/billing/").await.expect(200);
    assert_eq!((&left["count"], &left["results"][0]["id"]), (&json!(1), &json!(3)));
    for id in [1, 2] {
        let path = format!("/api/billing/?id={id}");
        refused(&shop.show(&path).await, 404, &json!({"error": "Billing not found"}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_that_were_sent_end_with_a_recalculation_and_with_lines_of_skhokho() {
    let shop = Shop::open().await;
    shop.billing().await;
    let invoice = shop.only("/api/invoices/").await;
    let path = format!("/api/invoices/{}/recalculate/", invoice["id"].as_str().unwrap());
    shop.tributary.post(&shop.owner, &path, json!({})).await.expect(200);
    let shown = shop.show("/api/billing/?id=1").await.expect(200);
    // Ten at 99.99 and five at 199.99, less the discount.
    assert_eq!((&shown["sub_total"], &shown["tax"]), (&json!("1999.85"), &json!("0.00")));
    assert_eq!((&shown["discount"], &shown["total_amount"]), (&json!("500.00"), &json!("1499.85")));
    let sums = json!({"sub_total": "7.00", "tax": "0.00", "discount": "0.00", "total_amount": "7.00"});
    let sent = shop.change("/api/billing/?id=1", sums.clone()).await.expect(200)["billing"].clone();
    assert_eq!(with(sent.clone(), sums), sent);
    let (_, skhokho) = paths(&shop).await;
    let body = json!({"items": [{"quantity": "1", "unit_price": "42.00"}]});
    speak(&shop, "skhokho", Method::PATCH, &format!("{skhokho}/update"), Some(body)).await.expect(200);
    assert_eq!(shop.show("/api/billing/?id=1").await.expect(200)["total_amount"], "42.00");
}

#[tokio::test(flavor = "multi_thread")]
async fn attributes_that_crm_requires_do_not_bind_this_contract() {
    let shop = Shop::open().await;
    for entity in ["client", "catalogue_item", "invoice", "invoice_line_item", "payment"] {
        let rule = json!({"name": "po", "label": "PO", "type": "text", "is_required": true});
        shop.tributary.post(&shop.owner, &format!("/api/attributes/{entity}/"), rule).await.expect(201);
    }
    shop.billing().await;
    shop.change("/api/parties/?id=1", json!({"name": "ABC Corporation"})).await.expect(200);
    shop.change("/api/products/?id=1", json!({"quantity": 1})).await.expect(200);
    shop.change("/api/billing/?id=1", json!({"notes": "x"})).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_made_here_is_a_webhook_in_crms_form() {
    let shop = Shop::open().await;
    let receiver = Receiver::start().await;
    for (model, event) in
        [("Client", "CREATE"), ("CatalogueItem", "UPDATE"), ("Invoice", "CREATE"), ("Invoice", "DELETE")]
    {
        let url = format!("{}/{model}/{event}", receiver.base);
        let hook = json!({"name": model, "model": model, "event": event, "url": url});
        shop.tributary.post(&shop.owner, "/api/webhooks/", hook).await.expect(201);
    }
    shop.make("/api/parties/", customer()).await.expect(201);
    let client = receiver.wait_for_one("/Client/CREATE").await.json();
    assert_eq!(client, shop.only("/api/clients/").await);
    shop.make("/api/products/", product()).await.expect(201);
    shop.product("Widget B").await;
    shop.change("/api/products/?id=1", json!({"unit_price": "89.99"})).await.expect(200);
    let item = receiver.wait_for_one("/CatalogueItem/UPDATE").await.json();
    assert_eq!((&item["name"], &item["base_price"]), (&json!("Widget A"), &json!("89.99")));
    shop.make("/api/billing/", billing()).await.expect(201);
    let invoice = receiver.wait_for_one("/Invoice/CREATE").await.json();
    assert_eq!(invoice, shop.only("/api/invoices/").await);
    shop.remove("/api/billing/?id=1").await.expect(200);
    assert_eq!(receiver.wait_for_one("/Invoice/DELETE").await.json()["id"], invoice["id"]);
}
