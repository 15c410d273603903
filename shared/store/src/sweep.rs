//! Open receivables: the index that the sweep reads.
//!
//! An invoice is in it only while money is owed and the sweep may turn it overdue, under its due
//! date; so the sweep costs what is overdue, whatever else there is.

use domain::Tenant;
use domain::id::InvoiceId;
use jiff::civil::Date;

use crate::Store;
use crate::error::StoreError;
use crate::keys;
use crate::table::{Query, s};

/// An invoice that may be overdue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receivable {
    /// The organisation.
    pub tenant: Tenant,
    /// The invoice.
    pub invoice: InvoiceId,
}

impl Store {
    /// How many parts the index has; they can be read one after another or at once.
    pub const RECEIVABLE_SHARDS: u32 = keys::DUE_SHARDS;

    /// The receivables of one part of the index whose due date is before `today`. The index may lag
    /// behind the table by moments: the caller reads each invoice before it decides.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn receivables_before(&self, shard: u32, today: Date) -> Result<Vec<Receivable>, StoreError> {
        let query = Query {
            index: Some("gsi1"),
            condition: "gsi1pk = :shard AND gsi1sk < :today",
            values: [(":shard".to_owned(), s(keys::due(shard))), (":today".to_owned(), s(today.to_string()))].into(),
            ..Query::default()
        };
        let items = self.table.query_all(query).await?;
        items
            .into_iter()
            .map(|item| {
                let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
                let tenant = text("pk").and_then(|pk| keys::tenant_of(pk));
                let invoice = text("sk").and_then(|sk| keys::invoice_of(sk));
                match (tenant, invoice) {
                    (Some(tenant), Some(invoice)) => Ok(Receivable { tenant, invoice }),
                    (None, _) | (_, None) => Err(StoreError::corrupt("a receivable without its keys")),
                }
            })
            .collect()
    }
}
