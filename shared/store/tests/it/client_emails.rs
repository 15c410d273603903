//! Clients by their e-mail address.

use domain::client::Client;
use domain::text::Email;
use tributary_store::{Alongside, StoreError, Unique};

use crate::support::{Books, Table, client, ours, tenant};

fn address(text: &str) -> Email {
    Email::parse(text).unwrap()
}

fn with_address(n: u128, email: &str) -> Client {
    Client { email: Some(address(email)), ..client(n) }
}

#[tokio::test]
async fn an_address_leads_to_its_client_without_regard_to_case() {
    let table = Table::start().await;
    let store = &table.store;
    store.create_client(ours(), &with_address(5, "Ap@Example.com")).await.unwrap();
    store.create_client(ours(), &Client { email: None, ..client(6) }).await.unwrap();
    for same in ["ap@example.com", "AP@EXAMPLE.COM", "Ap@Example.com"] {
        assert_eq!(store.client_by_email(ours(), &address(same)).await, Ok(Some(client(5).id)));
    }
    assert_eq!(store.client_by_email(ours(), &address("app@example.com")).await, Ok(None));
    assert_eq!(store.client_by_email(tenant(2), &address("ap@example.com")).await, Ok(None));
}

#[tokio::test]
async fn a_shared_address_leads_to_the_first_and_is_free_when_that_one_is_deleted() {
    let table = Table::start().await;
    let store = &table.store;
    let (first, second) = (with_address(5, "ap@example.com"), with_address(6, "AP@example.com"));
    for client in [&first, &second] {
        store.create_client(ours(), client).await.unwrap();
    }
    let email = address("ap@example.com");
    assert_eq!(store.client_by_email(ours(), &email).await, Ok(Some(first.id)));
    store.delete_client(ours(), &second).await.unwrap();
    assert_eq!(store.client_by_email(ours(), &email).await, Ok(Some(first.id)), "it was not the second one's");
    store.delete_client(ours(), &first).await.unwrap();
    assert_eq!(store.client_by_email(ours(), &email).await, Ok(None));
    store.create_client(ours(), &with_address(7, "ap@example.com")).await.unwrap();
    assert_eq!(store.client_by_email(ours(), &email).await, Ok(Some(client(7).id)));
}

#[tokio::test]
async fn of_two_invoices_that_make_a_client_of_one_address_one_is_committed() {
    let table = Table::start().await;
    let (store, mut books) = (&table.store, Books::new(1000));
    let (first, second) = (with_address(5, "ap@example.com"), with_address(6, "AP@example.com"));
    let of = |client| Alongside { series: None, client: Some(client) };
    let (one, two) = (
        books.plain(10, Some(5), domain::invoice::Status::Draft),
        books.plain(11, Some(6), domain::invoice::Status::Draft),
    );
    store.create_invoice_with(ours(), &one, of(&first)).await.unwrap();
    let before = table.items().await;
    let taken = store.create_invoice_with(ours(), &two, of(&second)).await;
    assert_eq!(taken, Err(StoreError::Taken(Unique::ClientEmail)));
    assert_eq!(table.items().await, before);
}
