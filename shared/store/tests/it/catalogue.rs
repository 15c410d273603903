//! Attribute definitions, categories, items and tiers: round trips, unique values, references.

use domain::attributes::{Attribute, AttributeName};
use domain::catalogue::{CatalogueItem, Category, PriceTier, Sku};
use domain::id::CategoryId;
use domain::text::Name;
use tributary_store::{NameRule, StoreError, Unique};

use crate::support::{Table, attribute, category, first, id, item, now, ours, tenant, tier};

fn with_sku(item: &CatalogueItem, sku: Option<&str>) -> CatalogueItem {
    let mut item = CatalogueItem { sku: sku.map(|sku| Sku::parse(sku).unwrap()), ..item.clone() };
    item.meta.touch(now());
    item
}

fn under(category: &Category, parent: Option<u128>) -> Category {
    let mut category = Category { parent: parent.map(|parent| CategoryId::new(id(parent))), ..category.clone() };
    category.meta.touch(now());
    category
}

#[tokio::test]
async fn an_attribute_has_its_name_to_itself_until_it_is_gone() {
    let table = Table::start().await;
    let store = &table.store;
    let (industry, size) = (attribute(1, "industry"), attribute(2, "size"));
    store.create_attribute(ours(), &industry).await.unwrap();
    store.create_attribute(ours(), &size).await.unwrap();
    assert_eq!(store.attribute(ours(), industry.id).await, Ok(Some(industry.clone())));
    assert_eq!(store.attributes(ours()).await, Ok(vec![industry.clone(), size.clone()]));
    assert_eq!(store.attributes(tenant(2)).await, Ok(vec![]));

    let taken = Err(StoreError::Taken(Unique::AttributeName));
    assert_eq!(store.create_attribute(ours(), &attribute(3, "industry")).await, taken);
    let renamed = Attribute { name: AttributeName::parse("industry").unwrap(), version: 2, ..size.clone() };
    assert_eq!(store.save_attribute(ours(), &renamed, &size).await, taken);
    store.create_attribute(tenant(2), &attribute(3, "industry")).await.unwrap();

    store.delete_attribute(ours(), &industry).await.unwrap();
    store.save_attribute(ours(), &renamed, &size).await.unwrap();
    store.create_attribute(ours(), &attribute(3, "size")).await.unwrap();
    assert_eq!(store.attribute(ours(), size.id).await, Ok(Some(renamed)));
}

#[tokio::test]
async fn an_item_comes_back_as_it_was_kept() {
    let table = Table::start().await;
    for kept in [item(4, Some("WEB-20")), CatalogueItem { category: None, stripe_price_id: None, ..item(5, None) }] {
        table.store.create_item(ours(), &kept).await.unwrap();
        assert_eq!(table.store.item(ours(), kept.id).await, Ok(Some(kept)));
    }
}

#[tokio::test]
async fn a_sku_is_claimed_changed_released_and_used_again() {
    let table = Table::start().await;
    let store = &table.store;
    let (one, other) = (item(4, Some("A")), item(5, Some("B")));
    store.create_item(ours(), &one).await.unwrap();
    store.create_item(ours(), &other).await.unwrap();
    store.create_item(tenant(2), &item(6, Some("A"))).await.unwrap();

    let before = table.items().await;
    let taken = Err(StoreError::Taken(Unique::Sku));
    assert_eq!(store.create_item(ours(), &item(6, Some("A"))).await, taken);
    assert_eq!(store.save_item(ours(), &with_sku(&other, Some("A")), &other).await, taken);
    assert_eq!(table.items().await, before);

    let renamed = with_sku(&one, Some("C"));
    store.save_item(ours(), &renamed, &one).await.unwrap();
    store.create_item(ours(), &item(6, Some("A"))).await.unwrap();
    let bare = with_sku(&renamed, None);
    store.save_item(ours(), &bare, &renamed).await.unwrap();
    store.delete_item(ours(), &other).await.unwrap();
    store.create_item(ours(), &item(7, Some("B"))).await.unwrap();
    store.create_item(ours(), &item(8, Some("C"))).await.unwrap();
    assert_eq!(table.sort_keys(&format!("{}#UNIQUE#SKU", id(1))).await, ["A", "B", "C"]);
}

#[tokio::test]
async fn a_stale_write_is_raced_though_the_value_it_wants_is_taken_too() {
    let table = Table::start().await;
    let before = item(4, Some("A"));
    table.store.create_item(ours(), &before).await.unwrap();
    let wanted = with_sku(&before, Some("B"));
    table.store.save_item(ours(), &wanted, &before).await.unwrap();
    // The same change, decided at the same time: it is this very item that has the sku by now.
    assert_eq!(table.store.save_item(ours(), &wanted, &before).await, Err(StoreError::Raced));
}

