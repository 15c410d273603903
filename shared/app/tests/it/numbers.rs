//! What has a number: through every contract's use cases, and with many callers at once.

use domain::actor::Group;
use domain::attributes::Attributes;
use domain::catalogue::{CategoryPatch, ItemPatch, ItemType, NewItem, Stock, StockPatch};
use domain::client::{ClientPatch, NewClient, Profile, ProfilePatch};
use domain::error::Error as Refusal;
use domain::expense::{ExpenseCategory, ExpensePatch, NewExpense};
use domain::filter::InvoiceFilter;
use domain::invoice::{InvoicePatch, Status, StatusRequest};
use domain::money::{Cost, Currency, Percent, Price};
use domain::product::{NewProduct, ProductPatch};
use domain::record::NewExtras;
use domain::supplier::{NewSupplier, SupplierPatch};
use domain::text::{Email, LongText, Name, ShortText, Text};
use domain::{Patch, Tenant};
use futures::future::join_all;
use store::meter::{Meter, Reading};
use store::{NumberPage, PageRequest, Party, PartyKey};
use tributary_app::parties::{Duplicate, PartyFilter, PartyOutcome};
use tributary_app::products::Product;

use crate::support::{Office, member, new_invoice, owner, refusal};

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn product(name_of: &str, category: u64) -> NewProduct {
    NewProduct {
        name: name(name_of),
        category: category.into(),
        sku: None,
        unit_price: Price::new("99.99".parse().unwrap()).unwrap(),
        description: LongText::parse("A high-quality widget").unwrap(),
        stock: Stock { quantity: 100, image_url: None },
    }
}

fn crm_item(name_of: &str) -> NewItem {
    NewItem {
        category: None,
        name: name(name_of),
        sku: None,
        description: LongText::default(),
        item_type: ItemType::Service,
        base_price: Price::new(100.into()).unwrap(),
        currency: Currency::USD,
        unit: ShortText::default(),
        tax_rate: Percent::ZERO,
        stripe_price_id: None,
        is_active: true,
        stock: Stock::default(),
        attributes: Attributes::default(),
    }
}

fn customer(name_of: &str, email: Option<&str>) -> NewClient {
    let email = email.map(|email| Email::parse(email).unwrap());
    NewClient { name: name(name_of), email, profile: Profile::default(), extras: NewExtras::default() }
}

fn expense() -> NewExpense {
    NewExpense {
        amount: Cost::new(5000.into()).unwrap(),
        date: "2026-02-01".parse().unwrap(),
        category: ExpenseCategory::Rent,
        description: LongText::parse("Office rent").unwrap(),
        is_necessary: true,
    }
}

fn supplier(code: &str) -> NewSupplier {
    NewSupplier { name: name("XYZ Suppliers"), code: Text::parse(code).unwrap(), is_active: true }
}

fn saved(outcome: PartyOutcome) -> Party {
    match outcome {
        PartyOutcome::Saved(party) => party,
        PartyOutcome::Duplicate { of, .. } => panic!("a duplicate of {of:?}"),
    }
}

#[tokio::test]
async fn twenty_of_each_made_at_once_get_the_numbers_one_to_twenty_and_are_counted_exactly() {
    let office = Office::open().await;
    let (app, actor) = (&office.app, owner());
    let (actor, all) = (&actor, (1..=20).collect::<Vec<u64>>());
    let sorted = |mut numbers: Vec<u64>| {
        numbers.sort_unstable();
        numbers
    };
    let items = join_all((0..20).map(|n| app.create_item(actor, crm_item(&format!("Item {n}"))))).await;
    assert_eq!(sorted(items.into_iter().map(|item| item.unwrap().number).collect()), all);
    let clients = join_all((0..20).map(|n| app.create_client(actor, customer(&format!("Client {n}"), None)))).await;
    assert_eq!(sorted(clients.iter().map(|client| client.as_ref().unwrap().number).collect()), all);
    assert_eq!(sorted(clients.iter().map(|client| client.as_ref().unwrap().party_number).collect()), all);
    let invoices = join_all((0..20).map(|_| app.create_invoice(actor, new_invoice()))).await;
    assert_eq!(sorted(invoices.into_iter().map(|made| made.unwrap().header().billing_number).collect()), all);
    let expenses = join_all((0..20).map(|_| app.create_expense(actor, expense()))).await;
    assert_eq!(sorted(expenses.into_iter().map(|expense| expense.unwrap().number).collect()), all);

    let page = app.list_products(actor, 2).await.unwrap().unwrap();
    assert_eq!((page.count, page.rows.len()), (20, 10));
    assert!(app.list_products(actor, 3).await.unwrap().is_none());
    let page = app.list_parties(actor, PartyFilter::All, 2).await.unwrap().unwrap();
    assert_eq!((page.count, page.rows.iter().map(Party::number).collect::<Vec<_>>()), (20, (11..=20).collect()));
    assert_eq!(app.list_billings(actor, 1).await.unwrap().unwrap().count, 20);
    assert_eq!(app.list_expenses(actor, 1).await.unwrap().unwrap().count, 20);

    let deleted = (1..=20).step_by(3).map(|number| app.delete_expense(actor, number, None));
    assert!(join_all(deleted).await.iter().all(Result::is_ok));
    let page = app.list_expenses(actor, 2).await.unwrap().unwrap();
    assert_eq!((page.count, page.rows.iter().map(|row| row.number).collect::<Vec<_>>()), (13, vec![17, 18, 20]));
}

