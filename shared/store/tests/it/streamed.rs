//! The table's stream: every change of every model is read back from real records.

use std::collections::HashMap;

use aws_sdk_dynamodbstreams::types::{AttributeValue, ShardIteratorType, StreamRecord};
use domain::catalogue::{CatalogueItem, Category, PriceTier};
use domain::client::Client;
use domain::contact::Contact;
use domain::invoice::Status;
use domain::record::Meta;
use domain::webhook::{WebhookEvent, WebhookModel};
use serde_dynamo::Item;
use tributary_store::stream::{Change, Object, change};
use tributary_store::{ContactWrite, hops};

use crate::support::{
    Books, Table, attribute, category, client, contact, delivery, first, item, line, now, otp, otp_mails, ours, owner,
    tier, webhook,
};

fn touched(meta: &Meta) -> Meta {
    let mut meta = meta.clone();
    meta.touch(now());
    meta
}

/// All changes of objects since the table was made, in their order.
async fn changes(table: &Table) -> Vec<Change> {
    let described = table.client.describe_table().table_name(&table.name).send().await.unwrap();
    let arn = described.table.unwrap().latest_stream_arn.unwrap();
    let stream = table.streams.describe_stream().stream_arn(&arn).send().await.unwrap().stream_description.unwrap();
    let mut found = vec![];
    for shard in stream.shards() {
        let iterator = table.streams.get_shard_iterator().stream_arn(&arn).shard_id(shard.shard_id().unwrap());
        let iterator = iterator.shard_iterator_type(ShardIteratorType::TrimHorizon).send().await.unwrap();
        let mut next = iterator.shard_iterator;
        while let Some(iterator) = next {
            let answer = table.streams.get_records().shard_iterator(iterator).send().await.unwrap();
            next = answer.next_shard_iterator.filter(|_| answer.records.as_ref().is_some_and(|some| !some.is_empty()));
            let records = answer.records.unwrap_or_default().into_iter().filter_map(|record| record.dynamodb);
            found.extend(records.filter_map(|record: StreamRecord| {
                change(&image(record.old_image), &image(record.new_image)).unwrap()
            }));
        }
    }
    found
}

fn image(image: Option<HashMap<String, AttributeValue>>) -> Item {
    Item::from(map(image.unwrap_or_default()))
}

fn map(map: HashMap<String, AttributeValue>) -> HashMap<String, serde_dynamo::AttributeValue> {
    map.into_iter().map(|(name, value)| (name, attribute_value(value))).collect()
}

fn attribute_value(value: AttributeValue) -> serde_dynamo::AttributeValue {
    match value {
        AttributeValue::Bool(flag) => serde_dynamo::AttributeValue::Bool(flag),
        AttributeValue::L(list) => serde_dynamo::AttributeValue::L(list.into_iter().map(attribute_value).collect()),
        AttributeValue::M(fields) => serde_dynamo::AttributeValue::M(map(fields)),
        AttributeValue::N(number) => serde_dynamo::AttributeValue::N(number),
        AttributeValue::Null(flag) => serde_dynamo::AttributeValue::Null(flag),
        AttributeValue::S(text) => serde_dynamo::AttributeValue::S(text),
        other => panic!("the store writes no {other:?}"),
    }
}

fn created(model: WebhookModel, after: Object) -> Change {
    Change { tenant: ours(), model, event: WebhookEvent::Create, before: None, after: Some(after), hops: 0 }
}

fn updated(model: WebhookModel, before: Object, after: Object) -> Change {
    Change { tenant: ours(), model, event: WebhookEvent::Update, before: Some(before), after: Some(after), hops: 0 }
}

fn deleted(model: WebhookModel, before: Object) -> Change {
    Change { tenant: ours(), model, event: WebhookEvent::Delete, before: Some(before), after: None, hops: 0 }
}

#[tokio::test]
async fn clients_and_contacts_are_created_updated_and_deleted() {
    let table = Table::start().await;
    let store = &table.store;
    let one = client(5);
    let two = Client { email: None, meta: touched(&one.meta), ..one.clone() };
    store.create_client(ours(), &one).await.unwrap();
    store.save_client(ours(), &two, &one).await.unwrap();
    let task = two.extras.tasks[0].id;
    let three = store.complete_client_task(ours(), two.id, task, true, None, now()).await.unwrap();
    store.delete_client(ours(), &three).await.unwrap();

    let first = contact(31, 5, false);
    let second = Contact { is_primary: true, meta: touched(&first.meta), ..first.clone() };
    store.commit_contact(ours(), ContactWrite::Create(&first), &[], None).await.unwrap();
    store.commit_contact(ours(), ContactWrite::Save(&second, 1), &[], None).await.unwrap();
    store.commit_contact(ours(), ContactWrite::Delete(&second), &[], None).await.unwrap();

    let client = |client: &Client| Object::Client(client.clone());
    let contact = |contact: &Contact| Object::Contact(contact.clone());
    assert_eq!(
        changes(&table).await,
        [
            created(WebhookModel::Client, client(&one)),
            updated(WebhookModel::Client, client(&one), client(&two)),
            updated(WebhookModel::Client, client(&two), client(&three)),
            deleted(WebhookModel::Client, client(&three)),
            created(WebhookModel::Contact, contact(&first)),
            updated(WebhookModel::Contact, contact(&first), contact(&second)),
            deleted(WebhookModel::Contact, contact(&second)),
        ]
    );
}

