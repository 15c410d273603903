//! The sweep: invoices whose due date has passed become overdue, and payment links that have
//! expired are retired.

use domain::invoice::utc_date;
use serde::Serialize;
use store::{Receivable, Store};

use crate::{App, Error};

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct SweepReport {
    /// Invoices that the index named.
    pub examined: u32,
    /// Invoices that became overdue.
    pub marked_overdue: u32,
    /// Payment links that were retired, or are still to be deactivated at Stripe.
    pub links_retired: u32,
    /// Invoices and links that could not be changed; the next sweep finds them again.
    pub failed: u32,
}

impl App {
    /// Turns every invoice overdue that is to be. Running it twice, or twice at once, does no harm.
    ///
    /// # Errors
    /// The index cannot be read. An invoice that fails is counted and does not stop the others.
    pub async fn sweep(&self) -> Result<SweepReport, Error> {
        let today = utc_date(self.now());
        let mut report = SweepReport::default();
        for shard in 0..Store::RECEIVABLE_SHARDS {
            for receivable in self.store.receivables_before(shard, today).await? {
                report.examined += 1;
                match self.sweep_one(receivable).await {
                    Ok(true) => report.marked_overdue += 1,
                    Ok(false) => {}
                    Err(error) => {
                        tracing::error!(invoice = %receivable.invoice, %error, "an overdue invoice was not marked");
                        report.failed += 1;
                    }
                }
            }
        }
        self.sweep_links(&mut report).await?;
        Ok(report)
    }

    async fn sweep_links(&self, report: &mut SweepReport) -> Result<(), Error> {
        for shard in 0..Store::LINK_SHARDS {
            for lapsed in self.store.lapsed_links(shard, self.now()).await? {
                match self.sweep_link(lapsed).await {
                    Ok(true) => report.links_retired += 1,
                    Ok(false) => {}
                    Err(error) => {
                        tracing::error!(invoice = %lapsed.invoice, %error, "a payment link was not retired");
                        report.failed += 1;
                    }
                }
            }
        }
        Ok(())
    }

    async fn sweep_one(&self, Receivable { tenant, invoice: id }: Receivable) -> Result<bool, Error> {
        self.retrying(async || {
            let Some(mut invoice) = self.store.invoice(tenant, id).await? else { return Ok(false) };
            let before = invoice.header().clone();
            if !invoice.mark_overdue(self.now(), &mut || self.new_id()) {
                return Ok(false);
            }
            self.store.commit_invoice(tenant, &invoice, &before).await?;
            Ok(true)
        })
        .await
    }
}
