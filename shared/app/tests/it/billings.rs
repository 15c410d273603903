//! Billings: invoices as namaste knows them.

use domain::actor::Group;
use domain::attributes::Attributes;
use domain::billing::{BillingPatch, NewBilling, Products};
use domain::catalogue::Stock;
use domain::client::{Client, NewClient, Profile};
use domain::error::Error as Refusal;
use domain::invoice::{
    Customer, Figures, InvoicePatch, LineKind, LineText, NewLine, SentTotals, Status, StatusRequest,
};
use domain::money::{Percent, Price, Quantity};
use domain::product::NewProduct;
use domain::record::NewExtras;
use domain::text::{LongText, Name, ShortText, Text};
use domain::{Actor, Patch};
use rust_decimal::Decimal;
use tributary_app::billings::Billing;

use crate::support::{Office, member, owner, refusal, status};

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn bill(products: &Products, number: u64, quantity: u32, rate: &str) -> NewLine {
    let figures = Figures {
        quantity: Quantity::new(quantity.into()).unwrap(),
        unit_price: Price::new(d(rate)).unwrap(),
        discount: Percent::ZERO,
        tax_rate: Percent::ZERO,
    };
    let item = Some(products.there[&number].id);
    let (description, attributes) = (LineText::default(), Attributes::default());
    NewLine { item, description, kind: LineKind::Product, figures, tax_category: None, attributes }
}

/// The document's example.
fn documented(products: &Products) -> NewBilling {
    NewBilling {
        number: Text::parse("INV-2026-001").unwrap(),
        status: status(Status::Sent),
        issue_date: Some("2026-02-12".parse().unwrap()),
        due_date: Some("2026-03-12".parse().unwrap()),
        payment_method: None,
        party: Some(1),
        customer: Customer {
            phone: Some(ShortText::parse("+919876543210").unwrap()),
            address: Some(LongText::parse("123 Main Street").unwrap()),
            ..Customer::default()
        },
        notes: LongText::parse("Payment due in 30 days").unwrap(),
        totals: SentTotals {
            subtotal: Some(d("12800")),
            discount: Some(d("500")),
            tax: Some(d("2700")),
            total: Some(d("15000")),
            ..SentTotals::default()
        },
        paid_amount: None,
        items: vec![bill(products, 1, 10, "99.99"), bill(products, 2, 5, "199.99")],
    }
}

/// An office with a customer and two products.
async fn shop() -> (Office, Actor, Products) {
    let (office, actor) = (Office::open().await, owner());
    let name = |text| Name::parse(text).unwrap();
    office.app.create_product_category(&actor, name("General")).await.unwrap();
    for product in ["Widget A", "Widget B"] {
        let new = NewProduct {
            name: name(product),
            category: 1.into(),
            sku: None,
            unit_price: Price::new(d("99.99")).unwrap(),
            description: LongText::default(),
            stock: Stock { quantity: 100, image_url: None },
        };
        office.app.create_product(&actor, new).await.unwrap();
    }
    let (profile, extras) = (Profile::default(), NewExtras::default());
    let new = NewClient { name: name("ABC Company"), email: None, profile, extras };
    office.app.create_customer(&actor, new, None).await.unwrap();
    let products = office.app.products_of_items(&actor, None, &[Some(1), Some(2), Some(7), None]).await.unwrap();
    assert_eq!(Vec::from_iter(products.there.keys()), [&1, &2]);
    (office, actor, products)
}

fn money(Billing { header, .. }: &Billing) -> [String; 5] {
    let totals = header.totals;
    [totals.subtotal, totals.tax, totals.discount, totals.total, header.amount_paid]
        .map(|money| money.amount().normalize().to_string())
}

#[tokio::test]
async fn the_documents_billing_has_its_totals_as_sent_and_is_paid_as_sent() {
    let (office, actor, products) = shop().await;
    let app = &office.app;
    let made = app.create_billing(&actor, documented(&products)).await.unwrap();
    assert_eq!(money(&made), ["12800", "2700", "500", "15000", "0"]);
    assert_eq!((made.header.billing_number, made.party, made.header.status), (1, Some(1), Status::Sent));

    let whole = app.get_billing(&actor, 1).await.unwrap();
    let items: Vec<_> = whole.invoice.lines().iter().map(|line| whole.products[&line.item.unwrap()]).collect();
    assert_eq!((items, whole.party), (vec![1, 2], Some(1)));
    assert_eq!(app.list_billings(&actor, 1).await.unwrap().unwrap().rows, std::slice::from_ref(&made));

    let paid = StatusRequest { target: Status::Paid, shown_as: &[Status::Paid] };
    let patch = BillingPatch { status: Some(paid), paid_amount: Some(d("15000")), ..BillingPatch::default() };
    let updated = app.update_billing(&actor, 1, |_| patch.clone().into(), None).await.unwrap();
    assert_eq!(
        (updated.header.status, money(&updated)),
        (Status::Paid, ["12800", "2700", "500", "15000", "15000"].map(Into::into))
    );
    let less = BillingPatch { paid_amount: Some(d("1")), ..BillingPatch::default() };
    assert!(matches!(refusal(app.update_billing(&actor, 1, |_| less.clone().into(), None).await), Refusal::Invalid(_)));
    let stock: Vec<_> = app.list_products(&actor, 1).await.unwrap().unwrap().rows;
    assert!(stock.iter().all(|product| product.item.stock.quantity == 100), "a billing leaves stock as it is");
}

