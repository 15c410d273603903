//! Tasks and notes are changed in place: nothing that happens at the same time is lost.

use domain::id::{ClientId, EntryId, InvoiceId};
use domain::text::Name;
use domain::worklist::Task;
use tributary_store::{ContactWrite, StoreError};

use crate::support::{Books, Table, client, contact, id, now, ours};

fn entry(n: u128) -> EntryId {
    EntryId::new(id(n))
}

fn later() -> jiff::Timestamp {
    now() + jiff::SignedDuration::from_hours(48)
}

#[tokio::test]
async fn a_task_is_completed_and_a_note_removed_and_all_else_stays() {
    let table = Table::start().await;
    let kept = client(5);
    table.store.create_client(ours(), &kept).await.unwrap();
    let changed = table.store.complete_client_task(ours(), kept.id, entry(52), true, None, later()).await.unwrap();
    let mut expected = kept.clone();
    expected.extras.tasks[0].completed = true;
    expected.meta.touch(later());
    assert_eq!(changed, expected);

    let changed = table.store.drop_client_note(ours(), kept.id, entry(62), Some(2), later()).await.unwrap();
    expected.extras.notes.remove(0);
    expected.meta.touch(later());
    assert_eq!(changed, expected);
    assert_eq!(table.store.client(ours(), kept.id).await, Ok(Some(expected)));
}

#[tokio::test]
async fn what_is_not_there_or_of_another_version_is_missing_and_nothing_changes() {
    let table = Table::start().await;
    let kept = client(5);
    table.store.create_client(ours(), &kept).await.unwrap();
    let before = table.items().await;
    let (store, missing) = (&table.store, Err(StoreError::Missing));
    let stranger = ClientId::new(id(6));
    assert_eq!(store.complete_client_task(ours(), kept.id, entry(1), true, None, now()).await, missing);
    assert_eq!(store.complete_client_task(ours(), stranger, entry(52), true, None, now()).await, missing);
    assert_eq!(store.complete_client_task(ours(), kept.id, entry(52), true, Some(2), now()).await, missing);
    assert_eq!(store.drop_client_note(ours(), kept.id, entry(52), None, now()).await, missing);
    assert_eq!(store.drop_client_note(ours(), stranger, entry(62), None, now()).await, missing);
    assert_eq!(table.items().await, before);
}

#[tokio::test]
async fn contacts_and_invoices_change_in_place_too() {
    let table = Table::start().await;
    let (store, mut books) = (&table.store, Books::new(1000));
    let kept = contact(31, 5, false);
    store.commit_contact(ours(), ContactWrite::Create(&kept), &[], None).await.unwrap();
    let changed = store.complete_contact_task(ours(), kept.id, entry(51), false, None, now()).await.unwrap();
    assert!(!changed.extras.tasks[1].completed);
    let changed = store.drop_contact_note(ours(), kept.id, entry(61), None, now()).await.unwrap();
    assert_eq!((changed.extras.notes.len(), changed.meta.version), (1, 3));

    let invoice = books.full(10, None);
    store.create_invoice(ours(), &invoice).await.unwrap();
    let id = invoice.header().id;
    let changed = store.complete_invoice_task(ours(), id, entry(51), true, None, now()).await.unwrap();
    assert!(changed.extras.tasks[0].completed);
    let changed = store.drop_invoice_note(ours(), id, entry(61), Some(2), now()).await.unwrap();
    assert_eq!(store.invoice_header(ours(), id).await, Ok(Some(changed)));
}

#[tokio::test]
async fn a_deleted_invoice_has_no_tasks() {
    let table = Table::start().await;
    let invoice = Books::new(1000).full(10, None);
    table.store.create_invoice(ours(), &invoice).await.unwrap();
    table.store.delete_invoice(ours(), invoice.header(), now()).await.unwrap();
    let id: InvoiceId = invoice.header().id;
    let gone = table.store.complete_invoice_task(ours(), id, entry(51), true, None, now()).await;
    assert_eq!(gone, Err(StoreError::Missing));
}

#[tokio::test]
async fn fifty_tasks_completed_at_once_survive_replaces_of_the_whole_object() {
    let table = Table::start().await;
    let store = &table.store;
    let mut kept = client(5);
    let pattern = kept.extras.tasks[0].clone();
    kept.extras.tasks = (100..150).map(|n| Task { id: entry(n), ..pattern.clone() }).collect();
    store.create_client(ours(), &kept).await.unwrap();

    let completing = (100..150).map(|n| store.complete_client_task(ours(), kept.id, entry(n), true, None, now()));
    let replacing = async {
        let mut replaced = 0;
        while replaced < 5 {
            let mut client = store.client(ours(), kept.id).await.unwrap().unwrap();
            let before = client.clone();
            client.name = Name::parse(&format!("Replaced {replaced}")).unwrap();
            client.meta.touch(now());
            match store.save_client(ours(), &client, &before).await {
                Ok(()) => replaced += 1,
                Err(StoreError::Raced) => {}
                Err(other) => panic!("{other}"),
            }
        }
    };
    let (completed, ()) = tokio::join!(futures::future::join_all(completing), replacing);
    assert!(completed.iter().all(Result::is_ok));
    let client = store.client(ours(), kept.id).await.unwrap().unwrap();
    assert!(client.extras.tasks.iter().all(|task| task.completed));
    assert_eq!((client.extras.tasks.len(), client.name.as_str(), client.meta.version), (50, "Replaced 4", 56));
}
