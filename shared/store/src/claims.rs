//! Claims to an e-mail address, and what the answered mail makes of them.

use domain::Tenant;
use domain::claim::{AddressClaim, AddressClaims, Claimant};
use domain::id::UserId;
use domain::organisation::Organisation;
use domain::otp::{Code, OtpMails, OtpPurpose};
use domain::text::{Email, Name, ShortText};
use domain::user::{User, Username};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::codec::{Stored, encode};
use crate::error::{StoreError, Unique};
use crate::keys::{self, Key};
use crate::members::{email_key, new_member_item, username_key};
use crate::otps::{put_mails, write};
use crate::starting_rows::put_starting_rows;
use crate::table::{n, s};
use crate::transaction::Transaction;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ClaimsBody {
    claims: Vec<ClaimBody>,
    version: u64,
    /// Unix seconds: DynamoDB deletes the item some time after, when no claim is live.
    expires_at: i64,
}

#[derive(Debug, Serialize, Deserialize)]
struct ClaimBody {
    user: UserId,
    username: String,
    email: Email,
    /// None for a member.
    sign_up: Option<SignUpBody>,
    code: CodeBody,
    ends_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
struct SignUpBody {
    password_hash: String,
    phone: ShortText,
    business_name: Option<Name>,
}

#[derive(Debug, Serialize, Deserialize)]
struct CodeBody {
    hash: String,
    valid_until: Timestamp,
    asked_from: Option<String>,
    wrong_tries: u32,
    stranger_tries: u32,
}

impl From<Code> for CodeBody {
    fn from(code: Code) -> Self {
        let Code { hash, expires_at, asked_from, wrong_tries, stranger_tries } = code;
        Self { hash, valid_until: expires_at, asked_from, wrong_tries, stranger_tries }
    }
}

impl From<CodeBody> for Code {
    fn from(body: CodeBody) -> Self {
        let CodeBody { hash, valid_until, asked_from, wrong_tries, stranger_tries } = body;
        Self { hash, expires_at: valid_until, asked_from, wrong_tries, stranger_tries }
    }
}

impl Stored for AddressClaims {
    type Body = ClaimsBody;
    const MODEL: Option<&'static str> = None;

    fn body(&self) -> ClaimsBody {
        let Self { claims, version } = self.clone();
        let expires_at = claims.iter().map(|claim| claim.ends_at.as_second()).max().unwrap_or_default();
        ClaimsBody { claims: claims.into_iter().map(claim_body).collect(), version, expires_at }
    }

