//! Every word of every contract, written over every status.

use std::collections::BTreeSet;

use super::speakers::{SPEAKERS, Speaker};
use super::{Books, STATUSES, paid_in};

/// What writing a word comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Outcome {
    /// Nothing happens: it is the word that is shown.
    Same,
    /// The invoice has this status from now on.
    Becomes(&'static str),
    /// It is refused with this status, and nothing happens.
    Refused(u16),
}

/// Among these, any may be written.
const OPEN: [&str; 5] = ["draft", "sent", "viewed", "pending", "overdue"];

fn outcome(writer: &Speaker, from: &str, word: &str) -> Outcome {
    let is_shown = |status: &str| writer.words[STATUSES.iter().position(|one| *one == status).unwrap()];
    let Some(shown) = is_shown(from) else { return Outcome::Refused(404) };
    // What is paid in full is fixed in clawprint, but for its refund.
    if writer.name == "clawprint" && from == "paid" && word != "refunded" {
        return Outcome::Refused(409);
    }
    if shown == word {
        return Outcome::Same;
    }
    // A word means the first status of its column.
    let to = STATUSES.into_iter().find(|status| is_shown(status) == Some(word)).unwrap();
    let is_open = OPEN.contains(&from);
    match to {
        _ if is_open && OPEN.contains(&to) => Outcome::Becomes(to),
        "paid" | "void" if is_open || from == "partially_paid" => Outcome::Becomes(to),
        "refunded" if from == "paid" => Outcome::Becomes(to),
        // Where the other contracts answer 400, bottlecrm does for what it cannot read alone.
        _ => Outcome::Refused(if writer.name == "bottlecrm" { 422 } else { 400 }),
    }
}

/// What is paid after a change: who writes paid books the rest, who writes refunded gives all back.
fn paid_after(from: &str, to: &str) -> &'static str {
    match to {
        "paid" | "refunded" => paid_in(to),
        _ => paid_in(from),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_word_of_every_contract_over_every_status_is_written_refused_or_without_effect_and_all_agree() {
    let books = Books::open().await;
    let mut place = 0;
    for writer in &SPEAKERS {
        let words: BTreeSet<_> = writer.words.into_iter().flatten().collect();
        for from in STATUSES {
            // One that nothing has happened to serves again.
            let mut unchanged = None;
            for word in &words {
                let invoice = match unchanged.take() {
                    Some(invoice) => invoice,
                    None => {
                        place += 1;
                        let invoice = books.make(&SPEAKERS[place % SPEAKERS.len()], place).await;
                        books.reach(&invoice, from).await;
                        invoice
                    }
                };
                let answer = books.ask((writer.write)(&books, &invoice, word)).await;
                let name = format!("{word} written by {} over {from}", writer.name);
                let (expected, now) = match outcome(writer, from, word) {
                    Outcome::Same => (200, from),
                    Outcome::Becomes(to) => (200, to),
                    Outcome::Refused(status) => (status, from),
                };
                assert_eq!(answer.status.as_u16(), expected, "{name}: {}", answer.text);
                books.show(&invoice, now, paid_after(from, now), &name).await;
                unchanged = (now == from).then_some(invoice);
            }
        }
    }
}
