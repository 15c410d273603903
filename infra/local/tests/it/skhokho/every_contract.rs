//! One set of books: an invoice made through any contract is read back through every one, in every status, and what one
//! writes, all show.

mod following;
mod speakers;
mod writes;

use http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Tributary, User};
use speakers::{SPEAKERS, Speaker};

/// A request, as the owner sends it.
struct Call {
    method: Method,
    path: String,
    contract: &'static str,
    body: Value,
}

/// An invoice, as the contracts find it.
struct Made {
    /// Its id.
    id: String,
    /// Its place among all invoices of the organisation, from 1.
    place: usize,
    number: String,
}

/// What the contracts show of an invoice.
#[derive(Debug, PartialEq)]
struct Shown {
    number: String,
    total: String,
    /// How much is paid; none, where the contract does not show it.
    paid: Option<String>,
    status: String,
}

/// The statuses of the domain, in the order of the contracts' table of words.
const STATUSES: [&str; 9] =
    ["draft", "sent", "viewed", "pending", "partially_paid", "paid", "overdue", "void", "refunded"];

/// What is paid of an invoice of 100.00 that was brought into a status.
fn paid_in(status: &str) -> &'static str {
    match status {
        "partially_paid" => "40.00",
        "paid" => "100.00",
        _ => "0.00",
    }
}

struct Books {
    tributary: Tributary,
    owner: User,
    organisation: String,
    business: String,
    client: String,
}

impl Books {
    async fn open() -> Self {
        let tributary = Tributary::start().await;
        let owner = tributary.sign_up("owner").await;
        let me = tributary.get(&owner, "/api/me/").await.expect(200);
        let client = tributary.post(&owner, "/api/clients/", json!({"name": "Acme"})).await.expect(201);
        let product = json!({"product_name": "Work", "category": 1, "unit_price": "50.00", "quantity": 1});
        tributary.post(&owner, "/api/products/", product).await.expect(201);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (organisation, business) = (text(&me["organization_id"]), text(&me["business_id"]));
        Self { client: text(&client["id"]), tributary, owner, organisation, business }
    }

    async fn ask(&self, call: Call) -> Answer {
        let Call { method, path, contract, body } = call;
        let authorization = format!("Token {}", self.owner.token);
        let headers = [
            ("authorization", authorization.as_str()),
            ("x-api-contract", contract),
            ("content-type", "application/json"),
        ];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.tributary.raw(method, &path, &headers, body).await
    }

    async fn call(&self, call: Call, status: u16) -> Value {
        self.ask(call).await.expect(status)
    }

    /// Makes a draft of 100.00 as one contract does, the next one of the organisation.
    async fn make(&self, maker: &Speaker, place: usize) -> Made {
        let made = self.call((maker.make)(self, &format!("{}-{place}", maker.name)), 201).await;
        // crm gives its numbers by itself.
        let number = (maker.shown)(&made).number;
        let path = format!("/api/invoices/?invoice_number={number}");
        let found = self.call(Call { method: Method::GET, path, contract: "crm", body: Value::Null }, 200).await;
        let [invoice] = found.as_array().unwrap().as_slice() else { panic!("{found}") };
        Made { id: invoice["id"].as_str().unwrap().to_owned(), place, number }
    }

    /// Brings a draft into a status, through whatever contract can.
    async fn reach(&self, invoice: &Made, status: &str) {
        let crm = |status: &str| speakers::crm_write(self, invoice, status);
        let steps = match status {
            "draft" => vec![],
            "sent" | "paid" | "overdue" | "void" => vec![crm(status)],
            "viewed" => vec![speakers::skhokho_write(self, invoice, status)],
            "pending" => vec![speakers::namaste_write(self, invoice, "Pending")],
            "partially_paid" => vec![speakers::skhokho_pay(self, invoice, 40)],
            "refunded" => vec![crm("paid"), crm("refunded")],
            other => panic!("{other} cannot be reached"),
        };
        for step in steps {
            self.call(step, 200).await;
        }
    }

    /// Checks that every contract shows an invoice of 100.00 with its word for a status, and as paid so far.
    async fn show(&self, invoice: &Made, status: &str, paid: &str, after: &str) {
        let place = STATUSES.iter().position(|one| *one == status).unwrap();
        for reader in &SPEAKERS {
            let answer = self.ask((reader.read)(self, invoice)).await;
            let Some(word) = reader.words[place] else {
                assert_eq!(answer.status.as_u16(), 404, "{after}, read by {}", reader.name);
                continue;
            };
            let mut shown = (reader.shown)(&answer.expect(200));
            shown.paid = shown.paid.or_else(|| Some(paid.to_owned()));
            let (number, total) = (invoice.number.clone(), "100.00".to_owned());
            let expected = Shown { number, total, paid: Some(paid.to_owned()), status: word.to_owned() };
            assert_eq!(shown, expected, "{after}, read by {}", reader.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_made_through_any_contract_reads_the_same_through_every_other_in_every_status() {
    let books = Books::open().await;
    let mut places = 1..;
    for maker in &SPEAKERS {
        for (status, place) in STATUSES.into_iter().zip(&mut places) {
            let invoice = books.make(maker, place).await;
            books.reach(&invoice, status).await;
            books.show(&invoice, status, paid_in(status), &format!("made by {}, {status}", maker.name)).await;
        }
    }
}
