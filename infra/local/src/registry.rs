//! The functions of this binary, with the clients that they have in Lambda, endpoints apart.

use std::sync::Arc;

use app::App;
use app::bucket::Bucket;
use app::documents::Desk;
use app::mail::Mailer;
use app::ports::SystemEntropy;
use app::queue::{DeliveryQueues, Queue, WorkRef};
use app::secret_store::Secret;
use app::secrets::SecretKey;
use app::signing_keys::SigningKeys;
use app::sources::TrustedProxies;
use domain::mail_limits::MailLimits;
use fn_auth::Auth;
use fn_checkout::Checkout;
use fn_documents::{Documents, StandardPress};
use fn_files::Files;
use fn_invoices::Invoices;
use fn_organisations::Organisations;
use fn_payment_links::Deactivation;
use fn_stripe_webhook::StripeWebhook;
use fn_sweep::Sweep;
use fn_webhook_dispatcher::Dispatcher;
use fn_webhook_dispatcher::sender::{Sender, SenderConfig};
use fn_webhook_fanout::Fanout;
use fn_webhooks::Webhooks;
use store::Store;
use tributary_stripe::Stripe;

use crate::environment::Environment;
use crate::function::{Function, HttpFunction, Registry, TypedFunction};

/// Builds every function for the local cloud's environment, each with the permissions of its role.
#[must_use]
pub fn build(environment: &Environment) -> Registry {
    let parts = Parts { environment, shared: app(environment) };
    let events = StripeWebhook {
        app: parts.app("stripe-webhook"),
        secrets: parts.secret("stripe-webhook", "STRIPE_WEBHOOK_SECRET").unwrap_or_else(|| Secret::given("")),
    };
    let documents = Documents { app: parts.app("documents"), desk: parts.desk("documents") };
    let checkout = Checkout { app: parts.app("checkout"), links: Arc::new(parts.stripe("checkout")) };
    let invoices = Invoices { app: parts.app("invoices"), bucket: parts.bucket("invoices") };
    let links = Deactivation { app: parts.app("payment-links"), links: Arc::new(parts.stripe("payment-links")) };
    let fanout = Fanout {
        app: parts.app("webhook-fanout"),
        queue: parts.queue("webhook-fanout", "DELIVERY_QUEUE_URL"),
        failures: parts.queue("webhook-fanout", "STREAM_FAILURE_QUEUE_URL"),
        public_url: environment.variable("webhook-fanout", "PUBLIC_URL").unwrap_or_default().to_owned(),
    };
    let loopback = environment.variable("webhook-dispatcher", "ALLOW_PRIVATE_WEBHOOK_TARGETS") == Some("true");
    let dispatcher = Dispatcher {
        app: parts.app("webhook-dispatcher"),
        queues: DeliveryQueues {
            attempts: parts.queue("webhook-dispatcher", "DELIVERY_QUEUE_URL"),
            dead_letters: parts.queue("webhook-dispatcher", "DEAD_LETTER_QUEUE_URL"),
        },
        sender: Sender::new(SenderConfig { allow_loopback: loopback, ..SenderConfig::default() }),
    };
    let webhooks = Webhooks { app: parts.app("webhooks"), queue: parts.queue("webhooks", "DELIVERY_QUEUE_URL") };
    let sweep = Sweep { app: parts.app("sweep"), bucket: parts.bucket("sweep"), work: parts.work("sweep") };
    let auth = Auth {
        app: parts.app("auth"),
        mailer: parts.mailer("auth"),
        bucket: parts.bucket("auth"),
        work: parts.work("auth"),
    };
    let organisations = Organisations {
        app: parts.app("organisations"),
        bucket: parts.bucket("organisations"),
        queue: parts.work("organisations"),
    };
    let http = |router| Arc::new(HttpFunction::new(router)) as Arc<dyn Function>;
    let functions: [(&str, Arc<dyn Function>); 19] = [
        ("attributes", http(fn_attributes::router(parts.app("attributes")))),
        ("auth", http(fn_auth::router(auth))),
        ("catalogue", http(fn_catalogue::router(parts.app("catalogue")))),
        ("checkout", http(fn_checkout::router(checkout))),
        ("clients", http(fn_clients::router(parts.app("clients")))),
        ("docs", http(fn_docs::router(parts.app("docs")))),
        ("documents", http(fn_documents::router(documents))),
        ("expenses", http(fn_expenses::router(parts.app("expenses")))),
        ("files", http(fn_files::router(Files { app: parts.app("files"), bucket: parts.bucket("files") }))),
        ("invoices", http(fn_invoices::router(invoices))),
        ("leads", http(fn_leads::router(parts.app("leads")))),
        (
            "organisations",
            Arc::new(TypedFunction::new(move |event| fn_organisations::handle(organisations.clone(), event))),
        ),
        ("pages", http(fn_pages::router(parts.app("pages")))),
        ("stripe-webhook", http(fn_stripe_webhook::router(events))),
        ("payment-links", Arc::new(TypedFunction::new(move |event| fn_payment_links::handle(links.clone(), event)))),
        ("webhooks", http(fn_webhooks::router(webhooks))),
        ("webhook-fanout", Arc::new(TypedFunction::new(move |event| fn_webhook_fanout::handle(fanout.clone(), event)))),
        (
            "webhook-dispatcher",
            Arc::new(TypedFunction::new(move |event| fn_webhook_dispatcher::handle(dispatcher.clone(), event))),
        ),
        ("sweep", Arc::new(TypedFunction::new(move |event| fn_sweep::handle(sweep.clone(), event)))),
    ];
    functions.into_iter().map(|(name, function)| (name.to_owned(), function)).collect()
}

