//! What clients send has one reading: as Django REST framework has it.

use super::*;

impl Crm {
    /// Sends a body as it is written.
    async fn written(&self, method: Method, path: &str, body: &str) -> Answer {
        let authorization = format!("Token {}", self.user.token);
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        self.tributary.raw(method, path, &headers, body.to_owned()).await
    }

    async fn define(&self, name: &str, kind: &str, is_required: bool) {
        let body = json!({"name": name, "type": kind, "is_required": is_required, "list_values": ["a"]});
        self.post("/api/attributes/client/", body).await.expect(201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integer_may_come_as_text_wherever_one_is_taken() {
    let crm = Crm::start().await;
    let me = crm.get("/api/me/").await.expect(200)["id"].as_u64().unwrap();
    let item = crm.make_item("1.00", "0").await;
    let fields = [
        ("/api/leads/".to_owned(), r#"{"name": "x", "responsible": #}"#, "/responsible", me),
        (
            format!("/api/catalogue/{item}/price-tiers/"),
            r#"{"name": "x", "price": "1", "min_quantity": #}"#,
            "/min_quantity",
            7,
        ),
        ("/api/pipelines/".to_owned(), r#"{"name": "x", "stages": [{"name": "a", "order": #}]}"#, "/stages/0/order", 7),
    ];
    for (path, body, field, number) in &fields {
        for wrong in [r#""1.5""#, r#""x""#, r#""1e1""#, "1.5", "true"] {
            crm.written(Method::POST, path, &body.replace('#', wrong)).await.expect(400);
        }
        for read in
            [format!("\"{number}\""), format!("\" {number}\\n\""), format!("{number}.0"), format!("{number}0e-1")]
        {
            let made = crm.written(Method::POST, path, &body.replace('#', &read)).await.expect(201);
            assert_eq!(made.pointer(field), Some(&json!(number)), "{path}: {read}");
            crm.delete(&format!("{path}{}/", id_of(&made))).await.expect(204);
        }
    }
    crm.get(&format!("/api/leads/?responsible=%20{me}")).await.expect(200);
    crm.get("/api/leads/?responsible=1.5").await.expect(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_text_is_null_where_no_text_is_expected_and_missing_where_something_is_needed() {
    let crm = Crm::start().await;
    for kind in ["number", "date", "boolean", "list", "file"] {
        crm.define(kind, kind, false).await;
    }
    let values =
        json!({"number": 7, "date": "2026-01-01", "boolean": true, "list": "a", "file": "https://a.example/b"});
    let client = crm.make("/api/clients/", json!({"name": "x", "attributes": values})).await;
    let path = format!("/api/clients/{client}/");
    let empty = json!({"number": "", "date": " ", "boolean": "", "list": "", "file": ""});
    let saved = crm.put(&path, json!({"attributes": empty})).await.expect(200);
    let none = json!({"number": null, "date": null, "boolean": null, "list": null, "file": null});
    assert_eq!(saved["attributes"], none);
    assert_eq!(
        crm.post("/api/clients/", json!({"name": "y", "attributes": empty})).await.expect(201)["attributes"],
        none
    );
    let invoice = crm.make_invoice(json!({"discount": "", "due_date": "", "contact": ""})).await;
    shows(&crm.get(&invoice).await.expect(200), json!({"discount": "0.00", "status": "draft", "due_date": null}));

    crm.define("size", "number", true).await;
    crm.define("motto", "text", true).await;
    let refused = crm.put(&path, json!({"attributes": {"size": "", "motto": ""}})).await.expect(400);
    assert_eq!(refused["attributes"], json!(["size: This field is required.", "motto: This field may not be blank."]));
    let typed = json!({"size": "42", "motto": " Semper ", "boolean": "true"});
    let saved = crm.put(&path, json!({"attributes": typed})).await.expect(200);
    assert_eq!(saved["attributes"], json!({"size": 42, "motto": "Semper", "boolean": true}));

    let item = json!({"name": "x", "base_price": "1", "category": "", "tax_rate": "", "is_active": ""});
    let item = crm.post("/api/catalogue/", item).await.expect(201);
    shows(&item, json!({"category": null, "tax_rate": "0.00", "is_active": true}));
    let path = format!("/api/catalogue/{}/", id_of(&item));
    for field in ["base_price", "tax_rate"] {
        let refused = crm.patch(&path, json!({field: ""})).await.expect(400);
        assert!(refused.get(field).is_some(), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_alone_is_midnight_in_utc_and_an_instant_keeps_its_digits() {
    let crm = Crm::start().await;
    let invoice = crm.make_invoice_of("10.00").await;
    for (sent, shown) in [
        ("2026-01-15", "2026-01-15T00:00:00Z"),
        ("2026-01-15T10:00:00.123456Z", "2026-01-15T10:00:00.123456Z"),
        ("2026-01-15T12:00:00.5+02:00", "2026-01-15T10:00:00.5Z"),
    ] {
        let payment = json!({"amount": "1e0", "method": "cash", "paid_at": sent});
        assert!(crm.post(&format!("{invoice}payments/"), payment.clone()).await.expect(400).get("amount").is_some());
        let payment = merged(payment, json!({"amount": "1"}));
        let payment = crm.post(&format!("{invoice}payments/"), payment).await.expect(201);
        assert_eq!(payment["paid_at"], shown);
        let listed = crm.get(&format!("{invoice}payments/{}/", id_of(&payment))).await.expect(200);
        assert_eq!(listed["paid_at"], shown);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_in_attributes_come_back_as_they_were_sent() {
    let crm = Crm::start().await;
    crm.define("n", "number", false).await;
    let numbers = "12345678901234567890123 0.1000000000000000055 1.50 1E+2 -0.0 1e-300";
    for number in numbers.split(' ') {
        let attributes = format!(r#"{{"n":{number},"free":{{"deep":[{number}]}}}}"#);
        let body = format!(r#"{{"name": "x", "attributes": {attributes}}}"#);
        let made = crm.written(Method::POST, "/api/clients/", &body).await;
        let id = id_of(&made.expect(201));
        assert!(made.text.contains(&attributes), "{}", made.text);
        let path = format!("/api/clients/{id}/");
        crm.patch(&path, json!({"attributes": {"other": "x"}})).await.expect(200);
        let shown = crm.get(&path).await;
        assert!(shown.text.contains(&attributes[..attributes.len() - 1]), "{}", shown.text);
    }
    for number in ["1e999", "1e-999", "-1e99999999999999999999"] {
        for attributes in [format!(r#"{{"n": {number}}}"#), format!(r#"{{"free": [{number}]}}"#)] {
            let body = format!(r#"{{"name": "x", "attributes": {attributes}}}"#);
            let refused = crm.written(Method::POST, "/api/clients/", &body).await.expect(400);
            assert!(refused.get("attributes").is_some(), "{refused}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn text_is_normalised_and_found_however_it_is_written() {
    let crm = Crm::start().await;
    let sent = json!({"name": " \u{202e}Cafe\u{301}\u{200b} ", "attributes": {"e\u{301}": " o\u{308} "},
        "list_of_notes": [{"note": "\u{feff}n\u{303}"}]});
    let client = crm.post("/api/clients/", sent).await.expect(201);
    assert_eq!((&client["name"], &client["attributes"]), (&json!("Café"), &json!({"é": "ö"})));
    assert_eq!(client["list_of_notes"][0]["note"], "ñ");
    assert_eq!(crm.count("/api/clients/?name=fe%CC%81").await, 1);
    for blank in ["\u{200b}", "\u{3164}", "\u{200d}", "\u{301}"] {
        crm.post("/api/clients/", json!({"name": blank})).await.expect(400);
    }
    let item = |sku: &str| json!({"name": "x", "base_price": "1", "sku": sku});
    crm.post("/api/catalogue/", item("Größe-1")).await.expect(201);
    for same in ["Gro\u{308}ße-1", "Größe\u{200d}-1", "Größe-１"] {
        assert!(crm.post("/api/catalogue/", item(same)).await.expect(400).get("sku").is_some(), "{same:?}");
    }
    assert_eq!(crm.count("/api/catalogue/?sku=Gro%CC%88%C3%9Fe-1").await, 1);
    // An item may be spelled otherwise under the key that it has.
    let other = id_of(&crm.post("/api/catalogue/", item("①")).await.expect(201));
    let path = format!("/api/catalogue/{other}/");
    assert_eq!(crm.patch(&path, json!({"sku": "1", "name": "ｘ"})).await.expect(200)["sku"], "1");
    crm.delete(&path).await.expect(204);
    crm.post("/api/catalogue/", item("1")).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_and_a_username_are_the_same_however_they_are_composed() {
    let crm = Crm::start().await;
    let member =
        json!({"username": "zoë", "email": "zoe@example.com", "password": "Gru\u{308}nes①!", "groups": ["Sales"]});
    crm.post("/api/users/", member.clone()).await.expect(201);
    let twin = merged(member, json!({"username": "ZOE\u{308}", "email": "other@example.com"}));
    assert!(crm.post("/api/users/", twin).await.expect(400).get("username").is_some());
    for (username, password) in [("zoë", "Grünes①!"), ("Zoe\u{308}\u{200b}", "Gru\u{308}nes1!"), ("ＺＯë", "Grünes1！")]
    {
        let body = json!({"username": username, "password": password}).to_string();
        let headers = [("content-type", "application/json")];
        crm.tributary.raw(Method::POST, "/api-token-auth/", &headers, body).await.expect(200);
    }
}