#[tokio::test]
async fn a_tier_has_its_quantity_to_itself_among_the_tiers_of_an_item() {
    let table = Table::start().await;
    let store = &table.store;
    let (ten, twenty) = (tier(41, 4, 10), tier(42, 4, 20));
    store.create_item(ours(), &item(4, None)).await.unwrap();
    for tier in [&ten, &twenty, &tier(43, 5, 10)] {
        store.create_tier(ours(), tier).await.unwrap();
    }
    assert_eq!(store.tier(ours(), ten.item, ten.id).await, Ok(Some(ten.clone())));
    assert_eq!(store.tier_by_id(ours(), ten.id).await, Ok(Some(ten.clone())));
    assert_eq!(store.tier_by_id(tenant(2), ten.id).await, Ok(None));
    assert_eq!(store.tiers(ours(), ten.item).await, Ok(vec![ten.clone(), twenty.clone()]));
    assert_eq!(store.tier_page(ours(), ten.item, first(1)).await.unwrap().rows, std::slice::from_ref(&ten));

    let taken = Err(StoreError::Taken(Unique::TierQuantity));
    assert_eq!(store.create_tier(ours(), &tier(44, 4, 10)).await, taken);
    let mut moved = PriceTier { min_quantity: 10, ..twenty.clone() };
    moved.meta.touch(now());
    assert_eq!(store.save_tier(ours(), &moved, &twenty).await, taken);
    store.delete_tier(ours(), &ten).await.unwrap();
    store.save_tier(ours(), &moved, &twenty).await.unwrap();
    store.create_tier(ours(), &tier(44, 4, 20)).await.unwrap();
    assert_eq!(store.tier_by_id(ours(), ten.id).await, Ok(None));
    assert_eq!(store.tier(ours(), moved.item, moved.id).await, Ok(Some(moved)));
}

#[tokio::test]
async fn the_tiers_of_a_deleted_item_are_out_of_reach() {
    let table = Table::start().await;
    let store = &table.store;
    let (item, ten) = (item(4, None), tier(41, 4, 10));
    store.create_item(ours(), &item).await.unwrap();
    store.create_tier(ours(), &ten).await.unwrap();
    store.delete_item(ours(), &item).await.unwrap();
    assert_eq!(store.tier_by_id(ours(), ten.id).await, Ok(None));
    assert_eq!(store.tier_page(ours(), item.id, first(5)).await, Err(StoreError::Missing));
    assert_eq!(store.tiers(ours(), item.id).await, Ok(vec![ten]), "who has just read the item can still price by them");
}

#[tokio::test]
async fn a_category_stays_while_others_stand_below_it() {
    let table = Table::start().await;
    let store = &table.store;
    let (root, other, child) = (category(1, None), category(2, None), category(3, Some(1)));
    for category in [&root, &other, &child] {
        store.create_category(ours(), category).await.unwrap();
        assert_eq!(store.category(ours(), category.id).await.as_ref(), Ok(&Some(category.clone())));
    }
    assert_eq!(store.create_category(ours(), &category(4, Some(77))).await, Err(StoreError::Missing));
    assert_eq!(store.category_has_children(ours(), root.id).await, Ok(true));
    assert_eq!(store.delete_category(ours(), &root).await, Err(StoreError::Raced));

    let moved = under(&child, Some(2));
    store.save_category(ours(), &moved, &child, 0).await.unwrap();
    assert_eq!(store.category_has_children(ours(), root.id).await, Ok(false));
    assert_eq!(store.category_has_children(ours(), other.id).await, Ok(true));
    store.delete_category(ours(), &root).await.unwrap();
    store.delete_category(ours(), &moved).await.unwrap();
    store.delete_category(ours(), &other).await.unwrap();
    assert_eq!(table.sort_keys("#TRASH").await.len(), 3);
}

#[tokio::test]
async fn two_moves_in_the_tree_that_saw_the_same_state_cannot_both_be_committed() {
    let table = Table::start().await;
    let store = &table.store;
    let (one, two) = (category(1, None), category(2, None));
    store.create_category(ours(), &one).await.unwrap();
    store.create_category(ours(), &two).await.unwrap();
    let seen = store.category_tree(ours()).await.unwrap();
    let below = under(&one, Some(2));
    store.save_category(ours(), &below, &one, seen).await.unwrap();
    // Each move alone is allowed; both would close a cycle.
    let closing = under(&two, Some(1));
    let before = table.items().await;
    assert_eq!(store.save_category(ours(), &closing, &two, seen).await, Err(StoreError::Raced));
    assert_eq!(table.items().await, before);

    let seen = store.category_tree(ours()).await.unwrap();
    let root = under(&below, None);
    store.save_category(ours(), &root, &below, seen).await.unwrap();
    assert_eq!(store.category_tree(ours()).await, Ok(seen + 1));
    let texts = under(&root, None);
    store.save_category(ours(), &texts, &root, 0).await.unwrap();
    assert_eq!(store.category_tree(ours()).await, Ok(seen + 1), "a change of texts is none of the tree");
}

#[tokio::test]
async fn values_that_a_reader_takes_for_one_are_one_and_may_be_respelled_by_their_owner() {
    let table = Table::start().await;
    let spelled =
        |n: u128, sku: &str, name: &str| CatalogueItem { name: Name::parse(name).unwrap(), ..item(n, Some(sku)) };
    let first = spelled(5, "①", "Ｗeb");
    table.store.create_item_named(ours(), &first, NameRule::Unique).await.unwrap();
    for (n, sku) in [(6, "1"), (7, "1\u{200d}"), (8, "１")] {
        let taken = table.store.create_item(ours(), &spelled(n, sku, "x")).await;
        assert_eq!(taken, Err(StoreError::Taken(Unique::Sku)), "{sku:?}");
    }
    let named = table.store.create_item_named(ours(), &spelled(9, "9", "Web"), NameRule::Unique).await;
    assert_eq!(named, Err(StoreError::Taken(Unique::ProductName)));
    let mut respelled = spelled(5, "1", "Web");
    respelled.meta.version += 1;
    table.store.save_item_named(ours(), &respelled, &first, NameRule::Unique).await.unwrap();
    table.store.delete_item(ours(), &respelled).await.unwrap();
    table.store.create_item_named(ours(), &spelled(10, "①", "Ｗeb"), NameRule::Unique).await.unwrap();
}