/// Makes 24 invoices, voids every second and deletes every third, all at once; counts, and tells what that cost.
async fn count_what_comes_and_goes(office: &Office) -> Reading {
    let (app, actor) = (&office.app, &owner());
    let everything = InvoiceFilter::default();
    let made = join_all((0..24).map(|_| app.create_invoice(actor, new_invoice()))).await;
    let ids: Vec<_> = made.into_iter().map(|made| made.unwrap().header().id).collect();
    assert_eq!(app.count_invoices(actor, &everything).await, Ok(24));
    let void = StatusRequest { target: Status::Void, shown_as: &[Status::Void] };
    let voided = ids.iter().step_by(2).map(|id| {
        let patch = InvoicePatch { status: Some(void), ..InvoicePatch::default() };
        app.update_invoice(actor, *id, patch, None)
    });
    assert!(join_all(voided).await.iter().all(Result::is_ok));
    assert_eq!(app.count_invoices(actor, &everything).await, Ok(24));
    // Void ones and others.
    let deleted = join_all(ids.iter().step_by(3).map(|id| app.delete_invoice(actor, *id, None))).await;
    assert_eq!(deleted.into_iter().map(Result::unwrap).count(), 8);
    let listed = app.list_invoices_newest(actor, &everything, PageRequest { limit: 100, after: None }).await.unwrap();
    assert_eq!(listed.rows.len(), 16);
    assert_eq!(app.list_billings(actor, 1).await.unwrap().unwrap().count, 8);
    let meter = Meter::default();
    assert_eq!(meter.scope(app.count_invoices(actor, &everything)).await, Ok(16));
    meter.reading()
}

#[tokio::test]
async fn all_invoices_are_counted_as_they_come_and_go_and_their_count_is_one_small_read() {
    let office = Office::open().await;
    office.founded().await;
    let reading = count_what_comes_and_goes(&office).await;
    assert_eq!((reading.round_trips, reading.read_units), (1, 1.0));
}

#[tokio::test]
async fn invoices_that_were_not_counted_from_the_start_are_counted_by_reading_them() {
    let reading = count_what_comes_and_goes(&Office::open().await).await;
    assert!(reading.read_units > 2.0, "{reading:?}");
}

