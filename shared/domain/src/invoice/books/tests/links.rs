//! The payment link follows the balance.

use super::*;
use crate::id::PaymentLinkId;
use crate::invoice::payment_link::{LinkChange, LinkState, LinkUrl, PaymentLink};

fn request(desk: &mut Desk) -> Result<PaymentLink, Error> {
    let now = desk.now;
    desk.decide(|invoice, _, new_id| invoice.request_link(PaymentLinkId::new(new_id()), now))
}

fn activate(desk: &mut Desk, request: &PaymentLink) -> Result<bool, Error> {
    let (stripe_id, url) = (ShortText::parse("plink_1").unwrap(), LinkUrl::parse("https://buy.stripe.com/1").unwrap());
    desk.decide(|invoice, moment, new_id| invoice.activate_link(request, stripe_id, url, moment, new_id))
}

/// A desk whose invoice has a link.
fn linked() -> Desk {
    let mut desk = Desk::sent();
    let asked = request(&mut desk).unwrap();
    assert!(activate(&mut desk, &asked).unwrap());
    desk.reload();
    desk
}

fn hosted_url(desk: &Desk) -> Option<&str> {
    desk.invoice.header().details.stripe.hosted_url.as_ref().map(|url| url.as_str())
}

fn retired(desk: &Desk) -> usize {
    desk.invoice.changes().links.values().filter(|change| matches!(change, LinkChange::Retired(_))).count()
}

#[test]
fn a_link_is_over_the_balance_for_ninety_days_and_sends_a_draft() {
    let mut desk = Desk::of_115();
    desk.pay("15").unwrap();
    let asked = request(&mut desk).unwrap();
    assert_eq!(asked.amount, usd("100"));
    assert!(activate(&mut desk, &asked).unwrap());
    let link = desk.invoice.header().payment_link.clone().unwrap();
    assert_eq!(link.made().unwrap().expires_at, at("2026-05-31"));
    assert_eq!(hosted_url(&desk), Some("https://buy.stripe.com/1"));

    let mut draft = Desk::of_115();
    let asked = request(&mut draft).unwrap();
    assert_eq!((draft.status(), draft.invoice.header().meta.updated_at), (Status::Draft, at("2026-03-02")));
    activate(&mut draft, &asked).unwrap();
    assert_eq!(draft.status(), Status::Sent);
}

#[test]
fn a_second_link_is_a_conflict_until_the_first_expires() {
    let mut desk = linked();
    assert!(matches!(request(&mut desk), Err(Error::Conflict(_))));
    desk.now = at("2026-05-31");
    let second = request(&mut desk).unwrap();
    assert_eq!((retired(&desk), second.made().is_none()), (1, true));
    assert_eq!(hosted_url(&desk), None);
}

#[test]
fn a_request_is_repeated_as_it_was_while_its_key_holds() {
    let mut desk = Desk::sent();
    let first = request(&mut desk).unwrap();
    desk.reload();
    desk.now = first.requested_at + jiff::SignedDuration::from_hours(22);
    assert_eq!(request(&mut desk).unwrap(), first);
    desk.now = first.requested_at + jiff::SignedDuration::from_hours(24);
    let second = request(&mut desk).unwrap();
    assert_ne!(second.id, first.id);
    assert_eq!(retired(&desk), 1);
}

#[test]
fn nothing_due_and_closed_invoices_have_no_link() {
    let mut desk = Desk::sent();
    desk.write(Status::Paid).unwrap();
    assert_eq!(refusal(request(&mut desk)), "non_field_errors: Nothing is due on this invoice.");
    desk.write(Status::Refunded).unwrap();
    assert!(refusal(request(&mut desk)).contains("closed"));
    let mut void = Desk::sent();
    void.write(Status::Void).unwrap();
    assert!(refusal(request(&mut void)).contains("closed"));
}

