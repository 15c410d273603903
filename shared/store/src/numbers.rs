//! Integers of an organisation: counted from 1 in each series, never given twice, and the order of
//! lists whose pages are asked for by their place.
//!
//! A counter knows the last number that was given and how many are in use, so a count costs one small
//! read. A number is given in the transaction of the object that takes it, over the counter that was
//! read: what is not committed takes none. A number that goes out of use leaves a gap behind, and a
//! page is found by its place among the numbers, which only the gaps before it shift. So a page costs
//! what it holds, and what was removed before it.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Tenant;
use domain::client::Client;
use domain::id::{ClientId, InvoiceId, SupplierId};
use domain::supplier::Supplier;

use crate::error::StoreError;
use crate::keys::{self, Collection, Key};
use crate::table::{Item, Update, n, s};
use crate::transaction::Transaction;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Series {
    /// Customers and suppliers together.
    Party,
    /// Clients, as customers.
    Customer,
    /// Suppliers.
    Supplier,
    /// Catalogue items, as products.
    Product,
    /// Categories.
    Category,
    /// Payment methods.
    PaymentMethod,
    /// Expenses.
    Expense,
    /// Invoices, as billings.
    Billing,
}

/// Where the rows of a series are found by their numbers.
pub(crate) enum Place {
    /// By the sort key of a partition.
    Partition(String),
    /// By the index of a collection whose sort key is the id.
    Index(String),
}

impl Series {
    /// Every series.
    pub(crate) const ALL: [Self; 8] = [
        Self::Party,
        Self::Customer,
        Self::Supplier,
        Self::Product,
        Self::Category,
        Self::PaymentMethod,
        Self::Expense,
        Self::Billing,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Party => "PARTY",
            Self::Customer => "CUSTOMER",
            Self::Supplier => "SUPPLIER",
            Self::Product => "PRODUCT",
            Self::Category => "CATEGORY",
            Self::PaymentMethod => "PAYMENT-METHOD",
            Self::Expense => "EXPENSE",
            Self::Billing => "BILLING",
        }
    }

    /// Series that change together share an item.
    pub(crate) const fn group(self) -> &'static str {
        match self {
            Self::Party | Self::Customer | Self::Supplier => Self::Party.name(),
            Self::Product | Self::Category | Self::PaymentMethod | Self::Expense | Self::Billing => self.name(),
        }
    }

    pub(crate) fn place(self, tenant: Tenant) -> Place {
        match self {
            Self::Party | Self::Billing => Place::Partition(keys::numbers(tenant, self.name())),
            Self::PaymentMethod | Self::Expense => Place::Partition(keys::numbered(tenant, self.name())),
            Self::Customer => Place::Index(keys::partition(tenant, Collection::Client)),
            Self::Supplier => Place::Index(keys::partition(tenant, Collection::Supplier)),
            Self::Product => Place::Index(keys::partition(tenant, Collection::Item)),
            Self::Category => Place::Index(keys::partition(tenant, Collection::Category)),
        }
    }

    fn last(self) -> String {
        format!("{}_last", self.name())
    }

    fn live(self) -> String {
        format!("{}_live", self.name())
    }

    fn deleted(self) -> String {
        format!("{}_deleted", self.name())
    }

    /// Tells that each object of the series has a number, and each deletion was counted.
    fn complete(self) -> String {
        format!("{}_complete", self.name())
    }
}

/// A number of a series. 0 is none: the object is not counted.
pub(crate) type Counted = (Series, u64);

/// What a counter says.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counter {
    /// The last number that was given.
    pub last: u64,
    /// How many numbers are in use.
    pub live: u64,
    /// How many were given to what has been deleted, if every deletion was counted: [`count_all`].
    pub deleted: Option<u64>,
}

/// A page of a series, in the order of its numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberPage<T> {
    /// How many there are on all pages.
    pub count: u64,
    /// Those of the page.
    pub rows: Vec<T>,
}

/// A customer or a supplier.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "at most a page of them is at hand")]
pub enum Party {
    /// A customer.
    Customer(Client),
    /// A supplier.
    Supplier(Supplier),
}

/// Who has a party's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartyKey {
    /// A customer.
    Customer(ClientId),
    /// A supplier.
    Supplier(SupplierId),
}

impl Party {
    /// The party's number.
    #[must_use]
    pub const fn number(&self) -> u64 {
        match self {
            Self::Customer(client) => client.party_number,
            Self::Supplier(supplier) => supplier.party_number,
        }
    }
}

/// Takes the numbers of new objects, which are the next ones of series of one group. Those that are
/// not listed leave a gap from the start.
pub(crate) fn take(commit: &mut Transaction, tenant: Tenant, counted: &[Counted], listed: bool) {
    let Some((series, number)) = counted.first().copied().filter(|(_, number)| *number > 0) else { return };
    const ONE: &str = "SET #last0 = :next0, #live0 = if_not_exists(#live0, :zero) + :live";
    const TWO: &str = "SET #last0 = :next0, #live0 = if_not_exists(#live0, :zero) + :live, \
                       #last1 = :next1, #live1 = if_not_exists(#live1, :zero) + :live";
    let mut update = Update {
        key: keys::counters(tenant, series.group()),
        expression: if counted.len() == 1 { ONE } else { TWO },
        condition: if number == 1 { "attribute_not_exists(#last0)" } else { "#last0 = :last" }.into(),
        names: [].into(),
        values: [(":zero".to_owned(), n(0)), (":live".to_owned(), n(u8::from(listed)))].into(),
    };
    if number > 1 {
        update.values.insert(":last".into(), n(number - 1));
    }
    for (place, (series, number)) in counted.iter().enumerate() {
        update.names.insert(format!("#last{place}"), series.last());
        update.names.insert(format!("#live{place}"), series.live());
        update.values.insert(format!(":next{place}"), n(number));
    }
    commit.change_or_race(update);
    if !listed {
        put_gaps(commit, tenant, counted);
    }
}

