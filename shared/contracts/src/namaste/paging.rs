//! Pages of ten: `{count, next, previous, results}`.

use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Array, ObjectBuilder, Ref, Schema, SchemaFormat, SchemaType, Type};

use crate::openapi::{Schemas, one};
use crate::query::sent;
use crate::{Problem, Rendered};

/// How many rows a page has.
pub const PAGE: u64 = 10;

/// A page of a list that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageQuery {
    /// Counted from 1.
    pub number: u64,
}

impl PageQuery {
    /// Reads the parameter `page`; the first page, if it is left out.
    ///
    /// # Errors
    /// What is no number from 1 on is no page.
    pub fn read(pairs: &[(String, String)]) -> Result<Self, Problem> {
        let Some(sent) = sent(pairs, "page") else { return Ok(Self { number: 1 }) };
        let digits = sent.bytes().all(|byte| byte.is_ascii_digit());
        let number = if digits { sent.parse().ok() } else { None };
        number.filter(|number| *number > 0).map(|number| Self { number }).ok_or_else(invalid_page)
    }
}

/// What is told of a page that is not there.
#[must_use]
pub fn invalid_page() -> Problem {
    Problem::Worded(Rendered::new(404, json!({"detail": "Invalid page."})).into())
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PageJson<T> {
    /// How many rows the list has.
    pub count: u64,
    /// Where the next page is.
    pub next: Option<String>,
    /// Where the page before is.
    pub previous: Option<String>,
    /// The rows of this page.
    pub results: Vec<T>,
}

impl<T> PageJson<T> {
    /// The page of a list at an absolute URL, whose further parameter is `filter`.
    ///
    /// # Errors
    /// The list ends before this page. The first page is there in any case.
    pub fn new(
        query: &PageQuery,
        url: &str,
        filter: Option<(&str, &str)>,
        count: u64,
        results: Vec<T>,
    ) -> Result<Self, Problem> {
        let PageQuery { number } = *query;
        if number > count.div_ceil(PAGE).max(1) {
            return Err(invalid_page());
        }
        let link = |page: u64| {
            let filter = filter.map(|(name, value)| format!("{name}={value}"));
            let page = (page > 1).then(|| format!("page={page}"));
            let parameters: Vec<String> = filter.into_iter().chain(page).collect();
            if parameters.is_empty() { url.to_owned() } else { format!("{url}?{}", parameters.join("&")) }
        };
        let next = (number.saturating_mul(PAGE) < count).then(|| link(number + 1));
        let previous = (number > 1).then(|| link(number - 1));
        Ok(Self { count, next, previous, results })
    }
}

/// The schema of a page of such rows.
pub(super) fn page_of<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    let row = one::<T>(schemas);
    let url = |about: &str| {
        ObjectBuilder::new()
            .schema_type([Type::String, Type::Null].into_iter().collect::<SchemaType>())
            .format(Some(SchemaFormat::Custom("uri".to_owned())))
            .description(Some(about))
    };
    let count = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(0_u32))
        .description(Some("How many rows the list has."));
    let page = ObjectBuilder::new()
        .property("count", count)
        .property("next", url("Where the next page is."))
        .property("previous", url("Where the page before is."))
        .property("results", Array::new(row))
        .required("count")
        .required("next")
        .required("previous")
        .required("results")
        .build();
    let name = format!("{}Page", T::name());
    schemas.insert(name.clone(), page.into());
    Ref::from_schema_name(name).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "http://localhost:8000/api/products/";

    fn query(page: &str) -> Result<u64, Problem> {
        PageQuery::read(&[("page".to_owned(), page.to_owned())]).map(|query| query.number)
    }

    fn links(number: u64, count: u64, filter: Option<(&str, &str)>) -> (Option<String>, Option<String>) {
        let page = PageJson::<u64>::new(&PageQuery { number }, URL, filter, count, vec![]).unwrap();
        (page.next, page.previous)
    }

    #[test]
    fn a_page_is_a_number_from_one_on() {
        assert_eq!(PageQuery::read(&[]), Ok(PageQuery { number: 1 }));
        assert_eq!((query("1"), query("17")), (Ok(1), Ok(17)));
        for wrong in ["", "0", "-1", "+1", "1.0", "last", "x", "99999999999999999999"] {
            assert_eq!(query(wrong), Err(invalid_page()), "{wrong}");
        }
    }

    #[test]
    fn a_page_past_the_end_is_not_there_but_an_empty_first_one_is() {
        let page = |number, count| PageJson::<u64>::new(&PageQuery { number }, URL, None, count, vec![]);
        for (number, count, is_there) in
            [(1, 0, true), (2, 0, false), (1, 10, true), (2, 10, false), (2, 11, true), (u64::MAX, 25, false)]
        {
            assert_eq!(page(number, count).is_ok(), is_there, "{number} of {count}");
        }
    }

    #[test]
    fn links_lead_to_the_neighbours_and_keep_the_filter() {
        let url = |rest: &str| Some(format!("{URL}{rest}"));
        assert_eq!(links(1, 25, None), (url("?page=2"), None));
        assert_eq!(links(2, 25, None), (url("?page=3"), url("")));
        assert_eq!(links(3, 25, None), (None, url("?page=2")));
        assert_eq!(links(1, 10, None), (None, None));
        let filter = Some(("category_type", "Customer"));
        let expected = (url("?category_type=Customer&page=3"), url("?category_type=Customer"));
        assert_eq!(links(2, 25, filter), expected);
    }
}
