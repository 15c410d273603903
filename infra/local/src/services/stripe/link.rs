//! Payment links.

use serde_json::{Value, json};

use super::Context;
use super::catalogue::price_of;
use super::error::StripeError;
use super::form::Form;
use super::id::new_id;
use super::shape::{number, set, shaped, text};
use super::store;

/// `POST /v1/payment_links`
pub(super) fn create(cx: &Context, form: &Form) -> Result<Value, StripeError> {
    form.only(&[
        "line_items",
        "metadata",
        "payment_intent_data",
        "restrictions",
        "after_completion",
        "inactive_message",
        "invoice_creation",
        "payment_method_types",
        "submit_type",
        "customer_creation",
        "billing_address_collection",
    ])?;
    let id = new_id("plink_");
    let currency = create_items(cx, form, &id)?;
    let fields = json!({
        "id": id,
        "currency": currency,
        "url": format!("{}/b/{id}", cx.base_url),
        "metadata": form.object("metadata"),
        "payment_intent_data": payment_intent_data(form),
        "restrictions": restrictions(form, 0)?,
        "after_completion": after_completion(form)?,
        "inactive_message": form.text("inactive_message"),
        "payment_method_types": payment_method_types(form)?,
        "submit_type": form.text("submit_type").unwrap_or("auto"),
        "customer_creation": form.text("customer_creation").unwrap_or("if_required"),
        "billing_address_collection": form.text("billing_address_collection").unwrap_or("auto"),
    });
    let mut link = shaped("payment_link", fields);
    link["invoice_creation"]["enabled"] = json!(form.flag("invoice_creation[enabled]")?.unwrap_or(false));
    link["invoice_creation"]["invoice_data"]["metadata"] = form.object("invoice_creation[invoice_data][metadata]");
    let description = form.text("invoice_creation[invoice_data][description]");
    link["invoice_creation"]["invoice_data"]["description"] = json!(description);
    store::insert(cx.tx, &link, None)?;
    Ok(link)
}

/// `POST /v1/payment_links/{id}`
pub(super) fn update(cx: &Context, id: &str, form: &Form) -> Result<Value, StripeError> {
    form.only(&["active", "metadata", "inactive_message", "after_completion", "restrictions"])?;
    let mut link = store::required(cx.tx, "payment_link", id, "payment_link")?;
    if let Some(active) = form.flag("active")? {
        link["active"] = json!(active);
    }
    for (key, value) in form.entries("metadata") {
        set_metadata(&mut link["metadata"], key, value);
    }
    if form.has("inactive_message") {
        link["inactive_message"] = json!(form.text("inactive_message"));
    }
    if form.has("after_completion") {
        link["after_completion"] = after_completion(form)?;
    }
    if form.has("restrictions") {
        let count = number(&link, "/restrictions/completed_sessions/count");
        link["restrictions"] = restrictions(form, count)?;
    }
    store::update(cx.tx, &link)?;
    Ok(link)
}

/// `GET /v1/payment_links/{id}/line_items`
pub(super) fn line_items(cx: &Context, id: &str) -> Result<Value, StripeError> {
    store::required(cx.tx, "payment_link", id, "payment_link")?;
    let items = store::children(cx.tx, id, "item")?;
    Ok(
        json!({ "object": "list", "data": items, "has_more": false, "url": format!("/v1/payment_links/{id}/line_items") }),
    )
}

/// What a link asks for.
pub(super) fn total(cx: &Context, link: &Value) -> Result<i64, StripeError> {
    let items = store::children(cx.tx, text(link, "/id"), "item")?;
    Ok(items.iter().map(|item| number(item, "/amount_total")).sum())
}

/// Counts a completed session; the last that the link allows closes it.
pub(super) fn count_completed(cx: &Context, link: &mut Value) -> Result<(), StripeError> {
    let count = number(link, "/restrictions/completed_sessions/count") + 1;
    if let Some(sessions) = link.pointer_mut("/restrictions/completed_sessions") {
        set(sessions, json!({ "count": count }));
        if number(sessions, "/limit") <= count {
            link["active"] = json!(false);
        }
    }
    store::update(cx.tx, link)
}

/// Whether a link is closed because it was paid as often as it may be.
pub(super) fn is_used_up(link: &Value) -> bool {
    let sessions = link.pointer("/restrictions/completed_sessions");
    sessions.is_some_and(|sessions| number(sessions, "/count") >= number(sessions, "/limit"))
}

