//! Organisations as a whole: their export, and their deletion.

use axum::extract::State;
use axum::response::Response;
use contracts::crm::organisations::{DeletionJson, ExportJson};
use domain::id::{ExportId, OrganisationId};
use edge::{Caller, Failure, Id, Ids, json};
use http::StatusCode;

use crate::Auth;

pub async fn export(
    State(auth): State<Auth>,
    caller: Caller,
    Id(organisation): Id<OrganisationId>,
) -> Result<Response, Failure> {
    let export = auth.app.request_export(&auth.work, &caller.session, organisation).await?;
    Ok(json(StatusCode::ACCEPTED, ExportJson::new(&export, None)))
}

pub async fn retrieve_export(
    State(auth): State<Auth>,
    caller: Caller,
    Ids(organisation, export): Ids<OrganisationId, ExportId>,
) -> Result<Response, Failure> {
    let (export, url) = auth.app.get_export(&auth.bucket, &caller.session, organisation, export).await?;
    Ok(json(StatusCode::OK, ExportJson::new(&export, url)))
}

pub async fn delete(
    State(auth): State<Auth>,
    caller: Caller,
    Id(organisation): Id<OrganisationId>,
) -> Result<Response, Failure> {
    let closure = auth.app.close_organisation(&auth.mailer, &auth.work, &caller.session, organisation).await?;
    Ok(json(StatusCode::ACCEPTED, DeletionJson::new(organisation, closure.requested_at)))
}
