//! Who is asking, for which organisation, and what they may do.

use std::fmt;
use std::str::FromStr;

use crate::api_key::PublicKey;
use crate::error::Error;
use crate::id::{OrganisationId, UserId};
use crate::scopes::Reach;
use crate::words::words;

/// The organisation on whose behalf something is read or written. Every key is built from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tenant(OrganisationId);

impl Tenant {
    /// The tenant of an organisation id that came from a credential, from a stored item, or from a
    /// token of ours whose keyed hash is right, never from a path or a body as it is.
    #[must_use]
    pub const fn trusted(organisation: OrganisationId) -> Self {
        Self(organisation)
    }

    /// The organisation's id.
    #[must_use]
    pub const fn organisation(self) -> OrganisationId {
        self.0
    }
}

/// The person behind a change, as history, tasks and notes show them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The user's id.
    pub id: UserId,
    /// The user's integer id, unique in the deployment.
    pub number: u64,
    /// The full name, or the username where there is none.
    pub name: String,
}

/// A caller with a verified credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    tenant: Tenant,
    author: Author,
    role: Role,
    key: Option<Key>,
}

/// The API key that an actor acts by.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    public: PublicKey,
    reach: Reach,
}

/// What a member is in an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// May do everything.
    Owner,
    /// May do what the groups grant.
    Member(Vec<Group>),
}

impl Role {
    /// Whether this role includes a permission.
    #[must_use]
    pub fn grants(&self, permission: Permission) -> bool {
        match self {
            Self::Owner => true,
            Self::Member(groups) => {
                permission == Permission(Action::View, Model::Attribute)
                    || groups.iter().any(|group| group.grants(permission))
            }
        }
    }

    /// The groups of a member; none for an owner, who needs none.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        match self {
            Self::Owner => &[],
            Self::Member(groups) => groups,
        }
    }
}

impl Actor {
    /// The actor of a verified credential.
    #[must_use]
    pub const fn new(tenant: Tenant, author: Author, role: Role) -> Self {
        Self { tenant, author, role, key: None }
    }

    /// The actor of an API key, which acts as the owner within its reach.
    #[must_use]
    pub const fn by_key(tenant: Tenant, owner: Author, public: PublicKey, reach: Reach) -> Self {
        Self { tenant, author: owner, role: Role::Owner, key: Some(Key { public, reach }) }
    }

    /// The organisation that everything this actor does happens in.
    #[must_use]
    pub const fn tenant(&self) -> Tenant {
        self.tenant
    }

    /// The person.
    #[must_use]
    pub const fn author(&self) -> &Author {
        &self.author
    }

    /// The API key, if the actor acts by one.
    #[must_use]
    pub fn api_key(&self) -> Option<&PublicKey> {
        self.key.as_ref().map(|key| &key.public)
    }

    /// What the person is in the organisation.
    #[must_use]
    pub const fn role(&self) -> &Role {
        &self.role
    }

    /// Whether the actor is the owner, or an API key without scopes, which writes the books as the owner does.
    #[must_use]
    pub fn is_owner(&self) -> bool {
        self.role == Role::Owner && !matches!(self.reach(), Some(Reach::Scopes(_)))
    }

    /// Whether the actor has a permission.
    #[must_use]
    pub fn has(&self, permission: Permission) -> bool {
        self.role.grants(permission) && self.reach().is_none_or(|reach| reach.grants(permission))
    }

    /// Every permission that the actor has, in a stable order.
    #[must_use]
    pub fn permissions(&self) -> Vec<Permission> {
        Permission::all().filter(|permission| self.has(*permission)).collect()
    }

    /// Demands what every member may do: of an API key with scopes, a permission.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without it.
    pub fn require_of_keys(&self, action: Action, model: Model) -> Result<(), Error> {
        match self.reach() {
            Some(Reach::Scopes(_)) => self.require(action, model),
            Some(Reach::Books) | None => Ok(()),
        }
    }

    fn reach(&self) -> Option<&Reach> {
        self.key.as_ref().map(|key| &key.reach)
    }

    /// Demands a permission.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without it.
    pub fn require(&self, action: Action, model: Model) -> Result<(), Error> {
        if self.has(Permission(action, model)) { Ok(()) } else { Err(Error::Forbidden) }
    }
}

words! {
    /// The groups that a member can be in, by their public names.
    pub enum Group {
        /// Sales.
        Sales = "Sales",
        /// Instructors.
        Instructors = "Instructors",
        /// Teacher Assistant.
        TeacherAssistant = "Teacher Assistant",
        /// Operations.
        Operations = "Operations",
    }
}

