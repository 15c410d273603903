//! How a body names what has a number.

use domain::numbered::NumberOrName;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};

use crate::wire::FromWire;

impl FromWire for NumberOrName {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let Ok(text) = String::from_wire(raw) else { return u64::from_wire(raw).map(Self::Number) };
        match text.trim() {
            "" => u64::from_wire(raw).map(Self::Number),
            digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => u64::from_wire(digits).map(Self::Number),
            name => Ok(Self::Name(name.to_owned())),
        }
    }

    fn schema() -> RefOr<Schema> {
        let either = [Type::Integer, Type::String].into_iter().collect::<SchemaType>();
        ObjectBuilder::new().schema_type(either).into()
    }
}
