//! Payment links: where a customer pays an invoice's balance.
//!
//! Stripe is called between two commits. The first asks for the link, the second takes the answer;
//! whatever is lost in between, the next caller finds the request and repeats it under its key, for
//! which Stripe gives the same link.

use std::fmt::Debug;

use async_trait::async_trait;
use domain::id::{InvoiceId, OrganisationId, PaymentLinkId};
use domain::invoice::{Header, Invoice, LinkState, LinkUrl, PaymentLink, StripeAmount};
use domain::text::ShortText;
use domain::{Action, Actor, Model, Tenant};
use jiff::Timestamp;
use store::{LapsedLink, RetiredLink};

use crate::{App, Error, may};

/// Stripe, as far as payment links need it.
#[async_trait]
pub trait PaymentLinks: Send + Sync + Debug {
    /// Makes a link, once for each key.
    ///
    /// # Errors
    /// What Stripe made of it.
    async fn create(&self, request: &LinkRequest) -> Result<LinkAnswer, ProviderError>;

    /// Lets nobody pay by a link any more. One that Stripe does not know is as good as deactivated.
    ///
    /// # Errors
    /// What Stripe made of it.
    async fn deactivate(&self, stripe_id: &str) -> Result<(), ProviderError>;
}

/// A link to be made. Two requests of one key are the same in everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRequest {
    /// The key under which it is made once.
    pub key: String,
    /// What is to be paid.
    pub amount: StripeAmount,
    /// What it is paid for.
    pub label: String,
    /// Whose invoice it is, for the events to come.
    pub organisation: OrganisationId,
    /// The invoice.
    pub invoice: InvoiceId,
}

/// A link that Stripe made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkAnswer {
    /// Stripe's id.
    pub stripe_id: String,
    /// The page where it is paid.
    pub url: String,
}

/// Why Stripe did not do what was asked; the text is for the log alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// It refused: nothing was done.
    #[error("refused: {0}")]
    Refused(String),
    /// It said that it failed.
    #[error("failed: {0}")]
    Failed(String),
    /// The same request is under way.
    #[error("under way: {0}")]
    Busy(String),
    /// It did not say.
    #[error("no answer: {0}")]
    Unanswered(String),
}

/// A payment link as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownLink {
    /// The page where the invoice is paid.
    pub url: String,
    /// Stripe's invoice, once it has made one.
    pub stripe_invoice_id: Option<String>,
    /// When the link ends.
    pub expires_at: Timestamp,
}

