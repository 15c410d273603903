//! What generators of clients make of a schema decides its form here.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, OneOfBuilder, Ref, Schema, SchemaType, Type};

use super::Schemas;

/// The schema that is one of others, under a name: generators invent one for a schema without.
pub(crate) fn one_of(
    schemas: &mut Schemas,
    name: &str,
    about: &str,
    of: impl IntoIterator<Item = RefOr<Schema>>,
) -> RefOr<Schema> {
    let one_of = of.into_iter().fold(OneOfBuilder::new().description(Some(about)), OneOfBuilder::item);
    schemas.insert(name.to_owned(), Schema::from(one_of).into());
    Ref::from_schema_name(name).into()
}

/// Leaves a value one type, null apart: the one that a client should send.
///
/// Decimals and integers are read as text and as numbers. In a generated client, a type of both is a class that wraps
/// each value.
pub(super) fn with_one_type(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(object) => {
            if let SchemaType::Array(types) = &object.schema_type {
                object.schema_type = preferred(types);
            }
            object.properties.values_mut().for_each(with_one_type);
            if let Some(AdditionalProperties::RefOr(values)) = object.additional_properties.as_deref_mut() {
                with_one_type(values);
            }
        }
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                with_one_type(items);
            }
        }
        Schema::OneOf(of) => of.items.iter_mut().for_each(with_one_type),
        Schema::AllOf(of) => of.items.iter_mut().for_each(with_one_type),
        Schema::AnyOf(of) => of.items.iter_mut().for_each(with_one_type),
        _ => {}
    }
}

fn preferred(types: &[Type]) -> SchemaType {
    let one = [Type::Integer, Type::String].into_iter().find(|one| types.contains(one));
    let is_kept = |of: &Type| *of == Type::Null || one.as_ref().is_none_or(|one| one == of);
    let kept: Vec<Type> = types.iter().filter(|of| is_kept(of)).cloned().collect();
    match kept.as_slice() {
        [one] => SchemaType::Type(one.clone()),
        _ => SchemaType::Array(kept),
    }
}
