//! The index of open receivables: in it is what the sweep may turn overdue, and nothing else.

use domain::id::InvoiceId;
use domain::invoice::{Invoice, InvoicePatch, Status};
use jiff::civil::Date;
use tributary_store::{Receivable, Store};

use crate::support::{Books, Table, id, now, ours, tenant};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

async fn due_before(store: &Store, today: &str) -> Vec<u128> {
    let mut found = vec![];
    for shard in 0..Store::RECEIVABLE_SHARDS {
        let receivables = store.receivables_before(shard, day(today)).await.unwrap();
        found.extend(receivables.into_iter().map(|receivable| receivable.invoice.uuid().as_u128()));
    }
    found.sort_unstable();
    found
}

/// Commits a decision about an invoice, and says whether it is due then.
async fn is_due_after(table: &Table, invoice: &mut Invoice, decision: impl FnOnce(&mut Invoice)) -> bool {
    let before = invoice.header().clone();
    decision(invoice);
    table.store.commit_invoice(ours(), invoice, &before).await.unwrap();
    *invoice = table.store.invoice(ours(), before.id).await.unwrap().unwrap();
    !due_before(&table.store, "2027-01-01").await.is_empty()
}

#[tokio::test]
async fn an_invoice_is_due_while_it_is_with_the_customer_and_owed() {
    let table = Table::start().await;
    let mut books = Books::new(1000);
    let mut invoice = books.plain(10, None, Status::Draft);
    table.store.create_invoice(ours(), &invoice).await.unwrap();
    invoice = table.store.invoice(ours(), invoice.header().id).await.unwrap().unwrap();
    assert_eq!(due_before(&table.store, "2027-01-01").await, [0; 0], "a draft is with nobody");
    for (target, due) in [
        (Status::Sent, true),
        (Status::Viewed, true),
        (Status::Overdue, false),
        (Status::Pending, true),
        (Status::Draft, false),
        (Status::Sent, true),
    ] {
        assert_eq!(is_due_after(&table, &mut invoice, |invoice| books.write(invoice, target)).await, due, "{target}");
    }
    let pay = |books: &mut Books, invoice: &mut Invoice, amount: &str| {
        books.pay(invoice, amount, None);
    };
    assert!(is_due_after(&table, &mut invoice, |invoice| pay(&mut books, invoice, "40")).await);
    assert!(!is_due_after(&table, &mut invoice, |invoice| pay(&mut books, invoice, "60")).await);
    assert!(!is_due_after(&table, &mut invoice, |invoice| books.write(invoice, Status::Refunded)).await);

    let mut other = books.plain(11, None, Status::Sent);
    table.store.create_invoice(ours(), &other).await.unwrap();
    other = table.store.invoice(ours(), other.header().id).await.unwrap().unwrap();
    let undated = InvoicePatch { due_date: domain::Patch::Clear, ..InvoicePatch::default() };
    assert!(!is_due_after(&table, &mut other, |invoice| books.update(invoice, undated)).await);
    let dated = InvoicePatch { due_date: domain::Patch::Set(day("2026-12-31")), ..InvoicePatch::default() };
    assert!(is_due_after(&table, &mut other, |invoice| books.update(invoice, dated)).await);
    assert!(!is_due_after(&table, &mut other, |invoice| books.write(invoice, Status::Void)).await);
}

#[tokio::test]
async fn receivables_of_all_organisations_are_found_by_their_due_date() {
    let table = Table::start().await;
    let (store, mut books) = (&table.store, Books::new(1000));
    // Sixteen in a row are in every shard.
    for n in 0..16 {
        let invoice = books.plain(100 + n, None, Status::Sent);
        store.create_invoice(tenant(n), &invoice).await.unwrap();
    }
    assert_eq!(due_before(store, "2026-03-31").await, [0; 0], "the due date itself has not passed");
    assert_eq!(due_before(store, "2026-04-01").await, (100..116).collect::<Vec<u128>>());
    let mut shards = vec![];
    for shard in 0..Store::RECEIVABLE_SHARDS {
        shards.push(store.receivables_before(shard, day("2026-04-01")).await.unwrap());
    }
    assert!(shards.iter().all(|shard| shard.len() == 2), "{shards:?}");
    let expected = Receivable { tenant: tenant(3), invoice: InvoiceId::new(id(103)) };
    assert!(shards.concat().contains(&expected));

    let header = store.invoice_header(tenant(3), expected.invoice).await.unwrap().unwrap();
    store.delete_invoice(tenant(3), &header, now()).await.unwrap();
    assert!(!due_before(store, "2026-04-01").await.contains(&103));
}
