//! Every key of the table, in one place.
//!
//! Every item of an organisation has a partition key that starts with the organisation, which
//! comes from a [`Tenant`] alone.
//!
//! | what | pk | sk |
//! | --- | --- | --- |
//! | client, contact, category, catalogue item, attribute, webhook | `ORG#o#KIND` | id |
//! | service, pipeline, lead, supplier | `ORG#o#KIND` | id |
//! | expense, payment method | `ORG#o#KIND` | number |
//! | follow-up | `ORG#o#FOLLOWUP#service` | id |
//! | price tier | `ORG#o#TIER#item` | id |
//! | delivery | `ORG#o#DELIVERY#webhook` | id |
//! | invoice header | `ORG#o#INVOICE` | id |
//! | line, payment, refund, history, payment link of an invoice | `ORG#o#INVOICE` | `id#LINE#id`, `id#PAYMENT#id`, … |
//! | comment, attachment of an invoice, after all that its books need | `ORG#o#INVOICE` | `id#~COMMENT#id`, … |
//! | what refers to a client, a category or a pipeline, counted | `ORG#o#REFS` | `CLIENT#id`, `CATEGORY#id`, … |
//! | what was deleted | `ORG#o#TRASH` | `KIND#id` |
//! | a unique value of the organisation | `ORG#o#UNIQUE#kind` | value |
//! | the counter of a year's invoice numbers | `ORG#o#SEQ#INVOICE-year` | `SEQ` |
//! | how many numbers a series has given, and how many are in use | `ORG#o#SEQ` | the series |
//! | what has a number, where the object is not found by it; a number out of use | `ORG#o#NUMBER#series`, `ORG#o#GAP#series` | number |
//! | what limits an organisation: its last export, its webhooks, its mail of a day, what was reported of its mail | `ORG#o#SEQ` | `EXPORT`, `WEBHOOK`, `MAIL#day`, `MAIL-REPORTS#window` |
//! | organisation, member | `ORG#o`, `ORG#o#MEMBER` | `ORG`, number |
//! | user, with its credentials | `USER#u` | `USER` |
//! | a unique value of the deployment | `UNIQUE#kind#value` | `UNIQUE` |
//! | the names of an organisation's API keys | `ORG#o` | `APIKEYS` |
//! | API key | `APIKEY#pk_…` | `APIKEY` |
//! | what an API key, or tries of a password, used up of a window | `RATE#pk_…`, `TRIES#…` | its first second |
//! | what is known about a payment intent of Stripe's; whose another object of Stripe's is | `STRIPE#id` | `INTENT`; `OWNER` |
//! | an entry of the audit log | `ORG#o#AUDIT#quarter modulo 8` | id |
//! | an export; the closure of an organisation | `ORG#o#EXPORT`; `ORG#o` | id; `CLOSURE` |
//! | claims to an address that nobody has proven | `CLAIMS#email` | `CLAIMS` |
//! | one-time password, idempotency key, series | `OTP#…`, `IDEMPOTENCY#…`, `SEQ#…` | the kind |

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Tenant;
use domain::api_key::PublicKey;
use domain::id::{ExportId, InvoiceId, ItemId, OrganisationId, PaymentLinkId, ServiceId, UserId, WebhookId};
use domain::text::unique_key;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

/// An item's primary key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub pk: String,
    pub sk: String,
}

impl Key {
    fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    /// The key as DynamoDB takes it.
    pub fn attributes(&self) -> HashMap<String, AttributeValue> {
        [("pk", &self.pk), ("sk", &self.sk)]
            .map(|(name, value)| (name.to_owned(), AttributeValue::S(value.clone())))
            .into()
    }
}

/// Collections whose items have an id of their own as sort key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Collection {
    Attribute,
    Category,
    Client,
    Contact,
    Item,
    Lead,
    Pipeline,
    Webhook,
    Tier(ItemId),
    Service,
    Supplier,
    FollowUp(ServiceId),
    Delivery(WebhookId),
}

