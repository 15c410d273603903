//! Bodies of billings, as they are read.

use domain::attributes::Attributes;
use domain::catalogue::{CatalogueItem, ItemType, Stock};
use domain::id::{ItemId, LineId};
use domain::invoice::{Figures, LineKind, LineText, MAX_LINES, NewLine, Status};
use domain::money::{Currency, Percent, Price, Quantity};
use domain::text::Name;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::wire::parse_object;

fn body(json: &Value) -> BillingBody {
    parse_object(json.to_string().as_bytes()).unwrap()
}

fn example() -> Value {
    json!({
        "invoice_number": "INV-2026-001",
        "invoice_date": "2026-02-12",
        "due_date": "2026-03-12",
        "party": 1,
        "phone": "+919876543210",
        "address": "123 Main Street",
        "invoice_status": "Unpaid",
        "sub_total": "12800.00",
        "discount": "500.00",
        "tax": "2700.00",
        "total_amount": "15000.00",
        "due_amount": "15000.00",
        "notes": "Payment due in 30 days",
        "items": [{"item": 1, "quantity": 10, "rate": "99.99"}, {"item": 2, "quantity": 5, "rate": "199.99"}]
    })
}

fn fields<R>(refused: &Refused<R>) -> Vec<&str> {
    refused.wrong.iter().map(|(field, _)| field).collect()
}

fn item(number: u64) -> CatalogueItem {
    let at = Timestamp::UNIX_EPOCH;
    CatalogueItem {
        id: ItemId::new(Uuid::from_u128(number.into())),
        category: None,
        name: Name::parse("Hosting").unwrap(),
        sku: None,
        description: LongText::default(),
        item_type: ItemType::Product,
        base_price: Price::ZERO,
        currency: Currency::USD,
        unit: ShortText::default(),
        tax_rate: percent("18"),
        stripe_price_id: None,
        is_active: true,
        number,
        stock: Stock::default(),
        images: vec![],
        attributes: Attributes::default(),
        meta: Meta { created_at: at, created_by: None, updated_at: at, version: 1 },
    }
}

fn percent(text: &str) -> Percent {
    Percent::new(text.parse().unwrap()).unwrap()
}

/// Products 1 and 2; of what the billing sells, item 3 is gone and had the number 3, and item 4 never had one.
fn products() -> Products {
    let gone = [(item(3).id, Some(3)), (item(4).id, None)].into();
    Products { there: [1, 2].map(|number| (number, item(number))).into(), gone }
}

/// A line that another contract made, at a place.
fn line(position: u32, sells: Option<u64>) -> Line {
    let quantity = Quantity::new("1.5".parse().unwrap()).unwrap();
    let unit_price = Price::new("10".parse().unwrap()).unwrap();
    let zero = domain::money::Money::zero(Currency::USD);
    Line {
        id: LineId::new(Uuid::from_u128(position.into())),
        position,
        item: sells.map(|number| item(number).id),
        description: LineText::parse("As it was agreed").unwrap(),
        kind: LineKind::Fee,
        figures: Figures { quantity, unit_price, discount: percent("5"), tax_rate: percent("7") },
        tax_category: None,
        subtotal: zero,
        tax: zero,
        attributes: Attributes::default(),
        meta: item(0).meta,
    }
}

fn changed(json: Value) -> Result<BillingPatch, Refused<BillingPatch>> {
    body(&json).into_patch(&products(), &[])
}

#[test]
fn the_documents_billing_is_read_whole() {
    let new = body(&example()).into_new(&products()).unwrap();
    assert_eq!((new.party, new.items.len(), new.items[1].item), (Some(1), 2, Some(item(2).id)));
    assert_eq!((new.items[1].description.as_str(), new.items[1].figures.tax_rate), ("Hosting", percent("18")));
    assert_eq!((new.number.as_str(), new.status.target), ("INV-2026-001", Status::Sent));
    let SentTotals { subtotal, tax, own_tax, discount, total, over_lines } = new.totals;
    let shown = [subtotal, tax, discount, total].map(|amount| amount.unwrap().to_string());
    assert_eq!((shown, own_tax, over_lines), (["12800", "2700", "500", "15000"].map(str::to_owned), None, true));
    assert_eq!(new.customer.phone.unwrap().as_str(), "+919876543210");
    assert_eq!(new.customer.address.unwrap().as_str(), "123 Main Street");
}

#[test]
fn items_are_asked_for_before_anything_else() {
    let refusal = refused(400, "At least one billing item is required.");
    for json in [json!({}), json!({"items": []}), json!({"items": null})] {
        assert_eq!(body(&json).check_items(), Err(refusal.clone()), "{json}");
    }
    for json in [json!({"items": []}), json!({"items": null})] {
        assert_eq!(body(&json).check_items_if_sent(), Err(refusal.clone()), "{json}");
    }
    assert_eq!(body(&json!({})).check_items_if_sent(), Ok(()));
    assert_eq!(changed(json!({})).unwrap().items, None);
}

#[test]
fn every_wrong_field_is_named_with_the_place_of_its_item() {
    let json = json!({
        "invoice_status": "paid",
        "party": "x",
        "total_amount": "1.001",
        "items": [{"item": 1, "quantity": 0, "rate": "-1"}, 7, {"item": 9, "quantity": 1.5, "rate": "x"}]
    });
    let refused = body(&json).into_new(&products()).unwrap_err();
    let of_items =
        ["items[0].quantity", "items[0].rate", "items[1]", "items[2].item", "items[2].quantity", "items[2].rate"];
    assert_eq!(fields(&refused)[..4], ["invoice_number", "invoice_status", "party", "total_amount"]);
    assert_eq!(fields(&refused)[4..], of_items);
    assert_eq!(fields(&changed(json!({"items": {}})).unwrap_err()), ["items"]);
}

