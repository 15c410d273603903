//! How values are kept: the parts that many items share.

use std::collections::{BTreeMap, HashMap};

use domain::Author;
use domain::id::{EntryId, UserId};
use domain::money::{Currency, Money};
use domain::record::{Extras, Meta};
use domain::text::{LongText, ShortText, Text};
use domain::worklist::{EntryAuthor, Note, Task};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::forms;
use crate::keys::Key;
use crate::table::{Item, s};

/// Something that is kept as one item.
pub(crate) trait Stored: Sized {
    /// The attributes that are encrypted in the table. All are text, or absent.
    const SEALED: &'static [&'static str] = &[];

    /// The item's body, as serde sees it.
    type Body: Serialize + DeserializeOwned;

    /// The name of the webhook model that the item's changes are events of, if they are.
    const MODEL: Option<&'static str>;

    /// The item's body.
    fn body(&self) -> Self::Body;

    /// Reads the body back.
    fn restore(body: Self::Body) -> Result<Self, StoreError>;
}

/// The item of an object under a key. What is sealed compiles with [`crate::table::Table::encode`] alone.
pub(crate) fn encode<T: Stored>(object: &T, key: &Key) -> Result<Item, StoreError> {
    const { assert!(T::SEALED.is_empty()) };
    encode_open(object, key)
}

/// As [`encode`], with nothing sealed.
pub(crate) fn encode_open<T: Stored>(object: &T, key: &Key) -> Result<Item, StoreError> {
    let mut item = encode_body(&object.body(), key)?;
    if let Some(model) = T::MODEL {
        item.insert("model".into(), s(model));
    }
    Ok(item)
}

/// An item of any body under a key.
pub(crate) fn encode_body(body: &impl Serialize, key: &Key) -> Result<Item, StoreError> {
    let mut item: HashMap<_, _> = serde_dynamo::to_item(body).map_err(StoreError::corrupt)?;
    item.extend(key.attributes());
    Ok(item)
}

/// The object of an item. What is sealed compiles with [`crate::table::Table::decode`] alone.
pub(crate) fn decode<T: Stored>(item: Item) -> Result<T, StoreError> {
    const { assert!(T::SEALED.is_empty()) };
    decode_open(item)
}

/// As [`decode`], with nothing sealed.
pub(crate) fn decode_open<T: Stored>(item: Item) -> Result<T, StoreError> {
    T::restore(decode_body(item)?)
}

/// The body of an item, whatever form it is kept in.
pub(crate) fn decode_body<B: DeserializeOwned>(mut item: Item) -> Result<B, StoreError> {
    forms::upgrade(&mut item);
    serde_dynamo::from_item(item).map_err(StoreError::corrupt)
}

/// Values that are kept as JSON text: they may hold any number, empty key or depth that JSON
/// allows and DynamoDB's own maps do not.
pub(crate) mod json_text {
    use serde::de::{DeserializeOwned, Error as _};
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<T: Serialize, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&serde_json::to_string(value).map_err(S::Error::custom)?)
    }

    pub fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        let text = String::deserialize(deserializer)?;
        serde_json::from_str(&text).map_err(D::Error::custom)
    }
}

/// Values that are kept as their one word.
pub(crate) mod word {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
    where
        T: FromStr,
        T::Err: Display,
        D: Deserializer<'de>,
    {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// An amount, whose currency the item names once.
pub(crate) fn amount_text(money: Money) -> String {
    money.amount().to_string()
}

/// Reads an amount back.
pub(crate) fn amount(text: &str, currency: Currency) -> Result<Money, StoreError> {
    let amount = Decimal::from_str_exact(text).map_err(StoreError::corrupt)?;
    Money::exact(amount, currency).map_err(StoreError::corrupt)
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AuthorBody {
    id: UserId,
    number: u64,
    name: String,
}

impl From<&Author> for AuthorBody {
    fn from(author: &Author) -> Self {
        let Author { id, number, name } = author.clone();
        Self { id, number, name }
    }
}

impl From<AuthorBody> for Author {
    fn from(body: AuthorBody) -> Self {
        let AuthorBody { id, number, name } = body;
        Self { id, number, name }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct MetaBody {
    created_at: Timestamp,
    #[serde(default)]
    created_by: Option<AuthorBody>,
    updated_at: Timestamp,
    version: u64,
}

impl From<&Meta> for MetaBody {
    fn from(meta: &Meta) -> Self {
        let Meta { created_at, created_by, updated_at, version } = meta;
        Self {
            created_at: *created_at,
            created_by: created_by.as_ref().map(AuthorBody::from),
            updated_at: *updated_at,
            version: *version,
        }
    }
}

impl From<MetaBody> for Meta {
    fn from(body: MetaBody) -> Self {
        let MetaBody { created_at, created_by, updated_at, version } = body;
        Self { created_at, created_by: created_by.map(Author::from), updated_at, version }
    }
}

/// Tasks and notes are maps by id, so that one is changed in place without a race; `position` keeps
/// the list's order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ExtrasBody {
    #[serde(with = "json_text")]
    attributes: domain::attributes::Attributes,
    tasks: BTreeMap<EntryId, TaskBody>,
    notes: BTreeMap<EntryId, NoteBody>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct TaskBody {
    position: usize,
    task: Text<1, 2000>,
    date: Option<ShortText>,
    completed: bool,
    date_created: Timestamp,
    user_number: u64,
    user_name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct NoteBody {
    position: usize,
    note: LongText,
    date: ShortText,
    date_created: Timestamp,
    user_number: u64,
    user_name: String,
}

impl From<&Extras> for ExtrasBody {
    fn from(extras: &Extras) -> Self {
        let Extras { attributes, tasks, notes } = extras.clone();
        let tasks = tasks.into_iter().enumerate().map(|(position, task)| {
            let Task { id, task, date, completed, date_created, author } = task;
            let EntryAuthor { number: user_number, name: user_name } = author;
            (id, TaskBody { position, task, date, completed, date_created, user_number, user_name })
        });
        let notes = notes.into_iter().enumerate().map(|(position, note)| {
            let Note { id, note, date, date_created, author } = note;
            let EntryAuthor { number: user_number, name: user_name } = author;
            (id, NoteBody { position, note, date, date_created, user_number, user_name })
        });
        Self { attributes, tasks: tasks.collect(), notes: notes.collect() }
    }
}

impl From<ExtrasBody> for Extras {
    fn from(body: ExtrasBody) -> Self {
        let ExtrasBody { attributes, tasks, notes } = body;
        let mut tasks: Vec<_> = tasks.into_iter().collect();
        tasks.sort_by_key(|(_, task)| task.position);
        let tasks = tasks.into_iter().map(|(id, body)| {
            let TaskBody { position: _, task, date, completed, date_created, user_number, user_name } = body;
            Task {
                id,
                task,
                date,
                completed,
                date_created,
                author: EntryAuthor { number: user_number, name: user_name },
            }
        });
        let mut notes: Vec<_> = notes.into_iter().collect();
        notes.sort_by_key(|(_, note)| note.position);
        let notes = notes.into_iter().map(|(id, body)| {
            let NoteBody { position: _, note, date, date_created, user_number, user_name } = body;
            Note { id, note, date, date_created, author: EntryAuthor { number: user_number, name: user_name } }
        });
        Self { attributes, tasks: tasks.collect(), notes: notes.collect() }
    }
}

/// The body of an item as the stream has it.
pub(crate) fn from_stream<B: DeserializeOwned>(item: serde_dynamo::Item) -> Result<B, StoreError> {
    decode_body(item.into())
}
