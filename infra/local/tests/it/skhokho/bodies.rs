//! Bodies in each of the three encodings.

use http::Method;
use serde_json::{Value, json};

use super::{Skhokho, id, names};

const URLENCODED: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=xYz";

fn urlencoded(pairs: &[(&str, &str)]) -> String {
    let encode =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    pairs.iter().map(|(name, text)| format!("{}={}", encode(name), encode(text))).collect::<Vec<_>>().join("&")
}

fn multipart(pairs: &[(&str, &str)]) -> String {
    let part = |(name, text): &(&str, &str)| {
        format!("--xYz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    format!("{}--xYz--\r\n", pairs.iter().map(part).collect::<String>())
}

/// What of an invoice does not change from one to the next.
fn shape(mut invoice: Value) -> Value {
    for field in ["unique_id", "invoice_number", "date_created", "last_updated"] {
        invoice[field].take();
    }
    invoice["items"].as_array_mut().unwrap().iter_mut().for_each(|item| item["unique_id"] = Value::Null);
    invoice
}

#[tokio::test(flavor = "multi_thread")]
async fn each_encoding_and_each_way_to_write_items_makes_the_same_invoice() {
    let skhokho = Skhokho::start().await;
    let first = r#"{"quantity": "2", "unit_price": "10.00", "vat_rate": "15"}"#;
    let second = r#"{"quantity": "1", "unit_price": "5.50", "currency": "EUR"}"#;
    let both = format!("[{first}, {second}]");
    let items: Value = serde_json::from_str(&both).unwrap();
    let expected = shape(skhokho.invoice(json!({"title": "Über & co", "items": items})).await);
    let ways: [&[(&str, &str)]; 4] = [
        &[("items", &both)],
        &[("items", first), ("items", second)],
        &[
            ("items[0]quantity", "2"),
            ("items[0]unit_price", "10.00"),
            ("items[0]vat_rate", "15"),
            ("items[1]quantity", "1"),
            ("items[1]unit_price", "5.50"),
            ("items[1]currency", "EUR"),
        ],
        &[
            ("items[1][currency]", "EUR"),
            ("items[1][quantity]", "1"),
            ("items[1][unit_price]", "5.50"),
            ("items[0][quantity]", "2"),
            ("items[0][unit_price]", "10.00"),
            ("items[0][vat_rate]", "15"),
            ("items[0][product_id]", ""),
        ],
    ];
    for (way, items) in ways.into_iter().enumerate() {
        for (encoding, encode) in [(URLENCODED, urlencoded as fn(&[(&str, &str)]) -> String), (MULTIPART, multipart)] {
            let number = format!("{way} {encoding}");
            let fields = [
                ("title", "Über & co"),
                ("description", "New pages"),
                ("invoice_number", number.as_str()),
                ("invoice_date", "2026-01-10"),
                ("due_date", "2099-02-09"),
                ("client_id", &skhokho.client),
                ("unique_id", ""),
            ];
            let body = encode(&[&fields, items].concat());
            let made = skhokho.call(Method::POST, "create/", &[("content-type", encoding)], body).await;
            assert_eq!(shape(made.expect(201)), expected, "{number}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_update_too_and_name_what_is_wrong() {
    let skhokho = Skhokho::start().await;
    let made = skhokho.invoice(json!({})).await;
    let path = format!("{}/update/", id(&made));
    for (encoding, encode) in [(URLENCODED, urlencoded as fn(&[(&str, &str)]) -> String), (MULTIPART, multipart)] {
        let send = async |method: Method, pairs: &[(&str, &str)]| {
            skhokho.call(method, &path, &[("content-type", encoding)], encode(pairs)).await
        };
        for method in [Method::PUT, Method::PATCH] {
            let title = format!("{method} {encoding}");
            let changed = send(method, &[("title", title.as_str()), ("paid_amount", "5.00")]).await.expect(200);
            assert_eq!((&changed["title"], &changed["paid_amount"]), (&json!(title), &json!("5.00")));
            assert_eq!(changed["items"], made["items"]);
        }
        let emptied = [("invoice_date", ""), ("description", "")];
        let emptied = send(Method::PATCH, &emptied).await.expect(200);
        assert_eq!((&emptied["invoice_date"], &emptied["description"]), (&made["invoice_date"], &json!("")));
        names(&send(Method::PATCH, &[("items", "{'quantity': 1}")]).await, &["items"]);
        names(&send(Method::PATCH, &[("items[0]quantity", "1")]).await, &["items"]);
        names(&send(Method::PATCH, &[("due_date", ""), ("title", "")]).await, &["title", "due_date"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_multipart_body_that_is_sent_again_with_another_boundary_is_the_same() {
    let skhokho = Skhokho::start().await;
    let fields = [
        ("title", "Once"),
        ("invoice_number", "SK-1"),
        ("due_date", "2099-02-09"),
        ("client_id", skhokho.client.as_str()),
    ];
    let body = multipart(&fields);
    let send = async |boundary: &str, body: String| {
        let content_type = format!("multipart/form-data; boundary={boundary}");
        let headers = [("content-type", content_type.as_str()), ("idempotency-key", "k-1")];
        skhokho.call(Method::POST, "create/", &headers, body).await
    };
    let first = send("xYz", body.clone()).await;
    let again = send("+++", body.replace("xYz", "+++")).await;
    assert_eq!((again.expect(201), again.header("idempotency-replayed")), (first.expect(201), Some("true")));
    send("xYz", body.replace("Once", "Twice")).await.expect(422);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_a_4xx_in_the_crm_form() {
    let skhokho = Skhokho::start().await;
    let made = skhokho.invoice(json!({})).await;
    let deep = format!(r#"{{"items": {}{}}}"#, "[".repeat(70), "]".repeat(70));
    let deep_form = format!("items={}{}", "[".repeat(70), "]".repeat(70));
    for (method, rest) in [(Method::POST, "create/".to_owned()), (Method::PUT, format!("{}/update/", id(&made)))] {
        for (content_type, body, status) in [
            ("application/json", "{", 400),
            ("application/json", "", 400),
            ("application/json", deep.as_str(), 400),
            (URLENCODED, "title=%FF", 400),
            (URLENCODED, deep_form.as_str(), 400),
            (MULTIPART, "no form", 400),
            ("multipart/form-data", "--x--", 400),
            ("text/plain", "title=a", 415),
        ] {
            let answer = skhokho.call(method.clone(), &rest, &[("content-type", content_type)], body.to_owned()).await;
            assert!(answer.expect(status)["detail"].is_string(), "{content_type} {body}");
        }
        for content_type in ["application/json", URLENCODED, MULTIPART] {
            let large = "a".repeat(1024 * 1024 + 1);
            let answer = skhokho.call(method.clone(), &rest, &[("content-type", content_type)], large).await;
            assert!(answer.expect(413)["detail"].is_string(), "{content_type}");
        }
        names(&skhokho.json(method.clone(), &rest, json!([])).await, &["non_field_errors"]);
    }
    assert_eq!(skhokho.get(id(&made)).await.expect(200), made);
}
