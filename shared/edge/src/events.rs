//! Objects in crm form, as webhooks see them whatever contract changed them.

use contracts::crm::{
    catalogue::CatalogueItemJson, categories::CategoryJson, clients::ClientJson, contacts::ContactJson,
    follow_ups::FollowUpJson, invoices::InvoiceJson, leads::LeadJson, line_items::LineItemJson, payments::PaymentJson,
    services::ServiceJson, tiers::PriceTierJson,
};
use domain::id::InvoiceId;
use domain::json::Value;
use serde::Serialize;
use store::stream::Object;

/// The object as the crm contract shows it, below the address of the API. `page` gives that of an invoice's page.
///
/// # Errors
/// Never for the wire types as they are: all of them have text keys.
pub fn crm_body(
    object: &Object,
    base_url: &str,
    page: impl FnOnce(InvoiceId) -> String,
) -> Result<Value, serde_json::Error> {
    // By way of its text, which numbers keep.
    fn json(shown: impl Serialize) -> Result<Value, serde_json::Error> {
        serde_json::from_str(&serde_json::to_string(&shown)?)
    }
    match object {
        Object::Client(client) => json(ClientJson::new(client, base_url)),
        Object::Contact(contact) => json(ContactJson::from(contact)),
        Object::Service(service) => json(ServiceJson::new(service, base_url)),
        Object::FollowUp(follow_up) => json(FollowUpJson::from(follow_up)),
        Object::Lead(lead) => json(LeadJson::new(lead, base_url)),
        Object::Category(category) => json(CategoryJson::from(category)),
        Object::CatalogueItem(item) => json(CatalogueItemJson::new(item, base_url)),
        Object::PriceTier(tier) => json(PriceTierJson::from(tier)),
        Object::Invoice(header) => json(InvoiceJson::new(header, page(header.id))),
        Object::InvoiceLineItem(invoice, line) => json(LineItemJson::new(*invoice, line)),
        Object::Payment(invoice, payment) => json(PaymentJson::new(*invoice, payment)),
    }
}
