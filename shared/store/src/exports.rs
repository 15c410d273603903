//! Exports: how far each has come, and the lines that an organisation's items become.

use domain::Tenant;
use domain::export::Export;
use domain::id::ExportId;
use domain::json::{Map, Value};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::codec::{Stored, encode};
use crate::error::StoreError;
use crate::forms::{text, upgrade};
use crate::keys;
use crate::kinds::Kind;
use crate::lists::of_partition;
use crate::payment_links::moment;
use crate::sealing;
use crate::table::{Item, Query, n, s};
use crate::transaction::Transaction;
use crate::walk::{Kept, WalkCursor};

/// An export in the making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportJob {
    /// The export as its owner sees it.
    pub export: Export,
    /// What is to be read next; none when all was read.
    pub cursor: Option<WalkCursor>,
    /// Its file, once the first part was begun.
    pub upload: Option<Upload>,
    /// Counts the writes of this job.
    pub version: u64,
}

/// A file that is uploaded in parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// S3's id of it.
    pub id: String,
    /// S3's tags of the parts that are there.
    pub parts: Vec<String>,
}

/// Work on a whole organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// An export is to be written.
    Export(ExportId),
    /// All that it has is to be removed.
    Closure,
}

/// After so long without progress, the sweep has work taken up again.
pub(crate) const STALLED: SignedDuration = SignedDuration::from_hours(1);

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ExportBody {
    id: ExportId,
    requested_at: Timestamp,
    finished_at: Option<Timestamp>,
    lines: u64,
    bytes: u64,
    cursor: Option<WalkCursor>,
    upload: Option<Upload>,
    expires_at: i64,
    version: u64,
}

impl Stored for ExportJob {
    type Body = ExportBody;
    const MODEL: Option<&'static str> = None;

    fn body(&self) -> ExportBody {
        let Self { export, cursor, upload, version } = self.clone();
        let Export { id, requested_at, finished_at, lines, bytes, expires_at } = export;
        let expires_at = expires_at.as_second();
        ExportBody { id, requested_at, finished_at, lines, bytes, cursor, upload, expires_at, version }
    }

    fn restore(body: ExportBody) -> Result<Self, StoreError> {
        let ExportBody { id, requested_at, finished_at, lines, bytes, cursor, upload, expires_at, version } = body;
        let expires_at = Timestamp::from_second(expires_at).map_err(StoreError::corrupt)?;
        let export = Export { id, requested_at, finished_at, lines, bytes, expires_at };
        Ok(Self { export, cursor, upload, version })
    }
}

/// Where the sweep finds work that does not go on.
pub(crate) fn watch(item: &mut Item, tenant: Tenant, now: Timestamp) {
    let stalled_at = moment(now.checked_add(STALLED).unwrap_or(now));
    item.insert("gsi1pk".into(), s(keys::WORK));
    item.insert("gsi1sk".into(), s(format!("{stalled_at}#{}", tenant.organisation())));
}

