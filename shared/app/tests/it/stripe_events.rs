//! Stripe's reports, where the books and what clients did do not agree.

use domain::id::InvoiceId;
use domain::invoice::{InvoicePatch, NewInvoice, PaidFact, Payment, Status, StripeAmount, StripeFact, StripeInvoice};
use domain::money::Currency;
use domain::text::ShortText;
use tributary_app::stripe_events::{StripeEvent, StripeOutcome};

use crate::support::{Office, new_invoice, owner, payment, refusal, status};

fn text(text: &str) -> ShortText {
    ShortText::parse(text).unwrap()
}

/// An intent of 100.00 has paid an invoice.
fn paid(event: &str, invoice: InvoiceId, charge: Option<&str>) -> StripeEvent {
    StripeEvent {
        id: text(event),
        intent: Some(text("pi_1")),
        named: Some((owner().tenant().organisation(), invoice)),
        objects: vec![],
        fact: StripeFact::Paid(PaidFact {
            amount: StripeAmount { units: 10_000, currency: Currency::USD },
            at: jiff::Timestamp::UNIX_EPOCH,
            charge: charge.map(text),
            stripe_invoice: StripeInvoice::Untold,
        }),
    }
}

impl Office {
    async fn tell(&self, event: &StripeEvent) -> StripeOutcome {
        self.app.handle_stripe_event(event).await.unwrap()
    }

    /// How much is paid, and the charge of each payment.
    async fn stands(&self, invoice: InvoiceId) -> (String, Vec<Option<String>>) {
        let invoice = self.store.invoice(owner().tenant(), invoice).await.unwrap().unwrap();
        let charge = |payment: &Payment| payment.stripe_charge_id.as_ref().map(ToString::to_string);
        (invoice.header().amount_paid.to_string(), invoice.payments().into_iter().map(charge).collect())
    }
}

#[tokio::test]
async fn a_charge_booked_by_hand_between_two_events_is_counted_once() {
    let office = Office::open().await;
    let id = office.invoice().await.header().id;
    assert_eq!(office.tell(&paid("evt_1", id, None)).await, StripeOutcome::Booked);
    office.app.create_payment(&owner(), id, payment(100, Some("ch_1"))).await.unwrap();
    assert_eq!(office.tell(&paid("evt_2", id, Some("ch_1"))).await, StripeOutcome::Booked);
    assert_eq!(office.tell(&paid("evt_2", id, Some("ch_1"))).await, StripeOutcome::Repeated);
    assert_eq!(office.stands(id).await, ("100.00 USD".into(), vec![Some("ch_1".into())]));
    assert_eq!(office.app.get_invoice(&owner(), id).await.unwrap().header().status, Status::Paid);
}

#[tokio::test]
async fn a_charge_booked_on_another_invoice_does_not_keep_the_money_from_the_one_that_was_paid() {
    let office = Office::open().await;
    for events in [["evt_1", "evt_2"], ["evt_3", "evt_4"]] {
        let (named, other) = (office.invoice().await.header().id, office.invoice().await.header().id);
        let charge = format!("ch_{}", events[0]);
        office.app.create_payment(&owner(), other, payment(100, Some(&charge))).await.unwrap();
        let mut told = [paid(events[0], named, None), paid(events[1], named, Some(&charge))];
        for event in &mut told {
            event.intent = Some(text(&format!("pi_{charge}")));
        }
        if events[0] == "evt_3" {
            told.reverse();
        }
        for event in &told {
            assert_eq!(office.tell(event).await, StripeOutcome::Booked);
        }
        assert_eq!(office.stands(named).await, ("100.00 USD".into(), vec![None]));
        assert_eq!(office.stands(other).await, ("100.00 USD".into(), vec![Some(charge)]));
    }
}

#[tokio::test]
async fn money_that_cannot_be_booked_is_kept_with_its_owner_and_amount() {
    let office = Office::open().await;
    let (gone, euros) = (office.invoice().await.header().id, {
        let new = NewInvoice { currency: "EUR".parse().unwrap(), status: status(Status::Sent), ..new_invoice() };
        office.app.create_invoice(&owner(), new).await.unwrap().header().id
    });
    office.app.delete_invoice(&owner(), gone, None).await.unwrap();
    for (invoice, event, intent) in [(gone, "evt_1", "pi_gone"), (euros, "evt_2", "pi_euros")] {
        let event = StripeEvent { intent: Some(text(intent)), ..paid(event, invoice, Some(intent)) };
        assert_eq!(office.tell(&event).await, StripeOutcome::Unbookable);
        assert_eq!(office.tell(&event).await, StripeOutcome::Repeated);
        let (_, book) = office.store.stripe_event("none", Some(intent)).await.unwrap();
        let book = book.unwrap();
        assert!(book.is_unbooked());
        assert_eq!(book.invoice, Some((owner().tenant(), invoice)));
        assert_eq!(book.paid.unwrap().amount, StripeAmount { units: 10_000, currency: Currency::USD });
    }
    // Once it can be booked, the next report of it is.
    let dollars = InvoicePatch { currency: Some(Currency::USD), ..InvoicePatch::default() };
    office.app.update_invoice(&owner(), euros, dollars, None).await.unwrap();
    let event = StripeEvent { intent: Some(text("pi_euros")), ..paid("evt_3", euros, Some("pi_euros")) };
    assert_eq!(office.tell(&event).await, StripeOutcome::Booked);
    assert_eq!(office.stands(euros).await, ("100.00 USD".into(), vec![Some("pi_euros".into())]));
}

#[tokio::test]
async fn a_deleted_invoice_gives_its_charges_back() {
    let office = Office::open().await;
    let (gone, live) = (office.invoice().await.header().id, office.invoice().await.header().id);
    for charge in ["ch_1", "ch_2"] {
        office.app.create_payment(&owner(), gone, payment(10, Some(charge))).await.unwrap();
    }
    let actor = owner();
    let book = || office.app.create_payment(&actor, live, payment(10, Some("ch_2")));
    refusal(book().await);
    office.app.delete_invoice(&owner(), gone, None).await.unwrap();
    book().await.unwrap();
    refusal(book().await);
    // Stripe's report claims the other.
    let paid = office.invoice().await.header().id;
    assert_eq!(office.tell(&self::paid("evt_1", paid, Some("ch_1"))).await, StripeOutcome::Booked);
    assert_eq!(office.stands(paid).await, ("100.00 USD".into(), vec![Some("ch_1".into())]));
    refusal(office.app.create_payment(&owner(), live, payment(10, Some("ch_1"))).await);
}
