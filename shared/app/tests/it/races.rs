//! Many callers at once: everybody gets through, and nothing is lost.

use domain::attributes::{AttributeName, AttributeType, EntityName, ListValues, NewAttribute};
use domain::error::Error as Refusal;
use domain::invoice::Status;
use domain::text::Name;
use futures::future::join_all;

use crate::support::{Office, owner, payment, refusal};

#[tokio::test]
async fn thirty_payments_at_once_are_all_booked() {
    let office = Office::open().await;
    let (actor, invoice) = (owner(), office.invoice().await);
    let id = invoice.header().id;
    let paying = (0..30).map(|_| office.app.create_payment(&actor, id, payment(3, None)));
    for paid in join_all(paying).await {
        paid.unwrap();
    }
    let header = office.header(&invoice).await;
    assert_eq!((header.status, header.amount_paid.to_string()), (Status::PartiallyPaid, "90.00 USD".into()));
    assert_eq!(office.store.invoice(actor.tenant(), id).await.unwrap().unwrap().payments().len(), 30);
}

#[tokio::test]
async fn fifty_tasks_completed_at_once_are_all_completed() {
    let office = Office::open().await;
    let (actor, client) = (owner(), office.client(50).await);
    let tasks: Vec<_> = client.extras.tasks.iter().map(|task| task.id).collect();
    let completing = tasks.iter().map(|task| office.app.update_client_task(&actor, client.id, *task, true, None));
    for completed in join_all(completing).await {
        completed.unwrap();
    }
    let client = office.app.get_client(&actor, client.id).await.unwrap();
    assert!(client.extras.tasks.iter().all(|task| task.completed));
}

#[tokio::test]
async fn one_charge_sent_many_times_at_once_is_booked_once() {
    let office = Office::open().await;
    let (actor, invoice) = (owner(), office.invoice().await);
    let id = invoice.header().id;
    let paying = (0..8).map(|_| office.app.create_payment(&actor, id, payment(10, Some("ch_1"))));
    let (booked, refused): (Vec<_>, Vec<_>) = join_all(paying).await.into_iter().partition(Result::is_ok);
    assert_eq!(booked.len(), 1);
    for refused in refused {
        let Refusal::Invalid(errors) = refusal(refused) else { panic!("not a refusal of a field") };
        assert_eq!(errors.to_string(), "stripe_charge_id: This charge has been booked already.");
    }
    assert_eq!(office.header(&invoice).await.amount_paid.to_string(), "10.00 USD");
}

#[tokio::test]
async fn an_attribute_defined_many_times_at_once_is_defined_once() {
    let office = Office::open().await;
    let actor = owner();
    let new = NewAttribute {
        entity: EntityName::Client,
        name: AttributeName::parse("industry").unwrap(),
        label: Name::parse("Industry").unwrap(),
        attribute_type: AttributeType::Text,
        is_required: false,
        list_values: ListValues::default(),
    };
    let defining = (0..8).map(|_| office.app.create_attribute(&actor, new.clone()));
    let (defined, refused): (Vec<_>, Vec<_>) = join_all(defining).await.into_iter().partition(Result::is_ok);
    assert_eq!(defined.len(), 1);
    assert!(refused.into_iter().all(|refused| matches!(refusal(refused), Refusal::Invalid(_))));
}
