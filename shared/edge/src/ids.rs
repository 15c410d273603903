//! Ids in paths.

use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;

use crate::failure::Failure;

/// The one parameter of a path. A text that is no such id names nothing: 404.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Id<T>(pub T);

/// The two parameters of a path, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ids<A, B>(pub A, pub B);

impl<S: Send + Sync, T: FromStr> FromRequestParts<S> for Id<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let [id] = parameters(parts, state).await?;
        Ok(Self(parse(&id)?))
    }
}

impl<S: Send + Sync, A: FromStr, B: FromStr> FromRequestParts<S> for Ids<A, B> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let [first, second] = parameters(parts, state).await?;
        Ok(Self(parse(&first)?, parse(&second)?))
    }
}

async fn parameters<const N: usize, S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<[String; N], Failure> {
    // What is refused here is a text that is not UTF-8, and so no id either.
    let found = RawPathParams::from_request_parts(parts, state).await.map_err(|_| domain::Error::NotFound)?;
    let values: Vec<String> = found.iter().map(|(_name, value)| value.to_owned()).collect();
    values.try_into().map_err(|values: Vec<String>| {
        Failure::defect(format!("the route has {} parameters, its handler takes {N}", values.len()))
    })
}

fn parse<T: FromStr>(text: &str) -> Result<T, domain::Error> {
    text.parse().map_err(|_| domain::Error::NotFound)
}
