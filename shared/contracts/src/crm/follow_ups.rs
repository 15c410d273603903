//! Follow-ups of a service (crm, section 6).

use domain::attributes::{Attributes, EntityName};
use domain::follow_up::{FollowUp, FollowUpPatch, NewFollowUp};
use domain::id::ServiceId;
use domain::record::Meta;
use domain::text::LongText;
use domain::{Claims, FieldErrors, Refused};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Update;
use crate::wire::{OrEmpty, body, check_parent, defaulted, optional, required, text};

body! {
    /// A follow-up, as it is created or changed.
    FollowUpBody {
        /// The service; if it is sent, it is the one in the path.
        optional service: OrEmpty<ServiceId>,
        /// Values by attribute name.
        optional attributes: Attributes,
        /// When it happened, or is to happen.
        required follow_up_date: Timestamp,
        /// What it was about.
        optional comment: LongText,
    }
}

impl FollowUpBody {
    /// The follow-up to be made for the service in the path.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_new(self, path: ServiceId) -> Result<NewFollowUp, Refused<Claims>> {
        let Self { service, attributes, follow_up_date, comment } = self;
        let mut errors = FieldErrors::new();
        check_parent(&mut errors, "service", service, path);
        let attributes = defaulted(&mut errors, "attributes", attributes).unwrap_or_default();
        let follow_up_date = required(&mut errors, "follow_up_date", follow_up_date);
        let comment = text(&mut errors, "comment", comment).unwrap_or_default();
        match follow_up_date {
            Some(follow_up_date) if errors.is_empty() => Ok(NewFollowUp { follow_up_date, comment, attributes }),
            Some(_) | None => Err(Claims::default().carrying(EntityName::FollowUp, attributes).refused(errors)),
        }
    }

    /// The change to be made to a follow-up of the service in the path.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn into_patch(self, path: ServiceId, mode: Update) -> Result<FollowUpPatch, Refused<FollowUpPatch>> {
        let Self { service, attributes, follow_up_date, comment } = self;
        let mut errors = FieldErrors::new();
        check_parent(&mut errors, "service", service, path);
        let change = FollowUpPatch {
            follow_up_date: optional(&mut errors, "follow_up_date", follow_up_date),
            comment: text(&mut errors, "comment", comment),
            attributes: optional(&mut errors, "attributes", attributes).map(|sent| mode.attributes(sent)),
        };
        errors.checked(change)
    }
}

/// A follow-up.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = FollowUp)]
pub struct FollowUpJson {
    /// Unique identifier.
    pub id: Uuid,
    /// The service that it is about.
    pub service: Uuid,
    /// Values by attribute name.
    #[schema(value_type = Object)]
    pub attributes: Attributes,
    /// When it happened, or is to happen, in UTC.
    pub follow_up_date: Timestamp,
    /// What it was about.
    pub comment: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The user who made it; null, if no user did.
    pub created_by: Option<u64>,
}

impl From<&FollowUp> for FollowUpJson {
    fn from(follow_up: &FollowUp) -> Self {
        let FollowUp { id, service, follow_up_date, comment, attributes, meta } = follow_up;
        let Meta { created_at, created_by, updated_at, version: _ } = meta;
        Self {
            id: id.uuid(),
            service: service.uuid(),
            attributes: attributes.clone(),
            follow_up_date: *follow_up_date,
            comment: comment.to_string(),
            created_at: *created_at,
            updated_at: *updated_at,
            created_by: created_by.as_ref().map(|author| author.number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::parse_object;
    use serde_json::{Value, json};

    const SERVICE: &str = "0190b5a1-7c5e-7000-8000-000000000001";
    const OTHER: &str = "0190b5a1-7c5e-7000-8000-000000000002";

    fn body(json: Value) -> FollowUpBody {
        parse_object(json.to_string().as_bytes()).unwrap()
    }

    fn new(json: Value) -> Result<NewFollowUp, Refused<Claims>> {
        body(json).into_new(SERVICE.parse().unwrap())
    }

    #[test]
    fn the_documents_follow_up_is_read_and_shown_field_by_field() {
        let sent = json!({
            "attributes": {"channel": "email"}, "follow_up_date": "2025-01-15T10:00:00Z", "comment": "Sent brochure."
        });
        let NewFollowUp { follow_up_date, comment, attributes } = new(sent.clone()).unwrap();
        let at: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        let meta = Meta { created_at: at, created_by: None, updated_at: at, version: 1 };
        let (id, service) = (OTHER.parse().unwrap(), SERVICE.parse().unwrap());
        let shown = FollowUpJson::from(&FollowUp { id, service, follow_up_date, comment, attributes, meta });
        let shown = serde_json::to_value(shown).unwrap();
        for (key, value) in sent.as_object().unwrap() {
            assert_eq!(&shown[key], value, "{key}");
        }
        assert_eq!((&shown["id"], &shown["service"]), (&json!(OTHER), &json!(SERVICE)));
    }

    #[test]
    fn every_wrong_field_of_a_follow_up_is_named() {
        assert_eq!(
            new(json!({"service": OTHER, "attributes": "x", "comment": 1})).unwrap_err().to_string(),
            "service: This is not the object that the path names.; attributes: Expected a dictionary of items but got \
             type \"str\".; follow_up_date: This field is required.; comment: Not a valid string."
        );
        assert!(new(json!({"follow_up_date": null})).is_err());
        assert!(new(json!({"follow_up_date": "15.01.2025"})).is_err());
        let midnight = new(json!({"follow_up_date": "2025-01-15"})).unwrap().follow_up_date;
        assert_eq!(midnight.to_string(), "2025-01-15T00:00:00Z");
    }

    #[test]
    fn a_date_can_be_changed_and_not_taken_away() {
        let patch = |json| body(json).into_patch(SERVICE.parse().unwrap(), Update::Patch);
        let later = "2025-01-16T12:00:00+02:00";
        assert_eq!(
            patch(json!({"follow_up_date": later})),
            Ok(FollowUpPatch { follow_up_date: Some(later.parse().unwrap()), ..FollowUpPatch::default() })
        );
        assert!(patch(json!({"follow_up_date": null})).is_err());
        assert_eq!(patch(json!({"comment": null})).unwrap().comment, Some(LongText::default()));
    }
}
