//! Parties, which are clients and suppliers: namaste.

use app::App;
use app::parties::{Duplicate, PartyFilter, PartyOutcome};
use axum::extract::{Query, State};
use axum::response::Response;
use contracts::Problem;
use contracts::namaste::accounts::MessageJson;
use contracts::namaste::paging::{PageJson, PageQuery, invalid_page};
use contracts::namaste::parties::{
    ChangedPartyJson, Kind, NewParty, PARTY, PartyBody, PartyJson, PartyPatch, WholePartyJson, customer_code_taken,
    email_taken, phone_taken, supplier_code_taken,
};
use domain::Edit;
use edge::{BaseUrl, Caller, Failure, IfMatch, InWords, JsonBody, json, object, read};
use http::StatusCode;
use store::{Party, PartyKey};

type Pairs = Query<Vec<(String, String)>>;

/// A page of the list, or the one that `?id=` names.
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Query(pairs): Pairs,
) -> Result<Response, Failure> {
    if let Some(number) = PARTY.named(&pairs)? {
        let party = app.get_party(caller.actor(), number).await.in_words(|it| PARTY.shown(it))?;
        return Ok(object(StatusCode::OK, version(&party), whole(&party)));
    }
    let (query, kind) = (PageQuery::read(&pairs)?, Kind::filter(&pairs)?);
    let wanted = match kind {
        None => PartyFilter::All,
        Some(Kind::Customer) => PartyFilter::Customers,
        Some(Kind::Supplier) => PartyFilter::Suppliers,
    };
    let page = app.list_parties(caller.actor(), wanted, query.number).await?.ok_or_else(invalid_page)?;
    let rows = page.rows.iter().map(row).collect();
    let filter = kind.map(|kind| ("category_type", kind.as_str()));
    Ok(json(StatusCode::OK, PageJson::new(&query, &format!("{base}/api/parties/"), filter, page.count, rows)?))
}

pub async fn create(State(app): State<App>, caller: Caller, body: JsonBody) -> Result<Response, Failure> {
    let body = read::<PartyBody>(&body)?;
    let thing = body.thing();
    let outcome = match body.into_new()? {
        NewParty::Customer(new, method) => app.create_customer(caller.actor(), new, method).await,
        NewParty::Supplier(new) => app.create_supplier(caller.actor(), new).await,
    };
    let party = saved(outcome.in_words(|it| thing.made(it))?)?;
    let body = match &party {
        Party::Customer(client) => ChangedPartyJson::customer("Customer created successfully!", client),
        Party::Supplier(supplier) => ChangedPartyJson::supplier("Supplier created successfully!", supplier),
    };
    Ok(object(StatusCode::CREATED, version(&party), body))
}

pub async fn update(
    State(app): State<App>,
    caller: Caller,
    Query(pairs): Pairs,
    IfMatch(expected): IfMatch,
    body: Result<JsonBody, Failure>,
) -> Result<Response, Failure> {
    let number = PARTY.needed(&pairs)?;
    let body = read::<PartyBody>(&body?)?;
    let thing = body.thing();
    let Edit { patch: PartyPatch { customer, payment_method, supplier }, wrong } = body.into_patch()?;
    let key = app.party_to_change(caller.actor(), number).await.in_words(|it| PARTY.edited(it))?;
    let outcome = match key {
        PartyKey::Customer(id) => {
            let customer = Edit { patch: customer, wrong };
            app.update_customer(caller.actor(), id, customer, payment_method, expected).await
        }
        PartyKey::Supplier(id) => {
            app.update_supplier(caller.actor(), id, Edit { patch: supplier, wrong }, expected).await
        }
    };
    let party = saved(outcome.in_words(|it| thing.without_relation(it))?)?;
    let body = match &party {
        Party::Customer(client) => ChangedPartyJson::customer("Customer updated successfully!", client),
        Party::Supplier(supplier) => ChangedPartyJson::supplier("Supplier updated successfully!", supplier),
    };
    Ok(object(StatusCode::OK, version(&party), body))
}

pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Query(pairs): Pairs,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    let number = PARTY.needed(&pairs)?;
    app.delete_party(caller.actor(), number, expected).await.in_words(|it| PARTY.deleted(it))?;
    Ok(json(StatusCode::OK, MessageJson { message: "Party deleted successfully!" }))
}

/// The party that was written, or who has what only one may have.
fn saved(outcome: PartyOutcome) -> Result<Party, Problem> {
    let (of, existing) = match outcome {
        PartyOutcome::Saved(party) => return Ok(party),
        PartyOutcome::Duplicate { of, existing } => (of, existing),
    };
    Err(match (of, &existing) {
        (Duplicate::CustomerEmail, Party::Customer(client)) => email_taken(client),
        (Duplicate::CustomerPhone, Party::Customer(client)) => phone_taken(client),
        (Duplicate::CustomerCode | Duplicate::SupplierCode, Party::Customer(client)) => customer_code_taken(client),
        (_, Party::Supplier(supplier)) => supplier_code_taken(supplier),
    })
}

fn row(party: &Party) -> PartyJson {
    match party {
        Party::Customer(client) => client.into(),
        Party::Supplier(supplier) => supplier.into(),
    }
}

fn whole(party: &Party) -> WholePartyJson {
    match party {
        Party::Customer(client) => client.into(),
        Party::Supplier(supplier) => supplier.into(),
    }
}

fn version(party: &Party) -> u64 {
    match party {
        Party::Customer(client) => client.meta.version,
        Party::Supplier(supplier) => supplier.meta.version,
    }
}
