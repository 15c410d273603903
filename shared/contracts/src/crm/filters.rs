//! What the lists can be narrowed to by query parameters. An empty value and an unknown parameter
//! are ignored; of a parameter that is there twice, the last one holds.

use std::fmt::Display;
use std::str::FromStr;

use domain::FieldErrors;
use domain::filter::{
    BesideIndexes, CategoryFilter, ClientFilter, ContactFilter, InvoiceFilter, ItemFilter, LeadFilter, Parent,
    ServiceFilter,
};
use domain::text::parse_bool;

use super::invoice_status::Words;
use crate::query::{filled, sent};
use crate::status::StatusWords;
use crate::wire::read_integer;

/// The parameters of a query.
struct Query<'a> {
    pairs: &'a [(String, String)],
    errors: FieldErrors,
}

impl<'a> Query<'a> {
    fn new(pairs: &'a [(String, String)]) -> Self {
        Self { pairs, errors: FieldErrors::new() }
    }

    fn text(&self, name: &str) -> Option<String> {
        filled(self.pairs, name)
    }

    fn read<T, E: Display>(&mut self, name: &str, read: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let value = self.text(name)?;
        self.errors.take(name, read(&value))
    }

    fn parsed<T>(&mut self, name: &str) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        self.read(name, str::parse)
    }

    fn flag(&mut self, name: &str) -> Option<bool> {
        self.read(name, |value| parse_bool(value).ok_or("Must be a valid boolean."))
    }

    fn finish<T>(self, filter: T) -> Result<T, FieldErrors> {
        self.errors.into_result().map(|()| filter)
    }
}

/// Which clients.
#[must_use]
pub fn clients(pairs: &[(String, String)]) -> ClientFilter {
    ClientFilter { name: Query::new(pairs).text("name") }
}

/// Which contacts.
///
/// # Errors
/// Every parameter that is wrong.
pub fn contacts(pairs: &[(String, String)]) -> Result<ContactFilter, FieldErrors> {
    let mut query = Query::new(pairs);
    let filter = ContactFilter {
        client: query.parsed("client"),
        is_primary: query.flag("is_primary"),
        first_name: query.text("first_name"),
    };
    query.finish(filter)
}

/// Which services.
///
/// # Errors
/// The client is no UUID.
pub fn services(pairs: &[(String, String)]) -> Result<ServiceFilter, FieldErrors> {
    let mut query = Query::new(pairs);
    let filter = ServiceFilter { client: query.parsed("client") };
    query.finish(filter)
}

/// Which leads.
///
/// # Errors
/// Every parameter that is wrong.
pub fn leads(pairs: &[(String, String)]) -> Result<LeadFilter, FieldErrors> {
    let mut query = Query::new(pairs);
    let filter = LeadFilter {
        responsible: query.read("responsible", |value| read_integer(value, u64::MAX)),
        stage: query.text("stage"),
        pipeline: query.parsed("pipeline").or(query.parsed("pipeline_id")),
        name: query.text("name"),
    };
    query.finish(filter)
}

/// Which categories; `parent` empty or `null` is the top of the tree.
///
/// # Errors
/// Every parameter that is wrong.
pub fn categories(pairs: &[(String, String)]) -> Result<CategoryFilter, FieldErrors> {
    let mut query = Query::new(pairs);
    let parent = match sent(pairs, "parent").as_deref() {
        Some("" | "null") => Some(Parent::Root),
        Some(_) | None => query.parsed("parent").map(Parent::Under),
    };
    let filter = CategoryFilter { name: query.text("name"), parent };
    query.finish(filter)
}

/// Which catalogue items.
///
/// # Errors
/// Every parameter that is wrong.
pub fn items(pairs: &[(String, String)]) -> Result<ItemFilter, FieldErrors> {
    let mut query = Query::new(pairs);
    let filter = ItemFilter {
        category: query.parsed("category"),
        item_type: query.parsed("type"),
        is_active: query.flag("is_active"),
        sku: query.text("sku"),
    };
    query.finish(filter)
}

