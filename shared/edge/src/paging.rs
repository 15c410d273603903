//! Pages of crm's lists: `limit`, an opaque `cursor`, and the `Link` to the next page.

use app::App;
use app::secrets::same;
use axum::extract::{FromRef, FromRequestParts, Query};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::FieldErrors;
use domain::id::OrganisationId;
use http::header::LINK;
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use store::{Page, PageRequest};

use crate::address;
use crate::answer::json;
use crate::failure::Failure;
use crate::scope::Scope;

/// The largest page, and the one that is meant when the client does not say.
const MAX_LIMIT: usize = 1000;
/// How much of the keyed hash a cursor carries.
const TAG: usize = 16;
/// What stands in a query as it is (RFC 3986, unreserved).
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A request for a list of the caller's organisation. It authenticates, as [`crate::Caller`] does.
#[derive(Debug, Clone)]
pub struct Listing {
    app: App,
    list: List,
    page: PageRequest,
    url: String,
}

/// Which list: a cursor is good for no other.
#[derive(Debug, Clone)]
struct List {
    organisation: OrganisationId,
    path: String,
    /// All other parameters, in the order of their names.
    filters: Vec<(String, String)>,
}

impl Listing {
    /// The page that is asked for.
    #[must_use]
    pub fn page(&self) -> PageRequest {
        self.page.clone()
    }

    /// The parameters beside `limit` and `cursor`.
    #[must_use]
    pub fn filters(&self) -> &[(String, String)] {
        &self.list.filters
    }

    /// The page as an array of what `show` makes of its rows, with the link to the next one.
    #[must_use]
    pub fn answer<T, J: Serialize>(&self, page: Page<T>, show: impl FnMut(T) -> J) -> Response {
        let Page { rows, next } = page;
        let rows: Vec<J> = rows.into_iter().map(show).collect();
        let mut response = json(StatusCode::OK, rows);
        if let Some(link) = next.and_then(|key| HeaderValue::try_from(self.link(&key)).ok()) {
            response.headers_mut().insert(LINK, link);
        }
        response
    }

    fn link(&self, last_key: &str) -> String {
        let limit = ("limit".to_owned(), self.page.limit.to_string());
        let cursor = ("cursor".to_owned(), self.list.cursor(&self.app, last_key));
        let pairs = self.list.filters.iter().chain([&limit, &cursor]);
        let query: Vec<String> = pairs.map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
        format!("<{}?{}>; rel=\"next\"", self.url, query.join("&"))
    }
}

impl List {
    fn cursor(&self, app: &App, last_key: &str) -> String {
        let mut bytes = self.tag(app, last_key).to_vec();
        bytes.extend_from_slice(last_key.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The key in a cursor that was made for this list.
    fn key(&self, app: &App, cursor: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (tag, key) = bytes.split_at_checked(TAG)?;
        let key = str::from_utf8(key).ok()?;
        same(tag, &self.tag(app, key)).then(|| key.to_owned())
    }

    fn tag(&self, app: &App, key: &str) -> [u8; TAG] {
        let organisation = self.organisation.to_string();
        let mut parts = vec![organisation.as_bytes(), self.path.as_bytes(), key.as_bytes()];
        parts.extend(self.filters.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]));
        let mac = app.mac("cursor", &parts);
        std::array::from_fn(|index| mac[index])
    }
}

impl<S> FromRequestParts<S> for Listing
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let app = App::from_ref(state);
        let scope = Scope::of(&parts.extensions)?;
        let session = scope.session(&app, parts).await?;
        let Query(mut filters) = Query::<Vec<(String, String)>>::from_request_parts(parts, state)
            .await
            .map_err(|error| contracts::Problem::Malformed(error.body_text()))?;
        let limit = take(&mut filters, "limit");
        let cursor = take(&mut filters, "cursor");
        // Stable: of a name that is there twice, the order counts.
        filters.sort_by(|(a, _), (b, _)| a.cmp(b));
        let organisation = session.actor.tenant().organisation();
        let list = List { organisation, path: parts.uri.path().to_owned(), filters };
        let page = page(&app, &list, limit.as_deref(), cursor.as_deref())?;
        let url = format!("{}{}", address::public(&app, &parts.extensions), scope.path);
        Ok(Self { app, list, page, url })
    }
}

