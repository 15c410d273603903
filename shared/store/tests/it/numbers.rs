//! Integers of an organisation, and the lists that go by them.

use domain::catalogue::{CatalogueItem, Category};
use domain::client::Client;
use domain::expense::{Expense, ExpenseCategory};
use domain::id::{CategoryId, SupplierId};
use domain::invoice::{Invoice, Status};
use domain::money::Cost;
use domain::payment_method::{PaymentMethod, PaymentMethodName};
use domain::supplier::Supplier;
use domain::text::{Email, LongText, Name, Text};
use domain::{Author, Tenant};
use futures::future::join_all;
use tributary_store::{NameRule, NumberPage, Party, PartyKey, Series, Store, StoreError, Unique};

use crate::support::{Books, Table, category, client, d, id, item, now, ours, owner, profile, tenant};

fn meta() -> domain::record::Meta {
    client(1).meta
}

fn supplier(n: u128, code: &str) -> Supplier {
    Supplier {
        id: SupplierId::new(id(n)),
        number: 0,
        party_number: 0,
        name: Name::parse("XYZ Suppliers").unwrap(),
        code: Text::parse(code).unwrap(),
        is_active: true,
        meta: meta(),
    }
}

fn expense(number: u64) -> Expense {
    Expense {
        number,
        amount: Cost::new(d("5000.25")).unwrap(),
        date: "2026-02-01".parse().unwrap(),
        category: ExpenseCategory::OfficeSupplies,
        description: LongText::parse("Paper").unwrap(),
        is_necessary: false,
        meta: meta(),
    }
}

async fn make_customer(store: &Store, n: u128) -> Client {
    let [party_number, number] = store.next_numbers(ours(), [Series::Party, Series::Customer]).await.unwrap();
    let client = Client { number, party_number, email: None, profile: profile(n), ..client(n) };
    store.create_client(ours(), &client).await.unwrap();
    client
}

async fn make_supplier(store: &Store, n: u128) -> Supplier {
    let [party_number, number] = store.next_numbers(ours(), [Series::Party, Series::Supplier]).await.unwrap();
    let supplier = Supplier { number, party_number, ..supplier(n, &format!("SUP{n}")) };
    store.create_supplier(ours(), &supplier).await.unwrap();
    supplier
}

async fn make_billing(store: &Store, books: &mut Books, n: u128, status: Status) -> Invoice {
    let [number] = store.next_numbers(ours(), [Series::Billing]).await.unwrap();
    let invoice = books.plain(n, None, status).counted(number);
    store.create_invoice(ours(), &invoice).await.unwrap();
    store.invoice(ours(), invoice.header().id).await.unwrap().unwrap()
}

async fn billings(store: &Store) -> (u64, Vec<u64>) {
    let NumberPage { count, rows } = store.billings(ours(), 1).await.unwrap().unwrap();
    (count, rows.into_iter().map(|header| header.billing_number).collect())
}

async fn parties(store: &Store) -> (u64, Vec<Party>) {
    let NumberPage { count, rows } = store.parties(ours(), 1).await.unwrap().unwrap();
    (count, rows)
}

#[tokio::test]
async fn of_twenty_that_read_one_state_one_gets_the_number_and_the_others_lose_a_race() {
    let table = Table::start().await;
    let [next] = table.store.next_numbers(ours(), [Series::Product]).await.unwrap();
    let items: Vec<_> = (10..30).map(|n| CatalogueItem { number: next, ..item(n, None) }).collect();
    let outcomes = join_all(items.iter().map(|item| table.store.create_item(ours(), item))).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Err(StoreError::Raced)).count(), 19);
    assert_eq!(table.store.next_numbers(ours(), [Series::Product, Series::Category]).await, Ok([2, 1]));
    assert_eq!(table.store.products(ours(), 1).await.unwrap().map(|page| page.count), Some(1));
}

#[tokio::test]
async fn what_is_refused_takes_no_number() {
    let table = Table::start().await;
    let one = CatalogueItem { number: 1, ..item(10, Some("A")) };
    table.store.create_item(ours(), &one).await.unwrap();
    let before = table.items().await;
    let same_sku = CatalogueItem { number: 2, ..item(11, Some("A")) };
    assert_eq!(table.store.create_item(ours(), &same_sku).await, Err(StoreError::Taken(Unique::Sku)));
    assert_eq!(table.items().await, before);
    let two = CatalogueItem { number: 2, ..item(11, None) };
    table.store.create_item(ours(), &two).await.unwrap();
    assert_eq!(table.store.product(ours(), 2).await, Ok(Some(two)));
    assert_eq!(table.store.product(tenant(2), 2).await, Ok(None));
}

