//! Images of services, clients, leads and catalogue items over HTTP: crm, section 7.

use app::App;
use app::bucket::{Bucket, LINK_TTL};
use app::images::NewImage;
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRef, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use contracts::crm::images::ImageAddedJson;
use domain::id::{ClientId, ItemId, LeadId, ServiceId};
use domain::image::{self, ImageKey, ImageKind, Pictured};
use edge::{BaseUrl, Caller, Failure, Id, IfMatch, Upload, object};
use http::StatusCode;
use http::header::{CACHE_CONTROL, LOCATION};

/// What the handlers need.
#[derive(Debug, Clone, FromRef)]
pub struct Files {
    /// The use cases.
    pub app: App,
    /// Where files are kept.
    pub bucket: Bucket,
}

/// The function's routes.
pub fn router(files: Files) -> Router {
    let routes = Router::new()
        .route("/api/services/{id}/files", post(of_service))
        .route("/api/clients/{id}/files", post(of_client))
        .route("/api/leads/{id}/files", post(of_lead))
        .route("/api/catalogue/{id}/files", post(of_catalogue_item))
        .route("/files/images/{collection}/{id}/{file}", get(image));
    edge::service(files, routes)
}

/// One handler for each kind of object: they differ in what the path's id is of.
macro_rules! uploads {
    ($($name:ident: $id:ty => $of:path),+ $(,)?) => {$(
        async fn $name(
            files: State<Files>,
            caller: Caller,
            Id(id): Id<$id>,
            version: IfMatch,
            base: BaseUrl,
            file: Upload,
        ) -> Result<Response, Failure> {
            add(files, caller, $of(id), version, base, file).await
        }
    )+};
}

uploads! {
    of_service: ServiceId => Pictured::Service,
    of_client: ClientId => Pictured::Client,
    of_lead: LeadId => Pictured::Lead,
    of_catalogue_item: ItemId => Pictured::CatalogueItem,
}

async fn add(
    State(Files { app, bucket }): State<Files>,
    caller: Caller,
    of: Pictured,
    IfMatch(expected): IfMatch,
    BaseUrl(base_url): BaseUrl,
    Upload(content): Upload,
) -> Result<Response, Failure> {
    let image = NewImage { kind: ImageKind::of(&content)?, content: content.to_vec() };
    let (path, album) = app.add_image(&bucket, caller.actor(), of, image, expected).await?;
    let urls = album.paths.iter().map(|path| image::url(&base_url, path)).collect();
    let shown = ImageAddedJson { url: image::url(&base_url, &path), list_of_images: urls };
    Ok(object(StatusCode::CREATED, album.version, shown))
}

/// Leads whoever has the URL of an image to the image: a browser that shows one sends no credential.
async fn image(
    State(Files { app, bucket }): State<Files>,
    path: Result<Path<(String, String, String)>, PathRejection>,
) -> Result<Response, Failure> {
    // A path that is no text is the path of nothing.
    let named = path.ok().and_then(|Path((collection, id, file))| ImageKey::parse(&collection, &id, &file));
    let key = named.ok_or(domain::Error::NotFound)?;
    let link = app.image_link(&bucket, key).await?;
    // A browser that still has the redirect has a link that is still good.
    let keep = format!("private, max-age={}", LINK_TTL.as_secs() / 2);
    Ok((StatusCode::FOUND, [(LOCATION, link), (CACHE_CONTROL, keep)]).into_response())
}
