//! What becomes of mails to the addresses of SES's mailbox simulator, as SES tells EventBridge.

use std::collections::BTreeMap;

use app::ports::{SystemEntropy, uuid_v7};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::mail::Mail;
use crate::services::{ACCOUNT, REGION};

const SIMULATOR: &str = "@simulator.amazonses.com";

/// An event for each recipient who bounces or complains: `bounce`, `complaint`, each with a label after a plus if wanted.
pub(super) fn of_mail(id: &str, mail: &Mail, tags: &BTreeMap<String, Vec<String>>, now: Timestamp) -> Vec<Value> {
    let sent =
        json!({"timestamp": mail.sent_at, "source": mail.from, "messageId": id, "destination": mail.to, "tags": tags});
    let events = mail.to.iter().filter_map(|to| {
        let (detail_type, detail) = match to.strip_suffix(SIMULATOR)?.split('+').next()? {
            "bounce" => {
                let bounce = json!({
                    "bounceType": "Permanent", "bounceSubType": "General", "timestamp": now,
                    "bouncedRecipients": [{"emailAddress": to, "action": "failed", "status": "5.1.1"}],
                });
                ("Email Bounced", json!({"eventType": "Bounce", "bounce": bounce, "mail": sent}))
            }
            "complaint" => {
                let complaint = json!({
                    "complainedRecipients": [{"emailAddress": to}], "complaintFeedbackType": "abuse", "timestamp": now,
                });
                ("Email Complaint Received", json!({"eventType": "Complaint", "complaint": complaint, "mail": sent}))
            }
            _ => return None,
        };
        Some(json!({
            "version": "0", "id": uuid_v7(now, &SystemEntropy), "detail-type": detail_type, "source": "aws.ses",
            "account": ACCOUNT, "time": now, "region": REGION, "resources": [], "detail": detail,
        }))
    });
    events.collect()
}
