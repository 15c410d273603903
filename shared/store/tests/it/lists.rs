//! Pages: nothing is left out, nothing is there twice, and a row just written is in the next list.

use domain::filter::{CategoryFilter, ClientFilter, ContactFilter, ItemFilter, Parent};
use domain::id::{CategoryId, ClientId};
use tributary_store::meter::Meter;
use tributary_store::{ContactWrite, Page, PageRequest};

use crate::support::{Table, category, client, contact, first, id, item, ours, tenant};

async fn all_pages(table: &Table, filter: &ClientFilter, limit: usize) -> Vec<Vec<u128>> {
    let (mut pages, mut after) = (vec![], None);
    loop {
        let page = table.store.clients(ours(), filter, PageRequest { limit, after }).await.unwrap();
        pages.push(page.rows.iter().map(|client| client.id.uuid().as_u128()).collect());
        match page.next {
            Some(next) => after = Some(next),
            None => return pages,
        }
    }
}

#[tokio::test]
async fn pages_join_without_a_gap() {
    let table = Table::start().await;
    assert_eq!(all_pages(&table, &ClientFilter::default(), 3).await, [[0_u128; 0]]);
    // Out of order: the list's order is that of the ids.
    for n in [3, 7, 1, 6, 2, 5, 4] {
        table.store.create_client(ours(), &client(n)).await.unwrap();
        let newest = table.store.clients(ours(), &ClientFilter::default(), first(10)).await.unwrap();
        assert!(newest.rows.iter().any(|row| row.id == client(n).id), "{n} was just written");
    }
    table.store.create_client(tenant(2), &client(8)).await.unwrap();
    let everybody = ClientFilter::default();
    assert_eq!(all_pages(&table, &everybody, 3).await, [vec![1, 2, 3], vec![4, 5, 6], vec![7]]);
    assert_eq!(all_pages(&table, &everybody, 7).await, [[1, 2, 3, 4, 5, 6, 7]]);
    assert_eq!(all_pages(&table, &everybody, 1).await.concat(), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(all_pages(&table, &everybody, 1000).await.len(), 1);
}

#[tokio::test]
async fn a_page_goes_on_where_the_last_one_ended_though_rows_come_and_go() {
    let table = Table::start().await;
    for n in 1..=4 {
        table.store.create_client(ours(), &client(n)).await.unwrap();
    }
    let page = table.store.clients(ours(), &ClientFilter::default(), first(2)).await.unwrap();
    table.store.delete_client(ours(), &client(2)).await.unwrap();
    table.store.create_client(ours(), &client(5)).await.unwrap();
    let rest = PageRequest { limit: 10, after: page.next };
    let rest = table.store.clients(ours(), &ClientFilter::default(), rest).await.unwrap();
    assert_eq!(rest.rows.iter().map(|row| row.id.uuid().as_u128()).collect::<Vec<_>>(), [3, 4, 5]);
}

#[tokio::test]
async fn a_filtered_page_is_full_and_has_a_next_one_only_if_a_row_follows() {
    let table = Table::start().await;
    for n in 1..=12 {
        table.store.create_client(ours(), &client(n)).await.unwrap();
    }
    let filter = ClientFilter { name: Some("client 1".into()) };
    assert_eq!(all_pages(&table, &filter, 3).await, [vec![1, 10, 11], vec![12]]);
    assert_eq!(all_pages(&table, &filter, 4).await, [[1, 10, 11, 12]]);
    let nobody = ClientFilter { name: Some("nobody".into()) };
    assert_eq!(all_pages(&table, &nobody, 3).await, [[0_u128; 0]]);
}

#[tokio::test]
async fn a_list_longer_than_one_answer_of_dynamodb_is_read_to_its_end() {
    let table = Table::start().await;
    // Fourteen of about 90 KB: a query answers a megabyte at most.
    for n in 1..=14 {
        let mut large = client(n);
        large.images = vec!["x".repeat(90_000)];
        table.store.create_client(ours(), &large).await.unwrap();
    }
    assert_eq!(all_pages(&table, &ClientFilter::default(), 100).await, [(1..=14).collect::<Vec<u128>>()]);
    let late = ClientFilter { name: Some("14".into()) };
    assert_eq!(all_pages(&table, &late, 1).await, [[14]]);
}

#[tokio::test]
async fn a_filtered_page_passes_over_sixteen_megabytes_at_most_and_says_where_to_go_on() {
    let table = Table::start().await;
    // Two to a megabyte, and a page passes over half of them.
    for n in 1..=40 {
        let mut large = client(n);
        large.images = vec!["x".repeat(390_000)];
        table.store.create_client(ours(), &large).await.unwrap();
    }
    let late = ClientFilter { name: Some("client 40".into()) };
    let meter = Meter::default();
    let page = meter.scope(table.store.clients(ours(), &late, first(10))).await.unwrap();
    assert_eq!((page.rows.len(), meter.reading().round_trips), (0, 16));
    assert_eq!(all_pages(&table, &late, 10).await, [vec![], vec![40]]);
}

#[tokio::test]
async fn contacts_categories_and_items_are_filtered_by_what_they_are() {
    let table = Table::start().await;
    let store = &table.store;
    for (n, of, is_primary) in [(31, 5, false), (32, 6, false), (33, 5, true)] {
        let contact = contact(n, of, is_primary);
        store.commit_contact(ours(), ContactWrite::Create(&contact), &[], None).await.unwrap();
    }
    let contacts = async |filter: ContactFilter| {
        let page = store.contacts(ours(), &filter, first(10)).await.unwrap();
        page.rows.iter().map(|row| row.id.uuid().as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(contacts(ContactFilter::default()).await, [31, 32, 33]);
    let of_five = ContactFilter { client: Some(ClientId::new(id(5))), ..ContactFilter::default() };
    assert_eq!(contacts(of_five.clone()).await, [31, 33]);
    assert_eq!(contacts(ContactFilter { is_primary: Some(true), ..of_five.clone() }).await, [33]);
    assert_eq!(contacts(ContactFilter { first_name: Some("maria".into()), ..of_five }).await, [0; 0]);

    for category in [category(1, None), category(2, Some(1)), category(3, None)] {
        store.create_category(ours(), &category).await.unwrap();
    }
    let categories = async |parent| {
        let filter = CategoryFilter { name: None, parent };
        let page = store.categories(ours(), &filter, first(10)).await.unwrap();
        page.rows.iter().map(|row| row.id.uuid().as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(categories(None).await, [1, 2, 3]);
    assert_eq!(categories(Some(Parent::Root)).await, [1, 3]);
    assert_eq!(categories(Some(Parent::Under(CategoryId::new(id(1))))).await, [2]);

    for item in [item(4, Some("A")), item(5, None)] {
        store.create_item(ours(), &item).await.unwrap();
    }
    let filter = ItemFilter { sku: Some("A".into()), ..ItemFilter::default() };
    assert_eq!(store.items(ours(), &filter, first(10)).await.unwrap().rows, [item(4, Some("A"))]);
}

#[test]
fn a_list_at_hand_goes_on_after_a_row_that_is_gone() {
    let page = |rows: &[u32], after: Option<&str>, limit| {
        let request = PageRequest { limit, after: after.map(str::to_owned) };
        Page::of(rows.to_vec(), &request, |row| format!("{row:04}"), |_| 1)
    };
    assert_eq!(page(&[1, 2, 3], None, 2), Page { rows: vec![1, 2], next: Some("0002".into()) });
    assert_eq!(page(&[1, 3], Some("0002"), 2), Page { rows: vec![3], next: None });
    assert_eq!(page(&[1, 2], Some("0002"), 2), Page { rows: vec![], next: None });
    assert_eq!(page(&[1, 2], None, 2), Page { rows: vec![1, 2], next: None });
}
