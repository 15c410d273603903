//! The DynamoDB single table: keys, items, transactions.
//!
//! The only crate that knows a key. Reads are strongly consistent, but for the sweep's index, so a
//! row that was just written is in the next list. Every write is conditional on the version that it
//! was decided on; a write that loses a race is [`StoreError::Raced`] and changes nothing.

mod accounts;
mod api_keys;
mod attributes;
mod audit;
mod catalogue;
mod claims;
mod clients;
mod closures;
mod codec;
mod contacts;
pub mod deadline;
mod deliveries;
mod error;
mod expenses;
mod exports;
mod follow_ups;
mod forms;
pub mod hops;
pub mod idempotency;
mod images;
mod invoice_beside;
mod invoice_items;
mod invoice_lists;
mod invoice_series;
mod invoices;
mod keys;
mod kinds;
mod lazy;
mod leads;
mod lists;
mod mail;
mod members;
pub mod meter;
mod number_pages;
mod numbers;
mod otps;
mod payment_links;
mod payment_methods;
mod pipelines;
mod product_names;
mod profiles;
mod rate;
mod rewriting;
mod sealing;
mod services;
mod starting_rows;
pub mod stream;
mod stripe;
mod suppliers;
mod sweep;
mod table;
mod tiers;
mod transaction;
mod walk;
mod webhooks;

pub use closures::Closure;
pub use contacts::{ContactWrite, PrimaryMove};
pub use error::{StoreError, Unique};
pub use exports::{ExportJob, Upload, Work};
pub use forms::FORM;
pub use images::Album;
pub use invoice_series::SeriesNumber;
pub use invoices::Alongside;
pub use lazy::Lazy;
pub use lists::{Page, PageRequest};
pub use number_pages::PAGE_SIZE;
pub use numbers::{NumberPage, Party, PartyKey, Series};
pub use payment_links::{LapsedLink, RetiredLink};
pub use product_names::NameRule;
pub use rate::RateUse;
pub use rewriting::{Position, Rewritten, Segment};
pub use sealing::Cipher;
pub use stripe::StripeCommit;
pub use sweep::Receivable;
pub use walk::{Kept, Scope, WalkCursor};

use table::Table;

/// The table, with the operations of the books.
#[derive(Debug, Clone)]
pub struct Store {
    table: Table,
}

impl Store {
    /// The table of a name, through a client.
    #[must_use]
    pub fn new(client: impl Into<Lazy<aws_sdk_dynamodb::Client>>, table_name: &str) -> Self {
        Self { table: Table { client: client.into(), name: table_name.into(), beside: None, cipher: None } }
    }

    /// The same table, with what encrypts the attributes that are sealed.
    #[must_use]
    pub fn sealed_by(self, cipher: std::sync::Arc<dyn Cipher>) -> Self {
        Self { table: Table { cipher: Some(cipher), ..self.table } }
    }
}
