//! Organisations, users and their credentials.

use domain::Tenant;
use domain::id::{OrganisationId, UserId};
use domain::money::Currency;
use domain::organisation::Organisation;
use domain::text::{Email, Name, ShortText, folded};
use domain::user::{Membership, TokenHash, User, Username};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::codec::{Stored, decode, encode};
use crate::error::{StoreError, Unique};
use crate::keys;
use crate::members::{new_member_item, role_from_groups, role_to_groups};
use crate::starting_rows::put_starting_rows;
use crate::table::{Update, n};
use crate::transaction::Transaction;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OrganisationBody {
    id: OrganisationId,
    name: Name,
    currency: Currency,
    owner: UserId,
    created_at: Timestamp,
}

impl Stored for Organisation {
    type Body = OrganisationBody;
    const MODEL: Option<&'static str> = None;

    fn body(&self) -> OrganisationBody {
        let Self { id, name, currency, owner, created_at } = self.clone();
        OrganisationBody { id, name, currency, owner, created_at }
    }

    fn restore(body: OrganisationBody) -> Result<Self, StoreError> {
        let OrganisationBody { id, name, currency, owner, created_at } = body;
        Ok(Self { id, name, currency, owner, created_at })
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct UserBody {
    id: UserId,
    number: u64,
    username: String,
    email: Email,
    first_name: ShortText,
    last_name: ShortText,
    phone: ShortText,
    password_hash: String,
    is_verified: bool,
    home: OrganisationId,
    memberships: Vec<MembershipBody>,
    tokens: Vec<TokenBody>,
    #[serde(default)]
    sessions: Vec<TokenBody>,
    #[serde(default)]
    credentials_valid_from: Option<Timestamp>,
    date_joined: Timestamp,
    version: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct MembershipBody {
    organisation: OrganisationId,
    /// None for an owner.
    groups: Option<Vec<String>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct TokenBody {
    hash: String,
    created_at: Timestamp,
}

impl Stored for User {
    type Body = UserBody;
    const MODEL: Option<&'static str> = None;

    #[rustfmt::skip]
    fn body(&self) -> UserBody {
        let Self {
            id, number, username, email, first_name, last_name, phone, password_hash, is_verified, home, memberships,
            tokens, sessions, credentials_valid_from, date_joined, version,
        } = self.clone();
        let memberships = memberships.into_iter().map(|Membership { organisation, role }| MembershipBody {
            organisation,
            groups: role_to_groups(role),
        });
        let hashes = |kept: Vec<TokenHash>| {
            kept.into_iter().map(|TokenHash { hash, created_at }| TokenBody { hash, created_at }).collect()
        };
        UserBody {
            id, number, username: username.as_str().to_owned(), email, first_name, last_name, phone, password_hash,
            is_verified, home, memberships: memberships.collect(), tokens: hashes(tokens), sessions: hashes(sessions),
            credentials_valid_from, date_joined, version,
        }
    }

    #[rustfmt::skip]
    fn restore(body: UserBody) -> Result<Self, StoreError> {
        let UserBody {
            id, number, username, email, first_name, last_name, phone, password_hash, is_verified, home, memberships,
            tokens, sessions, credentials_valid_from, date_joined, version,
        } = body;
        let memberships = memberships.into_iter().map(|MembershipBody { organisation, groups }| {
            Ok(Membership { organisation, role: role_from_groups(groups)? })
        });
        let hashes = |kept: Vec<TokenBody>| {
            kept.into_iter().map(|TokenBody { hash, created_at }| TokenHash { hash, created_at }).collect()
        };
        Ok(Self {
            id, number, username: Username::parse(&username).map_err(StoreError::corrupt)?, email, first_name,
            last_name, phone, password_hash, is_verified, home, memberships: memberships.collect::<Result<_, _>>()?,
            tokens: hashes(tokens), sessions: hashes(sessions), credentials_valid_from, date_joined, version,
        })
    }
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`], and the writes
/// with [`StoreError::Raced`] too.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// A user, with its credentials: one round trip.
    pub async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.find(&keys::user(id)).await
    }

    /// Up to 100 users, in no order; those that are not there are left out.
    pub async fn users_of(&self, ids: &[UserId]) -> Result<Vec<User>, StoreError> {
        let keys: Vec<_> = ids.iter().map(|id| keys::user(*id)).collect();
        self.table.get_all(&keys).await?.into_iter().map(decode).collect()
    }

    /// The user of a username or of an e-mail address, in any case.
    pub async fn user_by_login(&self, login: &str) -> Result<Option<User>, StoreError> {
        // Longer than any username or address.
        if login.len() > 1000 {
            return Ok(None);
        }
        let login = folded(login);
        if login.is_empty() {
            return Ok(None);
        }
        let kind = if login.contains('@') { ["EMAIL", "USERNAME"] } else { ["USERNAME", "EMAIL"] };
        for kind in kind {
            if let Some(holder) = self.holder(&keys::unique(kind, &login)).await? {
                return self.user(UserId::new(holder)).await;
            }
        }
        Ok(None)
    }

    /// The user of an e-mail address, in any case. A username that looks like one is none.
    pub async fn user_by_email(&self, email: &Email) -> Result<Option<User>, StoreError> {
        match self.holder(&keys::unique("EMAIL", &email.folded())).await? {
            Some(holder) => self.user(UserId::new(holder)).await,
            None => Ok(None),
        }
    }

    /// Whether the user of an integer id is a member of an organisation.
    pub async fn member_exists(&self, tenant: Tenant, number: u64) -> Result<bool, StoreError> {
        Ok(self.table.get(&keys::membership(tenant, number)).await?.is_some())
    }

    /// An organisation.
    pub async fn organisation(&self, id: OrganisationId) -> Result<Option<Organisation>, StoreError> {
        self.find(&keys::organisation(id)).await
    }

    /// The next integer of the deployment's series of users. A number is never given twice; one
    /// that is not used after all is left out.
    pub async fn next_user_number(&self) -> Result<u64, StoreError> {
        let update = Update {
            key: keys::series("USER"),
            expression: "ADD #last :one",
            condition: String::new(),
            names: [("#last".to_owned(), "last".to_owned())].into(),
            values: [(":one".to_owned(), n(1))].into(),
        };
        let item = self.table.update(update).await?;
        let last = item.get("last").and_then(|last| last.as_n().ok());
        last.and_then(|last| last.parse().ok()).ok_or_else(|| StoreError::corrupt("a series without its number"))
    }

    /// Writes a new organisation with its owner. [`StoreError::Taken`] for the username or the
    /// e-mail address.
    pub async fn create_account(&self, organisation: &Organisation, owner: &User) -> Result<(), StoreError> {
        let tenant = Tenant::trusted(organisation.id);
        let mut commit = Transaction::new();
        commit.create(encode(organisation, &keys::organisation(organisation.id))?);
        commit.create(encode(owner, &keys::user(owner.id))?);
        commit.claim(Unique::Username, keys::unique("USERNAME", &owner.username.folded()), owner.id.uuid());
        commit.claim(Unique::Email, keys::unique("EMAIL", &owner.email.folded()), owner.id.uuid());
        commit.create(new_member_item(tenant, owner)?);
        put_starting_rows(&mut commit, organisation, owner.author())?;
        commit.commit(&self.table).await
    }

    /// Writes a user over the version `before`.
    pub async fn save_user(&self, user: &User, before: u64) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(encode(user, &keys::user(user.id))?, before);
        commit.commit(&self.table).await
    }
}
