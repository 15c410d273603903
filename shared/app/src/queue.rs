//! Queues: of deliveries, and of work on whole organisations.

use std::marker::PhantomData;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use domain::Tenant;
use domain::delivery::Delivery;
use domain::id::{DeliveryId, ExportId, OrganisationId, WebhookId};
use futures::FutureExt;
use serde::{Deserialize, Serialize};
use store::{Lazy, Work};

use crate::Error;

/// Which delivery a message is about: all that the queue carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRef {
    organization_id: OrganisationId,
    webhook_id: WebhookId,
    delivery_id: DeliveryId,
    #[serde(default)]
    round: u32,
}

impl DeliveryRef {
    /// Refers to a delivery, in the round that it is in.
    #[must_use]
    pub const fn new(tenant: Tenant, delivery: &Delivery) -> Self {
        Self {
            organization_id: tenant.organisation(),
            webhook_id: delivery.webhook,
            delivery_id: delivery.id,
            round: delivery.round,
        }
    }

    /// The organisation. A message is written by this product alone.
    #[must_use]
    pub const fn tenant(&self) -> Tenant {
        Tenant::trusted(self.organization_id)
    }

    /// The webhook.
    #[must_use]
    pub const fn webhook(&self) -> WebhookId {
        self.webhook_id
    }

    /// The delivery.
    #[must_use]
    pub const fn delivery(&self) -> DeliveryId {
        self.delivery_id
    }

    /// Which of the delivery's rounds the message is for; each has one.
    #[must_use]
    pub const fn round(&self) -> u32 {
        self.round
    }
}

/// Which work on which organisation a message is about. The message stays in its queue until the work is
/// done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkRef {
    organization_id: OrganisationId,
    /// The export; without one the organisation is to be closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    export_id: Option<ExportId>,
}

impl WorkRef {
    /// Refers to work on an organisation.
    #[must_use]
    pub const fn new(tenant: Tenant, work: Work) -> Self {
        let export_id = match work {
            Work::Export(id) => Some(id),
            Work::Closure => None,
        };
        Self { organization_id: tenant.organisation(), export_id }
    }

    /// The organisation. A message is written by this product alone.
    #[must_use]
    pub const fn tenant(&self) -> Tenant {
        Tenant::trusted(self.organization_id)
    }

    /// The work.
    #[must_use]
    pub const fn work(&self) -> Work {
        match self.export_id {
            Some(id) => Work::Export(id),
            None => Work::Closure,
        }
    }
}

/// A queue of one kind of message.
#[derive(Debug, Clone)]
pub struct Queue<M> {
    client: Lazy<Client>,
    url: String,
    messages: PhantomData<fn(M)>,
}

/// The queue of deliveries.
pub type DeliveryQueue = Queue<DeliveryRef>;

/// The queue of work on whole organisations.
pub type WorkQueue = Queue<WorkRef>;

impl<M: Serialize> Queue<M> {
    /// The queue at an URL.
    #[must_use]
    pub fn new(client: impl Into<Lazy<Client>>, url: impl Into<String>) -> Self {
        Self { client: client.into(), url: url.into(), messages: PhantomData }
    }

    /// Queues what a message is about, to be done at once.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when SQS does not take it.
    pub async fn send(&self, message: M) -> Result<(), Error> {
        let body = serde_json::to_string(&message).map_err(|e| Error::Defect(e.to_string()))?;
        let sent = self.client.send_message().queue_url(&self.url).message_body(body).send().boxed().await;
        sent.map(drop).map_err(|error| Error::Unavailable(format!("SQS: {}", DisplayErrorContext(error))))
    }

    /// Hides a message that was received for a time, after which it is received again.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when SQS does not take it.
    pub async fn hide(&self, receipt: &str, delay: Duration) -> Result<(), Error> {
        let seconds = i32::try_from(delay.as_secs()).unwrap_or(i32::MAX);
        let hidden = self
            .client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt)
            .visibility_timeout(seconds)
            .send()
            .boxed()
            .await;
        hidden.map(drop).map_err(|error| Error::Unavailable(format!("SQS: {}", DisplayErrorContext(error))))
    }
}