/// What functions are made of. A group's parts have the group's permissions.
struct Parts<'e> {
    environment: &'e Environment,
    /// Its session cache is everybody's: a token that one function ends, ends in all of them.
    shared: App,
}

impl Parts<'_> {
    fn variable(&self, group: &str, name: &str) -> &str {
        self.environment.variable(group, name).unwrap_or_default()
    }

    /// A secret as a function in Lambda finds it: in its environment, or at Secrets Manager.
    fn secret(&self, group: &str, name: &str) -> Option<Secret> {
        if let Some(value) = self.environment.variable(group, name) {
            return Some(Secret::given(value));
        }
        let arn = self.environment.variable(group, &format!("{name}_ARN"))?;
        Some(match arn {
            "" => Secret::given(""),
            arn => Secret::stored(self.environment.sdk_of(group).secrets(&self.environment.secrets_url), arn),
        })
    }

    fn app(&self, group: &str) -> App {
        let client = self.environment.sdk_of(group).dynamodb(&self.environment.dynamodb_url);
        let store = Store::new(client, &self.environment.table_name);
        let key = SecretKey::kept(self.secret(group, "SECRET_KEY"));
        let proxies = TrustedProxies::parse(self.variable(group, "TRUSTED_PROXIES"));
        let app = App::new(store, Arc::clone(&self.environment.clock), Arc::new(SystemEntropy), key)
            .with_signing_keys(SigningKeys::of(self.secret(group, "SIGNING_KEY")))
            .behind(proxies.expect("the template's TrustedProxies can be read"))
            .with_sessions_of(&self.shared);
        match self.environment.variable(group, "PUBLIC_URL") {
            Some(url) => app.with_public_url(url),
            None => app,
        }
    }

    fn queue<M: app::queue::Message>(&self, group: &str, url: &str) -> Queue<M> {
        let client = self.environment.sdk_of(group).sqs(&self.environment.sqs_url);
        Queue::new(client, self.variable(group, url))
    }

    fn work(&self, group: &str) -> Queue<WorkRef> {
        self.queue(group, "WORK_QUEUE_URL")
    }

    fn bucket(&self, group: &str) -> Bucket {
        let client = self.environment.sdk_of(group).s3(&self.environment.s3_url);
        Bucket::new(client, self.variable(group, "BUCKET_NAME"))
    }

    fn mailer(&self, group: &str) -> Mailer {
        let client = self.environment.sdk_of(group).ses(&self.environment.ses_url);
        Mailer::new(client, self.variable(group, "MAIL_SENDER"))
    }

    fn desk(&self, group: &str) -> Desk {
        let number = |name: &str| self.variable(group, name).parse().unwrap_or_default();
        let limits = MailLimits { fresh: number("MAILS_A_DAY"), most: number("MOST_MAILS_A_DAY") };
        let mailer = self.mailer(group).reporting_by(self.variable(group, "MAIL_REPORTS"));
        Desk { press: Arc::new(StandardPress), bucket: self.bucket(group), mailer, limits }
    }

    fn stripe(&self, group: &str) -> Stripe {
        let key = self.secret(group, "STRIPE_SECRET_KEY").unwrap_or_else(|| Secret::given(""));
        Stripe::new(key, Some(self.variable(group, "STRIPE_API_BASE")))
    }
}

/// The use cases over the local cloud's table, with every permission.
#[must_use]
pub fn app(environment: &Environment) -> App {
    let store = Store::new(environment.sdk.dynamodb(&environment.dynamodb_url), &environment.table_name);
    let secret = |name| environment.secret("auth", name).unwrap_or_default();
    App::new(store, Arc::clone(&environment.clock), Arc::new(SystemEntropy), SecretKey::new(secret("SECRET_KEY")))
        .with_signing_keys(SigningKeys::of(Some(Secret::given(secret("SIGNING_KEY")))))
}

/// Mail into the local mailbox.
#[must_use]
pub fn mailer(environment: &Environment) -> Mailer {
    let sender = environment.variable("auth", "MAIL_SENDER").unwrap_or_default();
    Mailer::new(environment.sdk.ses(&environment.ses_url), sender)
}
