//! What each group may do: every route of crm and namaste, asked by a member of each group, the owner,
//! a member of two groups, and one of none. What is expected is written out here, from the contract.

use std::collections::BTreeSet;

use contracts::crm::routes::Route;
use http::Method;
use serde_json::{Value, json};

use super::expectations::{GRANTS, Need, needs};
use super::{PASSWORD, add, member, method};
use crate::routes::books::signs_out;
use crate::support::{Answer, Tributary, User};

const SUBJECTS: [(&str, &[&str]); 6] = [
    ("sales", &["Sales"]),
    ("operations", &["Operations"]),
    ("instructor", &["Instructors"]),
    ("assistant", &["Teacher Assistant"]),
    ("seller_and_assistant", &["Sales", "Teacher Assistant"]),
    ("nobody", &[]),
];

fn routes() -> impl Iterator<Item = &'static Route> {
    contracts::crm::routes::routes().chain(contracts::namaste::routes::routes())
}

/// The permissions of a member of these groups.
fn granted(groups: &[&str]) -> BTreeSet<String> {
    let rows = GRANTS.iter().filter(|(group, _, _)| *group == "every member" || groups.contains(group));
    let words = rows.flat_map(|(_, actions, models)| {
        actions.split(' ').flat_map(move |action| models.split(' ').map(move |model| format!("{action}_{model}")))
    });
    words.collect()
}

/// A good body for a route. Nobody has what its path names, so that only lists are added to.
fn body(route: &Route, username: &str, client: &Value) -> Option<Value> {
    route.body?;
    const ID: &str = "0190b5a1-7c5e-7000-8000-000000000001";
    if matches!(route.method.as_str(), "PUT" | "PATCH") {
        return Some(json!({}));
    }
    Some(match route.path.rsplit('/').find(|segment| !segment.starts_with('{')).unwrap() {
        "attributes" => json!({"name": format!("of_{username}"), "label": "Industry", "type": "text"}),
        "clients" | "leads" => json!({"name": "Acme Corp"}),
        "services" => json!({"name": "Jane Doe", "client": client}),
        "follow-ups" => json!({"follow_up_date": "2025-01-15T10:00:00Z", "comment": "Sent brochure."}),
        "contacts" => json!({"client": client, "first_name": "Maria"}),
        "categories" => json!({"name": "Software"}),
        "catalogue" => json!({"name": "Web Development", "base_price": "100.00"}),
        "price-tiers" => json!({"name": "Bulk", "min_quantity": 10, "price": "80.00"}),
        "pipelines" => json!({"name": "B2B", "stages": [{"name": "Prospecting", "color": "#6c6f73", "order": 1}]}),
        "invoices" => json!({"client": client}),
        "line-items" => json!({"description": "Setup", "quantity": "1.00", "unit_price": "250.00"}),
        "payments" => json!({"amount": "10.00", "method": "cash"}),
        "users" => member(&format!("by_{username}"), &[]),
        "webhooks" => json!({"name": "Notify", "model": "Client", "url": "https://example.com/hook"}),
        "products" => {
            json!({"product_name": format!("By {username}"), "category": 1, "unit_price": "1.00", "quantity": 1})
        }
        "product-categories" | "payment-methods" => json!({"name": "Other"}),
        "parties" => json!({"Category_type": "Supplier", "name": "XYZ Suppliers", "code": username}),
        "expenses" => json!({"amount": "1.00", "date": "2026-02-01", "category": "Rent"}),
        "billing" => {
            json!({"invoice_number": username, "items": [{"item": 1, "quantity": 1, "rate": "1.00"}]})
        }
        "update-task" => json!({"task_id": ID, "completed": true}),
        "delete-note" => json!({"id": ID}),
        "test" => json!({"object_id": ID}),
        "change-password" => json!({"old_password": PASSWORD, "new_password": PASSWORD}),
        "second-factor" => json!({"password": PASSWORD}),
        "confirm" | "recovery-codes" => json!({"otp": "000000"}),
        "disable" => json!({"password": PASSWORD, "otp": "000000"}),
        other => panic!("no body for {other}"),
    })
}

/// The route's path with ids that nobody has, and whether it has any. The lists of attributes are
/// named by a kind of object.
fn path(route: &Route) -> (String, bool) {
    if route.path == "/api/attributes/{key}" && matches!(route.method.as_str(), "GET" | "POST") {
        return ("/api/attributes/client/".into(), false);
    }
    let segments = route.path.split('/').map(|segment| match segment {
        "{user_id}" => "999999",
        id if id.starts_with('{') => "0190b5a1-7c5e-7000-8000-000000000002",
        word => word,
    });
    let path = segments.collect::<Vec<_>>().join("/") + "/";
    match route.query.iter().any(|parameter| parameter.name == "id" && parameter.required) {
        true => (path + "?id=999999", true),
        false => (path, route.path.contains('{')),
    }
}

async fn ask(tributary: &Tributary, user: &User, route: &Route, client: &Value) -> Answer {
    if route.form.is_some() {
        return tributary.upload(user, &path(route).0, &[], b"GIF89a").await;
    }
    let body = body(route, &user.username, client);
    tributary.call(Some(user), method(route.method), &path(route).0, body).await
}

