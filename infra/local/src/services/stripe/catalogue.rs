//! Products and prices.

use domain::money::Currency;
use serde_json::{Value, json};

use super::Context;
use super::error::StripeError;
use super::form::Form;
use super::id::new_id;
use super::shape::{set, shaped};
use super::store;

/// The largest amount that Stripe takes.
const LARGEST_AMOUNT: i64 = 99_999_999;

/// `POST /v1/products`
pub(super) fn create_product(cx: &Context, form: &Form) -> Result<Value, StripeError> {
    form.only(&["name", "description", "active", "metadata", "default_price_data", "statement_descriptor", "url"])?;
    let mut product = new_product(cx, form, "")?;
    store::insert(cx.tx, &product, None)?;
    if form.has("default_price_data") {
        let price = insert_price(cx, form, "default_price_data", &product)?;
        set(&mut product, json!({ "default_price": price["id"] }));
        store::update(cx.tx, &product)?;
    }
    Ok(product)
}

/// `POST /v1/prices`
pub(super) fn create_price(cx: &Context, form: &Form) -> Result<Value, StripeError> {
    form.only(&[
        "currency",
        "unit_amount",
        "product",
        "product_data",
        "active",
        "metadata",
        "nickname",
        "lookup_key",
        "tax_behavior",
    ])?;
    price_of(cx, form, "")
}

/// Makes a price from the parameters below `at`, and its product where that is given as data.
pub(super) fn price_of(cx: &Context, form: &Form, at: &str) -> Result<Value, StripeError> {
    let product = below(at, "product");
    let data = below(at, "product_data");
    let product = match form.text(&product) {
        Some(id) => store::required(cx.tx, "product", id, &product)?,
        None if form.has(&data) => {
            let made = new_product(cx, form, &data)?;
            store::insert(cx.tx, &made, None)?;
            made
        }
        None => return Err(StripeError::missing(&product)),
    };
    insert_price(cx, form, at, &product)
}

fn new_product(cx: &Context, form: &Form, at: &str) -> Result<Value, StripeError> {
    let fields = json!({
        "id": new_id("prod_"),
        "name": form.required(&below(at, "name"))?,
        "description": form.text(&below(at, "description")),
        "active": form.flag(&below(at, "active"))?.unwrap_or(true),
        "statement_descriptor": form.text(&below(at, "statement_descriptor")),
        "url": form.text(&below(at, "url")),
        "metadata": form.object(&below(at, "metadata")),
        "created": cx.now,
        "updated": cx.now,
    });
    Ok(shaped("product", fields))
}

fn insert_price(cx: &Context, form: &Form, at: &str, product: &Value) -> Result<Value, StripeError> {
    let currency = currency_of(form, &below(at, "currency"))?;
    let name = below(at, "unit_amount");
    let amount = form.number_from(&name, 0)?.ok_or_else(|| StripeError::missing(&name))?;
    if amount > LARGEST_AMOUNT {
        let message = "Amount must be no more than $999,999.99";
        return Err(StripeError::invalid("amount_too_large", &name, message));
    }
    let fields = json!({
        "id": new_id("price_"),
        "product": product["id"],
        "currency": currency,
        "unit_amount": amount,
        "unit_amount_decimal": amount.to_string(),
        "active": form.flag(&below(at, "active"))?.unwrap_or(true),
        "nickname": form.text(&below(at, "nickname")),
        "lookup_key": form.text(&below(at, "lookup_key")),
        "tax_behavior": form.text(&below(at, "tax_behavior")).unwrap_or("unspecified"),
        "metadata": form.object(&below(at, "metadata")),
        "created": cx.now,
    });
    let price = shaped("price", fields);
    store::insert(cx.tx, &price, None)?;
    Ok(price)
}

fn currency_of(form: &Form, name: &str) -> Result<String, StripeError> {
    let given = form.required(name)?;
    let known = given.to_ascii_uppercase().parse::<Currency>();
    match known {
        Ok(currency) => Ok(currency.code().to_ascii_lowercase()),
        Err(_) => Err(StripeError::invalid("parameter_invalid", name, format!("Invalid currency: {given}."))),
    }
}

fn below(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}[{name}]") }
}
