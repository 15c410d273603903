//! What a deletion or a missing permission puts out of reach, and what it does not.

use domain::actor::Group;
use domain::attributes::Attributes;
use domain::catalogue::{ItemType, NewItem, NewTier};
use domain::contact::{ContactPatch, NewContact};
use domain::error::Error as Refusal;
use domain::invoice::{InvoicePatch, Status};
use domain::money::{Currency, Percent, Price};
use domain::record::NewExtras;
use domain::text::{LongText, Name, ShortText, Text};
use domain::webhook::WebhookModel;
use store::PageRequest;

use crate::support::{Office, member, owner, payment, refusal, status};

#[tokio::test]
async fn a_primary_contact_whose_client_is_gone_can_still_be_changed() {
    let office = Office::open().await;
    let (app, actor) = (&office.app, owner());
    let client = office.client(0).await;
    let new = NewContact {
        client: client.id,
        first_name: Text::parse("Maria").unwrap(),
        last_name: Text::default(),
        email: None,
        phone: ShortText::default(),
        job_title: ShortText::default(),
        is_primary: true,
        extras: NewExtras::default(),
    };
    let contact = app.create_contact(&actor, new).await.unwrap();
    app.delete_client(&actor, client.id, None).await.unwrap();
    let patch = ContactPatch { job_title: Some(ShortText::parse("CEO").unwrap()), ..ContactPatch::default() };
    let changed = app.update_contact(&actor, contact.id, patch, None).await.unwrap();
    assert_eq!((changed.job_title.as_str(), changed.is_primary), ("CEO", true));
    app.delete_contact(&actor, contact.id, None).await.unwrap();
}

#[tokio::test]
async fn the_tiers_of_a_deleted_item_are_gone_with_it() {
    let office = Office::open().await;
    let (app, actor) = (&office.app, owner());
    let item = NewItem {
        category: None,
        name: Name::parse("Work").unwrap(),
        sku: None,
        description: LongText::default(),
        item_type: ItemType::Service,
        base_price: Price::new(100.into()).unwrap(),
        currency: Currency::USD,
        unit: ShortText::default(),
        tax_rate: Percent::ZERO,
        stripe_price_id: None,
        is_active: true,
        stock: Default::default(),
        attributes: Attributes::default(),
    };
    let tier = NewTier {
        name: Name::parse("Ten").unwrap(),
        min_quantity: 10,
        price: Price::new(80.into()).unwrap(),
        attributes: Attributes::default(),
    };
    let item = app.create_item(&actor, item).await.unwrap().id;
    let tier = app.create_tier(&actor, item, tier).await.unwrap();
    let page = || PageRequest { limit: 10, after: None };
    assert_eq!(app.list_tiers(&actor, item, page()).await.unwrap().rows, std::slice::from_ref(&tier));
    let test = async || app.object_for_test(&actor, WebhookModel::PriceTier, tier.id.uuid()).await;
    test().await.unwrap();
    app.delete_item(&actor, item, None).await.unwrap();
    assert_eq!(refusal(app.list_tiers(&actor, item, page()).await), Refusal::NotFound);
    assert_eq!(refusal(app.get_tier(&actor, item, tier.id).await), Refusal::NotFound);
    assert_eq!(refusal(test().await), Refusal::NotFound);
}

#[tokio::test]
async fn a_paid_invoice_takes_its_own_word_from_who_may_not_book_money() {
    let office = Office::open().await;
    let (app, sales) = (&office.app, member(Group::Sales));
    let invoice = office.invoice().await;
    let id = invoice.header().id;
    let paid = || InvoicePatch { status: Some(status(Status::Paid)), ..InvoicePatch::default() };
    assert_eq!(refusal(app.update_invoice(&sales, id, paid(), None).await), Refusal::Forbidden);
    app.create_payment(&owner(), id, payment(100, None)).await.unwrap();
    let same = app.update_invoice(&sales, id, paid(), None).await.unwrap();
    assert_eq!((same.header().status, same.payments().len()), (Status::Paid, 1));
}
