//! What paying at a link does: checkout sessions, payment intents, charges and their events.

use serde_json::{Value, json};

use super::error::StripeError;
use super::event::emit;
use super::form::Form;
use super::id::{new_id, new_session_id};
use super::invoice;
use super::link;
use super::method::{Card, DEBIT_FAILED, Decline, Method, NOT_AUTHENTICATED, Verdict};
use super::shape::{set, shaped, text};
use super::store;
use super::{Context, LATER};

/// How long a checkout session is open.
const SESSION_LIFETIME: i64 = 24 * 60 * 60;

/// What a customer sends to pay.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) email: String,
    pub(super) name: Option<String>,
    pub(super) method: Method,
}

/// A link with the session and the payment of one customer at it.
pub(super) struct Checkout {
    pub(super) link: Value,
    pub(super) session: Value,
    intent: Value,
}

/// What came of paying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Paid, or on its way from the bank.
    Completed,
    /// The customer is to confirm first.
    Authenticate,
    /// Nothing was charged.
    Declined(Decline),
}

impl Checkout {
    /// The open session of this id at the link, or a new one.
    pub(super) fn open(cx: &Context, link: Value, session: Option<&str>) -> Result<Self, StripeError> {
        match session.map(|id| Self::find(cx, id)).transpose()?.flatten() {
            Some(found) if found.is_open(cx) && found.session["payment_link"] == link["id"] => Ok(found),
            Some(_) | None => Self::create(cx, link),
        }
    }

    /// A session with its link and payment.
    pub(super) fn find(cx: &Context, session: &str) -> Result<Option<Self>, StripeError> {
        let Some(session) = store::find(cx.tx, "checkout.session", session)? else { return Ok(None) };
        let link = store::required(cx.tx, "payment_link", text(&session, "/payment_link"), "payment_link")?;
        let intent = store::required(cx.tx, "payment_intent", text(&session, "/payment_intent"), "payment_intent")?;
        Ok(Some(Self { link, session, intent }))
    }

    /// Whether the session waits to be paid.
    pub(super) fn is_open(&self, cx: &Context) -> bool {
        self.session["status"] == "open" && super::shape::number(&self.session, "/expires_at") > cx.now
    }

    /// Whether the customer is to confirm the payment.
    pub(super) fn awaits_authentication(&self) -> bool {
        self.intent["status"] == "requires_action"
    }

    fn create(cx: &Context, link: Value) -> Result<Self, StripeError> {
        let amount = link::total(cx, &link)?;
        let types = match &link["payment_method_types"] {
            Value::Null => json!(["card", "us_bank_account"]),
            types => types.clone(),
        };
        let intent_id = new_id("pi_");
        let data = &link["payment_intent_data"];
        let intent = shaped(
            "payment_intent",
            json!({
                "id": intent_id,
                "amount": amount,
                "client_secret": new_id(&format!("{intent_id}_secret_")),
                "created": cx.now,
                "currency": link["currency"],
                "description": data["description"],
                "metadata": if data["metadata"].is_object() { data["metadata"].clone() } else { json!({}) },
                "payment_method_types": types,
            }),
        );
        let session_id = new_session_id();
        let session = shaped(
            "checkout.session",
            json!({
                "id": session_id,
                "amount_subtotal": amount,
                "amount_total": amount,
                "created": cx.now,
                "currency": link["currency"],
                "expires_at": cx.now + SESSION_LIFETIME,
                "invoice_creation": link["invoice_creation"],
                "metadata": link["metadata"],
                "payment_intent": intent_id,
                "payment_link": link["id"],
                "payment_method_types": types,
                "url": link["url"],
            }),
        );
        store::insert(cx.tx, &intent, Some(&session_id))?;
        store::insert(cx.tx, &session, Some(&intent_id))?;
        Ok(Self { link, session, intent })
    }