impl Collection {
    fn name(self) -> String {
        match self {
            Self::Attribute => "ATTRIBUTE".into(),
            Self::Category => "CATEGORY".into(),
            Self::Client => "CLIENT".into(),
            Self::Contact => "CONTACT".into(),
            Self::Item => "ITEM".into(),
            Self::Lead => "LEAD".into(),
            Self::Pipeline => "PIPELINE".into(),
            Self::Webhook => "WEBHOOK".into(),
            Self::Service => "SERVICE".into(),
            Self::Supplier => "SUPPLIER".into(),
            Self::FollowUp(service) => format!("FOLLOWUP#{service}"),
            Self::Tier(item) => format!("TIER#{item}"),
            Self::Delivery(webhook) => format!("DELIVERY#{webhook}"),
        }
    }
}

/// The partition of an organisation's own items.
pub(crate) fn org(tenant: Tenant) -> String {
    format!("ORG#{}", tenant.organisation())
}

/// The partition of a collection.
pub(crate) fn partition(tenant: Tenant, collection: Collection) -> String {
    format!("{}#{}", org(tenant), collection.name())
}

/// An item of a collection.
pub(crate) fn member(tenant: Tenant, collection: Collection, id: impl std::fmt::Display) -> Key {
    Key::new(partition(tenant, collection), id.to_string())
}

/// Where a deleted item of a collection is kept.
pub(crate) fn trash(tenant: Tenant, key: &Key) -> Key {
    let kind = key.pk.strip_prefix(&format!("{}#", org(tenant))).unwrap_or(&key.pk);
    Key::new(trash_of(tenant), format!("{kind}#{}", key.sk))
}

/// The partition of what an organisation deleted.
pub(crate) fn trash_of(tenant: Tenant) -> String {
    format!("{}#TRASH", org(tenant))
}

/// The partition of what is counted of references.
pub(crate) fn references(tenant: Tenant) -> String {
    format!("{}#REFS", org(tenant))
}

/// What refers to an object of a collection, counted.
pub(crate) fn refs(tenant: Tenant, collection: Collection, id: impl std::fmt::Display) -> Key {
    Key::new(references(tenant), format!("{}#{id}", collection.name()))
}

/// The state of the category tree, which a change of a parent must not race.
pub(crate) fn category_tree(tenant: Tenant) -> Key {
    Key::new(references(tenant), "CATEGORY-TREE")
}

/// The kinds of unique values of an organisation.
pub(crate) const UNIQUE_KINDS: [&str; 12] = [
    "ATTRIBUTE",
    "CHARGE",
    "CLIENT-EMAIL",
    "CUSTOMER-CODE",
    "CUSTOMER-PHONE",
    "FOLLOWUP-ID",
    "INVOICE",
    "PRODUCT-NAME",
    "SKU",
    "SUPPLIER-CODE",
    "TIER",
    "TIER-ID",
];

/// The partition of the unique values of a kind.
pub(crate) fn uniques(tenant: Tenant, kind: &str) -> String {
    format!("{}#UNIQUE#{kind}", org(tenant))
}

/// A unique value of an organisation. Values that a reader takes for one have one key.
pub(crate) fn unique_in(tenant: Tenant, kind: &str, value: &str) -> Key {
    debug_assert!(UNIQUE_KINDS.contains(&kind), "{kind} is not in the list, so it would outlive its organisation");
    Key::new(uniques(tenant, kind), fitting(unique_key(value)))
}

/// A unique value of the deployment, as [`unique_in`].
pub(crate) fn unique(kind: &str, value: &str) -> Key {
    Key::new(format!("UNIQUE#{kind}#{}", fitting(unique_key(value))), "UNIQUE")
}

