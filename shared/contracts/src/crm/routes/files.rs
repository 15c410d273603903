//! Images of services, clients, leads and catalogue items.

use crate::crm::images::ImageAddedJson;
use crate::crm::openapi::form;
use crate::openapi::one;

use super::{Method, Route};

const IMAGE: Route =
    Route::new(Method::Get, "/files/images/{collection}/{id}/{file}", "image", "Open an image, by its URL");

pub(super) const FILES: &[Route] = &[
    upload("/api/services/{id}/files", "services_upload", "Add an image to a service"),
    upload("/api/clients/{id}/files", "clients_upload", "Add an image to a client"),
    upload("/api/leads/{id}/files", "leads_upload", "Add an image to a lead"),
    upload("/api/catalogue/{id}/files", "catalogue_upload", "Add an image to a catalogue item"),
    Route { status: 302, credential: false, tag: "files", ..IMAGE },
];

const fn upload(path: &'static str, operation: &'static str, summary: &'static str) -> Route {
    Route::upload(path, operation, summary, form, one::<ImageAddedJson>).under("files")
}
