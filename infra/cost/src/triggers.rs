//! Functions that no request calls: what causes them, and the call that follows.

use std::sync::Arc;

use axum::routing::any;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::Failure;
use crate::call::Call;
use crate::functions::Seen;
use crate::scene::{Scene, text};

/// How often something is caused anew where a batch held more than that.
const TRIES: usize = 20;

/// A call that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// A change that no webhook listens for.
    Unheard,
    /// A change that one webhook listens for.
    Heard,
    /// An attempt that succeeds.
    Delivered,
    /// An attempt that fails.
    Refused,
    /// A payment link that was retired.
    Retired,
    /// A sweep with nothing to do.
    Idle,
    /// A sweep that finds one overdue invoice.
    Overdue,
    /// The export of an organisation that has nothing yet.
    Export,
    /// The first part of the deletion of such an organisation.
    Closure,
}

/// All of them.
pub const ALL: [Trigger; 9] = [
    Trigger::Unheard,
    Trigger::Heard,
    Trigger::Delivered,
    Trigger::Refused,
    Trigger::Retired,
    Trigger::Idle,
    Trigger::Overdue,
    Trigger::Export,
    Trigger::Closure,
];

impl Trigger {
    /// What calls the function, which function it is, and about what.
    #[must_use]
    pub const fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Unheard => ("stream", "webhook-fanout", "a change that no webhook listens for"),
            Self::Heard => ("stream", "webhook-fanout", "a change that one webhook listens for"),
            Self::Delivered => ("queue", "webhook-dispatcher", "an attempt that succeeds"),
            Self::Refused => ("queue", "webhook-dispatcher", "an attempt that fails"),
            Self::Retired => ("stream", "payment-links", "a payment link that was retired"),
            Self::Idle => ("schedule", "sweep", "nothing to do"),
            Self::Overdue => ("schedule", "sweep", "one invoice that is overdue"),
            Self::Export => ("queue", "organisations", "the export of a new organisation"),
            Self::Closure => ("queue", "organisations", "the first part of the deletion of a new organisation"),
        }
    }

    /// Why it costs one time more than another, if it does.
    #[must_use]
    pub const fn varies(self) -> Option<&'static str> {
        match self {
            Self::Export | Self::Closure => Some("the request that asks for it, and the function, work side by side"),
            Self::Unheard
            | Self::Heard
            | Self::Delivered
            | Self::Refused
            | Self::Retired
            | Self::Idle
            | Self::Overdue => None,
        }
    }

    /// What Lambda itself asks of SQS about the message: it receives it, and deletes it where it is done with. What the
    /// function asks, such as to hide a message that stays, is measured with the call.
    #[must_use]
    pub const fn polled(self) -> u32 {
        match self {
            Self::Delivered | Self::Refused | Self::Export => 2,
            Self::Closure => 1,
            Self::Unheard | Self::Heard | Self::Retired | Self::Idle | Self::Overdue => 0,
        }
    }
}

/// What listens, and who.
pub struct Listeners {
    receiver: Arc<tokio::task::JoinHandle<()>>,
}

impl Drop for Listeners {
    fn drop(&mut self) {
        self.receiver.abort();
    }
}

/// The names that the two webhooks listen for.
const NAMES: (&str, &str) = ("Delivered", "Refused");