/// A value that fits a key of DynamoDB, which holds 1,024 bytes: the start of a longer one, and its hash. A compatible
/// form can be many times as long as its text.
fn fitting(value: String) -> String {
    const MOST: usize = 1024;
    const HASH: usize = 64;
    if value.len() <= MOST {
        return value;
    }
    let start = value.floor_char_boundary(MOST - HASH);
    let hash = Sha256::digest(value.as_bytes());
    hash.iter().fold(value[..start].to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// The counter of the organisation's series of invoice numbers of a year.
pub(crate) fn invoice_series(tenant: Tenant, year: i16) -> Key {
    Key::new(format!("{}#SEQ#INVOICE-{year:04}", org(tenant)), "SEQ")
}

/// A number of a series as a sort key: padded, so that keys sort by number.
pub(crate) fn padded(number: u64) -> String {
    format!("{number:020}")
}

/// The partition of a kind of objects that have no id but their number.
pub(crate) fn numbered(tenant: Tenant, kind: &str) -> String {
    format!("{}#{kind}", org(tenant))
}

/// The partition that tells what has the numbers of a series.
pub(crate) fn numbers(tenant: Tenant, series: &str) -> String {
    format!("{}#NUMBER#{series}", org(tenant))
}

/// The partition of the numbers of a series that are out of use.
pub(crate) fn gaps(tenant: Tenant, series: &str) -> String {
    format!("{}#GAP#{series}", org(tenant))
}

/// A number in one of these partitions.
pub(crate) fn number_in(partition: String, number: u64) -> Key {
    Key::new(partition, padded(number))
}

/// The partition of the counters.
pub(crate) fn counted(tenant: Tenant) -> String {
    format!("{}#SEQ", org(tenant))
}

/// The counters of a series, and of those that are counted together with it.
pub(crate) fn counters(tenant: Tenant, group: &str) -> Key {
    Key::new(counted(tenant), group)
}

/// The partition of an organisation's invoices.
pub(crate) fn invoices(tenant: Tenant) -> String {
    format!("{}#INVOICE", org(tenant))
}

/// An invoice's header.
pub(crate) fn invoice(tenant: Tenant, id: InvoiceId) -> Key {
    Key::new(invoices(tenant), id.to_string())
}

/// The parts of an invoice beside its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Line,
    Payment,
    Refund,
    History,
    Link,
    Comment,
    Attachment,
}

impl Part {
    const ALL: [Self; 7] =
        [Self::Line, Self::Payment, Self::Refund, Self::History, Self::Link, Self::Comment, Self::Attachment];

    /// The part's name in the sort key.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Line => "LINE",
            Self::Payment => "PAYMENT",
            Self::Refund => "REFUND",
            Self::History => "HISTORY",
            Self::Link => "LINK",
            // They sort after the others, so that the books are read without them.
            Self::Comment => "~COMMENT",
            Self::Attachment => "~ATTACHMENT",
        }
    }

    /// What a sort key names: the header (none) or a part.
    pub fn of(sk: &str) -> Option<Self> {
        let name = sk.split('#').nth(1)?;
        Self::ALL.into_iter().find(|part| part.name() == name)
    }
}

/// Where a line or a payment is found by its own id, in the index `lsi2` of the invoices.
pub(crate) fn part_index(part: Part, id: impl std::fmt::Display) -> String {
    format!("{}#{id}", part.name())
}

/// A part of an invoice.
pub(crate) fn invoice_part(tenant: Tenant, invoice: InvoiceId, part: Part, id: impl std::fmt::Display) -> Key {
    Key::new(invoices(tenant), format!("{invoice}#{}#{id}", part.name()))
}

/// What all sort keys of an invoice begin with that stand beside its books.
pub(crate) fn beside_books(invoice: InvoiceId) -> String {
    format!("{invoice}#~")
}

/// The invoice that a sort key belongs to.
pub(crate) fn invoice_of(sk: &str) -> Option<InvoiceId> {
    sk.split('#').next()?.parse().ok()
}

/// An organisation.
pub(crate) fn organisation(id: OrganisationId) -> Key {
    Key::new(format!("ORG#{id}"), "ORG")
}

