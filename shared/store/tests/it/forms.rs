//! Items of the form before are read as they were meant, and are rewritten without anybody noticing.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Tenant;
use domain::filter::ClientFilter;
use domain::id::{ClientId, InvoiceId};
use domain::invoice::{IntentBook, Status};
use domain::member::UserNumber;
use domain::text::{Name, ShortText};
use tributary_store::{FORM, Position, Segment, StoreError, StripeCommit};

use crate::support::{Books, Table, attribute, category, client, first, id, item, now, ours, owner, webhook};

type Item = HashMap<String, AttributeValue>;

fn form(item: &Item) -> Option<u32> {
    item.get("form").map(|form| form.as_n().unwrap().parse().unwrap())
}

/// Makes what is in the table what a deployment of the first form wrote.
async fn make_first_form(table: &Table) {
    for item in table.raw().await {
        let pk = item["pk"].as_s().unwrap().clone();
        let mut first = item;
        let absent: &[&str] = match pk.rsplit('#').next().unwrap() {
            "MEMBER" => &["version"],
            "CLIENT" => &["number", "party_number"],
            "CATEGORY" => &["number"],
            "ITEM" => &["number", "stock_quantity"],
            "INVOICE" => &["billing_number"],
            _ if pk.starts_with("STRIPE#") => &["gsi1pk", "gsi1sk"],
            _ => &[],
        };
        // What has a number was made since numbers are given.
        let has_none = |value: &AttributeValue| !matches!(value, AttributeValue::N(number) if number != "0");
        first.retain(|name, value| !absent.contains(&name.as_str()) || (name != "version" && !has_none(value)));
        // Objects said their form from the start; markers and counters did not.
        match first.contains_key("id") || first.contains_key("user") {
            true => first.insert("form".into(), AttributeValue::N("1".into())),
            false => first.remove("form"),
        };
        table.client.put_item().table_name(&table.name).set_item(Some(first)).send().await.unwrap();
    }
}

/// An organisation with its owner, and an object of each kind whose form was changed.
async fn books(table: &Table) -> InvoiceId {
    let (organisation, user) = owner(1, "ada", "ada@example.com");
    table.store.create_account(&organisation, &user, None).await.unwrap();
    let uncounted = |n| domain::client::Client { number: 0, party_number: 0, ..client(n) };
    for n in 20..25 {
        table.store.create_client(ours(), &uncounted(n)).await.unwrap();
    }
    let invoice = Books::new(1000).plain(10, Some(20), Status::Sent);
    table.store.create_invoice(ours(), &invoice).await.unwrap();
    let mut book = IntentBook::new(ShortText::parse("pi_1").unwrap());
    book.invoice = Some((ours(), invoice.header().id));
    let object = Some(("in_1", ours(), invoice.header().id));
    let commit = StripeCommit { event: "evt_1", book: Some(&book), invoice: None, object, now: now() };
    table.store.commit_stripe(commit).await.unwrap();
    invoice.header().id
}

#[tokio::test]
async fn every_item_that_is_written_says_its_form() {
    let table = Table::start().await;
    books(&table).await;
    table.store.next_user_number().await.unwrap();
    table.store.create_category(ours(), &category(30, None)).await.unwrap();
    table.store.create_item(ours(), &item(40, Some("A-1"))).await.unwrap();
    table.store.create_attribute(ours(), &attribute(50, "vip")).await.unwrap();
    table.store.create_webhook(ours(), &webhook(60), 100).await.unwrap();
    table.store.take_try("hash", 0, 900, 5).await.unwrap().unwrap();
    for item in table.raw().await {
        assert_eq!(form(&item), Some(FORM), "{item:?}");
    }
}

#[tokio::test]
async fn items_of_the_form_before_read_as_those_of_today() {
    let table = Table::start().await;
    let invoice = books(&table).await;
    let read = async || {
        let store = &table.store;
        let member = store.member(ours(), UserNumber::new(1)).await;
        let clients = store.clients(ours(), &ClientFilter::default(), first(10)).await;
        let of_stripe = store.stripe_event("evt_1", Some("pi_1")).await;
        (member, clients, store.invoice(ours(), invoice).await, of_stripe, store.stripe_owner("in_1").await)
    };
    let today = read().await;
    assert!(today.0.as_ref().is_ok_and(Option::is_some) && today.1.as_ref().is_ok_and(|page| page.rows.len() == 5));
    make_first_form(&table).await;
    assert_eq!(read().await, today);
}