/// Payment links; errors as for invoices.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// Makes a payment link over what is due; a draft becomes sent. [`Error::PaymentProvider`] when
    /// Stripe fails.
    pub async fn create_payment_link(
        &self,
        links: &dyn PaymentLinks,
        actor: &Actor,
        invoice: InvoiceId,
    ) -> Result<ShownLink, Error> {
        may(actor, Action::Change, Model::Invoice)?;
        loop {
            let (_, request) = self
                .change_invoice(actor, invoice, |invoice| {
                    Ok(invoice.request_link(PaymentLinkId::new(self.new_id()), self.now())?)
                })
                .await?;
            match links.create(&link_request(actor.tenant(), invoice, &request)?).await {
                Ok(answer) => return self.take_answer(actor, invoice, &request, answer).await,
                Err(ProviderError::Busy(_)) => return Err(under_way()),
                Err(ProviderError::Failed(_)) if request.state == (LinkState::Requested { failed: true }) => {
                    // Stripe gives a failure again for a day, if it was asked before: this time with another key.
                    let withdraw = |invoice: &mut Invoice| {
                        invoice.withdraw_link(request.id);
                        Ok(())
                    };
                    self.change_invoice(actor, invoice, withdraw).await?;
                }
                Err(error) => {
                    self.note_failure(actor, invoice, request.id, &error).await?;
                    return Err(told(error));
                }
            }
        }
    }

    /// The payment link of an invoice. [`domain::Error::NotFound`] when it has none, or it expired.
    pub async fn payment_link(&self, actor: &Actor, invoice: InvoiceId) -> Result<ShownLink, Error> {
        may(actor, Action::View, Model::Invoice)?;
        let header = self.load_header(actor, invoice).await?;
        shown(&header, self.now()).ok_or(domain::Error::NotFound.into())
    }

    /// Deactivates a retired link at Stripe. Doing it twice does no harm.
    pub async fn deactivate_link(&self, links: &dyn PaymentLinks, retired: &RetiredLink) -> Result<(), Error> {
        if let Some(stripe_id) = self.stripe_link(links, retired).await? {
            links.deactivate(&stripe_id).await.map_err(|error| Error::PaymentProvider(error.to_string()))?;
        }
        Ok(self.store.end_link(retired, self.now()).await?)
    }

    /// Retires a link that has lapsed, or has the stream tell of it again. Says whether it did.
    pub(crate) async fn sweep_link(&self, lapsed: LapsedLink) -> Result<bool, Error> {
        let LapsedLink { tenant, invoice: id, link, is_retired } = lapsed;
        if is_retired {
            self.store.repeat_retirement(lapsed, self.now()).await?;
            return Ok(true);
        }
        self.change_links(tenant, id, |invoice| invoice.retire_lapsed_link(link, self.now())).await
    }

    /// Retires a link because its organisation is being closed.
    pub(crate) async fn give_up_link(&self, tenant: Tenant, id: InvoiceId, link: PaymentLinkId) -> Result<bool, Error> {
        self.change_links(tenant, id, |invoice| invoice.give_up_link(link, self.now())).await
    }

    async fn change_links(
        &self,
        tenant: Tenant,
        id: InvoiceId,
        decide: impl Fn(&mut Invoice) -> bool,
    ) -> Result<bool, Error> {
        self.retrying(async || {
            let Some(mut invoice) = self.store.invoice(tenant, id).await? else { return Ok(false) };
            let before = invoice.header().clone();
            if !decide(&mut invoice) {
                return Ok(false);
            }
            self.store.commit_invoice(tenant, &invoice, &before).await?;
            Ok(true)
        })
        .await
    }

    /// Stripe's id of a link. The request of a link whose answer was lost is repeated for it.
    async fn stripe_link(&self, links: &dyn PaymentLinks, retired: &RetiredLink) -> Result<Option<String>, Error> {
        let RetiredLink { tenant, invoice, link } = retired;
        if let Some(made) = link.made() {
            return Ok(Some(made.stripe_id.to_string()));
        }
        if !link.key_holds(self.now()) {
            tracing::error!(%invoice, link = %link.id, "whether Stripe made this payment link can no longer be told");
            return Ok(None);
        }
        match links.create(&link_request(*tenant, *invoice, link)?).await {
            Ok(answer) => Ok(Some(answer.stripe_id)),
            Err(ProviderError::Refused(_)) => Ok(None),
            Err(ProviderError::Failed(_)) if link.state == (LinkState::Requested { failed: true }) => Ok(None),
            Err(error @ ProviderError::Failed(_)) => {
                // Stripe gives this answer again for a day. The next try goes by what is noted here.
                self.store.note_failed_retirement(retired).await?;
                Err(Error::PaymentProvider(error.to_string()))
            }
            Err(error) => Err(Error::PaymentProvider(error.to_string())),
        }
    }

    async fn take_answer(
        &self,
        actor: &Actor,
        id: InvoiceId,
        request: &PaymentLink,
        answer: LinkAnswer,
    ) -> Result<ShownLink, Error> {
        let unusable = |e: domain::text::TextError| Error::PaymentProvider(format!("an answer of no use: {e}"));
        let stripe_id = ShortText::parse(&answer.stripe_id).map_err(unusable)?;
        let url = LinkUrl::parse(&answer.url).map_err(unusable)?;
        let (invoice, is_active) = self
            .change_invoice(actor, id, |invoice| {
                let (stripe_id, url) = (stripe_id.clone(), url.clone());
                Ok(invoice.activate_link(request, stripe_id, url, self.moment(actor), &mut || self.new_id())?)
            })
            .await?;
        match shown(invoice.header(), self.now()).filter(|_| is_active) {
            Some(shown) => Ok(shown),
            None => Err(changed_meanwhile()),
        }
    }

    async fn note_failure(
        &self,
        actor: &Actor,
        invoice: InvoiceId,
        request: PaymentLinkId,
        error: &ProviderError,
    ) -> Result<(), Error> {
        self.change_invoice(actor, invoice, |invoice| {
            match error {
                ProviderError::Refused(_) => invoice.withdraw_link(request),
                ProviderError::Failed(_) => invoice.note_failed_link(request),
                ProviderError::Busy(_) | ProviderError::Unanswered(_) => {}
            }
            Ok(())
        })
        .await?;
        Ok(())
    }
}

fn shown(header: &Header, now: Timestamp) -> Option<ShownLink> {
    let made = header.payment_link.as_ref()?.shown(now)?;
    let stripe_invoice_id = header.details.stripe.invoice_id.as_ref().map(ToString::to_string);
    Some(ShownLink { url: made.url.to_string(), stripe_invoice_id, expires_at: made.expires_at })
}

fn link_request(tenant: Tenant, invoice: InvoiceId, link: &PaymentLink) -> Result<LinkRequest, Error> {
    let amount = StripeAmount::of(link.amount).map_err(|e| domain::Error::rule(e.to_string()))?;
    let (key, label) = (link.id.to_string(), link.label.to_string());
    Ok(LinkRequest { key, amount, label, organisation: tenant.organisation(), invoice })
}

/// What a caller is told of a link that was not made.
fn told(error: ProviderError) -> Error {
    match error {
        ProviderError::Refused(why) => {
            tracing::warn!(%why, "Stripe refused a payment link");
            domain::Error::rule("Stripe takes no payment link for this invoice's amount or currency.").into()
        }
        ProviderError::Failed(_) | ProviderError::Busy(_) | ProviderError::Unanswered(_) => {
            Error::PaymentProvider(error.to_string())
        }
    }
}

fn under_way() -> Error {
    domain::Error::Conflict("A payment link for this invoice is being made.".into()).into()
}

fn changed_meanwhile() -> Error {
    domain::Error::Conflict("The invoice changed while its payment link was made.".into()).into()
}