/// Counts the first objects of a series, which are there from the start.
pub(crate) fn take_first(commit: &mut Transaction, tenant: Tenant, series: Series, last: u64) {
    let mut item = keys::counters(tenant, series.group()).attributes();
    item.extend([(series.last(), n(last)), (series.live(), n(last))]);
    commit.create(item);
}

/// Counts all objects of a series from here on, when there is none yet: also those whose numbers are not in use. Where
/// this was not done, objects may have been made or deleted before they were counted.
pub(crate) fn count_all(commit: &mut Transaction, tenant: Tenant, series: Series) {
    let mut item = keys::counters(tenant, series.group()).attributes();
    item.insert(series.complete(), AttributeValue::Bool(true));
    commit.create(item);
}

/// Takes numbers out of use.
pub(crate) fn leave(commit: &mut Transaction, tenant: Tenant, counted: &[Counted]) {
    if add_live(commit, tenant, counted, -1) {
        put_gaps(commit, tenant, counted);
    }
}

/// Takes the number of what is deleted out of use, if it is in use, and counts the deletion: what has a number and is
/// not in use may be there all the same.
pub(crate) fn delete(commit: &mut Transaction, tenant: Tenant, (series, number): Counted, in_use: bool) {
    if number == 0 {
        return;
    }
    let names = [("#live0".to_owned(), series.live()), ("#deleted".to_owned(), series.deleted())];
    commit.change_or_race(Update {
        key: keys::counters(tenant, series.group()),
        expression: "ADD #live0 :by, #deleted :one",
        condition: "attribute_exists(pk)".into(),
        names: names.into(),
        values: [(":by".to_owned(), n(-i8::from(in_use))), (":one".to_owned(), n(1))].into(),
    });
    if in_use {
        put_gaps(commit, tenant, &[(series, number)]);
        unname(commit, tenant, (series, number));
    }
}

/// Takes numbers into use again.
pub(crate) fn come_back(commit: &mut Transaction, tenant: Tenant, counted: &[Counted]) {
    if add_live(commit, tenant, counted, 1) {
        for (series, number) in counted {
            let gap = keys::number_in(keys::gaps(tenant, series.name()), *number);
            commit.remove_if(gap, "attribute_exists(pk)", Item::new());
        }
    }
}

fn add_live(commit: &mut Transaction, tenant: Tenant, counted: &[Counted], by: i8) -> bool {
    let Some((series, _)) = counted.first().filter(|(_, number)| *number > 0) else { return false };
    let names = counted.iter().enumerate().map(|(place, (series, _))| (format!("#live{place}"), series.live()));
    commit.change_or_race(Update {
        key: keys::counters(tenant, series.group()),
        expression: if counted.len() == 1 { "ADD #live0 :by" } else { "ADD #live0 :by, #live1 :by" },
        condition: "attribute_exists(pk)".into(),
        names: names.collect(),
        values: [(":by".to_owned(), n(by))].into(),
    });
    true
}

fn put_gaps(commit: &mut Transaction, tenant: Tenant, counted: &[Counted]) {
    for (series, number) in counted {
        commit.put(keys::number_in(keys::gaps(tenant, series.name()), *number).attributes());
    }
}

/// Puts an object's place in the index of its collection by number.
pub(crate) fn place_in_index(item: &mut Item, number: u64) {
    if number > 0 {
        item.insert("lsi1".into(), s(keys::padded(number)));
    }
}

/// Writes who has a party's number.
pub(crate) fn name_party(commit: &mut Transaction, tenant: Tenant, number: u64, party: PartyKey) {
    if number > 0 {
        let (kind, id) = match party {
            PartyKey::Customer(id) => ("customer", id.to_string()),
            PartyKey::Supplier(id) => ("supplier", id.to_string()),
        };
        let mut item = row(tenant, Series::Party, number).attributes();
        item.extend([("id".to_owned(), s(id)), ("kind".to_owned(), s(kind))]);
        commit.create(item);
    }
}

/// Writes which invoice has a billing's number.
pub(crate) fn name_billing(commit: &mut Transaction, tenant: Tenant, number: u64, id: InvoiceId) {
    if number > 0 {
        let mut item = row(tenant, Series::Billing, number).attributes();
        item.insert("id".into(), s(id.to_string()));
        commit.create(item);
    }
}

/// Removes what [`name_party`] or [`name_billing`] wrote.
pub(crate) fn unname(commit: &mut Transaction, tenant: Tenant, (series, number): Counted) {
    if number > 0 {
        commit.remove_if(row(tenant, series, number), "attribute_exists(pk)", Item::new());
    }
}

pub(crate) fn row(tenant: Tenant, series: Series, number: u64) -> Key {
    keys::number_in(keys::numbers(tenant, series.name()), number)
}

/// What a counter's item says of a series.
pub(crate) fn counter(item: &Item, series: Series) -> Result<Counter, StoreError> {
    let number = |name: String| match item.get(&name) {
        None => Ok(0),
        Some(value) => {
            let number = value.as_n().ok().and_then(|number| number.parse().ok());
            number.ok_or_else(|| StoreError::corrupt("a counter without its number"))
        }
    };
    let deleted = item.contains_key(&series.complete()).then(|| number(series.deleted())).transpose()?;
    Ok(Counter { last: number(series.last())?, live: number(series.live())?, deleted })
}
