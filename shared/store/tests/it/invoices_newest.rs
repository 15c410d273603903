//! Lists of invoices from the newest on, and their counts.

use domain::filter::{BesideIndexes, InvoiceFilter};
use domain::id::ClientId;
use domain::invoice::Status;
use tributary_store::PageRequest;

use crate::support::{Books, Table, client, id, now, ours, tenant};

const SENT: &[Status] = &[Status::Sent, Status::Pending, Status::PartiallyPaid];
const LISTED: &[Status] =
    &[Status::Draft, Status::Sent, Status::Viewed, Status::Pending, Status::PartiallyPaid, Status::Overdue];

fn of(statuses: &'static [Status]) -> InvoiceFilter {
    InvoiceFilter { statuses: Some(statuses), ..InvoiceFilter::default() }
}

/// Twelve invoices, 10 to 21, in this turn of statuses; even ones of client 5, 20 in euros; 22 is
/// deleted, and 30 is another organisation's.
async fn twelve() -> Table {
    let table = Table::start().await;
    let mut books = Books::new(1000);
    table.store.create_client(ours(), &client(5)).await.unwrap();
    let turn = [Status::Sent, Status::Void, Status::Draft, Status::Pending];
    for n in 10..=22 {
        let invoice = match n {
            20 => books.full(n, Some(5)),
            _ => books.plain(n, (n % 2 == 0).then_some(5), turn[(n as usize - 10) % 4]),
        };
        table.store.create_invoice(ours(), &invoice).await.unwrap();
        if n == 22 {
            table.store.delete_invoice(ours(), invoice.header(), now()).await.unwrap();
        }
    }
    table.store.create_invoice(tenant(2), &Books::new(2000).plain(30, None, Status::Sent)).await.unwrap();
    table
}

/// All rows, gathered from pages of a size.
async fn list(table: &Table, filter: &InvoiceFilter, limit: usize) -> Vec<u128> {
    let (mut rows, mut after) = (vec![], None);
    loop {
        let page = table.store.invoices_newest(ours(), filter, PageRequest { limit, after }).await.unwrap();
        assert!(page.rows.len() == limit || page.next.is_none(), "a page is full while more follow");
        rows.extend(page.rows.iter().map(|row| row.id.uuid().as_u128()));
        match page.next {
            Some(next) => after = Some(next),
            None => return rows,
        }
    }
}

#[tokio::test]
async fn the_newest_come_first_whole_by_status_by_client_and_by_number() {
    let table = twelve().await;
    let euros = InvoiceFilter { currency: Some("EUR".parse().unwrap()), ..of(SENT) };
    let of_five = InvoiceFilter { client: Some(ClientId::new(id(5))), ..InvoiceFilter::default() };
    let of_five_sent = InvoiceFilter { client: of_five.client, ..of(SENT) };
    let numbered = |n: &str| InvoiceFilter { invoice_number: Some(n.into()), ..of(SENT) };
    let lists: [(InvoiceFilter, &[u128]); 10] = [
        (InvoiceFilter::default(), &[21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10]),
        (of(&[Status::Sent]), &[20, 18, 14, 10]),
        (of(SENT), &[21, 20, 18, 17, 14, 13, 10]),
        (of(LISTED), &[21, 20, 18, 17, 16, 14, 13, 12, 10]),
        (of(&[]), &[]),
        (euros, &[20]),
        (of_five, &[20, 18, 16, 14, 12, 10]),
        (of_five_sent, &[20, 18, 14, 10]),
        (numbered("INV-20260301-000E"), &[14]),
        (numbered("INV-20260301-000C"), &[]),
    ];
    for (filter, rows) in lists {
        for limit in [1, 2, 3, 50] {
            assert_eq!(list(&table, &filter, limit).await, rows, "{filter:?} by {limit}");
        }
        assert_eq!(table.store.count_invoices(ours(), &filter).await, Ok(rows.len() as u64), "{filter:?}");
    }
}

#[tokio::test]
async fn what_no_index_knows_of_narrows_every_list_and_its_count() {
    let table = twelve().await;
    let beside = |search: &str| BesideIndexes { search: Some(search.into()), ..BesideIndexes::default() };
    let found = |filter: InvoiceFilter| InvoiceFilter { beside: beside("-000e"), ..filter };
    let of_five = InvoiceFilter { client: Some(ClientId::new(id(5))), ..InvoiceFilter::default() };
    for (filter, rows) in [
        (found(InvoiceFilter::default()), &[14][..]),
        (found(of(&[Status::Sent])), &[14]),
        (found(of(SENT)), &[14]),
        (found(of(LISTED)), &[14]),
        (found(of_five.clone()), &[14]),
        (found(of(&[Status::Void])), &[]),
        (InvoiceFilter { beside: beside("inv-2026"), ..of_five }, &[20, 18, 16, 14, 12, 10]),
    ] {
        for limit in [1, 2, 50] {
            assert_eq!(list(&table, &filter, limit).await, rows, "{filter:?} by {limit}");
        }
        assert_eq!(table.store.count_invoices(ours(), &filter).await, Ok(rows.len() as u64), "{filter:?}");
    }
}

#[tokio::test]
async fn a_list_over_a_megabyte_is_counted_whole() {
    let table = Table::start().await;
    let mut books = Books::new(1000);
    for n in 0..9 {
        let notes = domain::text::LongText::parse(&"é".repeat(10_000)).unwrap();
        let description = notes.clone();
        let mut invoice = books.plain(100 + n, None, Status::Draft);
        let details = domain::invoice::DetailsPatch {
            notes: Some(notes),
            description: Some(description),
            teams: Some(vec!["t".repeat(1_000); 100]),
            ..Default::default()
        };
        books.update(&mut invoice, domain::invoice::InvoicePatch { details, ..Default::default() });
        table.store.create_invoice(ours(), &invoice).await.unwrap();
    }
    assert_eq!(table.store.count_invoices(ours(), &InvoiceFilter::default()).await, Ok(9));
    assert_eq!(table.store.count_invoices(ours(), &of(&[Status::Draft])).await, Ok(9));
}
