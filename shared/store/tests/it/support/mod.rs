//! A table for each test, and objects to keep in it.

mod books;
mod objects;
mod table;
mod template;

use std::str::FromStr;

use domain::id::OrganisationId;
use domain::json::Map;
use domain::{Author, Tenant};
use jiff::Timestamp;
use rust_decimal::Decimal;
use uuid::Uuid;

pub use books::{Books, line, status};
pub use objects::{
    attribute, category, client, contact, delivery, item, otp, otp_mails, owner, profile, tier, webhook,
};
pub use table::{Table, aws_client};

/// The n-th id: ids sort as their numbers do, so that the order of lists is plain.
pub fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// An organisation.
pub fn tenant(n: u128) -> Tenant {
    Tenant::trusted(OrganisationId::new(id(n)))
}

/// The organisation of most tests.
pub fn ours() -> Tenant {
    tenant(1)
}

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn now() -> Timestamp {
    at("2026-03-02T10:20:30.456Z")
}

pub fn d(text: &str) -> Decimal {
    Decimal::from_str(text).unwrap()
}

pub fn author() -> Author {
    Author { id: domain::id::UserId::new(id(99)), number: 7, name: "Ada Lovelace".into() }
}

/// Every kind of JSON value, with what DynamoDB's own maps would not keep as it is.
pub fn values() -> Map {
    let values = r#"{
        "zulu": "text with \"quotes\" and é",
        "alpha": 12.50,
        "big": 12345678901234567890123,
        "small": 1.0E-30,
        "empty": "",
        "list": [true, null, {"": [], "nested": {"x": -1}}],
        "nothing": null
    }"#;
    serde_json::from_str(values).unwrap()
}

/// A page of this many rows from the start.
pub fn first(limit: usize) -> tributary_store::PageRequest {
    tributary_store::PageRequest { limit, after: None }
}
