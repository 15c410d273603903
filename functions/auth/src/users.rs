//! Users: crm, section 8, and their management by the owner.

use app::App;
use axum::extract::State;
use axum::response::Response;
use contracts::crm::users::{GroupMemberJson, UserBody, UserJson, UserUpdateBody};
use domain::Group;
use domain::member::UserNumber;
use edge::{Caller, Failure, Id, IfMatch, JsonBody, Listing, no_content, object, read};
use http::StatusCode;

use crate::Auth;

pub async fn list(State(app): State<App>, caller: Caller, listing: Listing) -> Result<Response, Failure> {
    let page = app.list_users(caller.actor(), listing.page()).await?;
    Ok(listing.answer(page, |member| UserJson::from(&member)))
}

pub async fn create(State(auth): State<Auth>, caller: Caller, body: JsonBody) -> Result<Response, Failure> {
    let new = read::<UserBody>(&body)?.into_new()?;
    let member = auth.app.create_user(&auth.mailer, caller.actor(), new).await?;
    Ok(object(StatusCode::CREATED, member.version, UserJson::from(&member)))
}

pub async fn retrieve(State(app): State<App>, caller: Caller, Id(number): Id<UserNumber>) -> Result<Response, Failure> {
    let member = app.get_user(caller.actor(), number).await?;
    Ok(object(StatusCode::OK, member.version, UserJson::from(&member)))
}

/// PUT and PATCH alike: both leave alone what they leave out, and a user has no attributes.
pub async fn update(
    State(app): State<App>,
    caller: Caller,
    Id(number): Id<UserNumber>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    let patch = read::<UserUpdateBody>(&body)?.into_patch()?;
    let member = app.update_user(caller.actor(), number, patch, expected).await?;
    Ok(object(StatusCode::OK, member.version, UserJson::from(&member)))
}

pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Id(number): Id<UserNumber>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    app.delete_user(caller.actor(), number, expected).await?;
    Ok(no_content())
}

pub async fn instructors(app: State<App>, caller: Caller, listing: Listing) -> Result<Response, Failure> {
    group(app, caller, listing, Group::Instructors).await
}

pub async fn teacher_assistants(app: State<App>, caller: Caller, listing: Listing) -> Result<Response, Failure> {
    group(app, caller, listing, Group::TeacherAssistant).await
}

pub async fn sales(app: State<App>, caller: Caller, listing: Listing) -> Result<Response, Failure> {
    group(app, caller, listing, Group::Sales).await
}

pub async fn operations(app: State<App>, caller: Caller, listing: Listing) -> Result<Response, Failure> {
    group(app, caller, listing, Group::Operations).await
}

async fn group(State(app): State<App>, caller: Caller, listing: Listing, group: Group) -> Result<Response, Failure> {
    let page = app.list_group(caller.actor(), group, listing.page()).await?;
    Ok(listing.answer(page, |member| GroupMemberJson::from(&member)))
}
