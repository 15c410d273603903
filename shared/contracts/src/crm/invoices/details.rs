//! The texts of an invoice, as far as this contract knows them.

use domain::Patch;
use domain::id::{ClientId, ContactId};
use domain::invoice::{Customer, CustomerPatch, Details, DetailsPatch, StripeRefs, StripeRefsPatch};
use domain::text::{LongText, ShortText};

/// What a new invoice says: fields that this contract does not know start empty.
pub(super) fn details(
    client: Option<ClientId>,
    contact: Option<ContactId>,
    notes: LongText,
    StripeRefsPatch { invoice_id, payment_intent_id, hosted_url, pdf_url }: StripeRefsPatch,
) -> Details {
    Details {
        client,
        contact,
        customer: Customer::default(),
        title: ShortText::default(),
        description: LongText::default(),
        notes,
        payment_terms: ShortText::default(),
        from_address: None,
        to_address: None,
        assigned_to: Vec::new(),
        teams: Vec::new(),
        payment_method: None,
        stripe: StripeRefs {
            invoice_id: invoice_id.into_option(),
            payment_intent_id: payment_intent_id.into_option(),
            hosted_url: hosted_url.into_option(),
            pdf_url: pdf_url.into_option(),
        },
    }
}

/// What a change says: fields that this contract does not know stay.
pub(super) fn details_patch(
    client: Option<ClientId>,
    contact: Patch<ContactId>,
    notes: Option<LongText>,
    stripe: StripeRefsPatch,
) -> DetailsPatch {
    DetailsPatch {
        client: client.map_or(Patch::Keep, Patch::Set),
        contact,
        customer: CustomerPatch::default(),
        title: None,
        description: None,
        notes,
        payment_terms: None,
        from_address: Patch::Keep,
        to_address: Patch::Keep,
        assigned_to: None,
        teams: None,
        payment_method: Patch::Keep,
        stripe,
    }
}
