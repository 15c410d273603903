//! Organisations, users and their credentials.

use domain::Tenant;
use domain::id::{OrganisationId, UserId};
use domain::money::Currency;
use domain::organisation::Organisation;
use domain::second_factor::SecondFactor;
use domain::text::{Email, Name, ShortText, folded};
use domain::user::{EndedJwts, KnownSource, Membership, TokenHash, User, Username};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Store;
use crate::codec::{Stored, decode, encode};
use crate::error::StoreError;
use crate::keys;
use crate::members::{role_from_groups, role_to_groups};
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
    /// False for a user of a former release who signed up and never proved the address.
    is_verified: bool,
    /// Absent for a user of a former release, which kept no user whose address was not theirs.
    #[serde(default)]
    email_is_proven: Option<bool>,
    home: OrganisationId,
    memberships: Vec<MembershipBody>,
    tokens: Vec<TokenBody>,
    #[serde(default)]
    sessions: Vec<TokenBody>,
    #[serde(default)]
    credentials_valid_from: Option<Timestamp>,
    #[serde(default)]
    ended_jwts: Vec<EndedJwtsBody>,
    #[serde(default)]
    known_sources: Vec<SourceBody>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    second_factor: Option<SecondFactor>,
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

#[derive(Debug, Serialize, Deserialize)]
struct EndedJwtsBody {
    id: Uuid,
    until: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SourceBody {
    hash: String,
    seen_at: Timestamp,
}

impl From<KnownSource> for SourceBody {
    fn from(KnownSource { hash, seen_at }: KnownSource) -> Self {
        Self { hash, seen_at }
    }
}

impl Stored for User {
    type Body = UserBody;
    const MODEL: Option<&'static str> = None;

    #[rustfmt::skip]
    fn body(&self) -> UserBody {
        let Self {
            id, number, username, email, first_name, last_name, phone, password_hash, email_is_proven, home,
            memberships, tokens, sessions, credentials_valid_from, ended_jwts, known_sources, second_factor, date_joined,
            version,
        } = self.clone();
        let memberships = memberships.into_iter().map(|Membership { organisation, role }| MembershipBody {
            organisation,
            groups: role_to_groups(role),
        });
        let hashes = |kept: Vec<TokenHash>| {
            kept.into_iter().map(|TokenHash { hash, created_at }| TokenBody { hash, created_at }).collect()
        };
        let ended_jwts = ended_jwts.into_iter().map(|EndedJwts { id, until }| EndedJwtsBody { id, until });
        UserBody {
            id, number, username: username.as_str().to_owned(), email, first_name, last_name, phone, password_hash,
            is_verified: true, email_is_proven: Some(email_is_proven), home, memberships: memberships.collect(),
            tokens: hashes(tokens), sessions: hashes(sessions), credentials_valid_from,
            ended_jwts: ended_jwts.collect(), known_sources: known_sources.into_iter().map(SourceBody::from).collect(),
            second_factor, date_joined, version,
        }
    }

    #[rustfmt::skip]
    fn restore(body: UserBody) -> Result<Self, StoreError> {
        let UserBody {
            id, number, username, email, first_name, last_name, phone, password_hash, is_verified, email_is_proven,
            home, memberships, tokens, sessions, credentials_valid_from, ended_jwts, known_sources, second_factor,
            date_joined, version,
        } = body;
        let memberships = memberships.into_iter().map(|MembershipBody { organisation, groups }| {
            Ok(Membership { organisation, role: role_from_groups(groups)? })
        });
        let hashes = |kept: Vec<TokenBody>| {
            kept.into_iter().map(|TokenBody { hash, created_at }| TokenHash { hash, created_at }).collect()
        };
        let ended_jwts = ended_jwts.into_iter().map(|EndedJwtsBody { id, until }| EndedJwts { id, until });
        let known = |SourceBody { hash, seen_at }| KnownSource { hash, seen_at };
        Ok(Self {
            id, number, username: Username::parse(&username).map_err(StoreError::corrupt)?, email, first_name,
            last_name, phone,
            // No password is right for a user who never proved the address: whoever can, resets it.
            password_hash: if is_verified { password_hash } else { String::new() },
            email_is_proven: email_is_proven.unwrap_or(true), home,
            memberships: memberships.collect::<Result<_, _>>()?, tokens: hashes(tokens), sessions: hashes(sessions),
            credentials_valid_from, ended_jwts: ended_jwts.collect(),
            known_sources: known_sources.into_iter().map(known).collect(),
            second_factor, date_joined, version,
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

    /// Writes a user over the version `before`.
    pub async fn save_user(&self, user: &User, before: u64) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(encode(user, &keys::user(user.id))?, before);
        commit.commit(&self.table).await
    }

    /// Notes the sources that a user signed in from, if the user has not changed since it was read.
    pub async fn save_known_sources(&self, user: &User) -> Result<(), StoreError> {
        let sources: Vec<_> = user.known_sources.iter().cloned().map(SourceBody::from).collect();
        let update = Update {
            key: keys::user(user.id),
            expression: "SET known_sources = :sources",
            condition: "version = :version".into(),
            names: [].into(),
            values: [
                (":sources".to_owned(), serde_dynamo::to_attribute_value(sources).map_err(StoreError::corrupt)?),
                (":version".to_owned(), n(user.version)),
            ]
            .into(),
        };
        self.table.update(update).await.map(drop)
    }
}
