//! Product categories: namaste.

use app::App;
use axum::extract::{Query, State};
use axum::response::Response;
use contracts::namaste::accounts::MessageJson;
use contracts::namaste::paging::{PageJson, PageQuery, invalid_page};
use contracts::namaste::products::{CATEGORY, ProductCategoryBody, ProductCategoryJson};
use edge::{BaseUrl, Caller, Failure, IfMatch, InWords, JsonBody, json, object, read};
use http::StatusCode;

type Pairs = Query<Vec<(String, String)>>;

/// A page of the list, or the one that `?id=` names.
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Query(pairs): Pairs,
) -> Result<Response, Failure> {
    if let Some(number) = CATEGORY.named(&pairs)? {
        let category = app.get_product_category(caller.actor(), number).await.in_words(|it| CATEGORY.shown(it))?;
        return Ok(object(StatusCode::OK, category.meta.version, ProductCategoryJson::from(&category)));
    }
    let query = PageQuery::read(&pairs)?;
    let page = app.list_product_categories(caller.actor(), query.number).await?.ok_or_else(invalid_page)?;
    let rows = page.rows.iter().map(ProductCategoryJson::from).collect();
    Ok(json(StatusCode::OK, PageJson::new(&query, &format!("{base}/api/product-categories/"), None, page.count, rows)?))
}

pub async fn create(State(app): State<App>, caller: Caller, body: JsonBody) -> Result<Response, Failure> {
    let new = read::<ProductCategoryBody>(&body)?.into_new()?;
    let category = app.create_product_category(caller.actor(), new).await.in_words(|it| CATEGORY.made(it))?;
    Ok(object(StatusCode::CREATED, category.meta.version, ProductCategoryJson::from(&category)))
}

pub async fn update(
    State(app): State<App>,
    caller: Caller,
    Query(pairs): Pairs,
    IfMatch(expected): IfMatch,
    body: Result<JsonBody, Failure>,
) -> Result<Response, Failure> {
    let number = CATEGORY.needed(&pairs)?;
    let change = read::<ProductCategoryBody>(&body?)?.into_patch()?;
    let category = app
        .update_product_category(caller.actor(), number, change, expected)
        .await
        .in_words(|it| CATEGORY.edited(it))?;
    Ok(object(StatusCode::OK, category.meta.version, ProductCategoryJson::from(&category)))
}

pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Query(pairs): Pairs,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    let number = CATEGORY.needed(&pairs)?;
    app.delete_product_category(caller.actor(), number, expected).await.in_words(|it| CATEGORY.deleted(it))?;
    Ok(json(StatusCode::OK, MessageJson { message: "Category deleted successfully!" }))
}