#[tokio::test]
async fn without_totals_the_items_are_summed_and_items_that_come_without_replace_what_was_sent() {
    let (office, actor, products) = shop().await;
    let app = &office.app;
    let computed = NewBilling { totals: SentTotals::default(), ..documented(&products) };
    let made = app.create_billing(&actor, computed).await.unwrap();
    assert_eq!(money(&made), ["1999.85", "0", "0", "1999.85", "0"]);

    let sent = NewBilling { number: Text::parse("INV-2").unwrap(), ..documented(&products) };
    app.create_billing(&actor, sent).await.unwrap();
    let notes = BillingPatch { notes: Some(LongText::parse("later").unwrap()), ..BillingPatch::default() };
    assert_eq!(money(&app.update_billing(&actor, 2, |_| notes.clone().into(), None).await.unwrap())[3], "15000");
    let items = BillingPatch { items: Some(vec![bill(&products, 2, 6, "100")]), ..BillingPatch::default() };
    let updated = app.update_billing(&actor, 2, |_| items.clone().into(), None).await.unwrap();
    assert_eq!(money(&updated), ["600", "0", "500", "100", "0"]);
    assert_eq!(app.get_billing(&actor, 2).await.unwrap().invoice.lines().len(), 1);
}

#[tokio::test]
async fn a_deleted_product_is_known_by_its_number_to_the_billing_that_sells_it() {
    let (office, actor, products) = shop().await;
    let app = &office.app;
    app.create_billing(&actor, documented(&products)).await.unwrap();
    let sold = products.there[&1].id;
    app.delete_product(&actor, 1, None).await.unwrap();
    let named = [Some(1), Some(2)];
    let found = app.products_of_items(&actor, Some(1), &named).await.unwrap();
    assert_eq!((Vec::from_iter(found.there.keys()), found.gone), (vec![&2], [(sold, Some(1))].into()));
    let of_new = app.products_of_items(&actor, None, &named).await.unwrap();
    assert!(of_new.gone.is_empty());
}

#[tokio::test]
async fn what_a_billing_names_must_be_there() {
    let (office, actor, products) = shop().await;
    let app = &office.app;
    let wrong = async |new: NewBilling| match refusal(app.create_billing(&actor, new).await) {
        Refusal::Invalid(errors) => errors.to_string(),
        other => panic!("{other}"),
    };
    let missing = |field: &str, id: u64| format!("{field}: Invalid pk \"{id}\" - object does not exist.");
    assert_eq!(wrong(NewBilling { party: Some(9), ..documented(&products) }).await, missing("party", 9));
    assert_eq!(
        wrong(NewBilling { payment_method: Some(8.into()), ..documented(&products) }).await,
        missing("payment_method", 8)
    );
    let both = NewBilling { party: Some(9), payment_method: Some(8.into()), ..documented(&products) };
    assert_eq!(wrong(both).await, format!("{}; {}", missing("payment_method", 8), missing("party", 9)));
    app.create_billing(&actor, documented(&products)).await.unwrap();
    assert!(wrong(documented(&products)).await.starts_with("invoice_number: "));
    let other = BillingPatch { party: Patch::Clear, ..BillingPatch::default() };
    let updated = app.update_billing(&actor, 1, |_| other.clone().into(), None).await.unwrap();
    assert_eq!((updated.party, updated.header.details.client), (None, None));
    let sales = member(Group::Sales);
    let paid = BillingPatch { paid_amount: Some(d("5")), ..BillingPatch::default() };
    assert_eq!(refusal(app.update_billing(&sales, 1, |_| paid.clone().into(), None).await), Refusal::Forbidden);
}

#[tokio::test]
async fn what_has_no_number_yet_is_shown_without_one() {
    let (office, actor, products) = shop().await;
    let app = &office.app;
    let made = app.create_billing(&actor, documented(&products)).await.unwrap();
    let client = app.get_client(&actor, made.header.details.client.unwrap()).await.unwrap();
    let older = Client { party_number: 0, ..client.clone() };
    office.store.save_client(actor.tenant(), &older, &client).await.unwrap();
    assert_eq!(app.list_billings(&actor, 1).await.unwrap().unwrap().rows[0].party, None);
    assert_eq!(app.get_billing(&actor, 1).await.unwrap().party, None);
    let notes = BillingPatch { notes: Some(LongText::parse("later").unwrap()), ..BillingPatch::default() };
    assert_eq!(app.update_billing(&actor, 1, |_| notes.clone().into(), None).await.unwrap().party, None);
}

#[tokio::test]
async fn a_void_invoice_is_no_billing_and_a_deleted_one_neither() {
    let (office, actor, products) = shop().await;
    let app = &office.app;
    for n in 1..=3 {
        let new = NewBilling { number: Text::parse(&format!("INV-{n}")).unwrap(), ..documented(&products) };
        app.create_billing(&actor, new).await.unwrap();
    }
    let id = app.get_billing(&actor, 1).await.unwrap().invoice.header().id;
    let void = InvoicePatch { status: Some(status(Status::Void)), ..InvoicePatch::default() };
    app.update_invoice(&actor, id, void, None).await.unwrap();
    assert_eq!(refusal(app.get_billing(&actor, 1).await), Refusal::NotFound);
    app.delete_billing(&actor, 2, None).await.unwrap();
    assert_eq!(refusal(app.delete_billing(&actor, 2, None).await), Refusal::NotFound);
    let page = app.list_billings(&actor, 1).await.unwrap().unwrap();
    assert_eq!((page.count, page.rows[0].header.billing_number), (1, 3));
}
