//! The pages as HTML: plain, without scripts, and with everything that they need in them.

use std::collections::BTreeMap;

use domain::money::Currency;
use rust_decimal::Decimal;
use serde_json::Value;

use super::form::Form;
use super::shape::{number, text};

const STYLE: &str = include_str!("page.css");

/// The cards that the page explains, and what each does.
const CARDS: [(&str, &str); 6] = [
    ("4242 4242 4242 4242", "is paid"),
    ("4000 0000 0000 0002", "is declined"),
    ("4000 0000 0000 0069", "has expired"),
    ("4000 0025 0000 3155", "asks to authenticate"),
    ("4000 0000 0000 9995", "has insufficient funds"),
    ("4000 0000 0000 5126", "is paid; a refund fails later"),
];

/// What is wrong with what was typed in, by field.
pub(super) type Errors = BTreeMap<&'static str, &'static str>;

/// The page that asks for a payment.
pub(super) struct Payment<'a> {
    pub(super) link: &'a Value,
    pub(super) items: &'a [Value],
    /// What was typed in before.
    pub(super) typed: &'a Form,
    pub(super) errors: &'a Errors,
    /// Why the payment was refused.
    pub(super) refused: Option<&'a str>,
    /// The session to go on with.
    pub(super) session: Option<&'a str>,
}

impl Payment<'_> {
    pub(super) fn html(&self) -> String {
        let total: i64 = self.items.iter().map(|item| number(item, "/amount_total")).sum();
        let currency = text(self.link, "/currency");
        let mut body = heading("Pay", total, currency);
        body += "<ul class=\"items\">";
        for item in self.items {
            let (name, quantity) = (escape(text(item, "/description")), number(item, "/quantity"));
            let times = if quantity == 1 { String::new() } else { format!(" × {quantity}") };
            let amount = amount(number(item, "/amount_total"), currency);
            body += &format!("<li><span>{name}{times}</span><span>{amount}</span></li>");
        }
        body += "</ul>";
        if let Some(refused) = self.refused {
            body += &format!("<p class=\"alert\" role=\"alert\">{}</p>", escape(refused));
        } else if !self.errors.is_empty() {
            body += "<p class=\"alert\" role=\"alert\">Nothing was charged. Please correct what is marked below.</p>";
        }
        body += &format!("<form method=\"post\" action=\"/b/{}\" novalidate>", escape(text(self.link, "/id")));
        if let Some(session) = self.session {
            body += &format!("<input type=\"hidden\" name=\"session\" value=\"{}\">", escape(session));
        }
        body += &self.field("email", "E-mail", "type=\"email\" autocomplete=\"email\"", "");
        body += &self.methods();
        let digits = "type=\"text\" inputmode=\"numeric\"";
        body += &self.field("card_number", "Card number", &format!("{digits} autocomplete=\"cc-number\""), "");
        body += "<div class=\"pair\">";
        body += &self.field("expiry", "Expiry", &format!("{digits} autocomplete=\"cc-exp\""), "MM / YY");
        body += &self.field("cvc", "CVC", &format!("{digits} autocomplete=\"cc-csc\""), "");
        body += "</div>";
        body += &self.field("name", "Name on card (optional)", "type=\"text\" autocomplete=\"cc-name\"", "");
        body += &format!("<button type=\"submit\">Pay {}</button></form>", amount(total, currency));
        body += &cards();
        document(&format!("Pay {}", amount(total, currency)), &body)
    }

    fn field(&self, name: &str, label: &str, attributes: &str, hint: &str) -> String {
        // What is secret about a card is typed in anew.
        let is_kept = matches!(name, "email" | "name");
        let value = self.typed.text(name).filter(|_| is_kept).map(escape).unwrap_or_default();
        let error = self.errors.get(name);
        let mut described = Vec::new();
        let mut below = String::new();
        if !hint.is_empty() {
            described.push(format!("{name}-hint"));
            below += &format!("<p class=\"hint\" id=\"{name}-hint\">{hint}</p>");
        }
        if let Some(error) = error {
            described.push(format!("{name}-error"));
            below += &format!("<p class=\"error\" id=\"{name}-error\">{error}</p>");
        }
        let mut state = String::new();
        if !described.is_empty() {
            state += &format!(" aria-describedby=\"{}\"", described.join(" "));
        }
        if error.is_some() {
            state += " aria-invalid=\"true\"";
        }
        format!(
            "<div class=\"field\"><label for=\"{name}\">{label}</label>\
             <input id=\"{name}\" name=\"{name}\" {attributes} value=\"{value}\"{state}>{below}</div>"
        )
    }

    fn methods(&self) -> String {
        let takes = |kind: &str| match self.link["payment_method_types"].as_array() {
            Some(types) => types.iter().any(|one| one == kind),
            None => true,
        };
        let chosen = self.typed.text("method").unwrap_or("card");
        let mut choices = vec![];
        if takes("card") {
            choices.push(("card", "Card"));
        }
        if takes("us_bank_account") {
            choices.push(("bank_debit_succeeds", "Bank debit: succeeds later"));
            choices.push(("bank_debit_fails", "Bank debit: fails later"));
        }
        let mut html = "<fieldset><legend>Pay by</legend>".to_owned();
        for (position, (value, label)) in choices.iter().enumerate() {
            let is_known = choices.iter().any(|(known, _)| *known == chosen);
            let is_checked = *value == chosen || (!is_known && position == 0);
            let checked = if is_checked { " checked" } else { "" };
            html += &format!(
                "<label class=\"choice\"><input type=\"radio\" name=\"method\" value=\"{value}\"{checked}> {label}</label>"
            );
        }
        html + "<p class=\"hint\">A bank debit needs no card; the bank answers ten seconds later.</p></fieldset>"
    }
}

