//! What is served beside the contracts: the reference, a customer's page and document, Stripe's events, and what nobody serves.

use app::ports::Clock;
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use super::Scenario;
use super::objects::make;
use crate::Failure;
use crate::call::{Call, Credential};
use crate::scene::{Scene, text};

/// What a browser sends when it opens a page: only then the invoice becomes viewed.
const BROWSER: [(&str, &str); 3] = [
    ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"),
    ("sec-fetch-dest", "document"),
    ("sec-fetch-mode", "navigate"),
];

/// The requests.
pub fn scenarios() -> Vec<Scenario> {
    let get = |path: &'static str, asked: &'static str, status: u16| {
        Scenario::new("", ("GET", path), status, move |_| {
            Box::pin(async move { Ok(Call::new(Method::GET, asked).by(Credential::None)) })
        })
    };
    let look = |seen: bool| {
        Scenario::new("", ("GET", "/i/{token}"), 200, move |scene| {
            Box::pin(async move {
                let page = page(scene).await?;
                if seen {
                    scene.send(&page).await?;
                }
                Ok(page)
            })
        })
    };
    let document = Scenario::new("", ("GET", "/i/{token}/pdf"), 200, |scene| {
        Box::pin(async move {
            let page = page(scene).await?;
            Ok(Call { path: format!("{}/pdf", page.path), ..page })
        })
    });
    let event = |told: bool| {
        Scenario::new("", ("POST", "/api/stripe/webhook"), 200, move |scene| {
            Box::pin(async move {
                let event = event(scene).await?;
                if told {
                    scene.send(&event).await?;
                }
                Ok(event)
            })
        })
    };
    vec![
        get("/docs", "/docs", 200),
        get("/openapi/{file}", "/openapi/crm.json", 200),
        get("$default", "/nowhere", 404),
        look(false).case("the first look"),
        look(true),
        document,
        event(false),
        event(true).case("the same event again"),
    ]
}

/// A customer's request for the page of a new invoice.
async fn page(scene: &Scene) -> Result<Call, Failure> {
    let url = text(&make(scene, "/api/invoices").await?, "/hosted_url")?;
    let place = url.find("/i/").ok_or("an invoice whose page has no path")?;
    let call = Call::new(Method::GET, &url[place..]).by(Credential::None);
    Ok(BROWSER.into_iter().fold(call, |call, (name, value)| call.with(name, value)))
}

/// Stripe's request that tells of the payment of a new invoice.
async fn event(scene: &Scene) -> Result<Call, Failure> {
    let invoice = text(&make(scene, "/api/invoices").await?, "/id")?;
    let (number, now) = (scene.fresh(), scene.cloud.clock().now().as_second());
    let event = json!({
        "id": format!("evt_{number}"), "type": "checkout.session.completed", "created": now, "data": {"object": {
            "id": format!("cs_{number}"), "payment_intent": format!("pi_{number}"), "amount_total": 10_000,
            "currency": "usd", "payment_status": "paid",
            "metadata": {"organisation": scene.organisation, "invoice": invoice},
        }},
    });
    let call = Call::new(Method::POST, "/api/stripe/webhook").by(Credential::None);
    Ok(call.with("stripe-signature", signature(scene, now, &event)?).json(&event))
}

fn signature(scene: &Scene, now: i64, event: &Value) -> Result<String, Failure> {
    let secrets = &scene.cloud.environment().stripe.webhook_secret;
    let secret = secrets.split(',').next().unwrap_or_default();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())?;
    mac.update(format!("{now}.{event}").as_bytes());
    let signature: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("t={now},v1={signature}"))
}
