use super::*;
use crate::wire::parse_object;
use domain::Patch;
use domain::catalogue::{ItemType, Stock};
use domain::record::Meta;
use domain::text::{LongText, Name, ShortText};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::skhokho::invoices::InvoiceRequest;

const PRODUCT: &str = "0190b5a1-7c5e-7000-8000-000000000001";

fn catalogue() -> Catalogue {
    let at = Timestamp::UNIX_EPOCH;
    let id: ItemId = PRODUCT.parse().unwrap();
    let item = CatalogueItem {
        id,
        category: None,
        name: Name::parse("Hosting").unwrap(),
        sku: None,
        description: LongText::default(),
        item_type: ItemType::Service,
        base_price: Price::new("9".parse().unwrap()).unwrap(),
        currency: Currency::USD,
        unit: ShortText::default(),
        tax_rate: Percent::new("15".parse().unwrap()).unwrap(),
        stripe_price_id: None,
        is_active: true,
        number: 1,
        stock: Stock::default(),
        images: vec![],
        attributes: Attributes::default(),
        meta: Meta { created_at: at, created_by: None, updated_at: at, version: 1 },
    };
    [(id, item)].into()
}

fn read(items: Value) -> Result<(Vec<NewLine>, Option<Currency>), String> {
    let request: InvoiceRequest = parse_object(json!({ "items": items }).to_string().as_bytes()).unwrap();
    let patch = request.into_patch(&catalogue(), &[], Currency::USD).map_err(|refused| {
        let told = crate::skhokho::render(&refused.wrong.into()).body;
        let told = told.as_object().unwrap().iter().map(|(field, messages)| {
            let messages = messages.as_array().unwrap().iter().map(|message| message.as_str().unwrap());
            format!("{field}: {}", messages.collect::<Vec<_>>().join(" "))
        });
        told.collect::<Vec<_>>().join("; ")
    })?;
    assert_eq!(patch.details.client, Patch::Keep);
    match patch.lines {
        Some(domain::invoice::LinesChange::Replace(lines)) => Ok((lines, patch.currency)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_line_is_named_and_taxed_as_what_it_sells_unless_it_says_so_itself() {
    let items = json!([
        {"product_id": PRODUCT, "quantity": 2, "unit_price": "10.50", "unique_id": "x"},
        {"service_id": PRODUCT, "quantity": "1", "unit_price": 3, "vat_rate": "0", "discount_percentage": 5},
        {"quantity": "1", "unit_price": "1", "product_id": null, "service_id": ""}
    ]);
    let (lines, currency) = read(items).unwrap();
    let shown: Vec<_> = lines
        .iter()
        .map(|line| (line.description.to_string(), line.kind, line.figures.tax_rate.value().to_string()))
        .collect();
    let named = |kind, rate: &str| ("Hosting".to_owned(), kind, rate.to_owned());
    let bare = (String::new(), LineKind::Service, "0".to_owned());
    assert_eq!(shown, [named(LineKind::Product, "15"), named(LineKind::Service, "0"), bare]);
    assert_eq!(currency, None);
}

#[test]
fn the_currency_is_that_of_the_lines_that_name_one_and_another_is_wrong() {
    let line = |currency: &str| json!({"quantity": 1, "unit_price": 1, "currency": currency});
    let none = json!({"quantity": 1, "unit_price": 1});
    assert_eq!(read(json!([none, line("ZAR"), none])).unwrap().1, Some("ZAR".parse().unwrap()));
    let mixed = read(json!([line("ZAR"), none, line("USD")])).unwrap_err();
    assert_eq!(mixed, "items: Entry 3: currency: All items of an invoice are in one currency.");
    let cents = read(json!([{"quantity": 1, "unit_price": "1.5", "currency": "JPY"}])).unwrap_err();
    assert!(cents.starts_with("items: Entry 1: unit_price: "), "{cents}");
}

#[test]
fn everything_that_is_wrong_is_told_with_its_place() {
    let unknown = "0190b5a1-7c5e-7000-8000-000000000002";
    let wrong = read(json!([
        {"quantity": "0", "unit_price": "-1", "vat_rate": 101, "currency": "XXX"},
        7,
        {"product_id": unknown, "quantity": 1, "unit_price": 1},
        {"product_id": PRODUCT, "service_id": PRODUCT, "quantity": 1, "unit_price": 1},
        {}
    ]));
    let wrong = wrong.unwrap_err();
    for part in ["Entry 1: quantity: ", "unit_price: ", "vat_rate: ", "currency: ", "Entry 2: ", "Entry 5: quantity: "]
    {
        assert!(wrong.contains(part), "{part}: {wrong}");
    }
    assert!(wrong.contains("Entry 3: product_id: Invalid pk"), "{wrong}");
    assert!(wrong.contains("Entry 4: service_id: An item is a product or a service"), "{wrong}");
}

#[test]
fn a_line_that_the_document_could_not_show_is_refused() {
    let line = |quantity: &str| json!([{"quantity": quantity, "unit_price": "1000.00", "vat_rate": "0"}]);
    assert!(read(line("9999999.99")).is_ok());
    assert_eq!(
        read(line("10000000")).unwrap_err(),
        "items: Entry 1: Its total has more than 10 digits before the decimal point."
    );
    let many: Vec<_> = (0..=MAX_LINES).map(|_| json!({"quantity": 1, "unit_price": 1})).collect();
    assert!(read(json!(many)).unwrap_err().contains("no more than 500 items"));
}