/// Asks every route as a user, the owner or a member of some groups. Gives how often each status was
/// expected, and each answer that was not.
async fn ask_all(
    tributary: &Tributary,
    user: &User,
    groups: Option<&[&str]>,
    client: &Value,
) -> (Vec<u16>, Vec<String>) {
    let (mut statuses, mut wrong) = (vec![], vec![]);
    let asked =
        |route: &&Route| route.credential && !signs_out(route) && !route.path.starts_with("/api/second-factor/");
    for route in routes().filter(asked) {
        let allowed = match (needs(route), groups) {
            (Need::Membership, _) | (_, None) => true,
            (Need::Permission(word), Some(groups)) => granted(groups).contains(word),
            (Need::Ownership, Some(_)) => false,
        };
        let expected = match (allowed, path(route).1) {
            (false, _) => 403,
            (true, true) => 404,
            (true, false) => route.status,
        };
        let answer = ask(tributary, user, route, client).await;
        let what = format!("{}: {} {}", user.username, route.method.as_str(), route.path);
        if answer.status.as_u16() != expected {
            wrong.push(format!("{what}: expected {expected}, got {} {}", answer.status, answer.text));
        } else if expected == 403 {
            assert_eq!(answer.json()["detail"], "You do not have permission to perform this action.", "{what}");
        }
        statuses.push(expected);
    }
    (statuses, wrong)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_group_may_do_on_each_route_what_the_contract_grants_it_and_no_more() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let client = tributary.post(&owner, "/api/clients/", json!({"name": "Acme"})).await.expect(201)["id"].clone();
    let product = json!({"product_name": "Widget", "category": 1, "unit_price": "1.00", "quantity": 1});
    tributary.post(&owner, "/api/products/", product).await.expect(201);
    let members = SUBJECTS.map(async |(username, groups)| {
        let (_, user) = add(&tributary, &owner, username, groups).await;
        ask_all(&tributary, &user, Some(groups), &client).await
    });
    let (of_owner, of_members) =
        futures::join!(ask_all(&tributary, &owner, None, &client), futures::future::join_all(members));
    let (statuses, wrong): (Vec<_>, Vec<_>) = of_members.into_iter().chain([of_owner]).unzip();
    assert!(wrong.concat().is_empty(), "{}", wrong.concat().join("\n"));
    assert_eq!(statuses.concat().into_iter().collect::<BTreeSet<_>>(), BTreeSet::from([200, 201, 204, 403, 404]));
}

#[tokio::test(flavor = "multi_thread")]
async fn me_names_the_permissions_that_the_contract_grants() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let permissions = |me: &Value| {
        let words = me["permissions"].as_array().unwrap().iter().map(|word| word.as_str().unwrap());
        words.map(|word| word.strip_prefix("app.").unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    for (username, groups) in SUBJECTS {
        let (row, user) = add(&tributary, &owner, username, groups).await;
        let me = tributary.get(&user, "/api/me/").await.expect(200);
        assert_eq!(permissions(&me), granted(groups), "{groups:?}");
        assert_eq!((&me["id"], &me["username"], &me["groups"]), (&row["id"], &json!(username), &json!(groups)));
        assert_eq!(me["is_owner"], json!(false));
    }
    let me = tributary.get(&owner, "/api/me/").await.expect(200);
    let models: BTreeSet<&str> = GRANTS.iter().flat_map(|(_, _, models)| models.split(' ')).collect();
    let all = models
        .into_iter()
        .chain(["webhook", "user", "business"])
        .flat_map(|model| ["view", "add", "change", "delete"].map(|action| format!("{action}_{model}")));
    assert!(permissions(&me).is_superset(&all.collect()), "{me}");
    assert_eq!((&me["is_owner"], &me["groups"]), (&json!(true), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_add_payments_cannot_book_one_by_a_status() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let (_, sales) = add(&tributary, &owner, "sales", &["Sales"]).await;
    let (_, operations) = add(&tributary, &owner, "operations", &["Operations"]).await;
    let client = tributary.post(&sales, "/api/clients/", json!({"name": "Acme"})).await.expect(201)["id"].clone();
    let invoice = json!({"client": client, "total": "100.00", "subtotal": "100.00"});
    let mut paid = invoice.clone();
    paid["status"] = json!("paid");
    tributary.post(&sales, "/api/invoices/", paid.clone()).await.expect(403);
    let made = tributary.post(&sales, "/api/invoices/", invoice).await.expect(201);
    let path = format!("/api/invoices/{}/", made["id"].as_str().unwrap());
    let status = |word: &str| json!({"status": word});
    tributary.patch(&sales, &path, status("paid")).await.expect(403);
    tributary.put(&sales, &path, paid).await.expect(403);
    // The amount follows the payments alone, so that what is sent of it books nothing.
    let sent = tributary.patch(&sales, &path, json!({"status": "sent", "amount_paid": "100.00"})).await.expect(200);
    assert_eq!((&sent["status"], &sent["amount_paid"]), (&json!("sent"), &json!("0.00")));
    let payment = json!({"amount": "100.00", "method": "cash"});
    tributary.post(&sales, &format!("{path}payments/"), payment).await.expect(403);
    assert_eq!(tributary.get(&sales, &format!("{path}payments/")).await.expect(200), json!([]));

    let paid = tributary.patch(&operations, &path, status("paid")).await.expect(200);
    assert_eq!((&paid["status"], &paid["amount_paid"]), (&json!("paid"), &paid["total"]));
    // The word that is shown already books nothing.
    let noted = tributary.patch(&sales, &path, json!({"status": "paid", "notes": "Thanks."})).await.expect(200);
    assert_eq!((&noted["status"], &noted["notes"]), (&json!("paid"), &json!("Thanks.")));
    tributary.patch(&sales, &path, status("refunded")).await.expect(403);
    tributary.call(Some(&sales), Method::DELETE, &path, None).await.expect(403);
}
