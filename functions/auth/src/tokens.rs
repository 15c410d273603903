//! The tokens of the caller.

use app::App;
use app::tokens::{ListedToken, TokenId};
use axum::extract::State;
use axum::response::Response;
use contracts::crm::tokens::ListedTokenJson;
use edge::{Caller, Failure, Id, json, no_content};
use http::StatusCode;

pub async fn list(State(app): State<App>, caller: Caller) -> Result<Response, Failure> {
    let shown = |ListedToken { id, created_at, is_current }| {
        let (id, current) = (id.to_string(), is_current);
        ListedTokenJson { id, created_at, current }
    };
    let tokens = app.list_tokens(&caller.session).await?;
    Ok(json(StatusCode::OK, tokens.into_iter().map(shown).collect::<Vec<_>>()))
}

pub async fn end(State(app): State<App>, caller: Caller, Id(id): Id<TokenId>) -> Result<Response, Failure> {
    app.end_token(&caller.session, &id).await?;
    Ok(no_content())
}

pub async fn end_others(State(app): State<App>, caller: Caller) -> Result<Response, Failure> {
    app.end_all_tokens(&caller.session).await?;
    Ok(no_content())
}
