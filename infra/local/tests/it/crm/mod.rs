//! The crm contract as its users meet it: sections 1, 2, 10, 11 and 12, and how it authenticates.

use http::Method;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Tributary, User};

mod accounts;
mod attributes;
mod bodies;
mod catalogue_items;
mod categories;
mod clients;
mod conditional_and_idempotent;
mod contacts;
mod entries;
mod invoices;
mod line_items;
mod lists;
mod long_lists;
mod one_time_passwords;
mod payments;
mod price_tiers;
mod reading;
mod statuses;
mod tenancy;

/// An id that nothing has.
const NOWHERE: &str = "0190b5a1-7c5e-7000-8000-000000000001";

/// A cloud and the owner of an organisation in it.
struct Crm {
    tributary: Tributary,
    user: User,
}

impl Crm {
    async fn start() -> Self {
        let tributary = Tributary::start().await;
        let user = tributary.sign_up("john_doe").await;
        Self { tributary, user }
    }

    async fn get(&self, path: &str) -> Answer {
        self.tributary.get(&self.user, path).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.tributary.post(&self.user, path, body).await
    }

    async fn put(&self, path: &str, body: Value) -> Answer {
        self.tributary.put(&self.user, path, body).await
    }

    async fn patch(&self, path: &str, body: Value) -> Answer {
        self.tributary.patch(&self.user, path, body).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.tributary.delete(&self.user, path).await
    }

    /// Sends a body as it is, with the token and further headers.
    async fn raw(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let authorization = format!("Token {}", self.user.token);
        let mut all = vec![("authorization", authorization.as_str()), ("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.tributary.raw(method, path, &all, body.to_owned()).await
    }

    /// Makes an object and gives its id.
    async fn make(&self, path: &str, body: Value) -> String {
        id_of(&self.post(path, body).await.expect(201))
    }

    async fn make_client(&self) -> String {
        self.make("/api/clients/", json!({"name": "Acme Corp"})).await
    }

    async fn make_item(&self, price: &str, tax_rate: &str) -> String {
        let body = json!({"name": "Web Development", "type": "service", "base_price": price, "tax_rate": tax_rate});
        self.make("/api/catalogue/", body).await
    }

    /// An invoice of a new client, and its path.
    async fn make_invoice(&self, more: Value) -> String {
        let client = self.make_client().await;
        let id = self.make("/api/invoices/", merged(json!({"client": client}), more)).await;
        format!("/api/invoices/{id}/")
    }

    /// A draft of one line without tax, by its total.
    async fn make_invoice_of(&self, total: &str) -> String {
        let invoice = self.make_invoice(json!({})).await;
        let line = json!({"description": "Work", "quantity": "1", "unit_price": total, "tax_rate": "0"});
        self.make(&format!("{invoice}line-items/"), line).await;
        invoice
    }

    async fn pay(&self, invoice: &str, amount: &str) -> String {
        self.make(&format!("{invoice}payments/"), json!({"amount": amount, "method": "cash"})).await
    }

    /// `[status, total, amount_paid, balance_due]` of an invoice.
    async fn books(&self, invoice: &str) -> [String; 4] {
        let shown = self.get(invoice).await.expect(200);
        ["status", "total", "amount_paid", "balance_due"].map(|field| shown[field].as_str().unwrap().to_owned())
    }

    async fn count(&self, path: &str) -> usize {
        self.get(path).await.expect(200).as_array().unwrap().len()
    }
}

/// An object's id.
#[track_caller]
fn id_of(object: &Value) -> String {
    object["id"].as_str().unwrap_or_else(|| panic!("no id: {object}")).to_owned()
}

/// The ids of a list, in its order.
#[track_caller]
fn ids(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(id_of).collect()
}

/// An object with some fields set otherwise.
fn merged(mut base: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("{more} is no object") };
    base.as_object_mut().unwrap().extend(more);
    base
}

/// Checks that an object shows these values.
#[track_caller]
fn shows(object: &Value, expected: Value) {
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&object[field], value, "{field} of {object}");
    }
}

/// Checks an object against the table of its fields: it shows the ones expected, an id, when and by
/// whom it was made and changed, perhaps those that the caller looks at itself, and no other.
#[track_caller]
fn shows_whole(object: &Value, expected: Value, unchecked: &[&str]) {
    shows(object, expected.clone());
    is_uuid(&object["id"]);
    let known = |field: &String| {
        expected.get(field).is_some()
            || ["id", "created_at", "updated_at", "created_by"].contains(&field.as_str())
            || unchecked.contains(&field.as_str())
    };
    let unknown: Vec<_> = object.as_object().unwrap().keys().filter(|field| !known(field)).collect();
    assert!(unknown.is_empty(), "{unknown:?} in {object}");
}

