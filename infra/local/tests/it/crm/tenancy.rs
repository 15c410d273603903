//! Organisations do not see each other, and the contract follows the credential.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_another_organisation_does_not_exist() {
    let crm = Crm::start().await;
    let stranger = crm.tributary.sign_up("stranger").await;
    let attribute = json!({"name": "colour", "label": "x", "type": "text"});
    let attribute = crm.make("/api/attributes/client/", attribute).await;
    let client = crm.make_client().await;
    let contact = crm.make("/api/contacts/", json!({"client": client, "first_name": "x", "last_name": "y"})).await;
    let category = crm.make("/api/categories/", json!({"name": "x"})).await;
    let item = crm.make_item("1.00", "0").await;
    let tier = json!({"name": "x", "min_quantity": 2, "price": "1.00"});
    let tier = crm.make(&format!("/api/catalogue/{item}/price-tiers/"), tier).await;
    let invoice = crm.make_invoice_of("100.00").await;
    let line = id_of(&crm.get(&format!("{invoice}line-items/")).await.expect(200)[0]);
    let payment = crm.pay(&invoice, "1.00").await;
    let objects = [
        format!("/api/clients/{client}/"),
        format!("/api/contacts/{contact}/"),
        format!("/api/categories/{category}/"),
        format!("/api/catalogue/{item}/"),
        format!("/api/catalogue/{item}/price-tiers/{tier}/"),
        invoice.clone(),
        format!("{invoice}line-items/{line}/"),
        format!("{invoice}payments/{payment}/"),
    ];
    let not_found = json!({"detail": "Not found."});
    for path in &objects {
        let before = crm.get(path).await;
        assert_eq!(crm.tributary.get(&stranger, path).await.expect(404), not_found, "{path}");
        assert_eq!(crm.tributary.patch(&stranger, path, json!({})).await.expect(404), not_found, "{path}");
        assert_eq!(crm.tributary.put(&stranger, path, json!({})).await.expect(404), not_found, "{path}");
        assert_eq!(crm.tributary.delete(&stranger, path).await.expect(404), not_found, "{path}");
        let after = crm.get(path).await;
        assert_eq!((after.json(), after.header("etag")), (before.json(), before.header("etag")));
    }
    crm.tributary.patch(&stranger, &format!("/api/attributes/{attribute}/"), json!({})).await.expect(404);
    crm.tributary.delete(&stranger, &format!("/api/attributes/{attribute}/")).await.expect(404);
    for list in
        [format!("/api/catalogue/{item}/price-tiers/"), format!("{invoice}line-items/"), format!("{invoice}payments/")]
    {
        crm.tributary.get(&stranger, &list).await.expect(404);
        let body = json!({
            "name": "x", "min_quantity": 3, "price": "1", "description": "x", "quantity": 1, "unit_price": 1,
            "amount": "1.00", "method": "cash",
        });
        crm.tributary.post(&stranger, &list, body).await.expect(404);
    }
    for list in ["clients", "contacts", "catalogue", "invoices", "attributes/client"] {
        let listed = crm.tributary.get(&stranger, &format!("/api/{list}/")).await.expect(200);
        assert_eq!(listed, json!([]), "{list}");
    }
    // An organisation starts with a category of its own.
    let categories = crm.tributary.get(&stranger, "/api/categories/").await.expect(200);
    let names: Vec<_> = categories.as_array().unwrap().iter().map(|category| &category["name"]).collect();
    assert_eq!(names, ["General"]);
    let listed = crm.tributary.get(&stranger, &format!("/api/contacts/?client={client}")).await.expect(200);
    assert_eq!(listed, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn references_reach_no_other_organisation() {
    let crm = Crm::start().await;
    let stranger = crm.tributary.sign_up("stranger").await;
    let client = crm.make_client().await;
    let contact = crm.make("/api/contacts/", json!({"client": client, "first_name": "x", "last_name": "y"})).await;
    let category = crm.make("/api/categories/", json!({"name": "x"})).await;
    let item = crm.make_item("1.00", "0").await;
    let post = async |path: &str, body: Value| crm.tributary.post(&stranger, path, body).await;
    let own = id_of(&post("/api/clients/", json!({"name": "x"})).await.expect(201));
    let invoice = id_of(&post("/api/invoices/", json!({"client": own})).await.expect(201));
    let body = json!({"client": client, "first_name": "x", "last_name": "y"});
    refused(&post("/api/contacts/", body).await, &["client"]);
    refused(&post("/api/categories/", json!({"name": "x", "parent": category})).await, &["parent"]);
    let body = json!({"name": "x", "type": "product", "base_price": "1", "category": category});
    refused(&post("/api/catalogue/", body).await, &["category"]);
    refused(&post("/api/invoices/", json!({"client": client})).await, &["client"]);
    refused(&post("/api/invoices/", json!({"client": own, "contact": contact})).await, &["contact"]);
    let body = json!({"catalogue_item": item, "description": "x", "quantity": "1", "unit_price": "1"});
    refused(&post(&format!("/api/invoices/{invoice}/line-items/"), body).await, &["catalogue_item"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_organization_id_header_names_an_organisation_of_the_callers() {
    let crm = Crm::start().await;
    crm.make_client().await;
    let stranger = crm.tributary.sign_up("stranger").await;
    let own = crm.get("/api/me/").await.expect(200)["organization_id"].as_str().unwrap().to_owned();
    let theirs = crm.tributary.get(&stranger, "/api/me/").await.expect(200)["organization_id"].clone();
    let list = async |id: &str| crm.raw(Method::GET, "/api/clients/", &[("organization-id", id)], "").await;
    assert_eq!(list(&own).await.expect(200).as_array().unwrap().len(), 1);
    let forbidden = json!({"detail": "You do not have permission to perform this action."});
    assert_eq!(list(theirs.as_str().unwrap()).await.expect(403), forbidden);
    assert_eq!(list(NOWHERE).await.expect(403), forbidden);
    for wrong in ["x", "1", ""] {
        assert_eq!(list(wrong).await.status, 400, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_header_counts_on_shared_paths_alone() {
    let crm = Crm::start().await;
    crm.make_invoice(json!({})).await;
    let get = async |path: &str, contract: &str| crm.raw(Method::GET, path, &[("x-api-contract", contract)], "").await;
    assert_eq!(get("/api/invoices/", "crm").await.expect(200).as_array().unwrap().len(), 1);
    assert_eq!(get("/api/invoices/", "nonsense").await.status, 400);
    for contract in ["crm", "nonsense", ""] {
        get("/api/clients/", contract).await.expect(200);
    }
    let missing = json!({"detail": "Authentication credentials were not provided."});
    let answer = crm.tributary.raw(Method::GET, "/api/invoices/", &[("x-api-contract", "crm")], "").await;
    assert_eq!(answer.expect(401), missing);
}
