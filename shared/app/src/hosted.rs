//! The customer's page of an invoice: whoever has its address may read the invoice, and nothing else.
//!
//! The address holds a token that names the invoice and proves by a keyed hash that this deployment made it. Nothing is
//! stored for a token, so every invoice has one from its first moment.
//!
//! A token ends in a letter, because mail programs leave trailing punctuation out of a link, and base64url has `-` and
//! `_`. Tokens of earlier releases lack that letter, and a mail program may have cut their end off. They stay valid.

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
/// The characters of a token that hold both ids, and the first bits of the proof.
const IDS: usize = 44;
/// The last character of a token.
const END: char = 'x';

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
        self.token_of(tenant.organisation().uuid(), invoice.uuid())
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
        let ids = URL_SAFE_NO_PAD.decode(token.get(..IDS)?).ok()?;
        let organisation = Uuid::from_slice(&ids[..16]).ok()?;
        let invoice = Uuid::from_slice(&ids[16..32]).ok()?;
        let whole = self.token_of(organisation, invoice);
        let (kept, lost) = whole.split_at_checked(token.len())?;
        let proved = same(kept.as_bytes(), token.as_bytes()) && may_be_lost(lost);
        proved.then(|| (Tenant::trusted(OrganisationId::new(organisation)), InvoiceId::new(invoice)))
    }

    fn token_of(&self, organisation: Uuid, invoice: Uuid) -> String {
        let mac = self.mac(PURPOSE, &[organisation.as_bytes(), invoice.as_bytes()]);
        let parts = [organisation.as_bytes().as_slice(), invoice.as_bytes(), &mac[..PROOF]];
        let mut token = URL_SAFE_NO_PAD.encode(parts.concat());
        token.push(END);
        token
    }
}

/// Whether a mail program may have left out the end of a token, or an earlier release made the token without it: the
/// letter at the end, with one more character or any punctuation before it.
fn may_be_lost(end: &str) -> bool {
    let of_proof = end.strip_suffix(END).unwrap_or_default();
    of_proof.len() <= 1 || of_proof.chars().all(|character| matches!(character, '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_may_lose_its_letter_with_one_character_or_all_punctuation_before_it() {
        for end in ["", "x", "Ax", "-x", "_x", "-_x", "__-x"] {
            assert!(may_be_lost(end), "{end}");
        }
        for end in ["ABx", "A-x", "_Ax", "-_Bx"] {
            assert!(!may_be_lost(end), "{end}");
        }
    }
}
