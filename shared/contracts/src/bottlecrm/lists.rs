//! Lists of invoices: what they can be narrowed to, and how they are answered.

use domain::FieldErrors;
use domain::filter::{BesideIndexes, InvoiceFilter};
use domain::id::UserId;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use utoipa::ToSchema;

use super::invoices::InvoiceRowJson;
use super::status::Words;
use crate::query;
use crate::status::StatusWords;

/// The path of the list, as the document writes it.
const PATH: &str = "/api/invoices/";
/// The largest number of rows, and the one that is meant when the client does not say.
const LIMITS: (usize, usize) = (100, 10);
/// The parameters that narrow a list, in the document's order.
const FILTERS: [&str; 3] = ["status", "name", "assigned_to"];

/// What stands in a query as it is (RFC 3986, unreserved).
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Which invoices are asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct InvoiceQuery {
    /// Which invoices, but for the customer's name.
    pub filter: InvoiceFilter,
    /// A part of the customer's name.
    pub name: Option<String>,
    /// How many of them.
    pub limit: usize,
    /// How many newer ones are left out.
    pub offset: u64,
    /// What narrows the list, as it was sent.
    narrowed: Vec<(&'static str, String)>,
}

impl InvoiceQuery {
    /// Reads a query. Unknown and empty parameters are ignored; of a parameter that is there twice, the last one holds.
    ///
    /// # Errors
    /// Every parameter that is wrong.
    pub fn read(pairs: &[(String, String)]) -> Result<Self, FieldErrors> {
        let filled = |name: &str| query::filled(pairs, name);
        let sent = |name: &str| query::sent(pairs, name);
        let mut errors = FieldErrors::new();
        let status = filled("status").and_then(|word| errors.take("status", Words::request(&word)));
        let assigned_to = filled("assigned_to").and_then(|id| errors.take("assigned_to", id.parse::<UserId>()));
        let limit = sent("limit").map_or(Some(LIMITS.1 as u64), |text| errors.take("limit", whole(&text, 1)));
        let offset = sent("offset").map_or(Some(0), |text| errors.take("offset", whole(&text, 0)));
        let (Some(limit), Some(offset), true) = (limit, offset, errors.is_empty()) else { return Err(errors) };
        let limit = usize::try_from(limit).map_or(LIMITS.0, |limit| limit.min(LIMITS.0));
        let beside = BesideIndexes { assigned_to, ..BesideIndexes::default() };
        let statuses = status.map(|request| request.shown_as);
        let filter = InvoiceFilter { statuses, beside, ..InvoiceFilter::default() };
        let narrowed = FILTERS.into_iter().filter_map(|name| Some((name, filled(name)?))).collect();
        Ok(Self { filter, name: filled("name"), limit, offset, narrowed })
    }

    /// The path of another page of the same list.
    fn page(&self, offset: u64) -> String {
        let narrowed =
            self.narrowed.iter().map(|(name, value)| format!("&{name}={}", utf8_percent_encode(value, QUERY)));
        format!("{PATH}?limit={}&offset={offset}{}", self.limit, narrowed.collect::<String>())
    }
}

fn whole(text: &str, least: u64) -> Result<u64, String> {
    let number = if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None };
    number
        .filter(|number| (least..=i64::MAX.cast_unsigned()).contains(number))
        .ok_or_else(|| format!("Must be a whole number of at least {least}."))
}

/// A page of invoices, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = InvoicePage)]
pub struct InvoicePageJson {
    /// How many invoices there are that match, on this page or not.
    pub count: u64,
    /// The path of the page with older ones, if there are any.
    pub next: Option<String>,
    /// The path of the page with newer ones, if there are any.
    pub previous: Option<String>,
    /// The invoices.
    pub results: Vec<InvoiceRowJson>,
}

impl InvoicePageJson {
    /// The answer to a query.
    #[must_use]
    pub fn new(query: &InvoiceQuery, results: Vec<InvoiceRowJson>, count: u64) -> Self {
        let limit = query.limit as u64;
        let after = query.offset.saturating_add(limit);
        Self {
            count,
            next: (after < count).then(|| query.page(after)),
            previous: (query.offset > 0).then(|| query.page(query.offset.saturating_sub(limit))),
            results,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::invoice::Status;

    fn read(query: &[(&str, &str)]) -> Result<InvoiceQuery, FieldErrors> {
        let pairs: Vec<_> = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        InvoiceQuery::read(&pairs)
    }

    #[test]
    fn ten_are_shown_and_a_hundred_at_most() {
        let limit = |text| read(&[("limit", text)]).map(|query| query.limit);
        assert_eq!(read(&[]).map(|query| (query.limit, query.offset)), Ok((10, 0)));
        assert_eq!((limit("1"), limit("100"), limit("101"), limit("999999999999")), (Ok(1), Ok(100), Ok(100), Ok(100)));
        for wrong in ["0", "-1", "1.5", "", "ten", "99999999999999999999"] {
            assert!(limit(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_wrong_parameter_is_named_and_empty_filters_are_ignored() {
        let query = [("status", "draft"), ("assigned_to", "x"), ("limit", "x"), ("offset", "-1"), ("page", "x")];
        let errors = read(&query).unwrap_err();
        let names: Vec<_> = errors.iter().map(|(field, _)| field).collect();
        assert_eq!(names, ["status", "assigned_to", "limit", "offset"]);
        let query = read(&[("status", ""), ("name", ""), ("assigned_to", "")]).unwrap();
        assert_eq!((query.filter, query.name), (InvoiceFilter::default(), None));
    }

    #[test]
    fn next_and_previous_keep_what_narrows_the_list() {
        let query = read(&[("status", "Pending"), ("name", "a & b"), ("limit", "5"), ("offset", "7")]).unwrap();
        assert_eq!(query.filter.statuses, Some(&[Status::Pending, Status::PartiallyPaid, Status::Overdue][..]));
        let page = InvoicePageJson::new(&query, vec![], 13);
        let path = |offset| Some(format!("/api/invoices/?limit=5&offset={offset}&status=Pending&name=a%20%26%20b"));
        assert_eq!((page.next, page.previous), (path(12), path(2)));
        let page = InvoicePageJson::new(&read(&[("limit", "5")]).unwrap(), vec![], 25);
        assert_eq!((page.next.as_deref(), page.previous), (Some("/api/invoices/?limit=5&offset=5"), None));
        let last = InvoicePageJson::new(&read(&[("offset", "3")]).unwrap(), vec![], 13);
        assert_eq!((last.next, last.previous.as_deref()), (None, Some("/api/invoices/?limit=10&offset=0")));
    }
}
