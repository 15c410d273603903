//! Objects with every field set.

use domain::actor::{Group, Role};
use domain::attributes::{Attribute, AttributeName, AttributeType, Attributes, EntityName, ListValues};
use domain::catalogue::{CatalogueItem, Category, ItemType, PriceTier, Sku, Stock};
use domain::client::{Client, Profile};
use domain::contact::Contact;
use domain::delivery::{AttemptRecord, Delivery, DeliveryStatus, RenderedRequest};
use domain::id::{
    AttributeId, CategoryId, ClientId, ContactId, DeliveryId, EntryId, ItemId, OrganisationId, TierId, UserId,
    WebhookId,
};
use domain::money::{Balance, Currency, Percent, Price};
use domain::organisation::Organisation;
use domain::otp::{Code, Otp, OtpMails, Proof};
use domain::record::{Extras, Meta};
use domain::text::{Email, LongText, Name, ShortText, Text};
use domain::user::{EndedJwts, KnownSource, Membership, TokenHash, User, Username};
use domain::webhook::{
    Condition, ConditionLogic, Conditions, FieldPath, Headers, Method, Operator, Payload, RetiredSecret, Secret,
    Secrets, UrlTemplate, Webhook, WebhookEvent, WebhookModel,
};
use domain::worklist::{EntryAuthor, Note, Task};
use serde_json::json;

use super::{at, author, d, id, now, values};

pub fn meta() -> Meta {
    Meta { created_at: now(), created_by: Some(author()), updated_at: at("2026-03-03T00:00:00Z"), version: 1 }
}

pub fn attributes() -> Attributes {
    Attributes::parse(values()).unwrap()
}

/// Attributes, and tasks and notes whose order is not that of their ids: tasks 52, 51; notes 62, 61.
pub fn extras() -> Extras {
    let author = || EntryAuthor { number: 7, name: "Ada Lovelace".into() };
    let task = |n: u128, date: Option<&str>, completed| Task {
        id: EntryId::new(id(n)),
        task: Text::parse(&format!("task {n}")).unwrap(),
        date: date.map(|date| ShortText::parse(date).unwrap()),
        completed,
        date_created: now(),
        author: author(),
    };
    let note = |n: u128| Note {
        id: EntryId::new(id(n)),
        note: LongText::parse(&format!("note {n}\nsecond line")).unwrap(),
        date: ShortText::parse("2026-03-04").unwrap(),
        date_created: now(),
        author: author(),
    };
    let tasks = vec![task(52, Some("2026-04-01"), false), task(51, None, true)];
    Extras { attributes: attributes(), tasks, notes: vec![note(62), note(61)] }
}

pub fn client(n: u128) -> Client {
    Client {
        id: ClientId::new(id(n)),
        name: Name::parse(&format!("Client {n}")).unwrap(),
        email: Some(Email::parse("Accounts@Example.com").unwrap()),
        profile: Profile::default(),
        number: 0,
        party_number: 0,
        images: vec!["https://example.com/a.png".into(), "https://example.com/b.png".into()],
        extras: extras(),
        meta: meta(),
    }
}

/// A profile with every field set.
pub fn profile(n: u128) -> Profile {
    Profile {
        phone: Some(Text::parse(&format!("+91 {n:010}")).unwrap()),
        code: Some(Text::parse(&format!("CUST{n:03}")).unwrap()),
        address: Some(LongText::parse("123 Main Street").unwrap()),
        open_balance: Balance::new(d("-50.25")).unwrap(),
        credit_limit: Price::new(d("50000")).unwrap(),
        payment_method: Some(2),
        loyalty_points: 100,
        referred_by: Some(ShortText::parse("Jane Doe").unwrap()),
        notes: LongText::parse("VIP customer").unwrap(),
        is_active: false,
    }
}

pub fn contact(n: u128, client: u128, is_primary: bool) -> Contact {
    Contact {
        id: ContactId::new(id(n)),
        client: ClientId::new(id(client)),
        first_name: Text::parse("Maria").unwrap(),
        last_name: Text::parse("Lopez").unwrap(),
        email: Some(Email::parse("m.lopez@example.com").unwrap()),
        phone: ShortText::parse("+504 9999-1234").unwrap(),
        job_title: ShortText::parse("CFO").unwrap(),
        is_primary,
        extras: extras(),
        meta: meta(),
    }
}

pub fn category(n: u128, parent: Option<u128>) -> Category {
    Category {
        id: CategoryId::new(id(n)),
        name: Name::parse(&format!("Category {n}")).unwrap(),
        description: LongText::parse("Software and licenses").unwrap(),
        parent: parent.map(|parent| CategoryId::new(id(parent))),
        number: 0,
        attributes: attributes(),
        meta: meta(),
    }
}

pub fn item(n: u128, sku: Option<&str>) -> CatalogueItem {
    CatalogueItem {
        id: ItemId::new(id(n)),
        category: Some(CategoryId::new(id(3))),
        name: Name::parse(&format!("Item {n}")).unwrap(),
        sku: sku.map(|sku| Sku::parse(sku).unwrap()),
        description: LongText::parse("By the hour").unwrap(),
        item_type: ItemType::Subscription,
        base_price: Price::new(d("9999999999.99")).unwrap(),
        currency: "EUR".parse().unwrap(),
        unit: ShortText::parse("hour").unwrap(),
        tax_rate: Percent::new(d("12.5")).unwrap(),
        stripe_price_id: Some(ShortText::parse("price_1").unwrap()),
        is_active: false,
        stock: Stock { quantity: 7, image_url: Some(Text::parse("https://example.com/w.png").unwrap()) },
        number: 0,
        images: vec!["https://example.com/a.png".into()],
        attributes: attributes(),
        meta: meta(),
    }
}

