//! References to other objects, and all that is wrong with a request in one answer.
//!
//! Every use case that makes or changes an object ends its decision in [`App::decided`]. It looks up what the object
//! refers to and did not before, and fails with that, with what reading found and with what the domain found at once.

use std::borrow::Cow;

use domain::id::{ClientId, ContactId, UserId};
use domain::{Actor, Creation, FieldErrors, Reference, References, Refers, Refused};
use store::PartyKey;

use crate::{App, Error};

/// How many users one read by keys can take.
const KEYS_AT_ONCE: usize = 100;

impl App {
    /// A new object, if reading it found nothing wrong; else with that, what else is wrong with it.
    pub(crate) async fn whole<T>(&self, actor: &Actor, new: Creation<T>) -> Result<T, Error> {
        let (mut wrong, claims) = match new.read() {
            Ok(new) => return Ok(new),
            Err(Refused { wrong, rest }) => (wrong, rest),
        };
        self.look_up(actor, claims.references.named(), &mut wrong).await?;
        for claim in &claims.attributes {
            let schema = self.schema(actor, claim.entity).await?;
            let values = schema.of().read(claim.values.clone());
            let refused = schema.of().validate_create(&values);
            for message in refused.iter().flat_map(|(_, messages)| messages) {
                wrong.add(claim.field, format!("{}{message}", claim.place));
            }
        }
        Err(wrong.into())
    }

    /// What was decided of an object, if its new references are good. `wrong` is what is wrong already.
    pub(crate) async fn decided<T: Refers>(
        &self,
        actor: &Actor,
        before: Option<&T>,
        mut wrong: FieldErrors,
        decided: Result<T, Refused<T>>,
    ) -> Result<T, Error> {
        let after = match decided {
            Ok(after) => after,
            Err(Refused { wrong: more, rest }) => {
                wrong.merge(more);
                *rest
            }
        };
        self.look_up_new(actor, before.map(Refers::references), after.references(), &mut wrong).await?;
        wrong.into_result()?;
        Ok(after)
    }

    /// Adds what is wrong with the references that an object did not have before.
    pub(crate) async fn look_up_new(
        &self,
        actor: &Actor,
        before: Option<References>,
        after: References,
        wrong: &mut FieldErrors,
    ) -> Result<(), Error> {
        let references = after.new_since(&before.unwrap_or_default());
        self.look_up(actor, references.named(), wrong).await?;
        if !wrong.is_empty() {
            *wrong = self.also_held(actor, references, std::mem::take(wrong)).await?;
        }
        Ok(())
    }

    /// What is wrong, with the references that the commit would have refused: now that nothing is committed, it does
    /// not tell.
    pub(crate) async fn also_held(
        &self,
        actor: &Actor,
        references: References,
        mut wrong: FieldErrors,
    ) -> Result<FieldErrors, Error> {
        let held: Vec<_> = references.held().iter().filter(|(field, _)| !wrong.names(field)).cloned().collect();
        self.look_up(actor, &held, &mut wrong).await?;
        Ok(wrong)
    }

