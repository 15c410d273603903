//! Line items of an invoice (crm, section 12.2).

use domain::attributes::{Attributes, EntityName};
use domain::id::{InvoiceId, ItemId};
use domain::invoice::{Figures, Line, LineInput, LineKind, LinePatch, LineText, TaxCategory};
use domain::money::{Percent, Price, Quantity};
use domain::record::Meta;
use domain::text::TextError;
use domain::{Claims, FieldErrors, Reference, Refused};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Update;
use crate::decimals::Amount;
use crate::wire::{
    Field, OrEmpty, REQUIRED, body, check_parent, defaulted, not_emptied, optional, or_default, patch, required,
};

body! {
    /// A line item, as it is created or changed. Without `catalogue_item`, a new one needs
    /// `description` and `unit_price`.
    LineItemBody {
        /// The invoice; if it is sent, it is the one in the path.
        optional invoice: OrEmpty<InvoiceId>,
        /// The catalogue item that it sells.
        optional catalogue_item: OrEmpty<ItemId>,
        /// What it is for; the item's name, if left out.
        optional description: OrEmpty<LineText>,
        /// How many, as text or number.
        required quantity: Quantity,
        /// Price per unit, as text or number. If left out, that of the item's highest price tier
        /// that the quantity reaches, else its base price.
        optional unit_price: OrEmpty<Price>,
        /// Tax in per cent; the item's, if left out.
        optional tax_rate: OrEmpty<Percent>,
        /// Why a line without tax has none, which an electronic invoice must say: `Z` (zero-rated), `E` (exempt), `AE`
        /// (reverse charge) or `O` (out of scope). Only for a `tax_rate` of 0; a rate above 0 empties it.
        optional tax_category: OrEmpty<TaxCategory>,
        /// Values by attribute name.
        optional attributes: Attributes,
    }
}

impl LineItemBody {
    /// The line to be made on the invoice in the path.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_input(self, path: InvoiceId) -> Result<LineInput, Refused<Claims>> {
        let Self { invoice, catalogue_item, description, quantity, unit_price, tax_rate, tax_category, attributes } =
            self;
        let mut errors = FieldErrors::new();
        check_parent(&mut errors, "invoice", invoice, path);
        let free_form = is_empty(&catalogue_item);
        let item = or_default(&mut errors, "catalogue_item", catalogue_item);
        if free_form && is_empty(&description) {
            errors.add(
                "description",
                if description == Field::Absent { REQUIRED.into() } else { TextError::Blank.to_string() },
            );
        }
        let description = or_default(&mut errors, "description", description);
        let quantity = required(&mut errors, "quantity", quantity);
        if free_form && is_empty(&unit_price) {
            errors.add("unit_price", REQUIRED);
        }
        let unit_price = or_default(&mut errors, "unit_price", unit_price);
        let tax_rate = or_default(&mut errors, "tax_rate", tax_rate);
        let tax_category = or_default(&mut errors, "tax_category", tax_category);
        let attributes = defaulted(&mut errors, "attributes", attributes).unwrap_or_default();
        let (kind, discount) = (LineKind::default(), Percent::ZERO);
        match quantity {
            Some(quantity) if errors.is_empty() => Ok(LineInput {
                item,
                description,
                kind,
                quantity,
                unit_price,
                discount,
                tax_rate,
                tax_category,
                attributes,
            }),
            Some(_) | None => {
                let claims = Claims::default().naming("catalogue_item", item.map(Reference::Item));
                Err(claims.carrying(EntityName::InvoiceLineItem, attributes).refused(errors))
            }
        }
    }

    /// The change to be made to a line of the invoice in the path.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn into_patch(self, path: InvoiceId, mode: Update) -> Result<LinePatch, Refused<LinePatch>> {
        let Self { invoice, catalogue_item, description, quantity, unit_price, tax_rate, tax_category, attributes } =
            self;
        let mut errors = FieldErrors::new();
        check_parent(&mut errors, "invoice", invoice, path);
        let change = LinePatch {
            item: patch(&mut errors, "catalogue_item", catalogue_item),
            description: not_emptied(&mut errors, "description", description),
            quantity: optional(&mut errors, "quantity", quantity),
            unit_price: not_emptied(&mut errors, "unit_price", unit_price),
            discount: None,
            tax_rate: not_emptied(&mut errors, "tax_rate", tax_rate),
            tax_category: patch(&mut errors, "tax_category", tax_category),
            attributes: optional(&mut errors, "attributes", attributes).map(|sent| mode.attributes(sent)),
        };
        errors.checked(change)
    }
}

