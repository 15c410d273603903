//! Tasks and notes: the two lists that most entities carry.
//!
//! The server owns an entry's id, its author and the time it was made; the client owns the rest.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::actor::Author;
use crate::error::FieldErrors;
use crate::id::EntryId;
use crate::text::{LongText, ShortText, Text};

/// The most entries that one list may hold; beyond it an item would outgrow its store.
pub const MAX_ENTRIES: usize = 500;

/// Who made an entry, as its list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryAuthor {
    /// The user's integer id.
    pub number: u64,
    /// The user's name when the entry was made.
    pub name: String,
}

impl From<&Author> for EntryAuthor {
    fn from(author: &Author) -> Self {
        Self { number: author.number, name: author.name.clone() }
    }
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The task's id.
    pub id: EntryId,
    /// What is to be done.
    pub task: Text<1, 2000>,
    /// The target date, as the client wrote it; the contract shows dates and times here.
    pub date: Option<ShortText>,
    /// Whether it is done.
    pub completed: bool,
    /// When the entry was made.
    pub date_created: Timestamp,
    /// Who made it.
    pub author: EntryAuthor,
}

/// A task as a client sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskInput {
    /// The id of a known task, or one that the client chose.
    pub id: Option<EntryId>,
    /// What is to be done.
    pub task: Text<1, 2000>,
    /// The target date.
    pub date: Option<ShortText>,
    /// Whether it is done.
    pub completed: bool,
}

/// Something to remember.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The note's id.
    pub id: EntryId,
    /// The text.
    pub note: LongText,
    /// The date that the client gave it, else the time it was made.
    pub date: ShortText,
    /// When the entry was made.
    pub date_created: Timestamp,
    /// Who made it.
    pub author: EntryAuthor,
}

/// A note as a client sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteInput {
    /// The id of a known note, or one that the client chose.
    pub id: Option<EntryId>,
    /// The text.
    pub note: LongText,
    /// The date.
    pub date: Option<ShortText>,
}

/// What the server adds to a new entry.
#[derive(Debug, Clone, Copy)]
pub struct Stamp<'a> {
    /// Now.
    pub at: Timestamp,
    /// The caller.
    pub by: &'a Author,
}

/// An entry of a list, known by its id.
pub trait Entry: Sized {
    /// What a client sends for it.
    type Input;

    /// The entry's id.
    fn id(&self) -> EntryId;

    /// The id that the client sent.
    fn input_id(input: &Self::Input) -> Option<EntryId>;

    /// A new entry, made now by the caller.
    fn create(id: EntryId, input: Self::Input, stamp: Stamp<'_>) -> Self;

    /// The known entry with the client's changes; what the server set stays.
    fn revise(self, input: Self::Input) -> Self;
}

impl Entry for Task {
    type Input = TaskInput;

    fn id(&self) -> EntryId {
        self.id
    }

    fn input_id(input: &TaskInput) -> Option<EntryId> {
        input.id
    }

    fn create(id: EntryId, input: TaskInput, stamp: Stamp<'_>) -> Self {
        let TaskInput { id: _, task, date, completed } = input;
        Self { id, task, date, completed, date_created: stamp.at, author: stamp.by.into() }
    }

    fn revise(self, input: TaskInput) -> Self {
        let TaskInput { id: _, task, date, completed } = input;
        Self { task, date, completed, ..self }
    }
}

impl Entry for Note {
    type Input = NoteInput;

    fn id(&self) -> EntryId {
        self.id
    }

    fn input_id(input: &NoteInput) -> Option<EntryId> {
        input.id
    }

    fn create(id: EntryId, input: NoteInput, stamp: Stamp<'_>) -> Self {
        let NoteInput { id: _, note, date } = input;
        let date = date.unwrap_or_else(|| now_text(stamp.at));
        Self { id, note, date, date_created: stamp.at, author: stamp.by.into() }
    }

    fn revise(self, input: NoteInput) -> Self {
        let NoteInput { id: _, note, date } = input;
        Self {
            note,
            date: date.unwrap_or(self.date),
            date_created: self.date_created,
            id: self.id,
            author: self.author,
        }
    }
}

fn now_text(at: Timestamp) -> ShortText {
    ShortText::parse(&at.to_string()).unwrap_or_default()
}

/// The list that results when a client sends `inputs` where `current` stood: entries that it left
/// out are gone, known ones keep what the server set, new ones get it now. `new_id` makes ids.
///
/// # Errors
/// Too many entries, or one id twice, under `field`.
pub fn replace<E: Entry>(
    field: &str,
    current: Vec<E>,
    inputs: Vec<E::Input>,
    stamp: Stamp<'_>,
    mut new_id: impl FnMut() -> EntryId,
) -> Result<Vec<E>, FieldErrors> {
    if inputs.len() > MAX_ENTRIES {
        return Err(FieldErrors::one(field, format!("Ensure this list has no more than {MAX_ENTRIES} entries.")));
    }
    let mut known: BTreeMap<EntryId, E> = current.into_iter().map(|entry| (entry.id(), entry)).collect();
    let mut seen = std::collections::BTreeSet::new();
    let mut list = Vec::with_capacity(inputs.len());
    for input in inputs {
        let id = E::input_id(&input).unwrap_or_else(&mut new_id);
        if !seen.insert(id) {
            return Err(FieldErrors::one(field, format!("The id {id} is used twice.")));
        }
        list.push(match known.remove(&id) {
            Some(entry) => entry.revise(input),
            None => E::create(id, input, stamp),
        });
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::UserId;
    use uuid::Uuid;

    fn author(number: u64) -> Author {
        Author { id: UserId::new(Uuid::from_u128(u128::from(number))), number, name: format!("user {number}") }
    }

    fn input(id: Option<u128>, text: &str) -> TaskInput {
        TaskInput {
            id: id.map(|n| EntryId::new(Uuid::from_u128(n))),
            task: Text::parse(text).unwrap(),
            date: None,
            completed: false,
        }
    }

    fn replaced(current: Vec<Task>, inputs: Vec<TaskInput>, number: u64) -> Result<Vec<Task>, FieldErrors> {
        let (by, at) = (author(number), Timestamp::from_second(number as i64).unwrap());
        let mut next = 100 * u128::from(number);
        replace("list_of_tasks", current, inputs, Stamp { at, by: &by }, || {
            next += 1;
            EntryId::new(Uuid::from_u128(next))
        })
    }

    #[test]
    fn a_known_entry_keeps_its_author_and_a_new_one_gets_the_caller() {
        let first = replaced(vec![], vec![input(None, "call")], 1).unwrap();
        let id = first[0].id.uuid().as_u128();
        let second = replaced(first, vec![input(None, "write"), input(Some(id), "call again")], 2).unwrap();
        let summary: Vec<_> =
            second.iter().map(|t| (t.task.as_str(), t.author.number, t.date_created.as_second())).collect();
        assert_eq!(summary, [("write", 2, 2), ("call again", 1, 1)]);
    }

    #[test]
    fn an_entry_that_is_left_out_is_gone() {
        let first = replaced(vec![], vec![input(None, "a"), input(None, "b")], 1).unwrap();
        let kept = first[1].id.uuid().as_u128();
        let second = replaced(first, vec![input(Some(kept), "b")], 2).unwrap();
        assert_eq!(second.len(), 1);
    }

    #[test]
    fn one_id_twice_is_refused() {
        assert!(replaced(vec![], vec![input(Some(7), "a"), input(Some(7), "b")], 1).is_err());
    }
}
