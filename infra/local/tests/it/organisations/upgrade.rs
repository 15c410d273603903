//! Items of an earlier form are rewritten while everybody goes on, and nobody hears of it.

use std::time::Duration;

use dynoxide::types::{AttributeValue, Item};
use serde_json::json;
use store::{FORM, Segment, Store};
use tributary_upgrade::{Plan, Run, rewrite};

use super::{eventually, table};
use crate::routes::books::Books;
use crate::support::Tributary;
use crate::support::stored::{import, text};

fn form(item: &Item) -> u32 {
    match &item["form"] {
        AttributeValue::N(form) => form.parse().unwrap(),
        other => panic!("{other:?}"),
    }
}

/// A client's item as the first form had it.
fn of_the_first_form(mut item: Item) -> Item {
    item.insert("form".into(), AttributeValue::N("1".into()));
    item
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rewrite_that_was_cut_off_goes_on_and_no_webhook_hears_of_it() {
    let tributary = Tributary::start().await;
    let books = Books::open(&tributary, "owner").await;
    let objects = table(&tributary).into_iter().filter(|item| item.contains_key("model"));
    let objects: Vec<Item> = objects.map(of_the_first_form).collect();
    assert!(objects.len() > 10);
    import(&tributary.cloud, objects.clone());

    let environment = tributary.cloud.environment();
    let store = Store::new(environment.sdk.dynamodb(&environment.dynamodb_url), &environment.table_name);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.json");
    let slow = Plan { table: environment.table_name.clone(), segment: Segment::WHOLE, page: 3, per_second: 1, file };
    let cut_off = tokio::time::timeout(Duration::from_millis(500), rewrite(&store, &slow, |_| {})).await;
    assert!(cut_off.is_err(), "it was to wait after its first page");
    let first = Run::resume(&slow).unwrap();
    assert_eq!((first.seen, first.is_finished), (3, false));

    let fast = Plan { per_second: 100_000, ..slow };
    let (run, _) = tokio::join!(rewrite(&store, &fast, |_| {}), async {
        // Somebody writes meanwhile.
        for n in 0..10 {
            let body = json!({"name": format!("Name {n}")});
            tributary.patch(&books.user, &format!("/api/leads/{}/", books.id("leads")), body).await.expect(200);
        }
    });
    let run = run.unwrap();
    assert!(run.is_finished && run.contended == 0, "{run:?}");
    assert!(table(&tributary).iter().all(|item| form(item) == FORM));
    let lead = tributary.get(&books.user, &format!("/api/leads/{}/", books.id("leads"))).await.expect(200);
    assert_eq!(lead["name"], "Name 9");

    // The books' webhook hears of clients. What is changed now comes after the rewrites in the stream.
    let client = format!("/api/clients/{}/", books.id("clients"));
    tributary.patch(&books.user, &client, json!({"name": "Changed"})).await.expect(200);
    let path = format!("/api/webhooks/{}/deliveries/", books.id("webhooks"));
    let mut deliveries = json!([]);
    eventually("the change is not told of", async || {
        deliveries = tributary.get(&books.user, &path).await.expect(200);
        deliveries.as_array().unwrap().len() > 1
    })
    .await;
    assert_eq!(deliveries.as_array().unwrap().len(), 2, "{deliveries:#}");
    assert!(objects.iter().any(|item| text(item, "sk") == books.id("clients")));
}
