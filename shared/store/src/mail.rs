//! What an organisation's mail is held to: how much it sent in a day, and what was reported of it.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Tenant;
use domain::mail_limits::{MailReport, MailReports};

use crate::Store;
use crate::error::StoreError;
use crate::keys;
use crate::table::{Item, Update, n};

const DAY: i64 = 24 * 3600;

/// All methods fail with [`StoreError::Unavailable`].
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// Counts so many mails of a day, which begins at `day`, if no more than `most` are counted then. One write, so it
    /// is exact however many callers there are.
    pub async fn take_mails(&self, tenant: Tenant, day: i64, count: u32, most: u32) -> Result<bool, StoreError> {
        let Some(room) = most.checked_sub(count) else { return Ok(false) };
        let update = Update {
            key: keys::mails(tenant, day),
            expression: "SET expires_at = :expires ADD used :count",
            condition: "attribute_not_exists(used) OR used <= :room".into(),
            names: [].into(),
            values: [
                (":count".to_owned(), n(count)),
                (":room".to_owned(), n(room)),
                (":expires".to_owned(), n(day + 2 * DAY)),
            ]
            .into(),
        };
        Ok(self.table.update_or_show(update).await?.is_ok())
    }

    /// What was reported of an organisation's mail in the window that begins at `window`.
    pub async fn mail_reports(&self, tenant: Tenant, window: i64) -> Result<MailReports, StoreError> {
        let item = self.table.get(&keys::mail_reports(tenant, window)).await?;
        Ok(reports(&item.unwrap_or_default()))
    }

    /// Notes a report of that id, once, and gives all of the window.
    pub async fn note_mail_report(
        &self,
        tenant: Tenant,
        window: i64,
        report: MailReport,
        id: &str,
    ) -> Result<MailReports, StoreError> {
        let update = Update {
            key: keys::mail_reports(tenant, window),
            expression: match report {
                MailReport::Complaint => "SET expires_at = :expires ADD complaints :id",
                MailReport::Bounce => "SET expires_at = :expires ADD bounces :id",
            },
            condition: String::new(),
            names: [].into(),
            values: [
                (":id".to_owned(), AttributeValue::Ss(vec![id.to_owned()])),
                (":expires".to_owned(), n(window + 2 * MailReports::WINDOW.as_secs())),
            ]
            .into(),
        };
        Ok(reports(&self.table.update(update).await?))
    }
}

fn reports(item: &Item) -> MailReports {
    let count = |name: &str| item.get(name).and_then(|ids| ids.as_ss().ok()).map_or(0, Vec::len);
    MailReports { complaints: count("complaints"), bounces: count("bounces") }
}
