//! What the list can be narrowed to. An empty value and an unknown parameter are ignored; of a parameter that is there
//! twice, the last one holds.

use std::fmt::Display;

use domain::FieldErrors;
use domain::filter::{BesideIndexes, InvoiceFilter, OverdueOn};
use domain::text::parse_bool;
use jiff::civil::Date;

use super::status::Words;
use crate::query::filled;
use crate::status::StatusWords;
use crate::wire::read_date;

/// Which invoices; `today` is the date in UTC.
///
/// # Errors
/// Every parameter that is wrong.
pub fn invoices(pairs: &[(String, String)], today: Date) -> Result<InvoiceFilter, FieldErrors> {
    let mut errors = FieldErrors::new();
    let client = read(pairs, "client_id", &mut errors, str::parse);
    let request = read(pairs, "status", &mut errors, Words::request);
    let overdue = read(pairs, "overdue", &mut errors, flag);
    let beside = BesideIndexes {
        search: filled(pairs, "search"),
        issued_from: read(pairs, "from_date", &mut errors, read_date),
        issued_to: read(pairs, "to_date", &mut errors, read_date),
        overdue: overdue.map(|is| OverdueOn { is, today }),
        ..BesideIndexes::default()
    };
    errors.into_result()?;
    let statuses = request.map(|request| request.shown_as);
    Ok(InvoiceFilter { client, statuses, beside, ..InvoiceFilter::default() })
}

fn read<T, E: Display>(
    pairs: &[(String, String)],
    name: &str,
    errors: &mut FieldErrors,
    read: impl FnOnce(&str) -> Result<T, E>,
) -> Option<T> {
    filled(pairs, name).and_then(|value| errors.take(name, read(&value)))
}

fn flag(value: &str) -> Result<bool, &'static str> {
    parse_bool(value).ok_or("Must be a valid boolean.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::invoice::Status;
    use jiff::civil::date;

    fn read_query(query: &[(&str, &str)]) -> Result<InvoiceFilter, FieldErrors> {
        let pairs: Vec<_> = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        invoices(&pairs, date(2026, 3, 1))
    }

    #[test]
    fn each_parameter_narrows_and_empty_and_unknown_ones_are_ignored() {
        let id = "0190b5a1-7c5e-7000-8000-000000000001";
        let filter = read_query(&[
            ("search", "x"),
            ("search", " web "),
            ("from_date", "2026-01-01"),
            ("to_date", "2026-12-31"),
            ("overdue", "False"),
            ("status", "sent"),
            ("client_id", id),
        ]);
        let beside = BesideIndexes {
            search: Some("web".into()),
            issued_from: Some(date(2026, 1, 1)),
            issued_to: Some(date(2026, 12, 31)),
            overdue: Some(OverdueOn { is: false, today: date(2026, 3, 1) }),
            ..BesideIndexes::default()
        };
        let statuses = Some(&[Status::Sent, Status::Pending][..]);
        let client = Some(id.parse().unwrap());
        assert_eq!(filter, Ok(InvoiceFilter { client, statuses, beside, ..InvoiceFilter::default() }));
        assert_eq!(read_query(&[("status", ""), ("overdue", " "), ("x", "y")]), Ok(InvoiceFilter::default()));
    }

    #[test]
    fn every_wrong_parameter_is_named() {
        let wrong = ["client_id", "status", "overdue", "from_date", "to_date"];
        let refused = read_query(&wrong.map(|name| (name, "maybe"))).unwrap_err();
        assert_eq!(refused.iter().map(|(field, _)| field).collect::<Vec<_>>(), wrong);
    }
}
