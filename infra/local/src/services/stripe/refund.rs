//! Refunds.

use serde_json::{Value, json};

use super::error::StripeError;
use super::event::emit;
use super::form::Form;
use super::id::new_id;
use super::shape::{number, set, shaped, text};
use super::store;
use super::{Context, LATER};

/// `POST /v1/refunds`
pub(super) fn create(cx: &Context, form: &Form) -> Result<Value, StripeError> {
    form.only(&["payment_intent", "charge", "amount", "reason", "metadata"])?;
    let mut charge = charge_of(cx, form)?;
    let (total, refunded) = (number(&charge, "/amount_captured"), number(&charge, "/amount_refunded"));
    if total == refunded {
        let message = format!("Charge {} has already been refunded.", text(&charge, "/id"));
        return Err(StripeError::invalid("charge_already_refunded", "", message));
    }
    let amount = form.number_from("amount", 1)?.unwrap_or(total - refunded);
    if amount > total - refunded {
        let left = total - refunded;
        let message = format!("Refund amount ({amount}) is greater than unrefunded amount on charge ({left})");
        return Err(StripeError::invalid("parameter_invalid", "amount", message));
    }
    let kind = text(&charge, "/payment_method_details/type").to_owned();
    let refund = shaped(
        "refund",
        json!({
            "id": new_id("re_"),
            "amount": amount,
            "balance_transaction": new_id("txn_"),
            "charge": charge["id"],
            "created": cx.now,
            "currency": charge["currency"],
            "destination_details": destination(&kind),
            "metadata": form.object("metadata"),
            "payment_intent": charge["payment_intent"],
            "reason": reason(form)?,
            "status": "succeeded",
        }),
    );
    store::insert(cx.tx, &refund, Some(text(&charge, "/id")))?;
    let refunded = refunded + amount;
    set(&mut charge, json!({ "amount_refunded": refunded, "refunded": refunded == total }));
    store::update(cx.tx, &charge)?;
    let method = store::find(cx.tx, "payment_method", text(&charge, "/payment_method"))?;
    if method.is_some_and(|method| method["metadata"]["refunds"] == "fail") {
        store::schedule(cx.tx, text(&refund, "/id"), "refund_fails", cx.now + LATER)?;
    }
    emit(cx, "charge.refunded", &charge)?;
    emit(cx, "refund.created", &refund)?;
    emit(cx, "refund.updated", &refund)?;
    Ok(refund)
}

/// Takes a refund back that the customer's bank did not accept.
pub(super) fn fail(cx: &Context, id: &str) -> Result<(), StripeError> {
    let Some(mut refund) = store::find(cx.tx, "refund", id)? else { return Ok(()) };
    let Some(mut charge) = store::find(cx.tx, "charge", text(&refund, "/charge"))? else { return Ok(()) };
    let fields = json!({
        "status": "failed",
        "failure_balance_transaction": new_id("txn_"),
        "failure_reason": "expired_or_canceled_card",
    });
    set(&mut refund, fields);
    store::update(cx.tx, &refund)?;
    let refunded = number(&charge, "/amount_refunded") - number(&refund, "/amount");
    set(&mut charge, json!({ "amount_refunded": refunded, "refunded": false }));
    store::update(cx.tx, &charge)?;
    emit(cx, "refund.updated", &refund)?;
    emit(cx, "refund.failed", &refund)
}

/// The charge that a refund is for.
fn charge_of(cx: &Context, form: &Form) -> Result<Value, StripeError> {
    let charge = match (form.text("charge"), form.text("payment_intent")) {
        (Some(id), None) => store::required(cx.tx, "charge", id, "charge")?,
        (None, Some(id)) => {
            let intent = store::required(cx.tx, "payment_intent", id, "payment_intent")?;
            let charge = store::find(cx.tx, "charge", text(&intent, "/latest_charge"))?;
            let refused = || {
                let message = format!("This PaymentIntent ({id}) does not have a successful charge to refund.");
                StripeError::invalid("payment_intent_unexpected_state", "payment_intent", message)
            };
            charge.filter(|charge| charge["paid"] == true).ok_or_else(refused)?
        }
        (None, None) => {
            let message = "One of the following params should be provided for this request: payment_intent or charge.";
            return Err(StripeError::invalid("parameter_missing", "", message));
        }
        (Some(_), Some(_)) => {
            let message = "You may only specify one of these parameters: charge, payment_intent.";
            return Err(StripeError::invalid("parameters_exclusive", "", message));
        }
    };
    if charge["paid"] == true {
        return Ok(charge);
    }
    let message = format!("Charge {} was not paid, so it cannot be refunded.", text(&charge, "/id"));
    Err(StripeError::invalid("charge_not_refundable", "charge", message))
}

fn reason(form: &Form) -> Result<Option<&str>, StripeError> {
    match form.text("reason") {
        None => Ok(None),
        Some(known @ ("duplicate" | "fraudulent" | "requested_by_customer")) => Ok(Some(known)),
        Some(other) => {
            let message =
                format!("Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer, not {other}");
            Err(StripeError::invalid("parameter_invalid", "reason", message))
        }
    }
}

fn destination(kind: &str) -> Value {
    if kind != "card" {
        let transfer = json!({ "reference": null, "reference_status": "pending" });
        return json!({ "type": "us_bank_transfer", "us_bank_transfer": transfer });
    }
    let card = json!({
        "reference": "7920347290385701",
        "reference_status": "available",
        "reference_type": "acquirer_reference_number",
        "type": "refund",
    });
    json!({ "card": card, "type": "card" })
}
