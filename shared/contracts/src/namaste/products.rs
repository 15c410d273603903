//! Products, which are catalogue items, and their categories.

#![allow(non_snake_case, reason = "fields are spelled as the contract spells them")]

use domain::catalogue::{CatalogueItem, Category, ImageUrl, Sku, Stock, StockPatch};
use domain::numbered::NumberOrName;
use domain::product::{NewProduct, ProductPatch};
use domain::record::Meta;
use domain::text::{LongText, Name, Text};
use domain::{Claims, Edit, FieldErrors, Reference, Refused};
use serde::Serialize;
use utoipa::ToSchema;

use super::amounts::UnitPrice;
use super::things::Thing;
use crate::decimals::Amount;
use crate::wire::{OrEmpty, SentObject, body, optional, or_default, patch, required, text};

/// Products, as messages name them.
pub const PRODUCT: Thing =
    Thing::new("Product", &[("name", "product_name"), ("base_price", "unit_price"), ("image_url", "product_Img")]);

/// Product categories, as messages name them.
pub const CATEGORY: Thing = Thing::new("Category", &[]);

body! {
    /// A product.
    ProductBody {
        /// Its name; unique among the products.
        required product_name: Text<1, 100>,
        /// The number of its category, or its name.
        required category: NumberOrName,
        /// Price per unit.
        required unit_price: UnitPrice,
        /// How many are in stock. Billings leave it as it is.
        required quantity: u32,
        /// The stock-keeping unit, unique; made, if left out.
        optional sku: OrEmpty<Sku>,
        /// The address of its image.
        optional product_Img: OrEmpty<ImageUrl>,
        /// What it is.
        optional description: LongText,
    }
}

impl ProductBody {
    /// The product to be made.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_new(self) -> Result<NewProduct, Refused<Claims>> {
        let Self { product_name, category, unit_price, quantity, sku, product_Img, description } = self;
        let mut errors = FieldErrors::new();
        let name = required(&mut errors, "product_name", product_name);
        let name = name.and_then(|name| errors.take("product_name", Name::parse(name.as_str())));
        let category = required(&mut errors, "category", category);
        let unit_price = required(&mut errors, "unit_price", unit_price);
        let quantity = required(&mut errors, "quantity", quantity);
        let sku = or_default(&mut errors, "sku", sku);
        let image_url = or_default(&mut errors, "product_Img", product_Img);
        let description = text(&mut errors, "description", description).unwrap_or_default();
        let claims = Claims::default().naming("category", category.clone().map(Reference::ProductCategory));
        let (Some(name), Some(category), Some(UnitPrice(unit_price)), Some(quantity), true) =
            (name, category, unit_price, quantity, errors.is_empty())
        else {
            return Err(claims.refused(errors));
        };
        let stock = Stock { quantity, image_url };
        Ok(NewProduct { name, category, sku, unit_price, description, stock })
    }

    /// The change to be made.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn into_patch(self) -> Result<ProductPatch, Refused<ProductPatch>> {
        let Self { product_name, category, unit_price, quantity, sku, product_Img, description } = self;
        let mut errors = FieldErrors::new();
        let name = optional(&mut errors, "product_name", product_name);
        let name = name.and_then(|name| errors.take("product_name", Name::parse(name.as_str())));
        let stock = StockPatch {
            quantity: optional(&mut errors, "quantity", quantity),
            image_url: patch(&mut errors, "product_Img", product_Img),
        };
        let change = ProductPatch {
            name,
            category: patch(&mut errors, "category", category.map(|category| OrEmpty(Some(category)))),
            sku: or_default(&mut errors, "sku", sku),
            unit_price: optional(&mut errors, "unit_price", unit_price).map(|UnitPrice(price)| price),
            description: text(&mut errors, "description", description),
            stock,
        };
        errors.checked(change)
    }

    /// The change that a body asks for of a product, which shows the first of its images where it has no address of
    /// one.
    #[must_use]
    pub fn edit(sent: &SentObject, before: &CatalogueItem) -> Edit<ProductPatch> {
        let derived: &[&str] = if before.stock.image_url.is_none() { &["product_Img"] } else { &[] };
        sent.edit(&ProductJson::new(before, None), derived, Self::into_patch)
    }
}

/// A product.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Product)]
pub struct ProductJson {
    /// Its number in the organisation.
    pub id: u64,
    /// The user who made it; null, if no user did.
    pub user: Option<u64>,
    /// Its name.
    pub product_name: String,
    /// The number of its category; null for one that another contract made without.
    pub category: Option<u64>,
    /// The stock-keeping unit.
    pub sku: Option<String>,
    /// The address of its image: the one that was sent, else the first that was uploaded.
    pub product_Img: Option<String>,
    /// Price per unit.
    pub unit_price: Amount,
    /// How many are in stock.
    pub quantity: u32,
    /// What it is.
    pub description: String,
}