/// The page of the card's bank.
pub(super) fn authentication(session: &Value) -> String {
    let (total, currency) = (number(session, "/amount_total"), text(session, "/currency"));
    let mut body = heading("Confirm the payment", total, currency);
    body += &format!(
        "<p>The bank that issued the card wants to know that it is you who pays.</p>\
         <form method=\"post\" action=\"/b/{}/authenticate\">\
         <input type=\"hidden\" name=\"session\" value=\"{}\">\
         <button type=\"submit\" name=\"answer\" value=\"authenticate\">Authenticate</button>\
         <button type=\"submit\" name=\"answer\" value=\"fail\" class=\"second\">Fail</button></form>",
        escape(text(session, "/payment_link")),
        escape(text(session, "/id")),
    );
    document("Confirm the payment", &body)
}

/// The page after a payment.
pub(super) fn completed(session: &Value, message: Option<&str>) -> String {
    let (total, currency) = (number(session, "/amount_total"), text(session, "/currency"));
    let is_paid = session["payment_status"] == "paid";
    let title = if is_paid { "Payment successful" } else { "Payment processing" };
    let mut body = heading(title, total, currency);
    body += match is_paid {
        true => "<p class=\"done\" role=\"status\">Thank you. The payment was made.</p>",
        false => "<p role=\"status\">Thank you. The bank has yet to answer; nothing more is to be done here.</p>",
    };
    if let Some(message) = message {
        body += &format!("<p>{}</p>", escape(message));
    }
    document(title, &body)
}

/// A page that says why nothing can be paid.
pub(super) fn closed(title: &str, message: &str) -> String {
    let body = format!("<h1 class=\"amount\">{}</h1><p>{}</p>", escape(title), escape(message));
    document(title, &body)
}

fn heading(title: &str, total: i64, currency: &str) -> String {
    format!("<h1>{title}</h1><p class=\"amount\">{}</p>", amount(total, currency))
}

fn cards() -> String {
    let mut html = "<details><summary>Test cards</summary><table><thead><tr><th scope=\"col\">Number</th>\
                    <th scope=\"col\">The payment</th></tr></thead><tbody>"
        .to_owned();
    for (number, effect) in CARDS {
        html += &format!("<tr><td>{number}</td><td>{effect}</td></tr>");
    }
    html + "</tbody></table><p>Any expiry date to come, and any CVC.</p></details>"
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{}</title><style>{STYLE}</style></head>\
         <body><p class=\"notice\">A stand-in for Stripe. No money moves here.</p><main>{body}</main></body></html>\n",
        escape(title)
    )
}

/// An amount in its currency's minor unit, as `60.50 USD`.
fn amount(minor: i64, currency: &str) -> String {
    let code = currency.to_ascii_uppercase();
    let digits = code.parse().map_or(2, Currency::minor_digits);
    format!("{} {}", Decimal::new(minor, digits), escape(&code))
}

fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, character| {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_digits_of_their_currency() {
        assert_eq!(amount(6_050, "usd"), "60.50 USD");
        assert_eq!(amount(6_050, "jpy"), "6050 JPY");
    }

    #[test]
    fn nothing_that_others_wrote_becomes_markup() {
        assert_eq!(escape("<a href='x'>\"&\"</a>"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;");
    }
}
