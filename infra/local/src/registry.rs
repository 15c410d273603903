//! The functions of this binary, with the clients that they have in Lambda, endpoints apart.

use std::sync::Arc;

use app::App;
use app::bucket::Bucket;
use app::documents::Desk;
use app::mail::Mailer;
use app::ports::SystemEntropy;
use app::queue::DeliveryQueue;
use app::secrets::SecretKey;
use fn_auth::Auth;
use fn_documents::{Documents, StandardPress};
use fn_files::Files;
use fn_invoices::Invoices;
use fn_payment_links::Deactivation;
use fn_stripe_webhook::{Secrets, StripeWebhook};
use fn_sweep::Sweep;
use fn_webhook_dispatcher::Dispatcher;
use fn_webhook_dispatcher::sender::{Sender, SenderConfig};
use fn_webhook_fanout::Fanout;
use fn_webhooks::Webhooks;
use store::Store;
use tributary_stripe::Stripe;

use crate::cloud::Environment;
use crate::function::{Function, HttpFunction, Registry, TypedFunction};

/// Builds every function for the local cloud's environment.
#[must_use]
pub fn build(environment: &Environment) -> Registry {
    let app = app(environment);
    let mailer = mailer(environment);
    let bucket_name = environment.variable("files", "BUCKET_NAME").unwrap_or_default();
    let bucket = Bucket::new(environment.sdk.s3(&environment.s3_url), bucket_name);
    let queue_url = environment.variable("webhook-dispatcher", "DELIVERY_QUEUE_URL").unwrap_or_default();
    let queue = DeliveryQueue::new(environment.sdk.sqs(&environment.sqs_url), queue_url);
    let private = environment.variable("webhook-dispatcher", "ALLOW_PRIVATE_WEBHOOK_TARGETS") == Some("true");
    let sender = Sender::new(SenderConfig { allow_private_targets: private, ..SenderConfig::default() });

    let public_url = environment.variable("webhook-fanout", "PUBLIC_URL").unwrap_or_default().to_owned();
    let fanout = Fanout { app: app.clone(), queue: queue.clone(), public_url };
    let dispatcher = Dispatcher { app: app.clone(), queue: queue.clone(), sender };
    let sweep = Sweep { app: app.clone(), bucket: bucket.clone() };
    let secrets = Secrets::read(environment.variable("stripe-webhook", "STRIPE_WEBHOOK_SECRET").unwrap_or_default());
    let events = StripeWebhook { app: app.clone(), secrets };
    let deactivation = Deactivation { app: app.clone(), links: Arc::new(stripe(environment)) };
    let desk = Desk { press: Arc::new(StandardPress), bucket: bucket.clone(), mailer: mailer.clone() };
    let invoices = Invoices { app: app.clone(), links: Arc::new(stripe(environment)), bucket: bucket.clone() };
    let http = |router| Arc::new(HttpFunction::new(router)) as Arc<dyn Function>;
    let functions: [(&str, Arc<dyn Function>); 17] = [
        ("attributes", http(fn_attributes::router(app.clone()))),
        ("auth", http(fn_auth::router(Auth { app: app.clone(), mailer }))),
        ("catalogue", http(fn_catalogue::router(app.clone()))),
        ("clients", http(fn_clients::router(app.clone()))),
        ("docs", http(fn_docs::router(app.clone()))),
        ("documents", http(fn_documents::router(Documents { app: app.clone(), desk }))),
        ("expenses", http(fn_expenses::router(app.clone()))),
        ("files", http(fn_files::router(Files { app: app.clone(), bucket }))),
        ("invoices", http(fn_invoices::router(invoices))),
        ("leads", http(fn_leads::router(app.clone()))),
        ("pages", http(fn_pages::router(app.clone()))),
        ("stripe-webhook", http(fn_stripe_webhook::router(events))),
        (
            "payment-links",
            Arc::new(TypedFunction::new(move |event| fn_payment_links::handle(deactivation.clone(), event))),
        ),
        ("webhooks", http(fn_webhooks::router(Webhooks { app, queue }))),
        ("webhook-fanout", Arc::new(TypedFunction::new(move |event| fn_webhook_fanout::handle(fanout.clone(), event)))),
        (
            "webhook-dispatcher",
            Arc::new(TypedFunction::new(move |event| fn_webhook_dispatcher::handle(dispatcher.clone(), event))),
        ),
        ("sweep", Arc::new(TypedFunction::new(move |event| fn_sweep::handle(sweep.clone(), event)))),
    ];
    functions.into_iter().map(|(name, function)| (name.to_owned(), function)).collect()
}

/// The use cases over the local cloud's table.
#[must_use]
pub fn app(environment: &Environment) -> App {
    let store = Store::new(environment.sdk.dynamodb(&environment.dynamodb_url), &environment.table_name);
    let secret = environment.variable("auth", "SECRET_KEY").unwrap_or_default();
    App::new(store, Arc::clone(&environment.clock), Arc::new(SystemEntropy), SecretKey::new(secret))
}

/// The account at Stripe, or at its stand-in.
#[must_use]
pub fn stripe(environment: &Environment) -> Stripe {
    let variable = |name| environment.variable("payment-links", name).unwrap_or_default();
    Stripe::new(variable("STRIPE_SECRET_KEY"), Some(variable("STRIPE_API_BASE")))
}

/// Mail into the local mailbox.
#[must_use]
pub fn mailer(environment: &Environment) -> Mailer {
    let sender = environment.variable("auth", "MAIL_SENDER").unwrap_or_default();
    Mailer::new(environment.sdk.ses(&environment.ses_url), sender)
}
