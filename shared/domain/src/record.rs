//! What every object of the books carries: when and by whom it was made, its version, and, for
//! most, dynamic attributes, tasks and notes.

use jiff::Timestamp;
use uuid::Uuid;

use crate::actor::Author;
use crate::attributes::{Attributes, Schema};
use crate::error::FieldErrors;
use crate::id::EntryId;
use crate::worklist::{self, Note, NoteInput, Stamp, Task, TaskInput};

/// Who made an object and which state of it this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it; nobody, when a sweep or Stripe did.
    pub created_by: Option<Author>,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts its states from 1. A write is accepted only over the version that it was decided on.
    pub version: u64,
}

/// When something happens, and by whom: nobody, when the sweep or Stripe does it.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// Now.
    pub at: Timestamp,
    /// The caller, if there is one.
    pub by: Option<&'a Author>,
}

impl<'a> From<Stamp<'a>> for Moment<'a> {
    fn from(stamp: Stamp<'a>) -> Self {
        Self { at: stamp.at, by: Some(stamp.by) }
    }
}

impl Meta {
    /// The first state.
    #[must_use]
    pub fn new<'a>(moment: impl Into<Moment<'a>>) -> Self {
        let Moment { at, by } = moment.into();
        Self { created_at: at, created_by: by.cloned(), updated_at: at, version: 1 }
    }

    /// The next state.
    pub fn touch(&mut self, now: Timestamp) {
        self.updated_at = now;
        self.version += 1;
    }
}

/// Makes ids for what a decision creates.
pub type NewId<'a> = &'a mut dyn FnMut() -> Uuid;

/// A change of the dynamic attributes.
#[derive(Debug, Clone, PartialEq)]
pub enum AttributesChange {
    /// PUT: these instead of what was there.
    Replace(Attributes),
    /// PATCH: key by key; null removes one.
    Merge(Attributes),
}

impl AttributesChange {
    /// The attributes after the change.
    ///
    /// # Errors
    /// What the schema refuses, under `attributes`.
    pub fn apply(self, current: &Attributes, schema: Schema<'_>) -> Result<Attributes, FieldErrors> {
        match self {
            Self::Replace(attributes) => {
                let attributes = schema.read_beside(current, attributes);
                schema.validate_replace(current, &attributes).into_result()?;
                Ok(attributes)
            }
            Self::Merge(patch) => schema.merge(current, patch),
        }
    }
}

/// Attributes, tasks and notes of one object.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Extras {
    /// Values of the attributes that the organisation defined, and of others as they were sent.
    pub attributes: Attributes,
    /// Things to do.
    pub tasks: Vec<Task>,
    /// Things to remember.
    pub notes: Vec<Note>,
}

/// [`Extras`] as a client sends them with a new object.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewExtras {
    /// Attribute values.
    pub attributes: Attributes,
    /// Things to do.
    pub tasks: Vec<TaskInput>,
    /// Things to remember.
    pub notes: Vec<NoteInput>,
}

/// [`Extras`] as a client changes them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ExtrasPatch {
    /// Attribute values.
    pub attributes: Option<AttributesChange>,
    /// The list that replaces the tasks.
    pub tasks: Option<Vec<TaskInput>>,
    /// The list that replaces the notes.
    pub notes: Option<Vec<NoteInput>>,
}

impl Extras {
    /// The extras of a new object.
    ///
    /// # Errors
    /// What the schema or the lists refuse.
    pub fn create(
        new: NewExtras,
        schema: Schema<'_>,
        stamp: Stamp<'_>,
        new_id: NewId<'_>,
    ) -> Result<Self, FieldErrors> {
        let NewExtras { attributes, tasks, notes } = new;
        let attributes = schema.read(attributes);
        let mut errors = schema.validate_create(&attributes);
        let mut extras = Self { attributes, tasks: Vec::new(), notes: Vec::new() };
        extras.replace_lists(Some(tasks), Some(notes), stamp, new_id, &mut errors);
        errors.into_result().map(|()| extras)
    }

    /// Applies a change.
    ///
    /// # Errors
    /// What the schema or the lists refuse; then nothing has changed that the caller keeps.
    pub fn apply(
        &mut self,
        patch: ExtrasPatch,
        schema: Schema<'_>,
        stamp: Stamp<'_>,
        new_id: NewId<'_>,
    ) -> Result<(), FieldErrors> {
        let ExtrasPatch { attributes, tasks, notes } = patch;
        let mut errors = FieldErrors::new();
        if let Some(change) = attributes
            && let Some(attributes) = errors.keep(change.apply(&self.attributes, schema))
        {
            self.attributes = attributes;
        }
        self.replace_lists(tasks, notes, stamp, new_id, &mut errors);
        errors.into_result()
    }

    fn replace_lists(
        &mut self,
        tasks: Option<Vec<TaskInput>>,
        notes: Option<Vec<NoteInput>>,
        stamp: Stamp<'_>,
        new_id: NewId<'_>,
        errors: &mut FieldErrors,
    ) {
        if let Some(inputs) = tasks {
            let current = std::mem::take(&mut self.tasks);
            match worklist::replace("list_of_tasks", current, inputs, stamp, || EntryId::new(new_id())) {
                Ok(tasks) => self.tasks = tasks,
                Err(wrong) => errors.merge(wrong),
            }
        }
        if let Some(inputs) = notes {
            let current = std::mem::take(&mut self.notes);
            match worklist::replace("list_of_notes", current, inputs, stamp, || EntryId::new(new_id())) {
                Ok(notes) => self.notes = notes,
                Err(wrong) => errors.merge(wrong),
            }
        }
    }
}
