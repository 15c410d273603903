//! Payment methods, which are known by their numbers alone.

use domain::Tenant;
use domain::payment_method::{PaymentMethod, PaymentMethodName};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::codec::{MetaBody, Stored, decode, encode, encode_body};
use crate::error::StoreError;
use crate::keys::{self, Key};
use crate::lists::of_partition;
use crate::numbers::{self, NumberPage, Series};
use crate::transaction::Transaction;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct MethodBody {
    number: u64,
    name: PaymentMethodName,
    #[serde(flatten)]
    meta: MetaBody,
}

impl Stored for PaymentMethod {
    type Body = MethodBody;
    const MODEL: Option<&'static str> = None;

    fn body(&self) -> MethodBody {
        let Self { number, name, meta } = self.clone();
        MethodBody { number, name, meta: (&meta).into() }
    }

    fn restore(body: MethodBody) -> Result<Self, StoreError> {
        let MethodBody { number, name, meta } = body;
        Ok(Self { number, name, meta: meta.into() })
    }
}

pub(crate) fn key(tenant: Tenant, number: u64) -> Key {
    keys::number_in(keys::numbered(tenant, "PAYMENT-METHOD"), number)
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`], and the writes with
/// [`StoreError::Raced`].
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// The payment method of a number.
    pub async fn payment_method(&self, tenant: Tenant, number: u64) -> Result<Option<PaymentMethod>, StoreError> {
        self.find(&key(tenant, number)).await
    }

    /// All payment methods of an organisation.
    pub async fn all_payment_methods(&self, tenant: Tenant) -> Result<Vec<PaymentMethod>, StoreError> {
        let query = of_partition(keys::numbered(tenant, "PAYMENT-METHOD"));
        self.table.query_all(query).await?.into_iter().map(decode).collect()
    }

    /// A page of the payment methods; none past the end.
    pub async fn payment_methods(
        &self,
        tenant: Tenant,
        page: u64,
    ) -> Result<Option<NumberPage<PaymentMethod>>, StoreError> {
        self.page_of_objects(tenant, Series::PaymentMethod, page, decode).await
    }

    /// Writes a new payment method with the next number.
    pub async fn create_payment_method(&self, tenant: Tenant, method: &PaymentMethod) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.create(encode(method, &key(tenant, method.number))?);
        numbers::take(&mut commit, tenant, &[(Series::PaymentMethod, method.number)], true);
        commit.commit(&self.table).await
    }

    /// Writes a payment method over the version `before`.
    pub async fn save_payment_method(
        &self,
        tenant: Tenant,
        method: &PaymentMethod,
        before: u64,
    ) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(encode(method, &key(tenant, method.number))?, before);
        commit.commit(&self.table).await
    }

    /// Removes a payment method; its number is out of use for good.
    pub async fn delete_payment_method(&self, tenant: Tenant, method: &PaymentMethod) -> Result<(), StoreError> {
        let key = key(tenant, method.number);
        let mut commit = Transaction::new();
        commit.put(encode_body(&method.body(), &keys::trash(tenant, &key))?);
        commit.remove(key, method.meta.version);
        numbers::leave(&mut commit, tenant, &[(Series::PaymentMethod, method.number)]);
        commit.commit(&self.table).await
    }
}
