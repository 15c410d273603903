//! What requests cost: round trips and capacity units, as DynamoDB counts them.

use domain::filter::{ClientFilter, InvoiceFilter};
use domain::invoice::Status;
use tributary_store::meter::{Meter, Reading};
use tributary_store::{PageRequest, StoreError};

use crate::support::{Books, Table, client, first, ours};

async fn cost<T>(work: impl Future<Output = Result<T, StoreError>>) -> (u32, f64, f64) {
    let meter = Meter::default();
    meter.scope(work).await.unwrap();
    let Reading { round_trips, read_units, write_units } = meter.reading();
    (round_trips, read_units, write_units)
}

#[tokio::test]
async fn reads_cost_a_round_trip_and_a_unit_for_four_kilobytes() {
    let table = Table::start().await;
    let (store, mut books) = (&table.store, Books::new(1000));
    let invoice = books.plain(10, None, Status::Sent);
    store.create_invoice(ours(), &invoice).await.unwrap();
    let id = invoice.header().id;
    assert_eq!(cost(store.invoice_header(ours(), id)).await, (1, 1.0, 0.0));
    assert_eq!(cost(store.invoice(ours(), id)).await, (1, 1.0, 0.0));
    assert_eq!(cost(store.invoices(ours(), &InvoiceFilter::default(), first(50))).await, (1, 1.0, 0.0));

    for n in 0..30 {
        store.create_client(ours(), &client(n)).await.unwrap();
    }
    let everybody = ClientFilter::default();
    let page = async |limit| cost(store.clients(ours(), &everybody, PageRequest { limit, after: None })).await;
    // A page reads itself and one row more, however long the list is.
    let (few, many) = (page(4).await, page(19).await);
    assert_eq!((few.0, many.0), (1, 1));
    assert!(few.1 <= 3.0 && many.1 <= 4.0 * few.1, "{few:?} {many:?}");
}

#[tokio::test]
async fn writes_cost_what_they_change_twice_for_being_one() {
    let table = Table::start().await;
    let (store, mut books) = (&table.store, Books::new(1000));
    let small = domain::client::Client { email: None, extras: Default::default(), ..client(5) };
    // Two items of less than a kilobyte each.
    assert_eq!(cost(store.create_client(ours(), &small)).await, (1, 0.0, 4.0));
    let mut renamed = small.clone();
    renamed.meta.touch(crate::support::now());
    assert_eq!(cost(store.save_client(ours(), &renamed, &small)).await, (1, 0.0, 1.0), "one item needs no transaction");

    let invoice = books.plain(10, None, Status::Sent);
    store.create_invoice(ours(), &invoice).await.unwrap();
    let mut paid = store.invoice(ours(), invoice.header().id).await.unwrap().unwrap();
    books.pay(&mut paid, "40", None);
    // Header, payment and history row, twice each; then the indexes: the header's lsi1 and gsi1, its
    // old and its new place in lsi2, and the payment's place there.
    assert_eq!(cost(store.commit_invoice(ours(), &paid, invoice.header())).await, (1, 0.0, 6.0 + 5.0));
}

#[tokio::test]
async fn a_write_that_fails_is_a_round_trip_too() {
    let table = Table::start().await;
    let meter = Meter::default();
    let raced = meter.scope(table.store.save_client(ours(), &client(5), &client(5))).await;
    assert_eq!((raced, meter.reading().round_trips), (Err(StoreError::Raced), 1));
    let unnamed = domain::client::Client { email: None, ..client(5) };
    let gone = meter.scope(table.store.delete_client(ours(), &unnamed)).await;
    assert_eq!((gone, meter.reading().round_trips), (Err(StoreError::Raced), 2));
}
