//! Webhooks: who is told of which changes.

use domain::audit::AuditEvent;
use domain::id::{
    CategoryId, ClientId, ContactId, FollowUpId, InvoiceId, ItemId, LeadId, LineId, PaymentId, ServiceId, TierId,
    WebhookId,
};
use domain::webhook::{NewWebhook, Secret, Webhook, WebhookModel, WebhookPatch};
use domain::{Action, Actor, Model};
use store::stream::Object;
use store::{Page, PageRequest};
use uuid::Uuid;

use crate::{App, Error, Expected, check_version, may, secrets};

/// Webhooks belong to the owner alone; all methods fail with [`domain::Error::Forbidden`] and
/// [`domain::Error::NotFound`] accordingly.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// A page of the webhooks.
    pub async fn list_webhooks(&self, actor: &Actor, page: PageRequest) -> Result<Page<Webhook>, Error> {
        may(actor, Action::View, Model::Webhook)?;
        Ok(self.store.webhooks(actor.tenant(), page).await?)
    }

    /// A webhook.
    pub async fn get_webhook(&self, actor: &Actor, id: WebhookId) -> Result<Webhook, Error> {
        may(actor, Action::View, Model::Webhook)?;
        self.load_webhook(actor, id).await
    }

    /// Makes a webhook; its secret is shown now and never again. [`domain::Error::Conflict`] beyond [`Webhook::MOST`].
    pub async fn create_webhook(&self, actor: &Actor, new: NewWebhook) -> Result<Webhook, Error> {
        may(actor, Action::Add, Model::Webhook)?;
        may(actor, Action::View, Model::WebhookSecret)?;
        let webhook = Webhook::new(WebhookId::new(self.new_id()), new, self.new_secret()?, self.now());
        let entry = self.entry(AuditEvent::WebhookCreated, actor).about(webhook.id);
        let store = self.store.recording(&entry)?;
        let commit = async || Ok(store.create_webhook(actor.tenant(), &webhook, Webhook::MOST).await?);
        match self.retrying(commit).await? {
            true => Ok(webhook),
            false => {
                let reason = format!("An organisation has no more than {} webhooks.", Webhook::MOST);
                Err(domain::Error::Conflict(reason).into())
            }
        }
    }

    /// Changes a webhook.
    pub async fn update_webhook(
        &self,
        actor: &Actor,
        id: WebhookId,
        patch: WebhookPatch,
        expected: Expected,
    ) -> Result<Webhook, Error> {
        may(actor, Action::Change, Model::Webhook)?;
        let change = |webhook: Webhook| webhook.apply(patch.clone(), self.now());
        self.change_webhook(actor, id, expected, AuditEvent::WebhookChanged, change).await
    }

    /// Gives a webhook a new secret; the one before it signs too for 24 hours.
    pub async fn rotate_webhook_secret(
        &self,
        actor: &Actor,
        id: WebhookId,
        expected: Expected,
    ) -> Result<Webhook, Error> {
        may(actor, Action::Change, Model::Webhook)?;
        may(actor, Action::View, Model::WebhookSecret)?;
        let secret = self.new_secret()?;
        let change = |webhook: Webhook| webhook.rotate(secret.clone(), self.now());
        self.change_webhook(actor, id, expected, AuditEvent::WebhookSecretRotated, change).await
    }

    /// Removes a webhook; what it still had to deliver is not sent.
    pub async fn delete_webhook(&self, actor: &Actor, id: WebhookId, expected: Expected) -> Result<(), Error> {
        may(actor, Action::Delete, Model::Webhook)?;
        self.retrying(async || {
            let webhook = self.load_webhook(actor, id).await?;
            check_version(expected, webhook.version)?;
            let entry = self.entry(AuditEvent::WebhookDeleted, actor).about(id);
            Ok(self.store.recording(&entry)?.delete_webhook(actor.tenant(), &webhook).await?)
        })
        .await
    }

    /// The object that a webhook is tried out on: one of its model, by id. What belongs to a deleted
    /// item or invoice is out of reach with it.
    pub async fn object_for_test(&self, actor: &Actor, model: WebhookModel, id: Uuid) -> Result<Object, Error> {
        may(actor, Action::View, Model::Webhook)?;
        let (store, tenant) = (&self.store, actor.tenant());
        let object = match model {
            WebhookModel::Client => store.client(tenant, ClientId::new(id)).await?.map(Object::Client),
            WebhookModel::Contact => store.contact(tenant, ContactId::new(id)).await?.map(Object::Contact),
            WebhookModel::Service => store.service(tenant, ServiceId::new(id)).await?.map(Object::Service),
            WebhookModel::FollowUp => store.follow_up_by_id(tenant, FollowUpId::new(id)).await?.map(Object::FollowUp),
            WebhookModel::Category => store.category(tenant, CategoryId::new(id)).await?.map(Object::Category),
            WebhookModel::CatalogueItem => store.item(tenant, ItemId::new(id)).await?.map(Object::CatalogueItem),
            WebhookModel::PriceTier => store.tier_by_id(tenant, TierId::new(id)).await?.map(Object::PriceTier),
            WebhookModel::Invoice => store.invoice_header(tenant, InvoiceId::new(id)).await?.map(Object::Invoice),
            WebhookModel::InvoiceLineItem => {
                let (invoice, line) =
                    store.line_by_id(tenant, LineId::new(id)).await?.ok_or(domain::Error::NotFound)?;
                self.load_header(actor, invoice).await?;
                Some(Object::InvoiceLineItem(invoice, line))
            }
            WebhookModel::Payment => {
                let found = store.payment_by_id(tenant, PaymentId::new(id)).await?;
                let (invoice, payment) = found.ok_or(domain::Error::NotFound)?;
                self.load_header(actor, invoice).await?;
                Some(Object::Payment(invoice, payment))
            }
            WebhookModel::Lead => {
                let lead = store.lead(tenant, LeadId::new(id)).await?.ok_or(domain::Error::NotFound)?;
                Some(Object::Lead(self.lead_as_shown(tenant, lead).await?))
            }
        };
        object.ok_or(domain::Error::NotFound.into())
    }

    pub(crate) async fn load_webhook(&self, actor: &Actor, id: WebhookId) -> Result<Webhook, Error> {
        self.store.webhook(actor.tenant(), id).await?.ok_or(domain::Error::NotFound.into())
    }

    async fn change_webhook(
        &self,
        actor: &Actor,
        id: WebhookId,
        expected: Expected,
        event: AuditEvent,
        change: impl Fn(Webhook) -> Webhook,
    ) -> Result<Webhook, Error> {
        self.retrying(async || {
            let webhook = self.load_webhook(actor, id).await?;
            let before = webhook.version;
            check_version(expected, before)?;
            let webhook = change(webhook);
            let entry = self.entry(event, actor).about(id);
            self.store.recording(&entry)?.save_webhook(actor.tenant(), &webhook, before).await?;
            Ok(webhook)
        })
        .await
    }

    fn new_secret(&self) -> Result<Secret, Error> {
        let bytes: [u8; 32] = secrets::random(self.entropy.as_ref());
        Secret::from_bytes(&bytes).map_err(|e| Error::Defect(e.to_string()))
    }
}
