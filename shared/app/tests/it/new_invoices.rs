//! New invoices: their numbers, and clients by e-mail.

use std::collections::BTreeSet;

use domain::actor::Group;
use domain::attributes::{AttributeName, AttributeType, EntityName, ListValues, NewAttribute};
use domain::error::Error as Refusal;
use domain::filter::ClientFilter;
use domain::invoice::{Details, DetailsPatch, Invoice, InvoiceNumber, InvoicePatch, NewInvoice, NewNumber, Status};
use domain::text::{Email, LongText, Name, ShortText};
use futures::future::join_all;
use store::PageRequest;
use tributary_app::Error;

use crate::support::{Office, member, new_invoice, owner, payment, refusal, status};

fn of_series() -> NewInvoice {
    NewInvoice { number: NewNumber::Series, issue_date: Some("2026-05-01".parse().unwrap()), ..new_invoice() }
}

fn given(number: &str) -> NewInvoice {
    NewInvoice { number: NewNumber::Given(InvoiceNumber::parse(number).unwrap()), ..new_invoice() }
}

fn by_email(email: &str, name: Option<&str>) -> NewInvoice {
    let mut details = Details::default();
    details.customer.name = name.map(|name| ShortText::parse(name).unwrap());
    NewInvoice { client_by_email: Some(Email::parse(email).unwrap()), details, ..of_series() }
}

fn numbers(made: &[Invoice]) -> BTreeSet<String> {
    made.iter().map(|invoice| invoice.header().number.to_string()).collect()
}

async fn make(office: &Office, new: NewInvoice) -> Result<Invoice, Error> {
    office.app.create_invoice(&owner(), new).await
}

async fn clients(office: &Office) -> Vec<(String, Option<String>)> {
    let page = PageRequest { limit: 100, after: None };
    let clients = office.app.list_clients(&owner(), &ClientFilter::default(), page).await.unwrap().rows;
    clients.into_iter().map(|client| (client.name.into_string(), client.email.map(String::from))).collect()
}

#[tokio::test]
async fn fifty_invoices_at_once_get_fifty_numbers_without_a_gap_and_one_new_client() {
    let office = Office::open().await;
    let making =
        (0..50).map(|n| make(&office, by_email(if n % 2 == 0 { "ap@acme.example" } else { "AP@acme.example" }, None)));
    let made: Vec<Invoice> = join_all(making).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(numbers(&made), (1..=50).map(|n| format!("INV-2026-{n:03}")).collect());
    let owners: BTreeSet<_> = made.iter().map(|invoice| invoice.header().details.client).collect();
    assert_eq!((owners.len(), clients(&office).await.len()), (1, 1));
}

#[tokio::test]
async fn numbers_taken_by_hand_are_skipped_by_many_at_once() {
    let office = Office::open().await;
    for number in ["INV-2026-002", "INV-2026-003", "INV-2026-007"] {
        make(&office, given(number)).await.unwrap();
    }
    let made = join_all((0..6).map(|_| make(&office, of_series()))).await;
    let made: Vec<Invoice> = made.into_iter().map(Result::unwrap).collect();
    let free = [1, 4, 5, 6, 8, 9].map(|n| format!("INV-2026-{n:03}"));
    assert_eq!(numbers(&made), free.into());
}

#[tokio::test]
async fn a_number_that_is_taken_is_a_wrong_field_in_a_new_invoice_and_in_a_change() {
    let office = Office::open().await;
    make(&office, given("A-1")).await.unwrap();
    let wrong = Refusal::field("invoice_number", "An invoice with this number already exists.");
    assert_eq!(refusal(make(&office, given("A-1")).await), wrong);
    let other = make(&office, given("A-2")).await.unwrap();
    let renumbered =
        |text: &str| InvoicePatch { number: Some(InvoiceNumber::parse(text).unwrap()), ..Default::default() };
    let id = other.header().id;
    assert_eq!(refusal(office.app.update_invoice(&owner(), id, renumbered("A-1"), None).await), wrong);
    office.app.update_invoice(&owner(), id, renumbered("A-3"), None).await.unwrap();
    make(&office, given("A-2")).await.unwrap();
}

#[tokio::test]
async fn what_the_books_refuse_leaves_no_gap() {
    let office = Office::open().await;
    let wrong = NewInvoice { paid_amount: Some((-1).into()), ..of_series() };
    refusal(make(&office, wrong).await);
    assert_eq!(make(&office, of_series()).await.unwrap().header().number.as_str(), "INV-2026-001");
}

#[tokio::test]
async fn a_client_is_named_as_the_customer_or_by_the_address_and_keeps_its_name() {
    let office = Office::open().await;
    let first = make(&office, by_email("ap@acme.example", Some("Acme Corp"))).await.unwrap();
    let second = make(&office, by_email("AP@ACME.example", Some("Other"))).await.unwrap();
    assert_eq!(first.header().details.client, second.header().details.client);
    make(&office, by_email("x@y.example", Some(" "))).await.unwrap();
    let acme = ("Acme Corp".to_owned(), Some("ap@acme.example".to_owned()));
    assert_eq!(clients(&office).await, [acme, ("x@y.example".to_owned(), Some("x@y.example".to_owned()))]);
}