fn page(app: &App, list: &List, limit: Option<&str>, cursor: Option<&str>) -> Result<PageRequest, FieldErrors> {
    let mut errors = FieldErrors::new();
    let limit = limit.map_or(Ok(MAX_LIMIT), parse_limit);
    let after = cursor.map(|cursor| list.key(app, cursor).ok_or("Invalid cursor.")).transpose();
    match (errors.take("limit", limit), errors.take("cursor", after)) {
        (Some(limit), Some(after)) => Ok(PageRequest { limit, after }),
        (None, _) | (_, None) => Err(errors),
    }
}

fn parse_limit(text: &str) -> Result<usize, String> {
    let text = text.trim();
    let number = if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None };
    number
        .filter(|limit| (1..=MAX_LIMIT).contains(limit))
        .ok_or_else(|| format!("Ensure this value is a whole number from 1 to {MAX_LIMIT}."))
}

/// Takes a parameter out; the last one counts.
fn take(parameters: &mut Vec<(String, String)>, name: &str) -> Option<String> {
    let found = parameters.extract_if(.., |(key, _)| key == name);
    found.last().map(|(_, value)| value)
}

fn escape(text: &str) -> String {
    utf8_percent_encode(text, QUERY).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::app;

    fn list() -> List {
        List {
            organisation: OrganisationId::new(uuid::Uuid::from_u128(1)),
            path: "/api/clients".into(),
            filters: vec![("name".into(), "Ac&me".into())],
        }
    }

    #[test]
    fn a_cursor_is_good_for_its_own_list_alone() {
        let app = app();
        let cursor = list().cursor(&app, "01-key");
        assert_eq!(list().key(&app, &cursor).as_deref(), Some("01-key"));
        let others = [
            List { organisation: OrganisationId::new(uuid::Uuid::from_u128(2)), ..list() },
            List { path: "/api/contacts".into(), ..list() },
            List { filters: vec![], ..list() },
            List { filters: vec![("name".into(), "Acme".into())], ..list() },
            List { filters: vec![("nam".into(), "eAc&me".into())], ..list() },
        ];
        for other in others {
            assert_eq!(other.key(&app, &cursor), None, "{other:?}");
        }
    }

    #[test]
    fn a_cursor_with_any_byte_changed_is_refused() {
        let app = app();
        let good = URL_SAFE_NO_PAD.decode(list().cursor(&app, "01-key")).unwrap();
        for index in 0..good.len() {
            let mut bad = good.clone();
            bad[index] ^= 1;
            assert_eq!(list().key(&app, &URL_SAFE_NO_PAD.encode(bad)), None, "{index}");
        }
        for bad in ["", "!", "AAAA", "01-key", &URL_SAFE_NO_PAD.encode(&good[..good.len() - 1])] {
            assert_eq!(list().key(&app, bad), None, "{bad}");
        }
    }

    #[test]
    fn limits_go_from_one_to_a_thousand() {
        let app = app();
        let limit = |text| page(&app, &list(), text, None).map(|page| page.limit);
        assert_eq!(limit(None), Ok(1000));
        assert_eq!((limit(Some("1")), limit(Some("1000"))), (Ok(1), Ok(1000)));
        for bad in ["0", "1001", "", "-1", "+1", "1.0", "ten", "99999999999999999999999"] {
            let refused = limit(Some(bad)).unwrap_err();
            assert_eq!(refused.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["limit"], "{bad}");
        }
    }

    #[test]
    fn a_wrong_limit_and_a_wrong_cursor_are_both_named() {
        let refused = page(&app(), &list(), Some("0"), Some("x")).unwrap_err();
        assert_eq!(refused.iter().map(|(field, _)| field).collect::<Vec<_>>(), ["limit", "cursor"]);
        assert_eq!(page(&app(), &list(), None, Some("x")), Err(FieldErrors::one("cursor", "Invalid cursor.")));
    }

    #[test]
    fn the_link_keeps_limit_and_filters_and_its_cursor_leads_on() {
        let page = PageRequest { limit: 2, after: None };
        let listing = Listing { app: app(), list: list(), page, url: "https://api.example/api/clients/".into() };
        let response = listing.answer(Page { rows: vec![1, 2], next: Some("01-key".into()) }, |row| row);
        let link = response.headers()[LINK].to_str().unwrap();
        let cursor = link
            .strip_prefix("<https://api.example/api/clients/?name=Ac%26me&limit=2&cursor=")
            .and_then(|rest| rest.strip_suffix(">; rel=\"next\""))
            .unwrap();
        assert_eq!(list().key(&listing.app, cursor).as_deref(), Some("01-key"));
        assert!(listing.answer(Page { rows: vec![1, 2], next: None }, |row| row).headers().get(LINK).is_none());
    }
}