/// Keeps the items of a new link, and tells their currency.
fn create_items(cx: &Context, form: &Form, link: &str) -> Result<String, StripeError> {
    let mut found: Option<String> = None;
    for position in form.positions("line_items") {
        let at = format!("line_items[{position}]");
        let price = match form.text(&format!("{at}[price]")) {
            Some(id) => store::required(cx.tx, "price", id, &format!("{at}[price]"))?,
            None if form.has(&format!("{at}[price_data]")) => price_of(cx, form, &format!("{at}[price_data]"))?,
            None => return Err(StripeError::missing(&format!("{at}[price]"))),
        };
        let name = format!("{at}[quantity]");
        let quantity = form.number_from(&name, 1)?.ok_or_else(|| StripeError::missing(&name))?;
        let currency = text(&price, "/currency").to_owned();
        if found.as_ref().is_some_and(|found| *found != currency) {
            let message = "All prices on a Payment Link must have the same currency.";
            return Err(StripeError::invalid("parameter_invalid", &at, message));
        }
        let amount = number(&price, "/unit_amount").checked_mul(quantity);
        let amount =
            amount.ok_or_else(|| StripeError::invalid("amount_too_large", &name, "The amount is too large."))?;
        let product = store::required(cx.tx, "product", text(&price, "/product"), &at)?;
        let item = json!({
            "id": new_id("li_"),
            "object": "item",
            "amount_discount": 0,
            "amount_subtotal": amount,
            "amount_tax": 0,
            "amount_total": amount,
            "currency": currency,
            "description": product["name"],
            "price": price,
            "quantity": quantity,
        });
        store::insert(cx.tx, &item, Some(link))?;
        found = Some(currency);
    }
    found.ok_or_else(|| StripeError::missing("line_items"))
}

fn payment_intent_data(form: &Form) -> Value {
    if !form.has("payment_intent_data") {
        return Value::Null;
    }
    let text = |name: &str| form.text(&format!("payment_intent_data[{name}]"));
    json!({
        "capture_method": text("capture_method"),
        "description": text("description"),
        "metadata": form.object("payment_intent_data[metadata]"),
        "setup_future_usage": text("setup_future_usage"),
        "statement_descriptor": text("statement_descriptor"),
        "statement_descriptor_suffix": text("statement_descriptor_suffix"),
        "transfer_group": text("transfer_group"),
    })
}

fn restrictions(form: &Form, count: i64) -> Result<Value, StripeError> {
    let limit = form.number_from("restrictions[completed_sessions][limit]", 1)?;
    Ok(limit.map_or(Value::Null, |limit| json!({ "completed_sessions": { "count": count, "limit": limit } })))
}

fn after_completion(form: &Form) -> Result<Value, StripeError> {
    match form.text("after_completion[type]") {
        None | Some("hosted_confirmation") => {
            let message = form.text("after_completion[hosted_confirmation][custom_message]");
            Ok(json!({ "hosted_confirmation": { "custom_message": message }, "type": "hosted_confirmation" }))
        }
        Some("redirect") => {
            let url = form.required("after_completion[redirect][url]")?;
            Ok(json!({ "redirect": { "url": url }, "type": "redirect" }))
        }
        Some(other) => {
            let message =
                format!("Invalid after_completion[type]: must be one of redirect or hosted_confirmation, not {other}");
            Err(StripeError::invalid("parameter_invalid", "after_completion[type]", message))
        }
    }
}

fn payment_method_types(form: &Form) -> Result<Value, StripeError> {
    let mut types = Vec::new();
    for position in form.positions("payment_method_types") {
        let name = format!("payment_method_types[{position}]");
        match form.required(&name)? {
            known @ ("card" | "us_bank_account") => types.push(known),
            other => {
                let message = format!("The stand-in takes card and us_bank_account, not {other}.");
                return Err(StripeError::invalid("parameter_invalid", &name, message));
            }
        }
    }
    Ok(if types.is_empty() { Value::Null } else { json!(types) })
}

/// Sets an entry; an empty value removes it.
pub(super) fn set_metadata(metadata: &mut Value, key: &str, value: &str) {
    let Some(metadata) = metadata.as_object_mut() else { return };
    if value.is_empty() {
        metadata.shift_remove(key);
    } else {
        metadata.insert(key.to_owned(), json!(value));
    }
}
