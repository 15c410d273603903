//! The demo organisation: what a first start makes, so that there is something to call.

use app::mail::Mailer;
use app::session::{Credential, Session};
use app::sources::SourceAddress;
use app::{App, Error};
use domain::Actor;
use domain::api_key::NewApiKey;
use domain::attributes::Attributes;
use domain::catalogue::{ItemType, NewCategory, NewItem, NewTier, Stock};
use domain::client::{NewClient, Profile};
use domain::contact::NewContact;
use domain::id::{ClientId, ContactId, ItemId};
use domain::invoice::{
    Details, LineInput, LineKind, LineText, NewInvoice, NewNumber, PaymentInput, PaymentMethod, SentTotals, Status,
    StatusRequest, utc_date,
};
use domain::money::{Currency, Percent, Price, Quantity};
use domain::record::NewExtras;
use domain::text::{Email, LongText, Name, ShortText, Text};
use domain::user::{Credentials, LIVE_TOKENS, Password, SignUp, Username};
use jiff::ToSpan;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::services::ses::Mailbox;

/// The demo's user. Its password is the data directory's own: a page of any site would know one that is the same
/// everywhere.
const USERNAME: &str = "demo";
const EMAIL: &str = "demo@example.com";

/// Why nobody can sign in as the demo: its name is taken, and its password is not this data directory's.
const OF_BEFORE: &str = "the demo has another password: an earlier release made it, with one that everybody knows, or \
                         somebody changed it; delete the data directory to start afresh";

/// Where the real Stripe is.
const STRIPE_API: &str = "https://api.stripe.com";

/// Makes the demo organisation, unless a start before this one has, and gives its credentials.
///
/// # Errors
/// What signing up or making the data fails with.
pub async fn seed(app: &App, mailer: &Mailer, cloud: &Cloud) -> Result<Value, Error> {
    let (password, stripe) = (cloud.demo_password(), &cloud.environment().stripe);
    let here = SourceAddress::unknown();
    let credentials = Credentials { login: USERNAME.to_owned(), password: password.to_owned(), otp: None };
    let known = app.issue_token(&credentials, &here).await?;
    let is_new = known.is_none();
    if is_new {
        sign_up(app, mailer, cloud.mailbox(), password).await?;
    }
    let token = match known {
        Some(token) => token,
        None => {
            let issued = app.issue_token(&credentials, &here).await?;
            issued.ok_or_else(|| Error::Defect("the demo has no token".into()))?
        }
    };
    let session = app.authenticate(&Credential::Token(token.clone()), None, &here).await?;
    if is_new {
        Box::pin(fill(app, &session.actor)).await?;
    }
    let user = app.user_of_session(&session).await?;
    let jwts = app.issue_tokens(&user)?;
    let api_key = api_key(app, mailer, &session).await?;
    let organisation = session.actor.tenant().organisation().uuid();
    Ok(json!({
        "username": USERNAME,
        "email": EMAIL,
        "password": password,
        "user_id": user.number,
        "organization_id": organisation,
        "business_id": format!("biz_{}", organisation.simple()),
        "token": token,
        "access": jwts.access,
        "refresh": jwts.refresh,
        "api_key": api_key,
        // Of several secrets the first, so that an event can be signed with it as it is.
        "stripe_webhook_secret": stripe.webhook_secret.split(',').next(),
        "stripe_api_base": stripe.api_base.as_deref().unwrap_or(STRIPE_API),
    }))
}

/// A request in the words of each contract, ready to be run: the invoices, with the credential that speaks it.
#[must_use]
pub fn requests(base_url: &str, credentials: &Value) -> Vec<(&'static str, String)> {
    let text = |name: &str| credentials[name].as_str().unwrap_or_default();
    let (token, api_key, business) = (text("token"), text("api_key"), text("business_id"));
    let (access, password) = (text("access"), text("password"));
    let organisation = text("organization_id");
    let invoices = format!("{base_url}/api/invoices");
    vec![
        ("crm", format!("curl -H 'Authorization: Token {token}' {invoices}/")),
        ("clawprint", format!("curl -H 'Authorization: Bearer {api_key}' '{invoices}?business_id={business}'")),
        (
            "bottlecrm",
            format!("curl -H 'Authorization: Bearer {access}' -H 'organization-id: {organisation}' {invoices}/"),
        ),
        ("skhokho", format!("curl -u {USERNAME}:{password} {base_url}/api/v1.0/organisation/{organisation}/invoices/")),
        ("namaste", format!("curl -H 'Authorization: Bearer {access}' {base_url}/api/billing/")),
    ]
}

/// A new API key, since nobody can tell the last start's. The demo has as many of them as it has
/// tokens.
async fn api_key(app: &App, mailer: &Mailer, session: &Session) -> Result<String, Error> {
    let business = session.actor.tenant().organisation();
    let keys = app.list_api_keys(session, business).await?;
    for old in keys.iter().rev().skip(LIVE_TOKENS - 1) {
        app.delete_api_key(session, business, &old.public).await?;
    }
    Ok(app.create_api_key(mailer, session, business, NewApiKey::default()).await?.api_key)
}