#[test]
fn too_many_items_are_refused_before_any_is_looked_at() {
    let many = |item: Value, count: usize| json!({"invoice_number": "1", "items": vec![item; count]});
    let item = || json!({"item": 1, "quantity": 1, "rate": 1});
    assert_eq!(body(&many(item(), MAX_LINES)).into_new(&products()).unwrap().items.len(), MAX_LINES);
    for json in [many(item(), MAX_LINES + 1), many(json!({}), 30_000)] {
        let expected = FieldErrors::one("items", "A billing has no more than 500 items.");
        assert_eq!(body(&json).into_new(&products()).unwrap_err().wrong, expected);
        assert_eq!(changed(json).unwrap_err().wrong, expected);
    }
}

#[test]
fn null_and_empty_text_stand_for_leaving_out_what_is_not_needed() {
    let amounts = ["paid_amount", "due_amount", "total_amount", "discount", "tax", "sub_total"];
    let mut json = example();
    for nothing in [json!(""), Value::Null] {
        for name in amounts.iter().chain(&["invoice_status"]) {
            json[name] = nothing.clone();
        }
        let new = body(&json).into_new(&products()).unwrap();
        assert_eq!((new.status, new.paid_amount), (DRAFT, None));
        assert_eq!(new.totals, SentTotals { over_lines: true, ..SentTotals::default() });
    }
    json.as_object_mut().unwrap().retain(|name, _| name == "invoice_status" || amounts.contains(&name.as_str()));
    let over_lines = SentTotals { over_lines: true, ..SentTotals::default() };
    assert_eq!(changed(json), Ok(BillingPatch { totals: over_lines, ..BillingPatch::default() }));
    assert_eq!(fields(&changed(json!({"invoice_status": "paid"})).unwrap_err()), ["invoice_status"]);
}

#[test]
fn what_is_due_is_checked_and_not_kept() {
    let sent = |due: &str| changed(json!({"due_amount": due}));
    let over_lines = SentTotals { over_lines: true, ..SentTotals::default() };
    assert_eq!(sent("0.00"), Ok(BillingPatch { totals: over_lines, ..BillingPatch::default() }));
    assert_eq!(fields(&sent("much").unwrap_err()), ["due_amount"]);
}

#[test]
fn an_item_comes_back_as_the_line_that_it_shows() {
    let before = [line(0, Some(1)), line(1, Some(3)), line(2, Some(4)), line(5, None)];
    let lines: Vec<&Line> = before.iter().collect();
    let sent = |items: Value| {
        let patch = body(&json!({ "items": items })).into_patch(&products(), &lines);
        patch.map(|patch| patch.items.unwrap()).map_err(|refused| refused.to_string())
    };
    let as_before = |line: &Line| NewLine {
        item: line.item,
        description: line.description.clone(),
        kind: line.kind,
        figures: line.figures,
        tax_category: line.tax_category,
        attributes: line.attributes.clone(),
    };
    // Read before its product was deleted, and after; by its number in the billing or by its product.
    for (second, first) in [(json!(3), json!(1)), (Value::Null, Value::Null)] {
        let items = json!([
            {"id": first, "item": 1, "quantity": 1.5, "rate": "10.00"},
            {"id": 2, "item": second, "quantity": 1.5, "rate": "10.00"},
            {"id": 3, "item": null, "quantity": 1.5, "rate": "10.00"},
            {"id": 6, "item": null, "quantity": 1.5, "rate": "10.00"},
        ]);
        assert_eq!(sent(items).unwrap(), before.iter().map(as_before).collect::<Vec<_>>());
    }
    let repriced = sent(json!([{"id": 2, "item": null, "quantity": 2, "rate": "11.00"}])).unwrap();
    assert_eq!((repriced[0].item, repriced[0].figures.discount), (Some(item(3).id), percent("5")));
    let sold_otherwise = sent(json!([{"id": 2, "item": 2, "quantity": 1, "rate": 1}])).unwrap();
    assert_eq!((sold_otherwise[0].item, sold_otherwise[0].figures.tax_rate), (Some(item(2).id), percent("18")));
    let wrong = [
        (json!([{"id": 1, "item": null, "quantity": 1, "rate": 1}]), "items[0].item: This field may not be null."),
        (json!([{"item": null, "quantity": 1, "rate": 1}]), "items[0].item: This field may not be null."),
        (json!([{"id": 2, "quantity": 1, "rate": 1}]), "items[0].item: This field is required."),
        (
            json!([{"id": 2, "item": 9, "quantity": 1, "rate": 1}]),
            "items[0].item: Invalid pk \"9\" - object does not exist.",
        ),
        (json!([{"id": 1, "item": 1, "quantity": 2.5, "rate": 1}]), "items[0].quantity: A valid integer is required."),
        // One line cannot be stood for twice.
        (
            json!([{"id": 2, "item": 3, "quantity": 1, "rate": 1}, {"item": 3, "quantity": 1, "rate": 1}]),
            "items[1].item: Invalid pk \"3\" - object does not exist.",
        ),
    ];
    for (items, message) in wrong {
        assert_eq!(sent(items.clone()).unwrap_err(), message, "{items}");
    }
}