#[tokio::test]
async fn a_product_is_a_catalogue_item_with_a_category_a_sku_and_a_name_of_its_own() {
    let office = Office::open().await;
    let (app, actor) = (&office.app, owner());
    let general = app.create_product_category(&actor, name("General")).await.unwrap();
    let made = app.create_product(&actor, product("Widget A", general.number)).await.unwrap();
    assert_eq!((made.item.number, made.category, made.item.item_type), (1, Some(1), ItemType::Product));
    assert!(made.item.sku.as_ref().is_some_and(|sku| sku.as_str().starts_with("SKU-")));
    assert_eq!(app.get_item(&actor, made.item.id).await.unwrap(), made.item);

    let Refusal::Invalid(errors) = refusal(app.create_product(&actor, product("Widget A", 1)).await) else { panic!() };
    assert_eq!(errors.to_string(), "non_field_errors: You already have a product with this name.");
    let Refusal::Invalid(errors) = refusal(app.create_product(&actor, product("Widget B", 7)).await) else { panic!() };
    assert_eq!(errors.to_string(), "category: Invalid pk \"7\" - object does not exist.");
    // crm knows no such rule.
    assert_eq!(app.create_item(&actor, crm_item("Widget A")).await.unwrap().number, 2);

    let made_at_once = join_all((0..5).map(|_| app.create_product(&actor, product("Widget C", 1)))).await;
    assert_eq!(made_at_once.iter().filter(|made| made.is_ok()).count(), 1);
    let stock = StockPatch { quantity: Some(150), image_url: Patch::Set(Text::parse("https://e.com/i").unwrap()) };
    let patch = ProductPatch { unit_price: Some(Price::new(89.into()).unwrap()), stock, ..Default::default() };
    let changed = app.update_product(&actor, 1, |_| patch.clone().into(), None).await.unwrap();
    assert_eq!((changed.item.stock.quantity, changed.item.base_price.value()), (150, 89.into()));
    let rename = ProductPatch { name: Some(name("Widget C")), ..Default::default() };
    assert!(matches!(
        refusal(app.update_product(&actor, 1, |_| rename.clone().into(), None).await),
        Refusal::Invalid(_)
    ));

    // What crm changes leaves what it does not know.
    let patch = ItemPatch { is_active: Some(false), ..ItemPatch::default() };
    let item = app.update_item(&actor, made.item.id, patch, None).await.unwrap();
    assert_eq!((item.stock, item.number), (changed.item.stock, 1));
    let patch = CategoryPatch { name: Some(name("Goods")), ..CategoryPatch::default() };
    app.update_category(&actor, general.id, patch, None).await.unwrap();
    assert_eq!(app.get_product_category(&actor, 1).await.unwrap().name, name("Goods"));

    app.delete_item(&actor, made.item.id, None).await.unwrap();
    assert_eq!(refusal(app.get_product(&actor, 1).await), Refusal::NotFound);
    app.delete_product_category(&actor, 1, None).await.unwrap();
    let NumberPage { count, rows } = app.list_products(&actor, 1).await.unwrap().unwrap();
    let shown: Vec<_> = rows.iter().map(|Product { item, category }| (item.number, *category)).collect();
    assert_eq!((count, shown), (2, vec![(2, None), (3, None)]), "their category is gone");
}

#[tokio::test]
async fn a_customer_of_a_taken_address_phone_or_code_is_told_whose_it_is() {
    let office = Office::open().await;
    let (app, actor) = (&office.app, owner());
    let mut first = customer("ABC Company", Some("contact@abc.com"));
    first.profile.phone = Some(Text::parse("+919876543210").unwrap());
    first.profile.code = Some(Text::parse("CUST001").unwrap());
    let made = saved(app.create_customer(&actor, first.clone(), None).await.unwrap());
    assert_eq!(app.get_party(&actor, 1).await.unwrap(), made);

    let duplicate = async |change: fn(&mut NewClient)| {
        let mut other = customer("Other", None);
        change(&mut other);
        app.create_customer(&actor, other, None).await.unwrap()
    };
    let told = |of| PartyOutcome::Duplicate { of, existing: made.clone() };
    let email = duplicate(|new| new.email = Some(Email::parse("CONTACT@abc.com").unwrap())).await;
    assert_eq!(email, told(Duplicate::CustomerEmail));
    let phone = duplicate(|new| new.profile.phone = Some(Text::parse("+91 98765 43210").unwrap())).await;
    assert_eq!(phone, told(Duplicate::CustomerPhone));
    let code = duplicate(|new| new.profile.code = Some(Text::parse("CUST001").unwrap())).await;
    assert_eq!(code, told(Duplicate::CustomerCode));

    let second = saved(app.create_customer(&actor, customer("Second", None), None).await.unwrap());
    assert_eq!(second.number(), 2, "what was refused took no number");
    let PartyKey::Customer(id) = app.party_to_change(&actor, 2).await.unwrap() else { panic!("a customer") };
    let taken = ClientPatch { email: Patch::Set(Email::parse("contact@abc.com").unwrap()), ..Default::default() };
    assert_eq!(
        app.update_customer(&actor, id, taken, Patch::Keep, None).await.unwrap(),
        told(Duplicate::CustomerEmail)
    );
    let profile = ProfilePatch { loyalty_points: Some(150), ..ProfilePatch::default() };
    let patch = ClientPatch { name: Some(name("ABC Corporation")), profile, ..Default::default() };
    let Party::Customer(changed) = saved(app.update_customer(&actor, id, patch, Patch::Keep, None).await.unwrap())
    else {
        panic!("a customer")
    };
    assert_eq!((changed.profile.loyalty_points, changed.number), (150, 2));
    let crm = ClientPatch { name: Some(name("By crm")), ..ClientPatch::default() };
    assert_eq!(app.update_client(&actor, id, crm, None).await.unwrap().profile, changed.profile);

    let third = customer("Third", None);
    let Refusal::Invalid(errors) = refusal(app.create_customer(&actor, third, Some(9.into())).await) else { panic!() };
    assert_eq!(errors.to_string(), "payment_method: Invalid pk \"9\" - object does not exist.");
}