impl Listeners {
    /// Makes two webhooks: one whose receiver is there, and one whose is not.
    ///
    /// # Errors
    /// They are refused.
    pub async fn open(scene: &Scene) -> Result<Self, Failure> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let router = axum::Router::new().fallback(any(async || StatusCode::NO_CONTENT));
        let receiver = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                eprintln!("the receiver of webhooks ended: {error}");
            }
        });
        for (name, url) in [(NAMES.0, format!("http://{address}/")), (NAMES.1, "http://127.0.0.1:9/".to_owned())] {
            let body = json!({
                "name": name, "model": "Client", "event": "UPDATE", "url": url,
                "conditions": [{"field": "name", "operator": "=", "value": name}],
            });
            scene.post("/api/webhooks/", &body).await?;
        }
        Ok(Self { receiver: Arc::new(receiver) })
    }

    /// Causes a call, and gives it as it was seen: alone in its batch.
    ///
    /// # Errors
    /// It does not follow.
    pub async fn cause(&self, scene: &Scene, trigger: Trigger) -> Result<Seen, Failure> {
        for _ in 0..TRIES {
            let seen = match trigger {
                Trigger::Unheard => renamed(scene, &format!("Renamed {}", scene.fresh())).await?.1,
                Trigger::Heard => renamed(scene, NAMES.0).await?.1,
                Trigger::Delivered => attempted(scene, NAMES.0, "delivered").await?,
                Trigger::Refused => attempted(scene, NAMES.1, "failed").await?,
                Trigger::Retired => retired(scene).await?,
                Trigger::Idle => swept(scene).await?,
                Trigger::Overdue => {
                    overdue(scene).await?;
                    swept(scene).await?
                }
                Trigger::Export => {
                    let stranger = scene.stranger().await?;
                    let export = format!("/api/organisations/{}/export", stranger.organisation);
                    scene.send(&stranger.call(Method::POST, export)).await?.json()?;
                    seen(scene, "organisations", &stranger.organisation, "").await?
                }
                Trigger::Closure => {
                    let stranger = scene.stranger().await?;
                    let organisation = format!("/api/organisations/{}", stranger.organisation);
                    scene.send(&stranger.call(Method::DELETE, organisation)).await?.json()?;
                    seen(scene, "organisations", &stranger.organisation, "").await?
                }
            };
            if seen.records.is_none_or(|records| records == 1) {
                return Ok(seen);
            }
        }
        Err(format!("{trigger:?} never comes alone").into())
    }
}

/// The first call of a function whose event holds two texts.
async fn seen(scene: &Scene, group: &str, holds: &str, and: &str) -> Result<Seen, Failure> {
    let look = async || {
        Ok(scene.watch.first(|seen| seen.group == group && seen.event.contains(holds) && seen.event.contains(and)))
    };
    scene.eventually(&format!("a call of {group}"), look).await
}

async fn renamed(scene: &Scene, name: &str) -> Result<(String, Seen), Failure> {
    let client = json!({"name": format!("Client {}", scene.fresh())});
    let client = text(&scene.post("/api/clients/", &client).await?, "/id")?;
    seen(scene, "webhook-fanout", &client, "INSERT").await?;
    scene.patch(&format!("/api/clients/{client}/"), &json!({ "name": name })).await?;
    let seen = seen(scene, "webhook-fanout", &client, "MODIFY").await?;
    Ok((client, seen))
}

async fn attempted(scene: &Scene, name: &str, status: &str) -> Result<Seen, Failure> {
    let (client, _) = renamed(scene, name).await?;
    let webhooks = scene.get("/api/webhooks/").await?;
    let webhook = webhooks.as_array().into_iter().flatten().find(|webhook| webhook["name"] == name);
    let path = format!("/api/webhooks/{}/deliveries/", text(webhook.ok_or("no such webhook")?, "/id")?);
    let made = async || {
        let rows = scene.get(&path).await?;
        let mut rows = rows.as_array().into_iter().flatten();
        Ok(rows.find(|row| row["object_id"] == json!(client) && row["status"] == status).cloned())
    };
    let delivery = text(&scene.eventually("an attempt of a delivery", made).await?, "/id")?;
    seen(scene, "webhook-dispatcher", &delivery, "").await
}

async fn retired(scene: &Scene) -> Result<Seen, Failure> {
    let client = json!({"name": format!("Client {}", scene.fresh())});
    let client = scene.post("/api/clients/", &client).await?;
    let invoice = json!({"client": client["id"], "status": "sent", "subtotal": "10.00", "total": "10.00"});
    let invoice = text(&scene.post("/api/invoices/", &invoice).await?, "/id")?;
    let link = format!("/api/invoices/inv_{}/payment-link", invoice.replace('-', ""));
    scene.post(&link, &Value::Null).await?;
    scene.patch(&format!("/api/invoices/{invoice}/"), &json!({"status": "void"})).await?;
    seen(scene, "payment-links", &invoice, "retire").await
}

async fn overdue(scene: &Scene) -> Result<(), Failure> {
    let client = json!({"name": format!("Client {}", scene.fresh())});
    let client = scene.post("/api/clients/", &client).await?;
    let invoice = json!({
        "client": client["id"], "status": "sent", "subtotal": "10.00", "total": "10.00", "issue_date": "2026-01-01",
        "due_date": "2026-02-01",
    });
    scene.post("/api/invoices/", &invoice).await.map(drop)
}

async fn swept(scene: &Scene) -> Result<Seen, Failure> {
    scene.send(&Call::new(Method::POST, "/_local/sweep")).await?.json()?;
    scene.watch.last_of("sweep").ok_or_else(|| "a sweep that was not seen".into())
}
