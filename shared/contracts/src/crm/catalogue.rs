//! Catalogue items (crm, section 11.2).

use domain::attributes::{Attributes, EntityName};
use domain::catalogue::{CatalogueItem, ItemPatch, ItemType, NewItem, Sku, Stock, StockPatch};
use domain::id::CategoryId;
use domain::image;
use domain::money::{Currency, Percent, Price};
use domain::record::Meta;
use domain::text::{LongText, Name, ShortText};
use domain::{Claims, FieldErrors, Reference, Refused};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Update;
use crate::decimals::Amount;
use crate::wire::{OrEmpty, body, defaulted, optional, or_default, patch, required, text};

body! {
    /// A catalogue item, as it is created or changed.
    CatalogueItemBody {
        /// The category that it stands in.
        optional category: OrEmpty<CategoryId>,
        /// The name.
        required name: Name,
        /// Stock-keeping unit, unique in the organisation.
        optional sku: OrEmpty<Sku>,
        /// What it is.
        optional description: LongText,
        /// What kind of thing it is; `service`, if left out.
        optional r#type: ItemType,
        /// Price per unit, as text or number.
        required base_price: Price,
        /// ISO 4217 code; USD, if left out.
        optional currency: Currency,
        /// Unit of measure, such as "hour", "seat" or "month".
        optional unit: ShortText,
        /// Tax in per cent: 15.00 is 15 %; nothing, if left out.
        optional tax_rate: Percent,
        /// Stripe's id of the price.
        optional stripe_price_id: OrEmpty<ShortText>,
        /// Whether it is for sale; true, if left out.
        optional is_active: bool,
        /// Values by attribute name.
        optional attributes: Attributes,
    }
}

impl CatalogueItemBody {
    /// The item to be made.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_new(self) -> Result<NewItem, Refused<Claims>> {
        let Self {
            category,
            name,
            sku,
            description,
            r#type,
            base_price,
            currency,
            unit,
            tax_rate,
            stripe_price_id,
            is_active,
            attributes,
        } = self;
        let mut errors = FieldErrors::new();
        let category = or_default(&mut errors, "category", category);
        let name = required(&mut errors, "name", name);
        let sku = or_default(&mut errors, "sku", sku);
        let description = text(&mut errors, "description", description).unwrap_or_default();
        let item_type = optional(&mut errors, "type", r#type).unwrap_or(ItemType::Service);
        let base_price = required(&mut errors, "base_price", base_price);
        let currency = optional(&mut errors, "currency", currency).unwrap_or(Currency::USD);
        let unit = text(&mut errors, "unit", unit).unwrap_or_default();
        let tax_rate = defaulted(&mut errors, "tax_rate", tax_rate).unwrap_or(Percent::ZERO);
        let stripe_price_id = or_default(&mut errors, "stripe_price_id", stripe_price_id);
        let is_active = defaulted(&mut errors, "is_active", is_active).unwrap_or(true);
        let attributes = defaulted(&mut errors, "attributes", attributes).unwrap_or_default();
        let (Some(name), Some(base_price), true) = (name, base_price, errors.is_empty()) else {
            let claims = Claims::default().naming("category", category.map(Reference::Category));
            return Err(claims.carrying(EntityName::CatalogueItem, attributes).refused(errors));
        };
        Ok(NewItem {
            category,
            name,
            sku,
            description,
            item_type,
            base_price,
            currency,
            unit,
            tax_rate,
            stripe_price_id,
            is_active,
            stock: Stock::default(),
            attributes,
        })
    }

    /// The change to be made.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn into_patch(self, mode: Update) -> Result<ItemPatch, Refused<ItemPatch>> {
        let Self {
            category,
            name,
            sku,
            description,
            r#type,
            base_price,
            currency,
            unit,
            tax_rate,
            stripe_price_id,
            is_active,
            attributes,
        } = self;
        let mut errors = FieldErrors::new();
        let change = ItemPatch {
            category: patch(&mut errors, "category", category),
            name: optional(&mut errors, "name", name),
            sku: patch(&mut errors, "sku", sku),
            description: text(&mut errors, "description", description),
            item_type: optional(&mut errors, "type", r#type),
            base_price: optional(&mut errors, "base_price", base_price),
            currency: optional(&mut errors, "currency", currency),
            unit: text(&mut errors, "unit", unit),
            tax_rate: optional(&mut errors, "tax_rate", tax_rate),
            stripe_price_id: patch(&mut errors, "stripe_price_id", stripe_price_id),
            is_active: optional(&mut errors, "is_active", is_active),
            stock: StockPatch::default(),
            attributes: optional(&mut errors, "attributes", attributes).map(|sent| mode.attributes(sent)),
        };
        errors.checked(change)
    }
}

