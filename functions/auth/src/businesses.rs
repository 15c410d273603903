//! Businesses and their API keys: clawprint.

use app::App;
use app::businesses::{IssuedKey, NewBusiness};
use axum::extract::State;
use axum::response::Response;
use contracts::clawprint::businesses::{
    ApiKeyJson, ApiKeyListJson, BusinessBody, BusinessListJson, NewApiKeyBody, OpenedBusinessJson,
};
use contracts::clawprint::ids::BusinessKey;
use domain::api_key::PublicKey;
use edge::{Caller, Failure, Id, Ids, JsonBody, OptionalBody, json, no_content, read};
use http::StatusCode;

use crate::Auth;

pub async fn open(State(app): State<App>, caller: Caller, body: JsonBody) -> Result<Response, Failure> {
    let (name, currency) = read::<BusinessBody>(&body)?.into_new()?;
    let (business, key) = app.open_business(&caller.session, NewBusiness { name, currency }).await?;
    Ok(json(StatusCode::CREATED, OpenedBusinessJson::new(&business, key.api_key)))
}

pub async fn list(State(app): State<App>, caller: Caller) -> Result<Response, Failure> {
    let businesses = app.list_businesses(&caller.session).await?;
    Ok(json(StatusCode::OK, BusinessListJson::new(&businesses)))
}

pub async fn list_keys(
    State(app): State<App>,
    caller: Caller,
    Id(BusinessKey(business)): Id<BusinessKey>,
) -> Result<Response, Failure> {
    let keys = app.list_api_keys(&caller.session, business).await?;
    Ok(json(StatusCode::OK, ApiKeyListJson::new(&keys)))
}

pub async fn create_key(
    State(auth): State<Auth>,
    caller: Caller,
    Id(BusinessKey(business)): Id<BusinessKey>,
    OptionalBody(body): OptionalBody,
) -> Result<Response, Failure> {
    let new = read::<NewApiKeyBody>(&body)?.into_new()?;
    let IssuedKey { api_key, key } = auth.app.create_api_key(&auth.mailer, &caller.session, business, new).await?;
    Ok(json(StatusCode::CREATED, ApiKeyJson { api_key, created_at: key.created_at }))
}

pub async fn delete_key(
    State(app): State<App>,
    caller: Caller,
    Ids(BusinessKey(business), key): Ids<BusinessKey, PublicKey>,
) -> Result<Response, Failure> {
    app.delete_api_key(&caller.session, business, &key).await?;
    Ok(no_content())
}
