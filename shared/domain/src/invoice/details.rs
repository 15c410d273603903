//! The descriptive part of an invoice: what it says, apart from its money.

use url::Url;

use crate::error::Error;
use crate::id::{ClientId, ContactId, UserId};
use crate::json::Map;
use crate::patch::Patch;
use crate::reference::{Reference, References, Refers};
use crate::text::{Email, LongText, ShortText, Text};

/// An address, kept as the contract sent it.
pub type Address = Map;

/// The customer as the invoice names it, with or without a client record.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Customer {
    /// The name.
    pub name: Option<ShortText>,
    /// The e-mail address.
    pub email: Option<Email>,
    /// The phone number.
    pub phone: Option<ShortText>,
    /// The address, as one text.
    pub address: Option<LongText>,
    /// The VAT number.
    pub vat_number: Option<ShortText>,
}

/// A change of [`Customer`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CustomerPatch {
    /// The name.
    pub name: Patch<ShortText>,
    /// The e-mail address.
    pub email: Patch<Email>,
    /// The phone number.
    pub phone: Patch<ShortText>,
    /// The address, as one text.
    pub address: Patch<LongText>,
    /// The VAT number.
    pub vat_number: Patch<ShortText>,
}

impl Customer {
    fn apply(&mut self, patch: CustomerPatch) {
        let CustomerPatch { name, email, phone, address, vat_number } = patch;
        name.apply(&mut self.name);
        email.apply(&mut self.email);
        phone.apply(&mut self.phone);
        address.apply(&mut self.address);
        vat_number.apply(&mut self.vat_number);
    }
}

/// The address of a page where an invoice can be paid.
pub type PaymentPage = Text<0, 2000>;

/// Checks where a customer is sent to pay: over https, and to Stripe unless the organisation's owner says so.
///
/// # Errors
/// A field error for `stripe_hosted_url`.
pub fn check_payment_page(page: &PaymentPage, by_owner: bool) -> Result<(), Error> {
    let url = Url::parse(page.as_str()).ok().filter(|url| url.scheme() == "https");
    let Some(host) = url.as_ref().and_then(Url::host_str) else {
        return Err(Error::field("stripe_hosted_url", "Enter a URL that begins with https://."));
    };
    if by_owner || host == "stripe.com" || host.ends_with(".stripe.com") {
        return Ok(());
    }
    Err(Error::field("stripe_hosted_url", "Only the owner may name a payment page that is not Stripe's."))
}

/// Stripe's objects for an invoice.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StripeRefs {
    /// Stripe's invoice.
    pub invoice_id: Option<ShortText>,
    /// Stripe's payment intent.
    pub payment_intent_id: Option<ShortText>,
    /// The page where it can be paid.
    pub hosted_url: Option<PaymentPage>,
    /// The PDF that Stripe made.
    pub pdf_url: Option<Text<0, 2000>>,
}

/// A change of [`StripeRefs`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StripeRefsPatch {
    /// Stripe's invoice.
    pub invoice_id: Patch<ShortText>,
    /// Stripe's payment intent.
    pub payment_intent_id: Patch<ShortText>,
    /// The page where it can be paid.
    pub hosted_url: Patch<PaymentPage>,
    /// The PDF that Stripe made.
    pub pdf_url: Patch<Text<0, 2000>>,
}

impl StripeRefs {
    fn apply(&mut self, patch: StripeRefsPatch) {
        let StripeRefsPatch { invoice_id, payment_intent_id, hosted_url, pdf_url } = patch;
        invoice_id.apply(&mut self.invoice_id);
        payment_intent_id.apply(&mut self.payment_intent_id);
        hosted_url.apply(&mut self.hosted_url);
        pdf_url.apply(&mut self.pdf_url);
    }
}

/// The descriptive part of an invoice.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Details {
    /// The client that is invoiced.
    pub client: Option<ClientId>,
    /// The contact at the client.
    pub contact: Option<ContactId>,
    /// The customer as the invoice names it.
    pub customer: Customer,
    /// A title.
    pub title: ShortText,
    /// A description.
    pub description: LongText,
    /// Notes for the customer.
    pub notes: LongText,
    /// Terms such as "Net 30".
    pub payment_terms: ShortText,
    /// The sender's address.
    pub from_address: Option<Address>,
    /// The customer's address.
    pub to_address: Option<Address>,
    /// Members who take care of the invoice.
    pub assigned_to: Vec<UserId>,
    /// Teams, as they were sent.
    pub teams: Vec<String>,
    /// The payment method that the billing names.
    pub payment_method: Option<u64>,
    /// Stripe's objects.
    pub stripe: StripeRefs,
}

