//! The document that the page offers.

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::Full;

use super::*;

impl Scene {
    /// Fetches what may be no text.
    async fn fetch(&self, path: &str, authorization: Option<&str>) -> (StatusCode, HeaderMap, Vec<u8>) {
        let mut request = Request::get(format!("{}{path}", self.tributary.base_url()));
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        self.tributary.fetch(request.body(Full::new(Bytes::new())).unwrap()).await
    }
}

/// The path that the page leads to.
fn offered(page: &Answer) -> &str {
    let (_, link) = page.text.split_once("<p class=\"file\"><a href=\"").expect("the page offers a document");
    link.split_once('"').unwrap().0
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_offers_the_document_that_the_organisation_downloads() {
    let scene = Scene::start().await;
    let invoice = scene.sent().await;
    let page = scene.open(&invoice).await;
    let path = offered(&page);
    let (status, headers, document) = scene.fetch(path, None).await;
    assert_eq!((status.as_u16(), document.starts_with(b"%PDF-1.")), (200, true));
    let name = format!("filename=\"{}.pdf\"", text(&invoice, "invoice_number"));
    assert!(headers["content-disposition"].to_str().unwrap().contains(&name), "{headers:?}");
    for (header, value) in [
        ("content-type", "application/pdf"),
        ("cache-control", "private, no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-robots-tag", "noindex, nofollow"),
    ] {
        assert_eq!(headers[header], value);
    }
    let token = format!("Token {}", scene.owner.token);
    let download = format!("/api/invoices/{}/download/", text(&invoice, "id"));
    let (_, _, own) = scene.fetch(&download, Some(&token)).await;
    assert_eq!(document, own);
    assert_eq!(scene.fetch(&format!("{path}/"), None).await.2, own);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_fetched_leaves_no_trace() {
    let scene = Scene::start().await;
    let invoice = scene.sent().await;
    let before = scene.kept(&invoice).await;
    let (status, ..) = scene.fetch(&format!("{}/pdf", page_of(&scene.tributary, &invoice)), None).await;
    assert_eq!(status, 200);
    assert_eq!(scene.kept(&invoice).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_page_has_no_document_and_leads_to_the_page_that_says_so() {
    let scene = Scene::start().await;
    let (sent, draft, deleted) = (scene.sent().await, scene.invoice(json!({})).await, scene.sent().await);
    scene.tributary.delete(&scene.owner, &path(&deleted)).await.expect(204);
    let [sent, draft, deleted] = [&sent, &draft, &deleted].map(|invoice| page_of(&scene.tributary, invoice));
    let forged = format!("{}A", &sent[..sent.len() - 1]);
    let forged = if forged == sent { format!("{}B", &sent[..sent.len() - 1]) } else { forged };
    for page in [draft, deleted, forged, sent.to_lowercase(), "/i/x%20y".to_owned(), "/i/%0D%0Ax".to_owned()] {
        let (status, headers, content) = scene.fetch(&format!("{page}/pdf"), None).await;
        assert_eq!((status.as_u16(), content.len()), (303, 0), "{page}");
        assert_eq!(headers["location"], *page);
        not_found(&scene.at(Method::GET, &page, &[]).await);
    }
}