/// The partition of an organisation's members.
pub(crate) fn members(tenant: Tenant) -> String {
    format!("{}#MEMBER", org(tenant))
}

/// A member of an organisation; padded, so that members sort by number.
pub(crate) fn membership(tenant: Tenant, number: u64) -> Key {
    Key::new(members(tenant), format!("{number:020}"))
}

/// A user.
pub(crate) fn user(id: UserId) -> Key {
    Key::new(format!("USER#{id}"), "USER")
}

/// A one-time password for an address.
pub(crate) fn otp(purpose: &str, email: &str) -> Key {
    Key::new(format!("OTP#{purpose}#{email}"), "OTP")
}

/// How many one-time passwords were mailed to an address for a purpose.
pub(crate) fn otp_mails(purpose: &str, email: &str) -> Key {
    Key::new(format!("OTP#{purpose}#{email}"), "MAILS")
}

/// The claims to an address.
pub(crate) fn address_claims(email: &str) -> Key {
    Key::new(format!("CLAIMS#{email}"), "CLAIMS")
}

/// An API key.
pub(crate) fn api_key(public: &PublicKey) -> Key {
    Key::new(format!("APIKEY#{public}"), "APIKEY")
}

/// The names of an organisation's API keys.
pub(crate) fn key_ring(tenant: Tenant) -> Key {
    Key::new(org(tenant), "APIKEYS")
}

/// What an API key has used up of a minute, by the minute's first second.
pub(crate) fn rate(public: &PublicKey, minute: i64) -> Key {
    Key::new(format!("RATE#{public}"), minute.to_string())
}

/// The tries of a login or of an address within a window, by the window's first second.
pub(crate) fn tries(hash: &str, window: i64) -> Key {
    Key::new(format!("TRIES#{hash}"), window.to_string())
}

/// A series of integers.
pub(crate) fn series(name: &str) -> Key {
    Key::new(format!("SEQ#{name}"), "SEQ")
}

/// An idempotency key.
pub(crate) fn idempotency(hash: &str) -> Key {
    Key::new(format!("IDEMPOTENCY#{hash}"), "IDEMPOTENCY")
}

/// How many partitions the open receivables are spread over.
pub(crate) const DUE_SHARDS: u32 = 8;

/// The partition of the index of open receivables that an invoice is in.
pub(crate) fn due_shard(invoice: InvoiceId) -> u32 {
    // The last bytes of a UUIDv7 are random.
    u32::from(invoice.uuid().as_bytes()[15]) % DUE_SHARDS
}

/// The index's partition key of a shard.
pub(crate) fn due(shard: u32) -> String {
    format!("DUE#{shard}")
}

/// The partition of the index of payment links that one is in.
pub(crate) fn link_shard(link: PaymentLinkId) -> String {
    links(u32::from(link.uuid().as_bytes()[15]) % DUE_SHARDS)
}

/// The partition of a shard of the index of payment links.
pub(crate) fn links(shard: u32) -> String {
    format!("LINK#{shard}")
}

/// The payment link that a sort key names.
pub(crate) fn link_of(sk: &str) -> Option<PaymentLinkId> {
    sk.split('#').nth(2)?.parse().ok()
}

/// What is known about a payment intent of Stripe's.
pub(crate) fn stripe_intent(intent: &str) -> Key {
    Key::new(format!("STRIPE#{intent}"), "INTENT")
}

/// Whose an object of Stripe's is.
pub(crate) fn stripe_object(object: &str) -> Key {
    Key::new(format!("STRIPE#{object}"), "OWNER")
}

/// The partition of the global index that has what is kept of an organisation's objects at Stripe.
pub(crate) fn stripe_of(tenant: Tenant) -> String {
    format!("{}#STRIPE", org(tenant))
}

/// The partition of an organisation's exports.
pub(crate) fn exports(tenant: Tenant) -> String {
    format!("{}#EXPORT", org(tenant))
}

