//! Payment links at Stripe.
//!
//! Only the functions that call Stripe depend on this crate. A request is written field by field in
//! one order, because a repetition under its key has to be the same, and of an answer only what is
//! needed is read, because Stripe adds to its objects.

mod requests;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use app::Error;
use app::payment_links::{LinkAnswer, LinkRequest, PaymentLinks, ProviderError};
use app::secret_store::Secret;
use async_trait::async_trait;
use aws_config::SdkConfig;
use stripe::{Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeError, StripeRequest};

use requests::{CreateLink, DeactivateLink, ExpireSession, Link, OpenSessions, Session, Sessions};

/// How long Stripe may take. The functions that wait for it have 29 seconds.
const PATIENCE: Duration = Duration::from_secs(20);
/// Stripe's own address.
const STRIPE: &str = "https://api.stripe.com/";

/// An account at Stripe. Cheap to clone; its connection is made when it is first needed.
#[derive(Clone)]
pub struct Stripe {
    secret_key: Secret,
    base: Arc<str>,
    client: Arc<OnceLock<Client>>,
}

impl std::fmt::Debug for Stripe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stripe").field("base", &self.base).finish_non_exhaustive()
    }
}

impl Stripe {
    /// The account of a secret key, at Stripe or at another address.
    #[must_use]
    pub fn new(secret_key: Secret, base: Option<&str>) -> Self {
        let base = base.filter(|base| !base.is_empty()).unwrap_or(STRIPE);
        // The address is put in front of `v1/…` as it is.
        let base = if base.ends_with('/') { base.into() } else { format!("{base}/").into() };
        Self { secret_key, base, client: Arc::default() }
    }

    /// The account of a deployment: the secret `STRIPE_SECRET_KEY`, and `STRIPE_API_BASE` if there is one.
    ///
    /// # Errors
    /// The environment does not tell of the key.
    pub fn from_env(config: &SdkConfig) -> Result<Self, Error> {
        let base = std::env::var("STRIPE_API_BASE").ok();
        Ok(Self::new(Secret::required(config, "STRIPE_SECRET_KEY")?, base.as_deref()))
    }

    async fn client(&self) -> Result<&Client, ProviderError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let key = self.secret_key.read().await.map_err(|error| ProviderError::Unanswered(error.to_string()))?;
        if key.is_empty() {
            return Err(ProviderError::Unanswered("there is no secret key".to_owned()));
        }
        let built = ClientBuilder::new(key).url(&*self.base).timeout(PATIENCE).build();
        let built = built.map_err(|error| ProviderError::Unanswered(error.to_string()))?;
        Ok(self.client.get_or_init(|| built))
    }
}

#[async_trait]
impl PaymentLinks for Stripe {
    async fn create(&self, request: &LinkRequest) -> Result<LinkAnswer, ProviderError> {
        let unusable = |error: stripe::IdempotentKeyError| ProviderError::Unanswered(error.to_string());
        let strategy = RequestStrategy::Idempotent(IdempotencyKey::new(&request.key).map_err(unusable)?);
        let call = CreateLink::new(request).customize().request_strategy(strategy);
        let Link { id, url } = call.send(self.client().await?).await.map_err(failure)?;
        Ok(LinkAnswer { stripe_id: id, url })
    }

    async fn deactivate(&self, stripe_id: &str) -> Result<(), ProviderError> {
        let call = DeactivateLink::new(stripe_id).customize();
        match call.send(self.client().await?).await {
            Ok(Link { .. }) => self.close_sessions(stripe_id).await,
            Err(StripeError::Stripe(_, 404)) => Ok(()),
            Err(error) => Err(failure(error)),
        }
    }
}

impl Stripe {
    /// A customer who has a link's page open could still pay there: its sessions live on for a day.
    async fn close_sessions(&self, link: &str) -> Result<(), ProviderError> {
        // Each round ends a hundred.
        for _ in 0..100 {
            let call = OpenSessions::of(link).customize();
            let Sessions { data } = call.send(self.client().await?).await.map_err(failure)?;
            let is_last = data.len() < OpenSessions::LIMIT;
            for Session { id } in data {
                match ExpireSession::new(id).customize().send(self.client().await?).await {
                    // It was paid, or ended, meanwhile.
                    Ok(Session { .. }) | Err(StripeError::Stripe(_, 400 | 404)) => {}
                    Err(error) => return Err(failure(error)),
                }
            }
            if is_last {
                return Ok(());
            }
        }
        Err(ProviderError::Unanswered(format!("the sessions of {link} do not come to an end")))
    }
}

/// What an error says about whether something was done.
fn failure(error: StripeError) -> ProviderError {
    let text = match &error {
        StripeError::Stripe(told, status) => {
            format!("{status} {}", told.message.as_deref().unwrap_or("without a message"))
        }
        other => other.to_string(),
    };
    match error {
        StripeError::Stripe(_, 409) => ProviderError::Busy(text),
        StripeError::Stripe(told, 400 | 402) if told.type_.as_str() == "invalid_request_error" => {
            ProviderError::Refused(text)
        }
        // A wrong key, one too many requests, or an idempotency key that does not fit: none of them says whether an
        // earlier request of the same key was carried out.
        StripeError::Stripe(_, 400..=499) | StripeError::ConfigError(_) => ProviderError::Unanswered(text),
        StripeError::Stripe(_, _) => ProviderError::Failed(text),
        StripeError::JSONDeserialize(_) | StripeError::ClientError(_) | StripeError::Timeout => {
            ProviderError::Unanswered(text)
        }
    }
}

#[cfg(test)]
mod tests;
