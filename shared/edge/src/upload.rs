//! Files in requests.

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use contracts::Problem;
use contracts::wire::REQUIRED;
use domain::image::FIELD;
use domain::invoice::{FileName, MediaType};
use http::header::CONTENT_TYPE;
use multer::Multipart;

use crate::body::{bad_form, boundary, collect_up_to, is_multipart, media_type};
use crate::disposition::file_name;
use crate::failure::Failure;

/// How large a file may be: as base64, in which Lambda gets it, it is a third larger, and an event
/// ends at 6 MB.
pub const MAX_FILE: usize = 4 * 1024 * 1024;
/// How much a form may hold beside the file.
const MAX_REST: usize = 64 * 1024;

/// The file of a form (`multipart/form-data`), of at most [`MAX_FILE`] bytes. What the client calls
/// it, and says of its type, is ignored.
#[derive(Debug, Clone)]
pub struct Upload(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Failure;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Failure> {
        match submitted(request, FIELD).await? {
            Some(file) if !file.content.is_empty() => Ok(Self(file.content)),
            Some(_) | None => Err(domain::Error::field(FIELD, "No file was submitted.").into()),
        }
    }
}

/// The file of a form's field `attachment`, of any type and of at most [`MAX_FILE`] bytes.
#[derive(Debug, Clone)]
pub struct AttachedFile {
    /// What the client calls it.
    pub file_name: FileName,
    /// What the client says that it is.
    pub content_type: MediaType,
    /// Its content.
    pub content: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for AttachedFile {
    type Rejection = Failure;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Failure> {
        const ATTACHMENT: &str = "attachment";
        match submitted(request, ATTACHMENT).await? {
            Some(file) if !file.content.is_empty() => Ok(file),
            Some(_) => Err(domain::Error::field(ATTACHMENT, "The submitted file is empty.").into()),
            None => Err(domain::Error::field(ATTACHMENT, REQUIRED).into()),
        }
    }
}

async fn submitted(request: Request, field: &str) -> Result<Option<AttachedFile>, Failure> {
    let (parts, body) = request.into_parts();
    if !is_multipart(&parts.headers) {
        return Err(Problem::UnsupportedMediaType { media_type: media_type(&parts.headers) }.into());
    }
    let boundary = boundary(&parts.headers)?;
    let body = collect_up_to(MAX_FILE + MAX_REST, &parts.headers, body).await?;
    match file(body, boundary, field).await? {
        Some(file) if file.content.len() > MAX_FILE => Err(Problem::TooLarge.into()),
        submitted => Ok(submitted),
    }
}

/// The first part of the field's name. The whole form is read, so that a broken one is refused.
async fn file(body: Bytes, boundary: String, name: &str) -> Result<Option<AttachedFile>, Failure> {
    let stream = futures::stream::once(std::future::ready(Ok::<_, std::convert::Infallible>(body)));
    let mut form = Multipart::new(stream, boundary);
    let mut found = None;
    while let Some(field) = form.next_field().await.map_err(bad_form)? {
        let is_file = field.name() == Some(name);
        let file_name = FileName::of(&file_name(field.headers()).unwrap_or_default());
        let content_type = MediaType::of(field.headers().get(CONTENT_TYPE).map_or("", |it| it.to_str().unwrap_or("")));
        let content = field.bytes().await.map_err(bad_form)?;
        if is_file && found.is_none() {
            found = Some(AttachedFile { file_name, content_type, content });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    async fn extract(content_type: &str, body: Vec<u8>) -> Result<Bytes, Problem> {
        let mut request = Request::new(Body::from(body));
        request.headers_mut().insert(CONTENT_TYPE, content_type.parse().unwrap());
        let extracted = Upload::from_request(request, &()).await;
        extracted.map(|Upload(file)| file).map_err(|failure| failure.problem().clone())
    }

    fn part(field: &str, content: &[u8]) -> Vec<u8> {
        let head = format!("--x\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"a\"\r\n\r\n");
        [head.as_bytes(), content, b"\r\n"].concat()
    }

    async fn form(parts: &[(&str, &[u8])]) -> Result<Bytes, Problem> {
        let mut body: Vec<u8> = parts.iter().flat_map(|(field, content)| part(field, content)).collect();
        body.extend_from_slice(b"--x--\r\n");
        extract("multipart/form-data; boundary=\"x\"", body).await
    }

    async fn attached(part: &str) -> Result<(String, String, Bytes), Problem> {
        let mut request = Request::new(Body::from(format!("--x\r\n{part}\r\n--x--\r\n")));
        request.headers_mut().insert(CONTENT_TYPE, "multipart/form-data; boundary=x".parse().unwrap());
        let file = AttachedFile::from_request(request, &()).await.map_err(|failure| failure.problem().clone())?;
        Ok((file.file_name.to_string(), file.content_type.to_string(), file.content))
    }

    #[tokio::test]
    async fn an_attached_file_has_the_name_and_the_type_that_the_client_gives_it() {
        let head = "Content-Disposition: form-data; name=\"attachment\"";
        let named = format!("{head}; filename=\"../März.pdf\"\r\nContent-Type: Application/PDF; x=y\r\n\r\nabc");
        assert_eq!(attached(&named).await, Ok(("März.pdf".into(), "application/pdf".into(), "abc".into())));
        let bare = attached(&format!("{head}\r\n\r\nabc")).await.unwrap();
        assert_eq!(bare, ("attachment".into(), "application/octet-stream".into(), "abc".into()));
        let field = |message: &str| Err(Problem::Domain(domain::Error::field("attachment", message)));
        assert_eq!(attached(&format!("{head}; filename=\"a\"\r\n\r\n")).await, field("The submitted file is empty."));
        let encoded = format!("{head}; filename=\"x\"; filename*=UTF-8''..%2FM%C3%A4rz.pdf\r\n\r\nabc");
        assert_eq!(attached(&encoded).await.unwrap().0, "März.pdf");
        let other = "Content-Disposition: form-data; name=\"file\"\r\n\r\nabc";
        assert_eq!(attached(other).await, field(REQUIRED));
    }

    #[tokio::test]
    async fn the_file_is_the_first_part_of_its_name() {
        let parts: [(&str, &[u8]); 3] = [("note", b"hello"), ("file", b"\x00\r\n-\xff"), ("file", b"second")];
        assert_eq!(form(&parts).await, Ok(Bytes::from_static(b"\x00\r\n-\xff")));
    }

    #[tokio::test]
    async fn a_form_without_a_file_or_with_an_empty_one_names_the_field() {
        let missing = Err(Problem::Domain(domain::Error::field("file", "No file was submitted.")));
        assert_eq!(form(&[]).await, missing);
        assert_eq!(form(&[("image", b"x")]).await, missing);
        assert_eq!(form(&[("file", b"")]).await, missing);
    }

    #[tokio::test]
    async fn a_file_ends_at_four_megabytes_and_the_rest_of_a_form_soon_after() {
        assert_eq!(form(&[("file", &vec![1; MAX_FILE])]).await.map(|file| file.len()), Ok(MAX_FILE));
        assert_eq!(form(&[("file", &vec![1; MAX_FILE + 1])]).await, Err(Problem::TooLarge));
        let rest = vec![1; MAX_REST];
        assert_eq!(form(&[("file", &vec![1; MAX_FILE]), ("note", &rest)]).await, Err(Problem::TooLarge));
    }

    #[tokio::test]
    async fn what_is_no_form_or_a_broken_one_is_refused() {
        let refused = extract("application/json", b"{}".to_vec()).await;
        assert_eq!(refused, Err(Problem::UnsupportedMediaType { media_type: "application/json".into() }));
        let cut = part("file", b"abc");
        for (content_type, body) in [
            ("multipart/form-data", cut.clone()),
            ("multipart/form-data; boundary=x", cut),
            ("multipart/form-data; boundary=x", b"no form".to_vec()),
            ("multipart/form-data; boundary=x", Vec::new()),
        ] {
            let refused = extract(content_type, body).await;
            assert!(matches!(refused, Err(Problem::Malformed(_))), "{content_type}: {refused:?}");
        }
    }
}
