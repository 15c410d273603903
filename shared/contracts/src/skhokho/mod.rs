//! The skhokho contract: its bodies, answers, errors and reference.

pub mod actions;
pub mod errors;
pub mod invoices;
pub mod items;
pub mod lists;
pub mod openapi;
pub mod parties;
pub mod routes;
mod schemas;
pub mod status;

pub use errors::render;

/// Declares an answer: its fields as they are written, and its schema in the document's words, from the same lines.
macro_rules! answer {
    (@needed required) => { true };
    (@needed optional) => { false };
    (
        $(#[doc = $about:literal])+
        $name:ident as $shown:literal {
            $(
                $(#[doc = $field_about:literal])+
                $(#[serde($($serde:tt)+)])?
                $need:ident $field:ident: $type:ty => $schema:expr,
            )+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        pub struct $name {
            $($(#[doc = $field_about])+ $(#[serde($($serde)+)])? pub $field: $type,)+
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let mut object = utoipa::openapi::schema::Object::new();
                object.description = Some(concat!($($about),+).trim().to_owned());
                $(
                    if $crate::skhokho::answer!(@needed $need) {
                        object.required.push(stringify!($field).to_owned());
                    }
                    let schema: utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> = $schema.into();
                    let about = concat!($($field_about),+);
                    object.properties.insert(stringify!($field).to_owned(), $crate::wire::described(schema, about));
                )+
                object.into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                $shown.into()
            }
        }
    };
}
pub(crate) use answer;
