//! An export holds all that an organisation has, and nothing that opens anything.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{eventually, export, lines, organisation, table};
use crate::routes::books::Books;
use crate::support::stored::{import, items, replaced, text};
use crate::support::{Tributary, User};

/// What the other contracts make.
async fn make_the_rest(tributary: &Tributary, user: &User) {
    let party = json!({"Category_type": "Supplier", "name": "XYZ Suppliers", "code": "S-1"});
    tributary.post(user, "/api/parties/", party).await.expect(201);
    let expense = json!({"amount": "12.50", "date": "2026-02-01", "category": "Rent"});
    tributary.post(user, "/api/expenses/", expense).await.expect(201);
    let gone = tributary.post(user, "/api/clients/", json!({"name": "Gone"})).await.expect(201);
    tributary.delete(user, &format!("/api/clients/{}/", gone["id"].as_str().unwrap())).await.expect(204);
}

fn of<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["type"] == kind).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_object_of_the_organisation_is_a_line_that_says_what_it_is() {
    let tributary = Tributary::start().await;
    let books = Books::open(&tributary, "owner").await;
    let others = Books::open(&tributary, "other").await;
    make_the_rest(&tributary, &books.user).await;
    let export = export(&tributary, &books.user, &books.organisation).await;
    let lines = lines(&export).await;
    assert_eq!(export["lines"], json!(lines.len()));

    let kinds: BTreeSet<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    let expected = [
        "organization",
        "user",
        "attribute",
        "client",
        "contact",
        "service",
        "follow_up",
        "pipeline",
        "lead",
        "category",
        "catalogue_item",
        "price_tier",
        "invoice",
        "invoice_line_item",
        "payment",
        "status_change",
        "webhook",
        "supplier",
        "expense",
        "payment_method",
    ];
    assert_eq!(kinds, expected.into());
    let made = [
        "attributes",
        "clients",
        "contacts",
        "services",
        "follow-ups",
        "pipelines",
        "leads",
        "categories",
        "catalogue",
        "price-tiers",
        "invoices",
        "line-items",
        "payments",
        "webhooks",
    ];
    for word in made {
        let found = lines.iter().filter(|line| line["id"] == books.id(word)).count();
        assert_eq!(found, 1, "{word}");
    }
    let theirs: Vec<&String> = others.ids.values().filter(|id| id.parse::<Uuid>().is_ok()).collect();
    let all = json!(lines).to_string();
    assert!(!theirs.iter().any(|id| all.contains(id.as_str())), "something of another organisation's is in it");

    assert_eq!(of(&lines, "organization")[0]["data"]["name"], "owner");
    assert_eq!(of(&lines, "user").len(), 2);
    let client = lines.iter().find(|line| line["id"] == books.id("clients")).unwrap();
    assert_eq!(client["data"]["attributes"], json!({"industry": "Tech"}));
    let payment = of(&lines, "payment")[0];
    assert_eq!([&payment["data"]["amount"], &payment["data"]["invoice"]], ["1", books.id("invoices")]);
    assert_eq!(of(&lines, "status_change")[0]["data"]["invoice"], books.id("invoices"));
    let deleted: Vec<_> = lines.iter().filter(|line| line["deleted"] == true).collect();
    assert_eq!([&deleted[0]["type"], &deleted[0]["data"]["name"]], ["client", "Gone"]);
    assert_eq!(deleted.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_lets_somebody_in_is_in_an_export() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let hook = json!({"name": "h", "model": "Client", "url": "http://127.0.0.1:9/", "headers": {"X-Key": "hush-hush"}});
    let hook = tributary.post(&user, "/api/webhooks/", hook).await.expect(201);
    let business = organisation(&tributary, &user).await;
    let keys = format!("/api/businesses/biz_{}/api-keys", business.replace('-', ""));
    let key = tributary.post(&user, &keys, json!({})).await.expect(201);
    let (public, secret) = key["api_key"].as_str().unwrap().split_once(':').unwrap();
    let export = export(&tributary, &user, &business).await;
    let all = json!(lines(&export).await).to_string();
    let kept: Vec<String> =
        table(&tributary).iter().filter_map(|item| item.get("password_hash").map(|h| format!("{h:?}"))).collect();
    assert!(!kept.is_empty());
    let secrets = [&user.token, &user.password, hook["secret"].as_str().unwrap(), public, secret];
    for secret in secrets.into_iter().chain(["hush-hush", "whsec_", "$argon2", "hash", "previous_secret"]) {
        assert!(!all.contains(secret), "{secret}");
    }
    assert!(all.contains(hook["id"].as_str().unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_many_parts_has_every_line_once() {
    const COPIES: usize = 1_600;
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let organisation = organisation(&tributary, &user).await;
    let notes = json!([{"note": "n".repeat(8_000)}]);
    let model =
        tributary.post(&user, "/api/clients/", json!({"name": "Acme", "list_of_notes": notes})).await.expect(201);
    let model = model["id"].as_str().unwrap();
    let kept = items(&tributary.cloud).into_iter().find(|item| text(item, "sk") == model).unwrap();
    let ids: Vec<String> = (0..COPIES).map(|n| Uuid::from_u128(n as u128).to_string()).collect();
    import(&tributary.cloud, ids.iter().map(|id| replaced(&kept, &[(model, id)])).collect());
    let export = export(&tributary, &user, &organisation).await;
    assert!(export["bytes"].as_u64().unwrap() >= 12 << 20, "{export}");
    let found: Vec<String> = lines(&export)
        .await
        .into_iter()
        .filter(|line| line["type"] == "client")
        .map(|line| line["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(found.len(), COPIES + 1);
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), ids.into_iter().chain([model.to_owned()]).collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_has_one_export_at_a_time_and_one_an_hour() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let organisation = organisation(&tributary, &user).await;
    let path = format!("/api/organisations/{organisation}/export/");
    let ask = || tributary.post(&user, &path, json!({}));
    let answers = futures::future::join_all((0..12).map(|_| ask())).await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 202);
    assert_eq!(made.len(), 1);
    assert!(refused.iter().all(|answer| [409, 429].contains(&answer.status.as_u16())), "{refused:?}");
    let id = made[0].json()["id"].as_str().unwrap().to_owned();
    let shown = format!("{path}{id}/");
    eventually("the export is not done", async || tributary.get(&user, &shown).await.expect(200)["state"] == "done")
        .await;

    let wait: u64 = {
        let answer = ask().await;
        answer.expect(429);
        answer.header("retry-after").unwrap().parse().unwrap()
    };
    assert!((3_000..=3_600).contains(&wait), "{wait}");
    tributary.advance(wait - 60).await;
    ask().await.expect(429);
    tributary.advance(61).await;
    let next = ask().await.expect(202);
    assert_ne!(next["id"], json!(id));
    // Another organisation has its own.
    let other = tributary.post(&user, "/api/businesses", json!({"name": "Second"})).await.expect(201);
    let other: Uuid = other["business_id"].as_str().unwrap().trim_start_matches("biz_").parse().unwrap();
    tributary.post(&user, &format!("/api/organisations/{other}/export/"), json!({})).await.expect(202);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_kept_for_a_week_beside_the_next() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let organisation = organisation(&tributary, &user).await;
    let first = export(&tributary, &user, &organisation).await;
    tributary.advance(3_601).await;
    let second = export(&tributary, &user, &organisation).await;
    assert_ne!(first["id"], second["id"]);
    let path = |export: &Value| format!("/api/organisations/{organisation}/export/{}/", export["id"].as_str().unwrap());
    assert_eq!(tributary.get(&user, &path(&first)).await.expect(200)["expires_at"], first["expires_at"]);
    tributary.advance(7 * 24 * 3600 + 1).await;
    assert_eq!(tributary.get(&user, &path(&first)).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_whose_message_was_lost_is_taken_up_by_the_sweep() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let organisation = organisation(&tributary, &user).await;
    let done = export(&tributary, &user, &organisation).await;
    // As it was when it had been asked for, and without a message.
    let id = done["id"].as_str().unwrap();
    let lost =
        table(&tributary).into_iter().find(|item| item.get("sk").is_some_and(|sk| format!("{sk:?}").contains(id)));
    let mut lost = serde_json::to_value(lost.unwrap()).unwrap();
    for (name, value) in [
        ("finished_at", json!({"NULL": true})),
        ("upload", json!({"NULL": true})),
        ("cursor", json!({"M": {"place": {"N": "0"}, "parent": {"NULL": true}, "after": {"NULL": true}}})),
        ("gsi1pk", json!({"S": "WORK"})),
        ("gsi1sk", json!({"S": format!("2020-01-01T00:00:00Z#{organisation}")})),
    ] {
        lost[name] = value;
    }
    import(&tributary.cloud, vec![serde_json::from_value(lost).unwrap()]);
    let path = format!("/api/organisations/{organisation}/export/{id}/");
    assert_eq!(tributary.get(&user, &path).await.expect(200)["state"], "pending");
    let swept = tributary.raw(http::Method::POST, "/_local/sweep", &[], "").await.expect(200);
    assert_eq!(swept["work_resumed"], 1, "{swept}");
    eventually("the export is not taken up", async || tributary.get(&user, &path).await.expect(200)["state"] == "done")
        .await;
}
