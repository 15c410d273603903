//! A walk through an organisation finds all that it has, wherever it begins anew.

use std::collections::BTreeSet;

use domain::invoice::Status;
use domain::{Tenant, id::CategoryId};
use tributary_store::{Closure, Scope, WalkCursor};

use crate::support::{Books, Table, attribute, client, delivery, id, item, now, owner, tenant, tier, webhook};

/// An organisation with something in every kind of place, children of what was deleted included.
async fn fill(table: &Table, tenant: Tenant, n: u128, username: &str) {
    let store = &table.store;
    let (organisation, user) = owner(n, username, &format!("{username}@example.com"));
    store.create_account(&organisation, &user, None).await.unwrap();
    for n in [n + 10, n + 11] {
        let unnamed = domain::client::Client { email: None, number: 0, party_number: 0, ..client(n) };
        store.create_client(tenant, &unnamed).await.unwrap();
    }
    store.create_attribute(tenant, &attribute(n + 20, "vip")).await.unwrap();
    for (n, sku) in [(n + 30, "A"), (n + 40, "B")] {
        let item = domain::catalogue::CatalogueItem { category: None::<CategoryId>, number: 0, ..item(n, Some(sku)) };
        store.create_item(tenant, &item).await.unwrap();
        for (tier_id, least) in [(n + 1, 10), (n + 2, 20)] {
            store.create_tier(tenant, &tier(tier_id, n, least)).await.unwrap();
        }
        if sku == "B" {
            store.delete_item(tenant, &item).await.unwrap();
        }
    }
    for n in [n + 50, n + 60] {
        store.create_webhook(tenant, &webhook(n), 100).await.unwrap();
        store.create_delivery(tenant, &delivery(n + 1, n)).await.unwrap();
    }
    store.delete_webhook(tenant, &webhook(n + 60)).await.unwrap();
    let invoice = Books::new(n + 1000).plain(n + 70, Some(n + 10), Status::Sent);
    store.create_invoice(tenant, &invoice).await.unwrap();
}

fn keys(items: &[String]) -> BTreeSet<&str> {
    items.iter().map(|item| item.split(", ").next().unwrap()).collect()
}

/// The items of an organisation, but its own.
async fn below(table: &Table, tenant: Tenant) -> Vec<String> {
    let prefix = format!("pk: S(\"ORG#{}#", tenant.organisation());
    table.items().await.into_iter().filter(|item| item.starts_with(&prefix)).collect()
}

#[tokio::test]
async fn a_walk_sees_every_item_once_in_pages_of_any_size() {
    let table = Table::start().await;
    let (ours, theirs) = (tenant(1), tenant(5000));
    fill(&table, ours, 1, "ada").await;
    fill(&table, theirs, 5000, "bob").await;
    let expected = below(&table, ours).await;
    assert!(keys(&expected).len() > 15, "{:#?}", keys(&expected));
    for limit in [1, 2, 100] {
        let (mut count, mut cursor) = (0, Some(WalkCursor::default()));
        while let Some(at) = cursor {
            let (items, next) = table.store.walk(ours, Scope::Everything, at, limit).await.unwrap();
            assert!(items.len() <= limit);
            count += items.len();
            cursor = next;
        }
        assert_eq!(count, expected.len(), "in pages of {limit}");
    }
}

#[tokio::test]
async fn a_walk_that_removes_what_it_sees_leaves_nothing_though_it_forgets_how_far_it_came() {
    let table = Table::start().await;
    let (ours, theirs) = (tenant(1), tenant(5000));
    fill(&table, ours, 1, "ada").await;
    fill(&table, theirs, 5000, "bob").await;
    let others = below(&table, theirs).await;
    let (mut noted, mut cursor, mut steps) = (WalkCursor::default(), Some(WalkCursor::default()), 0);
    while let Some(at) = cursor {
        let (items, next) = table.store.walk(ours, Scope::Everything, at, 1).await.unwrap();
        table.store.remove(&items).await.unwrap();
        steps += 1;
        cursor = match (steps % 7, next) {
            // It ends early, and goes on from what it wrote down some steps before.
            (0, Some(next)) => Some(std::mem::replace(&mut noted, next)),
            (_, next) => next,
        };
        let written = cursor.as_ref().map(|cursor| serde_json::to_string(cursor).unwrap());
        cursor = written.map(|text| serde_json::from_str(&text).unwrap());
    }
    assert_eq!(below(&table, ours).await, [] as [String; 0]);
    assert!(below(&table, theirs).await == others);
}

#[tokio::test]
async fn an_organisation_ends_with_its_series_of_every_year_and_its_closure_last() {
    let table = Table::start().await;
    let ours = tenant(1);
    fill(&table, ours, 1, "ada").await;
    let invoice = Books::new(2000).plain(300, None, Status::Sent);
    let series = table.store.next_in_series(ours, 1999).await.unwrap();
    let alongside = tributary_store::Alongside { series: Some(series), client: None };
    table.store.create_invoice_with(ours, &invoice, alongside).await.unwrap();
    let closure = Closure::requested(now());
    table.store.create_closure(ours, &closure, now()).await.unwrap();
    let again = table.store.create_closure(ours, &closure, now()).await;
    assert_eq!(again, Err(tributary_store::StoreError::Raced));
    assert_eq!(table.sort_keys("SEQ#INVOICE-1999").await, ["SEQ"]);
    table.store.end_organisation(ours).await.unwrap();
    assert_eq!(table.sort_keys("SEQ#INVOICE-1999").await, [] as [&str; 0]);
    assert_eq!(table.sort_keys(&id(1).to_string()).await, [] as [&str; 0], "nothing is left of its own");
    assert_eq!(table.store.closure(ours).await, Ok(None));
}