/// Which invoices.
///
/// # Errors
/// Every parameter that is wrong.
pub fn invoices(pairs: &[(String, String)]) -> Result<InvoiceFilter, FieldErrors> {
    let mut query = Query::new(pairs);
    let filter = InvoiceFilter {
        client: query.parsed("client"),
        statuses: query.read("status", Words::request).map(|request| request.shown_as),
        currency: query.parsed("currency"),
        invoice_number: query.text("invoice_number"),
        beside: BesideIndexes::default(),
    };
    query.finish(filter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::catalogue::ItemType;
    use domain::invoice::Status;
    use domain::money::Currency;

    const ID: &str = "0190b5a1-7c5e-7000-8000-000000000001";

    fn pairs(query: &[(&str, &str)]) -> Vec<(String, String)> {
        query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_documents_queries_are_read() {
        assert_eq!(clients(&pairs(&[("name", "Acme"), ("page", "x")])).name.as_deref(), Some("Acme"));
        let contact = contacts(&pairs(&[("client", ID), ("is_primary", "true"), ("first_name", "Maria")])).unwrap();
        assert_eq!((contact.client, contact.is_primary), (Some(ID.parse().unwrap()), Some(true)));
        assert_eq!(contact.first_name.as_deref(), Some("Maria"));
        assert_eq!(services(&pairs(&[("client", ID)])).unwrap().client, Some(ID.parse().unwrap()));
        let item = pairs(&[("category", ID), ("type", "service"), ("is_active", "False"), ("sku", "WEB-DEV-001")]);
        let item = items(&item).unwrap();
        assert_eq!((item.category, item.item_type), (Some(ID.parse().unwrap()), Some(ItemType::Service)));
        assert_eq!((item.is_active, item.sku.as_deref()), (Some(false), Some("WEB-DEV-001")));
        let invoice =
            pairs(&[("client", ID), ("status", "sent"), ("currency", "USD"), ("invoice_number", "INV-20260226-A3F1")]);
        let invoice = invoices(&invoice).unwrap();
        assert_eq!((invoice.client, invoice.currency), (Some(ID.parse().unwrap()), Some(Currency::USD)));
        let shown_as_sent = [Status::Sent, Status::Viewed, Status::Pending, Status::PartiallyPaid];
        assert_eq!(invoice.statuses, Some(&shown_as_sent[..]));
        assert_eq!(invoice.invoice_number.as_deref(), Some("INV-20260226-A3F1"));
    }

    #[test]
    fn leads_are_found_by_the_user_the_stage_the_pipeline_and_a_part_of_the_name() {
        let query = pairs(&[("responsible", "2"), ("stage", "Prospecting"), ("pipeline", ID), ("name", "stu")]);
        let LeadFilter { responsible, stage, pipeline, name } = leads(&query).unwrap();
        assert_eq!((responsible, pipeline), (Some(2), Some(ID.parse().unwrap())));
        assert_eq!((stage.as_deref(), name.as_deref()), (Some("Prospecting"), Some("stu")));
        assert_eq!(leads(&pairs(&[("pipeline_id", ID)])).unwrap().pipeline, pipeline);
        assert!(leads(&pairs(&[("pipeline_id", "1")])).is_err());
        let wrong = leads(&pairs(&[("responsible", "x"), ("pipeline", "1")])).unwrap_err();
        assert_eq!(wrong.to_string(), "responsible: A valid integer is required.; pipeline: Must be a valid UUID.");
    }

    #[test]
    fn every_wrong_parameter_is_named_under_its_name() {
        let wrong = |errors: FieldErrors| errors.iter().map(|(field, _)| field.to_owned()).collect::<Vec<_>>();
        assert_eq!(
            wrong(contacts(&pairs(&[("client", "x"), ("is_primary", "maybe")])).unwrap_err()),
            ["client", "is_primary"]
        );
        assert_eq!(wrong(services(&pairs(&[("client", "1")])).unwrap_err()), ["client"]);
        let item = items(&pairs(&[("category", "1"), ("type", "thing"), ("is_active", "2")])).unwrap_err();
        assert_eq!(wrong(item), ["category", "type", "is_active"]);
        let invoice = invoices(&pairs(&[("status", "viewed"), ("currency", "usd")])).unwrap_err();
        assert_eq!(invoice.iter().next(), Some(("status", &["\"viewed\" is not a valid choice.".to_owned()][..])));
        assert_eq!(wrong(invoice), ["status", "currency"]);
    }

    #[test]
    fn an_empty_parameter_is_ignored_but_for_the_parent() {
        assert_eq!(contacts(&pairs(&[("client", ""), ("is_primary", "")])), Ok(ContactFilter::default()));
        let parent = |value: &str| categories(&pairs(&[("parent", value)])).map(|filter| filter.parent);
        assert_eq!((parent(""), parent("null")), (Ok(Some(Parent::Root)), Ok(Some(Parent::Root))));
        assert_eq!(parent(ID), Ok(Some(Parent::Under(ID.parse().unwrap()))));
        assert!(parent("x").is_err());
        assert_eq!(categories(&[]), Ok(CategoryFilter::default()));
    }

    #[test]
    fn the_last_of_two_parameters_holds() {
        assert_eq!(clients(&pairs(&[("name", "a"), ("name", "b")])).name.as_deref(), Some("b"));
    }
}
