//! The series of invoice numbers: `INV-YYYY-NNN`, one for each organisation and year of issue.
//!
//! A number is given in the transaction of the invoice that takes it, over the counter that was
//! read: what is not committed takes none, so the series has no gap. A number of the series' form
//! that a client took by hand is skipped.

use std::collections::HashSet;

use domain::Tenant;
use domain::invoice::{InvoiceNumber, series_number};

use crate::Store;
use crate::error::StoreError;
use crate::invoices::number_key;
use crate::keys;
use crate::table::{Update, n};

/// How many numbers are looked at in one round trip.
const AHEAD: u64 = 100;
/// How many round trips may look for a number that nobody took by hand.
const LOOKS: u32 = 50;

/// The next number of a series, with the state of the series that it follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesNumber {
    year: i16,
    last: u64,
    next: u64,
}

impl SeriesNumber {
    /// The number as an invoice has it.
    ///
    /// # Errors
    /// Never for what [`Store::next_in_series`] gave.
    pub fn number(&self) -> Result<InvoiceNumber, StoreError> {
        number(self.year, self.next)
    }

    /// The step of the counter that takes the number.
    pub(crate) fn step(&self, tenant: Tenant) -> Update {
        let mut values = [(":next".to_owned(), n(self.next))].into_iter().collect::<crate::table::Item>();
        let condition = if self.last == 0 {
            "attribute_not_exists(pk)"
        } else {
            values.insert(":last".into(), n(self.last));
            "#last = :last"
        };
        Update {
            key: keys::invoice_series(tenant, self.year),
            expression: "SET #last = :next",
            condition: condition.into(),
            names: [("#last".to_owned(), "last".to_owned())].into(),
            values,
        }
    }
}

impl Store {
    /// The number after the last one of the organisation's series of a year. It may have been taken
    /// by hand: then the commit is [`StoreError::Taken`], and [`Store::next_free_in_series`] tells
    /// the one that follows.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn next_in_series(&self, tenant: Tenant, year: i16) -> Result<SeriesNumber, StoreError> {
        let item = self.table.get(&keys::invoice_series(tenant, year)).await?;
        let last = match item {
            None => 0,
            Some(item) => {
                let last = item.get("last").and_then(|last| last.as_n().ok()).and_then(|last| last.parse().ok());
                last.ok_or_else(|| StoreError::corrupt("a series without its number"))?
            }
        };
        Ok(SeriesNumber { year, last, next: last + 1 })
    }

    /// The first number from `taken` on that nobody took by hand; none, if thousands in a row are.
    ///
    /// # Errors
    /// As [`Store::next_in_series`].
    pub async fn next_free_in_series(
        &self,
        tenant: Tenant,
        taken: SeriesNumber,
    ) -> Result<Option<SeriesNumber>, StoreError> {
        let mut from = taken.next;
        for _ in 0..LOOKS {
            let numbers = (from..from + AHEAD).map(|n| Ok((n, number_key(tenant, &number(taken.year, n)?))));
            let numbers = numbers.collect::<Result<Vec<_>, StoreError>>()?;
            let keys: Vec<_> = numbers.iter().map(|(_, key)| key.clone()).collect();
            let found = self.table.get_all(&keys).await?;
            let taken_keys: HashSet<&String> =
                found.iter().filter_map(|item| item.get("sk").and_then(|sk| sk.as_s().ok())).collect();
            if let Some((next, _)) = numbers.into_iter().find(|(_, key)| !taken_keys.contains(&key.sk)) {
                return Ok(Some(SeriesNumber { next, ..taken }));
            }
            from += AHEAD;
        }
        Ok(None)
    }
}

fn number(year: i16, n: u64) -> Result<InvoiceNumber, StoreError> {
    series_number(year, n).map_err(StoreError::corrupt)
}
