//! Tasks, notes and attributes, as clients, contacts and invoices carry them.

use domain::FieldErrors;
use domain::attributes::Attributes;
use domain::id::EntryId;
use domain::record::{ExtrasPatch, NewExtras};
use domain::text::{LongText, ShortText, Text};
use domain::worklist::{EntryAuthor, Note, NoteInput, Task, TaskInput};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Ref, Schema};
use uuid::Uuid;

use super::Update;
use crate::wire::{Field, FromWire, OrEmpty, body, defaulted, nested, optional, or_default, required};

body! {
    /// A task, as it is sent. Who made it and when is set by the server.
    TaskBody {
        /// The id of a task that is there already; a new one gets its own.
        optional id: OrEmpty<EntryId>,
        /// What is to be done.
        required task: Text<1, 2000>,
        /// The target date.
        optional date: OrEmpty<ShortText>,
        /// Whether it is done; false, if left out.
        optional completed: bool,
    }
}

body! {
    /// A note, as it is sent. Who made it and when is set by the server.
    NoteBody {
        /// The id of a note that is there already; a new one gets its own.
        optional id: OrEmpty<EntryId>,
        /// The text.
        required note: LongText,
        /// Its date; now, if left out.
        optional date: OrEmpty<ShortText>,
    }
}

body! {
    /// A task's new status.
    TaskUpdateBody {
        /// The task's id.
        required task_id: EntryId,
        /// Whether it is done.
        required completed: bool,
    }
}

body! {
    /// The note that is to go.
    NoteDeleteBody {
        /// The note's id.
        required id: EntryId,
    }
}

impl FromWire for TaskInput {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let TaskBody { id, task, date, completed } = nested(raw)?;
        let mut errors = FieldErrors::new();
        let id = or_default(&mut errors, "id", id);
        let task = required(&mut errors, "task", task);
        let date = or_default(&mut errors, "date", date);
        let completed = defaulted(&mut errors, "completed", completed).unwrap_or(false);
        match task {
            Some(task) if errors.is_empty() => Ok(Self { id, task, date, completed }),
            Some(_) | None => Err(errors.to_string()),
        }
    }

    fn schema() -> RefOr<Schema> {
        Ref::from_schema_name(TaskBody::name()).into()
    }
}

impl FromWire for NoteInput {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let NoteBody { id, note, date } = nested(raw)?;
        let mut errors = FieldErrors::new();
        let id = or_default(&mut errors, "id", id);
        let note = required(&mut errors, "note", note);
        let date = or_default(&mut errors, "date", date);
        match note {
            Some(note) if errors.is_empty() => Ok(Self { id, note, date }),
            Some(_) | None => Err(errors.to_string()),
        }
    }

    fn schema() -> RefOr<Schema> {
        Ref::from_schema_name(NoteBody::name()).into()
    }
}

impl TaskUpdateBody {
    /// The task's id, and whether it is done.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_update(self) -> Result<(EntryId, bool), FieldErrors> {
        let Self { task_id, completed } = self;
        let mut errors = FieldErrors::new();
        let id = required(&mut errors, "task_id", task_id);
        let completed = required(&mut errors, "completed", completed);
        id.zip(completed).ok_or(errors)
    }
}

impl NoteDeleteBody {
    /// The note's id.
    ///
    /// # Errors
    /// It is missing or wrong.
    pub fn into_id(self) -> Result<EntryId, FieldErrors> {
        let Self { id } = self;
        let mut errors = FieldErrors::new();
        required(&mut errors, "id", id).ok_or(errors)
    }
}

/// Attributes, tasks and notes of a body.
pub(super) struct ExtrasFields {
    pub attributes: Field<Attributes>,
    pub tasks: Field<Vec<TaskInput>>,
    pub notes: Field<Vec<NoteInput>>,
}

impl ExtrasFields {
    pub(super) fn into_new(self, errors: &mut FieldErrors) -> NewExtras {
        let Self { attributes, tasks, notes } = self;
        NewExtras {
            attributes: defaulted(errors, "attributes", attributes).unwrap_or_default(),
            tasks: defaulted(errors, "list_of_tasks", tasks).unwrap_or_default(),
            notes: defaulted(errors, "list_of_notes", notes).unwrap_or_default(),
        }
    }

    pub(super) fn into_patch(self, mode: Update, errors: &mut FieldErrors) -> ExtrasPatch {
        let Self { attributes, tasks, notes } = self;
        ExtrasPatch {
            attributes: optional(errors, "attributes", attributes).map(|sent| mode.attributes(sent)),
            tasks: optional(errors, "list_of_tasks", tasks),
            notes: optional(errors, "list_of_notes", notes),
        }
    }
}