#[tokio::test]
async fn categories_items_and_tiers_are_created_updated_and_deleted() {
    let table = Table::start().await;
    let store = &table.store;
    let one = category(1, None);
    let two = Category { description: Default::default(), meta: touched(&one.meta), ..one.clone() };
    store.create_category(ours(), &one).await.unwrap();
    store.save_category(ours(), &two, &one, 0).await.unwrap();
    store.delete_category(ours(), &two).await.unwrap();
    let active = item(4, Some("A"));
    let inactive = CatalogueItem { is_active: true, sku: None, meta: touched(&active.meta), ..active.clone() };
    store.create_item(ours(), &active).await.unwrap();
    store.save_item(ours(), &inactive, &active).await.unwrap();
    store.delete_item(ours(), &inactive).await.unwrap();
    let ten = tier(41, 4, 10);
    let twenty = PriceTier { min_quantity: 20, meta: touched(&ten.meta), ..ten.clone() };
    store.create_tier(ours(), &ten).await.unwrap();
    store.save_tier(ours(), &twenty, &ten).await.unwrap();
    store.delete_tier(ours(), &twenty).await.unwrap();

    let category = |category: &Category| Object::Category(category.clone());
    let item = |item: &CatalogueItem| Object::CatalogueItem(item.clone());
    let tier = |tier: &PriceTier| Object::PriceTier(tier.clone());
    assert_eq!(
        changes(&table).await,
        [
            created(WebhookModel::Category, category(&one)),
            updated(WebhookModel::Category, category(&one), category(&two)),
            deleted(WebhookModel::Category, category(&two)),
            created(WebhookModel::CatalogueItem, item(&active)),
            updated(WebhookModel::CatalogueItem, item(&active), item(&inactive)),
            deleted(WebhookModel::CatalogueItem, item(&inactive)),
            created(WebhookModel::PriceTier, tier(&ten)),
            updated(WebhookModel::PriceTier, tier(&ten), tier(&twenty)),
            deleted(WebhookModel::PriceTier, tier(&twenty)),
        ]
    );
}

#[tokio::test]
async fn invoices_lines_and_payments_are_created_updated_and_deleted() {
    let table = Table::start().await;
    let (store, mut books) = (&table.store, Books::new(1000));
    let first = books.plain(10, None, Status::Sent);
    let id = first.header().id;
    store.create_invoice(ours(), &first).await.unwrap();
    let mut current = first;
    let mut states = vec![current.clone()];
    let mut commit = async |decide: &dyn Fn(&mut Books, &mut domain::invoice::Invoice)| {
        let before = current.header().clone();
        current = store.invoice(ours(), id).await.unwrap().unwrap();
        decide(&mut books, &mut current);
        store.commit_invoice(ours(), &current, &before).await.unwrap();
        states.push(current.clone());
    };
    commit(&|books, invoice| {
        books.add(invoice, line("1", "1"));
    })
    .await;
    commit(&|books, invoice| {
        let last = invoice.lines()[1].id;
        let patch =
            domain::invoice::LinePatch { unit_price: Some(line("1", "2").figures.unit_price), ..Default::default() };
        books.decide(invoice, |invoice, moment, new_id| {
            invoice.update_line(last, patch, domain::attributes::Schema::default(), moment, new_id)
        });
    })
    .await;
    commit(&|books, invoice| {
        let last = invoice.lines()[1].id;
        books.decide(invoice, |invoice, moment, new_id| invoice.remove_line(last, moment, new_id));
    })
    .await;
    commit(&|books, invoice| {
        books.pay(invoice, "40", Some("ch_1"));
    })
    .await;
    commit(&|books, invoice| {
        let paid = invoice.payments()[0].id;
        let patch = domain::invoice::PaymentPatch { amount: Some(crate::support::d("100")), ..Default::default() };
        books.decide(invoice, |invoice, moment, new_id| {
            invoice.update_payment(paid, patch, domain::attributes::Schema::default(), moment, new_id)
        });
    })
    .await;
    commit(&|books, invoice| {
        let paid = invoice.payments()[0].id;
        books.decide(invoice, |invoice, moment, new_id| invoice.remove_payment(paid, moment, new_id));
    })
    .await;
    store.delete_invoice(ours(), current.header(), now()).await.unwrap();

    let header = |n: usize| Object::Invoice(states[n].header().clone());
    let line = |n: usize, at: usize| Object::InvoiceLineItem(id, states[n].lines()[at].clone());
    let payment = |n: usize| Object::Payment(id, states[n].payments()[0].clone());
    use WebhookModel::{Invoice, InvoiceLineItem, Payment};
    let mut expected = vec![
        created(Invoice, header(0)),
        created(InvoiceLineItem, line(0, 0)),
        created(InvoiceLineItem, line(1, 1)),
        updated(InvoiceLineItem, line(1, 1), line(2, 1)),
        deleted(InvoiceLineItem, line(2, 1)),
        created(Payment, payment(4)),
        updated(Payment, payment(4), payment(5)),
        deleted(Payment, payment(5)),
        deleted(Invoice, header(6)),
    ];
    expected.extend((1..7).map(|n| updated(Invoice, header(n - 1), header(n))));
    let found = changes(&table).await;
    for change in &expected {
        assert!(found.contains(change), "{change:?} is not in {found:#?}");
    }
    assert_eq!(found.len(), expected.len());
}

