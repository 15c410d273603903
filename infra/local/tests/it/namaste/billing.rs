//! `/api/billing/` and `/api/payment-methods/`.

use serde_json::{Value, json};

use super::shop::{Shop, billing, invalid, refused, with};

/// The document's billing as it is answered, with some fields changed.
fn shown(shop: &Shop, changes: Value) -> Value {
    let mut billing = billing();
    billing.as_object_mut().unwrap().remove("items");
    let mut shown = with(billing, json!({"id": 1, "user": shop.user, "paid_amount": "0.00"}));
    for (name, value) in [("payment_method", Value::Null), ("VAt_number", Value::Null)] {
        shown[name] = value;
    }
    with(shown, changes)
}

async fn status(shop: &Shop) -> Value {
    shop.show("/api/billing/?id=1").await.expect(200)["invoice_status"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn post_billing_answers_the_documents_example() {
    let shop = Shop::open().await;
    shop.customer().await;
    shop.product("Widget A").await;
    shop.product("Widget B").await;
    let made = shop.make("/api/billing/", billing()).await.expect(201);
    let expected = shown(&shop, json!({}));
    assert_eq!(made, json!({"message": "Billing created successfully!", "billing": expected}));
    let list = json!({"count": 1, "next": null, "previous": null, "results": [expected]});
    assert_eq!(shop.show("/api/billing/").await.expect(200), list);
    let items = json!([
        {"id": 1, "billing": 1, "item": 1, "quantity": 10, "rate": "99.99"},
        {"id": 2, "billing": 1, "item": 2, "quantity": 5, "rate": "199.99"}
    ]);
    let whole = shop.show("/api/billing/?id=1").await.expect(200);
    assert_eq!(whole, with(expected, json!({"items": items})));
    // A billing leaves stock as it is.
    assert_eq!(shop.show("/api/products/?id=1").await.expect(200)["quantity"], 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn put_billing_answers_the_documents_example_and_books_the_payment() {
    let shop = Shop::open().await;
    shop.billing().await;
    let body = json!({"invoice_status": "Paid", "paid_amount": "15000.00", "due_amount": "0.00"});
    let changed = shop.change("/api/billing/?id=1", body.clone()).await.expect(200);
    let expected = shown(&shop, body);
    assert_eq!(changed, json!({"message": "Billing updated successfully!", "billing": expected}));
    let invoice = shop.only("/api/invoices/").await;
    assert_eq!((&invoice["status"], &invoice["amount_paid"]), (&json!("paid"), &json!("15000.00")));
    let payment = shop.only(&format!("/api/invoices/{}/payments/", invoice["id"].as_str().unwrap())).await;
    assert_eq!((&payment["amount"], &payment["method"]), (&json!("15000.00"), &json!("other")));
}

#[tokio::test(flavor = "multi_thread")]
async fn delete_billing_answers_the_documents_example_and_its_number_is_not_given_again() {
    let shop = Shop::open().await;
    shop.billing().await;
    let deleted = shop.remove("/api/billing/?id=1").await.expect(200);
    assert_eq!(deleted, json!({"message": "Billing deleted successfully!"}));
    let gone = json!({"error": "Billing not found or you do not have permission to delete it."});
    refused(&shop.remove("/api/billing/?id=1").await, 404, &gone);
    assert_eq!(shop.tributary.get(&shop.owner, "/api/invoices/").await.expect(200), json!([]));
    let again = with(billing(), json!({"invoice_number": "INV-2026-002"}));
    assert_eq!(shop.make("/api/billing/", again).await.expect(201)["billing"]["id"], 2);
    assert_eq!(shop.show("/api/billing/").await.expect(200)["count"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn billing_answers_every_error_row_of_the_document() {
    let shop = Shop::open().await;
    shop.billing().await;
    let no_items = json!({"error": "At least one billing item is required."});
    for items in [json!([]), json!(null)] {
        let mut body = billing();
        body["items"] = items;
        refused(&shop.make("/api/billing/", body.clone()).await, 400, &no_items);
        refused(&shop.change("/api/billing/?id=1", json!({"items": body["items"]})).await, 400, &no_items);
    }
    refused(&shop.make("/api/billing/", with(billing(), json!({"items": null}))).await, 400, &no_items);
    let required = json!({"error": "Billing ID is required"});
    refused(&shop.change("/api/billing/", json!({"notes": "x"})).await, 400, &required);
    refused(&shop.remove("/api/billing/").await, 400, &required);
    let wrong = json!({"error": "Invalid Billing ID"});
    refused(&shop.change("/api/billing/?id=one", json!({"notes": "x"})).await, 400, &wrong);
    refused(&shop.show("/api/billing/?id=one").await, 400, &wrong);
    let missing = json!({"error": "Billing not found or you do not have permission to edit it."});
    refused(&shop.change("/api/billing/?id=2", json!({"notes": "x"})).await, 404, &missing);
    let gone = json!({"error": "Billing not found or you do not have permission to delete it."});
    refused(&shop.remove("/api/billing/?id=2").await, 404, &gone);
    refused(&shop.show("/api/billing/?id=2").await, 404, &json!({"error": "Billing not found"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn billing_names_every_wrong_field() {
    let shop = Shop::open().await;
    shop.billing().await;
    let fresh = |changes: Value| with(with(billing(), json!({"invoice_number": "INV-2026-002"})), changes);
    invalid(&shop.make("/api/billing/", billing()).await, &["invoice_number"]);
    let mut unnumbered = billing();
    unnumbered.as_object_mut().unwrap().remove("invoice_number");
    invalid(&shop.make("/api/billing/", unnumbered).await, &["invoice_number"]);
    for (field, value) in [
        ("party", json!(99)),
        ("party", json!("one")),
        ("payment_method", json!(99)),
        ("invoice_status", json!("Overdue")),
        ("invoice_date", json!("12.02.2026")),
        ("due_date", json!("soon")),
        ("total_amount", json!("NaN")),
        ("sub_total", json!("1e3")),
        ("tax", json!("-1.00")),
        ("discount", json!("15500.01")),
        ("due_amount", json!([])),
        ("paid_amount", json!("0.001")),
        ("items", json!({})),
    ] {
        invalid(&shop.make("/api/billing/", fresh(json!({ field: value }))).await, &[field]);
    }
    let unknown = json!({"items": [{"item": 99, "quantity": 1, "rate": "1.00"}]});
    invalid(&shop.make("/api/billing/", fresh(unknown)).await, &["items[0].item"]);
    let items = json!([{"item": 1, "quantity": 0, "rate": "-1"}, {"quantity": 1.5}]);
    let fields = ["items[0].quantity", "items[0].rate", "items[1].item", "items[1].quantity", "items[1].rate"];
    invalid(&shop.make("/api/billing/", fresh(json!({"items": items}))).await, &fields);
    // A supplier is not billed.
    shop.make("/api/parties/", super::shop::supplier()).await.expect(201);
    invalid(&shop.make("/api/billing/", fresh(json!({"party": 2}))).await, &["party"]);
    assert_eq!(shop.show("/api/billing/").await.expect(200)["count"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_billing_of_too_many_items_is_refused_in_a_few_words() {
    let shop = Shop::open().await;
    shop.billing().await;
    let empty = vec![json!({}); 30_000];
    let good = (1..=25_000).map(|n| json!({"item": n, "quantity": 1, "rate": 1})).collect::<Vec<_>>();
    let just_too_many = vec![json!({"item": 1, "quantity": 1, "rate": 1}); 501];
    for items in [empty, good, just_too_many] {
        let body = with(billing(), json!({"invoice_number": "INV-2026-002", "items": items}));
        let answers = [shop.make("/api/billing/", body.clone()).await, shop.change("/api/billing/?id=1", body).await];
        for answer in answers {
            assert_eq!(answer.expect(400), json!({"items": ["A billing has no more than 500 items."]}));
        }
    }
    assert_eq!(shop.show("/api/billing/").await.expect(200)["count"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_method_that_was_deleted_may_stay_where_it_is() {
    let shop = Shop::open().await;
    shop.billing().await;
    let method = |number: u64| json!({"payment_method": number});
    shop.change("/api/billing/?id=1", method(2)).await.expect(200);
    shop.change("/api/parties/?id=1", method(2)).await.expect(200);
    for number in [2, 3] {
        shop.remove(&format!("/api/payment-methods/?id={number}")).await.expect(200);
    }
    let kept = shop.change("/api/billing/?id=1", with(method(2), json!({"notes": "x"}))).await.expect(200);
    assert_eq!((&kept["billing"]["payment_method"], &kept["billing"]["notes"]), (&json!(2), &json!("x")));
    for name in ["payment_method", "preferred_payment_method"] {
        let kept = shop.change("/api/parties/?id=1", json!({name: 2, "notes": name})).await.expect(200);
        assert_eq!((&kept["customer"]["payment_method"], &kept["customer"]["notes"]), (&json!(2), &json!(name)));
        // Another one that is gone is wrong, under the name by which it is sent.
        invalid(&shop.change("/api/parties/?id=1", json!({name: 3})).await, &[name]);
        let new = json!({"Category_type": "Customer", "name": "Other", name: 2});
        invalid(&shop.make("/api/parties/", new).await, &[name]);
    }
    invalid(&shop.change("/api/billing/?id=1", method(3)).await, &["payment_method"]);
    shop.change("/api/billing/?id=1", method(1)).await.expect(200);
    invalid(&shop.change("/api/billing/?id=1", method(2)).await, &["payment_method"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_that_are_not_sent_are_those_of_the_items() {
    let shop = Shop::open().await;
    shop.billing().await;
    let items = billing()["items"].clone();
    let body = json!({"invoice_number": "2", "items": items});
    let made = shop.make("/api/billing/", body).await.expect(201)["billing"].clone();
    let sums = json!({
        "sub_total": "1999.85",
        "tax": "0.00",
        "discount": "0.00",
        "total_amount": "1999.85",
        "due_amount": "1999.85",
        "paid_amount": "0.00"
    });
    assert_eq!(with(made.clone(), sums.clone()), made);
    assert_eq!((&made["invoice_status"], &made["party"], &made["notes"]), (&json!("Draft"), &Value::Null, &json!("")));
    // Items that come without totals bring theirs; totals that come with items stand.
    let items = json!([{"item": 1, "quantity": 2, "rate": 5}]);
    let changed = shop.change("/api/billing/?id=2", json!({"items": items})).await.expect(200)["billing"].clone();
    assert_eq!((&changed["sub_total"], &changed["total_amount"]), (&json!("10.00"), &json!("10.00")));
    let body = json!({"items": items, "sub_total": "20", "tax": "0", "discount": "0", "total_amount": "20"});
    let changed = shop.change("/api/billing/?id=2", body).await.expect(200)["billing"].clone();
    assert_eq!((&changed["sub_total"], &changed["total_amount"]), (&json!("20.00"), &json!("20.00")));
    let item = json!([{"id": 1, "billing": 2, "item": 1, "quantity": 2, "rate": "5.00"}]);
    let shown = shop.show("/api/billing/?id=2").await.expect(200)["items"].clone();
    assert_eq!(with(shown[0].clone(), json!({"id": 1})), item[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_that_are_sent_stand_until_a_line_changes_in_crm() {
    let shop = Shop::open().await;
    shop.billing().await;
    let invoice = shop.only("/api/invoices/").await;
    let sums = json!({"subtotal": "12800.00", "tax_amount": "2700.00", "discount": "500.00", "total": "15000.00"});
    assert_eq!(with(invoice.clone(), sums), invoice);
    assert_eq!((&invoice["status"], &invoice["invoice_number"]), (&json!("sent"), &json!("INV-2026-001")));
    assert_eq!(invoice["client"], shop.only("/api/clients/").await["id"]);
    let path = format!("/api/invoices/{}", invoice["id"].as_str().unwrap());
    shop.tributary.patch(&shop.owner, &format!("{path}/"), json!({"notes": "Changed in crm"})).await.expect(200);
    assert_eq!(shop.show("/api/billing/?id=1").await.expect(200)["total_amount"], "15000.00");
    let line = json!({"description": "Hours", "quantity": "1.50", "unit_price": "100.00"});
    shop.tributary.post(&shop.owner, &format!("{path}/line-items/"), line).await.expect(201);
    let billing = shop.show("/api/billing/?id=1").await.expect(200);
    assert_eq!((&billing["sub_total"], &billing["tax"]), (&json!("2149.85"), &json!("0.00")));
    assert_eq!((&billing["total_amount"], &billing["notes"]), (&json!("1649.85"), &json!("Changed in crm")));
    assert_eq!(billing["items"][2], json!({"id": 3, "billing": 1, "item": null, "quantity": 1.5, "rate": "100.00"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_paid_grows_by_payments_and_never_shrinks() {
    let shop = Shop::open().await;
    shop.billing().await;
    let pay = async |amount: &str| shop.change("/api/billing/?id=1", json!({"paid_amount": amount})).await;
    let part = pay("5000.00").await.expect(200)["billing"].clone();
    assert_eq!((&part["paid_amount"], &part["due_amount"]), (&json!("5000.00"), &json!("10000.00")));
    assert_eq!(part["invoice_status"], "Unpaid");
    invalid(&pay("4999.99").await, &["paid_amount"]);
    assert_eq!(pay("5000.00").await.expect(200)["billing"]["paid_amount"], "5000.00");
    let path = format!("/api/invoices/{}/payments/", shop.only("/api/invoices/").await["id"].as_str().unwrap());
    shop.only(&path).await;
    let payment = json!({"amount": "10000.00", "method": "cash", "paid_at": "2026-03-01T10:00:00Z"});
    shop.tributary.post(&shop.owner, &path, payment).await.expect(201);
    let paid = shop.show("/api/billing/?id=1").await.expect(200);
    assert_eq!((&paid["invoice_status"], &paid["due_amount"]), (&json!("Paid"), &json!("0.00")));
    // On creation too.
    let body = with(billing(), json!({"invoice_number": "2", "paid_amount": 1000, "invoice_status": "Paid"}));
    let made = shop.make("/api/billing/", body).await.expect(201)["billing"].clone();
    assert_eq!((&made["paid_amount"], &made["due_amount"]), (&json!("15000.00"), &json!("0.00")));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_status_of_crm_is_shown_in_this_contracts_word() {
    let shop = Shop::open().await;
    shop.billing().await;
    let path = format!("/api/invoices/{}/", shop.only("/api/invoices/").await["id"].as_str().unwrap());
    for (written, word) in [("draft", "Draft"), ("sent", "Unpaid"), ("overdue", "Unpaid"), ("draft", "Draft")] {
        shop.tributary.patch(&shop.owner, &path, json!({"status": written})).await.expect(200);
        assert_eq!(status(&shop).await, word, "{written}");
    }
    for (word, crm) in [("Pending", "sent"), ("Unpaid", "sent"), ("Draft", "draft"), ("Paid", "paid")] {
        shop.change("/api/billing/?id=1", json!({"invoice_status": word})).await.expect(200);
        assert_eq!(
            (status(&shop).await, shop.only("/api/invoices/").await["status"].clone()),
            (json!(word), json!(crm))
        );
    }
    invalid(&shop.change("/api/billing/?id=1", json!({"invoice_status": "Draft"})).await, &["invoice_status"]);
    shop.change("/api/billing/?id=1", json!({"invoice_status": "Paid"})).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_void_or_refunded_invoice_is_no_billing() {
    let shop = Shop::open().await;
    shop.billing().await;
    for (number, word) in [("2", "void"), ("3", "refunded")] {
        let body = with(billing(), json!({"invoice_number": number, "invoice_status": "Paid"}));
        let body = if word == "void" { with(body, json!({"invoice_status": "Unpaid"})) } else { body };
        shop.make("/api/billing/", body).await.expect(201);
        let found = shop.only(&format!("/api/invoices/?invoice_number={number}")).await;
        let path = format!("/api/invoices/{}/", found["id"].as_str().unwrap());
        shop.tributary.patch(&shop.owner, &path, json!({"status": word})).await.expect(200);
        let id = format!("/api/billing/?id={number}");
        refused(&shop.show(&id).await, 404, &json!({"error": "Billing not found"}));
        let missing = json!({"error": "Billing not found or you do not have permission to edit it."});
        refused(&shop.change(&id, json!({"notes": "x"})).await, 404, &missing);
        let list = shop.show("/api/billing/").await.expect(200);
        assert_eq!((&list["count"], &list["results"][0]["id"], list["results"].get(1)), (&json!(1), &json!(1), None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_of_crm_is_a_billing_and_keeps_what_this_contract_lacks() {
    let shop = Shop::open().await;
    let client = shop.tributary.post(&shop.owner, "/api/clients/", json!({"name": "Globex"})).await.expect(201);
    let body = json!({"client": client["id"], "payment_terms": "Net 30", "attributes": {"project": "A"}, "due_date": "2026-12-31"});
    let invoice = shop.tributary.post(&shop.owner, "/api/invoices/", body).await.expect(201);
    let billing = shop.show("/api/billing/?id=1").await.expect(200);
    assert_eq!((&billing["invoice_number"], &billing["party"]), (&invoice["invoice_number"], &json!(1)));
    assert_eq!((&billing["invoice_status"], &billing["due_date"]), (&json!("Draft"), &json!("2026-12-31")));
    let body = json!({"notes": "Thanks", "VAt_number": "VATIN12345", "phone": "+1", "payment_method": 2});
    let changed = shop.change("/api/billing/?id=1", body.clone()).await.expect(200)["billing"].clone();
    assert_eq!(with(changed.clone(), body), changed);
    let path = format!("/api/invoices/{}/", invoice["id"].as_str().unwrap());
    let after = shop.tributary.get(&shop.owner, &path).await.expect(200);
    let kept = ["payment_terms", "attributes", "client", "due_date", "invoice_number", "status", "total"];
    assert!(kept.iter().all(|name| after[name] == invoice[name]), "{after}");
    assert_eq!(after["notes"], "Thanks");
    // And what crm lacks survives there.
    shop.tributary.put(&shop.owner, &path, json!({"notes": "From crm"})).await.expect(200);
    let billing = shop.show("/api/billing/?id=1").await.expect(200);
    let own = json!({"VAt_number": "VATIN12345", "phone": "+1", "payment_method": 2, "notes": "From crm"});
    assert_eq!(with(billing.clone(), own), billing);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_add_payments_books_none_by_a_billing() {
    let shop = Shop::open().await;
    shop.billing().await;
    let (_, sales) = crate::users::add(&shop.tributary, &shop.owner, "sales", &["Sales"]).await;
    let forbidden = json!({"detail": "You do not have permission to perform this action."});
    for booking in [json!({"invoice_status": "Paid"}), json!({"paid_amount": "0.01"})] {
        let change = shop.tributary.put(&sales, "/api/billing/?id=1", booking.clone()).await;
        refused(&change, 403, &forbidden);
        let body = with(with(billing(), json!({"invoice_number": "2"})), booking);
        refused(&shop.tributary.post(&sales, "/api/billing/", body).await, 403, &forbidden);
    }
    let other = json!({"invoice_status": "Pending", "paid_amount": "0.00", "notes": "Called"});
    shop.tributary.put(&sales, "/api/billing/?id=1", other).await.expect(200);
    refused(&shop.tributary.delete(&sales, "/api/billing/?id=1").await, 403, &forbidden);
    let billing = shop.show("/api/billing/").await.expect(200);
    assert_eq!((&billing["count"], &billing["results"][0]["paid_amount"]), (&json!(1), &json!("0.00")));
}

#[tokio::test(flavor = "multi_thread")]
async fn payment_methods_start_with_four_and_are_managed() {
    let shop = Shop::open().await;
    let names = ["Cash", "Credit Card", "Bank Transfer", "UPI"];
    let mut rows: Vec<Value> = (1..).zip(names).map(|(id, name)| json!({"id": id, "name": name})).collect();
    let list = json!({"count": 4, "next": null, "previous": null, "results": rows});
    assert_eq!(shop.show("/api/payment-methods/").await.expect(200), list);
    let made = shop.make("/api/payment-methods/", json!({"name": "Cheque"})).await.expect(201);
    assert_eq!(made, json!({"id": 5, "name": "Cheque"}));
    rows.push(made);
    assert_eq!(shop.show("/api/payment-methods/").await.expect(200)["results"], json!(rows));
    assert_eq!(shop.show("/api/payment-methods/?id=2").await.expect(200), rows[1]);
    let renamed = shop.change("/api/payment-methods/?id=5", json!({"name": "Check"})).await.expect(200);
    assert_eq!(renamed, json!({"id": 5, "name": "Check"}));
    invalid(&shop.make("/api/payment-methods/", json!({})).await, &["name"]);
    let deleted = shop.remove("/api/payment-methods/?id=5").await.expect(200);
    assert_eq!(deleted, json!({"message": "Payment method deleted successfully!"}));
    assert_eq!(shop.show("/api/payment-methods/").await.expect(200)["count"], 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_method_is_written_by_its_name_too() {
    let shop = Shop::open().await;
    shop.billing().await;
    let by_name = with(billing(), json!({"invoice_number": "INV-2", "payment_method": "credit card"}));
    let made = shop.make("/api/billing/", by_name).await.expect(201);
    assert_eq!(made["billing"]["payment_method"], 2);
    let customer = json!({"Category_type": "Customer", "name": "Second", "preferred_payment_method": "UPI"});
    shop.make("/api/parties/", customer).await.expect(201);
    let method = async |path: &str, field: &str, sent: Value| {
        shop.change(path, json!({ field: sent })).await.expect(200);
        let shown = shop.show(path).await.expect(200);
        shown.get("customer").unwrap_or(&shown)["payment_method"].clone()
    };
    for (sent, number) in [(json!("Cash"), json!(1)), (json!("3"), json!(3)), (json!(""), Value::Null)] {
        assert_eq!(method("/api/billing/?id=1", "payment_method", sent.clone()).await, number, "{sent}");
        assert_eq!(method("/api/parties/?id=2", "payment_method", sent.clone()).await, number, "{sent}");
        assert_eq!(method("/api/parties/?id=2", "preferred_payment_method", sent.clone()).await, number, "{sent}");
    }
    shop.make("/api/payment-methods/", json!({"name": "CASH"})).await.expect(201);
    for wrong in ["Nothing", "9", "1.5", "cash"] {
        for (path, field) in [
            ("/api/billing/?id=1", "payment_method"),
            ("/api/parties/?id=2", "payment_method"),
            ("/api/parties/?id=2", "preferred_payment_method"),
        ] {
            let answer = shop.change(path, json!({ field: wrong })).await.expect(400);
            assert_eq!(answer.as_object().unwrap().keys().collect::<Vec<_>>(), [field], "{wrong}");
        }
    }
}
