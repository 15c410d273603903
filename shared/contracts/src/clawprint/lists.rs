//! Lists of invoices: what they can be narrowed to, and how they are answered.

use domain::filter::InvoiceFilter;
use domain::id::OrganisationId;
use domain::{Error, FieldErrors};
use serde::Serialize;
use utoipa::ToSchema;

use super::ids::BusinessKey;
use super::invoices::{InvoiceJson, check_business};
use super::status::{WORDS, Words};
use crate::query::{filled, sent};
use crate::status::StatusWords;
use crate::wire::Field;

/// The largest number of rows, and the one that is meant when the client does not say.
const LIMITS: (usize, usize) = (100, 50);

/// Which invoices are asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct InvoiceQuery {
    /// Which invoices.
    pub filter: InvoiceFilter,
    /// How many of them.
    pub limit: usize,
    /// The word for their status.
    status: Option<&'static str>,
}

impl InvoiceQuery {
    /// Reads a query. Unknown parameters and an empty status are ignored; of a parameter that is there twice, the last
    /// one holds.
    ///
    /// # Errors
    /// Every parameter that is missing or wrong, or another business than the credential's own.
    pub fn read(pairs: &[(String, String)], business: OrganisationId) -> Result<Self, Error> {
        let mut errors = FieldErrors::new();
        let business_id = sent(pairs, "business_id").map_or(Field::Absent, Field::Value);
        check_business(&mut errors, business_id, BusinessKey(business))?;
        let word = filled(pairs, "status");
        let request = word.as_deref().and_then(|word| errors.take("status", Words::request(word)));
        let limit = errors.take("limit", sent(pairs, "limit").map_or(Ok(LIMITS.1), |text| read_limit(&text)));
        errors.into_result()?;
        let filter = InvoiceFilter { statuses: request.map(|request| request.shown_as), ..InvoiceFilter::default() };
        let status = WORDS.into_iter().find(|known| word.as_deref() == Some(known));
        Ok(Self { filter, limit: limit.unwrap_or(LIMITS.1), status })
    }
}

fn read_limit(text: &str) -> Result<usize, String> {
    let number = if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None };
    number
        .filter(|limit| (1..=LIMITS.0).contains(limit))
        .ok_or_else(|| format!("Must be a whole number from 1 to {}.", LIMITS.0))
}

/// A list of invoices, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = InvoiceList)]
pub struct InvoiceListJson {
    /// The newest ones, without their line items.
    pub invoices: Vec<InvoiceJson>,
    /// How many invoices there are with this status, in the list or not.
    pub count: u64,
    /// The business.
    pub business_id: BusinessKey,
    /// What was asked for.
    pub filter: FilterJson,
}

/// What a list was narrowed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Filter)]
pub struct FilterJson {
    /// The status, if one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub status: Option<&'static str>,
    /// How many invoices the list has at most.
    pub limit: usize,
}

impl InvoiceListJson {
    /// The answer to a query.
    #[must_use]
    pub fn new(query: &InvoiceQuery, business: OrganisationId, invoices: Vec<InvoiceJson>, count: u64) -> Self {
        let InvoiceQuery { filter: _, limit, status } = query;
        let filter = FilterJson { status: *status, limit: *limit };
        Self { invoices, count, business_id: BusinessKey(business), filter }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::REQUIRED;
    use domain::invoice::Status;
    use serde_json::json;
    use uuid::Uuid;

    fn read(query: &[(&str, &str)]) -> Result<InvoiceQuery, Error> {
        let pairs: Vec<_> = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        InvoiceQuery::read(&pairs, OrganisationId::new(Uuid::nil()))
    }

    fn own() -> String {
        format!("biz_{}", "0".repeat(32))
    }

    #[test]
    fn the_documents_query_is_read_and_shown_again() {
        let query = read(&[("business_id", &own()), ("status", "sent"), ("limit", "20"), ("page", "x")]).unwrap();
        assert_eq!(query.filter.statuses, Some(&[Status::Sent, Status::Pending, Status::PartiallyPaid][..]));
        let list = InvoiceListJson::new(&query, OrganisationId::new(Uuid::nil()), vec![], 3);
        let filter = json!({"status": "sent", "limit": 20});
        let expected = json!({"invoices": [], "count": 3, "business_id": own(), "filter": filter});
        assert_eq!(serde_json::to_value(list).unwrap(), expected);
    }

    #[test]
    fn the_business_alone_is_needed_and_fifty_are_shown() {
        for query in [&[("business_id", &*own())][..], &[("business_id", &*own()), ("status", "")]] {
            let query = read(query).unwrap();
            assert_eq!((query.limit, query.filter.clone()), (50, InvoiceFilter::default()));
            let list = InvoiceListJson::new(&query, OrganisationId::new(Uuid::nil()), vec![], 0);
            assert_eq!(serde_json::to_value(list).unwrap()["filter"], json!({"limit": 50}));
        }
        for query in [&[][..], &[("business_id", "")]] {
            assert_eq!(read(query), Err(Error::field("business_id", REQUIRED)));
        }
    }

    #[test]
    fn another_business_is_not_found() {
        let other = format!("biz_{}1", "0".repeat(31));
        for id in [&*other, "biz_abc123", "x", "00000000-0000-0000-0000-000000000000"] {
            assert_eq!(read(&[("business_id", id), ("limit", "0")]), Err(Error::NotFound), "{id}");
        }
    }

    #[test]
    fn every_wrong_parameter_is_named() {
        let Err(Error::Invalid(errors)) = read(&[("limit", "101"), ("status", "void")]) else { panic!("it is taken") };
        assert_eq!(errors.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["business_id", "status", "limit"]);
        for (limit, is_good) in [("1", true), ("100", true), ("0", false), ("-1", false), ("1.5", false), ("", false)] {
            assert_eq!(read(&[("business_id", &own()), ("limit", limit)]).is_ok(), is_good, "{limit}");
        }
    }
}