/// A catalogue item.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = CatalogueItem)]
pub struct CatalogueItemJson {
    /// Unique identifier.
    pub id: Uuid,
    /// The category that it stands in.
    pub category: Option<Uuid>,
    /// The name.
    pub name: String,
    /// Stock-keeping unit.
    pub sku: Option<String>,
    /// What it is.
    pub description: String,
    /// `product`, `service` or `subscription`.
    #[serde(rename = "type")]
    pub item_type: &'static str,
    /// Price per unit where no price tier applies.
    pub base_price: Amount,
    /// ISO 4217 code.
    pub currency: &'static str,
    /// Unit of measure.
    pub unit: String,
    /// Tax in per cent.
    pub tax_rate: Amount,
    /// Stripe's id of the price.
    pub stripe_price_id: Option<String>,
    /// Whether it is for sale.
    pub is_active: bool,
    /// URLs of the images.
    pub list_of_images: Vec<String>,
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

impl CatalogueItemJson {
    /// The object, below the address of the API, which has no final slash.
    #[must_use]
    pub fn new(item: &CatalogueItem, base_url: &str) -> Self {
        let CatalogueItem {
            id,
            category,
            name,
            sku,
            description,
            item_type,
            base_price,
            currency,
            unit,
            tax_rate,
            stripe_price_id,
            is_active,
            stock: _,
            number: _,
            images,
            attributes,
            meta,
        } = item;
        let Meta { created_at, created_by, updated_at, version: _ } = meta;
        Self {
            id: id.uuid(),
            category: category.map(CategoryId::uuid),
            name: name.to_string(),
            sku: sku.as_ref().map(ToString::to_string),
            description: description.to_string(),
            item_type: item_type.as_str(),
            base_price: (*base_price).into(),
            currency: currency.code(),
            unit: unit.to_string(),
            tax_rate: (*tax_rate).into(),
            stripe_price_id: stripe_price_id.as_ref().map(ToString::to_string),
            is_active: *is_active,
            list_of_images: images.iter().map(|path| image::url(base_url, path)).collect(),
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
    use domain::money::two_places;
    use serde_json::{Value, json};

    const CATEGORY: &str = "0190b5a1-7c5e-7000-8000-000000000001";

    fn body(json: &str) -> CatalogueItemBody {
        parse_object(json.as_bytes()).unwrap()
    }

    fn documented() -> Value {
        json!({
            "category": CATEGORY, "name": "Web Development", "sku": "WEB-DEV-001",
            "description": "Custom web development, hourly rate", "type": "service", "base_price": "100.00",
            "currency": "USD", "unit": "hour", "tax_rate": "15.00", "is_active": true, "attributes": {}
        })
    }

    #[test]
    fn the_documents_item_is_read_field_by_field() {
        let new = body(&documented().to_string()).into_new().unwrap();
        assert_eq!(new.category, Some(CATEGORY.parse().unwrap()));
        assert_eq!((new.name.as_str(), new.sku.unwrap().as_str()), ("Web Development", "WEB-DEV-001"));
        assert_eq!(new.description.as_str(), "Custom web development, hourly rate");
        assert_eq!((new.item_type, new.currency, new.unit.as_str()), (ItemType::Service, Currency::USD, "hour"));
        assert_eq!(
            (two_places(new.base_price.value()), two_places(new.tax_rate.value())),
            ("100.00".into(), "15.00".into())
        );
        assert!(new.is_active && new.stripe_price_id.is_none() && new.attributes.is_empty());
    }

    #[test]
    fn prices_are_taken_as_text_or_number_without_passing_through_a_float() {
        let price =
            |raw: &str| body(&format!(r#"{{"name": "a", "base_price": {raw}}}"#)).into_new().map(|n| n.base_price);
        let exact = Price::new("9007199254.74".parse().unwrap()).unwrap();
        assert_eq!(price("9007199254.740000000000000000000001").unwrap_err().wrong.iter().count(), 1);
        assert_eq!(price("9007199254.7400000000000000000000000000000"), Ok(exact));
        assert_eq!(price("\"9007199254.74\""), Ok(exact));
        assert_eq!(price("9.00719925474e9"), Ok(exact));
        for wrong in ["1e11", "\"1e2\"", "\"NaN\"", "true", "[]", "\"\"", "-1", "99999999999", "0.001"] {
            assert!(price(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_left_out_of_a_new_item_has_a_default() {
        let new = body(r#"{"name": "a", "base_price": 1}"#).into_new().unwrap();
        assert_eq!((new.item_type, new.currency, new.tax_rate), (ItemType::Service, Currency::USD, Percent::ZERO));
        assert!(new.is_active && new.sku.is_none() && new.category.is_none());
    }

    #[test]
    fn every_wrong_field_of_an_item_is_named() {
        let wrong = body(r#"{"type": "thing", "currency": "usd", "tax_rate": 101, "is_active": "yes", "sku": 5}"#);
        assert_eq!(
            wrong.into_new().unwrap_err().to_string(),
            "name: This field is required.; sku: Not a valid string.; type: \"thing\" is not a valid choice.; \
             base_price: This field is required.; currency: \"usd\" is not a valid ISO 4217 currency code.; \
             tax_rate: Ensure this value is less than or equal to 100.; is_active: Must be a valid boolean."
        );
    }

    #[test]
    fn a_null_or_empty_sku_is_taken_away() {
        for sent in ["null", "\"\""] {
            let change = body(&format!(r#"{{"sku": {sent}, "category": {sent}}}"#)).into_patch(Update::Patch).unwrap();
            assert_eq!((change.sku, change.category), (Patch::Clear, Patch::Clear));
        }
    }

    #[test]
    fn an_item_is_shown_in_the_documents_words() {
        let at: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        let NewItem { category, name, sku, description, item_type, base_price, currency, unit, tax_rate, .. } =
            body(&documented().to_string()).into_new().unwrap();
        let item = CatalogueItem {
            id: CATEGORY.parse().unwrap(),
            category,
            name,
            sku,
            description,
            item_type,
            base_price,
            currency,
            unit,
            tax_rate,
            stripe_price_id: None,
            is_active: true,
            stock: Stock::default(),
            number: 1,
            images: vec![],
            attributes: Attributes::default(),
            meta: Meta { created_at: at, created_by: None, updated_at: at, version: 1 },
        };
        let shown = serde_json::to_value(CatalogueItemJson::new(&item, "https://api.example")).unwrap();
        for (key, value) in documented().as_object().unwrap() {
            assert_eq!(&shown[key], value, "{key}");
        }
        assert_eq!((&shown["stripe_price_id"], &shown["list_of_images"]), (&Value::Null, &json!([])));
        assert_eq!(shown.as_object().unwrap().len(), documented().as_object().unwrap().len() + 6);
    }
}
