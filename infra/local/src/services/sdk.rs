//! AWS SDK clients for the local services.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sqs::config::{Credentials, SharedCredentialsProvider, SharedHttpClient};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use tokio::sync::watch;

use super::REGION;
use super::changes::Changes;
use crate::permissions::{Role, SignedLinks, guarded};

/// Access key and secret that the local services accept.
pub const CREDENTIALS: (&str, &str) = ("local", "local");

/// Makes clients that share one connection pool. A pool belongs to the runtime that first used it.
#[derive(Debug, Clone)]
pub struct Sdk {
    http_client: SharedHttpClient,
    /// Whose permissions the clients have; without a role they have all.
    role: Option<Role>,
    /// Told of what the clients of DynamoDB write.
    changes: Changes,
}

impl Default for Sdk {
    fn default() -> Self {
        Self::new()
    }
}

impl Sdk {
    /// A new pool.
    ///
    /// The services speak plain HTTP on loopback, so no certificate is read: a client made here
    /// reaches nothing on the internet.
    #[must_use]
    pub fn new() -> Self {
        let no_roots = TlsContext::builder()
            .with_trust_store(TrustStore::empty())
            .build()
            .expect("a context without certificates is always valid");
        let http_client = aws_smithy_http_client::Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(no_roots)
            .build_https();
        Self { http_client, role: None, changes: Changes::default() }
    }

    /// Clients that may do what a role allows, and nothing else.
    #[must_use]
    pub fn acting_as(&self, role: &Role) -> Self {
        let http_client = guarded(self.http_client.clone(), role.clone());
        Self { http_client, role: Some(role.clone()), changes: self.changes.clone() }
    }

    /// The configuration of any service's client at `endpoint`.
    #[must_use]
    pub fn config(&self, endpoint: &str) -> SdkConfig {
        let (key, secret) = CREDENTIALS;
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static(REGION))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(key, secret, None, None, "local")))
            .endpoint_url(endpoint)
            // It would look at every open request ten times a second, and a long poll is always open.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .http_client(self.http_client.clone())
            .build()
    }

    /// A client of the embedded DynamoDB.
    #[must_use]
    pub fn dynamodb(&self, endpoint: &str) -> aws_sdk_dynamodb::Client {
        let config = aws_sdk_dynamodb::config::Builder::from(&self.config(endpoint));
        let config = config.interceptor(self.changes.clone());
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    /// Tells when clients of DynamoDB that were made here have written.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// A client of the embedded DynamoDB's streams, which share its endpoint.
    #[must_use]
    pub fn dynamodb_streams(&self, endpoint: &str) -> aws_sdk_dynamodbstreams::Client {
        aws_sdk_dynamodbstreams::Client::new(&self.config(endpoint))
    }

    /// A client of the local SQS.
    #[must_use]
    pub fn sqs(&self, endpoint: &str) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config(endpoint))
    }

    /// A client of the local Secrets Manager.
    #[must_use]
    pub fn secrets(&self, endpoint: &str) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.config(endpoint))
    }

    /// A client of the local SES.
    #[must_use]
    pub fn ses(&self, endpoint: &str) -> aws_sdk_sesv2::Client {
        aws_sdk_sesv2::Client::new(&self.config(endpoint))
    }

    /// A client of the local S3, with the bucket in the path: its host has no subdomains.
    #[must_use]
    pub fn s3(&self, endpoint: &str) -> aws_sdk_s3::Client {
        let mut config = aws_sdk_s3::config::Builder::from(&self.config(endpoint)).force_path_style(true);
        if let Some(role) = &self.role {
            config.push_interceptor(SharedInterceptor::new(SignedLinks { role: role.clone() }));
        }
        aws_sdk_s3::Client::from_conf(config.build())
    }
}