#[tokio::test]
async fn a_change_says_how_many_webhooks_led_to_it_and_the_next_one_says_its_own() {
    let table = Table::start().await;
    let store = &table.store;
    let after = async |hops: u32, work: std::pin::Pin<Box<dyn Future<Output = ()> + '_>>| {
        hops::scope(async {
            hops::count(hops);
            work.await;
        })
        .await;
    };
    let one = client(5);
    let two = Client { email: None, meta: touched(&one.meta), ..one.clone() };
    let task = one.extras.tasks[0].id;
    let complete = async |completed| {
        drop(store.complete_client_task(ours(), one.id, task, completed, None, now()).await.unwrap());
    };
    after(2, Box::pin(async { store.create_client(ours(), &one).await.unwrap() })).await;
    after(3, Box::pin(async { store.save_client(ours(), &two, &one).await.unwrap() })).await;
    after(4, Box::pin(complete(true))).await;
    after(0, Box::pin(complete(false))).await;
    after(5, Box::pin(complete(true))).await;
    let last = store.client(ours(), one.id).await.unwrap().unwrap();
    store.delete_client(ours(), &last).await.unwrap();
    let hops: Vec<u32> = changes(&table).await.into_iter().map(|change| change.hops).collect();
    assert_eq!(hops, [2, 3, 4, 0, 5, 5]);
}

#[tokio::test]
async fn what_is_no_object_of_the_books_is_no_event() {
    let table = Table::start().await;
    let store = &table.store;
    let (organisation, user) = owner(10, "ada", "ada@example.com");
    store.create_account(&organisation, &user, None).await.unwrap();
    let address = user.email.clone();
    store.send_otp(domain::otp::OtpPurpose::Login, &address, &otp(1), &otp_mails(1)).await.unwrap();
    store.create_attribute(ours(), &attribute(1, "industry")).await.unwrap();
    store.delete_attribute(ours(), &attribute(1, "industry")).await.unwrap();
    store.create_webhook(ours(), &webhook(8), 100).await.unwrap();
    store.create_delivery(ours(), &delivery(9, 8)).await.unwrap();
    store.claim_idempotency_key("key", "one", now(), now(), now()).await.unwrap();
    store.next_user_number().await.unwrap();
    assert_eq!(store.webhooks(ours(), first(5)).await.unwrap().rows.len(), 1);
    // The category that an organisation starts with is the one object among them.
    let found = changes(&table).await;
    let told: Vec<_> = found.iter().map(|change| (change.tenant, change.model, change.event)).collect();
    let general = (domain::Tenant::trusted(organisation.id), WebhookModel::Category, WebhookEvent::Create);
    assert_eq!(told, [general]);
}

#[tokio::test]
async fn an_image_that_is_not_what_its_model_says_is_corrupt() {
    let image = |fields: &[(&str, &str)]| {
        let fields = fields.iter().map(|(name, text)| ((*name).to_owned(), AttributeValue::S((*text).to_owned())));
        Item::from(map(fields.collect()))
    };
    let pk = format!("ORG#{}#CLIENT", crate::support::id(1));
    let nothing = image(&[]);
    assert_eq!(change(&nothing, &image(&[("pk", &pk)])), Ok(None));
    for broken in [
        image(&[("pk", &pk), ("model", "Client")]),
        image(&[("pk", &pk), ("model", "Spaceship")]),
        image(&[("pk", &pk), ("model", "Lead")]),
        image(&[("pk", "USER#1"), ("model", "Client")]),
        image(&[("model", "Client")]),
    ] {
        assert!(matches!(change(&nothing, &broken), Err(tributary_store::StoreError::Corrupt(_))));
        assert!(matches!(change(&broken, &nothing), Err(tributary_store::StoreError::Corrupt(_))));
    }
}