/// An export.
pub(crate) fn export(tenant: Tenant, id: ExportId) -> Key {
    Key::new(exports(tenant), id.to_string())
}

/// When an organisation last asked for an export.
pub(crate) fn last_export(tenant: Tenant) -> Key {
    counters(tenant, "EXPORT")
}

/// What lets one webhook be made at a time.
pub(crate) fn webhook_guard(tenant: Tenant) -> Key {
    counters(tenant, "WEBHOOK")
}

/// The mails that an organisation sent in a day, by its first second.
pub(crate) fn mails(tenant: Tenant, day: i64) -> Key {
    counters(tenant, &format!("MAIL#{day}"))
}

/// What was reported of an organisation's mail in a window of time, by its first second.
pub(crate) fn mail_reports(tenant: Tenant, window: i64) -> Key {
    counters(tenant, &format!("MAIL-REPORTS#{window}"))
}

/// The entries of the audit log of a quarter. Entries are kept for a year, so no two quarters share a partition.
pub(crate) fn audit(tenant: Tenant, quarter: Quarter) -> String {
    format!("{}#AUDIT#{}", org(tenant), quarter.0.rem_euclid(Quarter::PARTITIONS))
}

/// The partitions of an audit log.
pub(crate) fn audit_log(tenant: Tenant) -> impl Iterator<Item = String> {
    (0..Quarter::PARTITIONS).map(move |quarter| audit(tenant, Quarter(quarter)))
}

/// A quarter of a year (UTC), counted from year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Quarter(i32);

impl Quarter {
    const PARTITIONS: i32 = 8;

    pub fn of(at: Timestamp) -> Self {
        let date = at.to_zoned(TimeZone::UTC).date();
        Self(i32::from(date.year()) * 4 + i32::from(date.month() - 1) / 3)
    }

    pub const fn before(self) -> Self {
        Self(self.0 - 1)
    }
}

/// The closure of an organisation.
pub(crate) fn closure(tenant: Tenant) -> Key {
    Key::new(org(tenant), "CLOSURE")
}

/// The partition of the global index that has the work on whole organisations which is under way.
pub(crate) const WORK: &str = "WORK";

/// Where in its organisation an item is: what follows the organisation in its partition key.
pub(crate) fn place_of(pk: &str) -> Option<&str> {
    let place = pk.strip_prefix("ORG#")?.get(36..)?;
    Some(place.strip_prefix('#').unwrap_or(place))
}

/// The organisation that a partition key belongs to.
pub(crate) fn tenant_of(pk: &str) -> Option<Tenant> {
    let id = pk.strip_prefix("ORG#")?.get(..36)?;
    id.parse().ok().map(Tenant::trusted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_look_the_same_have_one_key_and_ascii_is_its_own() {
        let tenant = Tenant::trusted(OrganisationId::new(uuid::Uuid::nil()));
        let key = |value: &str| unique_in(tenant, "INVOICE", value).sk;
        assert_eq!(key("INV-2026-001"), "INV-2026-001");
        for same in ["INV\u{200d}-2026-001", "ＩＮＶ-2026-001", "INV-2026-001\u{34f}"] {
            assert_eq!(key(same), "INV-2026-001", "{same:?}");
        }
        assert_eq!(unique("USERNAME", "ａda"), unique("USERNAME", "ada"));
    }

    #[test]
    fn a_value_whose_compatible_form_is_long_still_fits_a_key() {
        let tenant = Tenant::trusted(OrganisationId::new(uuid::Uuid::nil()));
        let key = |value: &str| unique_in(tenant, "PRODUCT-NAME", value).sk;
        let long = "\u{fdfa}".repeat(255);
        assert!(key(&long).len() <= 1024);
        assert_ne!(key(&long), key(&format!("{}x", "\u{fdfa}".repeat(254))));
        assert_eq!(key(&"😀".repeat(255)).len(), 1020, "what fits is its own key");
    }
}
