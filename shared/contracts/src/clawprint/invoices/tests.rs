use domain::id::{InvoiceId, LineId, PaymentLinkId};
use domain::invoice::{Figures, LineKind, LinkState, MadeLink, PaymentLink, Status, StatusRequest, TotalsSource};
use domain::money::{Money, Percent, Price, Quantity};
use domain::text::Text;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::wire::parse_object;

const HEX: &str = "0190b5a17c5e70008000000000000001";

fn business() -> OrganisationId {
    OrganisationId::new(Uuid::try_parse(HEX).unwrap())
}

fn documented() -> Value {
    json!({
        "business_id": format!("biz_{HEX}"), "customer_email": "client@example.com", "customer_name": "John Smith",
        "invoice_number": "INV-2024-001", "issued_date": "2024-02-15", "due_date": "2024-03-15", "currency": "USD",
        "notes": "Thank you for your business!", "payment_terms": "Net 30",
        "line_items": [
            {"description": "Website Development", "quantity": 1, "unit_price": 5000, "type": "service", "tax_rate": 10},
            {"description": "Hosting Setup", "quantity": 1, "unit_price": 500, "type": "fee", "tax_rate": 0}
        ]
    })
}

/// The document's example with some fields changed; null takes one out.
fn with(changes: Value) -> Value {
    let mut body = documented();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => body.as_object_mut().unwrap().remove(name),
            value => body.as_object_mut().unwrap().insert(name.clone(), value.clone()),
        };
    }
    body
}

fn read(body: &Value) -> Result<NewInvoice, Error> {
    let body: InvoiceBody = parse_object(body.to_string().as_bytes()).unwrap();
    body.into_new(business(), "2024-02-20".parse().unwrap())
}

fn refused(body: &Value) -> Vec<String> {
    match read(body) {
        Err(Error::Invalid(errors)) => errors.iter().map(|(field, _)| field.to_owned()).collect(),
        other => panic!("{other:?}"),
    }
}

fn change(body: Value) -> Result<InvoicePatch, Error> {
    let body: InvoicePatchBody = parse_object(body.to_string().as_bytes()).unwrap();
    body.check_business(business())?;
    Ok(body.into_patch()?)
}

#[test]
fn the_documents_invoice_is_read_field_by_field() {
    let new = read(&documented()).unwrap();
    assert_eq!(new.number, NewNumber::Given(Text::parse("INV-2024-001").unwrap()));
    let email = Email::parse("client@example.com").unwrap();
    assert_eq!((new.details.customer.email.as_ref(), new.client_by_email.as_ref()), (Some(&email), Some(&email)));
    assert_eq!(new.details.customer.name.as_ref().unwrap().as_str(), "John Smith");
    assert_eq!(new.details.notes.as_str(), "Thank you for your business!");
    assert_eq!(new.details.payment_terms.as_str(), "Net 30");
    let dates = (new.issue_date.unwrap().to_string(), new.due_date.unwrap().to_string());
    assert_eq!(dates, ("2024-02-15".into(), "2024-03-15".into()));
    assert_eq!((new.status.target, new.currency, new.attributes_bind), (Status::Draft, Currency::USD, false));
    let [development, hosting] = &new.lines[..] else { panic!("{:?}", new.lines) };
    assert_eq!((development.description.as_str(), development.kind), ("Website Development", LineKind::Service));
    assert_eq!((hosting.description.as_str(), hosting.kind), ("Hosting Setup", LineKind::Fee));
    let figures = |line: &domain::invoice::NewLine| {
        let Figures { quantity, unit_price, discount, tax_rate } = line.figures;
        [quantity.value(), unit_price.value(), discount.value(), tax_rate.value()].map(|figure| figure.to_string())
    };
    assert_eq!(
        (figures(development), figures(hosting)),
        (["1", "50", "0", "10"].map(String::from), ["1", "5", "0", "0"].map(String::from))
    );
}

