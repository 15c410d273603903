//! Price tiers (crm, section 11.3).

use futures::future::join_all;

use super::*;

fn tier(min_quantity: u32) -> Value {
    json!({"name": "Wholesale", "min_quantity": min_quantity, "price": "80.00"})
}

fn wrong_values() -> Vec<(&'static str, Vec<Value>)> {
    vec![
        ("name", vec![json!(""), json!(null), json!(5), json!("x".repeat(256))]),
        ("min_quantity", vec![json!("x"), json!(-1), json!(1.5), json!(null), json!([]), json!(true), json!(1e30)]),
        (
            "price",
            vec![
                json!("x"),
                json!("-1"),
                json!("NaN"),
                json!("1e2"),
                json!("1.005"),
                json!("10000000000"),
                json!(null),
            ],
        ),
        ("attributes", vec![json!("x"), json!([])]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_example_is_served_as_printed() {
    let crm = Crm::start().await;
    let item = crm.make_item("100.00", "15.00").await;
    let list = format!("/api/catalogue/{item}/price-tiers/");
    assert_eq!(crm.get(&list).await.expect(200), json!([]));
    let body = json!({
        "catalogue_item": item, "name": "Enterprise (10+ units)", "min_quantity": 10, "price": "80.00", "attributes": {},
    });
    let made = crm.post(&list, body.clone()).await.expect(201);
    shows_whole(&made, body, &[]);
    let path = format!("{list}{}/", id_of(&made));
    let change = json!({"name": "VIP", "price": "75.50", "min_quantity": 12});
    let patched = crm.patch(&path, change.clone()).await.expect(200);
    let touched = json!({"updated_at": patched["updated_at"]});
    assert_eq!(patched, merged(merged(made, change), touched));
    is_listed_retrieved_and_deleted(&crm, &list, &patched).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_values_are_refused_all_at_once_and_nothing_is_written() {
    let crm = Crm::start().await;
    let item = crm.make_item("100.00", "15.00").await;
    let list = format!("/api/catalogue/{item}/price-tiers/");
    refused(&crm.post(&list, json!({})).await, &["name", "min_quantity", "price"]);
    refuses_each_and_all(&crm, &list, &tier(10), &wrong_values()).await;
    let path = format!("{list}{}/", crm.make(&list, tier(10)).await);
    refuses_changes(&crm, &path, &wrong_values()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_tier_with_the_same_minimum_quantity_is_refused() {
    let crm = Crm::start().await;
    let (item, other) = (crm.make_item("100.00", "0").await, crm.make_item("100.00", "0").await);
    let list = format!("/api/catalogue/{item}/price-tiers/");
    let ten = format!("{list}{}/", crm.make(&list, tier(10)).await);
    let twenty = format!("{list}{}/", crm.make(&list, tier(20)).await);
    refused(&crm.post(&list, tier(10)).await, &["min_quantity"]);
    refused(&crm.patch(&twenty, json!({"min_quantity": 10})).await, &["min_quantity"]);
    crm.patch(&ten, json!({"min_quantity": 10, "price": "79.00"})).await.expect(200);
    crm.make(&format!("/api/catalogue/{other}/price-tiers/"), tier(10)).await;
    crm.patch(&ten, json!({"min_quantity": 5})).await.expect(200);
    crm.patch(&twenty, json!({"min_quantity": 10})).await.expect(200);
    crm.delete(&twenty).await.expect(204);
    crm.make(&list, tier(10)).await;

    let answers = join_all((0..10).map(|_| crm.post(&list, tier(100)))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [[201].as_slice(), &[400; 9]].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tier_belongs_to_the_item_in_its_path() {
    let crm = Crm::start().await;
    let (item, other) = (crm.make_item("100.00", "0").await, crm.make_item("100.00", "0").await);
    let tier_id = crm.make(&format!("/api/catalogue/{item}/price-tiers/"), tier(10)).await;
    let elsewhere = format!("/api/catalogue/{other}/price-tiers/{tier_id}/");
    crm.get(&elsewhere).await.expect(404);
    crm.patch(&elsewhere, json!({"price": "1.00"})).await.expect(404);
    crm.delete(&elsewhere).await.expect(404);
    for missing in [NOWHERE, "x"] {
        let list = format!("/api/catalogue/{missing}/price-tiers/");
        crm.get(&list).await.expect(404);
        crm.post(&list, tier(10)).await.expect(404);
    }
    crm.delete(&format!("/api/catalogue/{item}/")).await.expect(204);
    crm.get(&format!("/api/catalogue/{item}/price-tiers/{tier_id}/")).await.expect(404);
    crm.get(&format!("/api/catalogue/{item}/price-tiers/")).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tiers_price_has_no_more_places_than_the_items_currency() {
    let crm = Crm::start().await;
    let body = json!({"name": "x", "type": "product", "base_price": "100", "currency": "JPY"});
    let list = format!("/api/catalogue/{}/price-tiers/", crm.make("/api/catalogue/", body).await);
    refused(&crm.post(&list, merged(tier(10), json!({"price": "80.50"}))).await, &["price"]);
    let made = crm.post(&list, merged(tier(10), json!({"price": "80"}))).await.expect(201);
    assert_eq!(made["price"], "80.00");
}