/// A task.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Task)]
pub struct TaskJson {
    /// Unique identifier.
    pub id: Uuid,
    /// What is to be done.
    pub task: String,
    /// The target date.
    pub date: Option<String>,
    /// Whether it is done.
    pub completed: bool,
    /// When the entry was made.
    pub date_created: Timestamp,
    /// The user who made it.
    pub user_id: u64,
    /// That user's name.
    pub user_name: String,
}

impl From<&Task> for TaskJson {
    fn from(task: &Task) -> Self {
        let Task { id, task, date, completed, date_created, author: EntryAuthor { number, name } } = task;
        Self {
            id: id.uuid(),
            task: task.to_string(),
            date: date.as_ref().map(ToString::to_string),
            completed: *completed,
            date_created: *date_created,
            user_id: *number,
            user_name: name.clone(),
        }
    }
}

/// A note.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Note)]
pub struct NoteJson {
    /// Unique identifier.
    pub id: Uuid,
    /// The date that was sent with it, else when it was made.
    pub date: String,
    /// The text.
    pub note: String,
    /// The user who made it.
    pub user_id: u64,
    /// That user's name.
    pub user_name: String,
    /// When the entry was made.
    pub date_created: Timestamp,
}

impl From<&Note> for NoteJson {
    fn from(note: &Note) -> Self {
        let Note { id, note, date, date_created, author: EntryAuthor { number, name } } = note;
        Self {
            id: id.uuid(),
            date: date.to_string(),
            note: note.to_string(),
            user_id: *number,
            user_name: name.clone(),
            date_created: *date_created,
        }
    }
}

/// The tasks of an object.
pub(super) fn tasks(tasks: &[Task]) -> Vec<TaskJson> {
    tasks.iter().map(TaskJson::from).collect()
}

/// The notes of an object.
pub(super) fn notes(notes: &[Note]) -> Vec<NoteJson> {
    notes.iter().map(NoteJson::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::parse_object;
    use serde_json::json;

    const ID: &str = "0190b5a1-7c5e-7000-8000-000000000001";

    #[test]
    fn what_the_server_owns_is_not_taken_from_a_task() {
        let raw = r#"{"task": "Call client", "date": "2025-01-20", "completed": true, "user_id": 1, "user_name": "x"}"#;
        let TaskInput { id, task, date, completed } = TaskInput::from_wire(raw).unwrap();
        assert_eq!((id, task.as_str(), date.unwrap().as_str(), completed), (None, "Call client", "2025-01-20", true));
        let note = NoteInput::from_wire(r#"{"note": "Spoke with CEO", "user_id": 1}"#).unwrap();
        assert_eq!((note.note.as_str(), note.date), ("Spoke with CEO", None));
    }

    #[test]
    fn a_wrong_entry_is_named_by_its_place() {
        let raw = format!(
            r#"[{{"task": "a"}}, {{"id": "x", "completed": 1}}, {{"id": "{ID}", "task": "b", "date": null}}, 7]"#
        );
        assert_eq!(
            Vec::<TaskInput>::from_wire(&raw).unwrap_err(),
            "Entry 2: id: Must be a valid UUID.; task: This field is required.; completed: Must be a valid boolean. \
             Entry 4: Invalid data. Expected a dictionary, but got int."
        );
    }

    #[test]
    fn update_task_and_delete_note_need_their_fields() {
        let body: TaskUpdateBody =
            parse_object(json!({"task_id": ID, "completed": true}).to_string().as_bytes()).unwrap();
        assert_eq!(body.into_update(), Ok((ID.parse().unwrap(), true)));
        let wrong = TaskUpdateBody::default().into_update().unwrap_err();
        assert_eq!(wrong.to_string(), "task_id: This field is required.; completed: This field is required.");
        let body: NoteDeleteBody = parse_object(json!({"id": ID}).to_string().as_bytes()).unwrap();
        assert_eq!(body.into_id(), Ok(ID.parse().unwrap()));
    }

    #[test]
    fn entries_show_their_author() {
        let author = EntryAuthor { number: 1, name: "John Doe".into() };
        let at: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        let id: EntryId = ID.parse().unwrap();
        let task =
            Task { id, task: Text::parse("Call").unwrap(), date: None, completed: false, date_created: at, author };
        assert_eq!(
            serde_json::to_value(TaskJson::from(&task)).unwrap(),
            json!({
                "id": ID, "task": "Call", "date": null, "completed": false,
                "date_created": "2026-03-01T10:00:00Z", "user_id": 1, "user_name": "John Doe"
            })
        );
    }
}
