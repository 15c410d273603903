//! `/api/parties/`.

use futures::future::join_all;
use serde_json::{Value, json};

use super::shop::{Shop, billing, customer, invalid, refused, supplier, with};

/// The document's customer as it is answered, with some fields changed.
fn shown(changes: Value) -> Value {
    let customer = json!({
        "id": 1,
        "party": 1,
        "name": "ABC Company",
        "email": "contact@abc.com",
        "phone_no": "+919876543210",
        "Customer_code": "CUST001",
        "address": "123 Main Street",
        "open_balance": "5000.00",
        "credit_limmit": "50000.00",
        "payment_method": null,
        "loyalty_points": 0,
        "referred_by": null,
        "notes": ""
    });
    with(customer, changes)
}

fn party(id: u64, kind: &str, is_updated_at: &Value) -> Value {
    json!({"id": id, "Category_type": kind, "is_active": true, "is_updated_at": is_updated_at})
}

#[track_caller]
fn is_timestamp(value: &Value) {
    let text = value.as_str().unwrap();
    assert!(text.len() >= 20 && text.as_bytes()[10] == b'T' && text.ends_with('Z'), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn post_parties_answers_the_documents_example_of_a_customer() {
    let shop = Shop::open().await;
    let made = shop.make("/api/parties/", customer()).await.expect(201);
    let at = &made["party"]["is_updated_at"];
    is_timestamp(at);
    let expected = json!({
        "message": "Customer created successfully!",
        "party": party(1, "Customer", at),
        "customer": shown(json!({}))
    });
    assert_eq!(made, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn post_parties_answers_the_documents_example_of_a_supplier() {
    let shop = Shop::open().await;
    shop.customer().await;
    let made = shop.make("/api/parties/", supplier()).await.expect(201);
    let at = &made["party"]["is_updated_at"];
    is_timestamp(at);
    let supplier = json!({"id": 1, "party": 2, "name": "XYZ Suppliers", "code": "SUP001"});
    let expected = json!({
        "message": "Supplier created successfully!",
        "party": party(2, "Supplier", at),
        "supplier": supplier
    });
    assert_eq!(made, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn get_parties_by_id_answers_the_documents_examples() {
    let shop = Shop::open().await;
    let more = json!({"preferred_payment_method": 1, "loyalty_points": 100, "referred_by": "Jane Doe", "notes": "VIP customer"});
    let made = shop.make("/api/parties/", with(customer(), more)).await.expect(201);
    let changes =
        json!({"loyalty_points": 100, "referred_by": "Jane Doe", "notes": "VIP customer", "payment_method": 1});
    let customer = shown(changes);
    assert_eq!(made["customer"], customer);
    let one = with(made["party"].clone(), json!({"customer": customer}));
    assert_eq!(shop.show("/api/parties/?id=1").await.expect(200), one);
    let made = shop.make("/api/parties/", supplier()).await.expect(201);
    let one = with(made["party"].clone(), json!({"supplier": made["supplier"]}));
    assert_eq!(shop.show("/api/parties/?id=2").await.expect(200), one);
}

#[tokio::test(flavor = "multi_thread")]
async fn get_parties_lists_both_kinds_and_each_by_itself() {
    let shop = Shop::open().await;
    let customer = shop.customer().await["party"].clone();
    let supplier = shop.make("/api/parties/", supplier()).await.expect(201)["party"].clone();
    let list = |rows: Vec<&Value>| json!({"count": rows.len(), "next": null, "previous": null, "results": rows});
    assert_eq!(shop.show("/api/parties/").await.expect(200), list(vec![&customer, &supplier]));
    assert_eq!(shop.show("/api/parties/?category_type=Customer").await.expect(200), list(vec![&customer]));
    assert_eq!(shop.show("/api/parties/?category_type=Supplier").await.expect(200), list(vec![&supplier]));
    let neither = json!({"error": "Invalid Category. Must be 'Customer' or 'Supplier'"});
    refused(&shop.show("/api/parties/?category_type=Client").await, 400, &neither);
}

#[tokio::test(flavor = "multi_thread")]
async fn put_parties_answers_the_documents_example() {
    let shop = Shop::open().await;
    let before = shop.customer().await;
    shop.tributary.advance(60).await;
    let body = json!({"name": "ABC Corporation", "credit_limmit": "75000.00", "loyalty_points": 150});
    let changed = shop.change("/api/parties/?id=1", body.clone()).await.expect(200);
    let at = &changed["party"]["is_updated_at"];
    assert!(at.as_str() > before["party"]["is_updated_at"].as_str(), "{at}");
    let expected = json!({
        "message": "Customer updated successfully!",
        "party": party(1, "Customer", at),
        "customer": shown(body)
    });
    assert_eq!(changed, expected);
    let changed = shop.change("/api/parties/?id=1", json!({"is_active": false})).await.expect(200);
    assert_eq!(changed["party"]["is_active"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn put_parties_changes_a_supplier() {
    let shop = Shop::open().await;
    shop.make("/api/parties/", supplier()).await.expect(201);
    let changed = shop.change("/api/parties/?id=1", json!({"name": "XYZ Ltd", "code": "SUP002"})).await.expect(200);
    assert_eq!(changed["message"], "Supplier updated successfully!");
    assert_eq!(changed["supplier"], json!({"id": 1, "party": 1, "name": "XYZ Ltd", "code": "SUP002"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn delete_parties_answers_the_documents_example() {
    let shop = Shop::open().await;
    shop.customer().await;
    shop.make("/api/parties/", supplier()).await.expect(201);
    for id in [1, 2] {
        let deleted = shop.remove(&format!("/api/parties/?id={id}")).await.expect(200);
        assert_eq!(deleted, json!({"message": "Party deleted successfully!"}));
    }
    assert_eq!(shop.show("/api/parties/").await.expect(200)["count"], 0);
    assert_eq!(shop.tributary.get(&shop.owner, "/api/clients/").await.expect(200), json!([]));
    // What was theirs alone is free again, and their numbers are not.
    assert_eq!(shop.customer().await["customer"], shown(json!({"id": 2, "party": 3})));
    let made = shop.make("/api/parties/", supplier()).await.expect(201);
    assert_eq!((&made["supplier"]["id"], &made["party"]["id"]), (&json!(2), &json!(4)));
}

#[tokio::test(flavor = "multi_thread")]
async fn parties_answer_every_error_row_of_the_document() {
    let shop = Shop::open().await;
    let neither = json!({"error": "Invalid Category. Must be 'Customer' or 'Supplier'"});
    for kind in [json!("customer"), json!("Partner"), json!(7), json!("")] {
        refused(&shop.make("/api/parties/", with(customer(), json!({"Category_type": kind}))).await, 400, &neither);
    }
    refused(&shop.make("/api/parties/", json!({"name": "Nobody"})).await, 400, &neither);
    let required = json!({"error": "Party ID is required"});
    refused(&shop.change("/api/parties/", json!({"name": "A"})).await, 400, &required);
    refused(&shop.remove("/api/parties/").await, 400, &required);
    let wrong = json!({"error": "Invalid Party ID"});
    refused(&shop.show("/api/parties/?id=abc").await, 400, &wrong);
    refused(&shop.change("/api/parties/?id=abc", json!({})).await, 400, &wrong);
    refused(&shop.remove("/api/parties/?id=abc").await, 400, &wrong);
    let missing = json!({"error": "Party not found"});
    refused(&shop.show("/api/parties/?id=9").await, 404, &missing);
    refused(&shop.change("/api/parties/?id=9", json!({"name": "A"})).await, 404, &missing);
    refused(&shop.remove("/api/parties/?id=9").await, 404, &missing);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_is_answered_with_who_is_there_already() {
    let shop = Shop::open().await;
    shop.customer().await;
    let taken = |message: &str| json!({"error": message, "existing_customer": shown(json!({}))});
    let email = taken("A customer with this email already exists.");
    let other = json!({"Category_type": "Customer", "name": "Other"});
    let attempt = with(other.clone(), json!({"email": "Contact@ABC.com"}));
    refused(&shop.make("/api/parties/", attempt).await, 400, &email);
    let phone = taken("A customer with this phone number already exists.");
    let attempt = with(other.clone(), json!({"phone_no": "+919876543210"}));
    refused(&shop.make("/api/parties/", attempt).await, 400, &phone);
    refused(&shop.make("/api/parties/", customer()).await, 400, &email);
    let attempt = with(other.clone(), json!({"Customer_code": "CUST001"}));
    let code = taken("A customer with this code already exists.");
    refused(&shop.make("/api/parties/", attempt).await, 400, &code);
    shop.make("/api/parties/", supplier()).await.expect(201);
    let existing = json!({"id": 1, "party": 2, "name": "XYZ Suppliers", "code": "SUP001"});
    let code = json!({"error": "A supplier with this code already exists.", "existing_supplier": existing});
    refused(&shop.make("/api/parties/", supplier()).await, 400, &code);
    // And on a change; one that changes nothing is none.
    shop.make("/api/parties/", other).await.expect(201);
    refused(&shop.change("/api/parties/?id=3", json!({"email": "contact@abc.com"})).await, 400, &email);
    refused(&shop.change("/api/parties/?id=3", json!({"phone_no": "+919876543210"})).await, 400, &phone);
    shop.change("/api/parties/?id=1", json!({"email": "contact@abc.com"})).await.expect(200);
    assert_eq!(shop.show("/api/parties/").await.expect(200)["count"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_gets_what_only_one_may_have() {
    let shop = Shop::open().await;
    let customer = |changes: Value| with(json!({"Category_type": "Customer", "name": "ABC Company"}), changes);
    let bodies = [
        customer(json!({"email": "contact@abc.com"})),
        customer(json!({"phone_no": "+919876543210"})),
        customer(json!({"Customer_code": "CUST001"})),
        supplier(),
    ];
    for (before, body) in bodies.into_iter().enumerate() {
        let made = join_all((0..8).map(|_| shop.make("/api/parties/", body.clone()))).await;
        let (made, not): (Vec<_>, Vec<_>) = made.iter().partition(|answer| answer.status == 201);
        assert_eq!(made.len(), 1, "{body}");
        for answer in not {
            let told = answer.expect(400);
            let existing = told.get("existing_customer").or(told.get("existing_supplier")).unwrap();
            assert_eq!(existing["party"], made[0].json()["party"]["id"], "{told}");
        }
        assert_eq!(shop.show("/api/parties/").await.expect(200)["count"], before + 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parties_name_every_wrong_field() {
    let shop = Shop::open().await;
    invalid(&shop.make("/api/parties/", json!({"Category_type": "Customer"})).await, &["name"]);
    invalid(&shop.make("/api/parties/", json!({"Category_type": "Supplier"})).await, &["name", "code"]);
    for (field, value) in [
        ("email", json!("nobody")),
        ("open_balance", json!("much")),
        ("credit_limmit", json!("-1")),
        ("preferred_payment_method", json!(99)),
        ("loyalty_points", json!(-1)),
        ("is_active", json!("yes")),
    ] {
        invalid(&shop.make("/api/parties/", with(customer(), json!({ field: value }))).await, &[field]);
    }
    shop.customer().await;
    invalid(&shop.change("/api/parties/?id=1", json!({"name": "", "email": "x"})).await, &["name", "email"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_party_with_billings_is_not_deleted() {
    let shop = Shop::open().await;
    shop.billing().await;
    let refusal = shop.remove("/api/parties/?id=1").await.expect(409);
    assert!(refusal["error"].is_string(), "{refusal}");
    shop.show("/api/parties/?id=1").await.expect(200);
    shop.remove("/api/billing/?id=1").await.expect(200);
    shop.remove("/api/parties/?id=1").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_a_client_in_crm_and_keeps_there_what_this_contract_lacks() {
    let shop = Shop::open().await;
    shop.customer().await;
    let client = shop.only("/api/clients/").await;
    assert_eq!(client["name"], "ABC Company");
    let path = format!("/api/clients/{}/", client["id"].as_str().unwrap());
    let own = json!({"attributes": {"industry": "Tools"}, "list_of_notes": [{"note": "Call back"}]});
    let noted = shop.tributary.patch(&shop.owner, &path, own).await.expect(200);
    shop.change("/api/parties/?id=1", json!({"name": "ABC Corporation"})).await.expect(200);
    let client = shop.tributary.get(&shop.owner, &path).await.expect(200);
    let kept = ["attributes", "list_of_notes", "list_of_tasks", "list_of_images"];
    assert!(kept.iter().all(|name| client[name] == noted[name]), "{client}");
    assert_eq!(client["name"], "ABC Corporation");
    shop.tributary.put(&shop.owner, &path, json!({"name": "ABC Group"})).await.expect(200);
    let one = shop.show("/api/parties/?id=1").await.expect(200);
    assert_eq!(one["customer"], shown(json!({"name": "ABC Group"})));
    shop.tributary.delete(&shop.owner, &path).await.expect(204);
    refused(&shop.show("/api/parties/?id=1").await, 404, &json!({"error": "Party not found"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_crm_is_a_customer_who_can_be_billed() {
    let shop = Shop::open().await;
    let client = shop.tributary.post(&shop.owner, "/api/clients/", json!({"name": "Globex"})).await.expect(201);
    let one = shop.show("/api/parties/?id=1").await.expect(200);
    let nothing = ["email", "phone_no", "Customer_code", "address", "payment_method", "referred_by"];
    assert!(nothing.iter().all(|name| one["customer"][name].is_null()), "{one}");
    assert_eq!((&one["customer"]["name"], &one["customer"]["open_balance"]), (&json!("Globex"), &json!("0.00")));
    shop.product("Widget A").await;
    shop.product("Widget B").await;
    shop.make("/api/billing/", billing()).await.expect(201);
    assert_eq!(shop.only("/api/invoices/").await["client"], client["id"]);
}
