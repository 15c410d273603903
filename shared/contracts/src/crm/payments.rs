//! Payments on an invoice (crm, section 12.3).

use domain::attributes::{Attributes, EntityName};
use domain::id::InvoiceId;
use domain::invoice::{Payment, PaymentInput, PaymentMethod, PaymentPatch};
use domain::money::MoneyError;
use domain::record::Meta;
use domain::text::{LongText, ShortText};
use domain::{Claims, FieldErrors, Refused};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use uuid::Uuid;

use super::Update;
use crate::decimals::Amount;
use crate::wire::{
    Bounded, FromWire, OrEmpty, body, check_parent, defaulted, not_emptied, optional, or_default, patch, required, text,
};

/// An amount above zero: (14,2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaidAmount(pub Decimal);

impl FromWire for PaidAmount {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let Bounded(amount) = Bounded::<12, 2>::from_wire(raw)?;
        if amount > Decimal::ZERO { Ok(Self(amount)) } else { Err(MoneyError::NotPositive.to_string()) }
    }

    fn schema() -> RefOr<Schema> {
        Bounded::<12, 2>::schema()
    }
}

body! {
    /// A payment, as it is recorded or changed.
    PaymentBody {
        /// The invoice; if it is sent, it is the one in the path.
        optional invoice: OrEmpty<InvoiceId>,
        /// What came in: above zero, as text or number.
        required amount: PaidAmount,
        /// How it came in.
        required method: PaymentMethod,
        /// When; now, if left out.
        optional paid_at: OrEmpty<Timestamp>,
        /// Stripe's id of the charge; an organisation books it once.
        optional stripe_charge_id: OrEmpty<ShortText>,
        /// A wire's reference or a check's number.
        optional reference: ShortText,
        /// Free text.
        optional notes: LongText,
        /// Values by attribute name.
        optional attributes: Attributes,
    }
}

impl PaymentBody {
    /// The payment to be booked on the invoice in the path.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_input(self, path: InvoiceId) -> Result<PaymentInput, Refused<Claims>> {
        let Self { invoice, amount, method, paid_at, stripe_charge_id, reference, notes, attributes } = self;
        let mut errors = FieldErrors::new();
        check_parent(&mut errors, "invoice", invoice, path);
        let amount = required(&mut errors, "amount", amount);
        let method = required(&mut errors, "method", method);
        let paid_at = or_default(&mut errors, "paid_at", paid_at);
        let stripe_charge_id = or_default(&mut errors, "stripe_charge_id", stripe_charge_id);
        let reference = text(&mut errors, "reference", reference).unwrap_or_default();
        let notes = text(&mut errors, "notes", notes).unwrap_or_default();
        let attributes = defaulted(&mut errors, "attributes", attributes).unwrap_or_default();
        match (amount, method) {
            (Some(PaidAmount(amount)), Some(method)) if errors.is_empty() => {
                Ok(PaymentInput { amount, method, paid_at, stripe_charge_id, reference, notes, attributes })
            }
            _ => Err(Claims::default().carrying(EntityName::Payment, attributes).refused(errors)),
        }
    }

    /// The change to be made to a payment on the invoice in the path.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn into_patch(self, path: InvoiceId, mode: Update) -> Result<PaymentPatch, Refused<PaymentPatch>> {
        let Self { invoice, amount, method, paid_at, stripe_charge_id, reference, notes, attributes } = self;
        let mut errors = FieldErrors::new();
        check_parent(&mut errors, "invoice", invoice, path);
        let change = PaymentPatch {
            amount: optional(&mut errors, "amount", amount).map(|PaidAmount(amount)| amount),
            method: optional(&mut errors, "method", method),
            paid_at: not_emptied(&mut errors, "paid_at", paid_at),
            stripe_charge_id: patch(&mut errors, "stripe_charge_id", stripe_charge_id),
            reference: text(&mut errors, "reference", reference),
            notes: text(&mut errors, "notes", notes),
            attributes: optional(&mut errors, "attributes", attributes).map(|sent| mode.attributes(sent)),
        };
        errors.checked(change)
    }
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Payment)]
pub struct PaymentJson {
    /// Unique identifier.
    pub id: Uuid,
    /// The invoice that it was made on.
    pub invoice: Uuid,
    /// What came in.
    pub amount: Amount,
    /// `stripe`, `bank_transfer`, `cash`, `check` or `other`.
    pub method: &'static str,
    /// When it was made.
    pub paid_at: Timestamp,
    /// Stripe's id of the charge.
    pub stripe_charge_id: Option<String>,
    /// A wire's reference or a check's number.
    pub reference: String,
    /// Free text.
    pub notes: String,
    /// Values by attribute name.
    #[schema(value_type = Object)]
    pub attributes: Attributes,
    /// When it was recorded.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The user who recorded it; null, if no user did.
    pub created_by: Option<u64>,
}

