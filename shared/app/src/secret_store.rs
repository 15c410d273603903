//! Secrets that the deployment keeps at Secrets Manager.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::DisplayErrorContext;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use futures::FutureExt;
use jiff::Timestamp;
use store::Lazy;
use tokio::sync::OnceCell;

use crate::Error;
use crate::aws::lazy;

/// A secret. One that Secrets Manager keeps is read when it is first asked for, and not again as long as the instance
/// lives. Cheap to clone.
#[derive(Clone)]
pub struct Secret {
    source: Source,
    value: Arc<OnceCell<String>>,
}

#[derive(Clone)]
enum Source {
    Given,
    Stored { client: Lazy<Client>, arn: Arc<str> },
}

/// Which of a rotated secret's values is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Current,
    Previous,
}

/// One of a secret's values.
#[derive(Clone)]
pub(crate) struct Version {
    pub(crate) value: String,
    pub(crate) created_at: Timestamp,
}

impl Secret {
    /// A secret that is known.
    #[must_use]
    pub fn given(value: impl Into<String>) -> Self {
        Self { source: Source::Given, value: Arc::new(OnceCell::new_with(Some(value.into()))) }
    }

    /// The secret that Secrets Manager keeps under an ARN or a name.
    #[must_use]
    pub fn stored(client: impl Into<Lazy<Client>>, arn: &str) -> Self {
        Self { source: Source::Stored { client: client.into(), arn: arn.into() }, value: Arc::default() }
    }

    /// The secret of a deployment: the environment variable `name`, or what Secrets Manager keeps under the ARN in
    /// `<name>_ARN`, which may be empty for none. None when neither is set.
    #[must_use]
    pub fn from_env(config: &SdkConfig, name: &str) -> Option<Self> {
        if let Ok(value) = std::env::var(name) {
            return Some(Self::given(value));
        }
        match std::env::var(format!("{name}_ARN")).ok()?.as_str() {
            "" => Some(Self::given("")),
            arn => Some(Self::stored(lazy(config, Client::new), arn)),
        }
    }

    /// As [`Secret::from_env`], for a function that cannot do without.
    ///
    /// # Errors
    /// Neither variable is set.
    pub fn required(config: &SdkConfig, name: &str) -> Result<Self, Error> {
        let missing = || Error::Defect(format!("neither of the environment variables {name} and {name}_ARN is set"));
        Self::from_env(config, name).ok_or_else(missing)
    }

    /// The value.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when Secrets Manager does not give it; the next call asks again.
    pub async fn read(&self) -> Result<&str, Error> {
        let value = self.value.get_or_try_init(async || match &self.source {
            Source::Given => Err(Error::Defect("a secret that was given has no value".to_owned())),
            Source::Stored { client, arn } => {
                let version = fetch(client, arn, Stage::Current).await?;
                let missing = || Error::Unavailable(format!("Secrets Manager: {arn} has no value yet"));
                version.map(|version| version.value).ok_or_else(missing)
            }
        });
        Ok(value.await?)
    }

    /// The value of a stage at Secrets Manager, read now; `None` if there is no such value.
    pub(crate) async fn version(&self, stage: Stage) -> Result<Option<Version>, Error> {
        match &self.source {
            Source::Stored { client, arn } => fetch(client, arn, stage).await,
            Source::Given => Err(Error::Defect("a secret that was given has no versions".to_owned())),
        }
    }

    /// The value, once it has been read.
    #[must_use]
    pub fn known(&self) -> Option<&str> {
        self.value.get().map(String::as_str)
    }
}

async fn fetch(client: &Client, arn: &str, stage: Stage) -> Result<Option<Version>, Error> {
    let name = match stage {
        Stage::Current => "AWSCURRENT",
        Stage::Previous => "AWSPREVIOUS",
    };
    let answer = client.get_secret_value().secret_id(arn).version_stage(name).send().boxed().await;
    let answer = match answer {
        Err(error) if error.as_service_error().is_some_and(GetSecretValueError::is_resource_not_found_exception) => {
            return Ok(None);
        }
        answer => answer
            .map_err(|error| Error::Unavailable(format!("Secrets Manager: {arn}: {}", DisplayErrorContext(error))))?,
    };
    let created_at = answer.created_date.and_then(|at| Timestamp::from_second(at.secs()).ok()).unwrap_or_default();
    let value = answer.secret_string.filter(|value| !value.is_empty());
    Ok(value.map(|value| Version { value, created_at }))
}

/// Without the value.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.source {
            Source::Given => f.write_str("Secret(…)"),
            Source::Stored { arn, .. } => write!(f, "Secret({arn})"),
        }
    }
}
