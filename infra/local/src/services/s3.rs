//! S3: objects as files in a directory.

use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use s3s::auth::SimpleAuth;
use s3s::path::check_bucket_name;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;

use super::server::{Server, bind};
use super::{Error, sdk};
use crate::origins::Listen;

/// A running S3.
///
/// A key must not be a prefix of another at a slash (`a` and `a/b`): one would be a file, the other
/// a directory.
#[derive(Debug)]
pub struct S3 {
    server: Server,
    root: PathBuf,
}

/// Starts S3 on `root`, which is created if missing. A bucket is a directory there.
///
/// # Errors
/// The port is taken, or the directory cannot be made.
pub async fn start(root: impl AsRef<Path>, listen: impl Into<Listen>) -> Result<S3, Error> {
    let Listen { port, origins } = listen.into();
    let root = root.as_ref();
    std::fs::create_dir_all(root).map_err(Error::io(format!("creating {}", root.display())))?;
    let files = FileSystem::new(root)
        .map_err(|error| std::io::Error::other(format!("{error:?}")))
        .map_err(Error::io(format!("opening {}", root.display())))?;
    let (key, secret) = sdk::CREDENTIALS;
    let mut builder = S3ServiceBuilder::new(files);
    builder.set_auth(SimpleAuth::from_single(key, secret));
    let service = builder.build();
    let router = Router::new().fallback(move |request: Request| answer(service.clone(), request));
    let server = Server::start(bind(port).await?, router, origins)?;
    Ok(S3 { server, root: root.to_path_buf() })
}

impl S3 {
    /// The address that clients are given.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        self.server.endpoint()
    }

    /// Makes a bucket; one that exists stays as it is.
    ///
    /// # Errors
    /// The name is not a bucket's, or its directory cannot be made.
    pub fn create_bucket(&self, name: &str) -> Result<(), Error> {
        if !check_bucket_name(name) {
            return Err(Error::Template(format!("{name:?} is not a valid bucket name")));
        }
        std::fs::create_dir_all(self.root.join(name)).map_err(Error::io(format!("creating the bucket {name}")))
    }
}

async fn answer(service: S3Service, request: Request) -> Response {
    match service.call(request.map(s3s::Body::http_body_unsync)).await {
        Ok(response) => response.map(Body::new),
        Err(error) => {
            tracing::error!(?error, "the local S3 failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
