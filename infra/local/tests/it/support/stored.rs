//! Objects by the thousand: copies of what was made, put into the table past its stream, so that nobody hears of them.

use dynoxide::ImportOptions;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::types::{AttributeValue, Item};
use tributary_local::Cloud;
use uuid::Uuid;

/// All items that stand under an id, as they are kept.
pub fn items(cloud: &Cloud) -> Vec<Item> {
    all(cloud).into_iter().filter(|item| text(item, "sk").parse::<Uuid>().is_ok()).collect()
}

/// Counts so many invoices more, as making them would have done.
pub fn count_invoices(cloud: &Cloud, more: u64) {
    let counter = all(cloud).into_iter().find(|item| item.contains_key("BILLING_last"));
    let mut counter = counter.expect("an invoice was made");
    for name in ["BILLING_last", "BILLING_live"] {
        let AttributeValue::N(count) = &counter[name] else { panic!("{name} is {:?}", counter[name]) };
        let count = count.parse::<u64>().unwrap() + more;
        counter.insert(name.to_owned(), AttributeValue::N(count.to_string()));
    }
    import(cloud, vec![counter]);
}

fn all(cloud: &Cloud) -> Vec<Item> {
    let (database, table) = (cloud.dynamodb().database(), &cloud.environment().table_name);
    let (mut items, mut start) = (Vec::new(), None);
    loop {
        let scan = ScanRequest { table_name: table.clone(), exclusive_start_key: start, ..ScanRequest::default() };
        let found = database.scan(scan).unwrap();
        items.extend(found.items.unwrap());
        start = found.last_evaluated_key;
        if start.is_none() {
            return items;
        }
    }
}

/// An attribute of an item.
pub fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    match &item[name] {
        AttributeValue::S(text) => text,
        other => panic!("{name} is {other:?}"),
    }
}

/// An item with other texts wherever some stand in it.
pub fn replaced(item: &Item, pairs: &[(&str, &str)]) -> Item {
    let mut json = serde_json::to_string(item).unwrap();
    for (from, to) in pairs {
        json = json.replace(from, to);
    }
    serde_json::from_str(&json).unwrap()
}

/// Puts items into the table.
pub fn import(cloud: &Cloud, items: Vec<Item>) {
    let table = &cloud.environment().table_name;
    cloud.dynamodb().database().import_items(table, items, ImportOptions::default()).unwrap();
}
