//! SES's reports, as EventBridge brings them.

use std::collections::BTreeMap;

use app::exports::Progress;
use app::mail::ORGANISATION_TAG;
use app::{App, Error};
use domain::Tenant;
use domain::id::OrganisationId;
use domain::mail_limits::MailReport;
use serde::Deserialize;

/// A report of what became of a mail.
#[derive(Debug, Deserialize)]
pub struct Report {
    id: String,
    detail: Detail,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    event_type: String,
    bounce: Option<Bounce>,
    mail: Mail,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    bounce_type: String,
}

#[derive(Debug, Deserialize)]
struct Mail {
    #[serde(default)]
    tags: BTreeMap<String, Vec<String>>,
}

impl Report {
    /// Notes what counts against the mail's organisation. A mailbox that is full for a while does not, nor does a mail
    /// that is no organisation's.
    pub async fn note(&self, app: &App) -> Result<Progress, Error> {
        if let (Some(tenant), Some(report)) = (self.tenant(), self.report()) {
            app.note_mail_report(tenant, report, &self.id).await?;
        }
        Ok(Progress::Done)
    }

    /// The organisation that the mail was tagged with when it was sent.
    fn tenant(&self) -> Option<Tenant> {
        let id: OrganisationId = self.detail.mail.tags.get(ORGANISATION_TAG)?.first()?.parse().ok()?;
        Some(Tenant::trusted(id))
    }

    fn report(&self) -> Option<MailReport> {
        match (self.detail.event_type.as_str(), &self.detail.bounce) {
            ("Complaint", _) => Some(MailReport::Complaint),
            ("Bounce", Some(bounce)) if bounce.bounce_type == "Permanent" => Some(MailReport::Bounce),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(detail: serde_json::Value) -> (bool, Option<MailReport>) {
        let report: Report = serde_json::from_value(json!({"id": "1", "detail": detail})).unwrap();
        (report.tenant().is_some(), report.report())
    }

    #[test]
    fn complaints_and_addresses_that_do_not_exist_count_against_the_tagged_organisation() {
        let mail =
            json!({"tags": {"organization": ["0192f0c1-2345-7abc-8def-0123456789ab"], "ses:source-ip": ["::1"]}});
        let bounce = |kind: &str| json!({"eventType": "Bounce", "bounce": {"bounceType": kind}, "mail": mail});
        assert_eq!(of(json!({"eventType": "Complaint", "mail": mail})), (true, Some(MailReport::Complaint)));
        assert_eq!(of(bounce("Permanent")), (true, Some(MailReport::Bounce)));
        for kind in ["Transient", "Undetermined"] {
            assert_eq!(of(bounce(kind)), (true, None), "{kind}");
        }
        assert_eq!(of(json!({"eventType": "Delivery", "mail": mail})), (true, None));
        for tags in [json!({}), json!({"organization": []}), json!({"organization": ["x"]})] {
            assert!(!of(json!({"eventType": "Complaint", "mail": {"tags": tags}})).0, "{tags}");
        }
        assert!(!of(json!({"eventType": "Complaint", "mail": {}})).0);
    }
}
