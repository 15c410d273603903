//! Products, prices and links, keys, idempotency and errors.

use http::Method;
use serde_json::json;

use super::*;

#[tokio::test]
async fn a_link_over_a_price_shows_what_it_was_made_of() {
    let account = Account::new().await;
    let product = account.post("/v1/products", &[("name", "Web"), ("metadata[a]", "b")]).await.expect(200);
    assert_eq!((product["object"].as_str(), &product["metadata"]), (Some("product"), &json!({"a": "b"})));
    let form = [("currency", "EUR"), ("unit_amount", "250"), ("product", product["id"].as_str().unwrap())];
    let price = account.post("/v1/prices", &form).await.expect(200);
    assert_eq!((price["currency"].as_str(), price["unit_amount_decimal"].as_str()), (Some("eur"), Some("250")));

    let form = [("line_items[0][price]", price["id"].as_str().unwrap()), ("line_items[0][quantity]", "3")];
    let link = account.post("/v1/payment_links", &form).await.expect(200);
    assert_eq!(
        (&link["active"], &link["currency"], &link["restrictions"]),
        (&json!(true), &json!("eur"), &json!(null))
    );
    let path = format!("/v1/payment_links/{}", link["id"].as_str().unwrap());
    assert_eq!(account.get(&path).await.expect(200), link);
    let items = account.get(&format!("{path}/line_items")).await.expect(200);
    assert_eq!((&items["data"][0]["amount_total"], &items["data"][0]["price"]["id"]), (&json!(750), &price["id"]));
}

#[tokio::test]
async fn a_link_keeps_metadata_and_restrictions_and_is_deactivated() {
    let account = Account::new().await;
    let link = account.link().await;
    assert!(link["id"].as_str().unwrap().starts_with("plink_"));
    assert_eq!(link["metadata"], json!({"invoice": "inv_1"}));
    assert_eq!(link["payment_intent_data"]["metadata"], json!({"invoice": "inv_1"}));
    assert_eq!(link["restrictions"], json!({"completed_sessions": {"count": 0, "limit": 1}}));
    assert!(link["url"].as_str().unwrap().starts_with(account.stripe.endpoint()));

    let path = format!("/v1/payment_links/{}", link["id"].as_str().unwrap());
    let form = [("active", "false"), ("metadata[invoice]", ""), ("metadata[why]", "void")];
    let changed = account.post(&path, &form).await.expect(200);
    assert_eq!((&changed["active"], &changed["metadata"]), (&json!(false), &json!({"why": "void"})));
    assert_eq!(account.get(&path).await.expect(200), changed);
    let active = account.get("/v1/payment_links?active=true").await.expect(200);
    assert_eq!(active["data"], json!([]));
}

#[tokio::test]
async fn without_a_test_key_nothing_is_answered() {
    let account = Account::new().await;
    for key in ["", "Bearer", "Bearer sk_live_123", "Bearer pk_test_123", "Bearer sk_test_", "Basic !", "sk_test_123"] {
        let answer = account.remote.raw(Method::GET, "/v1/payment_links", &[("authorization", key)], "").await;
        assert_eq!(answer.expect(401)["error"]["type"], "invalid_request_error", "{key}");
    }
    let basic = [("authorization", "Basic c2tfdGVzdF8xMjM6")];
    account.remote.raw(Method::GET, "/v1/payment_links", &basic, "").await.expect(200);
}

#[tokio::test]
async fn unknown_paths_and_ids_are_404_in_stripes_form() {
    let account = Account::new().await;
    for path in ["/v1/nowhere", "/v1", "/", "/v2/payment_links", "/v1/payment_links/", "/v1/charges/ch_1/capture"] {
        assert_eq!(account.get(path).await.expect(404)["error"]["type"], "invalid_request_error", "{path}");
    }
    for path in ["/v1/payment_intents/pi_1", "/v1/charges/ch_1", "/v1/refunds/re_1", "/v1/payment_links/plink_1"] {
        assert_eq!(account.get(path).await.expect(404)["error"]["code"], "resource_missing", "{path}");
    }
    // An id of another kind is none of this one.
    let link = account.link().await;
    account.get(&format!("/v1/charges/{}", link["id"].as_str().unwrap())).await.expect(404);
    account.post("/v1/payment_links/plink_1", &[("active", "false")]).await.expect(404);
}

