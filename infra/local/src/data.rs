//! The data directory: who may use it, and what lies where.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use app::ports::{Entropy, SystemEntropy};
use tempfile::TempDir;

use crate::cloud::Error;
use crate::durable;
use crate::options::StripeAccount;
use crate::services::Storage;

/// Where one local cloud keeps its data, for as long as it runs.
#[derive(Debug)]
pub(crate) enum DataDirectory {
    /// A directory that stays.
    Kept {
        /// The directory.
        path: PathBuf,
        /// Held to the end: the lock goes with it.
        _lock: File,
    },
    /// A directory that goes with the cloud, for what cannot be in memory.
    Ephemeral(TempDir),
}

impl DataDirectory {
    /// Takes the directory, or one that goes with the cloud.
    pub(crate) fn open(path: &Path, ephemeral: bool) -> Result<Self, Error> {
        if ephemeral {
            let directory = tempfile::tempdir().map_err(|source| Error::Data { path: std::env::temp_dir(), source })?;
            return Ok(Self::Ephemeral(directory));
        }
        let in_data = |source| Error::Data { path: path.to_owned(), source };
        create_private(path).map_err(in_data)?;
        // Absolute, so that nothing moves with the process's working directory.
        let path = path.canonicalize().map_err(in_data)?;
        let lock = File::create(path.join("lock")).map_err(in_data)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self::Kept { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse(path)),
            Err(TryLockError::Error(source)) => Err(Error::Data { path, source }),
        }
    }

    /// The directory.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Kept { path, .. } => path,
            Self::Ephemeral(directory) => directory.path(),
        }
    }

    /// The directory, if it stays.
    pub(crate) fn kept(&self) -> Option<&Path> {
        match self {
            Self::Kept { path, .. } => Some(path),
            Self::Ephemeral(_) => None,
        }
    }

    /// A file of the directory, if it stays.
    pub(crate) fn file(&self, name: &str) -> Option<PathBuf> {
        self.kept().map(|path| path.join(name))
    }

    /// A service's storage.
    pub(crate) fn storage(&self, name: &str) -> Storage {
        self.file(name).map_or(Storage::Memory, Storage::File)
    }

    /// The value of each secret: the same at every start, where the directory stays.
    pub(crate) fn secrets(&self, names: &BTreeSet<String>) -> Result<BTreeMap<String, String>, Error> {
        names.iter().map(|name| Ok((name.clone(), self.secret(name)?))).collect()
    }

    /// The account at the Stripe stand-in, whose address is not known yet.
    pub(crate) fn stripe_account(&self) -> Result<StripeAccount, Error> {
        Ok(StripeAccount {
            secret_key: format!("sk_test_{}", self.secret("StripeSecretKey")?),
            webhook_secret: format!("whsec_{}", self.secret("StripeWebhookSecret")?),
            api_base: None,
        })
    }

    /// The demo's password.
    pub(crate) fn demo_password(&self) -> Result<String, Error> {
        Ok(format!("demo-{}", &self.secret("DemoPassword")?[..24]))
    }

    fn secret(&self, name: &str) -> Result<String, Error> {
        match self.file(&format!("{name}.secret")) {
            Some(path) => kept_secret(&path).map_err(|source| Error::Data { path, source }),
            None => Ok(new_secret()),
        }
    }
}

fn kept_secret(path: &Path) -> std::io::Result<String> {
    if let Some(kept) = durable::read(path)? {
        return Ok(kept);
    }
    let secret = new_secret();
    durable::write(path, secret.as_bytes())?;
    Ok(secret)
}

/// 64 hexadecimal digits.
fn new_secret() -> String {
    let mut bytes = [0; 32];
    SystemEntropy.fill(&mut bytes);
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes every text");
        text
    })
}

/// The directory holds secrets and everybody's data, so no other user of the machine may look into it.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_on_the_same_data_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let first = DataDirectory::open(directory.path(), false).unwrap();
        let refused = DataDirectory::open(directory.path(), false).unwrap_err();
        assert!(matches!(refused, Error::InUse(_)), "{refused}");
        drop(first);
        assert!(DataDirectory::open(directory.path(), false).is_ok());
    }

    #[test]
    fn a_restart_keeps_the_secrets() {
        let directory = tempfile::tempdir().unwrap();
        let secrets = || {
            let data = DataDirectory::open(directory.path(), false).unwrap();
            data.secrets(&BTreeSet::from(["Signing".to_owned()])).unwrap()
        };
        let first = secrets();
        assert_eq!(first["Signing"].len(), 64);
        assert_eq!(first, secrets());
    }
}
