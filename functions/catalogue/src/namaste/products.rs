//! Products: namaste.

use app::App;
use app::products::Product;
use axum::extract::{Query, State};
use axum::response::Response;
use contracts::namaste::accounts::MessageJson;
use contracts::namaste::paging::{PageJson, PageQuery, invalid_page};
use contracts::namaste::products::{ChangedProductJson, PRODUCT, ProductBody, ProductJson};
use domain::catalogue::CatalogueItem;
use edge::{BaseUrl, Caller, Failure, IfMatch, InWords, JsonBody, json, object, read, read_object};
use http::StatusCode;

type Pairs = Query<Vec<(String, String)>>;

/// A page of the list, or the one that `?id=` names.
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Query(pairs): Pairs,
) -> Result<Response, Failure> {
    if let Some(number) = PRODUCT.named(&pairs)? {
        let product = app.get_product(caller.actor(), number).await.in_words(|it| PRODUCT.shown(it))?;
        return Ok(object(StatusCode::OK, product.item.meta.version, shown(&product)));
    }
    let query = PageQuery::read(&pairs)?;
    let page = app.list_products(caller.actor(), query.number).await?.ok_or_else(invalid_page)?;
    let rows = page.rows.iter().map(shown).collect();
    Ok(json(StatusCode::OK, PageJson::new(&query, &format!("{base}/api/products/"), None, page.count, rows)?))
}

pub async fn create(State(app): State<App>, caller: Caller, body: JsonBody) -> Result<Response, Failure> {
    let new = read::<ProductBody>(&body)?.into_new();
    let product = app.create_product(caller.actor(), new).await.in_words(|it| PRODUCT.made(it))?;
    let message = "Product created successfully!";
    Ok(object(StatusCode::CREATED, product.item.meta.version, ChangedProductJson { message, product: shown(&product) }))
}

pub async fn update(
    State(app): State<App>,
    caller: Caller,
    Query(pairs): Pairs,
    IfMatch(expected): IfMatch,
    body: Result<JsonBody, Failure>,
) -> Result<Response, Failure> {
    let number = PRODUCT.needed(&pairs)?;
    let sent = read_object(&body?)?;
    let edit = |before: &CatalogueItem| ProductBody::edit(&sent, before);
    let product = app.update_product(caller.actor(), number, edit, expected).await.in_words(|it| PRODUCT.edited(it))?;
    let message = "Product updated successfully!";
    Ok(object(StatusCode::OK, product.item.meta.version, ChangedProductJson { message, product: shown(&product) }))
}

pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Query(pairs): Pairs,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    let number = PRODUCT.needed(&pairs)?;
    app.delete_product(caller.actor(), number, expected).await.in_words(|it| PRODUCT.deleted(it))?;
    Ok(json(StatusCode::OK, MessageJson { message: "Product deleted successfully!" }))
}

fn shown(Product { item, category }: &Product) -> ProductJson {
    ProductJson::new(item, *category)
}