#[tokio::test]
async fn a_parameter_that_is_unknown_missing_or_malformed_is_named() {
    let account = Account::new().await;
    let item = |name: &str| format!("line_items[0][price_data]{name}");
    let (currency, amount, name) = (item("[currency]"), item("[unit_amount]"), item("[product_data][name]"));
    let good = [(currency.as_str(), "usd"), (&amount, "100"), (&name, "x"), ("line_items[0][quantity]", "1")];
    account.post("/v1/payment_links", &good).await.expect(200);
    for (changed, value, code) in [
        (currency.as_str(), "xxz", "parameter_invalid"),
        (&currency, "", "parameter_missing"),
        (&amount, "1.5", "parameter_invalid_integer"),
        (&amount, "-1", "parameter_invalid_integer"),
        (&amount, "100000000", "amount_too_large"),
        (&name, "", "parameter_missing"),
        ("line_items[0][quantity]", "0", "parameter_invalid_integer"),
        ("restrictions[completed_sessions][limit]", "0", "parameter_invalid_integer"),
        ("colour", "red", "parameter_unknown"),
    ] {
        let mut form: Vec<_> = good.into_iter().filter(|(name, _)| *name != changed).collect();
        form.push((changed, value));
        let error = account.post("/v1/payment_links", &form).await.expect(400)["error"].clone();
        let param = error["param"].as_str().unwrap();
        let is_named = changed.starts_with(param) || param.starts_with(changed);
        assert!(is_named || param.ends_with("[product]"), "{changed}: {error}");
        assert_eq!(error["code"], code, "{changed}={value}");
    }
    account.post("/v1/payment_links", &[]).await.expect(400);
    assert_eq!(account.get("/v1/payment_links").await.expect(200)["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_same_idempotency_key_gives_the_first_answer_for_a_day() {
    let account = Account::new().await;
    let (key, form) = ([("idempotency-key", "k1")], [("name", "Web"), ("description", "x")]);
    let first = account.post_with("/v1/products", &key, &form).await;
    assert_eq!(first.header("idempotent-replayed"), None);
    let again = account.post_with("/v1/products", &key, &[form[1], form[0]]).await;
    assert_eq!((again.expect(200), again.header("idempotent-replayed")), (first.expect(200), Some("true")));

    let other = account.post_with("/v1/products", &key, &[("name", "Other")]).await.expect(400);
    assert_eq!(other["error"]["type"], "idempotency_error");
    account.post_with("/v1/prices", &key, &form).await.expect(400);

    account.clock.advance(24 * 60 * 60).unwrap();
    let later = account.post_with("/v1/products", &key, &[("name", "Other")]).await.expect(200);
    assert_eq!(later["name"], "Other");
}

#[tokio::test]
async fn a_request_that_was_refused_may_be_repeated_with_its_key() {
    let account = Account::new().await;
    let key = [("idempotency-key", "k1")];
    account.post_with("/v1/products", &key, &[]).await.expect(400);
    account.post_with("/v1/products", &key, &[("name", "Web")]).await.expect(200);
}

#[tokio::test]
async fn a_list_goes_on_after_its_last_object() {
    let account = Account::new().await;
    for name in ["a", "b", "c"] {
        account.post("/v1/products", &[("name", name)]).await.expect(200);
    }
    let page = account.get("/v1/products?limit=2").await.expect(200);
    assert_eq!((&page["has_more"], &page["data"][0]["name"]), (&json!(true), &json!("c")));
    let last = page["data"][1]["id"].as_str().unwrap();
    let rest = account.get(&format!("/v1/products?limit=2&starting_after={last}")).await.expect(200);
    assert_eq!((&rest["has_more"], &rest["data"][0]["name"]), (&json!(false), &json!("a")));
    account.get("/v1/products?limit=0").await.expect(400);
    account.get("/v1/products?starting_after=prod_1").await.expect(404);
}

#[tokio::test]
async fn an_api_that_is_down_does_nothing() {
    let account = Account::new().await;
    account.stripe.set_down(true);
    let error = account.post("/v1/products", &[("name", "Web")]).await.expect(500);
    assert_eq!(error["error"]["type"], "api_error");
    account.stripe.set_down(false);
    assert_eq!(account.get("/v1/products").await.expect(200)["data"], json!([]));
}
