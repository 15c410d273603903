//! What every organisation starts with: a category, four payment methods, and the count of its invoices.

use domain::attributes::Attributes;
use domain::catalogue::Category;
use domain::id::CategoryId;
use domain::organisation::Organisation;
use domain::payment_method::{FIRST_METHODS, PaymentMethod, PaymentMethodName};
use domain::record::Meta;
use domain::text::{LongText, Name};
use domain::{Author, Tenant};

use crate::catalogue::put_new_category;
use crate::codec::encode;
use crate::error::StoreError;
use crate::numbers::{self, Series};
use crate::payment_methods;
use crate::transaction::Transaction;

/// The name of the first category.
const FIRST_CATEGORY: &str = "General";

/// Puts them into the transaction of a new organisation, whose owner counts as their author.
pub(crate) fn put_starting_rows(
    commit: &mut Transaction,
    organisation: &Organisation,
    owner: Author,
) -> Result<(), StoreError> {
    let tenant = Tenant::trusted(organisation.id);
    let at = organisation.created_at;
    let meta = Meta { created_at: at, created_by: Some(owner), updated_at: at, version: 1 };
    let general = Category {
        // No other category can have the organisation's own id.
        id: CategoryId::new(organisation.id.uuid()),
        name: Name::parse(FIRST_CATEGORY).map_err(StoreError::corrupt)?,
        description: LongText::default(),
        parent: None,
        number: 1,
        attributes: Attributes::default(),
        meta: meta.clone(),
    };
    put_new_category(commit, tenant, &general)?;
    let mut last = 0;
    for name in FIRST_METHODS {
        last += 1;
        let name = PaymentMethodName::parse(name).map_err(StoreError::corrupt)?;
        let method = PaymentMethod { number: last, name, meta: meta.clone() };
        commit.create(encode(&method, &payment_methods::key(tenant, last))?);
    }
    numbers::take_first(commit, tenant, Series::PaymentMethod, last);
    numbers::count_all(commit, tenant, Series::Billing);
    Ok(())
}