    async fn look_up(
        &self,
        actor: &Actor,
        references: &[(Cow<'static, str>, Reference)],
        wrong: &mut FieldErrors,
    ) -> Result<(), Error> {
        let mut assignees = Vec::new();
        for (field, reference) in references {
            if let Reference::Assignee(user) = reference {
                assignees.push((field, *user));
            } else if let Some(message) = self.wrong_with(actor, reference).await? {
                wrong.add(field.as_ref(), message);
            }
        }
        for assignees in assignees.chunks(KEYS_AT_ONCE) {
            let ids: Vec<UserId> = assignees.iter().map(|(_, user)| *user).collect();
            let found = self.store.users_of(&ids).await?;
            let organisation = actor.tenant().organisation();
            let is_member = |id: &UserId| found.iter().any(|u| u.id == *id && u.role_in(organisation).is_some());
            for (field, id) in assignees.iter().filter(|(_, id)| !is_member(id)) {
                wrong.add(field.as_ref(), format!("{id} is no member of the organisation."));
            }
        }
        Ok(())
    }

    /// What is wrong with one reference; nothing is said of an assignee here.
    async fn wrong_with(&self, actor: &Actor, reference: &Reference) -> Result<Option<String>, Error> {
        let tenant = actor.tenant();
        let (id, exists) = match reference.clone() {
            Reference::Client(id) => (id.to_string(), self.store.client(tenant, id).await?.is_some()),
            Reference::Contact(id) => (id.to_string(), self.store.contact(tenant, id).await?.is_some()),
            Reference::ContactAt(id, client) => match self.store.contact(tenant, id).await? {
                Some(contact) if Some(contact.client) != client => {
                    // Where there is no such client, the contact is not to blame.
                    let blames_client = match client {
                        Some(client) => self.store.client(tenant, client).await?.is_none(),
                        None => false,
                    };
                    return Ok((!blames_client).then(|| OTHER_CLIENT.to_owned()));
                }
                contact => (id.to_string(), contact.is_some()),
            },
            Reference::Category(id) => (id.to_string(), self.store.category(tenant, id).await?.is_some()),
            Reference::Item(id) => (id.to_string(), self.store.item(tenant, id).await?.is_some()),
            Reference::Pipeline(id) => (id.to_string(), self.store.pipeline(tenant, id).await?.is_some()),
            Reference::Member(number) => (number.to_string(), self.store.member_exists(tenant, number).await?),
            Reference::PaymentMethod(method) => {
                return message_of(self.payment_method_of(actor, Some(method)).await);
            }
            Reference::Party(number) => {
                let party = self.store.party_of(tenant, number).await?;
                (number.to_string(), matches!(party, Some(PartyKey::Customer(_))))
            }
            Reference::ProductCategory(category) => {
                return message_of(self.product_category_of(actor, category).await);
            }
            Reference::Assignee(_) => return Ok(None),
        };
        Ok((!exists).then(|| does_not_exist(id)))
    }

    /// Whether a contact is of another client than this one, or gone.
    pub(crate) async fn is_elsewhere(
        &self,
        actor: &Actor,
        contact: ContactId,
        client: Option<ClientId>,
    ) -> Result<bool, Error> {
        let contact = self.store.contact(actor.tenant(), contact).await?;
        Ok(contact.is_none_or(|contact| Some(contact.client) != client))
    }
}

const OTHER_CLIENT: &str = "This contact is not one of the invoice's client.";

/// What a look-up refuses, if it does.
fn message_of<T>(found: Result<T, Error>) -> Result<Option<String>, Error> {
    let mut wrong = FieldErrors::new();
    gather(&mut wrong, found)?;
    let messages: Vec<_> = wrong.iter().flat_map(|(_, messages)| messages).cloned().collect();
    Ok(Some(messages.join(" ")).filter(|text| !text.is_empty()))
}

/// A decision, with what was wrong before it.
pub(crate) fn together<T>(
    mut wrong: FieldErrors,
    decided: Result<T, impl Into<FieldErrors>>,
) -> Result<T, FieldErrors> {
    match decided {
        Ok(value) => wrong.into_result().map(|()| value),
        Err(more) => {
            wrong.merge(more.into());
            Err(wrong)
        }
    }
}

/// The value of a step; the fields that it found wrong are taken over.
pub(crate) fn gather<T>(wrong: &mut FieldErrors, step: Result<T, Error>) -> Result<Option<T>, Error> {
    match step {
        Err(Error::Domain(error)) => Ok(wrong.gather(Err(error))?),
        other => other.map(Some),
    }
}

/// A reference to something that the organisation does not have.
pub(crate) fn no_such(field: &str, id: impl std::fmt::Display) -> Error {
    domain::Error::field(field, does_not_exist(id)).into()
}

/// The message for such a reference.
pub(crate) fn does_not_exist(id: impl std::fmt::Display) -> String {
    format!("Invalid pk \"{id}\" - object does not exist.")
}
