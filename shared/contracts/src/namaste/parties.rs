//! Parties: customers, which are clients, and suppliers.

#![allow(non_snake_case, reason = "fields are spelled as the contract spells them")]

mod answers;

use domain::client::{ClientPatch, CustomerCode, NewClient, Phone, Profile, ProfilePatch};
use domain::money::{Balance, Price};
use domain::numbered::NumberOrName;
use domain::record::{ExtrasPatch, NewExtras};
use domain::supplier::{NewSupplier, SupplierCode, SupplierPatch};
use domain::text::{Email, LongText, Name, ShortText};
use domain::{Claims, Creation, Edit, FieldErrors, Patch, Reference};

use super::errors::refused;
use super::things::Thing;
use crate::Problem;
use crate::query::filled;
use crate::wire::{Field, OrEmpty, body, optional, or_default, or_null, patch, required, text};

pub use answers::{
    ChangedPartyJson, CustomerJson, PartyJson, SupplierJson, WholePartyJson, customer_code_taken, email_taken,
    phone_taken, supplier_code_taken,
};

/// Parties, as messages name them.
pub const PARTY: Thing = Thing::new(
    "Party",
    &[("phone", "phone_no"), ("credit_limit", "credit_limmit"), ("payment_method", "preferred_payment_method")],
)
.without_permission();

/// The same, to who spells a payment method as answers do.
const PARTY_AS_ANSWERED: Thing =
    Thing::new("Party", &[("phone", "phone_no"), ("credit_limit", "credit_limmit")]).without_permission();

/// What kind of party one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Who buys.
    Customer,
    /// Who sells.
    Supplier,
}

impl Kind {
    /// The words for the two kinds.
    pub const WORDS: [&str; 2] = ["Customer", "Supplier"];

    /// The contract's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "Customer",
            Self::Supplier => "Supplier",
        }
    }

    fn read(word: &str) -> Result<Self, Problem> {
        match word {
            "Customer" => Ok(Self::Customer),
            "Supplier" => Ok(Self::Supplier),
            _ => Err(refused(400, "Invalid Category. Must be 'Customer' or 'Supplier'")),
        }
    }

    fn sent(field: &Field<String>) -> Result<Self, Problem> {
        match field {
            Field::Value(word) => Self::read(word),
            Field::Absent | Field::Null | Field::Empty | Field::Wrong(_) => Self::read(""),
        }
    }

    /// The kind that a list is narrowed to.
    ///
    /// # Errors
    /// Another word than the two.
    pub fn filter(pairs: &[(String, String)]) -> Result<Option<Self>, Problem> {
        filled(pairs, "category_type").map(|word| Self::read(&word)).transpose()
    }
}

body! {
    /// A party: a customer or a supplier. Each takes the fields that it has.
    PartyBody {
        /// `Customer` or `Supplier`.
        required Category_type: String,
        /// The name.
        required name: Name,
        /// Of a customer: the e-mail address; unique among those that were made with one.
        optional email: OrEmpty<Email>,
        /// Of a customer: the phone number; unique among those that were made with one.
        optional phone_no: OrEmpty<Phone>,
        /// Of a customer: a code; unique.
        optional Customer_code: OrEmpty<CustomerCode>,
        /// Of a customer: the address.
        optional address: OrEmpty<LongText>,
        /// Of a customer: the balance at the start; 0.00, if left out.
        optional open_balance: Balance,
        /// Of a customer: how much may be owed; 0.00, if left out.
        optional credit_limmit: Price,
        /// Of a customer: the number of a payment method, or its name.
        optional preferred_payment_method: OrEmpty<NumberOrName>,
        /// Of a customer: the same, as answers spell it.
        optional payment_method: OrEmpty<NumberOrName>,
        /// Of a customer: loyalty points; 0, if left out.
        optional loyalty_points: u32,
        /// Of a customer: who referred the customer.
        optional referred_by: OrEmpty<ShortText>,
        /// Of a customer: notes.
        optional notes: LongText,
        /// Of a supplier, who needs one: a code; unique.
        optional code: SupplierCode,
        /// Whether the party is active; true, if left out.
        optional is_active: bool,
    }
}

/// A party to be made.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "one of them is at hand at a time")]
pub enum NewParty {
    /// A customer, and the payment method.
    Customer(Creation<NewClient>, Option<NumberOrName>),
    /// A supplier.
    Supplier(NewSupplier),
}

/// A change of a party, of whichever kind it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PartyPatch {
    /// What it means for a customer.
    pub customer: ClientPatch,
    /// The customer's payment method.
    pub payment_method: Patch<NumberOrName>,
    /// What it means for a supplier.
    pub supplier: SupplierPatch,
}

