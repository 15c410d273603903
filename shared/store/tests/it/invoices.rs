//! Invoices: header, lines, payments, refunds and history commit together.

use domain::id::{LineId, PaymentId};
use domain::invoice::{Invoice, NewNumber, Status};
use tributary_store::{StoreError, Unique};

use crate::support::{Books, Table, at, client, id, line, now, ours, tenant};

/// As the store gives an invoice back: what was changed is committed.
fn kept(invoice: &Invoice) -> Invoice {
    Invoice::restore(
        invoice.header().clone(),
        invoice.lines().into_iter().cloned().collect(),
        invoice.payments().into_iter().cloned().collect(),
        invoice.refunds().into_iter().cloned().collect(),
    )
}

async fn load(table: &Table, invoice: &Invoice) -> Invoice {
    table.store.invoice(ours(), invoice.header().id).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_invoice_comes_back_as_it_was_kept() {
    let table = Table::start().await;
    let (store, mut books) = (&table.store, Books::new(1000));
    store.create_client(ours(), &client(5)).await.unwrap();
    let invoice = books.full(10, Some(5));
    store.create_invoice(ours(), &invoice).await.unwrap();
    assert_eq!(load(&table, &invoice).await, kept(&invoice));
    assert_eq!(store.invoice_header(ours(), invoice.header().id).await, Ok(Some(invoice.header().clone())));
    assert_eq!(store.invoice_history(ours(), invoice.header().id).await.unwrap(), invoice.changes().history);
    assert_eq!(invoice.changes().history.len(), 2);

    let other = tenant(2);
    assert_eq!(store.invoice(other, invoice.header().id).await, Ok(None));
    assert_eq!(store.invoice_header(other, invoice.header().id).await, Ok(None));
    assert_eq!(store.invoice_history(other, invoice.header().id).await, Ok(vec![]));
    let plain = books.plain(11, None, Status::Draft);
    store.create_invoice(ours(), &plain).await.unwrap();
    assert_eq!(load(&table, &plain).await, kept(&plain));
}

#[tokio::test]
async fn a_payment_its_header_and_its_history_are_one_commit() {
    let table = Table::start().await;
    let (store, mut books) = (&table.store, Books::new(1000));
    let first = books.full(10, None);
    store.create_invoice(ours(), &first).await.unwrap();

    let mut part = load(&table, &first).await;
    let payment = books.pay(&mut part, "50", Some("ch_1"));
    store.commit_invoice(ours(), &part, first.header()).await.unwrap();
    assert_eq!(load(&table, &first).await, kept(&part));
    assert_eq!(part.header().status, Status::PartiallyPaid);

    let mut whole = load(&table, &first).await;
    books.write(&mut whole, Status::Paid);
    store.commit_invoice(ours(), &whole, part.header()).await.unwrap();
    let mut refunded = load(&table, &first).await;
    books.write(&mut refunded, Status::Refunded);
    store.commit_invoice(ours(), &refunded, whole.header()).await.unwrap();
    let last = load(&table, &first).await;
    assert_eq!(last, kept(&refunded));
    assert_eq!((last.payments().len(), last.refunds().len()), (2, 1));

    let history = store.invoice_history(ours(), first.header().id).await.unwrap();
    let steps: Vec<_> = history.iter().map(|entry| entry.to).collect();
    assert_eq!(
        steps,
        [Status::Draft, Status::Sent, Status::PartiallyPaid, Status::Paid, Status::Refunded],
        "oldest first"
    );
    assert_eq!(store.payment_by_id(ours(), payment).await.unwrap().map(|(of, _)| of), Some(first.header().id));
}

#[tokio::test]
async fn a_commit_over_a_stale_header_is_raced_and_writes_no_part() {
    let table = Table::start().await;
    let (store, mut books) = (&table.store, Books::new(1000));
    let first = books.full(10, None);
    store.create_invoice(ours(), &first).await.unwrap();
    let (mut winner, mut loser) = (load(&table, &first).await, load(&table, &first).await);
    books.pay(&mut winner, "50", None);
    books.pay(&mut loser, "50", Some("ch_1"));
    books.add(&mut loser, line("1", "1"));
    store.commit_invoice(ours(), &winner, first.header()).await.unwrap();
    let before = table.items().await;
    assert_eq!(store.commit_invoice(ours(), &loser, first.header()).await, Err(StoreError::Raced));
    assert_eq!(store.delete_invoice(ours(), first.header(), now()).await, Err(StoreError::Raced));
    assert_eq!(table.items().await, before);
}

#[tokio::test]
async fn of_thirty_payments_decided_on_one_version_one_is_booked() {
    let table = Table::start().await;
    let (store, mut books) = (&table.store, Books::new(1000));
    let first = books.full(10, None);
    store.create_invoice(ours(), &first).await.unwrap();
    let decided: Vec<Invoice> = (0..30)
        .map(|_| {
            let mut invoice = kept(&first);
            books.pay(&mut invoice, "1", None);
            invoice
        })
        .collect();
    let commits = decided.iter().map(|invoice| store.commit_invoice(ours(), invoice, first.header()));
    let outcomes = futures::future::join_all(commits).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Err(StoreError::Raced)).count(), 29);
    let last = load(&table, &first).await;
    assert_eq!((last.payments().len(), last.header().amount_paid.to_string()), (1, "1.00 EUR".into()));
}

