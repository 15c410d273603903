//! The AWS clients: one HTTP client, one TLS provider, made when first used.

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use futures::FutureExt;
use store::{Lazy, Store};

use crate::ports::{SystemClock, SystemEntropy};
use crate::secret_store::Secret;
use crate::secrets::SecretKey;
use crate::signing_keys::SigningKeys;
use crate::sources::TrustedProxies;
use crate::{App, Error};
use std::sync::Arc;

/// The SDK's configuration: region and credentials from the environment, where Lambda has them, or wherever else the SDK
/// finds them.
pub async fn sdk_config() -> SdkConfig {
    let https = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(OnDemand(https));
    // The SDK prepares to look everywhere, in files and at other services, before it looks here: a part of every start.
    if let Ok(region) = std::env::var("AWS_REGION") {
        loader = loader.region(Region::new(region));
    }
    if std::env::var_os("AWS_ACCESS_KEY_ID").is_some() {
        loader = loader.credentials_provider(EnvironmentVariableCredentialsProvider::new());
    }
    // Boxed: it would be a part of the program's own future, which is moved before it runs.
    loader.load().boxed().await
}

/// An HTTP client that connects to nothing before the first request. The SDK's own makes a connector for every client of
/// a service as that is made, only to have read all certificates by then: that takes longer than all else until the
/// first answer, which may need none of them.
#[derive(Debug)]
struct OnDemand(SharedHttpClient);

impl HttpClient for OnDemand {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        self.0.http_connector(settings, components)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

/// A client of a service, made at its first use: `lazy(&config, aws_sdk_s3::Client::new)`.
#[must_use]
pub fn lazy<C: 'static>(config: &SdkConfig, make: fn(&SdkConfig) -> C) -> Lazy<C> {
    let config = config.clone();
    Lazy::new(move || make(&config))
}

/// An environment variable that a function cannot do without.
///
/// # Errors
/// It is not set.
pub fn required_variable(name: &str) -> Result<String, Error> {
    std::env::var(name).map_err(|_| Error::Defect(format!("the environment variable {name} is not set")))
}

impl App {
    /// The use cases of a deployment: `TABLE_NAME` and `TRUSTED_PROXIES` from the environment, and the keys that
    /// [`Secret::from_env`] finds as `SECRET_KEY` and `SIGNING_KEY`, if the function has them.
    ///
    /// # Errors
    /// There is no `TABLE_NAME`, or `TRUSTED_PROXIES` cannot be read.
    pub fn from_env(config: &SdkConfig) -> Result<Self, Error> {
        let store = Store::new(lazy(config, aws_sdk_dynamodb::Client::new), &required_variable("TABLE_NAME")?);
        let secret = SecretKey::kept(Secret::from_env(config, "SECRET_KEY"));
        let proxies = std::env::var("TRUSTED_PROXIES").unwrap_or_default();
        let proxies = TrustedProxies::parse(&proxies).map_err(Error::Defect)?;
        let app = Self::new(store, Arc::new(SystemClock), Arc::new(SystemEntropy), secret)
            .with_signing_keys(SigningKeys::from_env(config))
            .behind(proxies);
        Ok(match std::env::var("PUBLIC_URL") {
            Ok(url) => app.with_public_url(&url),
            Err(_) => app,
        })
    }
}