impl PaymentJson {
    /// A payment on an invoice.
    #[must_use]
    pub fn new(invoice: InvoiceId, payment: &Payment) -> Self {
        let Payment {
            id,
            amount,
            method,
            paid_at,
            stripe_charge_id,
            reference,
            notes,
            attributes,
            stripe_tie: _,
            meta,
        } = payment;
        let Meta { created_at, created_by, updated_at, version: _ } = meta;
        Self {
            id: id.uuid(),
            invoice: invoice.uuid(),
            amount: (*amount).into(),
            method: method.as_str(),
            paid_at: *paid_at,
            stripe_charge_id: stripe_charge_id.as_ref().map(ToString::to_string),
            reference: reference.to_string(),
            notes: notes.to_string(),
            attributes: attributes.clone(),
            created_at: *created_at,
            updated_at: *updated_at,
            created_by: created_by.as_ref().map(|author| author.number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::parse_object;
    use domain::Patch;
    use domain::money::{Currency, Money};
    use serde_json::{Value, json};

    const INVOICE: &str = "0190b5a1-7c5e-7000-8000-000000000001";
    const PAYMENT: &str = "0190b5a1-7c5e-7000-8000-000000000002";

    fn body(json: Value) -> PaymentBody {
        parse_object(json.to_string().as_bytes()).unwrap()
    }

    fn read(json: Value) -> Result<PaymentInput, FieldErrors> {
        Ok(body(json).into_input(INVOICE.parse().unwrap())?)
    }

    #[test]
    fn the_documents_payments_are_read_and_shown_field_by_field() {
        let wire = json!({
            "invoice": INVOICE, "amount": "2300.00", "method": "bank_transfer", "paid_at": "2026-03-01T10:00:00Z",
            "reference": "WIRE-2026-001", "notes": "Wire transfer confirmed.", "attributes": {}
        });
        let card = json!({
            "invoice": INVOICE, "amount": "2300.00", "method": "stripe", "paid_at": "2026-03-01T10:00:00Z",
            "stripe_charge_id": "ch_XXXXYYYYZZZZ", "attributes": {}
        });
        for sent in [wire, card] {
            let PaymentInput { amount, method, paid_at, stripe_charge_id, reference, notes, attributes } =
                read(sent.clone()).unwrap();
            let at: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
            let payment = Payment {
                id: PAYMENT.parse().unwrap(),
                amount: Money::exact(amount, Currency::USD).unwrap(),
                method,
                paid_at: paid_at.unwrap(),
                stripe_charge_id,
                reference,
                notes,
                attributes,
                stripe_tie: None,
                meta: Meta { created_at: at, created_by: None, updated_at: at, version: 1 },
            };
            let shown = serde_json::to_value(PaymentJson::new(INVOICE.parse().unwrap(), &payment)).unwrap();
            for (key, value) in sent.as_object().unwrap() {
                assert_eq!(&shown[key], value, "{key}");
            }
            assert_eq!(shown.as_object().unwrap().len(), 12);
        }
    }

    #[test]
    fn a_payment_needs_an_amount_above_zero_and_a_method() {
        assert_eq!(
            read(json!({})).unwrap_err().to_string(),
            "amount: This field is required.; method: This field is required."
        );
        for amount in [json!(0), json!("-5"), json!("0.001"), json!("1000000000000"), json!(true), json!("NaN")] {
            assert!(read(json!({"amount": amount, "method": "cash"})).is_err(), "{amount}");
        }
        let wrong = read(json!({"amount": 1, "method": "barter", "paid_at": "yesterday"})).unwrap_err();
        assert_eq!(wrong.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["method", "paid_at"]);
        assert_eq!(read(json!({"amount": 0.1, "method": "cash"})).unwrap().amount, "0.1".parse().unwrap());
    }

    #[test]
    fn a_payments_patch_says_only_what_was_sent() {
        let change = body(json!({"reference": null, "stripe_charge_id": null}));
        let change = change.into_patch(INVOICE.parse().unwrap(), Update::Patch).unwrap();
        let expected = PaymentPatch {
            reference: Some(ShortText::default()),
            stripe_charge_id: Patch::Clear,
            ..PaymentPatch::default()
        };
        assert_eq!(change, expected);
        let other = body(json!({"invoice": PAYMENT})).into_patch(INVOICE.parse().unwrap(), Update::Put);
        assert_eq!(other.unwrap_err().wrong.iter().next().unwrap().0, "invoice");
    }
}