#[tokio::test]
async fn a_number_is_kept_by_every_update_and_never_given_again() {
    let table = Table::start().await;
    let store = &table.store;
    let one = CatalogueItem { number: 1, ..item(10, None) };
    let two = CatalogueItem { number: 2, ..item(11, None) };
    store.create_item(ours(), &one).await.unwrap();
    store.create_item(ours(), &two).await.unwrap();
    let mut renamed = CatalogueItem { name: Name::parse("Renamed").unwrap(), ..two.clone() };
    renamed.meta.touch(now());
    store.save_item(ours(), &renamed, &two).await.unwrap();
    assert_eq!(store.product(ours(), 2).await, Ok(Some(renamed.clone())));
    store.delete_item(ours(), &renamed).await.unwrap();
    assert_eq!(store.product(ours(), 2).await, Ok(None));
    assert_eq!(store.next_numbers(ours(), [Series::Product]).await, Ok([3]));
    assert_eq!(store.products(ours(), 1).await, Ok(Some(NumberPage { count: 1, rows: vec![one] })));
}

#[tokio::test]
async fn customers_and_suppliers_are_parties_of_one_series_and_have_their_own() {
    let table = Table::start().await;
    let store = &table.store;
    let first = make_customer(store, 5).await;
    let second = make_supplier(store, 6).await;
    let third = make_customer(store, 7).await;
    let numbers = [(first.party_number, first.number), (second.party_number, second.number)];
    assert_eq!((numbers, third.party_number, third.number), ([(1, 1), (2, 1)], 3, 2));
    let rows = vec![Party::Customer(first.clone()), Party::Supplier(second.clone()), Party::Customer(third.clone())];
    assert_eq!(parties(store).await, (3, rows));
    let customers = NumberPage { count: 2, rows: vec![first.clone(), third.clone()] };
    assert_eq!(store.customers(ours(), 1).await, Ok(Some(customers)));
    let suppliers = NumberPage { count: 1, rows: vec![second.clone()] };
    assert_eq!(store.suppliers(ours(), 1).await, Ok(Some(suppliers)));
    assert_eq!(store.party_of(ours(), 2).await, Ok(Some(PartyKey::Supplier(second.id))));

    store.delete_client(ours(), &first).await.unwrap();
    store.delete_supplier(ours(), &second).await.unwrap();
    assert_eq!(parties(store).await, (1, vec![Party::Customer(third.clone())]));
    assert_eq!(store.customers(ours(), 1).await, Ok(Some(NumberPage { count: 1, rows: vec![third] })));
    assert_eq!(store.suppliers(ours(), 1).await, Ok(Some(NumberPage { count: 0, rows: vec![] })));
    assert_eq!(store.party_of(ours(), 1).await, Ok(None));
    let next = store.next_numbers(ours(), [Series::Party, Series::Supplier]).await;
    assert_eq!(next, Ok([4, 2]));
}

#[tokio::test]
async fn a_code_and_a_phone_number_are_one_customers_alone_until_it_gives_them_up() {
    let table = Table::start().await;
    let store = &table.store;
    let first = make_customer(store, 5).await;
    let twin = |phone: &str, code: &str| {
        let mut twin = Client { email: None, profile: profile(6), ..client(6) };
        twin.profile.phone = Some(Text::parse(phone).unwrap());
        twin.profile.code = Some(Text::parse(code).unwrap());
        twin
    };
    let phone = store.create_customer(ours(), &twin("+91(0000)-000 005", "OTHER")).await;
    assert_eq!(phone, Err(StoreError::Taken(Unique::CustomerPhone)));
    let code = store.create_customer(ours(), &twin("+91 1", "CUST005")).await;
    assert_eq!(code, Err(StoreError::Taken(Unique::CustomerCode)));
    assert_eq!(store.client_by_code(ours(), &Text::parse("CUST005").unwrap()).await, Ok(Some(first.id)));

    let mut changed = first.clone();
    changed.profile.code = None;
    changed.profile.phone = Some(Text::parse("+91 2").unwrap());
    changed.meta.touch(now());
    store.save_client(ours(), &changed, &first).await.unwrap();
    store.create_customer(ours(), &twin("+91 0000 000005", "CUST005")).await.unwrap();
    store.delete_client(ours(), &changed).await.unwrap();
    let third = Client { profile: changed.profile.clone(), email: None, ..client(8) };
    store.create_customer(ours(), &third).await.unwrap();
}