    fn restore(body: ClaimsBody) -> Result<Self, StoreError> {
        let ClaimsBody { claims, version, expires_at: _ } = body;
        Ok(Self { claims: claims.into_iter().map(restore_claim).collect::<Result<_, _>>()?, version })
    }
}

fn claim_body(claim: AddressClaim) -> ClaimBody {
    let AddressClaim { user, username, email, claimant, code, ends_at } = claim;
    let sign_up = match claimant {
        Claimant::SignUp { password_hash, phone, business_name } => {
            Some(SignUpBody { password_hash, phone, business_name })
        }
        Claimant::Member => None,
    };
    ClaimBody { user, username: username.as_str().to_owned(), email, sign_up, code: code.into(), ends_at }
}

fn restore_claim(body: ClaimBody) -> Result<AddressClaim, StoreError> {
    let ClaimBody { user, username, email, sign_up, code, ends_at } = body;
    let claimant = match sign_up {
        Some(SignUpBody { password_hash, phone, business_name }) => {
            Claimant::SignUp { password_hash, phone, business_name }
        }
        None => Claimant::Member,
    };
    let username = Username::parse(&username).map_err(StoreError::corrupt)?;
    Ok(AddressClaim { user, username, email, claimant, code: Code::from(code), ends_at })
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`], and the writes
/// with [`StoreError::Raced`] too.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// The claims to an address.
    pub async fn address_claims(&self, email: &Email) -> Result<AddressClaims, StoreError> {
        Ok(self.find(&key(email)).await?.unwrap_or_default())
    }

    /// Writes the claims to an address over the version before theirs.
    pub async fn save_address_claims(&self, email: &Email, claims: &AddressClaims) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        put_claims(&mut commit, email, claims)?;
        commit.commit(&self.table).await
    }

    /// Writes a claim, which is the newest of `claims`, and counts its mail. The claim of a sign-up reserves its
    /// username until it ends: [`StoreError::Taken`] if somebody has it.
    pub async fn claim_address(
        &self,
        claims: &AddressClaims,
        claim: &AddressClaim,
        mails: &OtpMails,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        put_claims(&mut commit, &claim.email, claims)?;
        put_mails(&mut commit, OtpPurpose::SignUp, &claim.email, mails)?;
        match claim.claimant {
            Claimant::SignUp { .. } => {
                put_username(&mut commit, &claim.username, claim.user, Some(claim.ends_at), now);
            }
            Claimant::Member => {}
        }
        commit.commit(&self.table).await
    }

    /// Who has a username, or has reserved it.
    pub async fn username_holder(&self, username: &Username, now: Timestamp) -> Result<Option<UserId>, StoreError> {
        let marker = username_key(username);
        let Some(item) = self.table.get(&marker).await? else { return Ok(None) };
        let ends_at = item.get("expires_at").and_then(|at| at.as_n().ok()?.parse::<i64>().ok());
        if ends_at.is_some_and(|at| at <= now.as_second()) {
            return Ok(None);
        }
        let holder = item.get("held_by").and_then(|id| id.as_s().ok()?.parse().ok());
        holder.map(|id| Some(UserId::new(id))).ok_or_else(|| StoreError::corrupt("a marker without its holder"))
    }

    /// Writes a new organisation with its owner, who has proven the address: the claims to it, of this version, end.
    /// [`StoreError::Taken`] for the username or the e-mail address.
    pub async fn create_account(
        &self,
        organisation: &Organisation,
        owner: &User,
        claims: Option<u64>,
    ) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.create(encode(organisation, &keys::organisation(organisation.id))?);
        commit.create(encode(owner, &keys::user(owner.id))?);
        put_username(&mut commit, &owner.username, owner.id, None, owner.date_joined);
        take_address(&mut commit, owner, claims);
        commit.create(new_member_item(Tenant::trusted(organisation.id), owner)?);
        put_starting_rows(&mut commit, organisation, owner.author())?;
        commit.commit(&self.table).await
    }

    /// Writes a user who has proven the address over the version before: the claims to it, of this version, end.
    /// [`StoreError::Taken`] for the address.
    pub async fn prove_address(&self, user: &User, claims: u64) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        write(&mut commit, user, user.version, &keys::user(user.id))?;
        take_address(&mut commit, user, Some(claims));
        commit.commit(&self.table).await
    }
}

fn key(email: &Email) -> Key {
    keys::address_claims(&email.folded())
}

/// Writes the claims to an address over the version before theirs; without any, nothing is left.
pub(crate) fn put_claims(commit: &mut Transaction, email: &Email, claims: &AddressClaims) -> Result<(), StoreError> {
    if claims.claims.is_empty() {
        commit.remove(key(email), claims.version.saturating_sub(1));
        return Ok(());
    }
    write(commit, claims, claims.version, &key(email))
}

/// Takes a username for good, or until a time. It may be free, the user's already, or reserved until a time that is over:
/// DynamoDB deletes an expired item only some time later.
pub(crate) fn put_username(
    commit: &mut Transaction,
    username: &Username,
    user: UserId,
    until: Option<Timestamp>,
    now: Timestamp,
) {
    const FREE: &str = "attribute_not_exists(pk) OR held_by = :holder OR expires_at <= :now";
    let holder = s(user.to_string());
    let mut marker = username_key(username).attributes();
    marker.insert("held_by".into(), holder.clone());
    if let Some(until) = until {
        marker.insert("expires_at".into(), n(until.as_second()));
    }
    let values = [(":holder".to_owned(), holder), (":now".to_owned(), n(now.as_second()))].into();
    commit.put_or_taken(Unique::Username, marker, FREE, values);
}

/// The address becomes the user's, and nobody else's claim to it can be answered any more.
fn take_address(commit: &mut Transaction, user: &User, claims: Option<u64>) {
    commit.claim(Unique::Email, email_key(&user.email), user.id.uuid());
    if let Some(version) = claims {
        commit.remove(key(&user.email), version);
    }
}
