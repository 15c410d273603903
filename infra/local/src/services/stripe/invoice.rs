//! The invoice that Stripe makes for a payment, where the link asks for one.

use serde_json::{Value, json};

use super::Context;
use super::error::StripeError;
use super::id::new_id;
use super::shape::{number, shaped, text};
use super::store;

/// Makes the paid invoice of a session.
pub(super) fn create(cx: &Context, link: &Value, session: &Value) -> Result<Value, StripeError> {
    let id = new_id("in_");
    let items = store::children(cx.tx, text(link, "/id"), "item")?;
    let lines: Vec<Value> = items.iter().map(|item| line(cx, &id, item)).collect();
    let data = &link["invoice_creation"]["invoice_data"];
    let amount = number(session, "/amount_total");
    let times = json!({
        "finalized_at": cx.now, "marked_uncollectible_at": null, "paid_at": cx.now, "voided_at": null,
    });
    let mut invoice = shaped(
        "invoice",
        json!({
            "id": id,
            "amount_due": amount,
            "amount_paid": amount,
            "amount_remaining": 0,
            "attempted": true,
            "created": cx.now,
            "currency": session["currency"],
            "customer_email": session["customer_details"]["email"],
            "customer_name": session["customer_details"]["name"],
            "description": data["description"],
            "effective_at": cx.now,
            "metadata": data["metadata"],
            "number": format!("{}-0001", id[id.len() - 8..].to_ascii_uppercase()),
            "period_end": cx.now,
            "period_start": cx.now,
            "status": "paid",
            "status_transitions": times,
            "subtotal": amount,
            "subtotal_excluding_tax": amount,
            "total": amount,
            "total_excluding_tax": amount,
        }),
    );
    invoice["lines"]["data"] = json!(lines);
    invoice["lines"]["url"] = json!(format!("/v1/invoices/{id}/lines"));
    store::insert(cx.tx, &invoice, Some(text(session, "/id")))?;
    Ok(invoice)
}

fn line(cx: &Context, invoice: &str, item: &Value) -> Value {
    let fields = json!({
        "id": new_id("il_"),
        "amount": item["amount_total"],
        "currency": item["currency"],
        "description": item["description"],
        "invoice": invoice,
        "period": { "end": cx.now, "start": cx.now },
        "quantity": item["quantity"],
        "subtotal": item["amount_subtotal"],
    });
    shaped("invoice_line", fields)
}
