//! The local cloud from outside: through its clients and its gateway.
#![allow(clippy::unwrap_used, reason = "a helper of a test that cannot go on fails the test")]

mod bottlecrm;
mod clawprint;
mod cloud;
mod credentials;
mod crm;
mod deployment;
mod documents;
mod events;
mod files;
mod leads;
mod namaste;
mod objects;
mod organisations;
mod pages;
mod routes;
mod services;
mod services_crm;
mod skhokho;
mod stripe;
mod support;
mod transport;
mod users;
mod webhooks;
