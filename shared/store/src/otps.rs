//! One-time passwords, and how many of them were mailed.

use domain::otp::{Code, Otp, OtpMails, OtpPurpose, Proof};
use domain::text::Email;
use domain::user::User;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::codec::{Stored, encode};
use crate::error::StoreError;
use crate::keys::{self, Key};
use crate::transaction::Transaction;

const HOUR: i64 = 3600;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OtpBody {
    hash: String,
    valid_until: Timestamp,
    #[serde(default)]
    asked_from: Option<String>,
    wrong_tries: u32,
    #[serde(default)]
    stranger_tries: u32,
    #[serde(default)]
    proof: Option<ProofBody>,
    version: u64,
    /// Unix seconds: DynamoDB deletes the item some time after. For a day, who is late learns why.
    expires_at: i64,
}

#[derive(Debug, Serialize, Deserialize)]
struct ProofBody {
    token_hash: String,
    source: Option<String>,
    until: Timestamp,
}

impl Stored for Otp {
    type Body = OtpBody;
    const MODEL: Option<&'static str> = None;

    fn body(&self) -> OtpBody {
        let Self { code, proof, version } = self.clone();
        let Code { hash, expires_at: valid_until, asked_from, wrong_tries, stranger_tries } = code;
        let expires_at = valid_until.as_second() + 24 * HOUR;
        let proof = proof.map(|Proof { token_hash, source, until }| ProofBody { token_hash, source, until });
        OtpBody { hash, valid_until, asked_from, wrong_tries, stranger_tries, proof, version, expires_at }
    }

    fn restore(body: OtpBody) -> Result<Self, StoreError> {
        let OtpBody { hash, valid_until, asked_from, wrong_tries, stranger_tries, proof, version, expires_at: _ } =
            body;
        let code = Code { hash, expires_at: valid_until, asked_from, wrong_tries, stranger_tries };
        let proof = proof.map(|ProofBody { token_hash, source, until }| Proof { token_hash, source, until });
        Ok(Self { code, proof, version })
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OtpMailsBody {
    sent_at: Vec<Timestamp>,
    version: u64,
    /// Unix seconds: DynamoDB deletes the item some time after, when no limit depends on it.
    expires_at: i64,
}

impl Stored for OtpMails {
    type Body = OtpMailsBody;
    const MODEL: Option<&'static str> = None;

    fn body(&self) -> OtpMailsBody {
        let Self { sent_at, version } = self.clone();
        let last = sent_at.last().copied().unwrap_or_default();
        OtpMailsBody { sent_at, version, expires_at: last.as_second() + HOUR }
    }

    fn restore(body: OtpMailsBody) -> Result<Self, StoreError> {
        let OtpMailsBody { sent_at, version, expires_at: _ } = body;
        Ok(Self { sent_at, version })
    }
}

/// Every write is over the version before its own, and of a first version where nothing is. All methods fail with
/// [`StoreError::Unavailable`] and [`StoreError::Corrupt`], and the writes with [`StoreError::Raced`] too.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// The one-time password that was last sent to an address for a purpose.
    pub async fn otp(&self, purpose: OtpPurpose, email: &Email) -> Result<Option<Otp>, StoreError> {
        self.find(&key(purpose, email)).await
    }

    /// How many one-time passwords were mailed to an address for a purpose.
    pub async fn otp_mails(&self, purpose: OtpPurpose, email: &Email) -> Result<Option<OtpMails>, StoreError> {
        self.find(&mails_key(purpose, email)).await
    }

    /// Writes a one-time password that is to be mailed, and counts its mail.
    pub async fn send_otp(
        &self,
        purpose: OtpPurpose,
        email: &Email,
        otp: &Otp,
        mails: &OtpMails,
    ) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        write(&mut commit, otp, otp.version, &key(purpose, email))?;
        put_mails(&mut commit, purpose, email, mails)?;
        commit.commit(&self.table).await
    }

    /// Writes what a try has made of a one-time password: of many at once, one is first.
    pub async fn save_otp(&self, purpose: OtpPurpose, email: &Email, otp: &Otp) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        write(&mut commit, otp, otp.version, &key(purpose, email))?;
        commit.commit(&self.table).await
    }

    /// Writes a one-time password that is used up with the user who changes by it, in one commit.
    pub async fn accept_otp(&self, purpose: OtpPurpose, otp: &Otp, user: &User) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        write(&mut commit, otp, otp.version, &key(purpose, &user.email))?;
        write(&mut commit, user, user.version, &keys::user(user.id))?;
        commit.commit(&self.table).await
    }
}

fn key(purpose: OtpPurpose, email: &Email) -> Key {
    keys::otp(purpose.as_str(), &email.folded())
}

fn mails_key(purpose: OtpPurpose, email: &Email) -> Key {
    keys::otp_mails(purpose.as_str(), &email.folded())
}

/// Writes the count of the mails to an address over the version before.
pub(crate) fn put_mails(
    commit: &mut Transaction,
    purpose: OtpPurpose,
    email: &Email,
    mails: &OtpMails,
) -> Result<(), StoreError> {
    write(commit, mails, mails.version, &mails_key(purpose, email))
}

/// Writes an object over the version before its own, and of a first version where nothing is.
pub(crate) fn write<T: Stored>(
    commit: &mut Transaction,
    object: &T,
    version: u64,
    key: &Key,
) -> Result<(), StoreError> {
    let item = encode(object, key)?;
    match version.saturating_sub(1) {
        0 => commit.create(item),
        before => commit.replace(item, before),
    };
    Ok(())
}
