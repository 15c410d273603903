//! Suppliers.

use domain::Tenant;
use domain::id::SupplierId;
use domain::supplier::{Supplier, SupplierCode};
use domain::text::Name;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::codec::{MetaBody, Stored, encode, encode_body};
use crate::error::{StoreError, Unique};
use crate::keys::{self, Collection, Key};
use crate::numbers::{self, Counted, PartyKey, Series};
use crate::table::Item;
use crate::transaction::Transaction;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SupplierBody {
    id: SupplierId,
    number: u64,
    party_number: u64,
    name: Name,
    code: SupplierCode,
    is_active: bool,
    #[serde(flatten)]
    meta: MetaBody,
}

impl Stored for Supplier {
    type Body = SupplierBody;
    const MODEL: Option<&'static str> = None;

    fn body(&self) -> SupplierBody {
        let Self { id, number, party_number, name, code, is_active, meta } = self.clone();
        SupplierBody { id, number, party_number, name, code, is_active, meta: (&meta).into() }
    }

    fn restore(body: SupplierBody) -> Result<Self, StoreError> {
        let SupplierBody { id, number, party_number, name, code, is_active, meta } = body;
        Ok(Self { id, number, party_number, name, code, is_active, meta: meta.into() })
    }
}

fn key(tenant: Tenant, id: SupplierId) -> Key {
    keys::member(tenant, Collection::Supplier, id)
}

fn code_key(tenant: Tenant, code: &SupplierCode) -> Key {
    keys::unique_in(tenant, "SUPPLIER-CODE", code.as_str())
}

fn item(tenant: Tenant, supplier: &Supplier) -> Result<Item, StoreError> {
    let mut item = encode(supplier, &key(tenant, supplier.id))?;
    numbers::place_in_index(&mut item, supplier.number);
    Ok(item)
}

fn counted(supplier: &Supplier) -> [Counted; 2] {
    [(Series::Party, supplier.party_number), (Series::Supplier, supplier.number)]
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`], and the writes with
/// [`StoreError::Raced`], and with [`StoreError::Taken`] for a code.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// A supplier.
    pub async fn supplier(&self, tenant: Tenant, id: SupplierId) -> Result<Option<Supplier>, StoreError> {
        self.find(&key(tenant, id)).await
    }

    /// The supplier of a code.
    pub async fn supplier_by_code(
        &self,
        tenant: Tenant,
        code: &SupplierCode,
    ) -> Result<Option<SupplierId>, StoreError> {
        Ok(self.holder(&code_key(tenant, code)).await?.map(SupplierId::new))
    }

    /// Writes a new supplier with the next numbers of its series.
    pub async fn create_supplier(&self, tenant: Tenant, supplier: &Supplier) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.create(item(tenant, supplier)?);
        commit.claim(Unique::SupplierCode, code_key(tenant, &supplier.code), supplier.id.uuid());
        numbers::take(&mut commit, tenant, &counted(supplier), true);
        numbers::name_party(&mut commit, tenant, supplier.party_number, PartyKey::Supplier(supplier.id));
        commit.commit(&self.table).await
    }

    /// Writes a supplier over the one that was read.
    pub async fn save_supplier(
        &self,
        tenant: Tenant,
        supplier: &Supplier,
        before: &Supplier,
    ) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(item(tenant, supplier)?, before.meta.version);
        commit.move_claim(
            Unique::SupplierCode,
            Some(code_key(tenant, &before.code)),
            Some(code_key(tenant, &supplier.code)),
            supplier.id.uuid(),
        );
        commit.commit(&self.table).await
    }

    /// Removes a supplier; its code is free again, and its numbers are out of use for good.
    pub async fn delete_supplier(&self, tenant: Tenant, supplier: &Supplier) -> Result<(), StoreError> {
        let key = key(tenant, supplier.id);
        let mut commit = Transaction::new();
        commit.put(encode_body(&supplier.body(), &keys::trash(tenant, &key))?);
        commit.remove(key, supplier.meta.version);
        commit.release(code_key(tenant, &supplier.code), supplier.id.uuid());
        numbers::leave(&mut commit, tenant, &counted(supplier));
        numbers::unname(&mut commit, tenant, (Series::Party, supplier.party_number));
        commit.commit(&self.table).await
    }
}