/// A change of [`Details`]: what a contract does not know, it keeps.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DetailsPatch {
    /// The client.
    pub client: Patch<ClientId>,
    /// The contact.
    pub contact: Patch<ContactId>,
    /// The customer as the invoice names it.
    pub customer: CustomerPatch,
    /// A title.
    pub title: Option<ShortText>,
    /// A description.
    pub description: Option<LongText>,
    /// Notes for the customer.
    pub notes: Option<LongText>,
    /// Terms such as "Net 30".
    pub payment_terms: Option<ShortText>,
    /// The sender's address.
    pub from_address: Patch<Address>,
    /// The customer's address.
    pub to_address: Patch<Address>,
    /// The members who take care of the invoice, instead of those before.
    pub assigned_to: Option<Vec<UserId>>,
    /// The teams, instead of those before.
    pub teams: Option<Vec<String>>,
    /// The payment method that the billing names.
    pub payment_method: Patch<u64>,
    /// Stripe's objects.
    pub stripe: StripeRefsPatch,
}

impl Details {
    /// The customer's name, where the invoice has one of its own.
    #[must_use]
    pub fn customer_name(&self) -> Option<&str> {
        self.customer.name.as_ref().map(ShortText::as_str).filter(|name| !name.is_empty())
    }

    #[rustfmt::skip]
    pub(super) fn apply(&mut self, patch: DetailsPatch) {
        let DetailsPatch {
            client, contact, customer, title, description, notes, payment_terms, from_address, to_address, assigned_to,
            teams, payment_method, stripe,
        } = patch;
        client.apply(&mut self.client);
        contact.apply(&mut self.contact);
        self.customer.apply(customer);
        replace(&mut self.title, title);
        replace(&mut self.description, description);
        replace(&mut self.notes, notes);
        replace(&mut self.payment_terms, payment_terms);
        from_address.apply(&mut self.from_address);
        to_address.apply(&mut self.to_address);
        replace(&mut self.assigned_to, assigned_to);
        replace(&mut self.teams, teams);
        payment_method.apply(&mut self.payment_method);
        self.stripe.apply(stripe);
    }
}

impl Refers for Details {
    /// The payment method is looked up by the number or the name that is sent.
    fn references(&self) -> References {
        let contact = self.contact.map(|contact| Reference::ContactAt(contact, self.client));
        let named =
            References::default().holding("client", self.client.map(Reference::Client)).naming("contact", contact);
        let assigned = self.assigned_to.iter().map(|user| Reference::Assignee(*user));
        assigned.fold(named, |named, user| named.naming("assigned_to", Some(user)))
    }
}

fn replace<T>(current: &mut T, sent: Option<T>) {
    if let Some(sent) = sent {
        *current = sent;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(url: &str, by_owner: bool) -> bool {
        check_payment_page(&PaymentPage::parse(url).unwrap(), by_owner).is_ok()
    }

    #[test]
    fn a_payment_page_is_stripes_over_https_unless_the_owner_names_another() {
        for url in ["https://invoice.stripe.com/i/1", "https://buy.stripe.com/x?y#z", "HTTPS://STRIPE.COM"] {
            assert!(allowed(url, false) && allowed(url, true), "{url}");
        }
        for url in [
            "https://pay.example/1",
            "https://stripe.com.evil.example/",
            "https://evilstripe.com/",
            "https://stripe.com@evil.example/",
            "https://evil.example/?https://stripe.com",
            "https://evil.example#.stripe.com",
            "https://evil.example\\.stripe.com/",
            "https://127.0.0.1/stripe.com",
        ] {
            assert!(!allowed(url, false) && allowed(url, true), "{url}");
        }
        for url in
            ["http://invoice.stripe.com/i/1", "javascript:alert(1)//stripe.com", "//stripe.com", "stripe.com", ""]
        {
            assert!(!allowed(url, false) && !allowed(url, true), "{url}");
        }
    }
}