#[test]
fn what_may_be_left_out_has_the_documents_default_and_null_leaves_it_out() {
    let business = format!("biz_{HEX}");
    let line = json!([{"description": "Consulting", "quantity": 10, "unit_price": 500}]);
    let bare = json!({"business_id": business, "customer_email": "a@b.example", "line_items": line});
    let line =
        json!([{"description": "Consulting", "quantity": 10, "unit_price": 500, "type": null, "tax_rate": null}]);
    let nulls = json!({
        "business_id": business, "customer_email": "a@b.example", "line_items": line, "customer_name": null,
        "invoice_number": null, "issued_date": null, "due_date": null, "currency": null, "notes": null,
        "payment_terms": null, "status": "paid"
    });
    assert_eq!(read(&bare).unwrap(), read(&nulls).unwrap());
    let new = read(&bare).unwrap();
    assert_eq!((new.number, new.currency, new.details.customer.name), (NewNumber::Series, Currency::USD, None));
    let dates = (new.issue_date.unwrap().to_string(), new.due_date.unwrap().to_string());
    assert_eq!(dates, ("2024-02-20".into(), "2024-03-21".into()));
    assert_eq!((new.lines[0].kind, new.lines[0].figures.tax_rate), (LineKind::Service, Percent::ZERO));
    let issued = read(&with(json!({"issued_date": "2023-12-31T12:00:00Z", "due_date": null}))).unwrap();
    assert_eq!(issued.due_date.unwrap().to_string(), "2024-01-30");
}

#[test]
fn every_wrong_field_is_named_those_of_line_items_by_their_place() {
    let nothing = refused(&json!({}));
    assert_eq!(nothing, ["business_id", "customer_email", "line_items"]);
    let lines = json!([
        {"description": "", "quantity": 0, "unit_price": 0.5, "type": "gift", "tax_rate": 101},
        7,
        {},
        {"description": null, "quantity": "1e1", "unit_price": -1}
    ]);
    let wrong = with(json!({
        "customer_email": "client", "customer_name": 7, "issued_date": "soon", "due_date": "2024-13-01",
        "currency": "JPY", "line_items": lines
    }));
    let expected = [
        "customer_email",
        "customer_name",
        "issued_date",
        "due_date",
        "currency",
        "line_items[0].description",
        "line_items[0].quantity",
        "line_items[0].unit_price",
        "line_items[0].type",
        "line_items[0].tax_rate",
        "line_items[1]",
        "line_items[2].description",
        "line_items[2].quantity",
        "line_items[2].unit_price",
        "line_items[3].description",
        "line_items[3].quantity",
        "line_items[3].unit_price",
    ];
    assert_eq!(refused(&wrong), expected);
    for none in [json!([]), json!({}), json!("x")] {
        assert_eq!(refused(&with(json!({"line_items": none}))), ["line_items"]);
    }
}

#[test]
fn another_business_is_not_found_and_none_is_missing() {
    for other in ["biz_abc123", "biz_00000000000000000000000000000000", HEX] {
        assert_eq!(read(&with(json!({"business_id": other}))), Err(Error::NotFound), "{other}");
        assert_eq!(change(json!({"business_id": other, "notes": "x"})), Err(Error::NotFound), "{other}");
    }
    assert_eq!(refused(&with(json!({"business_id": ""}))), ["business_id"]);
    assert_eq!(refused(&with(json!({"business_id": 7}))), ["business_id"]);
    assert!(change(json!({"business_id": format!("biz_{HEX}")})).is_ok());
}

