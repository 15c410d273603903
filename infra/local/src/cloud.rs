//! The whole of the local cloud: services, resources, gateway, pollers and schedules.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use app::ports::Clock;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use crate::clock::{ClockError, LocalClock};
use crate::data::DataDirectory;
use crate::environment::Environment;
use crate::event_bus::EventBus;
use crate::function::{Invoker, Registry};
use crate::gateway::Gateway;
use crate::local_routes::LocalRoutes;
use crate::options::{Options, StripeAccount};
use crate::origins::{AllowedOrigins, Listen};
use crate::pollers::{self, Sources};
use crate::resources;
use crate::schedule::ScheduledCall;
use crate::services::dynamodb::DynamoDb;
use crate::services::s3::S3;
use crate::services::sdk::Sdk;
use crate::services::secrets::Secrets;
use crate::services::ses::{Mailbox, Ses};
use crate::services::sqs::Sqs;
use crate::services::stripe::{Stripe, Webhook};
use crate::services::{self, dynamodb, s3, secrets, ses, sqs, stripe};
use crate::template::{Addresses, Given, Template, TemplateError};

/// How long requests under way may take to finish when the cloud shuts down.
const GRACE: Duration = Duration::from_secs(5);

/// Why the local cloud did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The gateway's port is taken.
    #[error("port {port} on 127.0.0.1 is not free ({source}); give another with --port")]
    Port {
        /// The port.
        port: u16,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Another process holds the data directory.
    #[error("{0} is in use by another local cloud; stop it, or give another directory with --data-dir")]
    InUse(PathBuf),
    /// The data directory cannot be used.
    #[error("{path}: {source}")]
    Data {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The template cannot be served.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The clock's offset cannot be read.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// A service did not start, or did not take a resource.
    #[error(transparent)]
    Service(#[from] services::Error),
    /// The gateway did not come up.
    #[error("the gateway has no address: {0}")]
    Gateway(std::io::Error),
}

/// A running local cloud. Dropping it ends it at once; `shutdown` lets requests under way finish.
#[derive(Debug)]
pub struct Cloud {
    handle: CloudHandle,
    environment: Environment,
    template: Template,
    invoker: Invoker,
    services: Services,
    _secrets: Secrets,
    stop: oneshot::Sender<()>,
    gateway: JoinHandle<()>,
    tasks: JoinSet<()>,
    demo_password: String,
    _data: DataDirectory,
}

/// What may be held while the cloud runs on.
#[derive(Debug, Clone)]
pub struct CloudHandle {
    base_url: String,
    clock: Arc<LocalClock>,
    mailbox: Mailbox,
    credentials: Arc<RwLock<Option<Value>>>,
}

impl CloudHandle {
    /// The gateway's address, without a final slash.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The clock that everything reads.
    #[must_use]
    pub fn clock(&self) -> &Arc<LocalClock> {
        &self.clock
    }

    /// What was mailed.
    #[must_use]
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// Sets what `GET /_local/credentials` answers.
    pub fn set_credentials(&self, credentials: Value) {
        *self.credentials.write().unwrap_or_else(PoisonError::into_inner) = Some(credentials);
    }
}

impl Cloud {
    /// Starts everything, with the functions that `build` makes.
    ///
    /// # Errors
    /// The port or the data directory is taken, the template cannot be served, or a service does not start.
    pub async fn start(options: Options, build: impl FnOnce(&Environment) -> Registry) -> Result<Self, Error> {
        let data = DataDirectory::open(&options.data_dir, options.ephemeral)?;
        let clock = Arc::new(LocalClock::open(data.file("clock"))?);
        let (listener, port) = bind(options.port).await?;
        let base_url = format!("http://127.0.0.1:{port}");
        let origins = AllowedOrigins::new(options.allowed_origins);
        let services = Services::start(&data, &clock, &base_url, options.stripe, &origins).await?;

        let addresses = Addresses { gateway: base_url.clone(), sqs: services.sqs.endpoint().to_owned() };
        let secrets = Template::secrets(&options.template)?;
        let mut given = Given { parameters: options.parameters, secrets: data.secrets(&secrets)? };
        given.secrets.extend(services.stripe_account.values(&secrets));
        given.parameters.extend(services.stripe_account.values(&Template::parameters(&options.template)?));
        let template = Template::read(&options.template, &given, &addresses)?;
        let sdk = Sdk::new();
        resources::create(&template, &services, &sdk).await?;
        services.ses.report_to(EventBus::new(&template, sdk.sqs(services.sqs.endpoint())));

        let listen = Listen { port: 0, origins: origins.clone() };
        let secrets =
            secrets::start(template.secret_values.clone(), Arc::clone(&clock) as Arc<dyn Clock>, listen).await?;
        let environment = services.environment(&template, &base_url, &clock, sdk, &secrets);
        let invoker = Invoker::new(&build(&environment), &template.functions, Arc::clone(&clock));
        let handle = CloudHandle {
            base_url,
            clock: Arc::clone(&clock),
            mailbox: services.ses.mailbox().clone(),
            credentials: Arc::default(),
        };
        let schedules = ScheduledCall::all(&template);
        let local = LocalRoutes {
            clock: Arc::clone(&clock),
            mailbox: handle.mailbox.clone(),
            credentials: Arc::clone(&handle.credentials),
            invoker: invoker.clone(),
            sweep: schedules.iter().find(|call| call.group == "sweep").cloned(),
            variables: environment.variables(),
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let gateway = Gateway::new(&template, invoker.clone(), local, Arc::clone(&clock), Listen { port, origins });
        let gateway = tokio::spawn(async move {
            let stopped = async move { drop(stopped.await) };
            if let Err(error) = gateway.serve(listener, stopped).await {
                tracing::error!(%error, "the gateway stopped");
            }
        });
        let mut tasks = JoinSet::new();
        let sources = Sources {
            sdk: &environment.sdk,
            dynamodb: &environment.dynamodb_url,
            sqs: &environment.sqs_url,
            directory: data.kept(),
            clock: &clock,
        };
        pollers::start(&template, sources, &invoker, &mut tasks);
        let since = clock.now();
        for call in schedules.into_iter().filter(|call| invoker.has(&call.group)) {
            let sqs = environment.sdk.sqs(&environment.sqs_url);
            tasks.spawn(call.run(since, invoker.clone(), sqs, Arc::clone(&clock)));
        }
        Ok(Self {
            handle,
            environment,
            template,
            invoker,
            services,
            _secrets: secrets,
            stop,
            gateway,
            tasks,
            demo_password: data.demo_password()?,
            _data: data,
        })
    }

    /// The gateway's address, without a final slash.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.handle.base_url
    }

    /// The clock that everything reads.
    #[must_use]
    pub fn clock(&self) -> &Arc<LocalClock> {
        &self.handle.clock
    }

    /// What was mailed.
    #[must_use]
    pub fn mailbox(&self) -> &Mailbox {
        &self.handle.mailbox
    }

    /// The password of the demo's user: the same at every start, where the data directory stays.
    #[must_use]
    pub fn demo_password(&self) -> &str {
        &self.demo_password
    }

    /// What may be held while the cloud runs on.
    #[must_use]
    pub fn handle(&self) -> CloudHandle {
        self.handle.clone()
    }

    /// What the functions were built with.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The template as it was resolved.
    #[must_use]
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// Calls functions without the gateway.
    #[must_use]
    pub fn invoker(&self) -> &Invoker {
        &self.invoker
    }

    /// The embedded DynamoDB.
    #[must_use]
    pub fn dynamodb(&self) -> &DynamoDb {
        &self.services.dynamodb
    }

    /// The local SES.
    #[must_use]
    pub fn ses(&self) -> &Ses {
        &self.services.ses
    }

    /// The Stripe stand-in, if the real Stripe is not used.
    #[must_use]
    pub fn stripe(&self) -> Option<&Stripe> {
        self.services.stripe.as_ref()
    }

    /// Stops taking requests, lets those under way finish, and ends pollers and services.
    pub async fn shutdown(mut self) {
        // The gateway may have ended by itself; then nobody listens.
        let _ = self.stop.send(());
        if tokio::time::timeout(GRACE, &mut self.gateway).await.is_err() {
            self.gateway.abort();
        }
        self.tasks.shutdown().await;
    }
}

/// The running services.
#[derive(Debug)]
pub(crate) struct Services {
    pub(crate) dynamodb: DynamoDb,
    pub(crate) sqs: Sqs,
    pub(crate) ses: Ses,
    pub(crate) s3: S3,
    stripe: Option<Stripe>,
    stripe_account: StripeAccount,
}

impl Services {
    async fn start(
        data: &DataDirectory,
        clock: &Arc<LocalClock>,
        base_url: &str,
        account: Option<StripeAccount>,
        origins: &AllowedOrigins,
    ) -> Result<Self, Error> {
        let listen = || Listen { port: 0, origins: origins.clone() };
        let (stripe, stripe_account) = match account {
            Some(account) => (None, account),
            None => {
                let mut account = data.stripe_account()?;
                let url = format!("{base_url}/api/stripe/webhook");
                let webhook = Webhook { url, secret: account.webhook_secret.clone() };
                let storage = data.storage("stripe.sqlite");
                let stand_in = stripe::start(&storage, webhook, Arc::clone(clock), origins.clone()).await?;
                account.api_base = Some(stand_in.endpoint().to_owned());
                (Some(stand_in), account)
            }
        };
        Ok(Self {
            dynamodb: dynamodb::start(&data.storage("dynamodb.sqlite"), listen(), Arc::clone(clock)).await?,
            sqs: sqs::start(&data.storage("sqs.sqlite"), listen(), Arc::clone(clock)).await?,
            ses: ses::start(&data.storage("ses.sqlite"), listen(), Arc::clone(clock) as Arc<dyn Clock>).await?,
            s3: s3::start(data.path().join("s3"), listen()).await?,
            stripe,
            stripe_account,
        })
    }

    fn environment(
        &self,
        template: &Template,
        base_url: &str,
        clock: &Arc<LocalClock>,
        sdk: Sdk,
        secrets: &Secrets,
    ) -> Environment {
        let roles = template.functions.iter().filter_map(|function| {
            Some((function.group.clone(), template.roles.get(function.role.as_ref()?)?.clone()))
        });
        let functions =
            template.functions.iter().map(|function| (function.group.clone(), function.environment.clone()));
        let buckets = template.buckets.iter().map(|bucket| (bucket.logical_id.clone(), bucket.name.clone()));
        Environment {
            base_url: base_url.to_owned(),
            dynamodb_url: self.dynamodb.endpoint().to_owned(),
            sqs_url: self.sqs.endpoint().to_owned(),
            ses_url: self.ses.endpoint().to_owned(),
            s3_url: self.s3.endpoint().to_owned(),
            stripe_url: self.stripe.as_ref().map(|stripe| stripe.endpoint().to_owned()),
            secrets_url: secrets.endpoint().to_owned(),
            stripe: self.stripe_account.clone(),
            table_name: template.tables.first().map(|table| table.name.clone()).unwrap_or_default(),
            queue_urls: template.queue_urls.clone(),
            bucket_names: buckets.collect(),
            functions: functions.collect(),
            roles: roles.collect(),
            secrets: template.secret_values.clone(),
            clock: Arc::clone(clock) as Arc<dyn Clock>,
            sdk,
        }
    }
}

async fn bind(port: u16) -> Result<(TcpListener, u16), Error> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(|source| Error::Port { port, source })?;
    let address = listener.local_addr().map_err(Error::Gateway)?;
    Ok((listener, address.port()))
}
