//! The TLS of deliveries: certificates are checked against the system's roots, for the name in the URL.

use std::sync::Arc;

use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use rustls::client::WantsClientCert;
use rustls::crypto::ring;
use rustls::{ClientConfig, ConfigBuilder, WantsVerifier};

use crate::connect::CheckedConnector;

/// Reads the system's roots, which takes time: only a target that needs them should cost it.
pub(crate) fn connector(tcp: CheckedConnector) -> Result<HttpsConnector<CheckedConnector>, std::io::Error> {
    Ok(trusting(tcp, config()?.with_native_roots()?))
}

fn trusting(
    tcp: CheckedConnector,
    config: ConfigBuilder<ClientConfig, WantsClientCert>,
) -> HttpsConnector<CheckedConnector> {
    let config = config.with_no_client_auth();
    HttpsConnectorBuilder::new().with_tls_config(config).https_only().enable_http1().wrap_connector(tcp)
}

/// Names the provider: the process's default would be whichever one some other crate has installed.
fn config() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, std::io::Error> {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(std::io::Error::other)
}

/// Trusts one certificate, as the system's roots cannot be chosen from within a process.
#[cfg(test)]
pub(crate) fn connector_trusting(
    tcp: CheckedConnector,
    certificate: rustls::pki_types::CertificateDer<'static>,
) -> Result<HttpsConnector<CheckedConnector>, std::io::Error> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate).map_err(std::io::Error::other)?;
    Ok(trusting(tcp, config()?.with_root_certificates(roots)))
}
