//! The embedded DynamoDB with one table, and members of its organisations.

use std::sync::Arc;

use app::App;
use app::ports::{SystemClock, SystemEntropy};
use app::secrets::{SecretKey, sha256_hex};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};
use domain::actor::Role;
use domain::id::{OrganisationId, UserId};
use domain::money::Currency;
use domain::organisation::Organisation;
use domain::text::{Email, Name, ShortText};
use domain::user::{Membership, TokenHash, User, Username};
use store::Store;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

const NAME: &str = "books";

/// An app over a table of its own.
pub struct Table {
    pub app: App,
    pub client: Client,
    store: Store,
    server: AbortHandle,
}

impl Drop for Table {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Table {
    pub async fn start() -> Self {
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
        create(&client).await;
        let store = Store::new(client.clone(), NAME);
        let secret = SecretKey::new("a secret of tests");
        let app = App::new(store.clone(), Arc::new(SystemClock), Arc::new(SystemEntropy), secret);
        Self { app, client, store, server }
    }

    /// Makes the owner of a new organisation, and returns the header by which requests are theirs.
    pub async fn owner(&self, name: &str) -> String {
        let user = UserId::new(self.app.new_id());
        let home = OrganisationId::new(self.app.new_id());
        let token = format!("{}{}", user.uuid().simple(), "5e".repeat(24));
        let created_at = self.app.now();
        let organisation = Organisation {
            id: home,
            name: Name::parse(name).unwrap(),
            currency: Currency::USD,
            owner: user,
            created_at,
        };
        let owner = User {
            id: user,
            number: self.store.next_user_number().await.unwrap(),
            username: Username::parse(name).unwrap(),
            email: Email::parse(&format!("{name}@example.com")).unwrap(),
            first_name: ShortText::default(),
            last_name: ShortText::default(),
            phone: ShortText::default(),
            password_hash: String::new(),
            email_is_proven: true,
            home,
            memberships: vec![Membership { organisation: home, role: Role::Owner }],
            tokens: vec![TokenHash { hash: sha256_hex(&token), created_at }],
            sessions: vec![],
            credentials_valid_from: None,
            ended_jwts: vec![],
            known_sources: vec![],
            second_factor: None,
            date_joined: created_at,
            version: 1,
        };
        self.store.create_account(&organisation, &owner, None).await.unwrap();
        format!("Token {token}")
    }

    /// Everything in the table, as text.
    pub async fn dump(&self) -> String {
        format!("{:?}", self.client.scan().table_name(NAME).send().await.unwrap().items())
    }
}

async fn create(client: &Client) {
    let mut request = client.create_table().table_name(NAME).billing_mode(BillingMode::PayPerRequest);
    for (name, role) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
        let attribute =
            AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build().unwrap();
        let key = KeySchemaElement::builder().attribute_name(name).key_type(role).build().unwrap();
        request = request.attribute_definitions(attribute).key_schema(key);
    }
    request.send().await.unwrap();
}