impl PartyBody {
    /// Parties, as messages name them to who has sent this body.
    #[must_use]
    pub const fn thing(&self) -> Thing {
        match self.preferred_payment_method {
            Field::Value(OrEmpty(Some(_))) => PARTY,
            Field::Absent | Field::Null | Field::Empty | Field::Value(OrEmpty(None)) | Field::Wrong(_) => {
                PARTY_AS_ANSWERED
            }
        }
    }

    /// The party to be made.
    ///
    /// # Errors
    /// A kind that is neither; then every field of a supplier that is missing or wrong.
    pub fn into_new(self) -> Result<NewParty, Problem> {
        match Kind::sent(&self.Category_type)? {
            Kind::Customer => {
                let (customer, method) = self.into_customer();
                Ok(NewParty::Customer(customer, method))
            }
            Kind::Supplier => Ok(NewParty::Supplier(self.into_supplier()?)),
        }
    }

    fn into_customer(self) -> (Creation<NewClient>, Option<NumberOrName>) {
        let mut errors = FieldErrors::new();
        let name = required(&mut errors, "name", self.name);
        let email = or_default(&mut errors, "email", self.email);
        let preferred = or_default(&mut errors, "preferred_payment_method", self.preferred_payment_method);
        let method = or_default(&mut errors, "payment_method", self.payment_method);
        let profile = Profile {
            phone: or_default(&mut errors, "phone_no", self.phone_no),
            code: or_default(&mut errors, "Customer_code", self.Customer_code),
            address: or_default(&mut errors, "address", self.address),
            open_balance: or_null(&mut errors, "open_balance", self.open_balance).unwrap_or(Balance::ZERO),
            credit_limit: or_null(&mut errors, "credit_limmit", self.credit_limmit).unwrap_or(Price::ZERO),
            payment_method: None,
            loyalty_points: or_null(&mut errors, "loyalty_points", self.loyalty_points).unwrap_or_default(),
            referred_by: or_default(&mut errors, "referred_by", self.referred_by),
            notes: text(&mut errors, "notes", self.notes).unwrap_or_default(),
            is_active: or_null(&mut errors, "is_active", self.is_active).unwrap_or(true),
        };
        match name {
            Some(name) if errors.is_empty() => {
                (NewClient { name, email, profile, extras: NewExtras::default() }.into(), preferred.or(method))
            }
            Some(_) | None => {
                let method = preferred.or(method).map(Reference::PaymentMethod);
                let refused = Claims::default().naming("payment_method", method).refused(errors);
                (Err::<NewClient, _>(refused).into(), None)
            }
        }
    }

    fn into_supplier(self) -> Result<NewSupplier, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = required(&mut errors, "name", self.name);
        let code = required(&mut errors, "code", self.code);
        let is_active = or_null(&mut errors, "is_active", self.is_active).unwrap_or(true);
        let (Some(name), Some(code), true) = (name, code, errors.is_empty()) else { return Err(errors) };
        Ok(NewSupplier { name, code, is_active })
    }

    /// The change to be made. What kind a party is does not change.
    ///
    /// # Errors
    /// A kind that is neither.
    pub fn into_patch(self) -> Result<Edit<PartyPatch>, Problem> {
        if !matches!(self.Category_type, Field::Absent) {
            Kind::sent(&self.Category_type)?;
        }
        let mut errors = FieldErrors::new();
        let name = optional(&mut errors, "name", self.name);
        let is_active = or_null(&mut errors, "is_active", self.is_active);
        let code = optional(&mut errors, "code", self.code);
        let method = patch(&mut errors, "payment_method", self.payment_method);
        let profile = ProfilePatch {
            phone: patch(&mut errors, "phone_no", self.phone_no),
            code: patch(&mut errors, "Customer_code", self.Customer_code),
            address: patch(&mut errors, "address", self.address),
            open_balance: or_null(&mut errors, "open_balance", self.open_balance),
            credit_limit: or_null(&mut errors, "credit_limmit", self.credit_limmit),
            payment_method: Patch::Keep,
            loyalty_points: or_null(&mut errors, "loyalty_points", self.loyalty_points),
            referred_by: patch(&mut errors, "referred_by", self.referred_by),
            notes: text(&mut errors, "notes", self.notes),
            is_active,
        };
        let payment_method = match patch(&mut errors, "preferred_payment_method", self.preferred_payment_method) {
            Patch::Keep => method,
            preferred @ (Patch::Clear | Patch::Set(_)) => preferred,
        };
        let email = patch(&mut errors, "email", self.email);
        let customer = ClientPatch { name: name.clone(), email, profile, extras: ExtrasPatch::default() };
        let patch = PartyPatch { customer, payment_method, supplier: SupplierPatch { name, code, is_active } };
        Ok(Edit { patch, wrong: errors })
    }
}

#[cfg(test)]
mod tests;