impl ProductJson {
    /// A catalogue item whose category has this number.
    #[must_use]
    pub fn new(item: &CatalogueItem, category_number: Option<u64>) -> Self {
        let CatalogueItem {
            id: _,
            category: _,
            name,
            sku,
            description,
            item_type: _,
            base_price,
            currency: _,
            unit: _,
            tax_rate: _,
            stripe_price_id: _,
            is_active: _,
            images,
            attributes: _,
            stock: Stock { quantity, image_url },
            number,
            meta: Meta { created_at: _, created_by, updated_at: _, version: _ },
        } = item;
        Self {
            id: *number,
            user: created_by.as_ref().map(|author| author.number),
            product_name: name.to_string(),
            category: category_number,
            sku: sku.as_ref().map(Sku::to_string),
            product_Img: image_url.as_ref().map(ImageUrl::to_string).or_else(|| images.first().cloned()),
            unit_price: (*base_price).into(),
            quantity: *quantity,
            description: description.to_string(),
        }
    }
}

/// That a product is made or changed, and the product.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ChangedProduct)]
pub struct ChangedProductJson {
    /// What is done.
    pub message: &'static str,
    /// The product after it.
    pub product: ProductJson,
}

body! {
    /// A product category.
    ProductCategoryBody {
        /// Its name.
        required name: Name,
    }
}

impl ProductCategoryBody {
    /// The name of the category to be made.
    ///
    /// # Errors
    /// It is missing or wrong.
    pub fn into_new(self) -> Result<Name, FieldErrors> {
        let Self { name } = self;
        let mut errors = FieldErrors::new();
        required(&mut errors, "name", name).ok_or(errors)
    }

    /// The name to be changed to.
    ///
    /// # Errors
    /// It is wrong.
    pub fn into_patch(self) -> Result<Option<Name>, FieldErrors> {
        let Self { name } = self;
        let mut errors = FieldErrors::new();
        let name = optional(&mut errors, "name", name);
        errors.into_result().map(|()| name)
    }
}

/// A product category, which is a category of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProductCategory)]
pub struct ProductCategoryJson {
    /// Its number in the organisation.
    pub id: u64,
    /// Its name.
    pub name: String,
}

impl From<&Category> for ProductCategoryJson {
    fn from(category: &Category) -> Self {
        let Category { id: _, name, description: _, parent: _, number, attributes: _, meta: _ } = category;
        Self { id: *number, name: name.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::parse_object;
    use domain::Patch;
    use serde_json::{Value, json};

    fn body(json: &Value) -> ProductBody {
        parse_object(json.to_string().as_bytes()).unwrap()
    }

    fn example() -> Value {
        json!({
            "product_name": "Widget A",
            "category": 1,
            "unit_price": "99.99",
            "quantity": 100,
            "product_Img": "https://example.com/image.jpg",
            "description": "A high-quality widget"
        })
    }

    #[test]
    fn the_documents_product_is_read_whole() {
        let NewProduct { name, category, sku, unit_price, description, stock } = body(&example()).into_new().unwrap();
        assert_eq!((name.as_str(), category, sku), ("Widget A", 1.into(), None));
        assert_eq!((unit_price.value().to_string(), stock.quantity), ("99.99".into(), 100));
        assert_eq!(stock.image_url.unwrap().as_str(), "https://example.com/image.jpg");
        assert_eq!(description.as_str(), "A high-quality widget");
    }

    #[test]
    fn every_missing_or_wrong_field_is_named_as_it_is_sent() {
        let names = |json: Value| {
            let errors = body(&json).into_new().unwrap_err().wrong;
            errors.iter().map(|(field, _)| field.to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names(json!({})), ["product_name", "category", "unit_price", "quantity"]);
        let wrong = json!({"product_name": "x".repeat(101), "category": true, "unit_price": "-1", "quantity": 1.5, "product_Img": 7});
        assert_eq!(names(wrong), ["product_name", "category", "unit_price", "quantity", "product_Img"]);
    }

    #[test]
    fn a_category_is_written_by_its_number_or_its_name() {
        let category = |sent: Value| body(&json!({ "category": sent })).into_patch().unwrap().category;
        for number in [json!(7), json!("7"), json!(" 7 ")] {
            assert_eq!(category(number), Patch::Set(7.into()));
        }
        for name in ["Electronics", "7 seas", "1.5", "1e1"] {
            assert_eq!(category(json!(name)), Patch::Set(NumberOrName::Name(name.into())));
        }
        for wrong in [json!(1.5), json!(true), json!(-1), json!([]), json!({})] {
            assert!(body(&json!({ "category": wrong })).into_patch().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_change_touches_what_is_sent_alone() {
        let change = body(&json!({"unit_price": "89.99", "quantity": 150})).into_patch().unwrap();
        let expected = ProductPatch {
            unit_price: change.unit_price,
            stock: StockPatch { quantity: Some(150), image_url: Patch::Keep },
            ..ProductPatch::default()
        };
        assert_eq!(change.unit_price.unwrap().value().to_string(), "89.99");
        assert_eq!(change, expected);
    }
}
