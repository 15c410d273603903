//! Services and their follow-ups, which the document has without `/api`.

use crate::crm::follow_ups::{FollowUpBody, FollowUpJson};
use crate::crm::parameters::{PAGE, SERVICE_QUERY};
use crate::crm::services::{ServiceBody, ServiceJson};
use crate::crm::worklist::{NoteDeleteBody, TaskUpdateBody};
use crate::openapi::{many, one, partial};

use super::Route;

pub(super) const SERVICES: &[Route] = collection! {
    "services" at "/api/services" and "/api/services/{id}", by SERVICE_QUERY;
    "services": "a service" of "services"; ServiceBody => ServiceJson, ServiceJson
};

pub(super) const SERVICE_ENTRIES: &[Route] = entries! {
    "services" at "/api/services/{id}/update-task" and "/api/services/{id}/delete-note";
    "services": "a service"; ServiceJson
};

pub(super) const FOLLOW_UPS: &[Route] = collection! {
    "follow-ups" at "/services/{id}/follow-ups" and "/services/{id}/follow-ups/{follow_up_id}", by PAGE;
    "follow_ups": "a follow-up" of "the follow-ups of a service"; FollowUpBody => FollowUpJson, FollowUpJson
};

pub(super) const API_FOLLOW_UPS: &[Route] = collection! {
    "follow-ups" at "/api/services/{id}/follow-ups" and "/api/services/{id}/follow-ups/{follow_up_id}", by PAGE;
    "api_follow_ups": "a follow-up" of "the follow-ups of a service"; FollowUpBody => FollowUpJson, FollowUpJson
};
