//! Clients: round trip, versions, and the invoices that refer to them.

use domain::Patch;
use domain::client::Client;
use domain::invoice::{DetailsPatch, InvoicePatch, Status};
use domain::text::Name;
use tributary_store::StoreError;

use crate::support::{Books, Table, client, now, ours, tenant};

fn renamed(client: &Client, name: &str) -> Client {
    let mut client = client.clone();
    client.name = Name::parse(name).unwrap();
    client.meta.touch(now());
    client
}

#[tokio::test]
async fn a_client_comes_back_as_it_was_kept() {
    let table = Table::start().await;
    let kept = client(5);
    table.store.create_client(ours(), &kept).await.unwrap();
    assert_eq!(table.store.client(ours(), kept.id).await, Ok(Some(kept.clone())));
    assert_eq!(table.store.client(tenant(2), kept.id).await, Ok(None), "another organisation does not see it");
    let bare = Client { email: None, images: vec![], extras: Default::default(), ..client(6) };
    table.store.create_client(ours(), &bare).await.unwrap();
    assert_eq!(table.store.client(ours(), bare.id).await, Ok(Some(bare)));
}

#[tokio::test]
async fn a_write_over_a_stale_version_is_raced_and_changes_nothing() {
    let table = Table::start().await;
    let first = client(5);
    table.store.create_client(ours(), &first).await.unwrap();
    let second = renamed(&first, "Second");
    table.store.save_client(ours(), &second, &first).await.unwrap();

    let before = table.items().await;
    let late = renamed(&first, "Late");
    assert_eq!(table.store.save_client(ours(), &late, &first).await, Err(StoreError::Raced));
    assert_eq!(table.store.delete_client(ours(), &first).await, Err(StoreError::Raced));
    assert_eq!(table.store.create_client(ours(), &late).await, Err(StoreError::Raced));
    assert_eq!(table.store.save_client(ours(), &client(6), &client(6)).await, Err(StoreError::Raced));
    assert_eq!(table.items().await, before);
    assert_eq!(table.store.client(ours(), first.id).await, Ok(Some(second)));
}

#[tokio::test]
async fn a_deleted_client_is_gone_and_kept_aside() {
    let table = Table::start().await;
    let gone = client(5);
    table.store.create_client(ours(), &gone).await.unwrap();
    table.store.delete_client(ours(), &gone).await.unwrap();
    assert_eq!(table.store.client(ours(), gone.id).await, Ok(None));
    assert_eq!(table.sort_keys("#TRASH").await, [format!("CLIENT#{}", gone.id)]);
    assert_eq!(table.sort_keys("#REFS").await, [""; 0]);
}

#[tokio::test]
async fn a_client_with_invoices_stays_until_the_last_one_is_gone() {
    let table = Table::start().await;
    let (store, mut books) = (&table.store, Books::new(1000));
    let (first, second) = (client(5), client(6));
    for client in [&first, &second] {
        store.create_client(ours(), client).await.unwrap();
    }
    let invoices = [books.plain(10, Some(5), Status::Draft), books.plain(11, Some(5), Status::Draft)];
    for invoice in &invoices {
        store.create_invoice(ours(), invoice).await.unwrap();
    }
    assert_eq!(store.client_has_invoices(ours(), first.id).await, Ok(true));
    let before = table.items().await;
    assert_eq!(store.delete_client(ours(), &first).await, Err(StoreError::Raced));
    assert_eq!(table.items().await, before);

    let mut moved = store.invoice(ours(), invoices[0].header().id).await.unwrap().unwrap();
    let details = DetailsPatch { client: Patch::Set(second.id), ..DetailsPatch::default() };
    books.update(&mut moved, InvoicePatch { details, ..InvoicePatch::default() });
    store.commit_invoice(ours(), &moved, invoices[0].header()).await.unwrap();
    assert_eq!(store.client_has_invoices(ours(), first.id).await, Ok(true));
    assert_eq!(store.client_has_invoices(ours(), second.id).await, Ok(true));

    store.delete_invoice(ours(), invoices[1].header(), now()).await.unwrap();
    assert_eq!(store.client_has_invoices(ours(), first.id).await, Ok(false));
    store.delete_client(ours(), &first).await.unwrap();
    assert_eq!(store.client_has_invoices(ours(), first.id).await, Ok(false));
}

#[tokio::test]
async fn an_invoice_needs_a_client_that_is_there() {
    let table = Table::start().await;
    let mut books = Books::new(1000);
    let invoice = books.full(10, Some(5));
    assert_eq!(table.store.create_invoice(ours(), &invoice).await, Err(StoreError::Missing));
    assert_eq!(table.items().await, [""; 0], "not even its number is taken");

    let free = books.plain(11, None, Status::Draft);
    table.store.create_invoice(ours(), &free).await.unwrap();
    let before = table.items().await;
    let mut bound = table.store.invoice(ours(), free.header().id).await.unwrap().unwrap();
    let details = DetailsPatch { client: Patch::Set(client(5).id), ..DetailsPatch::default() };
    books.update(&mut bound, InvoicePatch { details, ..InvoicePatch::default() });
    assert_eq!(table.store.commit_invoice(ours(), &bound, free.header()).await, Err(StoreError::Missing));
    assert_eq!(table.items().await, before);
}
