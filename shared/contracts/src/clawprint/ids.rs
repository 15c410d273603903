//! Ids as this contract writes them: a prefix before the UUID's 32 hex digits.

use std::fmt;
use std::str::FromStr;

use domain::id::{InvalidId, InvoiceId, LineId, OrganisationId};
use serde::{Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, Schema, Type};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

macro_rules! prefixed_ids {
    ($($(#[$doc:meta])* $name:ident($prefix:literal, $id:ty)),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name(pub $id);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0.uuid().simple())
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let hex = text.strip_prefix($prefix).ok_or(InvalidId)?;
                // One object has one spelling.
                if hex.len() != 32 || !hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
                    return Err(InvalidId);
                }
                Uuid::try_parse(hex).map(|uuid| Self(<$id>::new(uuid))).map_err(|_| InvalidId)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let pattern = concat!("^", $prefix, "[0-9a-f]{32}$");
                Object::builder().schema_type(Type::String).pattern(Some(pattern)).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )+};
}

prefixed_ids! {
    /// An invoice: `inv_…`.
    InvoiceKey("inv_", InvoiceId),
    /// A line item: `li_…`.
    LineItemKey("li_", LineId),
    /// A business, which is an organisation: `biz_…`.
    BusinessKey("biz_", OrganisationId),
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "0190b5a17c5e70008000000000000001";

    #[test]
    fn an_id_is_its_prefix_and_the_hex_digits_of_the_uuid() {
        let uuid = Uuid::try_parse(HEX).unwrap();
        assert_eq!(InvoiceKey(InvoiceId::new(uuid)).to_string(), format!("inv_{HEX}"));
        assert_eq!(LineItemKey(LineId::new(uuid)).to_string(), format!("li_{HEX}"));
        assert_eq!(serde_json::to_value(BusinessKey(OrganisationId::new(uuid))).unwrap(), format!("biz_{HEX}"));
        assert_eq!(format!("inv_{HEX}").parse(), Ok(InvoiceKey(InvoiceId::new(uuid))));
    }

    #[test]
    fn another_shape_is_no_id() {
        let hyphenated = "inv_0190b5a1-7c5e-7000-8000-000000000001";
        let upper = format!("inv_{}", HEX.to_uppercase());
        let (other, longer, bare) = (format!("biz_{HEX}"), format!("inv_{HEX}0"), HEX);
        for wrong in ["", "inv_", "inv_xyz789", "inv_{}", hyphenated, &upper, &other, &longer, bare, &HEX[1..]] {
            assert!(wrong.parse::<InvoiceKey>().is_err(), "{wrong}");
        }
    }
}
