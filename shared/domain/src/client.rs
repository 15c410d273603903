//! Clients: the people and companies that are invoiced.

use crate::attributes::Schema;
use crate::error::{FieldErrors, Refused};
use crate::id::ClientId;
use crate::money::{Balance, Price};
use crate::patch::Patch;
use crate::record::{Extras, ExtrasPatch, Meta, NewExtras, NewId};
use crate::reference::{References, Refers};
use crate::text::{Email, LongText, Name, ShortText, Text};
use crate::worklist::Stamp;

/// A client.
#[derive(Debug, Clone, PartialEq)]
pub struct Client {
    /// The client's id.
    pub id: ClientId,
    /// The name.
    pub name: Name,
    /// The address that clawprint and bottlecrm find the client by; crm does not show it.
    pub email: Option<Email>,
    /// What namaste knows of a customer beside this; the other contracts keep it.
    pub profile: Profile,
    /// Counts the organisation's customers from 1; 0 until the client is kept.
    pub number: u64,
    /// Counts the organisation's parties from 1; 0 until the client is kept.
    pub party_number: u64,
    /// URLs of the images that were uploaded.
    pub images: Vec<String>,
    /// Attributes, tasks and notes.
    pub extras: Extras,
    /// Authorship and version.
    pub meta: Meta,
}

/// A customer's phone number: up to 20 characters.
pub type Phone = Text<1, 20>;
/// A customer's code: up to 50 characters, unique in the organisation.
pub type CustomerCode = Text<1, 50>;

/// A customer as namaste knows it, beside name and e-mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The phone number; no two customers that were made with one have the same.
    pub phone: Option<Phone>,
    /// The code; unique in the organisation.
    pub code: Option<CustomerCode>,
    /// The address, as one text.
    pub address: Option<LongText>,
    /// What the customer owed, or had paid ahead, at the start.
    pub open_balance: Balance,
    /// How much the customer may owe.
    pub credit_limit: Price,
    /// The number of the payment method that the customer prefers.
    pub payment_method: Option<u64>,
    /// Loyalty points.
    pub loyalty_points: u32,
    /// Who referred the customer.
    pub referred_by: Option<ShortText>,
    /// Notes.
    pub notes: LongText,
    /// Whether the party is active.
    pub is_active: bool,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            phone: None,
            code: None,
            address: None,
            open_balance: Balance::ZERO,
            credit_limit: Price::ZERO,
            payment_method: None,
            loyalty_points: 0,
            referred_by: None,
            notes: LongText::default(),
            is_active: true,
        }
    }
}

/// A change of a [`Profile`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProfilePatch {
    /// The phone number.
    pub phone: Patch<Phone>,
    /// The code.
    pub code: Patch<CustomerCode>,
    /// The address.
    pub address: Patch<LongText>,
    /// The balance at the start.
    pub open_balance: Option<Balance>,
    /// How much the customer may owe.
    pub credit_limit: Option<Price>,
    /// The number of the preferred payment method.
    pub payment_method: Patch<u64>,
    /// Loyalty points.
    pub loyalty_points: Option<u32>,
    /// Who referred the customer.
    pub referred_by: Patch<ShortText>,
    /// Notes.
    pub notes: Option<LongText>,
    /// Whether the party is active.
    pub is_active: Option<bool>,
}

impl Profile {
    #[rustfmt::skip]
    fn apply(&mut self, patch: ProfilePatch) {
        let ProfilePatch {
            phone, code, address, open_balance, credit_limit, payment_method, loyalty_points, referred_by, notes,
            is_active,
        } = patch;
        phone.apply(&mut self.phone);
        code.apply(&mut self.code);
        address.apply(&mut self.address);
        self.open_balance = open_balance.unwrap_or(self.open_balance);
        self.credit_limit = credit_limit.unwrap_or(self.credit_limit);
        payment_method.apply(&mut self.payment_method);
        self.loyalty_points = loyalty_points.unwrap_or(self.loyalty_points);
        referred_by.apply(&mut self.referred_by);
        if let Some(notes) = notes {
            self.notes = notes;
        }
        self.is_active = is_active.unwrap_or(self.is_active);
    }
}

/// A client to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewClient {
    /// The name.
    pub name: Name,
    /// The e-mail address.
    pub email: Option<Email>,
    /// What namaste knows beside this.
    pub profile: Profile,
    /// Attributes, tasks and notes.
    pub extras: NewExtras,
}

/// A change of a client.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClientPatch {
    /// The name.
    pub name: Option<Name>,
    /// The e-mail address.
    pub email: Patch<Email>,
    /// What namaste knows beside this.
    pub profile: ProfilePatch,
    /// Attributes, tasks and notes.
    pub extras: ExtrasPatch,
}

impl Client {
    /// Makes a client.
    ///
    /// # Errors
    /// What the attribute schema or the lists refuse.
    pub fn create(
        id: ClientId,
        new: NewClient,
        schema: Schema<'_>,
        stamp: Stamp<'_>,
        new_id: NewId<'_>,
    ) -> Result<Self, Refused<Self>> {
        let NewClient { name, email, profile, extras } = new;
        let mut errors = FieldErrors::new();
        let extras = errors.keep(Extras::create(extras, schema, stamp, new_id)).unwrap_or_default();
        let (number, party_number, meta) = (0, 0, Meta::new(stamp));
        errors.checked(Self { id, name, email, profile, number, party_number, images: Vec::new(), extras, meta })
    }

    /// The client after a change.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub fn update(
        mut self,
        patch: ClientPatch,
        schema: Schema<'_>,
        stamp: Stamp<'_>,
        new_id: NewId<'_>,
    ) -> Result<Self, Refused<Self>> {
        let ClientPatch { name, email, profile, extras } = patch;
        let mut errors = FieldErrors::new();
        errors.keep(self.extras.apply(extras, schema, stamp, new_id));
        self.name = name.unwrap_or(self.name);
        email.apply(&mut self.email);
        self.profile.apply(profile);
        self.meta.touch(stamp.at);
        errors.checked(self)
    }
}

impl Refers for Client {
    /// The payment method is looked up by the number or the name that is sent.
    fn references(&self) -> References {
        References::default()
    }
}