#[tokio::test]
async fn an_address_moves_with_its_customer() {
    let table = Table::start().await;
    let store = &table.store;
    let first = client(5);
    store.create_customer(ours(), &first).await.unwrap();
    let second = Client { id: client(6).id, email: Some(Email::parse("b@example.com").unwrap()), ..first.clone() };
    store.create_customer(ours(), &second).await.unwrap();
    let mut moved = Client { email: first.email.clone(), ..second.clone() };
    moved.meta.touch(now());
    let taken = store.save_client(ours(), &moved, &second).await;
    assert_eq!(taken, Err(StoreError::Taken(Unique::ClientEmail)));
    let mut without = Client { email: None, ..first.clone() };
    without.meta.touch(now());
    store.save_client(ours(), &without, &first).await.unwrap();
    store.save_client(ours(), &moved, &second).await.unwrap();
    assert_eq!(store.client_by_email(ours(), &first.email.unwrap()).await, Ok(Some(second.id)));
    assert_eq!(store.client_by_email(ours(), &second.email.unwrap()).await, Ok(None));
}

#[tokio::test]
async fn a_void_a_refunded_and_a_deleted_invoice_leave_the_billings_and_one_whose_refund_failed_comes_back() {
    let table = Table::start().await;
    let (store, mut books) = (&table.store, Books::new(1000));
    let first = make_billing(store, &mut books, 10, Status::Sent).await;
    let second = make_billing(store, &mut books, 11, Status::Sent).await;
    let third = make_billing(store, &mut books, 12, Status::Draft).await;
    let born_void = make_billing(store, &mut books, 13, Status::Void).await;
    assert_eq!(born_void.header().billing_number, 4);
    assert_eq!(billings(store).await, (3, vec![1, 2, 3]));

    let mut void = first.clone();
    books.write(&mut void, Status::Void);
    store.commit_invoice(ours(), &void, first.header()).await.unwrap();
    let mut paid = second.clone();
    books.pay(&mut paid, "100", None);
    store.commit_invoice(ours(), &paid, second.header()).await.unwrap();
    assert_eq!(billings(store).await, (2, vec![2, 3]));
    let mut refunded = store.invoice(ours(), second.header().id).await.unwrap().unwrap();
    books.write(&mut refunded, Status::Refunded);
    store.commit_invoice(ours(), &refunded, paid.header()).await.unwrap();
    assert_eq!(billings(store).await, (1, vec![3]));
    assert_eq!(store.billing_of(ours(), 2).await, Ok(None));
    store.delete_invoice(ours(), third.header(), now()).await.unwrap();
    store.delete_invoice(ours(), void.header(), now()).await.unwrap();
    assert_eq!(billings(store).await, (0, vec![]));

    let mut header = refunded.header().clone();
    header.status = Status::Paid;
    header.meta.touch(now());
    let back = Invoice::restore(header, vec![], vec![], vec![]);
    store.commit_invoice(ours(), &back, refunded.header()).await.unwrap();
    assert_eq!(billings(store).await, (1, vec![2]));
    assert_eq!(store.billing_of(ours(), 2).await, Ok(Some(second.header().id)));
    assert_eq!(store.next_numbers(ours(), [Series::Billing]).await, Ok([5]));
}