impl Group {
    fn grants(self, Permission(action, model): Permission) -> bool {
        let view = action == Action::View;
        let no_delete = action != Action::Delete;
        match self {
            Self::Sales => match model {
                Model::Lead | Model::Client | Model::Contact => true,
                Model::Pipeline | Model::Category | Model::CatalogueItem | Model::PriceTier | Model::Payment => view,
                Model::Invoice | Model::InvoiceLineItem => no_delete,
                Model::Service | Model::FollowUp | Model::Expense => false,
                Model::Attribute | Model::Webhook | Model::WebhookSecret | Model::User => false,
                Model::Business | Model::Export | Model::ApiKey | Model::AuditEntry => false,
            },
            Self::Operations => match model {
                Model::Client | Model::Service | Model::FollowUp | Model::Contact => true,
                Model::Category | Model::CatalogueItem | Model::PriceTier => true,
                Model::Invoice | Model::InvoiceLineItem | Model::Payment | Model::Expense => true,
                Model::Lead | Model::Pipeline => false,
                Model::Attribute | Model::Webhook | Model::WebhookSecret | Model::User => false,
                Model::Business | Model::Export | Model::ApiKey | Model::AuditEntry => false,
            },
            Self::Instructors | Self::TeacherAssistant => match model {
                Model::Service | Model::Client => view,
                Model::FollowUp => true,
                Model::Lead | Model::Contact | Model::Pipeline | Model::Category => false,
                Model::CatalogueItem | Model::PriceTier | Model::Invoice | Model::InvoiceLineItem => false,
                Model::Payment | Model::Expense => false,
                Model::Attribute | Model::Webhook | Model::WebhookSecret | Model::User => false,
                Model::Business | Model::Export | Model::ApiKey | Model::AuditEntry => false,
            },
        }
    }
}

/// What can be done with a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Read.
    View,
    /// Create.
    Add,
    /// Update.
    Change,
    /// Delete.
    Delete,
}

/// What permissions are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Model {
    Lead,
    Client,
    Service,
    FollowUp,
    Contact,
    Pipeline,
    Category,
    CatalogueItem,
    PriceTier,
    Invoice,
    InvoiceLineItem,
    Payment,
    Expense,
    Attribute,
    Webhook,
    WebhookSecret,
    User,
    Business,
    Export,
    ApiKey,
    AuditEntry,
}

impl Model {
    /// All models.
    pub const ALL: [Self; 21] = [
        Self::Lead,
        Self::Client,
        Self::Service,
        Self::FollowUp,
        Self::Contact,
        Self::Pipeline,
        Self::Category,
        Self::CatalogueItem,
        Self::PriceTier,
        Self::Invoice,
        Self::InvoiceLineItem,
        Self::Payment,
        Self::Expense,
        Self::Attribute,
        Self::Webhook,
        Self::WebhookSecret,
        Self::User,
        Self::Business,
        Self::Export,
        Self::ApiKey,
        Self::AuditEntry,
    ];
}

/// One action on one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Permission(pub Action, pub Model);

impl Permission {
    /// Every permission there is.
    pub fn all() -> impl Iterator<Item = Self> {
        const ACTIONS: [Action; 4] = [Action::Add, Action::Change, Action::Delete, Action::View];
        Model::ALL.into_iter().flat_map(|model| ACTIONS.map(|action| Self(action, model)))
    }
}

/// The text names no permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is not the name of a permission.")]
pub struct UnknownPermission;

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, UnknownPermission> {
        Self::all().find(|permission| permission.to_string() == text).ok_or(UnknownPermission)
    }
}

impl fmt::Display for Permission {
    /// Django's words: `app.add_lead`, `app.view_catalogueitem`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let action = match self.0 {
            Action::View => "view",
            Action::Add => "add",
            Action::Change => "change",
            Action::Delete => "delete",
        };
        write!(f, "app.{action}_{}", format!("{:?}", self.1).to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(group: Group) -> Vec<String> {
        Permission::all().filter(|p| group.grants(*p)).map(|p| p.to_string()).collect()
    }

    #[test]
    fn sales_sells_but_books_no_money() {
        let names = names(Group::Sales);
        for yes in [
            "app.delete_lead",
            "app.add_client",
            "app.view_pipeline",
            "app.change_invoice",
            "app.add_invoicelineitem",
            "app.view_payment",
        ] {
            assert!(names.iter().any(|n| n == yes), "{yes}");
        }
        for no in [
            "app.add_payment",
            "app.change_payment",
            "app.delete_invoice",
            "app.add_pipeline",
            "app.add_catalogueitem",
            "app.view_user",
        ] {
            assert!(names.iter().all(|n| n != no), "{no}");
        }
    }

    #[test]
    fn instructors_see_clients_and_write_follow_ups() {
        assert_eq!(
            names(Group::Instructors),
            [
                "app.view_client",
                "app.view_service",
                "app.add_followup",
                "app.change_followup",
                "app.delete_followup",
                "app.view_followup"
            ]
        );
        assert_eq!(names(Group::Instructors), names(Group::TeacherAssistant));
    }

    #[test]
    fn any_member_reads_attributes_and_no_group_writes_them() {
        assert!(Role::Member(vec![]).grants(Permission(Action::View, Model::Attribute)));
        for group in Group::ALL {
            for action in [Action::Add, Action::Change, Action::Delete] {
                assert!(!Role::Member(vec![group]).grants(Permission(action, Model::Attribute)));
            }
        }
    }
}
