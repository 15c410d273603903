//! What is done to an invoice by its name.

use domain::FieldErrors;
use domain::attributes::Attributes;
use domain::invoice::{PaymentInput, PaymentMethod};
use domain::text::{LongText, ShortText};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use super::schemas;
use crate::wire::{Bounded, Field, FromWire, OrEmpty, body, no_choice, or_default, required};

/// The actions, in the document's order.
pub const ACTIONS: [&str; 5] = ["cancel", "duplicate", "mark_as_paid", "record_payment", "send"];

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Cancel,
    Duplicate,
    MarkAsPaid,
    RecordPayment,
    Send,
}

impl Name {
    const ALL: [Self; 5] = [Self::Cancel, Self::Duplicate, Self::MarkAsPaid, Self::RecordPayment, Self::Send];
}

/// An action's name, as it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentAction(Name);

impl FromWire for SentAction {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let word = String::from_wire(raw).unwrap_or_else(|_| raw.to_owned());
        let found = ACTIONS.into_iter().zip(Name::ALL).find(|(known, _)| *known == word);
        found.map(|(_, name)| Self(name)).ok_or_else(|| no_choice(&word))
    }

    fn schema() -> RefOr<Schema> {
        schemas::text().enum_values(Some(ACTIONS)).into()
    }
}

body! {
    /// What is to be done, by query or by body.
    ActionRequest {
        /// The action.
        required action: SentAction,
        /// What was paid; for `record_payment`.
        optional amount: OrEmpty<Bounded<10, 2>>,
        /// When it was paid; today, if left out. For `record_payment`.
        optional payment_date: OrEmpty<Date>,
    }
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Make it void.
    Cancel,
    /// Make another one like it.
    Duplicate,
    /// Book a payment of the balance.
    MarkAsPaid,
    /// Book this payment.
    RecordPayment(Box<PaymentInput>),
    /// Send the draft.
    Send,
}

impl ActionRequest {
    /// What this says, and beyond it what the other one says.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let Self { action, amount, payment_date } = self;
        Self {
            action: first(action, other.action),
            amount: first(amount, other.amount),
            payment_date: first(payment_date, other.payment_date),
        }
    }

    /// What is to be done.
    ///
    /// # Errors
    /// Every value that is missing or wrong.
    pub fn into_deed(self) -> Result<Deed, FieldErrors> {
        let Self { action, amount, payment_date } = self;
        let mut errors = FieldErrors::new();
        let action = required(&mut errors, "action", action);
        let is_payment = action == Some(SentAction(Name::RecordPayment));
        let amount = if is_payment { required_amount(&mut errors, amount) } else { None };
        let day = if is_payment { or_default(&mut errors, "payment_date", payment_date) } else { None };
        errors.into_result()?;
        Ok(match (action, amount) {
            (Some(SentAction(Name::RecordPayment)), Some(amount)) => {
                Deed::RecordPayment(Box::new(payment(amount, day)))
            }
            (Some(SentAction(Name::Cancel)), _) => Deed::Cancel,
            (Some(SentAction(Name::Duplicate)), _) => Deed::Duplicate,
            (Some(SentAction(Name::MarkAsPaid)), _) => Deed::MarkAsPaid,
            (Some(SentAction(Name::Send)), _) => Deed::Send,
            (Some(SentAction(Name::RecordPayment)) | None, _) => {
                return Err(FieldErrors::one("amount", crate::wire::REQUIRED));
            }
        })
    }
}

fn first<T>(one: Field<T>, other: Field<T>) -> Field<T> {
    if matches!(one, Field::Absent) { other } else { one }
}

fn required_amount(errors: &mut FieldErrors, amount: Field<OrEmpty<Bounded<10, 2>>>) -> Option<rust_decimal::Decimal> {
    let before = errors.clone();
    let amount = or_default(errors, "amount", amount).map(|Bounded(amount)| amount);
    if amount.is_none() && *errors == before {
        errors.add("amount", crate::wire::REQUIRED);
    }
    amount
}

fn payment(amount: rust_decimal::Decimal, day: Option<Date>) -> PaymentInput {
    let midnight = |day: Date| day.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let paid_at: Option<Timestamp> = day.and_then(midnight);
    PaymentInput {
        amount,
        method: PaymentMethod::Other,
        paid_at,
        stripe_charge_id: None,
        reference: ShortText::default(),
        notes: LongText::default(),
        attributes: Attributes::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{form, parse_object};

    fn deed(query: &[(&str, &str)]) -> Result<Deed, String> {
        let pairs: Vec<_> = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let request: ActionRequest = parse_object(&form::object(&pairs, &[])).unwrap();
        request.into_deed().map_err(|errors| errors.to_string())
    }

    #[test]
    fn each_action_is_known_by_its_name_alone() {
        assert_eq!(deed(&[("action", "cancel")]), Ok(Deed::Cancel));
        assert_eq!(deed(&[("action", "duplicate"), ("amount", "x")]), Ok(Deed::Duplicate));
        assert_eq!(deed(&[("action", "mark_as_paid")]), Ok(Deed::MarkAsPaid));
        assert_eq!(deed(&[("action", "send")]), Ok(Deed::Send));
        assert_eq!(deed(&[]), Err("action: This field is required.".into()));
        assert_eq!(deed(&[("action", "Send")]), Err("action: \"Send\" is not a valid choice.".into()));
    }

    #[test]
    fn a_payment_has_an_amount_and_perhaps_a_date() {
        let paid = |query: &[(&str, &str)]| match deed(query).unwrap() {
            Deed::RecordPayment(input) => (input.amount.to_string(), input.paid_at.map(|at| at.to_string())),
            other => panic!("{other:?}"),
        };
        let action = ("action", "record_payment");
        assert_eq!(paid(&[action, ("amount", "50.0")]), ("50".into(), None));
        let at = Some("2026-03-01T00:00:00Z".to_owned());
        assert_eq!(paid(&[action, ("amount", "10.25"), ("payment_date", "2026-03-01")]), ("10.25".into(), at));
        for missing in [&[action][..], &[action, ("amount", "")]] {
            assert_eq!(deed(missing), Err("amount: This field is required.".into()));
        }
        let wrong = deed(&[action, ("amount", "1e3"), ("payment_date", "tomorrow")]).unwrap_err();
        assert!(wrong.contains("amount: A valid number") && wrong.contains("payment_date: Date has"), "{wrong}");
    }

    #[test]
    fn what_the_query_says_comes_before_the_body() {
        let read = |json: &str| parse_object::<ActionRequest>(json.as_bytes()).unwrap();
        let query = read(r#"{"action": "send"}"#);
        assert_eq!(query.clone().or(read(r#"{"action": "cancel"}"#)).into_deed(), Ok(Deed::Send));
        let body = read(r#"{"action": "record_payment", "amount": 5}"#);
        assert!(matches!(read("{}").or(body).into_deed(), Ok(Deed::RecordPayment(_))));
    }
}