/// Signs up as a person would: the one-time password is read from the mailbox.
async fn sign_up(app: &App, mailer: &Mailer, mailbox: &Mailbox, password: &str) -> Result<(), Error> {
    let email = Email::parse(EMAIL).map_err(defect)?;
    let sign_up = SignUp {
        username: Username::parse(USERNAME).map_err(defect)?,
        email: email.clone(),
        password: Password::parse(password)?,
        phone: ShortText::default(),
        business_name: Some(name("Demo Trading Company")?),
    };
    app.sign_up(mailer, sign_up, &SourceAddress::unknown()).await.map_err(|error| match error {
        Error::Domain(domain::Error::Invalid(_)) => Error::Defect(OF_BEFORE.into()),
        other => other,
    })?;
    let mails = mailbox.list().await.map_err(defect)?;
    let text = mails.iter().find(|mail| mail.to.iter().any(|to| to == EMAIL)).and_then(|mail| mail.text.clone());
    let code: String = text
        .unwrap_or_default()
        .split(|c: char| !c.is_ascii_digit())
        .find(|word| word.len() == 6)
        .unwrap_or_default()
        .into();
    let verified = app.verify_sign_up(&email, &code, &SourceAddress::unknown()).await?;
    verified.map_err(|refused| Error::Defect(format!("the demo's one-time password was refused: {refused:?}")))
}

/// A client with a contact, a small catalogue, and an invoice that is paid in part.
async fn fill(app: &App, owner: &Actor) -> Result<(), Error> {
    let extras = NewExtras::default;
    let client = app
        .create_client(
            owner,
            NewClient { name: name("Acme Corp")?, email: None, profile: Profile::default(), extras: extras() },
        )
        .await?;
    let contact = NewContact {
        client: client.id,
        first_name: Text::parse("Maria").map_err(defect)?,
        last_name: Text::parse("Lopez").map_err(defect)?,
        email: Some(Email::parse("m.lopez@example.com").map_err(defect)?),
        phone: ShortText::default(),
        job_title: short("CFO")?,
        is_primary: true,
        extras: extras(),
    };
    let contact = app.create_contact(owner, contact).await?;
    let item = catalogue(app, owner).await?;
    invoice(app, owner, client.id, contact.id, item).await
}

async fn catalogue(app: &App, owner: &Actor) -> Result<ItemId, Error> {
    let category = NewCategory {
        name: name("Services")?,
        description: LongText::default(),
        parent: None,
        attributes: Attributes::default(),
    };
    let category = app.create_category(owner, category).await?;
    let item = NewItem {
        category: Some(category.id),
        name: name("Web Development")?,
        sku: Some(Text::parse("WEB-DEV-001").map_err(defect)?),
        description: LongText::parse("Custom web development, hourly rate").map_err(defect)?,
        item_type: ItemType::Service,
        base_price: price(100)?,
        currency: Currency::USD,
        unit: short("hour")?,
        tax_rate: Percent::new(Decimal::from(15)).map_err(defect)?,
        stripe_price_id: None,
        is_active: true,
        stock: Stock::default(),
        attributes: Attributes::default(),
    };
    let item = app.create_item(owner, item).await?;
    let tier = NewTier {
        name: name("From ten hours")?,
        min_quantity: 10,
        price: price(80)?,
        attributes: Attributes::default(),
    };
    app.create_tier(owner, item.id, tier).await?;
    Ok(item.id)
}

async fn invoice(app: &App, owner: &Actor, client: ClientId, contact: ContactId, item: ItemId) -> Result<(), Error> {
    let today = utc_date(app.now());
    let invoice = NewInvoice {
        number: NewNumber::Random,
        details: Details { client: Some(client), contact: Some(contact), ..Details::default() },
        client_by_email: None,
        status: StatusRequest { target: Status::Sent, shown_as: &[Status::Sent] },
        issue_date: Some(today),
        due_date: Some(today.saturating_add(30.days())),
        currency: Currency::USD,
        totals: SentTotals::default(),
        lines: vec![],
        paid_amount: None,
        extras: NewExtras::default(),
        attributes_bind: true,
    };
    let invoice = app.create_invoice(owner, invoice).await?;
    let line = LineInput {
        item: Some(item),
        description: Some(LineText::parse("Web Development — 20 hours").map_err(defect)?),
        kind: LineKind::Service,
        quantity: Quantity::new(Decimal::from(20)).map_err(defect)?,
        unit_price: None,
        discount: Percent::ZERO,
        tax_rate: None,
        tax_category: None,
        attributes: Attributes::default(),
    };
    app.create_line(owner, invoice.header().id, line).await?;
    let payment = PaymentInput {
        amount: Decimal::from(500),
        method: PaymentMethod::BankTransfer,
        paid_at: None,
        stripe_charge_id: None,
        reference: short("WIRE-001")?,
        notes: LongText::default(),
        attributes: Attributes::default(),
    };
    app.create_payment(owner, invoice.header().id, payment).await?;
    Ok(())
}

fn name(text: &str) -> Result<Name, Error> {
    Name::parse(text).map_err(defect)
}

fn short(text: &str) -> Result<ShortText, Error> {
    ShortText::parse(text).map_err(defect)
}

fn price(units: u32) -> Result<Price, Error> {
    Price::new(Decimal::from(units)).map_err(defect)
}

fn defect(error: impl std::fmt::Display) -> Error {
    Error::Defect(format!("the demo's data: {error}"))
}
