//! The document's schemas of single values.

use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type};

use super::status::WORDS;

/// What the server alone says.
pub(super) fn shown(schema: ObjectBuilder) -> ObjectBuilder {
    schema.read_only(true)
}

pub(super) fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// Text that may be null.
pub(super) fn text_or_null() -> ObjectBuilder {
    ObjectBuilder::new().schema_type([Type::String, Type::Null].into_iter().collect::<SchemaType>())
}

/// The document gives an id as text that may be null.
pub(super) fn unique_id() -> ObjectBuilder {
    text_or_null().max_length(Some(100))
}

pub(super) fn date() -> ObjectBuilder {
    text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
}

pub(super) fn date_or_null() -> ObjectBuilder {
    text_or_null().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
}

pub(super) fn instant() -> ObjectBuilder {
    shown(text_or_null().format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))))
}

pub(super) fn flag() -> ObjectBuilder {
    shown(ObjectBuilder::new().schema_type(Type::Boolean))
}

/// A decimal as text, with up to so many digits before the point.
pub(super) fn decimal(digits: u32) -> ObjectBuilder {
    let format = SchemaFormat::Custom("decimal".into());
    text().format(Some(format)).pattern(Some(format!(r"^-?\d{{0,{digits}}}(?:\.\d{{0,2}})?$")))
}

pub(super) fn status() -> ObjectBuilder {
    text().enum_values(Some(WORDS))
}

/// Declares values that are read as others are, and shown in the document's words.
macro_rules! documented {
    ($($(#[doc = $about:literal])+ $name:ident($inner:ty) => $schema:expr,)+) => {$(
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name(pub $inner);

        impl $crate::wire::FromWire for $name {
            const IS_TEXT: bool = <$inner as $crate::wire::FromWire>::IS_TEXT;

            fn from_wire(raw: &str) -> Result<Self, String> {
                <$inner as $crate::wire::FromWire>::from_wire(raw).map(Self)
            }

            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                $schema.into()
            }
        }
    )+};
}
pub(super) use documented;
