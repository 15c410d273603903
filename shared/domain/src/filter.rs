//! What a list can be narrowed to. An empty filter lets everything through.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::catalogue::{CatalogueItem, Category, ItemType};
use crate::client::Client;
use crate::contact::Contact;
use crate::id::{CategoryId, ClientId, PipelineId, UserId};
use crate::invoice::{Header, Status};
use crate::lead::Lead;
use crate::money::Currency;
use crate::pipeline::Pipeline;
use crate::service::Service;
use crate::text::{folded, unique_key};

/// Which clients.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientFilter {
    /// A part of the name, in any case.
    pub name: Option<String>,
}

/// Which contacts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContactFilter {
    /// Those of this client.
    pub client: Option<ClientId>,
    /// The primary ones, or the others.
    pub is_primary: Option<bool>,
    /// Those with exactly this first name.
    pub first_name: Option<String>,
}

/// Which services.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServiceFilter {
    /// Those of this client.
    pub client: Option<ClientId>,
}

/// Which leads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeadFilter {
    /// Those that this user looks after.
    pub responsible: Option<u64>,
    /// Those in exactly this stage.
    pub stage: Option<String>,
    /// Those of this pipeline.
    pub pipeline: Option<PipelineId>,
    /// A part of the name, in any case.
    pub name: Option<String>,
}

/// Which categories.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CategoryFilter {
    /// A part of the name, in any case.
    pub name: Option<String>,
    /// Those at this place of the tree.
    pub parent: Option<Parent>,
}

/// A place in the tree of categories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parent {
    /// At the top.
    Root,
    /// Right under this category.
    Under(CategoryId),
}

/// Which catalogue items.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemFilter {
    /// Those of this category.
    pub category: Option<CategoryId>,
    /// Those of this kind.
    pub item_type: Option<ItemType>,
    /// Those that are for sale, or the others.
    pub is_active: Option<bool>,
    /// The one with exactly this stock-keeping unit.
    pub sku: Option<String>,
}

/// Which invoices.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InvoiceFilter {
    /// Those of this client.
    pub client: Option<ClientId>,
    /// Those in one of these statuses.
    pub statuses: Option<&'static [Status]>,
    /// Those in this currency.
    pub currency: Option<Currency>,
    /// The one with exactly this number.
    pub invoice_number: Option<String>,
    /// What no index knows of.
    pub beside: BesideIndexes,
}

/// What narrows a list of invoices beside its indexes: every row that they find is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BesideIndexes {
    /// A part of the number or the title, in any case.
    pub search: Option<String>,
    /// Those issued on this date or later.
    pub issued_from: Option<Date>,
    /// Those issued on this date or earlier.
    pub issued_to: Option<Date>,
    /// Those that are overdue today, or the others.
    pub overdue: Option<OverdueOn>,
    /// Those whose customer is named so.
    pub customer: Option<CustomerNamed>,
    /// Those that this member takes care of.
    pub assigned_to: Option<UserId>,
}

/// A customer's name: an invoice's own, else its client's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerNamed {
    /// A part of the name, in any case.
    pub part: String,
    /// The clients whose names have it.
    pub clients: BTreeSet<ClientId>,
}

/// Whether invoices are to be overdue, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverdueOn {
    /// Those that are, or the others.
    pub is: bool,
    /// Today in UTC.
    pub today: Date,
}

fn is_part_of(part: Option<&String>, whole: &str) -> bool {
    part.is_none_or(|part| folded(whole).contains(&folded(part)))
}

fn is<T: PartialEq>(wanted: Option<&T>, value: &T) -> bool {
    wanted.is_none_or(|wanted| wanted == value)
}

impl ClientFilter {
    /// Whether a client passes.
    #[must_use]
    pub fn matches(&self, client: &Client) -> bool {
        let Self { name } = self;
        is_part_of(name.as_ref(), client.name.as_str())
    }
}

impl ContactFilter {
    /// Whether a contact passes.
    #[must_use]
    pub fn matches(&self, contact: &Contact) -> bool {
        let Self { client, is_primary, first_name } = self;
        is(client.as_ref(), &contact.client)
            && is(is_primary.as_ref(), &contact.is_primary)
            && first_name.as_ref().is_none_or(|name| name == contact.first_name.as_str())
    }
}

impl ServiceFilter {
    /// Whether a service passes.
    #[must_use]
    pub fn matches(&self, service: &Service) -> bool {
        let Self { client } = self;
        client.is_none_or(|client| service.client == Some(client))
    }
}

impl LeadFilter {
    /// Whether a lead passes, whose pipeline is this one.
    #[must_use]
    pub fn matches(&self, lead: &Lead, lead_is_in: Option<&Pipeline>) -> bool {
        let Self { responsible, stage, pipeline, name } = self;
        let stage_name = || lead.stage_in(lead_is_in).map_or(lead.stage.as_str(), |(_, name)| name);
        responsible.is_none_or(|responsible| lead.responsible == Some(responsible))
            && stage.as_ref().is_none_or(|stage| stage == stage_name())
            && pipeline.is_none_or(|pipeline| lead.pipeline == Some(pipeline))
            && is_part_of(name.as_ref(), lead.name.as_str())
    }
}

