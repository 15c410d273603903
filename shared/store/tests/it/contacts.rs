//! Contacts, and the one that is a client's primary one.

use domain::contact::Contact;
use domain::id::{ClientId, ContactId};
use tributary_store::{ContactWrite, PrimaryMove, Store, StoreError};

use crate::support::{Table, client, contact, id, now, ours};

fn to(from: Option<u128>, to: Option<u128>) -> PrimaryMove {
    let contact = |n: u128| ContactId::new(id(n));
    PrimaryMove { client: ClientId::new(id(5)), from: from.map(contact), to: to.map(contact) }
}

fn with_flag(contact: &Contact, is_primary: bool) -> Contact {
    let mut contact = Contact { is_primary, ..contact.clone() };
    contact.meta.touch(now());
    contact
}

async fn primary(store: &Store) -> Option<ContactId> {
    store.primary_contact(ours(), ClientId::new(id(5))).await.unwrap()
}

#[tokio::test]
async fn a_contact_comes_back_as_it_was_kept() {
    let table = Table::start().await;
    let kept = contact(31, 5, false);
    table.store.commit_contact(ours(), ContactWrite::Create(&kept), &[], None).await.unwrap();
    assert_eq!(table.store.contact(ours(), kept.id).await, Ok(Some(kept.clone())));
    table.store.commit_contact(ours(), ContactWrite::Delete(&kept), &[], None).await.unwrap();
    assert_eq!(table.store.contact(ours(), kept.id).await, Ok(None));
    assert_eq!(table.sort_keys("#TRASH").await, [format!("CONTACT#{}", kept.id)]);
}

#[tokio::test]
async fn the_primary_flag_moves_in_one_write() {
    let table = Table::start().await;
    let store = &table.store;
    store.create_client(ours(), &client(5)).await.unwrap();
    assert_eq!(primary(store).await, None);
    let first = contact(31, 5, true);
    store.commit_contact(ours(), ContactWrite::Create(&first), &[to(None, Some(31))], None).await.unwrap();
    assert_eq!(primary(store).await, Some(first.id));

    let (second, demoted) = (contact(32, 5, true), with_flag(&first, false));
    let moves = [to(Some(31), Some(32))];
    store.commit_contact(ours(), ContactWrite::Create(&second), &moves, Some((&demoted, 1))).await.unwrap();
    assert_eq!(primary(store).await, Some(second.id));
    assert_eq!(store.contact(ours(), first.id).await, Ok(Some(demoted)));

    store.commit_contact(ours(), ContactWrite::Delete(&second), &[to(Some(32), None)], None).await.unwrap();
    assert_eq!(primary(store).await, None);
}

#[tokio::test]
async fn of_two_moves_of_the_flag_one_is_raced_and_changes_nothing() {
    let table = Table::start().await;
    let store = &table.store;
    store.create_client(ours(), &client(5)).await.unwrap();
    let first = contact(31, 5, true);
    store.commit_contact(ours(), ContactWrite::Create(&first), &[to(None, Some(31))], None).await.unwrap();

    let before = table.items().await;
    let late = contact(32, 5, true);
    let create = ContactWrite::Create(&late);
    assert_eq!(store.commit_contact(ours(), create, &[to(None, Some(32))], None).await, Err(StoreError::Raced));
    let stale = with_flag(&first, false);
    let moves = [to(Some(31), Some(32))];
    assert_eq!(store.commit_contact(ours(), create, &moves, Some((&stale, 7))).await, Err(StoreError::Raced));
    assert_eq!(table.items().await, before);
}

#[tokio::test]
async fn a_contact_outlives_its_client_and_the_flag_does_not() {
    let table = Table::start().await;
    let store = &table.store;
    store.create_client(ours(), &client(5)).await.unwrap();
    let first = contact(31, 5, true);
    store.commit_contact(ours(), ContactWrite::Create(&first), &[to(None, Some(31))], None).await.unwrap();
    store.delete_client(ours(), &client(5)).await.unwrap();
    assert_eq!(store.primary_contact(ours(), first.client).await, Err(StoreError::Missing));
    store.commit_contact(ours(), ContactWrite::Save(&with_flag(&first, true), 1), &[], None).await.unwrap();
    assert_eq!(store.contact(ours(), first.id).await.unwrap().map(|contact| contact.meta.version), Some(2));
}