#[tokio::test]
async fn lines_come_change_and_go() {
    let table = Table::start().await;
    let (store, mut books) = (&table.store, Books::new(1000));
    let first = books.full(10, None);
    store.create_invoice(ours(), &first).await.unwrap();
    let mut more = load(&table, &first).await;
    let added = books.add(&mut more, line("3", "7"));
    store.commit_invoice(ours(), &more, first.header()).await.unwrap();
    let found = store.line_by_id(ours(), added).await.unwrap();
    assert_eq!(found, Some((first.header().id, more.line(added).unwrap().clone())));
    assert_eq!(store.line_by_id(tenant(2), added).await, Ok(None));
    assert_eq!(store.payment_by_id(ours(), PaymentId::new(added.uuid())).await, Ok(None), "a line is no payment");

    let mut less = load(&table, &first).await;
    books.decide(&mut less, |invoice, moment, new_id| invoice.remove_line(added, moment, new_id));
    store.commit_invoice(ours(), &less, more.header()).await.unwrap();
    assert_eq!(load(&table, &first).await, kept(&less));
    assert_eq!(store.line_by_id(ours(), added).await, Ok(None));
    assert_eq!(table.sort_keys("#TRASH").await, [format!("INVOICE#{}#LINE#{added}", first.header().id)]);
    assert_eq!(store.line_by_id(ours(), LineId::new(id(5))).await, Ok(None));
}

#[tokio::test]
async fn a_number_is_taken_for_good_and_a_charge_until_its_payment_is_gone() {
    let table = Table::start().await;
    let (store, mut books) = (&table.store, Books::new(1000));
    let (first, second) = (books.full(10, None), books.full(11, None));
    store.create_invoice(ours(), &first).await.unwrap();
    store.create_invoice(ours(), &second).await.unwrap();

    let mut paid = load(&table, &first).await;
    let payment = books.pay(&mut paid, "1", Some("ch_1"));
    store.commit_invoice(ours(), &paid, first.header()).await.unwrap();
    let mut again = load(&table, &second).await;
    books.pay(&mut again, "1", Some("ch_1"));
    let before = table.items().await;
    let taken = store.commit_invoice(ours(), &again, second.header()).await;
    assert_eq!(taken, Err(StoreError::Taken(Unique::Charge)));
    assert_eq!(table.items().await, before);

    let mut undone = load(&table, &first).await;
    books.decide(&mut undone, |invoice, moment, new_id| invoice.remove_payment(payment, moment, new_id));
    store.commit_invoice(ours(), &undone, paid.header()).await.unwrap();
    store.commit_invoice(ours(), &again, second.header()).await.unwrap();

    store.delete_invoice(ours(), undone.header(), now()).await.unwrap();
    let twin = books.create(10, domain_twin());
    let taken = store.create_invoice(ours(), &twin).await;
    assert!(matches!(taken, Err(StoreError::Raced | StoreError::Taken(Unique::InvoiceNumber))), "{taken:?}");
    assert_eq!(table.sort_keys("#UNIQUE#INVOICE").await.len(), 2);
}

#[tokio::test]
async fn two_invoices_cannot_have_one_number() {
    let table = Table::start().await;
    let mut books = Books::new(1000);
    table.store.create_invoice(ours(), &books.full(10, None)).await.unwrap();
    let before = table.items().await;
    let same_number = books.full(10, None);
    let header = domain::invoice::Header { id: domain::id::InvoiceId::new(id(12)), ..same_number.header().clone() };
    let other = Invoice::restore(header, vec![], vec![], vec![]);
    let taken = table.store.create_invoice(ours(), &other).await;
    assert_eq!(taken, Err(StoreError::Taken(Unique::InvoiceNumber)));
    assert_eq!(table.items().await, before);
    table.store.create_invoice(tenant(2), &other).await.unwrap();
}

#[tokio::test]
async fn a_deleted_invoice_is_out_of_reach_and_kept() {
    let table = Table::start().await;
    let (store, mut books) = (&table.store, Books::new(1000));
    let invoice = books.full(10, None);
    store.create_invoice(ours(), &invoice).await.unwrap();
    let id = invoice.header().id;
    store.delete_invoice(ours(), invoice.header(), at("2026-03-09T00:00:00Z")).await.unwrap();
    assert_eq!(store.invoice(ours(), id).await, Ok(None));
    assert_eq!(store.invoice_header(ours(), id).await, Ok(None));
    let deleted = table.items().await.into_iter().find(|item| item.contains(&format!("sk: S(\"{id}\")"))).unwrap();
    assert!(deleted.contains("deleted_at: S(\"2026-03-09T00:00:00Z\")") && deleted.contains("INV-20260301-000A"));
    assert!(!deleted.contains("lsi") && !deleted.contains("gsi") && !deleted.contains("model"), "{deleted}");

    let mut late = kept(&invoice);
    books.pay(&mut late, "1", None);
    assert_eq!(store.commit_invoice(ours(), &late, invoice.header()).await, Err(StoreError::Raced));
}

fn domain_twin() -> domain::invoice::NewInvoice {
    domain::invoice::NewInvoice {
        number: NewNumber::Random,
        details: Default::default(),
        client_by_email: None,
        status: crate::support::status(Status::Draft),
        issue_date: None,
        due_date: None,
        currency: domain::money::Currency::USD,
        totals: Default::default(),
        lines: vec![],
        paid_amount: None,
        extras: Default::default(),
        attributes_bind: true,
    }
}