pub fn tier(n: u128, item: u128, min_quantity: u32) -> PriceTier {
    PriceTier {
        id: TierId::new(id(n)),
        item: ItemId::new(id(item)),
        name: Name::parse("Enterprise").unwrap(),
        min_quantity,
        price: Price::new(d("80")).unwrap(),
        attributes: attributes(),
        meta: meta(),
    }
}

pub fn attribute(n: u128, name: &str) -> Attribute {
    Attribute {
        id: AttributeId::new(id(n)),
        entity: EntityName::InvoiceLineItem,
        name: AttributeName::parse(name).unwrap(),
        label: Name::parse("Industry").unwrap(),
        attribute_type: AttributeType::List,
        is_required: true,
        list_values: ListValues::parse(["Tech", "Health"]).unwrap(),
        created_at: now(),
        version: 1,
    }
}

/// An organisation and its owner, who is also a member elsewhere.
pub fn owner(n: u128, username: &str, email: &str) -> (Organisation, User) {
    let home = OrganisationId::new(id(n));
    let user = User {
        id: UserId::new(id(n + 1)),
        number: u64::try_from(n).unwrap(),
        username: Username::parse(username).unwrap(),
        email: Email::parse(email).unwrap(),
        first_name: ShortText::parse("Ada").unwrap(),
        last_name: ShortText::parse("Lovelace").unwrap(),
        phone: ShortText::parse("+1 555").unwrap(),
        password_hash: "$argon2id$…".into(),
        email_is_proven: true,
        home,
        memberships: vec![
            Membership { organisation: home, role: Role::Owner },
            Membership {
                organisation: OrganisationId::new(id(n + 2)),
                role: Role::Member(vec![Group::TeacherAssistant, Group::Sales]),
            },
        ],
        tokens: vec![TokenHash { hash: "aa".into(), created_at: now() }],
        sessions: vec![],
        credentials_valid_from: None,
        ended_jwts: vec![EndedJwts { id: uuid::Uuid::from_u128(9), until: now() }],
        known_sources: vec![KnownSource { hash: "home".into(), seen_at: now() }],
        second_factor: None,
        date_joined: now(),
        version: 1,
    };
    let organisation = Organisation {
        id: home,
        name: Name::parse("Analytical Engines").unwrap(),
        currency: Currency::USD,
        owner: user.id,
        created_at: now(),
    };
    (organisation, user)
}

pub fn otp(version: u64) -> Otp {
    let code = Code {
        hash: "keyed hash".into(),
        expires_at: at("2026-03-02T10:25:30Z"),
        asked_from: Some("home".into()),
        wrong_tries: 2,
        stranger_tries: 3,
    };
    let until = at("2026-03-02T10:35:30Z");
    Otp { code, proof: Some(Proof { token_hash: "hash".into(), source: Some("home".into()), until }), version }
}

pub fn otp_mails(version: u64) -> OtpMails {
    OtpMails { sent_at: vec![at("2026-03-02T10:00:00Z"), now()], version }
}

pub fn webhook(n: u128) -> Webhook {
    let secret = |byte: u8| Secret::from_bytes(&[byte; 32]).unwrap();
    let condition = Condition::new(
        FieldPath::parse("self.attributes.source").unwrap(),
        Operator::In,
        json!(["Web", "Mail"]).into(),
    );
    Webhook {
        id: WebhookId::new(id(n)),
        name: Name::parse("Notify").unwrap(),
        model: WebhookModel::Invoice,
        event: WebhookEvent::Delete,
        url: UrlTemplate::parse("https://example.com/hooks/{self.id}").unwrap(),
        method: Method::Patch,
        headers: Headers::parse([("X-Custom-ID".to_owned(), "{id}".to_owned())]).unwrap(),
        is_active: false,
        conditions: Conditions::parse(vec![condition.unwrap()]).unwrap(),
        condition_logic: ConditionLogic::Or,
        payload: Some(Payload::parse(json!({"external_id": "{self.id}", "n": 1.5}).into()).unwrap()),
        secrets: Secrets {
            current: secret(1),
            previous: Some(RetiredSecret { secret: secret(2), valid_until: at("2026-03-03T10:00:00Z") }),
        },
        created_at: now(),
        updated_at: at("2026-03-03T00:00:00Z"),
        version: 1,
    }
}

pub fn delivery(n: u128, webhook: u128) -> Delivery {
    let attempt = |response_status, error: Option<&str>| AttemptRecord {
        at: now(),
        response_status,
        duration_ms: 250,
        response_body: "no".into(),
        error: error.map(str::to_owned),
    };
    Delivery {
        id: DeliveryId::new(id(n)),
        webhook: WebhookId::new(id(webhook)),
        event_id: "msg_1".into(),
        model: WebhookModel::Payment,
        event: WebhookEvent::Create,
        object_id: id(5).to_string(),
        status: DeliveryStatus::Failed,
        attempts: vec![attempt(Some(500), None), attempt(None, Some("timed out"))],
        attempts_made: 2,
        round: 1,
        request: RenderedRequest {
            method: Method::Put,
            url: "https://example.com".into(),
            headers: vec![("X-A".into(), "b".into())],
            body: "{\"a\":1}".into(),
        },
        created_at: now(),
        version: 1,
    }
}
