//! How the local cloud is started.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::template;

/// Values of the template's parameters that suit this machine.
const LOCAL_PARAMETERS: [(&str, &str); 3] =
    [("MailSender", "no-reply@tributary.localhost"), ("AllowPrivateWebhookTargets", "true"), ("Stripe", "on")];

/// How the local cloud is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// The gateway's port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// Whether nothing is kept, and `data_dir` not touched.
    pub ephemeral: bool,
    /// The template's text.
    pub template: Cow<'static, str>,
    /// Values of the template's parameters, before those that the local cloud sets and their defaults.
    pub parameters: BTreeMap<String, String>,
    /// The account at the real Stripe, in place of the stand-in.
    pub stripe: Option<StripeAccount>,
    /// Origins whose pages may call the local cloud, beside those on loopback.
    pub allowed_origins: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 3000,
            data_dir: PathBuf::from(".local"),
            ephemeral: false,
            template: Cow::Borrowed(template::EMBEDDED),
            parameters: LOCAL_PARAMETERS.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            stripe: None,
            allowed_origins: Vec::new(),
        }
    }
}

impl Options {
    /// Options for a test: any port, and nothing kept.
    #[must_use]
    pub fn ephemeral() -> Self {
        Self { port: 0, ephemeral: true, ..Self::default() }
    }
}

/// How functions reach Stripe, or its stand-in.
#[derive(Clone, PartialEq, Eq)]
pub struct StripeAccount {
    /// `STRIPE_SECRET_KEY`.
    pub secret_key: String,
    /// `STRIPE_WEBHOOK_SECRET`: one secret, or several with commas between them.
    pub webhook_secret: String,
    /// `STRIPE_API_BASE`; Stripe's own address if there is none.
    pub api_base: Option<String>,
}

impl StripeAccount {
    /// The account that the variables describe, if they give both its keys. An empty variable is none.
    #[must_use]
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let value = |name: &str| variable(name).filter(|value| !value.is_empty());
        Some(Self {
            secret_key: value("STRIPE_SECRET_KEY")?,
            webhook_secret: value("STRIPE_WEBHOOK_SECRET")?,
            api_base: value("STRIPE_API_BASE"),
        })
    }

    /// Its values for the template's parameters or secrets, as far as the template has them.
    pub(crate) fn values(&self, declared: &BTreeSet<String>) -> impl Iterator<Item = (String, String)> {
        let values = [
            ("StripeSecretKey", Some(&self.secret_key)),
            ("StripeWebhookSecret", Some(&self.webhook_secret)),
            ("StripeApiBase", self.api_base.as_ref()),
        ];
        let values = values.into_iter().filter(|(name, _)| declared.contains(*name));
        values.filter_map(|(name, value)| Some((name.to_owned(), value?.clone())))
    }
}

/// Without the keys, which are secret.
impl std::fmt::Debug for StripeAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StripeAccount").field("api_base", &self.api_base).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_needs_both_keys() {
        let read = |given: &[(&str, &str)]| {
            let given = given.to_owned();
            StripeAccount::read(|name| {
                given.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            })
        };
        let keys = [("STRIPE_SECRET_KEY", "sk_test_1"), ("STRIPE_WEBHOOK_SECRET", "whsec_1"), ("STRIPE_API_BASE", "")];
        let account = read(&keys).unwrap();
        assert_eq!((account.secret_key.as_str(), account.api_base), ("sk_test_1", None));
        assert_eq!(read(&keys[..1]), None);
        assert_eq!(read(&keys[1..]), None);
        assert_eq!(read(&[("STRIPE_SECRET_KEY", ""), ("STRIPE_WEBHOOK_SECRET", "whsec_1")]), None);
    }
}