#[track_caller]
fn is_uuid(value: &Value) {
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no text"));
    assert_eq!(text.parse::<Uuid>().unwrap().to_string(), text);
}

#[track_caller]
fn instant(value: &Value) -> Timestamp {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).parse().unwrap()
}

/// Checks that a request was refused with messages for exactly these fields.
#[track_caller]
fn refused(answer: &Answer, fields: &[&str]) {
    assert_eq!(answer.status, 400, "{}", answer.text);
    let body = answer.json();
    let mut named: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected = fields.to_vec();
    named.sort_unstable();
    expected.sort_unstable();
    assert_eq!(named, expected, "{}", answer.text);
    for (field, messages) in body.as_object().unwrap() {
        let messages = messages.as_array().unwrap_or_else(|| panic!("{field}: {messages}"));
        let texts = |message: &Value| message.as_str().is_some_and(|text| !text.is_empty());
        assert!(!messages.is_empty() && messages.iter().all(texts), "{field}: {messages:?}");
    }
}

/// Sends each wrong value in an otherwise good body, and then the first wrong value of every field at
/// once: all of them are named, and nothing is made.
async fn refuses_each_and_all(crm: &Crm, list: &str, good: &Value, wrong: &[(&str, Vec<Value>)]) {
    let before = crm.count(list).await;
    for (field, values) in wrong {
        for value in values {
            let answer = crm.post(list, merged(good.clone(), json!({*field: value}))).await;
            assert_eq!(answer.status, 400, "{field} {value}: {}", answer.text);
            refused(&answer, &[field]);
        }
    }
    let all = wrong.iter().fold(good.clone(), |body, (field, values)| merged(body, json!({*field: values[0]})));
    let fields: Vec<_> = wrong.iter().map(|(field, _)| *field).collect();
    refused(&crm.post(list, all).await, &fields);
    assert_eq!(crm.count(list).await, before);
}

/// Sends each wrong value as a change of an object, and all at once: nothing of it changes.
async fn refuses_changes(crm: &Crm, object: &str, wrong: &[(&str, Vec<Value>)]) {
    let before = crm.get(object).await;
    for (field, values) in wrong {
        for value in values {
            let answer = crm.patch(object, json!({*field: value})).await;
            assert_eq!(answer.status, 400, "{field} {value}: {}", answer.text);
            refused(&answer, &[field]);
            refused(&crm.put(object, json!({*field: value})).await, &[field]);
        }
    }
    let all = wrong.iter().fold(json!({}), |body, (field, values)| merged(body, json!({*field: values[0]})));
    let fields: Vec<_> = wrong.iter().map(|(field, _)| *field).collect();
    refused(&crm.patch(object, all).await, &fields);
    let after = crm.get(object).await;
    assert_eq!((after.json(), after.header("etag")), (before.json(), before.header("etag")));
}

/// Checks the six routes of an object in the way all collections share: it is listed and retrieved as
/// it was made, and after its deletion it is gone.
async fn is_listed_retrieved_and_deleted(crm: &Crm, list: &str, object: &Value) {
    let path = format!("{list}{}/", id_of(object));
    assert_eq!(&crm.get(&path).await.expect(200), object);
    let listed = crm.get(list).await.expect(200);
    // A list does not read the lines of its invoices.
    let mut row = object.clone();
    if let Some(told) = row.get_mut("einvoice") {
        *told = serde_json::Value::Null;
    }
    assert!(listed.as_array().unwrap().contains(&row), "{listed}");
    let deleted = crm.delete(&path).await;
    assert_eq!((deleted.status.as_u16(), deleted.text.as_str()), (204, ""));
    assert!(!ids(&crm.get(list).await.expect(200)).contains(&id_of(object)));
    let not_found = json!({"detail": "Not found."});
    assert_eq!(crm.get(&path).await.expect(404), not_found);
    assert_eq!(crm.patch(&path, json!({})).await.expect(404), not_found);
    assert_eq!(crm.put(&path, json!({})).await.expect(404), not_found);
    assert_eq!(crm.delete(&path).await.expect(404), not_found);
}