#[test]
fn a_patch_says_only_what_was_sent() {
    assert_eq!(change(json!({"unknown": 1, "currency": "EUR"})), Ok(InvoicePatch::default()));
    let InvoicePatch { details, status, due_date, .. } = change(json!({
        "customer_email": "newemail@example.com", "customer_name": "Jane Smith", "due_date": "2024-04-15",
        "notes": "Updated notes", "payment_terms": "Net 45"
    }))
    .unwrap();
    assert_eq!(details.customer.email, Patch::Set(Email::parse("newemail@example.com").unwrap()));
    assert_eq!(details.customer.name, Patch::Set(Text::parse("Jane Smith").unwrap()));
    assert_eq!(details.notes.unwrap().as_str(), "Updated notes");
    assert_eq!(details.payment_terms.unwrap().as_str(), "Net 45");
    assert_eq!((status, due_date), (None, Patch::Set("2024-04-15".parse().unwrap())));
    let sent = change(json!({"status": "sent"})).unwrap().status.unwrap();
    let shown_as = &[Status::Sent, Status::Pending, Status::PartiallyPaid];
    assert_eq!(sent, StatusRequest { target: Status::Sent, shown_as });
    let emptied = change(json!({"customer_name": null, "notes": null, "payment_terms": ""})).unwrap().details;
    assert_eq!((emptied.customer.name, emptied.notes), (Patch::Clear, Some(LongText::default())));
    assert_eq!(emptied.payment_terms, Some(ShortText::default()));
}

#[test]
fn what_an_invoice_must_have_cannot_be_emptied() {
    for body in [
        json!({"customer_email": null, "due_date": null, "status": null}),
        json!({"customer_email": "", "due_date": "", "status": "void"}),
    ] {
        let Err(Error::Invalid(errors)) = change(body) else { panic!("it is taken") };
        let fields: Vec<_> = errors.iter().map(|(field, _)| field.to_owned()).collect();
        assert_eq!(fields, ["customer_email", "due_date", "status"]);
    }
}

fn usd(text: &str) -> Money {
    Money::exact(text.parse().unwrap(), Currency::USD).unwrap()
}

fn meta() -> Meta {
    let at: Timestamp = "2024-02-15T10:00:00Z".parse().unwrap();
    Meta { created_at: at, created_by: None, updated_at: at, version: 1 }
}

fn header(details: Details) -> Header {
    let totals = Totals {
        source: TotalsSource::Lines,
        subtotal: usd("55"),
        tax: usd("5"),
        own_tax: usd("0"),
        discount: usd("0"),
        total: usd("60"),
    };
    Header {
        id: InvoiceId::new(Uuid::try_parse(HEX).unwrap()),
        number: Text::parse("INV-2024-001").unwrap(),
        billing_number: 1,
        details,
        status: Status::Draft,
        issue_date: "2024-02-15".parse().unwrap(),
        due_date: Some("2024-03-15".parse().unwrap()),
        currency: Currency::USD,
        totals,
        amount_paid: usd("0"),
        next_position: 1,
        sole_line: None,
        viewed_at: None,
        paid_at: None,
        payment_link: None,
        extras: Extras::default(),
        meta: meta(),
    }
}

fn around(email: &str) -> Around {
    let now = "2024-03-01T10:00:00Z".parse().unwrap();
    let hosted_url = "https://pay.example/i/token".into();
    Around { business: business(), customer_email: email.into(), hosted_url, now }
}

