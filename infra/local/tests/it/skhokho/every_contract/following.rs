//! Statuses that follow from other fields follow at once, whichever contract writes the field.

use http::Method;
use serde_json::{Value, json};

use super::speakers::{SPEAKERS, Speaker, crm_change};
use super::{Books, Call, Made, STATUSES, paid_in};

impl Books {
    /// Makes an invoice that is overdue since yesterday, and was in a status before.
    async fn overdue(&self, place: usize, before: &str) -> Made {
        let invoice = self.make(&SPEAKERS[place % SPEAKERS.len()], place).await;
        self.reach(&invoice, before).await;
        self.call(crm_change(self, &invoice, json!({"due_date": "2020-01-01"})), 200).await;
        let swept = self.tributary.raw(Method::POST, "/_local/sweep", &[], "").await.expect(200);
        assert_eq!(swept["marked_overdue"], 1);
        self.show(&invoice, "overdue", paid_in(before), &format!("{before}, and overdue")).await;
        invoice
    }

    /// The changes of an invoice's status, the newest last.
    async fn history(&self, invoice: &Made) -> Vec<(Value, Value)> {
        let path = format!("/api/invoices/{}", invoice.id);
        let body = Value::Null;
        let shown = self.call(Call { method: Method::GET, path, contract: "bottlecrm", body }, 200).await;
        let mut rows = shown["invoice_history"].as_array().unwrap().clone();
        rows.sort_by_key(|row| row["id"].to_string());
        rows.iter().map(|row| (row["status_changed_from"].clone(), row["status_changed_to"].clone())).collect()
    }
}

fn word(speaker: &Speaker, status: &str) -> Option<&'static str> {
    speaker.words[STATUSES.iter().position(|one| *one == status).unwrap()]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overdue_invoice_goes_back_when_any_contract_moves_its_due_date_ahead_or_empties_it() {
    let books = Books::open().await;
    let mut place = 0;
    for writer in &SPEAKERS {
        for before in ["sent", "viewed", "partially_paid"] {
            let mut dates = vec![json!("2099-01-01")];
            // The other two know no invoice without a due date.
            if !["clawprint", "skhokho"].contains(&writer.name) {
                dates.push(Value::Null);
            }
            for date in dates {
                place += 1;
                let invoice = books.overdue(place, before).await;
                let name = format!("due date {date} written by {} on what was {before}", writer.name);
                books.call((writer.change)(&books, &invoice, json!({ "due_date": date })), 200).await;
                books.show(&invoice, before, paid_in(before), &name).await;
                let last = books.history(&invoice).await.pop().unwrap();
                let shown = word(&SPEAKERS[2], before).unwrap();
                assert_eq!(last, (json!("Pending"), json!(shown)), "{name}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overdue_invoice_stays_overdue_while_its_due_date_is_past() {
    let books = Books::open().await;
    for (writer, place) in SPEAKERS.iter().zip(1..) {
        let invoice = books.overdue(place, "sent").await;
        books.call((writer.change)(&books, &invoice, json!({"due_date": "2020-02-01"})), 200).await;
        books.show(&invoice, "overdue", "0.00", &format!("a past due date written by {}", writer.name)).await;
    }
}

/// Checks that every contract shows the word of a status, and a total.
async fn every_contract_shows(books: &Books, invoice: &Made, status: &str, total: &str, after: &str) {
    for reader in &SPEAKERS {
        let shown = (reader.shown)(&books.call((reader.read)(books, invoice), 200).await);
        let expected = (word(reader, status).unwrap().to_owned(), total.to_owned());
        assert_eq!((shown.status, shown.total), expected, "{after}, read by {}", reader.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_that_is_issued_over_zero_or_comes_to_zero_is_paid_whichever_contract_does_it() {
    let books = Books::open().await;
    let mut place = 0;
    for writer in &SPEAKERS {
        // clawprint changes no amount; crm does it for it, by a discount.
        let changer = if writer.name == "clawprint" { &SPEAKERS[0] } else { writer };
        let maker = if writer.name == "clawprint" { &SPEAKERS[1] } else { writer };
        let zero = || (changer.to_zero)();
        for before in ["sent", "viewed", "pending", "overdue"] {
            place += 1;
            let invoice = books.make(maker, place).await;
            books.reach(&invoice, before).await;
            books.call((changer.change)(&books, &invoice, zero()), 200).await;
            let name = format!("brought to zero by {} when it was {before}", writer.name);
            every_contract_shows(&books, &invoice, "paid", "0.00", &name).await;
        }
        place += 1;
        let draft = books.make(maker, place).await;
        books.call((changer.change)(&books, &draft, zero()), 200).await;
        let name = format!("a draft that {} brought to zero", writer.name);
        every_contract_shows(&books, &draft, "draft", "0.00", &name).await;
        let issued = books.call((writer.write)(&books, &draft, word(writer, "sent").unwrap()), 200).await;
        assert!(issued.is_object());
        every_contract_shows(&books, &draft, "paid", "0.00", &format!("{name} and issued")).await;
        assert!(books.history(&draft).await.contains(&(json!("Sent"), json!("Paid"))), "{name}");

        // Nobody paid, so it may come to something.
        let line = json!({"description": "More", "quantity": "1", "unit_price": "500.00"});
        let path = format!("/api/invoices/{}/line-items", draft.id);
        books.call(Call { method: Method::POST, path, contract: "crm", body: line }, 201).await;
        let shown = (SPEAKERS[0].shown)(&books.call((SPEAKERS[0].read)(&books, &draft), 200).await);
        assert_eq!(shown.status, "sent", "{name}, with a line more");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_over_zero_that_is_mailed_or_sent_by_its_action_is_paid() {
    let books = Books::open().await;
    let crm = &SPEAKERS[0];
    let mail = |invoice: &Made| {
        let path = format!("/api/invoices/{}/send-mail", invoice.id);
        let body = json!({"recipients": ["to@example.com"]});
        Call { method: Method::POST, path, contract: "bottlecrm", body }
    };
    let action = |invoice: &Made| {
        let path = format!("/api/v1.0/organisation/{}/invoices/{}/action?action=send", books.organisation, invoice.id);
        Call { method: Method::GET, path, contract: "skhokho", body: Value::Null }
    };
    for place in 1..=2 {
        let draft = books.make(crm, place).await;
        books.call((crm.change)(&books, &draft, (crm.to_zero)()), 200).await;
        let sent = if place == 1 { mail(&draft) } else { action(&draft) };
        books.call(sent, 200).await;
        every_contract_shows(&books, &draft, "paid", "0.00", &format!("sent, {place}")).await;
    }
}