impl CategoryFilter {
    /// Whether a category passes.
    #[must_use]
    pub fn matches(&self, category: &Category) -> bool {
        let Self { name, parent } = self;
        let parent_matches = match parent {
            None => true,
            Some(Parent::Root) => category.parent.is_none(),
            Some(Parent::Under(parent)) => category.parent == Some(*parent),
        };
        parent_matches && is_part_of(name.as_ref(), category.name.as_str())
    }
}

impl ItemFilter {
    /// Whether an item passes.
    #[must_use]
    pub fn matches(&self, item: &CatalogueItem) -> bool {
        let Self { category, item_type, is_active, sku } = self;
        category.is_none_or(|category| item.category == Some(category))
            && is(item_type.as_ref(), &item.item_type)
            && is(is_active.as_ref(), &item.is_active)
            && sku
                .as_ref()
                .is_none_or(|sku| item.sku.as_ref().is_some_and(|own| unique_key(own.as_str()) == unique_key(sku)))
    }
}

impl InvoiceFilter {
    /// Whether an invoice passes.
    #[must_use]
    pub fn matches(&self, invoice: &Header) -> bool {
        let Self { client, statuses, currency, invoice_number, beside } = self;
        client.is_none_or(|client| invoice.details.client == Some(client))
            && statuses.is_none_or(|statuses| statuses.contains(&invoice.status))
            && is(currency.as_ref(), &invoice.currency)
            && invoice_number.as_ref().is_none_or(|number| unique_key(number) == unique_key(invoice.number.as_str()))
            && beside.matches(invoice)
    }
}

impl BesideIndexes {
    /// Whether it lets everything through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn matches(&self, invoice: &Header) -> bool {
        let Self { search, issued_from, issued_to, overdue, customer, assigned_to } = self;
        let found = is_part_of(search.as_ref(), invoice.number.as_str())
            || is_part_of(search.as_ref(), invoice.details.title.as_str());
        found
            && issued_from.is_none_or(|from| invoice.issue_date >= from)
            && issued_to.is_none_or(|to| invoice.issue_date <= to)
            && overdue.is_none_or(|wanted| invoice.is_overdue(wanted.today) == wanted.is)
            && customer.as_ref().is_none_or(|customer| customer.matches(invoice))
            && assigned_to.is_none_or(|member| invoice.details.assigned_to.contains(&member))
    }
}

impl CustomerNamed {
    fn matches(&self, invoice: &Header) -> bool {
        let Self { part, clients } = self;
        match invoice.details.customer_name() {
            Some(name) => is_part_of(Some(part), name),
            None => invoice.details.client.is_some_and(|client| clients.contains(&client)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attributes::Attributes;
    use crate::record::Meta;
    use crate::text::{LongText, Name};
    use jiff::Timestamp;
    use uuid::Uuid;

    fn category(name: &str, parent: Option<u128>) -> Category {
        Category {
            id: CategoryId::new(Uuid::from_u128(1)),
            name: Name::parse(name).unwrap(),
            description: LongText::default(),
            parent: parent.map(|n| CategoryId::new(Uuid::from_u128(n))),
            number: 0,
            attributes: Attributes::default(),
            meta: Meta {
                created_at: Timestamp::UNIX_EPOCH,
                created_by: None,
                updated_at: Timestamp::UNIX_EPOCH,
                version: 1,
            },
        }
    }

    #[test]
    fn a_name_matches_a_part_in_any_case() {
        let filter = |name: &str| CategoryFilter { name: Some(name.into()), parent: None };
        assert!(filter("soft").matches(&category("SOFTWARE", None)));
        assert!(filter("ÄR").matches(&category("Gärten", None)));
        assert!(filter("A\u{308}R").matches(&category("Gärten", None)));
        assert!(filter("ａｒ").matches(&category("Gar\u{200d}ten", None)));
        assert!(!filter("hard").matches(&category("Software", None)));
    }

    #[test]
    fn a_place_in_the_tree_is_the_top_or_right_under_a_category() {
        let filter = |parent| CategoryFilter { name: None, parent: Some(parent) };
        let under = |n| Parent::Under(CategoryId::new(Uuid::from_u128(n)));
        assert!(filter(Parent::Root).matches(&category("a", None)));
        assert!(!filter(Parent::Root).matches(&category("a", Some(7))));
        assert!(filter(under(7)).matches(&category("a", Some(7))));
        assert!(!filter(under(7)).matches(&category("a", None)));
        assert!(CategoryFilter::default().matches(&category("a", Some(7))));
    }
}