#[test]
fn an_invoice_is_shown_as_the_document_shows_it_with_the_tax_of_its_formula() {
    let new = read(&documented()).unwrap();
    let header = header(new.details);
    let figures = Figures {
        quantity: Quantity::new(1.into()).unwrap(),
        unit_price: Price::new(50.into()).unwrap(),
        discount: Percent::ZERO,
        tax_rate: Percent::new("8.25".parse().unwrap()).unwrap(),
    };
    let line = Line {
        id: LineId::new(Uuid::try_parse(HEX).unwrap()),
        position: 0,
        item: None,
        description: Text::parse("Website Development").unwrap(),
        kind: LineKind::Service,
        figures,
        tax_category: None,
        subtotal: usd("50"),
        tax: usd("5"),
        attributes: domain::attributes::Attributes::default(),
        meta: meta(),
    };
    let shown = InvoiceJson::whole(&header, &[&line], around("client@example.com"));
    let expected = json!({
        "invoice_id": format!("inv_{HEX}"), "business_id": format!("biz_{HEX}"), "invoice_number": "INV-2024-001",
        "customer_email": "client@example.com", "customer_name": "John Smith", "status": "draft", "amount": 5500,
        "tax_amount": 500, "total_amount": 6000, "currency": "USD", "issued_date": "2024-02-15T00:00:00Z",
        "due_date": "2024-03-15T00:00:00Z", "notes": "Thank you for your business!", "payment_terms": "Net 30",
        "hosted_url": "https://pay.example/i/token",
        "line_items": [{
            "line_item_id": format!("li_{HEX}"), "invoice_id": format!("inv_{HEX}"),
            "description": "Website Development", "quantity": 1, "unit_price": 5000, "type": "service",
            "tax_rate": 8.25, "created_at": "2024-02-15T10:00:00Z"
        }],
        "created_at": "2024-02-15T10:00:00Z", "updated_at": "2024-02-15T10:00:00Z"
    });
    assert_eq!(serde_json::to_string(&shown).unwrap(), expected.to_string());
}

fn link(expires_at: &str) -> PaymentLink {
    let made = MadeLink {
        stripe_id: Text::parse("plink_1").unwrap(),
        url: Text::parse("https://buy.stripe.com/test").unwrap(),
        expires_at: expires_at.parse().unwrap(),
    };
    PaymentLink {
        id: PaymentLinkId::new(Uuid::nil()),
        amount: usd("60"),
        label: Text::parse("INV-2024-001").unwrap(),
        requested_at: "2024-02-15T10:00:00Z".parse().unwrap(),
        state: LinkState::Active(made),
    }
}

#[test]
fn a_row_leaves_out_what_is_not_there_and_shows_what_happened() {
    let mut header = header(Details::default());
    let row = serde_json::to_value(InvoiceJson::row(&header, around(""))).unwrap();
    for absent in [
        "customer_name",
        "notes",
        "payment_terms",
        "stripe_payment_link",
        "stripe_invoice_id",
        "paid_at",
        "viewed_at",
        "line_items",
    ] {
        assert_eq!(row.get(absent), None, "{absent}");
    }
    assert_eq!(row["customer_email"], "");
    header.status = Status::PartiallyPaid;
    header.viewed_at = Some("2024-02-16T08:00:00Z".parse().unwrap());
    header.paid_at = Some("2024-02-16T15:30:00Z".parse().unwrap());
    header.due_date = None;
    header.details.stripe.invoice_id = Some(Text::parse("in_1").unwrap());
    header.payment_link = Some(link("2024-03-01T10:00:01Z"));
    let row = serde_json::to_value(InvoiceJson::row(&header, around("a@b.example"))).unwrap();
    assert_eq!((&row["status"], &row["due_date"]), (&json!("sent"), &Value::Null));
    assert_eq!((&row["viewed_at"], &row["paid_at"]), (&json!("2024-02-16T08:00:00Z"), &json!("2024-02-16T15:30:00Z")));
    assert_eq!(row["stripe_invoice_id"], "in_1");
    assert_eq!(row["stripe_payment_link"], "https://buy.stripe.com/test");
    header.payment_link = Some(link("2024-03-01T10:00:00Z"));
    let row = serde_json::to_value(InvoiceJson::row(&header, around(""))).unwrap();
    assert_eq!(row.get("stripe_payment_link"), None, "it has expired");
}

#[test]
fn a_cancellation_writes_the_status_alone_and_says_so() {
    assert_eq!(cancellation(), InvoicePatch { status: Some(CANCELLED), ..InvoicePatch::default() });
    let answer = serde_json::to_value(CancelledJson::new(InvoiceKey(header(Details::default()).id))).unwrap();
    assert_eq!(answer, json!({"message": "Invoice cancelled successfully", "invoice_id": format!("inv_{HEX}")}));
}