    /// Pays.
    pub(super) fn pay(&mut self, cx: &Context, attempt: &Attempt) -> Result<Outcome, StripeError> {
        let (kind, details) = attempt.method.details();
        let customer = json!({
            "address": { "city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null },
            "business_name": null,
            "email": attempt.email,
            "individual_name": null,
            "name": attempt.name,
            "phone": null,
            "tax_exempt": "none",
            "tax_ids": [],
        });
        let method = json!({
            "id": new_id("pm_"),
            "object": "payment_method",
            "allow_redisplay": "limited",
            "billing_details": {
                "address": customer["address"], "email": attempt.email, "name": attempt.name, "phone": null, "tax_id": null,
            },
            kind: details,
            "created": cx.now,
            "customer": null,
            "livemode": false,
            "metadata": if attempt.method.refund_fails() { json!({ "refunds": "fail" }) } else { json!({}) },
            "type": kind,
        });
        store::insert(cx.tx, &method, None)?;
        set(&mut self.session, json!({ "customer_details": customer }));
        set(&mut self.intent, json!({ "payment_method": method["id"], "last_payment_error": null }));
        match &attempt.method {
            Method::Card(card) => self.pay_by_card(cx, card),
            Method::BankDebit { succeeds } => self.debit(cx, *succeeds),
        }
    }

    /// Goes on with a payment that the customer has confirmed, or not.
    pub(super) fn authenticate(&mut self, cx: &Context, confirmed: bool) -> Result<Outcome, StripeError> {
        set(&mut self.intent, json!({ "next_action": null }));
        if confirmed { self.succeed(cx) } else { self.refuse(cx, NOT_AUTHENTICATED, None) }
    }

    fn pay_by_card(&mut self, cx: &Context, card: &Card) -> Result<Outcome, StripeError> {
        match card.verdict() {
            Verdict::Approved => self.succeed(cx),
            Verdict::Declined(decline) => {
                let mut charge = self.charge(cx)?;
                fail_charge(&mut charge, decline);
                store::insert(cx.tx, &charge, Some(text(&self.intent, "/id")))?;
                emit(cx, "charge.failed", &charge)?;
                self.refuse(cx, decline, Some(&charge))
            }
            Verdict::Authenticate => {
                let action = json!({ "type": "use_stripe_sdk", "use_stripe_sdk": {} });
                set(&mut self.intent, json!({ "status": "requires_action", "next_action": action }));
                self.save(cx)?;
                Ok(Outcome::Authenticate)
            }
        }
    }

    /// Takes the money at once.
    fn succeed(&mut self, cx: &Context) -> Result<Outcome, StripeError> {
        let mut charge = self.charge(cx)?;
        pay_charge(&mut charge);
        store::insert(cx.tx, &charge, Some(text(&self.intent, "/id")))?;
        self.paid(cx, &charge)?;
        link::count_completed(cx, &mut self.link)?;
        emit(cx, "checkout.session.completed", &self.session)?;
        Ok(Outcome::Completed)
    }

    /// Completes the session, though the bank has not answered.
    fn debit(&mut self, cx: &Context, succeeds: bool) -> Result<Outcome, StripeError> {
        let charge = self.charge(cx)?;
        store::insert(cx.tx, &charge, Some(text(&self.intent, "/id")))?;
        let processing = json!({ "status": "processing", "latest_charge": charge["id"] });
        set(&mut self.intent, processing);
        set(&mut self.session, json!({ "status": "complete", "payment_status": "unpaid", "url": null }));
        self.save(cx)?;
        link::count_completed(cx, &mut self.link)?;
        let outcome = if succeeds { "debit_succeeds" } else { "debit_fails" };
        store::schedule(cx.tx, text(&self.intent, "/id"), outcome, cx.now + LATER)?;
        emit(cx, "checkout.session.completed", &self.session)?;
        Ok(Outcome::Completed)
    }

    /// Notes that the charge has paid for everything, and makes the invoice if the link wants one.
    fn paid(&mut self, cx: &Context, charge: &Value) -> Result<(), StripeError> {
        let fields = json!({
            "status": "succeeded",
            "amount_received": self.intent["amount"],
            "latest_charge": charge["id"],
            "last_payment_error": null,
        });
        set(&mut self.intent, fields);
        set(&mut self.session, json!({ "status": "complete", "payment_status": "paid", "url": null }));
        let invoice = match self.link["invoice_creation"]["enabled"] == true {
            true => Some(invoice::create(cx, &self.link, &self.session)?),
            false => None,
        };
        if let Some(invoice) = &invoice {
            set(&mut self.session, json!({ "invoice": invoice["id"] }));
        }
        self.save(cx)?;
        emit(cx, "charge.succeeded", charge)?;
        emit(cx, "payment_intent.succeeded", &self.intent)?;
        invoice.map_or(Ok(()), |invoice| emit(cx, "invoice.paid", &invoice))
    }

    /// Notes that the payment was refused; another method may be tried.
    fn refuse(&mut self, cx: &Context, decline: Decline, charge: Option<&Value>) -> Result<Outcome, StripeError> {
        let mut error = json!({
            "code": decline.code,
            "doc_url": format!("https://stripe.com/docs/error-codes/{}", decline.code.replace('_', "-")),
            "message": decline.message,
            "payment_method": store::find(cx.tx, "payment_method", text(&self.intent, "/payment_method"))?,
            "type": "card_error",
        });
        if let Some(decline_code) = decline.decline_code {
            error["decline_code"] = json!(decline_code);
        }
        if let Some(charge) = charge {
            error["charge"] = charge["id"].clone();
            self.intent["latest_charge"] = charge["id"].clone();
        }
        let fields =
            json!({ "status": "requires_payment_method", "payment_method": null, "last_payment_error": error });
        set(&mut self.intent, fields);
        self.save(cx)?;
        emit(cx, "payment_intent.payment_failed", &self.intent)?;
        Ok(Outcome::Declined(decline))
    }

    /// A charge of the payment, still pending.
    fn charge(&self, cx: &Context) -> Result<Value, StripeError> {
        let intent = &self.intent;
        let id = text(intent, "/payment_method");
        let method = store::required(cx.tx, "payment_method", id, "payment_method")?;
        let kind = text(&method, "/type");
        let fields = json!({
            "id": new_id("ch_"),
            "amount": intent["amount"],
            "billing_details": method["billing_details"],
            "created": cx.now,
            "currency": intent["currency"],
            "description": intent["description"],
            "metadata": intent["metadata"],
            "payment_intent": intent["id"],
            "payment_method": method["id"],
            "payment_method_details": { "type": kind, kind: method[kind] },
        });
        Ok(shaped("charge", fields))
    }

    fn save(&self, cx: &Context) -> Result<(), StripeError> {
        store::update(cx.tx, &self.session)?;
        store::update(cx.tx, &self.intent)
    }
}

/// Ends an open session: whoever has its page open can no longer pay there.
pub(super) fn expire(cx: &Context, session: &str, form: &Form) -> Result<Value, StripeError> {
    form.only(&[])?;
    let mut session = store::required(cx.tx, "checkout.session", session, "session")?;
    if session["status"] != "open" {
        let message = "Only Checkout Sessions with a status in [\"open\"] can be expired.";
        return Err(StripeError::invalid("resource_missing", "session", message));
    }
    set(&mut session, json!({ "status": "expired", "url": null }));
    store::update(cx.tx, &session)?;
    emit(cx, "checkout.session.expired", &session)?;
    Ok(session)
}

/// Brings a bank debit to its end.
pub(super) fn settle(cx: &Context, intent: &str, succeeds: bool) -> Result<(), StripeError> {
    let sessions = store::children(cx.tx, intent, "checkout.session")?;
    let session = sessions.first().map(|session| text(session, "/id")).unwrap_or_default();
    let Some(mut checkout) = Checkout::find(cx, session)? else { return Ok(()) };
    let charge = text(&checkout.intent, "/latest_charge");
    let Some(mut charge) = store::find(cx.tx, "charge", charge)? else { return Ok(()) };
    if succeeds {
        pay_charge(&mut charge);
        store::update(cx.tx, &charge)?;
        checkout.paid(cx, &charge)?;
        emit(cx, "checkout.session.async_payment_succeeded", &checkout.session)
    } else {
        fail_charge(&mut charge, DEBIT_FAILED);
        store::update(cx.tx, &charge)?;
        emit(cx, "charge.failed", &charge)?;
        checkout.refuse(cx, DEBIT_FAILED, Some(&charge))?;
        emit(cx, "checkout.session.async_payment_failed", &checkout.session)
    }
}

fn pay_charge(charge: &mut Value) {
    let outcome = json!({
        "advice_code": null,
        "network_advice_code": null,
        "network_decline_code": null,
        "network_status": "approved_by_network",
        "reason": null,
        "seller_message": "Payment complete.",
        "type": "authorized",
    });
    let amount = charge["amount"].clone();
    let balance = new_id("txn_");
    let fields = json!({
        "amount_captured": amount,
        "balance_transaction": balance,
        "captured": true,
        "outcome": outcome,
        "paid": true,
        "status": "succeeded",
    });
    set(charge, fields);
}

fn fail_charge(charge: &mut Value, decline: Decline) {
    let outcome = json!({
        "advice_code": null,
        "network_advice_code": null,
        "network_decline_code": null,
        "network_status": "declined_by_network",
        "reason": decline.decline_code.unwrap_or(decline.code),
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    });
    let fields = json!({
        "captured": false,
        "failure_code": decline.code,
        "failure_message": decline.message,
        "outcome": outcome,
        "paid": false,
        "status": "failed",
    });
    set(charge, fields);
}