#[tokio::test]
async fn a_client_that_was_deleted_is_made_anew() {
    let office = Office::open().await;
    let first = make(&office, by_email("ap@acme.example", None)).await.unwrap();
    let client = first.header().details.client.unwrap();
    assert!(matches!(refusal(office.app.delete_client(&owner(), client, None).await), Refusal::Conflict(_)));
    office.app.delete_invoice(&owner(), first.header().id, None).await.unwrap();
    office.app.delete_client(&owner(), client, None).await.unwrap();
    let second = make(&office, by_email("ap@acme.example", None)).await.unwrap();
    assert_ne!(second.header().details.client, Some(client));
}

#[tokio::test]
async fn required_attributes_bind_only_where_they_are_known() {
    let office = Office::open().await;
    for entity in [EntityName::Invoice, EntityName::Client] {
        let new = NewAttribute {
            entity,
            name: AttributeName::parse("industry").unwrap(),
            label: Name::parse("Industry").unwrap(),
            attribute_type: AttributeType::Text,
            is_required: true,
            list_values: ListValues::default(),
        };
        office.app.create_attribute(&owner(), new).await.unwrap();
    }
    assert!(matches!(refusal(make(&office, new_invoice()).await), Refusal::Invalid(_)));
    make(&office, NewInvoice { attributes_bind: false, ..by_email("ap@acme.example", None) }).await.unwrap();
}

#[tokio::test]
async fn an_amount_that_is_paid_needs_the_permission_to_book_it() {
    let office = Office::open().await;
    let (sales, operations) = (member(Group::Sales), member(Group::Operations));
    let paid = |amount: u32| NewInvoice { paid_amount: Some(amount.into()), ..of_series() };
    assert_eq!(refusal(office.app.create_invoice(&sales, paid(1)).await), Refusal::Forbidden);
    let made = office.app.create_invoice(&sales, paid(0)).await.unwrap();
    let patch = |amount: u32| InvoicePatch { paid_amount: Some(amount.into()), ..InvoicePatch::default() };
    let id = made.header().id;
    assert_eq!(refusal(office.app.update_invoice(&sales, id, patch(10), None).await), Refusal::Forbidden);
    office.app.update_invoice(&operations, id, patch(10), None).await.unwrap();
    let again = office.app.update_invoice(&sales, id, patch(10), None).await.unwrap();
    assert_eq!(again.header().amount_paid.to_string(), "10.00 USD");
}

#[tokio::test]
async fn after_full_payment_only_the_refund_goes_through_and_no_race_gets_past_that() {
    let office = Office::open().await;
    let (actor, invoice) = (owner(), office.invoice().await);
    let id = invoice.header().id;
    let change = async |patch: InvoicePatch| {
        office.app.edit_invoice_before_payment(&actor, id, |_| patch.clone().into(), None).await
    };
    let noted = |text: String| {
        let details = DetailsPatch { notes: Some(LongText::parse(&text).unwrap()), ..DetailsPatch::default() };
        InvoicePatch { details, ..InvoicePatch::default() }
    };
    change(noted("before".into())).await.unwrap();
    let (paid, changes) = futures::join!(
        office.app.create_payment(&actor, id, payment(100, None)),
        join_all((0..8).map(|n| change(noted(n.to_string())))),
    );
    paid.unwrap();
    for changed in changes {
        match changed {
            Ok(changed) => assert_eq!(changed.header().status, Status::Sent, "it came before the payment"),
            Err(refused) => assert!(matches!(refusal(Err::<(), _>(refused)), Refusal::Conflict(_))),
        }
    }
    let paid_again = InvoicePatch { status: Some(status(Status::Paid)), ..InvoicePatch::default() };
    for late in [noted("late".into()), InvoicePatch::default(), paid_again] {
        assert!(matches!(refusal(change(late).await), Refusal::Conflict(_)));
    }
    let refund = InvoicePatch { status: Some(status(Status::Refunded)), ..InvoicePatch::default() };
    assert_eq!(change(refund).await.unwrap().header().status, Status::Refunded);
}

#[tokio::test]
async fn a_duplicate_is_a_draft_under_the_next_number() {
    let office = Office::open().await;
    let original = make(&office, by_email("ap@acme.example", Some("Acme"))).await.unwrap();
    office.app.create_payment(&owner(), original.header().id, payment(100, None)).await.unwrap();
    let copy = office.app.duplicate_invoice(&owner(), original.header().id).await.unwrap();
    let year = copy.header().issue_date.year();
    let number = if year == 2026 { "INV-2026-002".to_owned() } else { format!("INV-{year}-001") };
    assert_eq!((copy.header().number.as_str(), copy.header().status), (number.as_str(), Status::Draft));
    assert_eq!(copy.header().details.client, original.header().details.client);
    assert_eq!((copy.lines().len(), copy.payments().len()), (1, 0));
    assert_eq!(
        refusal(office.app.duplicate_invoice(&member(Group::Instructors), original.header().id).await),
        Refusal::Forbidden
    );
}
