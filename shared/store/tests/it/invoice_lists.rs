//! Lists of invoices, by the index that narrows them most.

use domain::filter::InvoiceFilter;
use domain::id::ClientId;
use domain::invoice::{Invoice, Status};
use tributary_store::PageRequest;

use crate::support::{Books, Table, client, first, id, now, ours, tenant};

const OPEN: &[Status] = &[Status::Sent, Status::PartiallyPaid];

fn filter() -> InvoiceFilter {
    InvoiceFilter::default()
}

async fn page(table: &Table, filter: &InvoiceFilter, page: PageRequest) -> (Vec<u128>, Option<String>) {
    let page = table.store.invoices(ours(), filter, page).await.unwrap();
    (page.rows.iter().map(|row| row.id.uuid().as_u128()).collect(), page.next)
}

/// All rows, gathered from pages of two.
async fn list(table: &Table, filter: &InvoiceFilter) -> Vec<u128> {
    let (mut rows, mut after) = (vec![], None);
    loop {
        let (mut more, next) = page(table, filter, PageRequest { limit: 2, after }).await;
        assert!(more.len() == 2 || next.is_none(), "a page is full while more follow");
        rows.append(&mut more);
        match next {
            Some(next) => after = Some(next),
            None => return rows,
        }
    }
}

async fn change(table: &Table, n: u128, change: impl FnOnce(&mut Invoice)) {
    let id = domain::id::InvoiceId::new(id(n));
    let mut invoice = table.store.invoice(ours(), id).await.unwrap().unwrap();
    let before = invoice.header().clone();
    change(&mut invoice);
    table.store.commit_invoice(ours(), &invoice, &before).await.unwrap();
}

/// Seven invoices: 10, 12, 14, 16 of client 5, the others of client 6; 13 and 14 drafts, 15 and 16 in
/// euros, the rest sent.
async fn seven(table: &Table) -> Books {
    let mut books = Books::new(1000);
    for n in [5, 6] {
        table.store.create_client(ours(), &client(n)).await.unwrap();
    }
    for n in [16, 10, 15, 11, 14, 12, 13] {
        let client = Some(if n % 2 == 0 { 5 } else { 6 });
        let invoice = match n {
            13 | 14 => books.plain(n, client, Status::Draft),
            15 | 16 => books.full(n, client),
            _ => books.plain(n, client, Status::Sent),
        };
        table.store.create_invoice(ours(), &invoice).await.unwrap();
    }
    books
}

#[tokio::test]
async fn invoices_are_listed_whole_by_status_by_client_and_by_both() {
    let table = Table::start().await;
    seven(&table).await;
    table.store.create_invoice(tenant(2), &Books::new(2000).plain(17, None, Status::Sent)).await.unwrap();
    let of_five = InvoiceFilter { client: Some(ClientId::new(id(5))), ..filter() };
    let drafts = InvoiceFilter { statuses: Some(&[Status::Draft]), ..filter() };
    let open = InvoiceFilter { statuses: Some(OPEN), ..filter() };
    let euros = InvoiceFilter { currency: Some("EUR".parse().unwrap()), ..filter() };
    assert_eq!(list(&table, &filter()).await, [10, 11, 12, 13, 14, 15, 16]);
    assert_eq!(list(&table, &of_five).await, [10, 12, 14, 16]);
    assert_eq!(list(&table, &drafts).await, [13, 14]);
    assert_eq!(list(&table, &open).await, [10, 11, 12, 15, 16]);
    assert_eq!(list(&table, &euros).await, [15, 16]);
    assert_eq!(list(&table, &InvoiceFilter { statuses: Some(OPEN), ..of_five.clone() }).await, [10, 12, 16]);
    assert_eq!(list(&table, &InvoiceFilter { currency: euros.currency, ..of_five }).await, [16]);
    assert_eq!(list(&table, &InvoiceFilter { statuses: Some(&[Status::Void]), ..filter() }).await, [0; 0]);
    assert_eq!(list(&table, &InvoiceFilter { client: Some(ClientId::new(id(7))), ..filter() }).await, [0; 0]);
}

#[tokio::test]
async fn an_invoice_is_in_the_lists_of_its_new_status_and_client_at_once() {
    let table = Table::start().await;
    let mut books = seven(&table).await;
    let drafts = InvoiceFilter { statuses: Some(&[Status::Draft]), ..filter() };
    let paid = InvoiceFilter { statuses: Some(&[Status::Paid]), ..filter() };
    change(&table, 13, |invoice| books.write(invoice, Status::Paid)).await;
    assert_eq!(list(&table, &drafts).await, [14]);
    assert_eq!(list(&table, &paid).await, [13]);

    let by_client = |n: u128| InvoiceFilter { client: Some(ClientId::new(id(n))), ..filter() };
    change(&table, 13, |invoice| {
        let details =
            domain::invoice::DetailsPatch { client: domain::Patch::Set(ClientId::new(id(5))), ..Default::default() };
        books.update(invoice, domain::invoice::InvoicePatch { details, ..Default::default() });
    })
    .await;
    assert_eq!(list(&table, &by_client(5)).await, [10, 12, 13, 14, 16]);
    assert_eq!(list(&table, &by_client(6)).await, [11, 15]);

    let header = table.store.invoice_header(ours(), domain::id::InvoiceId::new(id(13))).await.unwrap().unwrap();
    table.store.delete_invoice(ours(), &header, now()).await.unwrap();
    assert_eq!(list(&table, &paid).await, [0; 0]);
    assert_eq!(list(&table, &by_client(5)).await, [10, 12, 14, 16]);
    assert_eq!(list(&table, &filter()).await, [10, 11, 12, 14, 15, 16]);
}

#[tokio::test]
async fn a_page_by_status_goes_on_though_its_last_row_has_left_the_list() {
    let table = Table::start().await;
    let mut books = seven(&table).await;
    let sent = InvoiceFilter { statuses: Some(&[Status::Sent]), ..filter() };
    let (rows, next) = page(&table, &sent, first(2)).await;
    assert_eq!(rows, [10, 11]);
    change(&table, 11, |invoice| books.write(invoice, Status::Void)).await;
    assert_eq!(page(&table, &sent, PageRequest { limit: 10, after: next }).await, (vec![12, 15, 16], None));
}

#[tokio::test]
async fn a_number_finds_its_invoice_alone() {
    let table = Table::start().await;
    seven(&table).await;
    let by_number = |number: &str| InvoiceFilter { invoice_number: Some(number.into()), ..filter() };
    let eleven = by_number("INV-20260301-000B");
    assert_eq!(page(&table, &eleven, first(5)).await, (vec![11], None));
    let after = PageRequest { limit: 5, after: Some(id(11).to_string()) };
    assert_eq!(page(&table, &eleven, after).await, (vec![], None));
    let of_five = InvoiceFilter { client: Some(ClientId::new(id(5))), ..eleven.clone() };
    assert_eq!(page(&table, &of_five, first(5)).await.0, [0; 0]);
    for unknown in ["INV-20260301-FFFF", "", "inv-20260301-000b", &"x".repeat(3000)] {
        assert_eq!(page(&table, &by_number(unknown), first(5)).await.0, [0; 0], "{unknown}");
    }
    let header = table.store.invoice_header(ours(), domain::id::InvoiceId::new(id(11))).await.unwrap().unwrap();
    table.store.delete_invoice(ours(), &header, now()).await.unwrap();
    assert_eq!(page(&table, &eleven, first(5)).await.0, [0; 0]);
}
