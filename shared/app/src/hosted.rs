//! The customer's page of an invoice: who has its address may read the invoice, and nothing else.
//!
//! The address holds a token that names the invoice and proves by a keyed hash that it came from
//! here. Nothing is stored for it, so every invoice has one from its first moment on.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Tenant;
use domain::id::{ClientId, InvoiceId, OrganisationId};
use domain::invoice::Invoice;
use domain::text::Name;
use jiff::Timestamp;
use uuid::Uuid;

use crate::secrets::same;
use crate::{App, Error};

/// The purpose of the keyed hash.
const PURPOSE: &str = "hosted invoice";
/// How many of its bytes a token holds: more than anybody can try.
const PROOF: usize = 16;
/// A token: the organisation's id, the invoice's, and the proof.
const TOKEN: usize = 16 + 16 + PROOF;

/// Who asks for the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visitor {
    /// A person, as far as can be told: the invoice counts as viewed.
    Reader,
    /// A program that shows a link's preview or fetches it ahead: it leaves no trace.
    Preview,
}

/// What the page shows.
#[derive(Debug, Clone, PartialEq)]
pub struct HostedInvoice {
    /// The invoice with its lines, payments and refunds.
    pub invoice: Invoice,
    /// The organisation's name.
    pub seller: Name,
    /// The client's name, where the invoice has a client and names no customer of its own.
    pub client: Option<Name>,
    /// When it is shown.
    pub now: Timestamp,
}

impl App {
    /// The address of an invoice's page, below the address of the API. It opens once the invoice is
    /// no draft any more.
    #[must_use]
    pub fn hosted_url(&self, base_url: &str, tenant: Tenant, invoice: InvoiceId) -> String {
        format!("{base_url}/i/{}", self.hosted_token(tenant, invoice))
    }

    /// The token in the address of an invoice's page.
    #[must_use]
    pub fn hosted_token(&self, tenant: Tenant, invoice: InvoiceId) -> String {
        let (organisation, id) = (tenant.organisation().uuid(), invoice.uuid());
        let proof = self.hosted_proof(organisation, id);
        URL_SAFE_NO_PAD.encode([organisation.as_bytes().as_slice(), id.as_bytes(), &proof].concat())
    }

    /// Opens the page of a token. The first reader makes a sent invoice a viewed one.
    ///
    /// # Errors
    /// [`domain::Error::NotFound`] for a token that was not made here, a draft, and a deleted
    /// invoice.
    pub async fn open_hosted(&self, token: &str, visitor: Visitor) -> Result<HostedInvoice, Error> {
        let (tenant, id) = self.hosted_invoice(token).ok_or(domain::Error::NotFound)?;
        let organisation = self.store.organisation(tenant.organisation());
        let (invoice, organisation) = tokio::join!(self.visited(tenant, id, visitor), organisation);
        let invoice = invoice?;
        let missing = || Error::Defect(format!("{id} is of an organisation that is not there"));
        let seller = organisation?.ok_or_else(missing)?.name;
        let details = &invoice.header().details;
        let client = match details.client.filter(|_| details.customer.name.is_none()) {
            Some(client) => self.client_name(tenant, client).await?,
            None => None,
        };
        Ok(HostedInvoice { invoice, seller, client, now: self.now() })
    }

    pub(crate) async fn visited(&self, tenant: Tenant, id: InvoiceId, visitor: Visitor) -> Result<Invoice, Error> {
        self.retrying(async || {
            let found = self.store.invoice(tenant, id).await?;
            let issued = found.filter(|invoice| invoice.header().status.is_issued());
            let mut invoice = issued.ok_or(domain::Error::NotFound)?;
            let before = invoice.header().clone();
            if visitor == Visitor::Reader && invoice.mark_viewed(self.now(), &mut || self.new_id()) {
                self.store.commit_invoice(tenant, &invoice, &before).await?;
            }
            Ok(invoice)
        })
        .await
    }

    pub(crate) async fn client_name(&self, tenant: Tenant, id: ClientId) -> Result<Option<Name>, Error> {
        Ok(self.store.client(tenant, id).await?.map(|client| client.name))
    }

    /// The invoice that a token names, if this deployment made the token.
    pub(crate) fn hosted_invoice(&self, token: &str) -> Option<(Tenant, InvoiceId)> {
        let bytes: [u8; TOKEN] = URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()?;
        let organisation = Uuid::from_slice(&bytes[..16]).ok()?;
        let invoice = Uuid::from_slice(&bytes[16..32]).ok()?;
        if !same(&self.hosted_proof(organisation, invoice), &bytes[32..]) {
            return None;
        }
        Some((Tenant::trusted(OrganisationId::new(organisation)), InvoiceId::new(invoice)))
    }

    fn hosted_proof(&self, organisation: Uuid, invoice: Uuid) -> [u8; PROOF] {
        let mac = self.mac(PURPOSE, &[organisation.as_bytes(), invoice.as_bytes()]);
        let mut proof = [0; PROOF];
        proof.copy_from_slice(&mac[..PROOF]);
        proof
    }
}
