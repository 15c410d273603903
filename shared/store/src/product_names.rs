//! Names of catalogue items: how many items have each, so that one can be demanded to be unique against
//! all of them.

use domain::Tenant;
use domain::catalogue::CatalogueItem;

use crate::error::Unique;
use crate::keys::{self, Key};
use crate::table::{Update, n};
use crate::transaction::Transaction;

/// Whether a product's name may be another one's too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameRule {
    /// It may.
    Shared,
    /// It may not: [`StoreError::Taken`](crate::StoreError::Taken).
    Unique,
}

/// Counts the items of a name.
pub(crate) fn take_name(commit: &mut Transaction, tenant: Tenant, item: &CatalogueItem, rule: NameRule) {
    let update = name_update(tenant, item, 1);
    match rule {
        NameRule::Shared => commit.change(update),
        NameRule::Unique => {
            let condition = "attribute_not_exists(holders) OR holders <= :none".into();
            let mut update = Update { condition, ..update };
            update.values.insert(":none".into(), n(0));
            commit.change_or_taken(update, Unique::ProductName)
        }
    };
}

/// What the items of a name are counted under.
pub(crate) fn name_key(tenant: Tenant, item: &CatalogueItem) -> Key {
    keys::unique_in(tenant, "PRODUCT-NAME", item.name.as_str())
}

fn name_update(tenant: Tenant, item: &CatalogueItem, by: i8) -> Update {
    Update {
        key: name_key(tenant, item),
        expression: "ADD holders :by",
        condition: String::new(),
        names: [].into(),
        values: [(":by".to_owned(), n(by))].into(),
    }
}

/// Counts one item of its name less.
pub(crate) fn give_up_name(commit: &mut Transaction, tenant: Tenant, item: &CatalogueItem) {
    commit.change(name_update(tenant, item, -1));
}
