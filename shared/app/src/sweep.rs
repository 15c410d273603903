//! The sweep: invoices whose due date has passed become overdue, and payment links that have
//! expired are retired.

use domain::invoice::utc_date;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryFutureExt, stream};
use jiff::Timestamp;
use serde::Serialize;
use store::{Receivable, Store};

use crate::{App, Error};

/// How many things of a kind are dealt with at once.
const AT_ONCE: usize = 8;

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
    /// Invoices and links for which there was no time; the next sweep finds them again.
    pub left: u32,
}

impl SweepReport {
    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            examined: self.examined + other.examined,
            marked_overdue: self.marked_overdue + other.marked_overdue,
            links_retired: self.links_retired + other.links_retired,
            failed: self.failed + other.failed,
            left: self.left + other.left,
        }
    }
}

/// What came of several things of a kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) all: u32,
    pub(crate) done: u32,
    pub(crate) failed: u32,
    pub(crate) left: u32,
}

impl App {
    /// Turns every invoice overdue that is to be. Running it twice, or twice at once, does no harm.
    ///
    /// # Errors
    /// The index cannot be read. An invoice that fails is counted and does not stop the others.
    pub async fn mark_overdue(&self, until: Timestamp) -> Result<SweepReport, Error> {
        let today = utc_date(self.now());
        let mut report = SweepReport::default();
        for shard in 0..Store::RECEIVABLE_SHARDS {
            let due = self.store.receivables_before(shard, today).await?;
            let Tally { all, done, failed, left } = self
                .tally(due, until, |receivable| {
                    let marked = self.sweep_one(receivable).inspect_err(move |error| {
                        tracing::error!(invoice = %receivable.invoice, %error, "an overdue invoice was not marked");
                    });
                    marked.boxed()
                })
                .await;
            report =
                report.and(SweepReport { examined: all, marked_overdue: done, failed, left, ..SweepReport::default() });
        }
        Ok(report)
    }

    /// Retires every payment link that has expired.
    ///
    /// # Errors
    /// The index cannot be read. A link that fails is counted and does not stop the others.
    pub async fn retire_links(&self, until: Timestamp) -> Result<SweepReport, Error> {
        let mut report = SweepReport::default();
        for shard in 0..Store::LINK_SHARDS {
            let lapsed = self.store.lapsed_links(shard, self.now()).await?;
            let Tally { all: _, done, failed, left } = self
                .tally(lapsed, until, |lapsed| {
                    let retired = self.sweep_link(lapsed).inspect_err(move |error| {
                        tracing::error!(invoice = %lapsed.invoice, %error, "a payment link was not retired");
                    });
                    retired.boxed()
                })
                .await;
            report = report.and(SweepReport { links_retired: done, failed, left, ..SweepReport::default() });
        }
        Ok(report)
    }

    /// Does something with each of several things, some at once, until the time is over. One that fails does not stop
    /// the others.
    pub(crate) async fn tally<'a, T>(
        &'a self,
        things: Vec<T>,
        until: Timestamp,
        deal_with: impl Fn(T) -> BoxFuture<'a, Result<bool, Error>>,
    ) -> Tally {
        let mut tally = Tally { all: u32::try_from(things.len()).unwrap_or(u32::MAX), ..Tally::default() };
        let deals = things.into_iter().map(|thing| {
            let deal = deal_with(thing);
            async move { if self.now() >= until { None } else { Some(deal.await) } }.boxed()
        });
        let mut outcomes = stream::iter(deals.collect::<Vec<_>>()).buffer_unordered(AT_ONCE);
        while let Some(outcome) = outcomes.next().await {
            match outcome {
                Some(Ok(true)) => tally.done += 1,
                Some(Ok(false)) => {}
                Some(Err(_)) => tally.failed += 1,
                None => tally.left += 1,
            }
        }
        tally
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