#[tokio::test]
async fn suppliers_are_parties_too_and_a_customer_with_invoices_cannot_be_deleted() {
    let office = Office::open().await;
    let (app, actor) = (&office.app, owner());
    let client = office.client(0).await;
    let made = saved(app.create_supplier(&actor, supplier("SUP001")).await.unwrap());
    assert_eq!(made.number(), 2);
    let again = app.create_supplier(&actor, supplier("SUP001")).await.unwrap();
    assert_eq!(again, PartyOutcome::Duplicate { of: Duplicate::SupplierCode, existing: made.clone() });
    let PartyKey::Supplier(id) = app.party_to_change(&actor, 2).await.unwrap() else { panic!("a supplier") };
    let patch = SupplierPatch { code: Some(Text::parse("SUP002").unwrap()), ..Default::default() };
    saved(app.update_supplier(&actor, id, patch, None).await.unwrap());
    saved(app.create_supplier(&actor, supplier("SUP001")).await.unwrap());
    let suppliers = app.list_parties(&actor, PartyFilter::Suppliers, 1).await.unwrap().unwrap();
    assert_eq!(suppliers.rows.iter().map(Party::number).collect::<Vec<_>>(), [2, 3]);
    app.delete_party(&actor, 2, None).await.unwrap();
    assert_eq!(refusal(app.delete_party(&actor, 2, None).await), Refusal::NotFound);

    let mut invoice = new_invoice();
    invoice.details.client = Some(client.id);
    let invoice = app.create_invoice(&actor, invoice).await.unwrap();
    assert!(matches!(refusal(app.delete_party(&actor, 1, None).await), Refusal::Conflict(_)));
    app.delete_invoice(&actor, invoice.header().id, None).await.unwrap();
    app.delete_party(&actor, 1, None).await.unwrap();
    assert_eq!(app.list_parties(&actor, PartyFilter::All, 1).await.unwrap().unwrap().count, 1);
}

#[tokio::test]
async fn each_needs_its_permission_and_what_is_not_there_is_not_found() {
    let office = Office::open().await;
    let (app, sales) = (&office.app, member(Group::Sales));
    assert_eq!(refusal(app.list_expenses(&sales, 1).await), Refusal::Forbidden);
    assert_eq!(refusal(app.create_expense(&sales, expense()).await), Refusal::Forbidden);
    assert_eq!(refusal(app.create_product(&sales, product("x", 1)).await), Refusal::Forbidden);
    assert_eq!(refusal(app.delete_billing(&sales, 1, None).await), Refusal::Forbidden);
    assert_eq!(refusal(app.create_payment_method(&sales, Text::parse("Cheque").unwrap()).await), Refusal::Forbidden);
    saved(app.create_supplier(&sales, supplier("S")).await.unwrap());
    let operations = member(Group::Operations);
    let made = app.create_expense(&operations, expense()).await.unwrap();
    let patch = ExpensePatch { is_necessary: Some(false), ..ExpensePatch::default() };
    assert!(!app.update_expense(&operations, made.number, patch, Some(1)).await.unwrap().is_necessary);
    let stale = app.update_expense(&operations, made.number, ExpensePatch::default(), Some(1)).await;
    assert_eq!(refusal(stale), Refusal::Stale);
    assert_eq!(refusal(app.get_expense(&operations, 9).await), Refusal::NotFound);
    let method = app.create_payment_method(&operations, Text::parse("Cheque").unwrap()).await.unwrap();
    let renamed = app.update_payment_method(&operations, method.number, Text::parse("Check").ok(), None).await.unwrap();
    assert_eq!((renamed.number, renamed.name.as_str()), (1, "Check"));
    app.delete_payment_method(&operations, 1, None).await.unwrap();
    assert_eq!(refusal(app.get_payment_method(&operations, 1).await), Refusal::NotFound);
    let elsewhere = Tenant::trusted(domain::id::OrganisationId::new(uuid::Uuid::from_u128(77)));
    assert_eq!(office.store.expense(elsewhere, 1).await.unwrap(), None);
}
