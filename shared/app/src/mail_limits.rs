//! How much mail an organisation sends, and when it sends no more.

use domain::Tenant;
use domain::filter::InvoiceFilter;
use domain::invoice::Status;
use domain::mail_limits::{MailLimits, MailReport, MailReports};
use jiff::{SignedDuration, Timestamp};
use store::PageRequest;

use crate::{App, Error};

const DAY: i64 = 24 * 3600;

impl App {
    /// Counts mails that an organisation is about to send. A mail that is then not sent stays counted.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] where the day has no room for all of them, and [`domain::Error::Conflict`] while
    /// recipients' reports stop the organisation's mail.
    pub(crate) async fn take_mails(&self, tenant: Tenant, limits: MailLimits, count: usize) -> Result<(), Error> {
        let (now, count) = (self.now(), u32::try_from(count).unwrap_or(u32::MAX));
        if self.store.mail_reports(tenant, MailReports::window(now)).await?.stop_mail() {
            let reason = "This organisation sends no mail now: recipients reported it, or do not exist.";
            return Err(domain::Error::Conflict(reason.into()).into());
        }
        let (day, age) = (now.as_second() - now.as_second().rem_euclid(DAY), age(tenant, now));
        let by_age = limits.of(age, 0);
        if self.store.take_mails(tenant, day, count, by_age).await? {
            return Ok(());
        }
        let with_paid = limits.of(age, self.counted_paid(tenant, age).await?);
        if with_paid > by_age && self.store.take_mails(tenant, day, count, with_paid).await? {
            return Ok(());
        }
        Err(domain::Error::TooMany { retry_after: u32::try_from(day + DAY - now.as_second()).unwrap_or(0) }.into())
    }

    /// How many paid invoices an organisation has, as far as they count.
    async fn counted_paid(&self, tenant: Tenant, age: SignedDuration) -> Result<u32, Error> {
        let counted = MailLimits::counted(age);
        if counted == 0 {
            return Ok(0);
        }
        let paid = InvoiceFilter { statuses: Some(&[Status::Paid]), ..InvoiceFilter::default() };
        let page = PageRequest { limit: counted as usize, after: None };
        let found = self.store.invoices_newest(tenant, &paid, page).await?;
        Ok(u32::try_from(found.rows.len()).unwrap_or(counted))
    }

    /// Notes what was reported of a mail of an organisation's, once for each id.
    ///
    /// # Errors
    /// The store's.
    pub async fn note_mail_report(&self, tenant: Tenant, report: MailReport, id: &str) -> Result<(), Error> {
        let window = MailReports::window(self.now());
        let reports = self.store.note_mail_report(tenant, window, report, id).await?;
        if reports.stop_mail() {
            let organisation = tenant.organisation();
            tracing::warn!(code = "mail_stopped", %organisation, ?reports, "an organisation sends no more mail");
        }
        Ok(())
    }
}

/// How long ago an organisation was made: its id says when.
fn age(tenant: Tenant, now: Timestamp) -> SignedDuration {
    let made = tenant.organisation().uuid().get_timestamp().map(|made| made.to_unix());
    let made = made.and_then(|(second, _)| Timestamp::from_second(i64::try_from(second).ok()?).ok());
    made.map_or(SignedDuration::ZERO, |made| now.duration_since(made))
}
