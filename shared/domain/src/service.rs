//! Services: what a client was sold and is being given, such as a student's place in a programme.

use crate::attributes::Schema;
use crate::error::{FieldErrors, Refused};
use crate::id::{ClientId, CohortId, ServiceId};
use crate::patch::Patch;
use crate::record::{Extras, ExtrasPatch, Meta, NewExtras, NewId};
use crate::reference::{Reference, References, Refers};
use crate::text::Name;
use crate::worklist::Stamp;

/// A service.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// The service's id.
    pub id: ServiceId,
    /// The name of the service or the student.
    pub name: Name,
    /// The client that it is for.
    pub client: Option<ClientId>,
    /// The cohort that it is in now.
    pub actual_cohort: Option<CohortId>,
    /// The cohort that it started in.
    pub origin_cohort: Option<CohortId>,
    /// URLs of the images that were uploaded.
    pub images: Vec<String>,
    /// Attributes, tasks and notes.
    pub extras: Extras,
    /// Authorship and version.
    pub meta: Meta,
}

/// A service to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewService {
    /// The name.
    pub name: Name,
    /// The client that it is for.
    pub client: Option<ClientId>,
    /// The cohort that it is in now.
    pub actual_cohort: Option<CohortId>,
    /// The cohort that it started in.
    pub origin_cohort: Option<CohortId>,
    /// Attributes, tasks and notes.
    pub extras: NewExtras,
}

/// A change of a service.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ServicePatch {
    /// The name.
    pub name: Option<Name>,
    /// The client that it is for.
    pub client: Patch<ClientId>,
    /// The cohort that it is in now.
    pub actual_cohort: Patch<CohortId>,
    /// The cohort that it started in.
    pub origin_cohort: Patch<CohortId>,
    /// Attributes, tasks and notes.
    pub extras: ExtrasPatch,
}

impl Service {
    /// Makes a service.
    ///
    /// # Errors
    /// What the attribute schema or the lists refuse.
    pub fn create(
        id: ServiceId,
        new: NewService,
        schema: Schema<'_>,
        stamp: Stamp<'_>,
        new_id: NewId<'_>,
    ) -> Result<Self, Refused<Self>> {
        let NewService { name, client, actual_cohort, origin_cohort, extras } = new;
        let mut errors = FieldErrors::new();
        let extras = errors.keep(Extras::create(extras, schema, stamp, new_id)).unwrap_or_default();
        let meta = Meta::new(stamp);
        errors.checked(Self { id, name, client, actual_cohort, origin_cohort, images: Vec::new(), extras, meta })
    }

    /// The service after a change.
    ///
    /// # Errors
    /// As [`Service::create`].
    pub fn update(
        mut self,
        patch: ServicePatch,
        schema: Schema<'_>,
        stamp: Stamp<'_>,
        new_id: NewId<'_>,
    ) -> Result<Self, Refused<Self>> {
        let ServicePatch { name, client, actual_cohort, origin_cohort, extras } = patch;
        let mut errors = FieldErrors::new();
        errors.keep(self.extras.apply(extras, schema, stamp, new_id));
        self.name = name.unwrap_or(self.name);
        client.apply(&mut self.client);
        actual_cohort.apply(&mut self.actual_cohort);
        origin_cohort.apply(&mut self.origin_cohort);
        self.meta.touch(stamp.at);
        errors.checked(self)
    }
}

impl Refers for Service {
    fn references(&self) -> References {
        References::default().naming("client", self.client.map(Reference::Client))
    }
}
