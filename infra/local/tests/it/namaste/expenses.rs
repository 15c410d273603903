//! `/api/expenses/`.

use serde_json::{Value, json};

use super::shop::{Shop, invalid, refused, with};

/// The document's expense, as it is sent.
fn example() -> Value {
    json!({
        "amount": "5000.00",
        "date": "2026-02-01",
        "category": "Rent",
        "description": "Office rent for February",
        "is_necessary": true
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn post_expenses_answers_the_documents_example() {
    let shop = Shop::open().await;
    let made = shop.make("/api/expenses/", example()).await.expect(201);
    let shown = with(example(), json!({"id": 1, "user": shop.user}));
    assert_eq!(made, json!({"message": "Expense created successfully!", "expense": shown}));
    assert_eq!(shop.show("/api/expenses/?id=1").await.expect(200), shown);
    let list = json!({"count": 1, "next": null, "previous": null, "results": [shown]});
    assert_eq!(shop.show("/api/expenses/").await.expect(200), list);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expense_needs_an_amount_a_date_and_a_category_alone() {
    let shop = Shop::open().await;
    let body = json!({"amount": 12.5, "date": "2026-02-01", "category": "Office Supplies"});
    let made = shop.make("/api/expenses/", body).await.expect(201);
    let expected = json!({
        "id": 1,
        "user": shop.user,
        "amount": "12.50",
        "description": "",
        "date": "2026-02-01",
        "category": "Office Supplies",
        "is_necessary": true
    });
    assert_eq!(made["expense"], expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn put_expenses_answers_the_documents_example() {
    let shop = Shop::open().await;
    let made = shop.make("/api/expenses/", example()).await.expect(201);
    let body = json!({"amount": "5500.00", "description": "Office rent for February (revised)"});
    let changed = shop.change("/api/expenses/?id=1", body.clone()).await.expect(200);
    let expected = with(made["expense"].clone(), body);
    assert_eq!(changed, json!({"message": "Expense updated successfully!", "expense": expected}));
    assert_eq!(shop.show("/api/expenses/?id=1").await.expect(200), expected);
    let rest = json!({"date": "2026-03-01", "category": "Other", "is_necessary": false});
    let changed = shop.change("/api/expenses/?id=1", rest.clone()).await.expect(200);
    assert_eq!(changed["expense"], with(expected, rest));
}

#[tokio::test(flavor = "multi_thread")]
async fn delete_expenses_answers_the_documents_example_and_its_number_is_not_given_again() {
    let shop = Shop::open().await;
    shop.make("/api/expenses/", example()).await.expect(201);
    let deleted = shop.remove("/api/expenses/?id=1").await.expect(200);
    assert_eq!(deleted, json!({"message": "Expense deleted successfully!"}));
    let gone = json!({"error": "Expense not found or you do not have permission to delete it."});
    refused(&shop.remove("/api/expenses/?id=1").await, 404, &gone);
    let list = json!({"count": 0, "next": null, "previous": null, "results": []});
    assert_eq!(shop.show("/api/expenses/").await.expect(200), list);
    assert_eq!(shop.make("/api/expenses/", example()).await.expect(201)["expense"]["id"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn expenses_answer_every_error_row_of_the_document() {
    let shop = Shop::open().await;
    let required = json!({"error": "Expense ID is required"});
    refused(&shop.change("/api/expenses/", json!({})).await, 400, &required);
    refused(&shop.remove("/api/expenses/").await, 400, &required);
    let wrong = json!({"error": "Invalid Expense ID"});
    refused(&shop.change("/api/expenses/?id=x", json!({})).await, 400, &wrong);
    refused(&shop.remove("/api/expenses/?id=x").await, 400, &wrong);
    refused(&shop.show("/api/expenses/?id=x").await, 400, &wrong);
    let missing = json!({"error": "Expense not found or you do not have permission to edit it."});
    refused(&shop.change("/api/expenses/?id=1", json!({})).await, 404, &missing);
    refused(&shop.show("/api/expenses/?id=1").await, 404, &json!({"error": "Expense not found"}));
    invalid(&shop.make("/api/expenses/", json!({})).await, &["amount", "date", "category"]);
    for (field, value) in [
        ("amount", json!("-1.00")),
        ("amount", json!("100000000000.00")),
        ("amount", json!("Infinity")),
        ("amount", json!("1.005")),
        ("date", json!("01.02.2026")),
        ("date", json!("2026-02-30")),
        ("category", json!("rent")),
        ("category", json!("Travel")),
        ("is_necessary", json!("maybe")),
        ("description", json!(["x"])),
    ] {
        invalid(&shop.make("/api/expenses/", with(example(), json!({ field: value }))).await, &[field]);
    }
    shop.make("/api/expenses/", example()).await.expect(201);
    invalid(
        &shop.change("/api/expenses/?id=1", json!({"amount": "x", "category": "y"})).await,
        &["amount", "category"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_etag_guards_a_change_of_an_expense() {
    let shop = Shop::open().await;
    let made = shop.make("/api/expenses/", example()).await;
    let tag = made.header("etag").unwrap().to_owned();
    shop.change("/api/expenses/?id=1", json!({"amount": "1"})).await.expect(200);
    let authorization = format!("Token {}", shop.owner.token);
    let headers =
        [("authorization", authorization.as_str()), ("content-type", "application/json"), ("if-match", tag.as_str())];
    let stale = shop.tributary.raw(http::Method::PUT, "/api/expenses/?id=1", &headers, r#"{"amount": "2"}"#).await;
    stale.expect(412);
    assert_eq!(shop.show("/api/expenses/?id=1").await.expect(200)["amount"], "1.00");
}