#[test]
fn whatever_changes_the_balance_or_closes_the_invoice_retires_the_link() {
    type Change = fn(&mut Desk);
    let changes: [(&str, Change); 5] = [
        ("a payment", |desk| {
            desk.pay("1").unwrap();
        }),
        ("a line", |desk| {
            desk.add(line("1", "5", "0")).unwrap();
        }),
        ("paid", |desk| desk.write(Status::Paid).unwrap()),
        ("void", |desk| desk.write(Status::Void).unwrap()),
        ("a payment that failed", |desk| {
            let not_paid = |invoice: &mut Invoice, moment: Moment<'_>, new_id: &mut dyn FnMut() -> Uuid| {
                let link =
                    invoice.header().payment_link.as_ref().and_then(PaymentLink::made).unwrap().stripe_id.clone();
                invoice.mark_not_paid(Some(&link), moment, new_id);
                Ok(())
            };
            desk.decide(not_paid).unwrap();
        }),
    ];
    for (name, change) in changes {
        let mut desk = linked();
        change(&mut desk);
        assert_eq!((desk.invoice.header().payment_link.is_none(), retired(&desk)), (true, 1), "{name}");
        assert_eq!(hosted_url(&desk), None, "{name}");
    }
    let mut desk = linked();
    desk.write(Status::Viewed).unwrap();
    desk.decide(|invoice, _, new_id| Ok(invoice.mark_overdue(at("2026-04-02"), new_id))).unwrap();
    assert_eq!(
        (desk.status(), desk.invoice.header().payment_link.is_some(), retired(&desk)),
        (Status::Overdue, true, 0)
    );
}

#[test]
fn an_address_that_a_client_wrote_stays_when_the_link_goes() {
    let mut desk = linked();
    let mut header = desk.invoice.header().clone();
    header.details.stripe.hosted_url = Some(LinkUrl::parse("https://example.com/pay").unwrap());
    let lines = desk.invoice.lines().into_iter().cloned().collect();
    desk.invoice = Invoice::restore(header, lines, vec![], vec![]);
    desk.pay("1").unwrap();
    assert_eq!((hosted_url(&desk), retired(&desk)), (Some("https://example.com/pay"), 1));
}

#[test]
fn what_stripe_made_for_a_balance_that_changed_is_to_be_deactivated() {
    let mut desk = Desk::sent();
    let asked = request(&mut desk).unwrap();
    desk.reload();
    desk.pay("1").unwrap();
    assert_eq!(retired(&desk), 1, "the answer may be lost: its link is asked for again, to be deactivated");
    desk.reload();
    assert!(!activate(&mut desk, &asked).unwrap());
    let change = desk.invoice.changes().links[&asked.id].clone();
    let LinkChange::Retired(link) = change else { panic!("{change:?}") };
    assert_eq!(link.made().unwrap().stripe_id.as_str(), "plink_1");
    assert_eq!(desk.invoice.header().payment_link, None);
}

#[test]
fn the_same_answer_is_taken_once() {
    let mut desk = Desk::sent();
    let asked = request(&mut desk).unwrap();
    assert!(activate(&mut desk, &asked).unwrap());
    assert!(matches!(activate(&mut desk, &asked), Err(Error::Conflict(_))));
}

#[test]
fn a_refused_request_leaves_nothing_and_a_failed_one_is_remembered() {
    let mut desk = Desk::sent();
    let asked = request(&mut desk).unwrap();
    desk.invoice.note_failed_link(asked.id);
    assert_eq!(request(&mut desk).unwrap().state, LinkState::Requested { failed: true });
    desk.invoice.withdraw_link(asked.id);
    assert_eq!(desk.invoice.header().payment_link, None);
    assert_eq!(desk.invoice.changes().links[&asked.id], LinkChange::Withdrawn);
}

#[test]
fn the_sweep_retires_what_expired_and_what_was_given_up() {
    let lapse = |desk: &mut Desk, now: Timestamp| {
        let id = desk.invoice.header().payment_link.as_ref().unwrap().id;
        desk.decide(|invoice, _, _| Ok(invoice.retire_lapsed_link(id, now))).unwrap()
    };
    let mut desk = linked();
    assert!(!lapse(&mut desk, at("2026-05-30")));
    assert!(lapse(&mut desk, at("2026-05-31")));
    assert_eq!((retired(&desk), desk.invoice.header().payment_link.is_none()), (1, true));

    let mut desk = Desk::sent();
    let asked = request(&mut desk).unwrap();
    assert!(!lapse(&mut desk, asked.requested_at));
    assert!(lapse(&mut desk, asked.requested_at + PaymentLink::PATIENCE));
}
