//! Lists: pages, exact counts and filters.

use http::Method;
use serde_json::{Value, json};

use super::{Member, id, start};
use crate::support::Tributary;

async fn list(tributary: &Tributary, member: &Member, query: &str) -> Value {
    member.call(tributary, Method::GET, &format!("/api/invoices/{query}"), None).await.expect(200)
}

fn ids(page: &Value) -> Vec<&str> {
    page["results"].as_array().unwrap().iter().map(id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_lead_through_all_invoices_newest_first_and_back() {
    let (tributary, owner) = start().await;
    let mut made = Vec::new();
    for n in 0..12 {
        made.push(owner.invoice(&tributary, json!({"invoice_title": format!("Invoice {n}")})).await);
    }
    let newest_first: Vec<&str> = made.iter().rev().map(id).collect();
    let page = list(&tributary, &owner, "").await;
    assert_eq!((ids(&page), &page["count"]), (newest_first[..10].to_vec(), &json!(12)));
    assert_eq!(page["next"], "/api/invoices/?limit=10&offset=10");

    let mut next = json!("/api/invoices/?limit=5");
    let (mut seen, mut last) = (Vec::new(), Value::Null);
    while let Some(at) = next.as_str() {
        let page = owner.call(&tributary, Method::GET, at, None).await.expect(200);
        assert_eq!(page["count"], json!(12));
        seen.extend(ids(&page).into_iter().map(str::to_owned));
        (next, last) = (page["next"].clone(), page);
    }
    assert_eq!(seen, newest_first);
    assert_eq!((ids(&last).len(), &last["previous"]), (2, &json!("/api/invoices/?limit=5&offset=5")));
    let before = owner.call(&tributary, Method::GET, last["previous"].as_str().unwrap(), None).await.expect(200);
    assert_eq!(
        (ids(&before), &before["previous"]),
        (newest_first[5..10].to_vec(), &json!("/api/invoices/?limit=5&offset=0"))
    );

    for (query, expected) in
        [("?limit=3&offset=1", &newest_first[1..4]), ("?offset=12", &[]), ("?offset=999999999999", &[])]
    {
        let page = list(&tributary, &owner, query).await;
        assert_eq!((ids(&page), &page["count"]), (expected.to_vec(), &json!(12)), "{query}");
    }
    let cut = list(&tributary, &owner, "?limit=1000").await;
    assert_eq!((ids(&cut).len(), &cut["next"]), (12, &Value::Null));
    let stranger = Member::sign_up(&tributary, "stranger").await;
    assert_eq!(list(&tributary, &stranger, "").await["count"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_a_hundred_are_cut_to_a_hundred() {
    let (tributary, owner) = start().await;
    let made = owner.invoice(&tributary, json!({})).await;
    for item in crate::support::stored::items(&tributary.cloud) {
        let is_invoice =
            matches!(item.get("model"), Some(dynoxide::types::AttributeValue::S(model)) if model == "Invoice");
        if is_invoice {
            let copies: Vec<_> = (0..110)
                .map(|n| {
                    let other = format!("{}{n:012}", &id(&made)[..24]);
                    crate::support::stored::replaced(&item, &[(id(&made), &other)])
                })
                .collect();
            crate::support::stored::import(&tributary.cloud, copies);
        }
    }
    crate::support::stored::count_invoices(&tributary.cloud, 110);
    let page = list(&tributary, &owner, "?limit=101").await;
    assert_eq!((ids(&page).len(), &page["count"]), (100, &json!(111)));
    assert_eq!(page["next"], "/api/invoices/?limit=100&offset=100");
    let rest = list(&tributary, &owner, "?limit=100&offset=100").await;
    assert_eq!((ids(&rest).len(), &rest["next"]), (11, &Value::Null));
    assert_eq!(list(&tributary, &owner, "?name=tech&limit=7&offset=50").await["count"], 111);
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_narrow_by_status_customer_and_member_alone_and_together() {
    let (tributary, owner) = start().await;
    let sales = Member::added(&tributary, &owner, "sales", &["Sales"]).await;
    let make = async |name: &str, status: &str, assigned_to: Value| {
        owner.invoice(&tributary, json!({"name": name, "status": status, "assigned_to": assigned_to})).await
    };
    let draft = make("ACME Corporation", "Draft", json!([owner.uuid])).await;
    let sent = make("Acme & Sons", "Sent", json!([sales.uuid, owner.uuid])).await;
    let pending = make("Globex", "Pending", json!([sales.uuid])).await;
    let paid = make("Gärten", "Paid", json!([])).await;
    for (query, expected) in [
        ("?status=Draft".to_owned(), vec![&draft]),
        ("?status=Sent".to_owned(), vec![&sent]),
        ("?status=Pending".to_owned(), vec![&pending]),
        ("?status=Paid".to_owned(), vec![&paid]),
        ("?status=Cancelled".to_owned(), vec![]),
        ("?status=&name=".to_owned(), vec![&paid, &pending, &sent, &draft]),
        ("?name=acme".to_owned(), vec![&sent, &draft]),
        ("?name=e%20%26%20S".to_owned(), vec![&sent]),
        ("?name=G%C3%84R".to_owned(), vec![&paid]),
        ("?name=nobody".to_owned(), vec![]),
        (format!("?assigned_to={}", owner.uuid), vec![&sent, &draft]),
        (format!("?assigned_to={}", sales.uuid), vec![&pending, &sent]),
        (format!("?assigned_to={}&status=Sent&name=acme", sales.uuid), vec![&sent]),
        (format!("?assigned_to={}&status=Draft", sales.uuid), vec![]),
    ] {
        let page = list(&tributary, &owner, &query).await;
        assert_eq!(ids(&page), expected.iter().map(|invoice| id(invoice)).collect::<Vec<_>>(), "{query}");
        assert_eq!(page["count"], json!(expected.len()), "{query}");
    }
    let first = list(&tributary, &owner, "?name=acme&limit=1").await;
    assert_eq!((&first["count"], &first["next"]), (&json!(2), &json!("/api/invoices/?limit=1&offset=1&name=acme")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_an_invoice_without_one_is_its_clients() {
    let (tributary, owner) = start().await;
    let client = json!({"name": "ACME Corporation"});
    let client = tributary.post(&owner.user, "/api/clients/", client).await.expect(201)["id"].clone();
    let invoice = json!({"client": client, "subtotal": "10.00"});
    let invoice = tributary.post(&owner.user, "/api/invoices/", invoice).await.expect(201);
    let own = owner.invoice(&tributary, json!({"name": "Other"})).await;
    let page = list(&tributary, &owner, "?name=acme").await;
    assert_eq!((ids(&page), &page["results"][0]["name"]), (vec![id(&invoice)], &json!("ACME Corporation")));
    let renamed = format!("/api/clients/{}/", client.as_str().unwrap());
    tributary.patch(&owner.user, &renamed, json!({"name": "Globex"})).await.expect(200);
    assert_eq!(ids(&list(&tributary, &owner, "?name=acme").await), [""; 0]);
    assert_eq!(ids(&list(&tributary, &owner, "?name=o").await), [id(&own), id(&invoice)]);
}
