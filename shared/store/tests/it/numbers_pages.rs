//! Pages by number of many rows: exact, and for a price that does not grow with the rows.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use domain::catalogue::CatalogueItem;
use domain::id::ItemId;
use tributary_store::meter::{Meter, Reading};
use tributary_store::{NumberPage, Series};

use crate::support::{Table, id, item, ours, tenant};

const MANY: u64 = 10_000;

fn numbered(number: u64) -> CatalogueItem {
    let small = domain::attributes::Attributes::default();
    CatalogueItem { number, attributes: small, sku: None, ..item(u128::from(number) + 1_000_000, None) }
}

/// Makes the first product as everybody does, and all others by copies of its items.
async fn seed(table: &Table, last: u64) {
    table.store.create_item(ours(), &numbered(1)).await.unwrap();
    let made = |sk: String| {
        let key = HashMap::from([
            ("pk".to_owned(), AttributeValue::S(format!("ORG#{}#ITEM", id(1)))),
            ("sk".to_owned(), AttributeValue::S(sk)),
        ]);
        table.client.get_item().table_name(&table.name).set_key(Some(key)).send()
    };
    let pattern = made(numbered(1).id.to_string()).await.unwrap().item.unwrap();
    let copy = |number: u64| {
        let (mut copy, id) = (pattern.clone(), AttributeValue::S(numbered(number).id.to_string()));
        copy.insert("sk".into(), id.clone());
        copy.insert("id".into(), id);
        copy.insert("number".into(), AttributeValue::N(number.to_string()));
        copy.insert("lsi1".into(), AttributeValue::S(format!("{number:020}")));
        copy.insert("name".into(), AttributeValue::S(numbered(number).name.to_string()));
        WriteRequest::builder().put_request(PutRequest::builder().set_item(Some(copy)).build().unwrap()).build()
    };
    let numbers: Vec<u64> = (2..=last).collect();
    for chunk in numbers.chunks(25) {
        let writes: Vec<_> = chunk.iter().map(|number| copy(*number)).collect();
        table.client.batch_write_item().request_items(&table.name, writes).send().await.unwrap();
    }
    let counter = table.client.update_item().table_name(&table.name);
    let counter = counter
        .key("pk", AttributeValue::S(format!("ORG#{}#SEQ", id(1))))
        .key("sk", AttributeValue::S("PRODUCT".into()))
        .update_expression("SET PRODUCT_last = :last, PRODUCT_live = :last")
        .expression_attribute_values(":last", AttributeValue::N(last.to_string()));
    counter.send().await.unwrap();
}

async fn page(table: &Table, page: u64) -> (Option<(u64, Vec<u64>)>, Reading) {
    let meter = Meter::default();
    let found = meter.scope(table.store.products(ours(), page)).await.unwrap();
    let numbers = |rows: Vec<CatalogueItem>| rows.into_iter().map(|item| item.number).collect();
    (found.map(|NumberPage { count, rows }| (count, numbers(rows))), meter.reading())
}

#[tokio::test]
async fn pages_of_ten_thousand_rows_are_exact_with_and_without_gaps_and_cost_what_they_hold() {
    let table = Table::start().await;
    seed(&table, MANY).await;
    for n in [1, 2, 499, 1000] {
        let (found, Reading { round_trips, read_units, .. }) = page(&table, n).await;
        assert_eq!(found, Some((MANY, ((n - 1) * 10 + 1..=n * 10).collect())));
        assert_eq!(round_trips, 2, "the counter and the rows");
        assert!(read_units <= 1.0 + 3.0, "page {n}: {read_units}");
    }
    assert_eq!(page(&table, 1001).await.0, None);
    assert_eq!(page(&table, 0).await.0, None);
    assert_eq!(page(&table, u64::MAX).await.0, None);

    // One in a hundred, the first page as a whole, and the last ones.
    let gone = |number: u64| number.is_multiple_of(101) || number <= 12 || number > MANY - 15;
    for number in (1..=MANY).filter(|number| gone(*number)) {
        let item = CatalogueItem { id: ItemId::new(numbered(number).id.uuid()), ..numbered(number) };
        table.store.delete_item(ours(), &item).await.unwrap();
    }
    let left: Vec<u64> = (1..=MANY).filter(|number| !gone(*number)).collect();
    let count = u64::try_from(left.len()).unwrap();
    for (n, rows) in (1..).zip(left.chunks(10)) {
        let (found, Reading { round_trips, read_units, .. }) = page(&table, n).await;
        assert_eq!(found, Some((count, rows.to_vec())), "page {n}");
        assert!(round_trips <= 3 && read_units <= 4.0 + 4.0, "page {n}: {round_trips}, {read_units}");
    }
    assert_eq!(page(&table, count.div_ceil(10) + 1).await.0, None);

    assert_eq!(table.store.next_numbers(ours(), [Series::Product]).await, Ok([MANY + 1]), "none is given twice");
    assert_eq!(table.store.products(tenant(2), 1).await, Ok(Some(NumberPage { count: 0, rows: vec![] })));
}
