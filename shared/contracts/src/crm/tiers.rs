//! Price tiers of a catalogue item (crm, section 11.3).

use domain::attributes::{Attributes, EntityName};
use domain::catalogue::{NewTier, PriceTier, TierPatch};
use domain::id::ItemId;
use domain::money::Price;
use domain::record::Meta;
use domain::text::Name;
use domain::{Claims, FieldErrors, Refused};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Update;
use crate::decimals::Amount;
use crate::wire::{OrEmpty, body, check_parent, defaulted, optional, required};

body! {
    /// A price tier, as it is created or changed.
    PriceTierBody {
        /// The catalogue item; if it is sent, it is the one in the path.
        optional catalogue_item: OrEmpty<ItemId>,
        /// The name.
        required name: Name,
        /// The quantity from which the price holds; unique among the item's tiers.
        required min_quantity: u32,
        /// Price per unit, as text or number.
        required price: Price,
        /// Values by attribute name.
        optional attributes: Attributes,
    }
}

impl PriceTierBody {
    /// The tier to be made for the item in the path.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_new(self, item: ItemId) -> Result<NewTier, Refused<Claims>> {
        let Self { catalogue_item, name, min_quantity, price, attributes } = self;
        let mut errors = FieldErrors::new();
        check_parent(&mut errors, "catalogue_item", catalogue_item, item);
        let name = required(&mut errors, "name", name);
        let min_quantity = required(&mut errors, "min_quantity", min_quantity);
        let price = required(&mut errors, "price", price);
        let attributes = defaulted(&mut errors, "attributes", attributes).unwrap_or_default();
        match (name, min_quantity, price) {
            (Some(name), Some(min_quantity), Some(price)) if errors.is_empty() => {
                Ok(NewTier { name, min_quantity, price, attributes })
            }
            _ => Err(Claims::default().carrying(EntityName::PriceTier, attributes).refused(errors)),
        }
    }

    /// The change to be made to a tier of the item in the path.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn into_patch(self, item: ItemId, mode: Update) -> Result<TierPatch, Refused<TierPatch>> {
        let Self { catalogue_item, name, min_quantity, price, attributes } = self;
        let mut errors = FieldErrors::new();
        check_parent(&mut errors, "catalogue_item", catalogue_item, item);
        let change = TierPatch {
            name: optional(&mut errors, "name", name),
            min_quantity: optional(&mut errors, "min_quantity", min_quantity),
            price: optional(&mut errors, "price", price),
            attributes: optional(&mut errors, "attributes", attributes).map(|sent| mode.attributes(sent)),
        };
        errors.checked(change)
    }
}

/// A price tier.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = PriceTier)]
pub struct PriceTierJson {
    /// Unique identifier.
    pub id: Uuid,
    /// The catalogue item that it prices.
    pub catalogue_item: Uuid,
    /// The name.
    pub name: String,
    /// The quantity from which the price holds.
    pub min_quantity: u32,
    /// Price per unit.
    pub price: Amount,
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

impl From<&PriceTier> for PriceTierJson {
    fn from(tier: &PriceTier) -> Self {
        let PriceTier { id, item, name, min_quantity, price, attributes, meta } = tier;
        let Meta { created_at, created_by, updated_at, version: _ } = meta;
        Self {
            id: id.uuid(),
            catalogue_item: item.uuid(),
            name: name.to_string(),
            min_quantity: *min_quantity,
            price: (*price).into(),
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
    use serde_json::{Value, json};

    const ITEM: &str = "0190b5a1-7c5e-7000-8000-000000000001";
    const OTHER: &str = "0190b5a1-7c5e-7000-8000-000000000002";

    fn read(json: Value) -> Result<NewTier, Refused<Claims>> {
        parse_object::<PriceTierBody>(json.to_string().as_bytes()).unwrap().into_new(ITEM.parse().unwrap())
    }

    #[test]
    fn the_documents_tier_is_read_and_shown_field_by_field() {
        let sent = json!({
            "catalogue_item": ITEM, "name": "Enterprise (10+ units)", "min_quantity": 10, "price": "80.00", "attributes": {}
        });
        let NewTier { name, min_quantity, price, attributes } = read(sent.clone()).unwrap();
        let at: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        let meta = Meta { created_at: at, created_by: None, updated_at: at, version: 1 };
        let (id, item) = (OTHER.parse().unwrap(), ITEM.parse().unwrap());
        let shown = PriceTierJson::from(&PriceTier { id, item, name, min_quantity, price, attributes, meta });
        let shown = serde_json::to_value(shown).unwrap();
        for (key, value) in sent.as_object().unwrap() {
            assert_eq!(&shown[key], value, "{key}");
        }
    }

    #[test]
    fn a_tier_of_another_item_is_refused_with_the_rest_that_is_wrong() {
        let wrong = read(json!({"catalogue_item": OTHER, "min_quantity": 1.5, "price": "-1"})).unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "catalogue_item: This is not the object that the path names.; name: This field is required.; \
             min_quantity: A valid integer is required.; price: Ensure this value is greater than or equal to 0."
        );
        for quantity in [json!(-1), json!("1.5"), json!("1e1"), json!("x"), json!(""), json!(4_294_967_296_u64)] {
            assert!(read(json!({"name": "a", "price": 1, "min_quantity": quantity})).is_err());
        }
    }
}
