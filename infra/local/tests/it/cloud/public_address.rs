//! `PublicUrl`: the one address that links, images and mails have, and nothing stored.

use http::Method;
use serde_json::{Value, json};
use tributary_local::Options;

use crate::support::{Tributary, User};

const FIRST: &str = "https://books.example";
const SECOND: &str = "https://money.example";

async fn cloud_at(data_dir: &std::path::Path, url: Option<&str>) -> Tributary {
    let mut options = Options { port: 0, data_dir: data_dir.to_owned(), ephemeral: false, ..Options::ephemeral() };
    if let Some(url) = url {
        options.parameters.insert("PublicUrl".into(), url.into());
    }
    Tributary::start_with(options).await
}

/// Every text of an answer that names an address.
fn addresses(answer: &Value, found: &mut Vec<String>) {
    match answer {
        Value::String(text) if text.starts_with("http") => found.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| addresses(value, found)),
        Value::Object(fields) => fields.values().for_each(|value| addresses(value, found)),
        _ => {}
    }
}

/// What a user is shown and mailed, beside what was made before.
async fn shown(tributary: &Tributary, user: &User, paths: &[String], jwt: &str) -> Vec<String> {
    let mut found = Vec::new();
    for path in paths {
        addresses(&tributary.get(user, path).await.expect(200), &mut found);
    }
    let list = tributary.get(user, "/api/clients/?limit=1").await;
    addresses(&list.expect(200), &mut found);
    found.push(list.header("link").unwrap().trim_start_matches('<').to_owned());
    let headers = [("authorization", format!("Bearer {jwt}"))];
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    addresses(&tributary.raw(Method::GET, "/api/parties/", &headers, "").await.expect(200), &mut found);
    let mail = json!({"recipients": ["customer@example.com"]});
    tributary.post(user, &format!("{}send-mail/", paths[1]), mail).await.expect(200);
    let mails = tributary.raw(Method::GET, "/_local/mailbox", &[], "").await.expect(200);
    let text = mails[0]["text"].as_str().unwrap();
    found.extend(text.split_whitespace().filter(|word| word.starts_with("http")).map(str::to_owned));
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_follows_the_deployments_word_over_data_of_before() {
    let directory = std::env::temp_dir().join(format!("tributary-address-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&directory);
    let tributary = cloud_at(&directory, None).await;
    let user = tributary.sign_up("owner").await;
    let client = tributary.post(&user, "/api/clients/", json!({"name": "Acme"})).await.expect(201);
    for n in 0..11 {
        tributary.post(&user, "/api/clients/", json!({"name": format!("Globex {n}")})).await.expect(201);
    }
    let client = client["id"].as_str().unwrap().to_owned();
    let gif = b"GIF89a\x01\0\x01\0\0\0\0;";
    let added = tributary.upload(&user, &format!("/api/clients/{client}/files/"), &[], gif).await.expect(201);
    assert!(added["url"].as_str().unwrap().starts_with(tributary.cloud.base_url()), "{added}");
    let invoice = json!({"client": client, "status": "sent", "total": "5.00", "subtotal": "5.00"});
    let invoice = tributary.post(&user, "/api/invoices/", invoice.clone()).await.expect(201)["id"].clone();
    tributary.cloud.shutdown().await;

    let paths = [format!("/api/clients/{client}/"), format!("/api/invoices/{}/", invoice.as_str().unwrap())];
    for url in [FIRST, SECOND] {
        let tributary = cloud_at(&directory, Some(url)).await;
        let body = json!({"username": user.username, "password": user.password});
        let pair = tributary.call(None, Method::POST, "/api/token/", Some(body)).await.expect(200);
        let found = shown(&tributary, &user, &paths, pair["access"].as_str().unwrap()).await;
        assert!(found.len() >= 6, "{found:?}");
        for address in &found {
            assert!(address.starts_with(&format!("{url}/")), "{address} is not below {url}");
        }
        // The image is where its address says, whatever name the gateway was called by.
        let image = found.iter().find(|address| address.contains("/files/")).unwrap().strip_prefix(url).unwrap();
        assert_eq!(tributary.raw(Method::GET, image, &[], "").await.status, 302);
        tributary.cloud.shutdown().await;
    }
    std::fs::remove_dir_all(&directory).unwrap();
}
