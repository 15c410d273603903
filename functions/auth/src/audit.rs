//! The audit log of the organisation.

use app::App;
use axum::extract::State;
use axum::response::Response;
use contracts::crm::audit::AuditEntryJson;
use edge::{Caller, Failure, Listing};

pub async fn list(State(app): State<App>, caller: Caller, listing: Listing) -> Result<Response, Failure> {
    let page = app.list_audit_log(caller.actor(), listing.page()).await?;
    Ok(listing.answer(page, AuditEntryJson::from))
}