fn item(tenant: Tenant, job: &ExportJob, now: Timestamp) -> Result<Item, StoreError> {
    let mut item = encode(job, &keys::export(tenant, job.export.id))?;
    if job.export.finished_at.is_none() {
        watch(&mut item, tenant, now);
    }
    Ok(item)
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`], and the writes
/// with [`StoreError::Raced`] too.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// An export.
    pub async fn export(&self, tenant: Tenant, id: ExportId) -> Result<Option<ExportJob>, StoreError> {
        self.find(&keys::export(tenant, id)).await
    }

    /// The newest export.
    pub async fn newest_export(&self, tenant: Tenant) -> Result<Option<ExportJob>, StoreError> {
        let query = Query { limit: Some(1), newest_first: true, ..of_partition(keys::exports(tenant)) };
        self.table.query(query).await?.items.into_iter().next().map(crate::codec::decode).transpose()
    }

    /// Writes a new export, unless another was asked for within [`Export::INTERVAL`]: of many at once, one is made.
    pub async fn create_export(&self, tenant: Tenant, job: &ExportJob, now: Timestamp) -> Result<(), StoreError> {
        let mut last = keys::last_export(tenant).attributes();
        last.insert("requested_at".into(), n(now.as_second()));
        let latest = [(":latest".to_owned(), n((now - Export::INTERVAL).as_second()))].into();
        let mut commit = Transaction::new();
        commit.create(item(tenant, job, now)?);
        commit.put_if(last, "attribute_not_exists(pk) OR requested_at <= :latest", latest);
        commit.commit(&self.table).await
    }

    /// Writes how far an export has come, over the version `before`.
    pub async fn save_export(
        &self,
        tenant: Tenant,
        job: &ExportJob,
        before: u64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(item(tenant, job, now)?, before);
        commit.commit(&self.table).await
    }

    /// Work that has not gone on for a while. It may lag behind the table by moments.
    pub async fn stalled_work(&self, now: Timestamp) -> Result<Vec<(Tenant, Work)>, StoreError> {
        let query = Query {
            index: Some("gsi1"),
            condition: "gsi1pk = :work AND gsi1sk < :now",
            values: [(":work".to_owned(), s(keys::WORK)), (":now".to_owned(), s(moment(now)))].into(),
            ..Query::default()
        };
        let items = self.table.query_all(query).await?;
        let work = |item: &Item| {
            let tenant = keys::tenant_of(text(item, "pk"))?;
            match text(item, "sk") {
                "CLOSURE" => Some((tenant, Work::Closure)),
                id => Some((tenant, Work::Export(id.parse().ok()?))),
            }
        };
        items.iter().map(|item| work(item).ok_or_else(|| StoreError::corrupt("work without its keys"))).collect()
    }

    /// The line of the organisation itself.
    pub async fn organisation_line(&self, tenant: Tenant) -> Result<Option<Value>, StoreError> {
        let item = self.table.get(&keys::organisation(tenant.organisation())).await?;
        item.and_then(|item| Kept { item }.line().transpose()).transpose()
    }
}

/// What an export leaves out of every item: where it stands, and what only the store goes by.
const OWN: [&str; 12] =
    ["pk", "sk", "lsi1", "lsi2", "lsi3", "gsi1pk", "gsi1sk", "form", "hops", "model", "retire", "version"];
/// What webhooks hold that opens something: theirs, and their receivers'.
const SECRET: [&str; 5] = [sealing::SEALED, "secret", "previous_secret", "previous_valid_until", "headers"];
/// What is kept as JSON text.
const JSON_TEXT: [&str; 7] =
    ["attributes", "client_attributes", "services", "conditions", "payload", "from_address", "to_address"];

impl Kept {
    /// The item as a line of an export: `{"type", "id", "data"}`, and `"deleted": true` of what was
    /// deleted. None for what is no part of an export.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn line(&self) -> Result<Option<Value>, StoreError> {
        let kind = self.kind();
        let Some(name) = kind.exported_as() else { return Ok(None) };
        let mut item = self.item.clone();
        upgrade(&mut item);
        let is_deleted = self.is_in_trash() || (kind == Kind::Invoice && !item.contains_key("model"));
        let sk = text(&item, "sk").to_owned();
        item.retain(|name, _| !OWN.contains(&name.as_str()));
        let data: serde_json::Map<String, serde_json::Value> =
            serde_dynamo::from_item(item).map_err(StoreError::corrupt)?;
        let mut data: Map = data.into_iter().map(|(name, value)| (name, value.into())).collect();
        if kind == Kind::Webhook {
            data.retain(|name, _| !SECRET.contains(&name.as_str()));
        }
        for name in JSON_TEXT {
            if let Some(Value::String(text)) = data.get(name) {
                let value = serde_json::from_str(text).map_err(StoreError::corrupt)?;
                data.insert(name.to_owned(), value);
            }
        }
        if let (Kind::Part(_), Some(invoice)) = (kind, invoice_of(&sk, self.is_in_trash())) {
            data.entry("invoice".to_owned()).or_insert(invoice.into());
        }
        let id = data.get("id").or(data.get("user")).cloned();
        let id = id.unwrap_or_else(|| sk.trim_start_matches('0').into());
        let mut line: Map =
            [("type", name.into()), ("id", id), ("data", Value::Object(data))].map(|(k, v)| (k.to_owned(), v)).into();
        if is_deleted {
            line.insert("deleted".into(), Value::Bool(true));
        }
        Ok(Some(Value::Object(line)))
    }
}

fn invoice_of(sk: &str, is_in_trash: bool) -> Option<String> {
    let sk = if is_in_trash { sk.split_once('#')?.1 } else { sk };
    keys::invoice_of(sk).map(|id| id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    use serde_json::json;

    fn line(sk: &str, place: &str, rest: &[(&str, &str)]) -> serde_json::Value {
        let pk = format!("ORG#0192f0c1-2345-7abc-8def-000000000001#{place}");
        let mut item: Item = [("pk".into(), s(pk)), ("sk".into(), s(sk)), ("version".into(), n(3))].into();
        item.extend(rest.iter().map(|(name, value)| ((*name).to_owned(), s(*value))));
        serde_json::from_str(&text(item)).unwrap()
    }

    fn text(item: Item) -> String {
        Kept { item }.line().unwrap().unwrap().to_string()
    }

    #[test]
    fn numbers_are_exported_as_they_are_kept() {
        let pk = s("ORG#0192f0c1-2345-7abc-8def-000000000001#CLIENT");
        let values = r#"{"a":12345678901234567890123,"b":[1.50,1E+2]}"#;
        let item = [("pk", pk), ("sk", s("c")), ("id", s("c")), ("attributes", s(values))];
        let line = text(item.map(|(name, value)| (name.to_owned(), value)).into());
        assert!(line.contains(values), "{line}");
    }

    #[test]
    fn a_line_says_what_it_is_and_nothing_of_how_it_is_kept() {
        let client = line("c", "CLIENT", &[("id", "c"), ("attributes", r#"{"vip":1.10}"#), ("lsi1", "7")]);
        assert_eq!(
            client,
            json!({"type": "client", "id": "c",
                   "data": {"id": "c", "attributes": {"vip": 1.10}, "number": 0, "party_number": 0}})
        );
        let method = line("00000000000000000012", "PAYMENT-METHOD", &[("name", "Cash")]);
        assert_eq!(method, json!({"type": "payment_method", "id": "12", "data": {"name": "Cash"}}));
    }

    #[test]
    fn a_webhook_keeps_its_secrets() {
        let webhook = line("w", "WEBHOOK", &[("id", "w"), ("secret", "whsec_1"), ("headers", r#"[["a","b"]]"#)]);
        assert_eq!(webhook, json!({"type": "webhook", "id": "w", "data": {"id": "w"}}));
    }

    #[test]
    fn what_was_deleted_says_so_and_parts_say_whose_they_are() {
        let invoice = "0192f0c1-2345-7abc-8def-000000000009";
        let gone = line(&format!("INVOICE#{invoice}#REFUND#r"), "TRASH", &[("id", "r")]);
        assert_eq!(
            gone,
            json!({"type": "refund", "id": "r", "data": {"id": "r", "invoice": invoice}, "deleted": true})
        );
    }
}
