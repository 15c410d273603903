//! What functions need to be built, and what else is told of a cloud.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::ports::Clock;

use crate::options::StripeAccount;
use crate::permissions::Role;
use crate::services;
use crate::services::sdk::Sdk;

/// What functions need to be built.
#[derive(Debug, Clone)]
pub struct Environment {
    /// The gateway's address, without a final slash.
    pub base_url: String,
    /// Where DynamoDB and its streams listen.
    pub dynamodb_url: String,
    /// Where SQS listens.
    pub sqs_url: String,
    /// Where SES listens.
    pub ses_url: String,
    /// Where S3 listens.
    pub s3_url: String,
    /// Where the Stripe stand-in listens, if the real Stripe is not used.
    pub stripe_url: Option<String>,
    /// Where Secrets Manager listens.
    pub secrets_url: String,
    /// How Stripe, or the stand-in, is reached.
    pub stripe: StripeAccount,
    /// The table's name.
    pub table_name: String,
    /// URLs of queues by logical id.
    pub queue_urls: BTreeMap<String, String>,
    /// Names of buckets by logical id.
    pub bucket_names: BTreeMap<String, String>,
    /// Each function's environment variables, by group.
    pub functions: BTreeMap<String, BTreeMap<String, String>>,
    /// What each function may do, by group.
    pub roles: BTreeMap<String, Role>,
    /// Values of the secrets, by ARN.
    pub secrets: BTreeMap<String, String>,
    /// The clock that everything reads.
    pub clock: Arc<dyn Clock>,
    /// Makes SDK clients that share connections.
    pub sdk: Sdk,
}

impl Environment {
    /// A function's environment variable, as the template sets it.
    #[must_use]
    pub fn variable(&self, group: &str, name: &str) -> Option<&str> {
        self.functions.get(group)?.get(name).map(String::as_str)
    }

    /// A secret of a function: its environment variable, or what is kept under the ARN that the variable with
    /// `_ARN` names.
    #[must_use]
    pub fn secret(&self, group: &str, name: &str) -> Option<&str> {
        let kept = || self.secrets.get(self.variable(group, &format!("{name}_ARN"))?).map(String::as_str);
        self.variable(group, name).or_else(kept)
    }

    /// Makes SDK clients with a function's permissions.
    #[must_use]
    pub fn sdk_of(&self, group: &str) -> Sdk {
        self.roles.get(group).map_or_else(|| self.sdk.clone(), |role| self.sdk.acting_as(role))
    }

    /// All that a function of another process needs to work on this cloud: the variables of every
    /// function, and where the services are.
    #[must_use]
    pub fn variables(&self) -> BTreeMap<String, String> {
        self.beside_services(self.functions.values().flatten().map(|(k, v)| (k.clone(), v.clone())).collect())
    }

    /// As [`Environment::variables`], with the variables of one function alone.
    #[must_use]
    pub fn variables_of(&self, group: &str) -> BTreeMap<String, String> {
        let own = self.functions.get(group).into_iter().flatten();
        self.beside_services(own.map(|(k, v)| (k.clone(), v.clone())).collect())
    }

    fn beside_services(&self, mut variables: BTreeMap<String, String>) -> BTreeMap<String, String> {
        // The certificates' place is Lambda's, and nothing here speaks TLS.
        variables.remove("SSL_CERT_FILE");
        // Nobody takes metrics out of lines here.
        variables.remove("METRICS_STACK");
        let (id, secret) = services::sdk::CREDENTIALS;
        for (name, value) in [
            ("AWS_ACCESS_KEY_ID", id),
            ("AWS_SECRET_ACCESS_KEY", secret),
            ("AWS_REGION", services::REGION),
            ("AWS_ENDPOINT_URL_DYNAMODB", &self.dynamodb_url),
            ("AWS_ENDPOINT_URL_SQS", &self.sqs_url),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &self.secrets_url),
            ("AWS_ENDPOINT_URL_SESV2", &self.ses_url),
            ("AWS_ENDPOINT_URL_S3", &self.s3_url),
        ] {
            variables.insert(name.to_owned(), value.to_owned());
        }
        variables
    }
}