#[tokio::test]
async fn a_product_name_that_must_be_unique_is_so_against_all_items_of_the_name() {
    let table = Table::start().await;
    let store = &table.store;
    let named = |n, name: &str| CatalogueItem { name: Name::parse(name).unwrap(), ..item(n, None) };
    let taken = Err(StoreError::Taken(Unique::ProductName));
    store.create_item(ours(), &named(10, "Widget")).await.unwrap();
    store.create_item(ours(), &named(11, "Widget")).await.unwrap();
    assert_eq!(store.create_item_named(ours(), &named(12, "Widget"), NameRule::Unique).await, taken);
    store.delete_item(ours(), &named(10, "Widget")).await.unwrap();
    assert_eq!(store.create_item_named(ours(), &named(12, "Widget"), NameRule::Unique).await, taken);
    let mut renamed = named(11, "Gadget");
    renamed.meta.touch(now());
    store.save_item_named(ours(), &renamed, &named(11, "Widget"), NameRule::Unique).await.unwrap();
    store.create_item_named(ours(), &named(12, "Widget"), NameRule::Unique).await.unwrap();
    let mut again = named(12, "Gadget");
    again.meta.touch(now());
    assert_eq!(store.save_item_named(ours(), &again, &named(12, "Widget"), NameRule::Unique).await, taken);
    store.save_item(ours(), &again, &named(12, "Widget")).await.unwrap();
    store.create_item_named(tenant(2), &named(12, "Widget"), NameRule::Unique).await.unwrap();
}

#[tokio::test]
async fn expenses_and_payment_methods_are_kept_whole_under_their_numbers() {
    let table = Table::start().await;
    let store = &table.store;
    for number in 1..=11 {
        store.create_expense(ours(), &expense(number)).await.unwrap();
    }
    assert_eq!(store.create_expense(ours(), &expense(11)).await, Err(StoreError::Raced));
    assert_eq!(store.expense(ours(), 3).await, Ok(Some(expense(3))));
    assert_eq!(store.expenses(ours(), 2).await, Ok(Some(NumberPage { count: 11, rows: vec![expense(11)] })));
    assert_eq!(store.expenses(ours(), 3).await, Ok(None));
    let mut changed = Expense { description: LongText::default(), ..expense(3) };
    changed.meta.touch(now());
    store.save_expense(ours(), &changed, 1).await.unwrap();
    assert_eq!(store.save_expense(ours(), &changed, 1).await, Err(StoreError::Raced));
    store.delete_expense(ours(), &changed).await.unwrap();
    assert_eq!(store.expense(ours(), 3).await, Ok(None));
    assert_eq!(store.expenses(ours(), 2).await, Ok(None));
    assert_eq!(table.sort_keys("#TRASH").await, [format!("EXPENSE#{:020}", 3)]);

    let method = PaymentMethod { number: 1, name: PaymentMethodName::parse("Cheque").unwrap(), meta: meta() };
    store.create_payment_method(ours(), &method).await.unwrap();
    assert_eq!(store.payment_methods(ours(), 1).await, Ok(Some(NumberPage { count: 1, rows: vec![method.clone()] })));
    store.delete_payment_method(ours(), &method).await.unwrap();
    assert_eq!(store.payment_method(ours(), 1).await, Ok(None));
    assert_eq!(store.next_numbers(ours(), [Series::PaymentMethod]).await, Ok([2]));
}

#[tokio::test]
async fn every_organisation_starts_with_a_category_and_four_payment_methods() {
    let table = Table::start().await;
    let store = &table.store;
    let (organisation, user) = owner(10, "ada", "ada@example.com");
    store.create_account(&organisation, &user, None).await.unwrap();
    let tenant = Tenant::trusted(organisation.id);
    let Author { id: author, .. } = user.author();
    let methods = store.payment_methods(tenant, 1).await.unwrap().unwrap();
    let names: Vec<_> = methods.rows.iter().map(|method| (method.number, method.name.as_str())).collect();
    assert_eq!(names, [(1, "Cash"), (2, "Credit Card"), (3, "Bank Transfer"), (4, "UPI")]);
    let general = store.numbered_category(tenant, 1).await.unwrap().unwrap();
    assert_eq!((general.name.as_str(), general.meta.created_by.as_ref().unwrap().id), ("General", author));
    assert_eq!(store.category(tenant, general.id).await, Ok(Some(general.clone())));
    assert_eq!(store.category_has_children(tenant, general.id).await, Ok(false));

    let [number] = store.next_numbers(tenant, [Series::Category]).await.unwrap();
    let second = Category { number, parent: Some(CategoryId::new(general.id.uuid())), ..category(3, None) };
    store.create_category(tenant, &second).await.unwrap();
    let categories = NumberPage { count: 2, rows: vec![general, second.clone()] };
    assert_eq!(store.numbered_categories(tenant, 1).await, Ok(Some(categories)));
    store.delete_category(tenant, &second).await.unwrap();
    assert_eq!(store.next_numbers(tenant, [Series::Category, Series::PaymentMethod]).await, Ok([3, 5]));
}
