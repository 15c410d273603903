//! `/api/products/` and `/api/product-categories/`.

use serde_json::json;

use super::shop::{Shop, invalid, product, refused, with};

#[tokio::test(flavor = "multi_thread")]
async fn post_products_answers_the_documents_example() {
    let shop = Shop::open().await;
    let made = shop.make("/api/products/", product()).await.expect(201);
    let sku = made["product"]["sku"].as_str().unwrap().to_owned();
    assert!(!sku.is_empty());
    let shown = json!({
        "id": 1,
        "user": shop.user,
        "product_name": "Widget A",
        "category": 1,
        "sku": sku,
        "product_Img": "https://example.com/image.jpg",
        "unit_price": "99.99",
        "quantity": 100,
        "description": "A high-quality widget"
    });
    assert_eq!(made, json!({"message": "Product created successfully!", "product": shown}));
    assert_eq!(shop.show("/api/products/?id=1").await.expect(200), shown);
    let list = json!({"count": 1, "next": null, "previous": null, "results": [shown]});
    assert_eq!(shop.show("/api/products/").await.expect(200), list);
}

#[tokio::test(flavor = "multi_thread")]
async fn put_products_answers_the_documents_example() {
    let shop = Shop::open().await;
    let product = shop.product("Widget A").await;
    let body = json!({"unit_price": "89.99", "quantity": 150});
    let changed = shop.change("/api/products/?id=1", body.clone()).await.expect(200);
    assert_eq!(changed, json!({"message": "Product updated successfully!", "product": with(product, body)}));
    assert_eq!(shop.show("/api/products/?id=1").await.expect(200), changed["product"]);
    let every = json!({
        "product_name": "Widget Z",
        "category": shop.make("/api/product-categories/", json!({"name": "Tools"})).await.expect(201)["id"],
        "sku": "WZ-1",
        "unit_price": 1.5,
        "quantity": 0,
        "product_Img": "https://example.com/z.png",
        "description": "Another"
    });
    let changed = shop.change("/api/products/?id=1", every.clone()).await.expect(200);
    let expected = with(with(every, json!({"unit_price": "1.50"})), json!({"id": 1, "user": shop.user}));
    assert_eq!(changed["product"], expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_category_is_written_by_its_name_too() {
    let shop = Shop::open().await;
    let tools = shop.make("/api/product-categories/", json!({"name": "Tools"})).await.expect(201)["id"].clone();
    let made = shop.make("/api/products/", with(product(), json!({"category": "tools"}))).await.expect(201);
    assert_eq!(made["product"]["category"], tools);
    for (category, id) in [(json!(" General "), json!(1)), (json!("2"), tools.clone()), (json!("GENERAL"), json!(1))] {
        let changed = shop.change("/api/products/?id=1", json!({ "category": category })).await.expect(200);
        assert_eq!(changed["product"]["category"], id, "{category}");
    }
    shop.make("/api/product-categories/", json!({"name": "TOOLS"})).await.expect(201);
    for wrong in ["Nothing", "9", "1.0", "Tools"] {
        let answer = shop.change("/api/products/?id=1", json!({ "category": wrong })).await.expect(400);
        assert_eq!(answer.as_object().unwrap().keys().collect::<Vec<_>>(), ["category"], "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn delete_products_answers_the_documents_example_and_its_number_is_not_given_again() {
    let shop = Shop::open().await;
    shop.product("Widget A").await;
    let deleted = shop.remove("/api/products/?id=1").await.expect(200);
    assert_eq!(deleted, json!({"message": "Product deleted successfully!"}));
    let gone = json!({"error": "Product not found or you do not have permission to delete it."});
    refused(&shop.remove("/api/products/?id=1").await, 404, &gone);
    refused(&shop.show("/api/products/?id=1").await, 404, &json!({"error": "Product not found"}));
    let again = shop.product("Widget A").await;
    assert_eq!(again["id"], 2);
    assert_eq!(shop.show("/api/products/").await.expect(200)["count"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn products_answer_every_error_row_of_the_document() {
    let shop = Shop::open().await;
    shop.product("Widget A").await;
    let taken = json!({"error": "You already have a product with this name."});
    refused(&shop.make("/api/products/", product()).await, 400, &taken);
    shop.product("Widget B").await;
    refused(&shop.change("/api/products/?id=2", json!({"product_name": "Widget A"})).await, 400, &taken);
    // A product keeps its own name.
    shop.change("/api/products/?id=1", json!({"product_name": "Widget A"})).await.expect(200);
    let required = json!({"error": "Product ID is required"});
    refused(&shop.change("/api/products/", json!({"quantity": 1})).await, 400, &required);
    refused(&shop.remove("/api/products/").await, 400, &required);
    let wrong = json!({"error": "Invalid Product ID"});
    for id in ["abc", "1.5", "1e0", "%7B%7D"] {
        refused(&shop.change(&format!("/api/products/?id={id}"), json!({"quantity": 1})).await, 400, &wrong);
        refused(&shop.remove(&format!("/api/products/?id={id}")).await, 400, &wrong);
        refused(&shop.show(&format!("/api/products/?id={id}")).await, 400, &wrong);
    }
    let missing = json!({"error": "Product not found or you do not have permission to edit it."});
    for id in ["99", "0", "-1", "99999999999999999999"] {
        refused(&shop.change(&format!("/api/products/?id={id}"), json!({"quantity": 1})).await, 404, &missing);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn products_name_every_wrong_field() {
    let shop = Shop::open().await;
    let missing = shop.make("/api/products/", json!({})).await;
    invalid(&missing, &["product_name", "category", "unit_price", "quantity"]);
    assert_eq!(missing.json()["product_name"], json!(["This field is required."]));
    for (field, value) in [
        ("product_name", json!("x".repeat(101))),
        ("product_name", json!(" ")),
        ("category", json!(99)),
        ("category", json!("one")),
        ("unit_price", json!("-0.01")),
        ("unit_price", json!("100000000.00")),
        ("unit_price", json!("NaN")),
        ("unit_price", json!("1e2")),
        ("unit_price", json!("1.001")),
        ("quantity", json!(-1)),
        ("quantity", json!(1.5)),
        ("sku", json!("x".repeat(51))),
        ("product_Img", json!(7)),
    ] {
        invalid(&shop.make("/api/products/", with(product(), json!({ field: value }))).await, &[field]);
    }
    shop.product("Widget A").await;
    for (field, value) in [("category", json!(99)), ("unit_price", json!("-1")), ("quantity", json!("many"))] {
        invalid(&shop.change("/api/products/?id=1", json!({ field: value })).await, &[field]);
    }
    assert_eq!(shop.show("/api/products/").await.expect(200)["count"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sku_is_made_if_it_is_left_out_and_unique_if_it_is_sent() {
    let shop = Shop::open().await;
    let sent = shop.make("/api/products/", with(product(), json!({"sku": "WID-1"}))).await.expect(201);
    assert_eq!(sent["product"]["sku"], "WID-1");
    let (second, third) = (shop.product("Second").await, shop.product("Third").await);
    assert_ne!(second["sku"], third["sku"]);
    let again = with(product(), json!({"product_name": "Fourth", "sku": "WID-1"}));
    invalid(&shop.make("/api/products/", again).await, &["sku"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_is_a_catalogue_item_in_crm_and_keeps_there_what_this_contract_lacks() {
    let shop = Shop::open().await;
    let product = shop.product("Widget A").await;
    let item = shop.only("/api/catalogue/").await;
    assert_eq!(
        (&item["name"], &item["base_price"], &item["sku"]),
        (&json!("Widget A"), &json!("99.99"), &product["sku"])
    );
    assert_eq!((&item["type"], &item["description"]), (&json!("product"), &json!("A high-quality widget")));
    let path = format!("/api/catalogue/{}/", item["id"].as_str().unwrap());
    let own = json!({"unit": "box", "tax_rate": "19.00", "currency": "EUR", "attributes": {"colour": "red"}, "is_active": false});
    shop.tributary.patch(&shop.owner, &path, own.clone()).await.expect(200);
    shop.change("/api/products/?id=1", json!({"product_name": "Widget C", "unit_price": "5"})).await.expect(200);
    let item = shop.tributary.get(&shop.owner, &path).await.expect(200);
    let expected = with(item.clone(), with(own, json!({"name": "Widget C", "base_price": "5.00"})));
    assert_eq!(item, expected);
    // And what crm lacks survives there.
    shop.tributary.put(&shop.owner, &path, json!({"name": "Widget D"})).await.expect(200);
    let shown = shop.show("/api/products/?id=1").await.expect(200);
    let changes = json!({"product_name": "Widget D", "unit_price": "5.00"});
    assert_eq!(shown, with(product, changes));
    shop.tributary.delete(&shop.owner, &path).await.expect(204);
    refused(&shop.show("/api/products/?id=1").await, 404, &json!({"error": "Product not found"}));
    assert_eq!(shop.show("/api/products/").await.expect(200)["count"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_item_of_crm_is_a_product() {
    let shop = Shop::open().await;
    let body = json!({"name": "Consulting", "base_price": "120", "type": "service"});
    let item = shop.tributary.post(&shop.owner, "/api/catalogue/", body).await.expect(201);
    let shown = json!({
        "id": 1,
        "user": shop.user,
        "product_name": "Consulting",
        "category": null,
        "sku": null,
        "product_Img": null,
        "unit_price": "120.00",
        "quantity": 0,
        "description": ""
    });
    assert_eq!(shop.show("/api/products/").await.expect(200)["results"], json!([shown]));
    let changed = shop.change("/api/products/?id=1", json!({"category": 1, "quantity": 7})).await.expect(200);
    assert_eq!(
        changed["product"],
        with(shown, json!({"category": 1, "quantity": 7}))
            .as_object()
            .map(|map| {
                let mut map = map.clone();
                for name in ["sku", "product_Img"] {
                    map.insert(name.into(), json!(null));
                }
                json!(map)
            })
            .unwrap()
    );
    let path = format!("/api/catalogue/{}/", item["id"].as_str().unwrap());
    assert_eq!(shop.tributary.get(&shop.owner, &path).await.expect(200)["type"], "service");
    shop.remove("/api/products/?id=1").await.expect(200);
    shop.tributary.get(&shop.owner, &path).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_that_shows_no_category_can_be_sent_back_as_it_is() {
    let shop = Shop::open().await;
    let body = json!({"name": "Consulting", "base_price": "120", "type": "service"});
    shop.tributary.post(&shop.owner, "/api/catalogue/", body).await.expect(201);
    let shown = shop.show("/api/products/?id=1").await.expect(200);
    assert_eq!(shown["category"], json!(null));
    assert_eq!(shop.change("/api/products/?id=1", shown.clone()).await.expect(200)["product"], shown);
    // A product that has one keeps it.
    shop.product("Widget A").await;
    invalid(&shop.change("/api/products/?id=2", json!({"category": null})).await, &["category"]);
    assert_eq!(shop.show("/api/products/?id=2").await.expect(200)["category"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn product_categories_start_with_general_and_are_categories_of_crm() {
    let shop = Shop::open().await;
    let general = json!({"id": 1, "name": "General"});
    let list = json!({"count": 1, "next": null, "previous": null, "results": [general]});
    assert_eq!(shop.show("/api/product-categories/").await.expect(200), list);
    assert_eq!(shop.only("/api/categories/").await["name"], "General");
    let tools = shop.make("/api/product-categories/", json!({"name": "Tools"})).await.expect(201);
    assert_eq!(tools, json!({"id": 2, "name": "Tools"}));
    let services = shop.tributary.post(&shop.owner, "/api/categories/", json!({"name": "Services"})).await.expect(201);
    let listed = shop.show("/api/product-categories/").await.expect(200);
    assert_eq!(listed["results"], json!([general, tools, {"id": 3, "name": "Services"}]));
    shop.make("/api/products/", with(product(), json!({"category": 3}))).await.expect(201);
    assert_eq!(shop.only("/api/catalogue/").await["category"], services["id"]);
    invalid(&shop.make("/api/product-categories/", json!({"name": ""})).await, &["name"]);
}
