//! The use cases of one organisation, and who may ask for them.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, LocalSecondaryIndex, Projection, ProjectionType,
    ScalarAttributeType,
};
use domain::actor::{Group, Role};
use domain::attributes::Attributes;
use domain::client::{Client as Customer, NewClient};
use domain::error::Error as Refusal;
use domain::id::{OrganisationId, UserId};
use domain::invoice::{
    Details, Figures, Header, Invoice, LineKind, LineText, NewInvoice, NewLine, NewNumber, PaymentInput, PaymentMethod,
    SentTotals, Status, StatusRequest,
};
use domain::money::{Currency, Percent, Price, Quantity};
use domain::organisation::Organisation;
use domain::record::NewExtras;
use domain::text::{Email, LongText, Name, ShortText, Text};
use domain::user::{Membership, User, Username};
use domain::worklist::TaskInput;
use domain::{Actor, Author, Tenant};
use store::Store;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use tributary_app::ports::{SystemClock, SystemEntropy};
use tributary_app::secrets::SecretKey;
use tributary_app::{App, Error};
use uuid::Uuid;

const TABLE: &str = "books";

/// The use cases over a table of their own.
pub struct Office {
    pub app: App,
    pub store: Store,
    server: AbortHandle,
}

impl Drop for Office {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Office {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let database = dynoxide::Database::memory().unwrap();
        let forever = std::future::pending();
        let server = tokio::spawn(dynoxide::server::serve_with_shutdown(listener, database, forever)).abort_handle();
        let config = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(Credentials::new("local", "local", None, None, "test"))
            .endpoint_url(endpoint)
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        let client = Client::from_conf(config);
        create_table(&client).await;
        let store = Store::new(client, TABLE);
        let secret = SecretKey::new("a secret of tests");
        let app = App::new(store.clone(), Arc::new(SystemClock), Arc::new(SystemEntropy), secret);
        Self { app, store, server }
    }

    /// Makes the organisation and its owner, as a sign-up does. Most use cases do without: they ask for a tenant alone.
    pub async fn founded(&self) {
        let author = owner().author().clone();
        let home = owner().tenant().organisation();
        let created_at = "2026-03-02T10:00:00Z".parse().unwrap();
        let user = User {
            id: author.id,
            number: author.number,
            username: Username::parse("ada").unwrap(),
            email: Email::parse("ada@example.com").unwrap(),
            first_name: ShortText::default(),
            last_name: ShortText::default(),
            phone: ShortText::default(),
            password_hash: "$argon2id$…".into(),
            email_is_proven: true,
            home,
            memberships: vec![Membership { organisation: home, role: Role::Owner }],
            tokens: vec![],
            sessions: vec![],
            credentials_valid_from: None,
            ended_jwts: vec![],
            known_sources: vec![],
            second_factor: None,
            date_joined: created_at,
            version: 1,
        };
        let name = Name::parse("Analytical Engines").unwrap();
        let organisation = Organisation { id: home, name, currency: Currency::USD, owner: author.id, created_at };
        self.store.create_account(&organisation, &user, None).await.unwrap();
    }

    pub async fn client(&self, tasks: usize) -> Customer {
        let task =
            |n| TaskInput { id: None, task: Text::parse(&format!("task {n}")).unwrap(), date: None, completed: false };
        let extras = NewExtras { tasks: (0..tasks).map(task).collect(), ..NewExtras::default() };
        let new = NewClient { name: Name::parse("Acme").unwrap(), email: None, profile: Default::default(), extras };
        self.app.create_client(&owner(), new).await.unwrap()
    }

    /// An invoice of 100.00 USD that is with the customer.
    pub async fn invoice(&self) -> Invoice {
        let new = NewInvoice { status: status(Status::Sent), ..new_invoice() };
        self.app.create_invoice(&owner(), new).await.unwrap()
    }

    pub async fn header(&self, invoice: &Invoice) -> Header {
        self.app.get_invoice(&owner(), invoice.header().id).await.unwrap().header().clone()
    }
}

/// A draft of 100.00 USD.
pub fn new_invoice() -> NewInvoice {
    let figures = Figures {
        quantity: Quantity::new(1.into()).unwrap(),
        unit_price: Price::new(100.into()).unwrap(),
        discount: Percent::ZERO,
        tax_rate: Percent::ZERO,
    };
    let line = NewLine {
        item: None,
        description: LineText::parse("Work").unwrap(),
        kind: LineKind::Service,
        figures,
        tax_category: None,
        attributes: Attributes::default(),
    };
    NewInvoice {
        number: NewNumber::Random,
        details: Details::default(),
        client_by_email: None,
        status: status(Status::Draft),
        issue_date: None,
        due_date: None,
        currency: Currency::USD,
        totals: SentTotals::default(),
        lines: vec![line],
        paid_amount: None,
        extras: NewExtras::default(),
        attributes_bind: true,
    }
}

/// The owner of the organisation.
pub fn owner() -> Actor {
    actor(Role::Owner)
}

/// A member of one group.
pub fn member(group: Group) -> Actor {
    actor(Role::Member(vec![group]))
}

fn actor(role: Role) -> Actor {
    let author = Author { id: UserId::new(Uuid::from_u128(2)), number: 1, name: "Ada".into() };
    Actor::new(Tenant::trusted(OrganisationId::new(Uuid::from_u128(1))), author, role)
}

/// A status by a word that stands for it alone.
pub fn status(target: Status) -> StatusRequest {
    let shown_as: &[Status] = if target == Status::Paid { &[Status::Paid] } else { &[] };
    StatusRequest { target, shown_as }
}

pub fn payment(amount: u32, charge: Option<&str>) -> PaymentInput {
    PaymentInput {
        amount: amount.into(),
        method: PaymentMethod::Cash,
        paid_at: None,
        stripe_charge_id: charge.map(|charge| ShortText::parse(charge).unwrap()),
        reference: ShortText::default(),
        notes: LongText::default(),
        attributes: Attributes::default(),
    }
}

/// What the books said no to.
pub fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Refusal {
    match result.unwrap_err() {
        Error::Domain(refusal) => refusal,
        other => panic!("not a refusal: {other}"),
    }
}

async fn create_table(client: &Client) {
    let mut request = client.create_table().table_name(TABLE).billing_mode(BillingMode::PayPerRequest);
    for (name, role) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
        let attribute =
            AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build().unwrap();
        let key = KeySchemaElement::builder().attribute_name(name).key_type(role).build().unwrap();
        request = request.attribute_definitions(attribute).key_schema(key);
    }
    let attribute = AttributeDefinition::builder().attribute_name("lsi1").attribute_type(ScalarAttributeType::S);
    let index = LocalSecondaryIndex::builder().index_name("lsi1");
    let index = [("pk", KeyType::Hash), ("lsi1", KeyType::Range)].into_iter().fold(index, |index, (name, role)| {
        index.key_schema(KeySchemaElement::builder().attribute_name(name).key_type(role).build().unwrap())
    });
    let whole = Projection::builder().projection_type(ProjectionType::All).build();
    request = request
        .attribute_definitions(attribute.build().unwrap())
        .local_secondary_indexes(index.projection(whole).build().unwrap());
    request.send().await.unwrap();
}