fn is_empty<T>(field: &Field<OrEmpty<T>>) -> bool {
    matches!(field, Field::Absent | Field::Null | Field::Value(OrEmpty(None)))
}

/// A line item.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = LineItem)]
pub struct LineItemJson {
    /// Unique identifier.
    pub id: Uuid,
    /// The invoice that it stands on.
    pub invoice: Uuid,
    /// The catalogue item that it sells.
    pub catalogue_item: Option<Uuid>,
    /// What it is for.
    pub description: String,
    /// How many.
    pub quantity: Amount,
    /// Price per unit.
    pub unit_price: Amount,
    /// Tax in per cent.
    pub tax_rate: Amount,
    /// Why it bears no tax: `Z`, `E`, `AE` or `O`; null where that is not known, and where it does.
    pub tax_category: Option<&'static str>,
    /// Quantity by unit price, before tax.
    pub subtotal: Amount,
    /// Values by attribute name.
    #[schema(value_type = Object)]
    pub attributes: Attributes,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The user who made it; null, if no user did.
    pub created_by: Option<u64>,
}

impl LineItemJson {
    /// A line of an invoice.
    #[must_use]
    pub fn new(invoice: InvoiceId, line: &Line) -> Self {
        let Line {
            id,
            position: _,
            item,
            description,
            kind: _,
            figures,
            tax_category,
            subtotal,
            tax: _,
            attributes,
            meta,
        } = line;
        let Figures { quantity, unit_price, discount: _, tax_rate } = figures;
        let Meta { created_at, created_by, updated_at, version: _ } = meta;
        Self {
            id: id.uuid(),
            invoice: invoice.uuid(),
            catalogue_item: item.map(ItemId::uuid),
            description: description.to_string(),
            quantity: (*quantity).into(),
            unit_price: (*unit_price).into(),
            tax_rate: (*tax_rate).into(),
            tax_category: tax_category.map(TaxCategory::as_str),
            subtotal: (*subtotal).into(),
            attributes: attributes.clone(),
            created_at: *created_at,
            updated_at: *updated_at,
            created_by: created_by.as_ref().map(|author| author.number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::parse_object;
    use domain::Patch;
    use domain::money::{Currency, Money};
    use serde_json::{Value, json};

    const INVOICE: &str = "0190b5a1-7c5e-7000-8000-000000000001";
    const ITEM: &str = "0190b5a1-7c5e-7000-8000-000000000002";

    fn body(json: Value) -> LineItemBody {
        parse_object(json.to_string().as_bytes()).unwrap()
    }

    fn read(json: Value) -> Result<LineInput, FieldErrors> {
        Ok(body(json).into_input(INVOICE.parse().unwrap())?)
    }

    #[test]
    fn the_documents_lines_are_read_field_by_field() {
        let line = read(json!({
            "invoice": INVOICE, "catalogue_item": ITEM, "description": "Web Development — 20 hours",
            "quantity": "20.00", "unit_price": "100.00", "tax_rate": "15.00", "attributes": {}
        }))
        .unwrap();
        let LineInput { item, description, kind, quantity, unit_price, discount, tax_rate, tax_category, attributes } =
            line;
        assert_eq!(tax_category, None);
        assert_eq!((item.unwrap().to_string(), kind, discount), (ITEM.into(), LineKind::Service, Percent::ZERO));
        assert_eq!(description.unwrap().as_str(), "Web Development — 20 hours");
        let amounts = [Amount::from(quantity), unit_price.unwrap().into(), tax_rate.unwrap().into()];
        assert_eq!(json!(amounts), json!(["20.00", "100.00", "15.00"]));
        assert!(attributes.is_empty());
        let free = json!({
            "invoice": INVOICE, "description": "Setup & Configuration Fee", "quantity": "1.00", "unit_price": "250.00",
            "tax_rate": "0.00", "attributes": {}
        });
        assert_eq!(read(free).unwrap().item, None);
    }

    #[test]
    fn a_line_from_the_catalogue_may_leave_price_rate_and_description_out() {
        let line = read(json!({"catalogue_item": ITEM, "quantity": 2, "description": "", "unit_price": null})).unwrap();
        assert_eq!((line.description, line.unit_price, line.tax_rate), (None, None, None));
    }

    #[test]
    fn a_free_line_needs_a_description_and_a_price() {
        let missing = read(json!({"catalogue_item": null})).unwrap_err();
        assert_eq!(
            missing.to_string(),
            "description: This field is required.; quantity: This field is required.; unit_price: This field is required."
        );
        let blank = read(json!({"description": " ", "quantity": "0", "unit_price": "x", "invoice": ITEM})).unwrap_err();
        assert_eq!(
            blank.to_string(),
            "invoice: This is not the object that the path names.; description: This field may not be blank.; \
             quantity: Ensure this value is greater than 0.; unit_price: A valid number is required."
        );
    }

    #[test]
    fn a_lines_patch_says_only_what_was_sent() {
        let path = || INVOICE.parse().unwrap();
        let change = body(json!({"quantity": 3, "subtotal": "1.00"})).into_patch(path(), Update::Patch).unwrap();
        let quantity = Some(Quantity::new(3.into()).unwrap());
        assert_eq!(change, LinePatch { quantity, ..LinePatch::default() });
        assert_eq!(body(json!({"catalogue_item": null})).into_patch(path(), Update::Put).unwrap().item, Patch::Clear);
        let wrong = body(json!({"description": "", "unit_price": null})).into_patch(path(), Update::Put).unwrap_err();
        assert_eq!(wrong.wrong.iter().count(), 2);
    }

    #[test]
    fn a_line_is_shown_with_its_subtotal() {
        let at: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        let LineInput { item, description, kind, quantity, unit_price, discount, tax_rate, tax_category, attributes } =
            read(json!({
                "description": "Fee", "quantity": "1.5", "unit_price": "250", "tax_rate": 0,
                "tax_category": "reverse_charge"
            }))
            .unwrap();
        let (unit_price, tax_rate) = (unit_price.unwrap(), tax_rate.unwrap());
        let figures = Figures { quantity, unit_price, discount, tax_rate };
        let line = Line {
            id: ITEM.parse().unwrap(),
            position: 0,
            item,
            description: description.unwrap(),
            kind,
            figures,
            tax_category,
            subtotal: figures.subtotal(Currency::USD).unwrap(),
            tax: Money::zero(Currency::USD),
            attributes,
            meta: Meta { created_at: at, created_by: None, updated_at: at, version: 1 },
        };
        assert_eq!(
            serde_json::to_value(LineItemJson::new(INVOICE.parse().unwrap(), &line)).unwrap(),
            json!({
                "id": ITEM, "invoice": INVOICE, "catalogue_item": null, "description": "Fee", "quantity": "1.50",
                "unit_price": "250.00", "tax_rate": "0.00", "tax_category": "AE", "subtotal": "375.00", "attributes": {},
                "created_at": "2026-03-01T10:00:00Z", "updated_at": "2026-03-01T10:00:00Z", "created_by": null
            })
        );
    }
}
