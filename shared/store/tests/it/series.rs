//! Series of invoice numbers: without a gap, but for what was taken by hand.

use domain::invoice::{InvoiceNumber, Status};
use futures::future::join_all;
use tributary_store::{Alongside, SeriesNumber, StoreError, Unique};

use crate::support::{Books, Table, client, ours, tenant};

fn number(text: &str) -> InvoiceNumber {
    InvoiceNumber::parse(text).unwrap()
}

fn alongside(series: SeriesNumber) -> Alongside<'static> {
    Alongside { series: Some(series), client: None }
}

/// Makes an invoice with the next number of a year, and tells the number.
async fn take(table: &Table, books: &mut Books, n: u128, year: i16) -> String {
    let next = table.store.next_in_series(ours(), year).await.unwrap();
    let number = next.number().unwrap();
    let invoice = books.numbered(n, number.clone(), None);
    table.store.create_invoice_with(ours(), &invoice, alongside(next)).await.unwrap();
    number.into_string()
}

#[tokio::test]
async fn every_year_and_organisation_counts_from_one() {
    let table = Table::start().await;
    let mut books = Books::new(1000);
    assert_eq!(take(&table, &mut books, 10, 2026).await, "INV-2026-001");
    assert_eq!(take(&table, &mut books, 11, 2026).await, "INV-2026-002");
    assert_eq!(take(&table, &mut books, 12, 2027).await, "INV-2027-001");
    assert_eq!(take(&table, &mut books, 13, 2026).await, "INV-2026-003");
    let theirs = table.store.next_in_series(tenant(2), 2026).await.unwrap();
    assert_eq!(theirs.number().unwrap().as_str(), "INV-2026-001");
}

#[tokio::test]
async fn what_is_not_committed_takes_no_number() {
    let table = Table::start().await;
    let mut books = Books::new(1000);
    take(&table, &mut books, 10, 2026).await;
    let before = table.items().await;
    let next = table.store.next_in_series(ours(), 2026).await.unwrap();
    let invoice = books.numbered(11, next.number().unwrap(), Some(5));
    let refused = table.store.create_invoice_with(ours(), &invoice, alongside(next)).await;
    assert_eq!(refused, Err(StoreError::Missing), "there is no such client");
    assert_eq!(table.items().await, before);
    assert_eq!(take(&table, &mut books, 12, 2026).await, "INV-2026-002");
}

#[tokio::test]
async fn of_twenty_that_read_one_state_one_gets_the_number_and_the_others_lose_a_race() {
    let table = Table::start().await;
    let mut books = Books::new(1000);
    take(&table, &mut books, 9, 2026).await;
    let next = table.store.next_in_series(ours(), 2026).await.unwrap();
    let invoices: Vec<_> = (10..30).map(|n| books.numbered(n, next.number().unwrap(), None)).collect();
    let making = invoices.iter().map(|invoice| table.store.create_invoice_with(ours(), invoice, alongside(next)));
    let outcomes = join_all(making).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Err(StoreError::Raced)).count(), 19);
    assert_eq!(take(&table, &mut books, 40, 2026).await, "INV-2026-003");
}

#[tokio::test]
async fn numbers_that_were_taken_by_hand_are_skipped_however_many() {
    let table = Table::start().await;
    let mut books = Books::new(1000);
    for n in 2..=103 {
        let invoice = books.numbered(n, number(&format!("INV-2026-{n:03}")), None);
        table.store.create_invoice(ours(), &invoice).await.unwrap();
    }
    assert_eq!(take(&table, &mut books, 500, 2026).await, "INV-2026-001");
    let next = table.store.next_in_series(ours(), 2026).await.unwrap();
    let invoice = books.numbered(501, next.number().unwrap(), None);
    let taken = table.store.create_invoice_with(ours(), &invoice, alongside(next)).await;
    assert_eq!(taken, Err(StoreError::Taken(Unique::InvoiceNumber)));

    let free = table.store.next_free_in_series(ours(), next).await.unwrap().unwrap();
    assert_eq!(free.number().unwrap().as_str(), "INV-2026-104");
    let invoice = books.numbered(502, free.number().unwrap(), None);
    table.store.create_invoice_with(ours(), &invoice, alongside(free)).await.unwrap();
    assert_eq!(take(&table, &mut books, 503, 2026).await, "INV-2026-105", "the counter stands after them");
}

#[tokio::test]
async fn another_number_gives_the_one_before_back() {
    let table = Table::start().await;
    let (store, mut books) = (&table.store, Books::new(1000));
    let first = books.numbered(10, number("A-1"), None);
    let second = books.numbered(11, number("A-2"), None);
    for invoice in [&first, &second] {
        store.create_invoice(ours(), invoice).await.unwrap();
    }
    let mut moved = store.invoice(ours(), first.header().id).await.unwrap().unwrap();
    books.renumber(&mut moved, number("A-2"));
    let before = table.items().await;
    let taken = store.commit_invoice(ours(), &moved, first.header()).await;
    assert_eq!(taken, Err(StoreError::Taken(Unique::InvoiceNumber)));
    assert_eq!(table.items().await, before);

    let mut moved = store.invoice(ours(), first.header().id).await.unwrap().unwrap();
    books.renumber(&mut moved, number("A-3"));
    store.commit_invoice(ours(), &moved, first.header()).await.unwrap();
    assert_eq!(table.sort_keys("#UNIQUE#INVOICE").await, ["A-2", "A-3"]);
    store.create_invoice(ours(), &books.numbered(12, number("A-1"), None)).await.unwrap();
}

#[tokio::test]
async fn a_new_invoice_can_bring_its_client_its_number_and_ninety_lines() {
    let table = Table::start().await;
    let (store, mut books) = (&table.store, Books::new(1000));
    let next = store.next_in_series(ours(), 2026).await.unwrap();
    let invoice = books.of_lines(10, next.number().unwrap(), 90, Some(5));
    let owner = client(5);
    store.create_invoice_with(ours(), &invoice, Alongside { series: Some(next), client: Some(&owner) }).await.unwrap();
    assert_eq!(store.invoice(ours(), invoice.header().id).await.unwrap().unwrap().lines().len(), 90);
    assert_eq!(store.client(ours(), owner.id).await, Ok(Some(owner.clone())));
    assert_eq!(store.client_has_invoices(ours(), owner.id).await, Ok(true));
    assert_eq!(store.delete_client(ours(), &owner).await, Err(StoreError::Raced));
    store.delete_invoice(ours(), invoice.header(), crate::support::now()).await.unwrap();
    store.delete_client(ours(), &owner).await.unwrap();
    let other = books.plain(11, Some(5), Status::Draft);
    assert_eq!(store.create_invoice(ours(), &other).await, Err(StoreError::Missing));
}
