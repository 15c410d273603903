//! Payment methods: namaste.

use app::App;
use axum::extract::{Query, State};
use axum::response::Response;
use contracts::namaste::accounts::MessageJson;
use contracts::namaste::paging::{PageJson, PageQuery, invalid_page};
use contracts::namaste::payment_methods::{PAYMENT_METHOD, PaymentMethodBody, PaymentMethodJson};
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
    if let Some(number) = PAYMENT_METHOD.named(&pairs)? {
        let method = app.get_payment_method(caller.actor(), number).await.in_words(|it| PAYMENT_METHOD.shown(it))?;
        return Ok(object(StatusCode::OK, method.meta.version, PaymentMethodJson::from(&method)));
    }
    let query = PageQuery::read(&pairs)?;
    let page = app.list_payment_methods(caller.actor(), query.number).await?.ok_or_else(invalid_page)?;
    let rows = page.rows.iter().map(PaymentMethodJson::from).collect();
    Ok(json(StatusCode::OK, PageJson::new(&query, &format!("{base}/api/payment-methods/"), None, page.count, rows)?))
}

pub async fn create(State(app): State<App>, caller: Caller, body: JsonBody) -> Result<Response, Failure> {
    let new = read::<PaymentMethodBody>(&body)?.into_new()?;
    let method = app.create_payment_method(caller.actor(), new).await.in_words(|it| PAYMENT_METHOD.made(it))?;
    Ok(object(StatusCode::CREATED, method.meta.version, PaymentMethodJson::from(&method)))
}

pub async fn update(
    State(app): State<App>,
    caller: Caller,
    Query(pairs): Pairs,
    IfMatch(expected): IfMatch,
    body: Result<JsonBody, Failure>,
) -> Result<Response, Failure> {
    let number = PAYMENT_METHOD.needed(&pairs)?;
    let change = read::<PaymentMethodBody>(&body?)?.into_patch()?;
    let method = app
        .update_payment_method(caller.actor(), number, change, expected)
        .await
        .in_words(|it| PAYMENT_METHOD.edited(it))?;
    Ok(object(StatusCode::OK, method.meta.version, PaymentMethodJson::from(&method)))
}

pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Query(pairs): Pairs,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    let number = PAYMENT_METHOD.needed(&pairs)?;
    app.delete_payment_method(caller.actor(), number, expected).await.in_words(|it| PAYMENT_METHOD.deleted(it))?;
    Ok(json(StatusCode::OK, MessageJson { message: "Payment method deleted successfully!" }))
}
