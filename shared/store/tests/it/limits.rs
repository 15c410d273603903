//! What is too large is refused as such, and nothing of it is written.

use domain::attributes::Attributes;
use domain::id::{EntryId, LineId};
use domain::invoice::{LinePatch, NewInvoice, NewLine, NewNumber, Status};
use domain::text::Text;
use domain::worklist::Task;
use serde_json::json;
use tributary_store::StoreError;
use tributary_store::idempotency::IdempotencyRecord;

use crate::support::{Books, Table, client, id, line, now, ours, status};

fn attributes(bytes: usize) -> Attributes {
    serde_json::from_value(json!({"a": "x".repeat(bytes)})).unwrap()
}

#[tokio::test]
async fn an_item_over_400_kb_is_too_large_alone_and_in_a_transaction() {
    let table = Table::start().await;
    let store = &table.store;
    let small = client(5);
    store.create_client(ours(), &small).await.unwrap();
    let mut large = small.clone();
    let pattern = large.extras.tasks[0].clone();
    let text: Text<1, 2000> = Text::parse(&"é".repeat(2000)).unwrap();
    large.extras.tasks =
        (0..110).map(|n| Task { id: EntryId::new(id(1000 + n)), task: text.clone(), ..pattern.clone() }).collect();
    large.meta.touch(now());

    let before = table.items().await;
    assert_eq!(store.save_client(ours(), &large, &small).await, Err(StoreError::TooLarge));
    let mut new = large.clone();
    new.id = client(6).id;
    assert_eq!(store.create_client(ours(), &new).await, Err(StoreError::TooLarge));
    assert_eq!(table.items().await, before);
}

#[tokio::test]
async fn an_answer_over_400_kb_is_not_kept_under_its_key() {
    let table = Table::start().await;
    table.store.claim_idempotency_key("key", "one", now(), now(), now()).await.unwrap();
    let before = table.items().await;
    let answer = Some((201, vec![], "x".repeat(410 * 1024)));
    let record = IdempotencyRecord { fingerprint: "one".into(), answer };
    let kept = table.store.finish_idempotency_key("key", &record, now().as_millisecond()).await;
    assert_eq!(kept, Err(StoreError::TooLarge));
    assert_eq!(table.items().await, before);
}

#[tokio::test]
async fn more_than_a_hundred_operations_are_too_many() {
    let table = Table::start().await;
    let mut books = Books::new(1000);
    let with_lines = |lines: usize| NewInvoice {
        number: NewNumber::Random,
        details: Default::default(),
        client_by_email: None,
        status: status(Status::Draft),
        issue_date: None,
        due_date: None,
        currency: domain::money::Currency::USD,
        totals: Default::default(),
        lines: vec![line("1", "1"); lines],
        paid_amount: None,
        extras: Default::default(),
        attributes_bind: true,
    };
    // Beside the lines: the header, its number, and the first row of its history.
    let invoice = books.create(10, with_lines(98));
    assert_eq!(table.store.create_invoice(ours(), &invoice).await, Err(StoreError::TooManyItems));
    assert_eq!(table.items().await, [""; 0]);
    let invoice = books.create(10, with_lines(97));
    table.store.create_invoice(ours(), &invoice).await.unwrap();
    assert_eq!(table.store.invoice(ours(), invoice.header().id).await.unwrap().unwrap().lines().len(), 97);
}

#[tokio::test]
async fn an_invoice_may_have_more_lines_than_one_transaction_writes() {
    let table = Table::start().await;
    let (store, mut books) = (&table.store, Books::new(1000));
    let first = books.plain(10, None, Status::Draft);
    store.create_invoice(ours(), &first).await.unwrap();
    let mut before = first.header().clone();
    for _ in 0..120 {
        let mut invoice = store.invoice(ours(), before.id).await.unwrap().unwrap();
        books.add(&mut invoice, line("1", "1"));
        store.commit_invoice(ours(), &invoice, &before).await.unwrap();
        before = invoice.header().clone();
    }
    let invoice = store.invoice(ours(), before.id).await.unwrap().unwrap();
    assert_eq!((invoice.lines().len(), invoice.header()), (121, &before));
}

#[tokio::test]
async fn an_invoice_over_a_megabyte_is_read_whole() {
    let table = Table::start().await;
    let (store, mut books) = (&table.store, Books::new(1000));
    let first = books.plain(10, None, Status::Draft);
    store.create_invoice(ours(), &first).await.unwrap();
    let mut before = first.header().clone();
    for _ in 0..12 {
        let mut invoice = store.invoice(ours(), before.id).await.unwrap().unwrap();
        books.add(&mut invoice, NewLine { attributes: attributes(100 * 1024), ..line("1", "1") });
        store.commit_invoice(ours(), &invoice, &before).await.unwrap();
        before = invoice.header().clone();
    }
    let mut invoice = store.invoice(ours(), before.id).await.unwrap().unwrap();
    assert_eq!(invoice.lines().len(), 13);
    let last: LineId = invoice.lines()[12].id;
    let patch = LinePatch { description: Some(Text::parse("last").unwrap()), ..LinePatch::default() };
    books.decide(&mut invoice, |invoice, moment, new_id| {
        invoice.update_line(last, patch, domain::attributes::Schema::default(), moment, new_id)
    });
    store.commit_invoice(ours(), &invoice, &before).await.unwrap();
}

#[tokio::test]
async fn replaced_lines_take_one_operation_each_and_surplus_ones_two() {
    let table = Table::start().await;
    let (store, mut books) = (&table.store, Books::new(1000));
    let number = domain::invoice::InvoiceNumber::parse("A-1").unwrap();
    let first = books.of_lines(10, number, 97, None);
    store.create_invoice(ours(), &first).await.unwrap();
    let mut all = store.invoice(ours(), first.header().id).await.unwrap().unwrap();
    books.replace(&mut all, vec![line("2", "1"); 97]);
    store.commit_invoice(ours(), &all, first.header()).await.unwrap();

    let kept = store.invoice(ours(), first.header().id).await.unwrap().unwrap();
    let ids = |invoice: &domain::invoice::Invoice| invoice.lines().iter().map(|line| line.id).collect::<Vec<_>>();
    assert_eq!(ids(&kept), ids(&first));
    assert!(kept.lines().iter().all(|line| line.figures.quantity.value() == 2.into()));

    let mut none = kept.clone();
    books.replace(&mut none, vec![]);
    let before = table.items().await;
    assert_eq!(store.commit_invoice(ours(), &none, all.header()).await, Err(StoreError::TooManyItems));
    assert_eq!(table.items().await, before);
    let mut fewer = kept.clone();
    books.replace(&mut fewer, vec![line("2", "1"); 48]);
    store.commit_invoice(ours(), &fewer, all.header()).await.unwrap();
    let fewer = store.invoice(ours(), first.header().id).await.unwrap().unwrap();
    assert_eq!((fewer.lines().len(), ids(&fewer)), (48, ids(&first)[..48].to_vec()));
    assert_eq!(table.sort_keys("#TRASH").await.len(), 49);
}
