//! Follow-ups: what was said to, and heard from, a service's student.

use jiff::Timestamp;

use crate::attributes::{Attributes, Schema};
use crate::error::{FieldErrors, Refused};
use crate::id::{FollowUpId, ServiceId};
use crate::record::{AttributesChange, Meta};
use crate::reference::{References, Refers};
use crate::text::LongText;
use crate::worklist::Stamp;

/// A follow-up.
#[derive(Debug, Clone, PartialEq)]
pub struct FollowUp {
    /// The follow-up's id.
    pub id: FollowUpId,
    /// The service that it is about.
    pub service: ServiceId,
    /// When it happened, or is to happen.
    pub follow_up_date: Timestamp,
    /// What it was about.
    pub comment: LongText,
    /// Attribute values.
    pub attributes: Attributes,
    /// Authorship and version.
    pub meta: Meta,
}

/// A follow-up to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewFollowUp {
    /// When it happened, or is to happen.
    pub follow_up_date: Timestamp,
    /// What it was about.
    pub comment: LongText,
    /// Attribute values.
    pub attributes: Attributes,
}

/// A change of a follow-up.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FollowUpPatch {
    /// When it happened, or is to happen.
    pub follow_up_date: Option<Timestamp>,
    /// What it was about.
    pub comment: Option<LongText>,
    /// Attribute values.
    pub attributes: Option<AttributesChange>,
}

impl FollowUp {
    /// Makes a follow-up of a service.
    ///
    /// # Errors
    /// What the attribute schema refuses.
    pub fn create(
        id: FollowUpId,
        service: ServiceId,
        new: NewFollowUp,
        schema: Schema<'_>,
        stamp: Stamp<'_>,
    ) -> Result<Self, Refused<Self>> {
        let NewFollowUp { follow_up_date, comment, attributes } = new;
        let attributes = schema.read(attributes);
        let errors = schema.validate_create(&attributes);
        errors.checked(Self { id, service, follow_up_date, comment, attributes, meta: Meta::new(stamp) })
    }

    /// The follow-up after a change.
    ///
    /// # Errors
    /// As [`FollowUp::create`].
    pub fn update(mut self, patch: FollowUpPatch, schema: Schema<'_>, stamp: Stamp<'_>) -> Result<Self, Refused<Self>> {
        let FollowUpPatch { follow_up_date, comment, attributes } = patch;
        let mut errors = FieldErrors::new();
        if let Some(change) = attributes {
            self.attributes = errors.keep(change.apply(&self.attributes, schema)).unwrap_or_default();
        }
        self.follow_up_date = follow_up_date.unwrap_or(self.follow_up_date);
        self.comment = comment.unwrap_or(self.comment);
        self.meta.touch(stamp.at);
        errors.checked(self)
    }
}

impl Refers for FollowUp {
    /// The service is the path's.
    fn references(&self) -> References {
        References::default()
    }
}
