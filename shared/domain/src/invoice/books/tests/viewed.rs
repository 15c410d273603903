//! The customer opens an invoice.

use super::*;

fn open(desk: &mut Desk, on: &str) -> bool {
    desk.decide(|invoice, _, new_id| Ok(invoice.mark_viewed(at(on), new_id))).unwrap()
}

#[test]
fn what_was_sent_is_viewed_by_nobody_of_the_organisation_and_once() {
    let mut desk = Desk::sent();
    desk.reload();
    let version = desk.invoice.header().meta.version;
    assert!(open(&mut desk, "2026-03-05"));
    let header = desk.invoice.header();
    assert_eq!((header.status, header.viewed_at), (Status::Viewed, Some(at("2026-03-05"))));
    assert_eq!(header.meta.version, version + 1);
    let row = desk.invoice.changes().history[0].clone();
    assert_eq!((row.from, row.to, row.by, row.at), (Some(Status::Sent), Status::Viewed, None, at("2026-03-05")));

    desk.reload();
    assert!(!open(&mut desk, "2026-03-06"));
    assert_eq!(desk.invoice.header().viewed_at, Some(at("2026-03-05")));
    assert_eq!(desk.invoice.header().meta.version, version + 1);
    assert!(desk.invoice.changes().history.is_empty());
}

#[test]
fn a_status_that_says_more_stays() {
    for target in [Status::Pending, Status::Overdue, Status::Paid, Status::Void] {
        let mut desk = Desk::sent();
        desk.write(target).unwrap();
        desk.reload();
        assert!(open(&mut desk, "2026-03-05"), "{target}");
        assert_eq!((desk.status(), desk.invoice.header().viewed_at), (target, Some(at("2026-03-05"))));
        assert!(desk.invoice.changes().history.is_empty(), "{target}");
    }
}

#[test]
fn a_draft_is_not_opened() {
    let mut desk = Desk::of_115();
    assert!(!open(&mut desk, "2026-03-05"));
    assert_eq!((desk.status(), desk.invoice.header().viewed_at), (Status::Draft, None));
}
