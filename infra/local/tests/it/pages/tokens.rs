//! Who does not have an invoice's address does not find its page.

use app::App;
use app::ports::SystemEntropy;
use app::secrets::SecretKey;
use std::sync::Arc;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_differs_in_any_character_leads_nowhere() {
    let scene = Scene::start().await;
    let invoice = scene.sent().await;
    let page = page_of(&scene.tributary, &invoice);
    let token = page.trim_start_matches("/i/");
    for at in 0..token.len() {
        for other in ["A", "B", "_"] {
            let mut wrong = token.to_owned();
            wrong.replace_range(at..=at, other);
            if wrong != token {
                not_found(&scene.at(Method::GET, &format!("/i/{wrong}"), &[]).await);
            }
        }
    }
    let id = text(&invoice, "id");
    let shapes = [
        token[1..].to_owned(),
        token[..40].to_owned(),
        format!("{token}A"),
        format!("{token}%3D"),
        format!("{token}{token}"),
        token.to_lowercase(),
        "A".repeat(token.len()),
        "A".repeat(3_000),
        "%FF%FE".to_owned(),
        "%00".to_owned(),
        "..%2f".to_owned(),
        text(&invoice, "invoice_number"),
        id,
    ];
    for shape in shapes {
        not_found(&scene.at(Method::GET, &format!("/i/{shape}"), &[]).await);
    }
    assert_eq!(scene.kept(&invoice).await.0.viewed_at, None);
    assert_eq!(scene.at(Method::GET, &format!("{page}/"), &[]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_ends_in_a_letter_and_opens_without_what_a_mail_program_may_cut_off() {
    let scene = Scene::start().await;
    // The end of the proof is punctuation in one of 32 tokens.
    let mut cut_off = None;
    for _ in 0..500 {
        let invoice = scene.sent().await;
        let page = page_of(&scene.tributary, &invoice);
        assert!(page.ends_with(|last: char| last.is_ascii_alphanumeric()), "{page}");
        let earlier = &page[..page.len() - 1];
        let linked = earlier.trim_end_matches(['-', '_']);
        if linked.len() < earlier.len() {
            cut_off = Some((page.clone(), linked.to_owned()));
            break;
        }
    }
    let (page, linked) = cut_off.expect("a token whose proof ends in punctuation");
    let (earlier, lost_one) = (&page[..page.len() - 1], &page[..page.len() - 2]);
    for path in [page.as_str(), earlier, lost_one, &linked] {
        assert_eq!(scene.at(Method::GET, path, &[]).await.status, 200, "{path}");
    }
    not_found(&scene.at(Method::GET, &linked[..linked.len() - 2], &[]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_cannot_be_put_together_from_others_nor_made_with_another_secret() {
    let scene = Scene::start().await;
    let neighbour = scene.tributary.sign_up("neighbour").await;
    let client = scene.tributary.post(&neighbour, "/api/clients/", json!({"name": "Theirs"})).await.expect(201);
    let body = json!({"client": client["id"], "status": "sent", "subtotal": "1.00"});
    let theirs = scene.tributary.post(&neighbour, "/api/invoices/", body).await.expect(201);
    let (ours, second) = (scene.sent().await, scene.sent().await);
    let token = |invoice: &Value| page_of(&scene.tributary, invoice).trim_start_matches("/i/").to_owned();
    let (ours_token, second_token, their_token) = (token(&ours), token(&second), token(&theirs));

    // Wherever two tokens are cut, the parts do not fit.
    for at in 1..ours_token.len() {
        for other in [&second_token, &their_token] {
            let joined = format!("{}{}", &ours_token[..at], &other[at..]);
            if joined != ours_token && joined != *other {
                not_found(&scene.at(Method::GET, &format!("/i/{joined}"), &[]).await);
            }
        }
    }

    let environment = scene.tributary.cloud.environment();
    let secret = SecretKey::new("somebody else's secret");
    let stranger = App::new(scene.store(), Arc::clone(&environment.clock), Arc::new(SystemEntropy), secret);
    let id = text(&ours, "id").parse().unwrap();
    assert_eq!(scene.app().hosted_token(scene.tenant().await, id), ours_token);
    let forged = stranger.hosted_token(scene.tenant().await, id);
    assert_eq!(forged.len(), ours_token.len());
    not_found(&scene.at(Method::GET, &format!("/i/{forged}"), &[]).await);

    // An invoice of ours in the neighbour's name is nobody's, even with a good proof.
    let me = scene.tributary.get(&neighbour, "/api/me/").await.expect(200);
    let organisation = OrganisationId::new(text(&me, "organization_id").parse().unwrap());
    let misplaced = scene.app().hosted_token(Tenant::trusted(organisation), id);
    not_found(&scene.at(Method::GET, &format!("/i/{misplaced}"), &[]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_about_an_invoice_has_the_same_address() {
    let scene = Scene::start().await;
    let made = scene.sent().await;
    let url = &made["hosted_url"];
    let get = scene.tributary.get(&scene.owner, &path(&made)).await.expect(200);
    let list = scene.tributary.get(&scene.owner, "/api/invoices/").await.expect(200);
    let patched = scene.patch(&made, json!({"notes": "x", "hosted_url": "https://evil.example/"})).await;
    let put = scene.tributary.put(&scene.owner, &path(&made), json!({"notes": "y"})).await.expect(200);
    let recalculated = scene.tributary.post(&scene.owner, &format!("{}recalculate/", path(&made)), json!({})).await;
    for answer in [&get, &list[0], &patched, &put, &recalculated.expect(200)] {
        assert_eq!(&answer["hosted_url"], url);
    }
    let hook = json!({"name": "all", "model": "Invoice", "event": "UPDATE", "url": "http://127.0.0.1:9/"});
    let hook = scene.tributary.post(&scene.owner, "/api/webhooks/", hook).await.expect(201);
    let test = format!("/api/webhooks/{}/test/", text(&hook, "id"));
    let test = scene.tributary.post(&scene.owner, &test, json!({"object_id": made["id"]})).await.expect(200);
    let body = &test["body"];
    let body = body.as_str().map_or_else(|| body.clone(), |text| serde_json::from_str(text).unwrap());
    assert_eq!(&body["hosted_url"], url);
}
