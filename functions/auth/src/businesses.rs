//! Businesses and their API keys: clawprint.

use app::App;
use app::businesses::{IssuedKey, NewBusiness};
use axum::extract::State;
use axum::response::Response;
use contracts::clawprint::businesses::{ApiKeyJson, BusinessBody, BusinessListJson, OpenedBusinessJson};
use contracts::clawprint::ids::BusinessKey;
use domain::api_key::PublicKey;
use edge::{Caller, Failure, Id, Ids, JsonBody, json, no_content, read};
use http::StatusCode;

pub async fn open(State(app): State<App>, caller: Caller, body: JsonBody) -> Result<Response, Failure> {
    let (name, currency) = read::<BusinessBody>(&body)?.into_new()?;
    let (business, key) = app.open_business(&caller.session, NewBusiness { name, currency }).await?;
    Ok(json(StatusCode::CREATED, OpenedBusinessJson::new(&business, key.api_key)))
}

pub async fn list(State(app): State<App>, caller: Caller) -> Result<Response, Failure> {
    let businesses = app.list_businesses(&caller.session).await?;
    Ok(json(StatusCode::OK, BusinessListJson::new(&businesses)))
}

pub async fn create_key(
    State(app): State<App>,
    caller: Caller,
    Id(BusinessKey(business)): Id<BusinessKey>,
) -> Result<Response, Failure> {
    let IssuedKey { api_key, created_at } = app.create_api_key(&caller.session, business).await?;
    Ok(json(StatusCode::CREATED, ApiKeyJson { api_key, created_at }))
}

pub async fn delete_key(
    State(app): State<App>,
    caller: Caller,
    Ids(BusinessKey(business), key): Ids<BusinessKey, PublicKey>,
) -> Result<Response, Failure> {
    app.delete_api_key(&caller.session, business, &key).await?;
    Ok(no_content())
}