#[tokio::test]
async fn rewriting_ends_and_goes_on_wherever_it_was_and_finds_nothing_the_second_time() {
    let table = Table::start().await;
    books(&table).await;
    let today = table.items().await;
    make_first_form(&table).await;
    let count = u64::try_from(today.len()).unwrap();

    let begun = table.store.rewrite_page(Segment::WHOLE, None, 3).await.unwrap();
    assert_eq!((begun.seen, begun.rewritten), (3, 3));
    assert_eq!(table.raw().await.iter().filter(|item| form(item) == Some(FORM)).count(), 3);
    // The page after it was rewritten, and its end was not noted.
    table.store.rewrite_page(Segment::WHOLE, begun.next.clone(), 3).await.unwrap();
    let (seen, rewritten) = run(&table, Segment::WHOLE, begun.next).await;
    assert_eq!((seen, rewritten), (count - 3, count - 6));
    assert!(table.items().await == today, "what was rewritten is not as if it had been written today");
    assert_eq!(run(&table, Segment::WHOLE, None).await, (count, 0));
}

#[tokio::test]
async fn segments_share_the_table_between_them() {
    let table = Table::start().await;
    books(&table).await;
    let today = table.items().await;
    make_first_form(&table).await;
    let mut total = (0, 0);
    for number in 0..3 {
        let (seen, rewritten) = run(&table, Segment { number, of: 3 }, None).await;
        total = (total.0 + seen, total.1 + rewritten);
    }
    let count = u64::try_from(today.len()).unwrap();
    assert_eq!(total, (count, count));
    assert!(table.items().await == today);
}

#[tokio::test]
async fn what_is_written_at_the_same_time_is_not_lost() {
    const CHANGES: u64 = 40;
    let table = Table::start().await;
    books(&table).await;
    make_first_form(&table).await;
    let changed = ClientId::new(id(21));
    let change = async {
        for round in 0..CHANGES {
            let before = table.store.client(ours(), changed).await.unwrap().unwrap();
            let mut after = before.clone();
            after.name = Name::parse(&format!("Name {round}")).unwrap();
            after.meta.touch(now());
            table.store.save_client(ours(), &after, &before).await.unwrap();
            table.store.next_user_number().await.unwrap();
        }
    };
    let rewrite = async {
        // Each round finds everything of the first form, so that every write of it meets a change.
        for _ in 0..8 {
            run(&table, Segment::WHOLE, None).await;
            put_back(&table, changed).await;
        }
        run(&table, Segment::WHOLE, None).await;
    };
    tokio::join!(change, rewrite);
    let client = table.store.client(ours(), changed).await.unwrap().unwrap();
    assert_eq!(client.name.as_str(), format!("Name {}", CHANGES - 1));
    assert_eq!(table.store.next_user_number().await, Ok(CHANGES + 1));
    assert!(table.raw().await.iter().all(|item| form(item) == Some(FORM)));
}

/// Says of a client that it is of the first form, as a function of the release before does that writes it.
async fn put_back(table: &Table, client: ClientId) {
    let key = [("pk", format!("ORG#{}#CLIENT", ours().organisation())), ("sk", client.to_string())];
    let key = key.map(|(name, text)| (name.to_owned(), AttributeValue::S(text)));
    let update = table.client.update_item().table_name(&table.name).set_key(Some(key.into()));
    let update = update.update_expression("SET form = :one REMOVE party_number");
    update.expression_attribute_values(":one", AttributeValue::N("1".into())).send().await.unwrap();
}

#[tokio::test]
async fn what_is_kept_of_stripe_goes_with_its_organisation_once_it_is_rewritten() {
    let table = Table::start().await;
    books(&table).await;
    make_first_form(&table).await;
    assert_eq!(table.store.remove_stripe_items(ours()).await, Ok(0));
    run(&table, Segment::WHOLE, None).await;
    assert_eq!(table.store.remove_stripe_items(stranger()).await, Ok(0));
    assert_eq!(table.store.remove_stripe_items(ours()).await, Ok(2));
    assert_eq!(table.store.stripe_owner("in_1").await, Ok(None));
}

fn stranger() -> Tenant {
    crate::support::tenant(2)
}

#[tokio::test]
async fn an_item_that_cannot_grow_any_more_stops_the_run() {
    let table = Table::start().await;
    let pk = format!("ORG#{}#CLIENT", ours().organisation());
    let item: Item = [("pk", pk), ("sk", "c".into()), ("filler", "x".repeat(409_530))]
        .map(|(name, text)| (name.to_owned(), AttributeValue::S(text)))
        .into();
    table.client.put_item().table_name(&table.name).set_item(Some(item)).send().await.unwrap();
    assert_eq!(table.store.rewrite_page(Segment::WHOLE, None, 10).await, Err(StoreError::TooLarge));
}

/// Rewrites a segment to its end: how many items were seen, and how many of them rewritten.
async fn run(table: &Table, segment: Segment, from: Option<Position>) -> (u64, u64) {
    let (mut seen, mut rewritten, mut from) = (0, 0, from);
    loop {
        let page = table.store.rewrite_page(segment, from, 3).await.unwrap();
        assert_eq!(page.contended, 0);
        seen += page.seen;
        rewritten += page.rewritten;
        match page.next {
            Some(next) => from = Some(next),
            None => return (seen, rewritten),
        }
    }
}
