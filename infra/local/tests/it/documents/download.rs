//! Downloading an invoice's document.

use super::*;

/// A PNG of one white pixel.
const PNG: [u8; 67] = [
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3a, 0x7e, 0x9b, 0x55, 0x00, 0x00, 0x00, 0x0a, 0x49,
    0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0xf8, 0x0f, 0x00, 0x01, 0x01, 0x01, 0x00, 0x1c, 0xb0, 0x8c, 0x99, 0x00, 0x00,
    0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_is_a_pdf_named_by_its_number_and_the_same_each_time() {
    let office = Office::open().await;
    let invoice = office.numbered("INV-2026-77").await;
    let (status, headers, first) = office.fetch(Method::POST, &download(&invoice), &office.owner).await;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&first));
    assert_eq!(headers["content-type"], "application/pdf");
    let disposition = headers["content-disposition"].to_str().unwrap();
    assert!(disposition.starts_with("attachment; filename=\"INV-2026-77.pdf\""), "{disposition}");
    assert!(first.starts_with(b"%PDF-1.") && first.trim_ascii_end().ends_with(b"%%EOF"));
    assert!(says(&first, "Invoice INV-2026-77"), "the PDF's metadata do not name the invoice");

    let without_slash = download(&invoice).trim_end_matches('/').to_owned();
    for (method, path) in [(Method::GET, download(&invoice)), (Method::POST, without_slash)] {
        let (status, _, again) = office.fetch(method, &path, &office.owner).await;
        assert_eq!((status.as_u16(), again == first), (200, true), "{path}");
    }
    let (status, headers, nothing) = office.fetch(Method::HEAD, &download(&invoice), &office.owner).await;
    assert_eq!((status.as_u16(), nothing.len()), (200, 0));
    assert_eq!(headers["content-type"], "application/pdf");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_changes_nothing_and_shows_what_was_changed_since() {
    let office = Office::open().await;
    let invoice = office.invoice(json!({})).await;
    let before = office.show(&invoice).await;
    let draft = office.document(&invoice).await;
    assert_eq!(office.show(&invoice).await, before);
    let payment = json!({"amount": "40.00", "method": "cash"});
    let path = format!("/api/invoices/{invoice}/payments/");
    office.tributary.post(&office.owner, &path, payment).await.expect(201);
    assert_ne!(office.document(&invoice).await, draft);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_key_downloads_and_mails_what_clawprint_made() {
    let office = Office::open().await;
    let opened = json!({"name": "Clawprint Studio", "currency": "USD"});
    let business = office.tributary.post(&office.owner, "/api/businesses", opened).await.expect(201);
    let authorization = format!("Bearer {}", business["api_key"].as_str().unwrap());
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    let body = json!({
        "business_id": business["business_id"],
        "customer_email": "client@example.com",
        "customer_name": "John Smith",
        "invoice_number": "INV-2024-001",
        "issued_date": "2024-02-15",
        "due_date": "2024-03-15",
        "currency": "USD",
        "line_items": [{"description": "Hosting", "quantity": 1, "unit_price": 500, "type": "fee", "tax_rate": 10}]
    });
    let made = office.tributary.raw(Method::POST, "/api/invoices", &headers, body.to_string()).await.expect(201);
    let id = uuid::Uuid::parse_str(made["invoice_id"].as_str().unwrap().strip_prefix("inv_").unwrap()).unwrap();
    let request = Request::get(format!("{}{}", office.tributary.base_url(), download(&id.to_string())));
    let request = request.header("authorization", &authorization).body(Full::default()).unwrap();
    let (status, _, document) = office.tributary.fetch(request).await;
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&document));
    assert!(says(&document, "Invoice INV-2024-001"));

    let letter = json!({"recipients": ["client@example.com"]}).to_string();
    office.tributary.raw(Method::POST, &send_mail(&id.to_string()), &headers, letter).await.expect(200);
    let [mail] = &office.mails("client@example.com").await[..] else { panic!("not one mail") };
    assert_eq!(mail["attachments"][0]["filename"], "INV-2024-001.pdf");
    let path = format!("/api/invoices/{}", made["invoice_id"].as_str().unwrap());
    assert_eq!(office.tributary.raw(Method::GET, &path, &headers, "").await.expect(200)["status"], "sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_an_invoice_says_it_is_text() {
    let office = Office::open().await;
    let code = "#eval(\"1\") $x$ ] } \\ <w> @l #read(\"/etc/passwd\") \u{202e} \u{1f680} %PDF";
    let invoice = office.numbered("a\"; filename=\"b.exe\" é/..\\").await;
    let path = format!("/api/invoices/{invoice}/");
    let said = json!({"title": code, "description": code, "notes": code, "payment_terms": code});
    office.tributary.patch(&office.owner, &path, said).await.expect(200);
    let line = json!({"description": code, "quantity": "1.00", "unit_price": "5.00", "tax_rate": "19.00"});
    office.tributary.post(&office.owner, &format!("{path}line-items/"), line).await.expect(201);
    let (status, headers, document) = office.fetch(Method::GET, &download(&invoice), &office.owner).await;
    assert_eq!((status.as_u16(), document.starts_with(b"%PDF-1.")), (200, true));
    let disposition = headers["content-disposition"].to_str().unwrap();
    let (plain, encoded) = disposition.strip_prefix("attachment; filename=\"").unwrap().split_once("\"; ").unwrap();
    assert!(!plain.contains(['"', '/', '\\', ';', '\r', '\n']), "{disposition}");
    let encoded = encoded.strip_prefix("filename*=UTF-8''").unwrap();
    assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"%-_.".contains(&byte)), "{disposition}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_made_once_and_kept_until_what_it_says_changes() {
    let office = Office::open().await;
    let invoice = office.invoice(json!({"status": "sent"})).await;
    let first = office.document(&invoice).await;
    let (s3, bucket) = office.bucket();
    let prefix = format!("documents/{}/{invoice}/", office.organisation().await);
    let kept = async || {
        let listed = s3.list_objects_v2().bucket(bucket).prefix(&prefix).send().await.unwrap();
        listed.contents().iter().map(|object| object.key().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let [key] = &kept().await[..] else { panic!("not one document is kept") };
    // What is there is served: nothing is made anew.
    s3.put_object().bucket(bucket).key(key).body(b"kept".to_vec().into()).send().await.unwrap();
    assert_eq!(office.document(&invoice).await, b"kept");
    let page = office.tributary.get(&office.owner, &format!("/api/invoices/{invoice}/")).await.expect(200);
    let (_, path) = page["hosted_url"].as_str().unwrap().split_once("/i/").unwrap();
    let (status, content) = office.tributary.download(&format!("/i/{path}/pdf")).await;
    assert_eq!((status.as_u16(), &content[..]), (200, b"kept".as_slice()));

    // The client's name is not the invoice's own, and the document says it.
    let renamed = json!({"name": "Acme Corporation"});
    office.tributary.patch(&office.owner, &format!("/api/clients/{}/", office.client), renamed).await.expect(200);
    let second = office.document(&invoice).await;
    assert!(second.starts_with(b"%PDF-1.") && second != first);
    assert_eq!(kept().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_that_take_no_room_take_no_time() {
    let office = Office::open().await;
    for notes in ["\u{ad}", "\u{200b}", "\u{2009}", "\u{200d}", "a\u{301}\u{301}"] {
        let notes: String = notes.chars().cycle().take(10_000).collect();
        let invoice = office.invoice(json!({"status": "sent", "notes": notes})).await;
        let document = tokio::time::timeout(std::time::Duration::from_secs(10), office.document(&invoice)).await;
        assert!(document.is_ok_and(|document| document.starts_with(b"%PDF-1.")), "{:?}", notes.chars().next());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisations_logo_is_printed_and_what_is_no_image_is_not() {
    let office = Office::open().await;
    let invoice = office.invoice(json!({})).await;
    let plain = office.document(&invoice).await;
    let (s3, bucket) = office.bucket();
    let key = format!("logos/{}", office.organisation().await);
    let put = async |content: Vec<u8>| {
        s3.put_object().bucket(bucket).key(&key).body(content.into()).send().await.unwrap();
    };
    put(PNG.to_vec()).await;
    let with_logo = office.document(&invoice).await;
    assert!(with_logo != plain && with_logo.starts_with(b"%PDF-1."));
    for no_logo in [b"no image".to_vec(), PNG[..40].to_vec(), PNG.repeat(20_000)] {
        put(no_logo).await;
        assert_eq!(office.document(&invoice).await, plain);
    }
}
