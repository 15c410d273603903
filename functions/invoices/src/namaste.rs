//! Billings: namaste.

use app::App;
use app::billings::{Billing, WholeBilling};
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use contracts::namaste::accounts::MessageJson;
use contracts::namaste::billing::{
    BILLING, BillingBody, BillingItemJson, BillingJson, ChangedBillingJson, WholeBillingJson,
};
use contracts::namaste::paging::{PageJson, PageQuery, invalid_page};
use domain::invoice::{Invoice, Line};
use edge::{BaseUrl, Caller, Failure, IfMatch, InWords, JsonBody, json, object, read, read_object};
use http::StatusCode;

use crate::Invoices;

type Pairs = Query<Vec<(String, String)>>;

/// This contract's routes.
pub fn routes() -> Router<Invoices> {
    Router::new().route("/api/billing", get(list).post(create).put(update).delete(delete))
}

/// A page of the list, or the one that `?id=` names.
async fn list(
    State(app): State<App>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Query(pairs): Pairs,
) -> Result<Response, Failure> {
    if let Some(number) = BILLING.named(&pairs)? {
        let billing = app.get_billing(caller.actor(), number).await.in_words(|it| BILLING.shown(it))?;
        return Ok(object(StatusCode::OK, billing.invoice.header().meta.version, whole(&billing)));
    }
    let query = PageQuery::read(&pairs)?;
    let page = app.list_billings(caller.actor(), query.number).await?.ok_or_else(invalid_page)?;
    let rows = page.rows.iter().map(shown).collect();
    Ok(json(StatusCode::OK, PageJson::new(&query, &format!("{base}/api/billing/"), None, page.count, rows)?))
}

async fn create(State(app): State<App>, caller: Caller, body: JsonBody) -> Result<Response, Failure> {
    let body = read::<BillingBody>(&body)?;
    body.check_items()?;
    let products = app.products_of_items(caller.actor(), None, &body.products()).await?;
    let billing = app.create_billing(caller.actor(), body.into_new(&products)).await.in_words(|it| BILLING.made(it))?;
    let message = "Billing created successfully!";
    Ok(object(
        StatusCode::CREATED,
        billing.header.meta.version,
        ChangedBillingJson { message, billing: shown(&billing) },
    ))
}

async fn update(
    State(app): State<App>,
    caller: Caller,
    Query(pairs): Pairs,
    IfMatch(expected): IfMatch,
    body: Result<JsonBody, Failure>,
) -> Result<Response, Failure> {
    let number = BILLING.needed(&pairs)?;
    let sent = read_object(&body?)?;
    let billing = sent.read::<BillingBody>();
    if let Err(no_items) = billing.check_items_if_sent() {
        // A billing that shows no items may come back without.
        let before = app.get_billing(caller.actor(), number).await.in_words(|it| BILLING.edited(it))?;
        if !before.invoice.lines().is_empty() {
            return Err(no_items.into());
        }
    }
    let products = app.products_of_items(caller.actor(), Some(number), &billing.products()).await;
    let products = products.in_words(|it| BILLING.edited(it))?;
    let edit = |before: &Invoice| BillingBody::edit(&sent, &products, before);
    let billing = app.update_billing(caller.actor(), number, edit, expected).await.in_words(|it| BILLING.edited(it))?;
    let message = "Billing updated successfully!";
    Ok(object(StatusCode::OK, billing.header.meta.version, ChangedBillingJson { message, billing: shown(&billing) }))
}

async fn delete(
    State(app): State<App>,
    caller: Caller,
    Query(pairs): Pairs,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    let number = BILLING.needed(&pairs)?;
    app.delete_billing(caller.actor(), number, expected).await.in_words(|it| BILLING.deleted(it))?;
    Ok(json(StatusCode::OK, MessageJson { message: "Billing deleted successfully!" }))
}

fn shown(Billing { header, party }: &Billing) -> BillingJson {
    BillingJson::new(header, *party)
}

fn whole(WholeBilling { invoice, party, products }: &WholeBilling) -> WholeBillingJson {
    let header = invoice.header();
    let item = |line: &&Line| {
        let product = line.item.and_then(|id| products.get(&id)).copied();
        BillingItemJson::new(header.billing_number, line, product)
    };
    WholeBillingJson { billing: BillingJson::new(header, *party), items: invoice.lines().iter().map(item).collect() }
}
