//! Webhooks and deliveries.

use domain::delivery::{Delivery, DeliveryStatus};
use domain::id::DeliveryId;
use domain::webhook::Webhook;
use jiff::SignedDuration;
use tributary_store::{PageRequest, StoreError};

use crate::support::{Table, delivery, first, id, now, ours, tenant, webhook};

#[tokio::test]
async fn a_webhook_comes_back_as_it_was_kept() {
    let table = Table::start().await;
    let store = &table.store;
    let kept = webhook(8);
    store.create_webhook(ours(), &kept, 100).await.unwrap();
    assert_eq!(store.webhook(ours(), kept.id).await, Ok(Some(kept.clone())));
    assert_eq!(store.webhook(tenant(2), kept.id).await, Ok(None));
    assert_eq!(store.all_webhooks(ours()).await, Ok(vec![Ok(kept.clone())]));
    assert_eq!(store.webhooks(ours(), first(1)).await.unwrap().rows, std::slice::from_ref(&kept));

    let bare = Webhook { payload: None, conditions: Default::default(), version: 2, ..kept.clone() };
    store.save_webhook(ours(), &bare, 1).await.unwrap();
    assert_eq!(store.save_webhook(ours(), &kept, 1).await, Err(StoreError::Raced));
    assert_eq!(store.delete_webhook(ours(), &kept).await, Err(StoreError::Raced));
    assert_eq!(store.webhook(ours(), kept.id).await, Ok(Some(bare.clone())));
    store.delete_webhook(ours(), &bare).await.unwrap();
    assert_eq!(store.all_webhooks(ours()).await, Ok(vec![]));
}

#[tokio::test]
async fn what_is_kept_of_a_deleted_webhook_does_not_hold_its_secrets() {
    let table = Table::start().await;
    let kept = webhook(8);
    let secrets = [&kept.secrets.current, &kept.secrets.previous.as_ref().unwrap().secret];
    let secrets = secrets.map(|secret| secret.expose().to_owned());
    let held = async || {
        let all = format!("{:?}", table.items().await);
        secrets.each_ref().map(|secret| all.contains(secret.as_str()))
    };
    table.store.create_webhook(ours(), &kept, 100).await.unwrap();
    assert_eq!(held().await, [true, true]);
    table.store.delete_webhook(ours(), &kept).await.unwrap();
    assert_eq!(held().await, [false, false]);
    assert_eq!(table.sort_keys("#TRASH").await, [format!("WEBHOOK#{}", kept.id)]);
}

#[tokio::test]
async fn a_delivery_is_made_once() {
    let table = Table::start().await;
    let store = &table.store;
    let kept = delivery(9, 8);
    store.create_delivery(ours(), &kept).await.unwrap();
    assert_eq!(store.create_delivery(ours(), &kept).await, Err(StoreError::Raced));
    assert_eq!(store.delivery(ours(), kept.webhook, kept.id, now()).await, Ok(Some(kept.clone())));
    let done = Delivery { status: DeliveryStatus::Delivered, version: 2, ..kept.clone() };
    store.save_delivery(ours(), &done, 1).await.unwrap();
    assert_eq!(store.save_delivery(ours(), &kept, 1).await, Err(StoreError::Raced));
    assert_eq!(store.delivery(ours(), kept.webhook, kept.id, now()).await, Ok(Some(done)));
}

#[tokio::test]
async fn deliveries_are_listed_newest_first_while_they_are_kept() {
    let table = Table::start().await;
    let store = &table.store;
    for n in 0..5 {
        let created_at = now() + SignedDuration::from_hours(i64::try_from(n).unwrap());
        let delivery = Delivery { created_at, ..delivery(20 + n, 8) };
        store.create_delivery(ours(), &delivery).await.unwrap();
    }
    store.create_delivery(ours(), &delivery(30, 7)).await.unwrap();
    let webhook = webhook(8).id;
    let list = async |page: PageRequest, at| {
        let page = store.deliveries(ours(), webhook, page, at).await.unwrap();
        (page.rows.iter().map(|row| row.id.uuid().as_u128()).collect::<Vec<_>>(), page.next)
    };
    let (rows, next) = list(first(3), now()).await;
    assert_eq!((rows, next.clone()), (vec![24, 23, 22], Some(id(22).to_string())));
    assert_eq!(list(PageRequest { limit: 3, after: next }, now()).await, (vec![21, 20], None));

    // The two oldest are over, deleted or not.
    let later = now() + Delivery::KEPT + SignedDuration::from_mins(90);
    assert_eq!(list(first(3), later).await.0, [24, 23, 22]);
    assert_eq!(list(first(10), later).await, (vec![24, 23, 22], None));
    assert_eq!(store.delivery(ours(), webhook, DeliveryId::new(id(20)), later).await, Ok(None));
}
