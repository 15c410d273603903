//! What objects refer to, and requests that are not checked to their end yet.
//!
//! A request passes three checks: reading finds malformed fields, the store finds references to what is not there, and
//! the domain finds broken rules. None of them ends the request alone: [`Creation`] and [`Edit`] carry what reading
//! found to the use case, which answers with all of it at once.

use std::borrow::Cow;

use crate::attributes::{Attributes, EntityName};
use crate::error::{FieldErrors, Refused};
use crate::id::{CategoryId, ClientId, ContactId, ItemId, PipelineId, UserId};
use crate::numbered::NumberOrName;

/// One reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// A client.
    Client(ClientId),
    /// A contact, whichever client it is at.
    Contact(ContactId),
    /// A contact that must be at this client.
    ContactAt(ContactId, Option<ClientId>),
    /// A category.
    Category(CategoryId),
    /// A catalogue item.
    Item(ItemId),
    /// A pipeline.
    Pipeline(PipelineId),
    /// A member, by the user's number.
    Member(u64),
    /// A member who takes care of something.
    Assignee(UserId),
    /// A payment method.
    PaymentMethod(NumberOrName),
    /// A customer, by the number of the party.
    Party(u64),
    /// A category of products.
    ProductCategory(NumberOrName),
}

/// References by the fields that hold them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct References {
    named: Vec<(Cow<'static, str>, Reference)>,
    held: Vec<(Cow<'static, str>, Reference)>,
}

impl References {
    /// These and one more, if there is one.
    #[must_use]
    pub fn naming(mut self, field: impl Into<Cow<'static, str>>, reference: Option<Reference>) -> Self {
        self.named.extend(reference.map(|reference| (field.into(), reference)));
        self
    }

    /// These and one more whose existence is a condition of the commit: it is read only where another field is wrong,
    /// and so nothing is committed.
    #[must_use]
    pub fn holding(mut self, field: impl Into<Cow<'static, str>>, reference: Option<Reference>) -> Self {
        self.held.extend(reference.map(|reference| (field.into(), reference)));
        self
    }

    /// Those that an object does not have already. What it has may come back, though it was deleted since.
    #[must_use]
    pub fn new_since(mut self, before: &Self) -> Self {
        self.named.retain(|(_, reference)| before.named.iter().all(|(_, had)| had != reference));
        self.held.retain(|(_, reference)| before.held.iter().all(|(_, had)| had != reference));
        self
    }

    /// Those that are to be looked up.
    #[must_use]
    pub fn named(&self) -> &[(Cow<'static, str>, Reference)] {
        &self.named
    }

    /// Those that the commit holds.
    #[must_use]
    pub fn held(&self) -> &[(Cow<'static, str>, Reference)] {
        &self.held
    }
}

/// An object that refers to others.
pub trait Refers {
    /// What it refers to.
    fn references(&self) -> References;
}

/// The attribute values of a new object that cannot be made.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributesClaim {
    /// Whose definitions bind.
    pub entity: EntityName,
    /// The field that holds them.
    pub field: &'static str,
    /// What stands before each message.
    pub place: String,
    /// The values.
    pub values: Attributes,
}

/// What can still be checked of a new object of which a field is malformed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Claims {
    /// What it refers to.
    pub references: References,
    /// The attribute values that it carries.
    pub attributes: Vec<AttributesClaim>,
}

impl Claims {
    /// These and one more reference, if there is one.
    #[must_use]
    pub fn naming(mut self, field: impl Into<Cow<'static, str>>, reference: Option<Reference>) -> Self {
        self.references = self.references.naming(field, reference);
        self
    }

    /// These and the values of the field `attributes`.
    #[must_use]
    pub fn carrying(self, entity: EntityName, values: Attributes) -> Self {
        self.carrying_under(entity, "attributes", String::new(), values)
    }

    /// These and attribute values of another field.
    #[must_use]
    pub fn carrying_under(
        mut self,
        entity: EntityName,
        field: &'static str,
        place: String,
        values: Attributes,
    ) -> Self {
        self.attributes.push(AttributesClaim { entity, field, place, values });
        self
    }

    /// A refusal of the object.
    #[must_use]
    pub fn refused(self, wrong: FieldErrors) -> Refused<Self> {
        Refused::new(wrong, self)
    }
}

/// A new object as a client sends it.
#[derive(Debug, Clone, PartialEq)]
pub struct Creation<T>(Result<T, Refused<Claims>>);

impl<T> Creation<T> {
    /// The object, if reading found nothing wrong.
    ///
    /// # Errors
    /// What is wrong, and what can still be checked.
    pub fn read(self) -> Result<T, Refused<Claims>> {
        self.0
    }
}

impl<T> From<T> for Creation<T> {
    fn from(new: T) -> Self {
        Self(Ok(new))
    }
}

impl<T> From<Result<T, Refused<Claims>>> for Creation<T> {
    fn from(read: Result<T, Refused<Claims>>) -> Self {
        Self(read)
    }
}

/// A change as a client sends it: the fields that can be read, and what is wrong with the others.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Edit<P> {
    /// The change that the good fields ask for.
    pub patch: P,
    /// What is wrong with the others.
    pub wrong: FieldErrors,
}

impl<P> From<P> for Edit<P> {
    fn from(patch: P) -> Self {
        Self { patch, wrong: FieldErrors::new() }
    }
}

impl<P> From<Result<P, Refused<P>>> for Edit<P> {
    fn from(read: Result<P, Refused<P>>) -> Self {
        match read {
            Ok(patch) => patch.into(),
            Err(Refused { wrong, rest }) => Self { patch: *rest, wrong },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assigned(users: &[u128]) -> References {
        let user = |id: &u128| Reference::Assignee(UserId::new(uuid::Uuid::from_u128(*id)));
        users.iter().fold(References::default(), |all, id| all.naming("assigned_to", Some(user(id))))
    }

    #[test]
    fn what_an_object_refers_to_already_is_not_new_in_whatever_order_it_comes_back() {
        assert_eq!(assigned(&[3, 1, 2]).new_since(&assigned(&[1, 3])), assigned(&[2]));
        assert_eq!(assigned(&[1]).new_since(&References::default()), assigned(&[1]));
    }

    #[test]
    fn a_contact_is_new_where_it_is_to_be_at_another_client() {
        let (contact, client) = (ContactId::new(uuid::Uuid::nil()), ClientId::new(uuid::Uuid::nil()));
        let at = |client| References::default().naming("contact", Some(Reference::ContactAt(contact, client)));
        assert_eq!(at(Some(client)).new_since(&at(None)), at(Some(client)));
        assert_eq!(at(None).new_since(&at(None)), References::default());
    }
}
