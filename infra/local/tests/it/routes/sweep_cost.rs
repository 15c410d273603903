//! A sweep costs what is overdue, whatever else there is.

use dynoxide::types::Item;
use store::Store;
use store::meter::{Meter, Reading};
use uuid::Uuid;

use super::sweep::{Ledger, swept};
use crate::support::stored::{import, items, replaced, text};

/// How many invoices are added that are not overdue.
const OTHERS: usize = 10_000;
/// How many of each kind are made as a client makes them. The rest are their copies.
const MODELS: usize = 8;

async fn cost(ledger: &Ledger, overdue: u32) -> Reading {
    let (meter, app) = (Meter::default(), ledger.app());
    let report = meter.scope(swept(&app)).await;
    assert_eq!((report.examined, report.marked_overdue, report.failed), (overdue, overdue, 0));
    meter.reading()
}

async fn make_overdue(ledger: &Ledger, count: u32) {
    for _ in 0..count {
        ledger.sent(Some(ledger.day(-1))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_invoices_that_are_not_overdue_cost_a_sweep_nothing() {
    let ledger = Ledger::open().await;
    let nothing = cost(&ledger, 0).await;
    make_overdue(&ledger, 5).await;
    let five = cost(&ledger, 5).await;
    assert!(five.read_units > nothing.read_units && five.write_units > nothing.write_units);

    let receivable = add_others(&ledger).await;
    assert_eq!(cost(&ledger, 0).await, nothing);
    make_overdue(&ledger, 5).await;
    assert_eq!(cost(&ledger, 5).await, five);

    // They are there: in the lists, and those that are owed in what sweeps to come will read.
    for status in ["draft", "sent", "paid", "void", "overdue"] {
        let page = ledger.tributary.get(&ledger.user, &format!("/api/invoices/?status={status}&limit=1000")).await;
        assert_eq!(page.expect(200).as_array().unwrap().len(), 1000, "{status}");
    }
    let (store, mut found) = (ledger.store(), 0);
    for shard in 0..Store::RECEIVABLE_SHARDS {
        found += store.receivables_before(shard, ledger.day(365)).await.unwrap().len();
    }
    assert_eq!(found, receivable);
}

/// Adds invoices of every kind that is not overdue now, and says how many of them will be some day.
async fn add_others(ledger: &Ledger) -> usize {
    let (past, next_month) = (Some(ledger.day(-1)), Some(ledger.day(30)));
    let mut kinds: Vec<(bool, Vec<String>)> = Vec::new();
    for (due, status) in
        [(next_month, "sent"), (past, "draft"), (past, "paid"), (past, "void"), (past, "overdue"), (None, "sent")]
    {
        let mut ids = Vec::new();
        for _ in 0..MODELS {
            ids.push(ledger.invoice(due, "100.00", status).await);
        }
        kinds.push((due == next_month, ids));
    }
    let mut partly = Vec::new();
    for _ in 0..MODELS {
        let id = ledger.sent(next_month).await;
        ledger.pay(&id, "40.00").await;
        partly.push(id);
    }
    kinds.push((true, partly));

    let cloud = &ledger.tributary.cloud;
    let (items, app) = (items(cloud), ledger.app());
    let copies_of_each = OTHERS / (kinds.len() * MODELS) + 1;
    let mut batch = Vec::new();
    for id in kinds.iter().flat_map(|(_, ids)| ids) {
        let header = items.iter().find(|item| text(item, "sk") == id).expect("an invoice has an item");
        batch.extend((0..copies_of_each).map(|_| copy(header, id, app.new_id())));
    }
    assert!(batch.len() >= OTHERS);
    import(cloud, batch);
    kinds.iter().filter(|(receivable, _)| *receivable).map(|(_, ids)| ids.len() * (copies_of_each + 1)).sum()
}

/// An invoice's item as it would be under another id.
fn copy(item: &Item, id: &str, fresh: Uuid) -> Item {
    // The same moment, and another random part; the last byte stays, which chooses the part of the index.
    let mut bytes = id.parse::<Uuid>().unwrap().into_bytes();
    bytes[9..15].copy_from_slice(&fresh.into_bytes()[10..]);
    replaced(item, &[(id, &Uuid::from_bytes(bytes).to_string())])
}
