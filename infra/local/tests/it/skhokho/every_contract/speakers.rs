//! The contracts: how each makes, shows and changes an invoice.

use http::Method;
use serde_json::{Value, json};

use super::{Books, Call, Made, Shown};

/// How a contract makes, shows and changes an invoice of 100.00 USD.
pub struct Speaker {
    pub name: &'static str,
    pub make: fn(&Books, &str) -> Call,
    pub read: fn(&Books, &Made) -> Call,
    pub shown: fn(&Value) -> Shown,
    /// Writes one of its words for a status.
    pub write: fn(&Books, &Made, &str) -> Call,
    /// Changes fields in its own words.
    pub change: fn(&Books, &Made, Value) -> Call,
    /// The change that brings the total to zero.
    pub to_zero: fn() -> Value,
    /// Its words for the statuses, in the order of the table; none, where it does not show such an invoice.
    pub words: [Option<&'static str>; 9],
}

/// One line for each contract.
pub const SPEAKERS: [Speaker; 5] = [
    Speaker {
        name: "crm",
        make: crm_make,
        read: crm_read,
        shown: crm_shown,
        write: crm_write,
        change: crm_change,
        to_zero: || json!({"discount": "100.00"}),
        words: some(["draft", "sent", "sent", "sent", "sent", "paid", "overdue", "void", "refunded"]),
    },
    Speaker {
        name: "clawprint",
        make: clawprint_make,
        read: clawprint_read,
        shown: clawprint_shown,
        write: clawprint_write,
        change: clawprint_change,
        to_zero: || json!({}),
        words: some(["draft", "sent", "viewed", "sent", "sent", "paid", "overdue", "cancelled", "refunded"]),
    },
    Speaker {
        name: "bottlecrm",
        make: bottlecrm_make,
        read: bottlecrm_read,
        shown: bottlecrm_shown,
        write: bottlecrm_write,
        change: bottlecrm_change,
        to_zero: || json!({"rate": "0"}),
        words: some(["Draft", "Sent", "Sent", "Pending", "Pending", "Paid", "Pending", "Cancelled", "Cancelled"]),
    },
    Speaker {
        name: "namaste",
        make: namaste_make,
        read: namaste_read,
        shown: namaste_shown,
        write: namaste_write,
        change: namaste_change,
        to_zero: || json!({"items": [{"item": 1, "quantity": 2, "rate": "0"}]}),
        words: [
            Some("Draft"),
            Some("Unpaid"),
            Some("Unpaid"),
            Some("Pending"),
            Some("Unpaid"),
            Some("Paid"),
            Some("Unpaid"),
            None,
            None,
        ],
    },
    Speaker {
        name: "skhokho",
        make: skhokho_make,
        read: skhokho_read,
        shown: skhokho_shown,
        write: skhokho_write,
        change: skhokho_change,
        to_zero: || json!({"items": [{"quantity": "2", "unit_price": "0", "currency": "USD"}]}),
        words: some(["draft", "sent", "viewed", "sent", "partially_paid", "paid", "overdue", "cancelled", "refunded"]),
    },
];

const fn some(words: [&'static str; 9]) -> [Option<&'static str>; 9] {
    let [a, b, c, d, e, f, g, h, i] = words;
    [Some(a), Some(b), Some(c), Some(d), Some(e), Some(f), Some(g), Some(h), Some(i)]
}

fn texts<const N: usize>(object: &Value, fields: [&str; N]) -> [String; N] {
    fields.map(|field| object[field].as_str().unwrap_or_else(|| panic!("{field} of {object}")).to_owned())
}

fn call(contract: &'static str, method: Method, path: String, body: Value) -> Call {
    Call { method, path, contract, body }
}

fn crm_make(books: &Books, _: &str) -> Call {
    let body = json!({"client": books.client, "subtotal": "100.00", "due_date": "2099-01-01"});
    call("crm", Method::POST, "/api/invoices".into(), body)
}

fn crm_read(_: &Books, invoice: &Made) -> Call {
    call("crm", Method::GET, format!("/api/invoices/{}", invoice.id), Value::Null)
}

fn crm_shown(invoice: &Value) -> Shown {
    let [number, total, paid, status] = texts(invoice, ["invoice_number", "total", "amount_paid", "status"]);
    Shown { number, total, paid: Some(paid), status }
}

pub fn crm_write(books: &Books, invoice: &Made, word: &str) -> Call {
    crm_change(books, invoice, json!({ "status": word }))
}

pub fn crm_change(_: &Books, invoice: &Made, body: Value) -> Call {
    call("crm", Method::PATCH, format!("/api/invoices/{}", invoice.id), body)
}

fn clawprint_path(invoice: &Made) -> String {
    format!("/api/invoices/inv_{}", invoice.id.replace('-', ""))
}

fn clawprint_make(books: &Books, number: &str) -> Call {
    let body = json!({
        "business_id": books.business, "customer_email": "c@example.com", "invoice_number": number,
        "line_items": [{"description": "Work", "quantity": 2, "unit_price": 5000, "type": "service"}]
    });
    call("clawprint", Method::POST, "/api/invoices".into(), body)
}

fn clawprint_read(_: &Books, invoice: &Made) -> Call {
    call("clawprint", Method::GET, clawprint_path(invoice), Value::Null)
}

fn clawprint_shown(invoice: &Value) -> Shown {
    let cents = invoice["total_amount"].as_u64().unwrap();
    let [number, status] = texts(invoice, ["invoice_number", "status"]);
    Shown { number, total: format!("{}.{:02}", cents / 100, cents % 100), paid: None, status }
}

fn clawprint_write(books: &Books, invoice: &Made, word: &str) -> Call {
    clawprint_change(books, invoice, json!({ "status": word }))
}

fn clawprint_change(_: &Books, invoice: &Made, body: Value) -> Call {
    call("clawprint", Method::PATCH, clawprint_path(invoice), body)
}

fn bottlecrm_make(_: &Books, number: &str) -> Call {
    let body = json!({
        "invoice_title": "Work", "invoice_number": number, "name": "Acme", "email": "b@example.com", "quantity": 2,
        "rate": "50.00", "due_date": "2099-01-01"
    });
    call("bottlecrm", Method::POST, "/api/invoices".into(), body)
}

fn bottlecrm_read(_: &Books, invoice: &Made) -> Call {
    call("bottlecrm", Method::GET, format!("/api/invoices/{}", invoice.id), Value::Null)
}

fn bottlecrm_shown(invoice: &Value) -> Shown {
    let [number, total, status] = texts(invoice, ["invoice_number", "total_amount", "status"]);
    Shown { number, total, paid: None, status }
}

fn bottlecrm_write(_: &Books, invoice: &Made, word: &str) -> Call {
    call("bottlecrm", Method::POST, format!("/api/invoices/{}/status", invoice.id), json!({ "status": word }))
}

fn bottlecrm_change(_: &Books, invoice: &Made, body: Value) -> Call {
    call("bottlecrm", Method::PATCH, format!("/api/invoices/{}", invoice.id), body)
}

fn namaste_path(invoice: &Made) -> String {
    format!("/api/billing/?id={}", invoice.place)
}

fn namaste_make(_: &Books, number: &str) -> Call {
    let items = json!([{"item": 1, "quantity": 2, "rate": "50.00"}]);
    let body = json!({"invoice_number": number, "party": 1, "due_date": "2099-01-01", "items": items});
    call("namaste", Method::POST, "/api/billing/".into(), body)
}

fn namaste_read(_: &Books, invoice: &Made) -> Call {
    call("namaste", Method::GET, namaste_path(invoice), Value::Null)
}

fn namaste_shown(answer: &Value) -> Shown {
    let billing = answer.get("billing").unwrap_or(answer);
    let [number, total, paid, status] =
        texts(billing, ["invoice_number", "total_amount", "paid_amount", "invoice_status"]);
    Shown { number, total, paid: Some(paid), status }
}

pub fn namaste_write(books: &Books, invoice: &Made, word: &str) -> Call {
    namaste_change(books, invoice, json!({ "invoice_status": word }))
}

fn namaste_change(_: &Books, invoice: &Made, body: Value) -> Call {
    call("namaste", Method::PUT, namaste_path(invoice), body)
}

fn skhokho_path(books: &Books, rest: &str) -> String {
    format!("/api/v1.0/organisation/{}/invoices/{rest}", books.organisation)
}

fn skhokho_make(books: &Books, number: &str) -> Call {
    let body = json!({
        "client_id": books.client, "invoice_number": number, "title": "Work", "due_date": "2099-01-01",
        "items": [{"quantity": "2", "unit_price": "62.50", "discount_percentage": "20", "currency": "USD"}]
    });
    call("skhokho", Method::POST, skhokho_path(books, "create"), body)
}

fn skhokho_read(books: &Books, invoice: &Made) -> Call {
    call("skhokho", Method::GET, skhokho_path(books, &invoice.id), Value::Null)
}

fn skhokho_shown(invoice: &Value) -> Shown {
    let [number, total, paid, status] = texts(invoice, ["invoice_number", "total_amount", "paid_amount", "status"]);
    Shown { number, total, paid: Some(paid), status }
}

pub fn skhokho_write(books: &Books, invoice: &Made, word: &str) -> Call {
    skhokho_change(books, invoice, json!({ "status": word }))
}

fn skhokho_change(books: &Books, invoice: &Made, body: Value) -> Call {
    call("skhokho", Method::PATCH, skhokho_path(books, &format!("{}/update", invoice.id)), body)
}

pub fn skhokho_pay(books: &Books, invoice: &Made, amount: u32) -> Call {
    let rest = format!("{}/action?action=record_payment&amount={amount}", invoice.id);
    call("skhokho", Method::GET, skhokho_path(books, &rest), Value::Null)
}
