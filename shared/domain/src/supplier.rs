//! Suppliers: the parties that sell to the organisation.

use crate::id::SupplierId;
use crate::record::{Meta, Moment};
use crate::text::{Name, Text};

/// A supplier's code: up to 50 characters, unique in the organisation.
pub type SupplierCode = Text<1, 50>;

/// A supplier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Supplier {
    /// The supplier's id.
    pub id: SupplierId,
    /// Counts the organisation's suppliers from 1; 0 until the supplier is kept.
    pub number: u64,
    /// Counts the organisation's parties from 1; 0 until the supplier is kept.
    pub party_number: u64,
    /// The name.
    pub name: Name,
    /// The code; unique in the organisation.
    pub code: SupplierCode,
    /// Whether the party is active.
    pub is_active: bool,
    /// Authorship and version.
    pub meta: Meta,
}

/// A supplier to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSupplier {
    /// The name.
    pub name: Name,
    /// The code.
    pub code: SupplierCode,
    /// Whether the party is active.
    pub is_active: bool,
}

/// A change of a supplier.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SupplierPatch {
    /// The name.
    pub name: Option<Name>,
    /// The code.
    pub code: Option<SupplierCode>,
    /// Whether the party is active.
    pub is_active: Option<bool>,
}

impl Supplier {
    /// Makes a supplier.
    #[must_use]
    pub fn create<'a>(id: SupplierId, new: NewSupplier, moment: impl Into<Moment<'a>>) -> Self {
        let NewSupplier { name, code, is_active } = new;
        Self { id, number: 0, party_number: 0, name, code, is_active, meta: Meta::new(moment) }
    }

    /// The supplier after a change.
    #[must_use]
    pub fn update<'a>(mut self, patch: SupplierPatch, moment: impl Into<Moment<'a>>) -> Self {
        let SupplierPatch { name, code, is_active } = patch;
        self.name = name.unwrap_or(self.name);
        self.code = code.unwrap_or(self.code);
        self.is_active = is_active.unwrap_or(self.is_active);
        self.meta.touch(moment.into().at);
        self
    }
}
