//! Parties, as they are answered.

use domain::client::{Client, CustomerCode, Phone, Profile};
use domain::supplier::Supplier;
use domain::text::{Email, LongText, ShortText};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::Kind;
use crate::decimals::Amount;
use crate::{Problem, Rendered};

/// A party.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Party)]
pub struct PartyJson {
    /// Its number in the organisation.
    pub id: u64,
    /// `Customer` or `Supplier`.
    pub Category_type: &'static str,
    /// Whether it is active.
    pub is_active: bool,
    /// When it was last changed.
    pub is_updated_at: Timestamp,
}

impl From<&Client> for PartyJson {
    fn from(client: &Client) -> Self {
        Self {
            id: client.party_number,
            Category_type: Kind::Customer.as_str(),
            is_active: client.profile.is_active,
            is_updated_at: client.meta.updated_at,
        }
    }
}

impl From<&Supplier> for PartyJson {
    fn from(supplier: &Supplier) -> Self {
        Self {
            id: supplier.party_number,
            Category_type: Kind::Supplier.as_str(),
            is_active: supplier.is_active,
            is_updated_at: supplier.meta.updated_at,
        }
    }
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Customer)]
pub struct CustomerJson {
    /// Its number among the organisation's customers.
    pub id: u64,
    /// Its number among the organisation's parties.
    pub party: u64,
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: Option<String>,
    /// The phone number.
    pub phone_no: Option<String>,
    /// The code.
    pub Customer_code: Option<String>,
    /// The address.
    pub address: Option<String>,
    /// The balance at the start.
    pub open_balance: Amount,
    /// How much may be owed.
    pub credit_limmit: Amount,
    /// The number of the preferred payment method.
    pub payment_method: Option<u64>,
    /// Loyalty points.
    pub loyalty_points: u32,
    /// Who referred the customer.
    pub referred_by: Option<String>,
    /// Notes.
    pub notes: String,
}

impl From<&Client> for CustomerJson {
    fn from(client: &Client) -> Self {
        let Client { id: _, name, email, profile, number, party_number, images: _, extras: _, meta: _ } = client;
        let Profile {
            phone,
            code,
            address,
            open_balance,
            credit_limit,
            payment_method,
            loyalty_points,
            referred_by,
            notes,
            is_active: _,
        } = profile;
        Self {
            id: *number,
            party: *party_number,
            name: name.to_string(),
            email: email.as_ref().map(Email::to_string),
            phone_no: phone.as_ref().map(Phone::to_string),
            Customer_code: code.as_ref().map(CustomerCode::to_string),
            address: address.as_ref().map(LongText::to_string),
            open_balance: (*open_balance).into(),
            credit_limmit: (*credit_limit).into(),
            payment_method: *payment_method,
            loyalty_points: *loyalty_points,
            referred_by: referred_by.as_ref().map(ShortText::to_string),
            notes: notes.to_string(),
        }
    }
}

/// A supplier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Supplier)]
pub struct SupplierJson {
    /// Its number among the organisation's suppliers.
    pub id: u64,
    /// Its number among the organisation's parties.
    pub party: u64,
    /// The name.
    pub name: String,
    /// The code.
    pub code: String,
}

impl From<&Supplier> for SupplierJson {
    fn from(supplier: &Supplier) -> Self {
        let Supplier { id: _, number, party_number, name, code, is_active: _, meta: _ } = supplier;
        Self { id: *number, party: *party_number, name: name.to_string(), code: code.to_string() }
    }
}

/// A party with what it is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = WholeParty)]
pub struct WholePartyJson {
    /// Its number in the organisation.
    pub id: u64,
    /// `Customer` or `Supplier`.
    pub Category_type: &'static str,
    /// Whether it is active.
    pub is_active: bool,
    /// When it was last changed.
    pub is_updated_at: Timestamp,
    /// The customer, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub customer: Option<CustomerJson>,
    /// The supplier, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub supplier: Option<SupplierJson>,
}

impl WholePartyJson {
    fn new(party: PartyJson, customer: Option<CustomerJson>, supplier: Option<SupplierJson>) -> Self {
        let PartyJson { id, Category_type, is_active, is_updated_at } = party;
        Self { id, Category_type, is_active, is_updated_at, customer, supplier }
    }
}

impl From<&Client> for WholePartyJson {
    fn from(client: &Client) -> Self {
        Self::new(client.into(), Some(client.into()), None)
    }
}

impl From<&Supplier> for WholePartyJson {
    fn from(supplier: &Supplier) -> Self {
        Self::new(supplier.into(), None, Some(supplier.into()))
    }
}

/// That a party is made or changed, and what it is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ChangedParty)]
pub struct ChangedPartyJson {
    /// What is done.
    pub message: &'static str,
    /// The party after it.
    pub party: PartyJson,
    /// The customer, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub customer: Option<CustomerJson>,
    /// The supplier, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub supplier: Option<SupplierJson>,
}

impl ChangedPartyJson {
    /// A customer after what is told.
    #[must_use]
    pub fn customer(message: &'static str, client: &Client) -> Self {
        Self { message, party: client.into(), customer: Some(client.into()), supplier: None }
    }

    /// A supplier after what is told.
    #[must_use]
    pub fn supplier(message: &'static str, supplier: &Supplier) -> Self {
        Self { message, party: supplier.into(), customer: None, supplier: Some(supplier.into()) }
    }
}

/// That another customer has the e-mail address.
#[must_use]
pub fn email_taken(existing: &Client) -> Problem {
    taken("A customer with this email already exists.", "existing_customer", CustomerJson::from(existing))
}

/// That another customer has the phone number.
#[must_use]
pub fn phone_taken(existing: &Client) -> Problem {
    taken("A customer with this phone number already exists.", "existing_customer", CustomerJson::from(existing))
}

/// That another customer has the code.
#[must_use]
pub fn customer_code_taken(existing: &Client) -> Problem {
    taken("A customer with this code already exists.", "existing_customer", CustomerJson::from(existing))
}

/// That another supplier has the code.
#[must_use]
pub fn supplier_code_taken(existing: &Supplier) -> Problem {
    taken("A supplier with this code already exists.", "existing_supplier", SupplierJson::from(existing))
}

fn taken(message: &str, name: &str, existing: impl Serialize) -> Problem {
    Problem::Worded(Rendered::new(400, json!({"error": message, name: json!(existing)})).into())
}
