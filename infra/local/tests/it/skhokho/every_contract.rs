//! One set of books: an invoice made through any contract is read back through every one, in every status.

use http::Method;
use serde_json::{Value, json};

use super::id;
use crate::support::{Tributary, User};

/// A request, as the owner sends it.
struct Call {
    method: Method,
    path: String,
    contract: &'static str,
    body: Value,
}

/// What every contract shows of an invoice.
#[derive(Debug, PartialEq)]
struct Shown {
    number: String,
    total: String,
    status: String,
}

/// How a contract makes and shows an invoice of 100.00 USD.
struct Speaker {
    name: &'static str,
    make: fn(&Books, &str) -> Call,
    id: fn(&Value) -> String,
    read: fn(&Books, &str) -> Call,
    shown: fn(&Value) -> Shown,
    /// Its words for the statuses, in the order of [`STATUSES`]; none, where it does not show such an invoice.
    words: [Option<&'static str>; 8],
}

/// The statuses that can be reached: pending is a word of bottlecrm and namaste alone.
const STATUSES: [&str; 8] = ["draft", "sent", "viewed", "partially_paid", "paid", "overdue", "void", "refunded"];

/// One line for each contract.
const SPEAKERS: [Speaker; 3] = [
    Speaker {
        name: "crm",
        make: crm_make,
        id: crm_id,
        read: crm_read,
        shown: crm_shown,
        words: some(["draft", "sent", "sent", "sent", "paid", "overdue", "void", "refunded"]),
    },
    Speaker {
        name: "clawprint",
        make: clawprint_make,
        id: clawprint_id,
        read: clawprint_read,
        shown: clawprint_shown,
        words: some(["draft", "sent", "viewed", "sent", "paid", "overdue", "cancelled", "refunded"]),
    },
    Speaker {
        name: "skhokho",
        make: skhokho_make,
        id: skhokho_id,
        read: skhokho_read,
        shown: skhokho_shown,
        words: some(["draft", "sent", "viewed", "partially_paid", "paid", "overdue", "cancelled", "refunded"]),
    },
];

const fn some(words: [&'static str; 8]) -> [Option<&'static str>; 8] {
    let [a, b, c, d, e, f, g, h] = words;
    [Some(a), Some(b), Some(c), Some(d), Some(e), Some(f), Some(g), Some(h)]
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
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (organisation, business) = (text(&me["organization_id"]), text(&me["business_id"]));
        Self { client: text(&client["id"]), tributary, owner, organisation, business }
    }

    async fn call(&self, call: Call, status: u16) -> Value {
        let Call { method, path, contract, body } = call;
        let authorization = format!("Token {}", self.owner.token);
        let headers = [
            ("authorization", authorization.as_str()),
            ("x-api-contract", contract),
            ("content-type", "application/json"),
        ];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.tributary.raw(method, &path, &headers, body).await.expect(status)
    }

    /// Brings a draft into a status, through whatever contract can.
    async fn reach(&self, invoice: &str, status: &str) {
        let crm = |body| crm_change(invoice, body);
        let steps = match status {
            "draft" => vec![],
            "sent" | "paid" | "overdue" | "void" => vec![crm(json!({ "status": status }))],
            "viewed" => vec![Call {
                method: Method::PATCH,
                path: format!("/api/v1.0/organisation/{}/invoices/{invoice}/update", self.organisation),
                contract: "skhokho",
                body: json!({ "status": status }),
            }],
            "partially_paid" => vec![Call {
                method: Method::GET,
                path: format!(
                    "/api/v1.0/organisation/{}/invoices/{invoice}/action?action=record_payment&amount=40",
                    self.organisation
                ),
                contract: "skhokho",
                body: Value::Null,
            }],
            "refunded" => vec![crm(json!({"status": "paid"})), crm(json!({"status": "refunded"}))],
            other => panic!("{other} cannot be reached"),
        };
        for step in steps {
            self.call(step, 200).await;
        }
    }
}

fn crm_change(invoice: &str, body: Value) -> Call {
    Call { method: Method::PATCH, path: format!("/api/invoices/{invoice}"), contract: "crm", body }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn crm_make(books: &Books, number: &str) -> Call {
    let body =
        json!({"client": books.client, "invoice_number": number, "subtotal": "100.00", "due_date": "2099-01-01"});
    Call { method: Method::POST, path: "/api/invoices".into(), contract: "crm", body }
}

fn crm_id(made: &Value) -> String {
    text(&made["id"])
}

fn crm_read(_: &Books, id: &str) -> Call {
    Call { method: Method::GET, path: format!("/api/invoices/{id}"), contract: "crm", body: Value::Null }
}

fn crm_shown(invoice: &Value) -> Shown {
    let [number, total, status] = ["invoice_number", "total", "status"].map(|field| text(&invoice[field]));
    Shown { number, total, status }
}

fn clawprint_make(books: &Books, number: &str) -> Call {
    let body = json!({
        "business_id": books.business, "customer_email": "c@example.com", "invoice_number": number,
        "line_items": [{"description": "Work", "quantity": 2, "unit_price": 5000, "type": "service"}]
    });
    Call { method: Method::POST, path: "/api/invoices".into(), contract: "clawprint", body }
}

fn clawprint_id(made: &Value) -> String {
    let id = text(&made["invoice_id"]);
    let hex = id.strip_prefix("inv_").unwrap();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn clawprint_read(_: &Books, id: &str) -> Call {
    let path = format!("/api/invoices/inv_{}", id.replace('-', ""));
    Call { method: Method::GET, path, contract: "clawprint", body: Value::Null }
}

fn clawprint_shown(invoice: &Value) -> Shown {
    let cents = invoice["total_amount"].as_u64().unwrap();
    let [number, status] = ["invoice_number", "status"].map(|field| text(&invoice[field]));
    Shown { number, total: format!("{}.{:02}", cents / 100, cents % 100), status }
}

fn skhokho_make(books: &Books, number: &str) -> Call {
    let body = json!({
        "client_id": books.client, "invoice_number": number, "title": "Work", "due_date": "2099-01-01",
        "items": [{"quantity": "2", "unit_price": "62.50", "discount_percentage": "20", "currency": "USD"}]
    });
    let path = format!("/api/v1.0/organisation/{}/invoices/create", books.organisation);
    Call { method: Method::POST, path, contract: "skhokho", body }
}

fn skhokho_id(made: &Value) -> String {
    id(made).to_owned()
}

fn skhokho_read(books: &Books, id: &str) -> Call {
    let path = format!("/api/v1.0/organisation/{}/invoices/{id}", books.organisation);
    Call { method: Method::GET, path, contract: "skhokho", body: Value::Null }
}

fn skhokho_shown(invoice: &Value) -> Shown {
    let [number, total, status] = ["invoice_number", "total_amount", "status"].map(|field| text(&invoice[field]));
    Shown { number, total, status }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_made_through_any_contract_reads_the_same_through_every_other_in_every_status() {
    let books = Books::open().await;
    for maker in &SPEAKERS {
        for (place, status) in STATUSES.into_iter().enumerate() {
            let number = format!("{}-{status}", maker.name);
            let made = books.call((maker.make)(&books, &number), 201).await;
            // crm gives its numbers by itself.
            let (invoice, number) = ((maker.id)(&made), (maker.shown)(&made).number);
            books.reach(&invoice, status).await;
            for reader in &SPEAKERS {
                let name = format!("made by {}, {status}, read by {}", maker.name, reader.name);
                let Some(word) = reader.words[place] else {
                    books.call((reader.read)(&books, &invoice), 404).await;
                    continue;
                };
                let shown = (reader.shown)(&books.call((reader.read)(&books, &invoice), 200).await);
                let expected = Shown { number: number.clone(), total: "100.00".into(), status: word.into() };
                assert_eq!(shown, expected, "{name}");
            }
        }
    }
}
