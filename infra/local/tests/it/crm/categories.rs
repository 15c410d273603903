//! Categories (crm, section 11.1).

use super::*;

const LIST: &str = "/api/categories/";

impl Crm {
    async fn make_category(&self, name: &str, parent: Option<&str>) -> String {
        self.make(LIST, json!({"name": name, "parent": parent})).await
    }

    async fn parent(&self, category: &str) -> Value {
        self.get(&format!("{LIST}{category}/")).await.expect(200)["parent"].clone()
    }

    async fn move_under(&self, category: &str, parent: &str) -> Answer {
        self.patch(&format!("{LIST}{category}/"), json!({"parent": parent})).await
    }
}

fn wrong_values() -> Vec<(&'static str, Vec<Value>)> {
    vec![
        ("name", vec![json!(""), json!(null), json!(5), json!("x".repeat(256))]),
        ("description", vec![json!(5), json!([])]),
        ("parent", vec![json!("x"), json!(5), json!({}), json!(NOWHERE)]),
        ("attributes", vec![json!("x"), json!([])]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_examples_are_served_as_printed() {
    let crm = Crm::start().await;
    let body = json!({
        "name": "Software", "description": "Software products and licenses", "parent": null, "attributes": {},
    });
    let root = crm.post(LIST, body.clone()).await.expect(201);
    shows_whole(&root, body, &[]);
    let body = json!({
        "name": "SaaS", "description": "Cloud-based subscriptions", "parent": id_of(&root), "attributes": {},
    });
    let child = crm.post(LIST, body.clone()).await.expect(201);
    shows_whole(&child, body, &[]);
    let path = format!("{LIST}{}/", id_of(&child));
    let put = crm.put(&path, json!({"name": "Cloud", "parent": null})).await.expect(200);
    shows(&put, json!({"name": "Cloud", "parent": null, "description": "Cloud-based subscriptions"}));
    let patched = crm.patch(&path, json!({"parent": id_of(&root), "description": ""})).await.expect(200);
    shows(&patched, json!({"name": "Cloud", "parent": id_of(&root), "description": ""}));
    is_listed_retrieved_and_deleted(&crm, LIST, &patched).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_values_are_refused_all_at_once_and_nothing_is_written() {
    let crm = Crm::start().await;
    refused(&crm.post(LIST, json!({})).await, &["name"]);
    refuses_each_and_all(&crm, LIST, &json!({"name": "Software"}), &wrong_values()).await;
    let category = crm.make_category("Software", None).await;
    refuses_changes(&crm, &format!("{LIST}{category}/"), &wrong_values()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn categories_are_narrowed_by_a_part_of_the_name_and_by_parent() {
    let crm = Crm::start().await;
    let software = crm.make_category("Software", None).await;
    let saas = crm.make_category("SaaS Software", Some(&software)).await;
    let other = crm.make_category("Hosting", Some(&software)).await;
    let deep = crm.make_category("softwareless", Some(&saas)).await;
    let found = async |query: &str| ids(&crm.get(&format!("{LIST}?{query}")).await.expect(200));
    assert_eq!(found("name=SOFTWARE").await, [software.clone(), saas.clone(), deep.clone()]);
    assert_eq!(found(&format!("parent={software}")).await, [saas.clone(), other]);
    assert_eq!(found(&format!("name=software&parent={saas}")).await, [deep]);
    refused(&crm.get(&format!("{LIST}?parent=x")).await, &["parent"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_category_cannot_stand_below_itself() {
    let crm = Crm::start().await;
    let a = crm.make_category("A", None).await;
    let b = crm.make_category("B", Some(&a)).await;
    let c = crm.make_category("C", Some(&b)).await;
    for below in [&a, &b, &c] {
        refused(&crm.move_under(&a, below).await, &["parent"]);
    }
    refused(&crm.put(&format!("{LIST}{a}/"), json!({"parent": c})).await, &["parent"]);
    assert_eq!((crm.parent(&a).await, crm.parent(&b).await), (Value::Null, json!(a)));
    crm.move_under(&c, &a).await.expect(200);
    crm.move_under(&b, &c).await.expect(200);
    refused(&crm.move_under(&a, &b).await, &["parent"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn moves_at_once_do_not_close_a_cycle_together() {
    let crm = Crm::start().await;
    for _ in 0..6 {
        let a = crm.make_category("A", None).await;
        let b = crm.make_category("B", None).await;
        let c = crm.make_category("C", None).await;
        let (x, y, z) = tokio::join!(crm.move_under(&a, &b), crm.move_under(&b, &c), crm.move_under(&c, &a));
        let mut statuses = [x, y, z].map(|answer| answer.status.as_u16());
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 200, 400]);
        let mut roots = 0;
        for category in [&a, &b, &c] {
            roots += usize::from(crm.parent(category).await.is_null());
        }
        assert_eq!(roots, 1);
        let (d, e) = (crm.make_category("D", None).await, crm.make_category("E", None).await);
        let (x, y) = tokio::join!(crm.move_under(&d, &e), crm.move_under(&e, &d));
        assert_eq!(u16::max(x.status.as_u16(), y.status.as_u16()), 400);
        assert_eq!(u16::min(x.status.as_u16(), y.status.as_u16()), 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_category_with_children_stays_and_one_with_items_may_go() {
    let crm = Crm::start().await;
    let root = crm.make_category("Root", None).await;
    let leaf = crm.make_category("Leaf", Some(&root)).await;
    let item = json!({"name": "Item", "base_price": "1.00", "type": "product", "category": leaf});
    let item = crm.make("/api/catalogue/", item).await;
    let conflict = crm.delete(&format!("{LIST}{root}/")).await.expect(409);
    assert!(conflict["detail"].is_string(), "{conflict}");
    crm.get(&format!("{LIST}{root}/")).await.expect(200);
    crm.delete(&format!("{LIST}{leaf}/")).await.expect(204);
    crm.get(&format!("/api/catalogue/{item}/")).await.expect(200);
    refused(&crm.post(LIST, json!({"name": "New", "parent": leaf})).await, &["parent"]);
    crm.delete(&format!("{LIST}{root}/")).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_and_the_deletion_of_its_parent_exclude_each_other() {
    let crm = Crm::start().await;
    for round in 0..8 {
        let parent = crm.make_category("Parent", None).await;
        let path = format!("{LIST}{parent}/");
        let child = async {
            if round % 2 == 0 {
                let answer = crm.post(LIST, json!({"name": "Child", "parent": parent})).await;
                (answer.status.as_u16() == 201, answer)
            } else {
                let other = crm.make_category("Other", None).await;
                let answer = crm.move_under(&other, &parent).await;
                (answer.status.as_u16() == 200, answer)
            }
        };
        let ((made, child), gone) = tokio::join!(child, crm.delete(&path));
        match (made, gone.status.as_u16()) {
            (true, 409) => {}
            (false, 204) => refused(&child, &["parent"]),
            both => panic!("{both:?}: {} {}", child.text, gone.text),
        }
    }
}
