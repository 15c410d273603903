//! The store against a real DynamoDB: the embedded one, or the one at `TRIBUTARY_DYNAMODB_ENDPOINT`.

#![allow(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod accounts;
mod catalogue;
mod client_emails;
mod clients;
mod contacts;
mod failures;
mod forms;
mod idempotency;
mod in_place;
mod invoice_lists;
mod invoices;
mod invoices_newest;
mod limits;
mod lists;
mod metered;
mod numbers;
mod numbers_pages;
mod receivables;
mod series;
mod streamed;
mod support;
mod walks;
mod webhooks;
