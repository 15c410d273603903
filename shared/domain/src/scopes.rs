//! What an API key may do.

use crate::actor::{Action, Actor, Model, Permission};
use crate::error::Error;

/// The permissions of an API key: at least one, each once, in the order of [`Permission::all`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scopes(Vec<Permission>);

impl Scopes {
    /// The permissions, sorted and each one once; none if there are none.
    #[must_use]
    pub fn new(sent: &[Permission]) -> Option<Self> {
        let scopes: Vec<_> = Permission::all().filter(|permission| sent.contains(permission)).collect();
        (!scopes.is_empty()).then_some(Self(scopes))
    }

    /// The permissions.
    #[must_use]
    pub fn as_slice(&self) -> &[Permission] {
        &self.0
    }

    /// Demands that an actor has every one of them: nobody hands on more than what is theirs.
    ///
    /// # Errors
    /// [`Error::Forbidden`] beyond that.
    pub fn check_within(&self, actor: &Actor) -> Result<(), Error> {
        if self.0.iter().all(|permission| actor.has(*permission)) { Ok(()) } else { Err(Error::Forbidden) }
    }
}

/// How far an API key reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Without scopes: what the owner may do, except what would hand over or end the organisation.
    Books,
    /// Exactly these.
    Scopes(Scopes),
}

impl Reach {
    /// Whether it includes a permission.
    #[must_use]
    pub fn grants(&self, permission: Permission) -> bool {
        match self {
            Self::Books => is_of_books(permission),
            Self::Scopes(scopes) => scopes.0.contains(&permission),
        }
    }

    /// The scopes, if it has any.
    #[must_use]
    pub const fn scopes(&self) -> Option<&Scopes> {
        match self {
            Self::Books => None,
            Self::Scopes(scopes) => Some(scopes),
        }
    }
}

/// What an API key does without being told.
fn is_of_books(Permission(action, model): Permission) -> bool {
    match model {
        Model::User => action == Action::View,
        Model::Business => action != Action::Delete,
        Model::WebhookSecret | Model::Export | Model::AuditEntry => false,
        Model::Lead | Model::Client | Model::Service | Model::FollowUp | Model::Contact | Model::Pipeline => true,
        Model::Category | Model::CatalogueItem | Model::PriceTier | Model::Invoice | Model::InvoiceLineItem => true,
        Model::Payment | Model::Expense | Model::Attribute | Model::Webhook | Model::ApiKey => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::{Author, Tenant};
    use crate::api_key::PublicKey;
    use crate::id::{OrganisationId, UserId};

    fn scopes(words: &str) -> Scopes {
        let sent: Vec<Permission> = words.split(' ').map(|word| word.parse().unwrap()).collect();
        Scopes::new(&sent).unwrap()
    }

    fn key(reach: Reach) -> Actor {
        let owner = Author { id: UserId::new(uuid::Uuid::nil()), number: 1, name: "owner".into() };
        Actor::by_key(
            Tenant::trusted(OrganisationId::new(uuid::Uuid::nil())),
            owner,
            PublicKey::from_random([0; 16]),
            reach,
        )
    }

    #[test]
    fn scopes_are_kept_once_and_in_one_order_whatever_was_sent() {
        let words: Vec<_> =
            scopes("app.view_lead app.add_lead app.view_lead").as_slice().iter().map(Permission::to_string).collect();
        assert_eq!(words, ["app.add_lead", "app.view_lead"]);
        assert_eq!(Scopes::new(&[]), None);
    }

    #[test]
    fn every_permission_is_read_as_it_is_written_and_no_other_word_is() {
        assert!(Permission::all().all(|permission| permission.to_string().parse() == Ok(permission)));
        for bad in
            ["", "view_lead", "app.view_leads", "app.View_lead", " app.view_lead", "app.view_lead ", "*", "app.*"]
        {
            assert!(bad.parse::<Permission>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_key_without_scopes_may_do_all_but_what_hands_over_or_ends_the_organisation() {
        let key = key(Reach::Books);
        let missing: Vec<_> = Permission::all().filter(|p| !key.has(*p)).map(|p| p.to_string()).collect();
        assert_eq!(
            missing,
            [
                "app.add_webhooksecret",
                "app.change_webhooksecret",
                "app.delete_webhooksecret",
                "app.view_webhooksecret",
                "app.add_user",
                "app.change_user",
                "app.delete_user",
                "app.delete_business",
                "app.add_export",
                "app.change_export",
                "app.delete_export",
                "app.view_export",
                "app.add_auditentry",
                "app.change_auditentry",
                "app.delete_auditentry",
                "app.view_auditentry"
            ]
        );
        assert!(key.is_owner());
    }

    #[test]
    fn a_key_with_scopes_may_do_exactly_those_and_hands_on_no_more() {
        let key = key(Reach::Scopes(scopes("app.view_invoice app.delete_business")));
        let has: Vec<_> = key.permissions().iter().map(Permission::to_string).collect();
        assert_eq!(has, ["app.view_invoice", "app.delete_business"]);
        assert!(!key.is_owner());
        assert_eq!(scopes("app.view_invoice").check_within(&key), Ok(()));
        assert_eq!(scopes("app.view_invoice app.view_lead").check_within(&key), Err(Error::Forbidden));
        assert_eq!(key.require_of_keys(Action::View, Model::User), Err(Error::Forbidden));
    }
}
